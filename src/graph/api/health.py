"""Whether the server is alive, and what it can do now."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from graph import __version__
from graph.api.negotiate import language
from graph.api.parameters import Lang
from graph.errors import LivsgrafError
from graph.messages import load
from graph.serving import Service
from graph.wording import Wording

_TYPES: dict[type, Any] = {bool: "boolean", list: "array"}
_FRESH = {"Cache-Control": "no-store"}
_ALIVE = {"alive": True}
_READY = {
    "ready": True,
    "read": True,
    "write": False,
    "reasons": [
        {
            "concerns": "write",
            "code": "still-checking",
            "title": "The store is being looked through after the start.",
            "detail": "Try again in a few seconds.",
        }
    ],
    "graph_version": "430ddc955bd241fe",
    "software": "0.1.0",
    "lang": "en",
}


def routes(service: Service) -> APIRouter:
    """Give the routes of this group. They need no thread, and answer when all are taken."""
    router = APIRouter(tags=["operation"])

    @router.get(
        "/health",
        summary="Whether the server is alive",
        description="Answers as long as the server can answer anything. Asks nothing of the graph.",
        responses={200: _example(_ALIVE, "It is alive.")},
    )
    async def health(request: Request) -> Response:  # noqa: ARG001  (what FastAPI asks for)
        return _json(_ALIVE, 200)

    @router.get(
        "/ready",
        summary="What the server can do now",
        description=(
            "Reading is possible within two seconds of a start; handing in when the store has been "
            "looked through. What is closed is told with the reason and what to do."
        ),
        responses={
            200: _example(_READY, "What is asked about is possible."),
            503: _example({**_READY, "ready": False}, "What is asked about is not possible now."),
        },
    )
    async def ready(
        request: Request,
        concerning: Annotated[
            Literal["read", "write"],
            Query(alias="for", description="What has to be possible for the answer 200."),
        ] = "read",
        lang: Lang = None,  # noqa: ARG001  (read by `language`, which knows the header too)
    ) -> Response:
        state = service.state
        shut = {"read": state.read, "write": state.write}
        tongue = language(request)
        words = Wording(load(tongue))
        can = shut[concerning] is None
        body = {
            "ready": can,
            "read": state.read is None,
            "write": state.write is None,
            "reasons": [_reason(words, what, bad) for what, bad in shut.items() if bad],
            "graph_version": service.tag,
            "software": __version__,
            "lang": tongue,
        }
        wait = getattr(shut[concerning], "retry_after", None)
        headers = {} if wait is None else {"Retry-After": str(int(wait))}
        return _json(body, 200 if can else 503, {**headers, "Content-Language": tongue})

    return router


def _reason(words: Wording, concerns: str, error: LivsgrafError) -> dict[str, str]:
    what, below = words.told(error)
    told = {"concerns": concerns, "code": error.code, "title": what, "detail": "\n".join(below)}
    why = getattr(error, "why", None)
    if isinstance(why, LivsgrafError):
        told["found"] = why.code
        # What was handed in is named by its receipt, and no path of ours.
        named = why.params.get("receipt")
        if named:
            told["receipt"] = str(named)
    return told


def _json(body: dict[str, Any], status: int, headers: dict[str, str] | None = None) -> Response:
    content = json.dumps(body, ensure_ascii=False).encode()
    return Response(content, status, {**_FRESH, **(headers or {})}, "application/json")


def _example(body: dict[str, Any], told: str) -> dict[str, Any]:
    members: dict[str, Any] = {
        name: {"type": _TYPES.get(type(value), "string")}
        for name, value in body.items()
        if value is not None
    }
    schema = {"type": "object", "required": list(members), "properties": members}
    if "graph_version" in members:
        members["graph_version"] = {"type": ["string", "null"]}
    content = {"application/json": {"schema": schema, "example": body}}
    return {"description": told, "content": content}
