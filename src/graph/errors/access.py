"""What can be wrong with who asks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

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


class ReadOnly(RequestError):
    """A server that takes nothing in."""

    code = "read-only"
    status = 503


class Refused(RequestError):
    """Something handed in that holds violations; the answer lists them all."""

    code = "refused"
    status = 422

    def __init__(self, n: int) -> None:
        super().__init__(n=n)


class BadUpload(RequestError):
    """A form that does not hold exactly one file."""

    code = "bad-upload"


class NotReady(RequestError):
    """A server that cannot answer or take in yet, or any more; `why` says which."""

    def __init__(self, why: str, retry_after: float = 5) -> None:
        super().__init__(why=why)
        self.code = f"not-ready-{why}"
        self.status = 503
        self.retry_after = retry_after


class TooLate(RequestError):
    """Content that did not come in the time it may take."""

    code = "too-late"
    status = 408

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds=f"{seconds:g}")


class AlreadyServed(InputError):
    """A store that another server serves already."""

    code = "already-served"

    def __init__(self, path: Path | str, address: str) -> None:
        super().__init__(path=str(path), address=address)


class CannotListen(InputError):
    """An address that cannot be listened on."""

    code = "cannot-listen"

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(host=host, port=port, reason=reason)


class BadBackup(InputError):
    """A folder that is no backup, or none that could be put where it was asked for."""

    def __init__(self, folder: Path | str, why: str) -> None:
        super().__init__(folder=str(folder))
        self.code = f"bad-backup-{why}"
