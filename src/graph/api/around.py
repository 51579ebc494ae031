"""What surrounds every request: who asks, how much at a time, what is sent with it, what is logged.

The outermost layer, so that nothing escapes it. What is decided here:

    number    of our own making, in X-Request-Id, the log and problems; a client's is not trusted
    limits    requests in a minute and at a time, size and time of the content
    HEAD      as GET, without the content
    suffix    `.csv`, `.ttl` and so on at the end of a document's address, as `format` would be
    CORS      for what only reads; never with credentials, never for handing in
    headers   that keep a browser from doing more with an answer than showing it
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response

from graph.api.client import Counter, client_of
from graph.api.log import note
from graph.api.negotiate import FORMATS
from graph.api.problems import problem
from graph.errors import Busy, InternalError, LivsgrafError, TooLate
from graph.serving import Service

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_DOCUMENTS = "/api/v1/"
_OWN_NAMES = ("/api/v1/openapi.json", "/api/v1/context.jsonld", "/api/v1/dumps/")
"""Addresses whose ending is part of their name."""
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_READ_BY_POST = frozenset({"/sparql", "/api/v1/validate", "/api/v1/labels"})
_UNCOUNTED = frozenset({"/health", "/ready"})
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}
_HSTS = "max-age=31536000; includeSubDomains"
_EXPOSED = (
    "ETag, Link, Location, Retry-After, X-Request-Id, X-Graph-Version, X-Total-Rows, X-Findings, "
    "X-Conforms, X-Query-Seconds, X-Query-Rows, X-Query-Bytes, RateLimit-Limit, "
    "RateLimit-Remaining, RateLimit-Reset"
)


class Around:
    """An application with all that surrounds it; itself an application."""

    def __init__(self, app: App, service: Service) -> None:
        self.app = app
        self._serving = service.settings.serving
        self._counter = Counter(self._serving)
        self._here = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await _One(self, scope, receive, send).run()


class _One:
    """One request on its way."""

    def __init__(self, around: Around, scope: Scope, receive: Receive, send: Send) -> None:
        self._around, self._serving = around, around._serving
        self._receive, self._send = receive, send
        self._begun = time.monotonic()
        self._status, self._size, self._started = 0, 0, False
        self._method: str = scope["method"]
        self._path: str = scope["path"]
        self._head = self._method == "HEAD"
        state = scope.setdefault("state", {})
        state["number"] = secrets.token_hex(8)
        state["suffix"] = None
        peer = (scope.get("client") or ("", 0))[0]
        self._scope = dict(scope)
        request = Request(self._scope)
        forwarded = ",".join(request.headers.getlist("x-forwarded-for"))
        state["client"] = client_of(peer, forwarded, self._serving.proxies)
        self._state = state
        self._extra: dict[str, str] = {"X-Request-Id": state["number"], **_HEADERS}
        if self._serving.hsts:
            self._extra["Strict-Transport-Security"] = _HSTS
        if self._open():
            self._extra["Access-Control-Allow-Origin"] = "*"
            self._extra["Access-Control-Expose-Headers"] = _EXPOSED
            self._extra["Cross-Origin-Resource-Policy"] = "cross-origin"
        else:
            self._extra["Cross-Origin-Resource-Policy"] = "same-origin"

    def _open(self) -> bool:
        """Tell whether pages from elsewhere may ask this: it reads, and needs no key."""
        return self._method in _READS or self._path in _READ_BY_POST

    async def run(self) -> None:
        around = self._around
        counted = self._path not in _UNCOUNTED
        around._here += 1
        try:
            if counted and around._here > self._serving.connections:
                raise Busy(1)
            if counted:
                self._extra |= around._counter.count(self._state["client"], not self._open())
            if self._preflight():
                await self._answer(self._permission())
                return
            if self._head:
                self._scope["method"] = "GET"
            self._cut_suffix()
            await around.app(self._scope, self._take, self._give)
        except LivsgrafError as error:
            await self._answer(problem(Request(self._scope), error))
        except Exception as error:
            self._extra.setdefault("X-Request-Id", self._state["number"])
            note("fault", number=self._state["number"], error=type(error).__name__, told=str(error))
            if self._started:
                # What was begun cannot be made whole: break it, so that nobody takes it for that.
                raise
            fault = InternalError(type(error).__name__)
            await self._answer(problem(Request(self._scope), fault))
        finally:
            around._here -= 1
            self._log()

    def _preflight(self) -> bool:
        wants = dict(self._scope["headers"]).get(b"access-control-request-method")
        return self._method == "OPTIONS" and wants is not None

    def _permission(self) -> Response:
        """Say what a page from elsewhere may ask; WHATWG Fetch, CORS-preflight."""
        headers = dict(self._scope["headers"])
        method = headers.get(b"access-control-request-method", b"").decode("latin-1").upper()
        may = method in ("GET", "HEAD") or (method == "POST" and self._path in _READ_BY_POST)
        if not may:
            self._extra.pop("Access-Control-Allow-Origin", None)
            return Response(None, 403)
        allowed = {
            "Access-Control-Allow-Methods": "GET, HEAD, POST" if method == "POST" else "GET, HEAD",
            "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match",
            "Access-Control-Max-Age": "86400",
        }
        return Response(None, 204, allowed)

    def _cut_suffix(self) -> None:
        path = self._path
        if not path.startswith(_DOCUMENTS) or path.startswith(_OWN_NAMES):
            return
        stem, dot, suffix = path.rpartition(".")
        if dot and suffix in FORMATS and not stem.endswith("/"):
            self._state["suffix"] = suffix
            self._scope["path"] = stem
            self._scope["raw_path"] = stem.encode()

    async def _take(self) -> Message:
        """Receive a piece of the content, all of which must come in the time it may take."""
        left = self._serving.body_seconds - (time.monotonic() - self._begun)
        if self._started:
            return await self._receive()
        try:
            async with asyncio.timeout(max(left, 0.001)):
                return await self._receive()
        except TimeoutError:
            raise TooLate(self._serving.body_seconds) from None

    async def _give(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._started, self._status = True, message["status"]
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            for name, told in self._extra.items():
                headers[name] = told
            if self._open() and "vary" not in headers:
                headers["Vary"] = "Accept, Accept-Language"
        elif message["type"] == "http.response.body":
            self._size += len(message.get("body", b""))
            if self._head:
                message = {**message, "body": b""}
        await self._send(message)

    async def _answer(self, response: Response) -> None:
        """Answer without the application."""
        if not self._started:
            await response(self._scope, self._receive, self._give)

    def _log(self) -> None:
        told: dict[str, object] = {
            "number": self._state["number"],
            "method": self._method,
            "path": self._path,
            "status": self._status,
            "ms": round((time.monotonic() - self._begun) * 1000, 1),
            "bytes": 0 if self._head else self._size,
            "client": self._state["client"],
        }
        key = self._state.get("key")
        note("request", **told, **({"key": key} if key else {}))
