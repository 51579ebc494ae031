"""Whether the server lives, and whether it may be asked and written to; for whoever watches it."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from graph import __version__
from graph.api.answer import PAGE
from graph.api.asked import SPEAKS
from graph.api.negotiate import language
from graph.api.problems import told_of
from graph.messages import load
from graph.serving import Service

_NOW = {"Cache-Control": "no-store"}


def routes(service: Service) -> APIRouter:
    """Give the routes of this group."""
    router = APIRouter(tags=["operation"])

    @router.get(
        "/health",
        summary="Whether the server lives",
        responses={200: {"description": "It does.", "content": {"application/json": {}}}},
    )
    def health() -> Response:
        """Answer as long as there is a process; says nothing of the content."""
        return _json({"status": "alive", "software": __version__}, 200)

    @router.get(
        "/ready",
        summary="Whether the server may be asked and written to",
        dependencies=[SPEAKS],
        responses={
            200: {"description": "It may be asked.", "content": {"application/json": {}}},
            503: {"description": "It may not: `reason`.", "content": {"application/json": {}}},
            **told_of(400),
        },
    )
    def ready(request: Request) -> Response:
        """Tell whether it may be asked (`readable`) and written to (`writable`), and why not."""
        found = service.ready()
        lang = language(request)
        told: dict[str, Any] = {"readable": found.reads, "writable": found.writes}
        if found.reads:
            told["graph_version"] = service.now.tag
        if found.why:
            told["why"] = found.why
            told["reason"] = load(lang)[f"ready.{found.why}"]
        return _json(told, 200 if found.reads else 503)

    @router.get("/", include_in_schema=False)
    def top() -> Response:
        """Lead to what there is."""
        return RedirectResponse(PAGE, 303)

    return router


def _json(told: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(told, ensure_ascii=False), status, _NOW, "application/json")
