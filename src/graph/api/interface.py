"""The document of the interface: what we wrote of each operation, and named for caches.

FastAPI makes it, leaves out every null, also where it is a value in an example of ours, and tells
of an answer that nobody wrote. Both are mended here.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from graph.api.answer import FRESH, PAGE, held

HERE = f"{PAGE}/openapi.json"


class Application(FastAPI):
    """An application whose document of the interface is as we wrote it."""

    def __init__(self, **told: Any) -> None:
        super().__init__(**told, openapi_url=None)
        self._lock = threading.Lock()
        self._whole: dict[str, Any] | None = None
        self._content, self._etag = b"", ""
        self._groups: list[APIRouter] = []
        self.add_route(HERE, self._give, include_in_schema=False)

    def add(self, group: APIRouter) -> None:
        """Take in a group of operations, each with its whole address."""
        self._groups.append(group)
        self.include_router(group)

    def operations(self) -> list[APIRoute]:
        """List the operations there are, as they are written."""
        # Some versions of FastAPI keep what is included behind one route for all of it.
        found = [*self.routes, *(route for group in self._groups for route in group.routes)]
        return [route for route in found if isinstance(route, APIRoute)]

    def openapi(self) -> dict[str, Any]:
        """Give the document, worked out once."""
        with self._lock:
            made = super().openapi()
            if made is not self._whole:
                for route in self.operations():
                    if route.include_in_schema:
                        _mend(made["paths"][route.path_format], route)
                self._content = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()
                self._etag = f'"{hashlib.sha256(self._content).hexdigest()[:16]}"'
                self._whole = made
            return made

    def _give(self, request: Request) -> Response:
        """Give the document, or 304 where the asker has it already.

        It tells nothing of the graph, and is the same for all who ask.
        """
        self.openapi()
        headers = {"ETag": self._etag, "Cache-Control": f"public, max-age={FRESH}"}
        if held(request, self._etag):
            return Response(None, 304, headers)
        return Response(self._content, 200, headers, "application/json")


def _mend(ways: Mapping[str, Any], route: APIRoute) -> None:
    """Put back what we have written of the operations of a route, and take away what we have not.

    What only leads elsewhere never answers with the success that FastAPI tells of unasked.
    """
    extra: Mapping[str, Any] = route.openapi_extra or {}
    responses = {str(status): told for status, told in route.responses.items()}
    unasked = str(route.status_code or 200)
    for method in route.methods or ():
        operation = ways[method.lower()]
        if unasked not in responses and unasked not in extra.get("responses", ()):
            operation["responses"].pop(unasked, None)
        _put_back(operation["responses"], responses)
        _put_back(operation, extra)


def _put_back(made: Any, written: Any) -> None:
    """Put back each null of what was written into what was made of it."""
    if isinstance(written, Mapping) and isinstance(made, dict):
        for name, told in written.items():
            if told is None:
                made.setdefault(name, None)
            elif name in made:
                _put_back(made[name], told)
    elif isinstance(written, list) and isinstance(made, list) and len(made) == len(written):
        for there, told in zip(made, written, strict=True):
            _put_back(there, told)
