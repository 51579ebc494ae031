"""What can be wrong with who asks."""

from __future__ import annotations

from collections.abc import Sequence

from graph.errors.asking import RequestError
from graph.errors.base import InputError
from graph.errors.storing import StoreDamaged


class NotAuthorised(RequestError):
    """No key, one that nobody has, or one that does not hold any more; which is not told."""

    code = "not-authorised"
    status = 401


class Forbidden(RequestError):
    """A good key that does not let its bearer do this."""

    code = "forbidden"
    status = 403

    def __init__(self, role: str) -> None:
        super().__init__(role=role)


class NotYours(RequestError):
    """A key that does not stand for the organisation named."""

    code = "not-yours"
    status = 403

    def __init__(self, organisation: str, known: Sequence[str]) -> None:
        super().__init__(organisation=organisation, known=", ".join(known))


class UnknownRole(InputError):
    """A role that there is not."""

    code = "unknown-role"

    def __init__(self, value: str, known: Sequence[str]) -> None:
        super().__init__(value=value, known=", ".join(known))


class KeysDamaged(StoreDamaged):
    """The file of keys holds what no program of ours writes; nobody is let in by it."""

    code = "keys-damaged"


class TrailBroken(StoreDamaged):
    """A line of the trail that is not bound to the one before it: somebody has changed it."""

    code = "trail-broken"


class Refused(RequestError):
    """Something handed in that holds violations; the answer lists them all."""

    code = "refused"
    status = 422

    def __init__(self, n: int) -> None:
        super().__init__(n=n)


class BadUpload(RequestError):
    """A form that does not hold exactly one file."""

    code = "bad-upload"
