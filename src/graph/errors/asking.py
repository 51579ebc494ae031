"""What can be wrong with a request over the network, or with asking while others ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from graph.errors.base import InputError


class RequestError(InputError):
    """A request that cannot be answered as asked; `status` is that of HTTP."""

    code = "request"
    status = 400
    retry_after: float | None = None


class NotAcceptable(RequestError):
    """None of the formats that the asker takes is one that we give here."""

    code = "not-acceptable"
    status = 406

    def __init__(self, known: Sequence[str], form: str = "") -> None:
        super().__init__(known=", ".join(known))
        self.form = form
        """The form of the answer that none was wanted for, where that is known."""


class UnknownParameter(RequestError):
    """A parameter that this address does not know."""

    code = "strange-parameter"

    def __init__(self, name: str, known: Sequence[str], suggestions: Sequence[str] = ()) -> None:
        super().__init__(name=name, known=", ".join(known))
        self.suggestions = tuple(suggestions)


class RepeatedParameter(RequestError):
    """A parameter that is given several times, where only one of them would count."""

    code = "repeated-parameter"

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class StrayField(RequestError):
    """A part of a form that nobody reads; what it says belongs in the address."""

    code = "stray-field"

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class StrayContent(RequestError):
    """Content where none is read; what it says belongs in the address."""

    code = "stray-content"


class BadParameter(RequestError):
    """A parameter with a value that it cannot have; `known` lists those that it can, if few."""

    code = "bad-parameter"

    def __init__(self, name: str, value: str, known: Sequence[str] = ()) -> None:
        super().__init__(name=name, value=value, known=", ".join(known))


class MissingParameter(RequestError):
    """What an address cannot do without, left out."""

    code = "missing-parameter"

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class BadLength(RequestError):
    """A value with fewer or more signs, or a list with fewer or more values, than it may have."""

    def __init__(self, way: Literal["short", "long"], name: str, limit: int) -> None:
        self.code = f"too-{way}"
        super().__init__(name=name, limit=limit)


class OutOfBounds(RequestError):
    """A number below the least or above the greatest that may stand there."""

    def __init__(self, way: Literal["below", "above"], name: str, value: str, limit: int) -> None:
        self.code = f"{way}-limit"
        super().__init__(name=name, value=value, limit=limit)


class WrongKind(RequestError):
    """A value of another kind than it must be: "string", "list" or "object"."""

    code = "wrong-kind"

    def __init__(self, name: str, wanted: str) -> None:
        super().__init__(name=name, type=wanted)


class StrangeValue(RequestError):
    """A value that cannot be read, for a reason that we have no words for."""

    code = "strange-value"

    def __init__(self, name: str, value: str) -> None:
        super().__init__(name=name, value=value)


class BadContent(RequestError):
    """Content that is left out, or is no JSON that can be read."""

    code = "bad-content"


class BadCursor(RequestError):
    """A place in a list that no link gave."""

    code = "bad-cursor"

    def __init__(self, value: str) -> None:
        super().__init__(value=value)


class NoSuchPage(RequestError):
    """An address where nothing is."""

    code = "no-such-page"
    status = 404

    def __init__(self, path: str) -> None:
        super().__init__(name=path)


class MethodNotAllowed(RequestError):
    """A way of asking that this address does not take."""

    code = "method-not-allowed"
    status = 405

    def __init__(self, method: str, known: Sequence[str]) -> None:
        super().__init__(name=method, known=", ".join(known))


class UnsupportedMedia(RequestError):
    """A body of a kind that this address does not read."""

    code = "unsupported-media"
    status = 415

    def __init__(self, found: str, known: Sequence[str]) -> None:
        super().__init__(value=found, known=", ".join(known))


class RangeOutside(RequestError):
    """A part of a file that begins behind its end."""

    code = "range-outside"
    status = 416

    def __init__(self, length: int) -> None:
        super().__init__(length=length)


class TooManyRequests(RequestError):
    """More requests in a minute than one client may make."""

    code = "too-many-requests"
    status = 429

    def __init__(self, limit: int, retry_after: float) -> None:
        super().__init__(limit=limit, seconds=int(retry_after))
        self.retry_after = retry_after


class TooManyAtOnce(RequestError):
    """More requests at the same time than one client may have."""

    code = "too-many-at-once"
    status = 429
    retry_after = 1.0

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class Busy(RequestError):
    """No process is free for this question now; later one may be."""

    code = "busy"
    status = 503

    def __init__(self, retry_after: float = 1) -> None:
        super().__init__(seconds=int(retry_after))
        self.retry_after = retry_after


class OneQuery(RequestError):
    """No query, or several, where there must be one; SPARQL 1.1 Protocol section 2.1."""

    code = "one-query"

    def __init__(self, n: int) -> None:
        super().__init__(n=n)


class QueryTooLarge(RequestError):
    """A question with more bytes than the limit; no parser has seen it."""

    code = "query-too-large"
    status = 413

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(size=size, limit=limit)


class QueryBreaks(RequestError):
    """A question that ended the process which read it: the engine does not bear its form."""

    code = "query-breaks"


class Unwritable(RequestError):
    """An answer with a sign that the format asked for cannot hold."""

    code = "unwritable"
    status = 406

    def __init__(self, format: str) -> None:  # noqa: A002  (what everybody calls it)
        super().__init__(format=format)


class QueryTooSlow(RequestError):
    """A question that took longer than the limit, and was stopped."""

    code = "query-too-slow"
    status = 503

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds=f"{seconds:g}")
        # To ask the same again at once would only end the same way.
        self.retry_after = seconds


class QueryTooHungry(RequestError):
    """A question that wanted more memory than the limit, or ended its process."""

    code = "query-too-hungry"
    status = 503

    def __init__(self, megabytes: int) -> None:
        super().__init__(megabytes=megabytes)
        self.retry_after = 10.0


class AnswerTooLarge(RequestError):
    """An answer with more rows or bytes than the limit; nothing of it was sent."""

    code = "answer-too-large"
    status = 413

    def __init__(self, unit: str, limit: int) -> None:
        super().__init__(unit=unit, limit=limit)


class UnknownGraph(RequestError):
    """A graph that a question names and that is not here; nothing is fetched."""

    code = "unknown-graph"

    def __init__(self, name: str, suggestions: Sequence[str] = ()) -> None:
        super().__init__(name=name)
        self.suggestions = tuple(suggestions)
