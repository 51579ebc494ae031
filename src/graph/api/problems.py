"""Errors → problem documents (RFC 9457), in the asker's language, with what to do."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from graph.api.negotiate import FORMATS, language
from graph.errors import (
    CannotUndo,
    DiskFull,
    InternalError,
    LivsgrafError,
    NoRoom,
    NotAuthorised,
    NotOwned,
    NotWhole,
    Overloaded,
    RequestError,
    StoreError,
    StoreLocked,
    TooManyBytes,
    UnknownFormat,
    UnknownName,
    WorkerDied,
    WorkerError,
)
from graph.messages import load
from graph.terms import BASE, LANGUAGES
from graph.wording import Wording

MEDIA = "application/problem+json"
_OURS = 500
TYPES = BASE + "problem/"
"""Below this lie the names of the problems; each ends in the code of the error."""

_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "lang"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "lang": {"type": "string", "enum": list(LANGUAGES)},
        "instance": {"type": "string"},
        "line": {"type": "integer"},
        "column": {"type": "integer"},
        "suggestions": {"type": "array", "items": {"type": "string"}},
    },
}
_SAID = {
    400: "What was asked cannot be used; `detail` tells how to mend it.",
    401: "No key, or one that does not hold.",
    403: "The key does not let its bearer do this.",
    404: "There is nothing of that name.",
    405: "This address cannot be used so.",
    406: "None of the formats asked for is given here.",
    408: "The content did not come in time.",
    409: "It cannot be done as things stand.",
    413: "More than a limit; nothing was kept or sent.",
    415: "Content of a kind that is not read here.",
    416: "The part asked for lies behind the end of the file.",
    422: "What was handed in was read and is refused, with every reason.",
    429: "Too many requests; `Retry-After` tells when.",
    500: "A fault of ours.",
    503: "Not now; `Retry-After` tells when, unless it does not pass.",
    507: "The disk is full; nothing was lost.",
}


def told_of(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe refusals for the document of the interface, by status."""
    content = {MEDIA: {"schema": _SCHEMA}}
    return {status: {"description": _SAID[status], "content": content} for status in statuses}


def document(what: str, *formats: str) -> dict[int | str, dict[str, Any]]:
    """Describe a document, in the formats that it is given in, and how it may be refused."""
    content: dict[str, Any] = {FORMATS[form]: {} for form in formats}
    content.get("application/json", {})["schema"] = {"type": "object"}
    return {
        200: {"description": what, "content": content},
        304: {"description": "As the asker has it already."},
        **told_of(*ANYWHERE),
    }


ANYWHERE = (400, 404, 405, 406, 429, 503)
"""What any address that is read may refuse with."""
TAKING = told_of(*ANYWHERE, 413, 415)
"""What an address that takes content of anybody's may refuse with."""
PROBLEMS = {**TAKING, **told_of(401, 403)}
"""What an address that takes content from who has a key may refuse with."""

REFUSALS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A refusal: what is wrong, where, and what to do; RFC 9457.",
        "content": {
            MEDIA: {
                "schema": {
                    "type": "object",
                    "required": ["type", "title", "status", "detail", "code", "lang"],
                    "properties": {
                        "type": {"type": "string", "format": "uri"},
                        "title": {"type": "string", "description": "What is wrong, and where."},
                        "status": {"type": "integer", "minimum": 400, "maximum": 599},
                        "detail": {"type": "string", "description": "Why, and what to do."},
                        "code": {"type": "string", "description": "The same in every language."},
                        "lang": {"type": "string"},
                        "line": {"type": "integer"},
                        "column": {"type": "integer"},
                        "suggestions": {"type": "array", "items": {"type": "string"}},
                        "instance": {"type": "string", "description": "Its number in the log."},
                    },
                },
                "example": {
                    "type": TYPES + "strange-parameter",
                    "title": "This address knows no parameter «lagn».",
                    "status": 400,
                    "detail": "It knows: format, lang.",
                    "code": "strange-parameter",
                    "lang": "en",
                    "suggestions": ["lang"],
                    "instance": "urn:livsgraf:request:6297a07df12fb77f",
                },
            }
        },
    }
}
"""What every operation may answer when it does not answer as asked."""

# The first that fits decides, so the narrow stand before the broad.
STATUS: tuple[tuple[type[LivsgrafError], int], ...] = (
    (TooManyBytes, 413),
    (UnknownFormat, 415),
    (WorkerDied, 400),
    (WorkerError, 422),
    (NotOwned, 403),
    (CannotUndo, 409),
    (UnknownName, 404),
    (InternalError, 500),
)


def code_of(error: LivsgrafError) -> int:
    """Give the status that an error answers with; what the asker can mend is 400."""
    own = getattr(error, "status", None)
    if isinstance(own, int):
        return own
    return next((status for kind, status in STATUS if isinstance(error, kind)), 400)


def for_strangers(error: LivsgrafError) -> LivsgrafError:
    """Give what those are told who have nothing to do with how the server is run.

    What is wrong with the store is for the log: its place and its mending are the operator's.
    """
    if isinstance(error, DiskFull):
        return NoRoom()
    if isinstance(error, StoreLocked):
        return Overloaded(5)
    if isinstance(error, StoreError):
        return NotWhole("write", error)
    return error


def problem(
    request: Request,
    error: LivsgrafError,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    """Tell an error: `title` what is wrong and where, `detail` why and how to mend it.

    `line` and `column` are there when the fault has a place, and `suggestions` when a name is
    nearly right. `instance` is the number by which our log knows the request. `more` is what this
    problem tells besides.
    """
    try:
        lang = language(request)
    except LivsgrafError:
        lang = LANGUAGES[0]
    error = for_strangers(error)
    told, sent = _told(error, lang)
    number = getattr(request.state, "number", "")
    if number:
        told["instance"] = f"urn:livsgraf:request:{number}"
    told |= more or {}
    return Response(
        json.dumps(told, ensure_ascii=False).encode(),
        code_of(error),
        {**sent, **(headers or {})},
        MEDIA,
    )


def unasked(error: RequestError) -> bytes:
    """Write what ends a connection on which there is no request to answer; RFC 9112 section 9.6.

    In the first of our languages: which one was wanted has not been read.
    """
    told, sent = _told(error, LANGUAGES[0])
    body = json.dumps(told, ensure_ascii=False).encode()
    status = HTTPStatus(code_of(error))
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", f"Content-Type: {MEDIA}"]
    lines += [f"Content-Length: {len(body)}", "X-Content-Type-Options: nosniff"]
    lines += [f"{name}: {value}" for name, value in sent.items() if name != "Vary"]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("ascii") + body


def _told(error: LivsgrafError, lang: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Give the members of a problem, and the headers that go with them."""
    words = Wording(load(lang), served=True)
    what, below = words.told(error)
    status = code_of(error)
    if not below and status < _OURS:
        below = [words.text("error.request-hint")]
    told: dict[str, Any] = {
        "type": TYPES + error.code,
        "title": what,
        "status": status,
        "detail": "\n".join(below),
        "code": error.code,
        "lang": lang,
    }
    for name in ("line", "column"):
        place = getattr(error, name, None)
        if isinstance(place, int):
            told[name] = place
    suggestions = getattr(error, "suggestions", ())
    if suggestions:
        told["suggestions"] = list(suggestions)
    sent = {"Content-Language": lang, "Cache-Control": "no-store", "Vary": "Accept-Language"}
    if isinstance(error, NotAuthorised):
        # RFC 6750 section 3: no more is told of what was wrong with the key.
        sent["WWW-Authenticate"] = 'Bearer realm="livsgraf"'
    wait = getattr(error, "retry_after", None)
    if wait is not None:
        sent["Retry-After"] = str(math.ceil(wait))
    return told, sent
