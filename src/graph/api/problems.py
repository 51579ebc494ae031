"""Errors → problem documents (RFC 9457), in the asker's language, with what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from graph.api.negotiate import language
from graph.errors import (
    CannotUndo,
    DiskFull,
    InternalError,
    LivsgrafError,
    NotOwned,
    StoreError,
    TooManyBytes,
    UnknownName,
    WorkerDied,
    WorkerError,
)
from graph.messages import load
from graph.terms import BASE, LANGUAGES
from graph.wording import Wording

MEDIA = "application/problem+json"
TYPES = BASE + "problem/"
"""Below this lie the names of the problems; each ends in the code of the error."""

# The first that fits decides, so the narrow stand before the broad.
STATUS: tuple[tuple[type[LivsgrafError], int], ...] = (
    (DiskFull, 507),
    (StoreError, 503),
    (TooManyBytes, 413),
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


def problem(
    request: Request, error: LivsgrafError, headers: Mapping[str, str] | None = None
) -> Response:
    """Tell an error: `title` what is wrong and where, `detail` why and how to mend it.

    `line` and `column` are there when the fault has a place, and `suggestions` when a name is
    nearly right. `instance` is the number by which our log knows the request.
    """
    try:
        lang = language(request)
    except LivsgrafError:
        lang = LANGUAGES[0]
    what, below = Wording(load(lang)).told(error)
    status = code_of(error)
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
    number = getattr(request.state, "number", "")
    if number:
        told["instance"] = f"urn:livsgraf:request:{number}"
    sent = {"Content-Language": lang, "Cache-Control": "no-store", "Vary": "Accept-Language"}
    wait = getattr(error, "retry_after", None)
    if wait is not None:
        sent["Retry-After"] = str(int(wait))
    return Response(
        json.dumps(told, ensure_ascii=False).encode(),
        status,
        {**sent, **(headers or {})},
        MEDIA,
    )
