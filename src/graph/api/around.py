"""What surrounds every request, whatever it asks for: its number, its limits, its line in the log.

The outermost layer, in plain ASGI. What a client may send, and how much it may ask for, is settled
here before any route is looked for; every answer leaves by here, refusals too.
"""

from __future__ import annotations

import re
import secrets
import time
import traceback
from collections import Counter
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.access import PREFIX
from graph.api.answer import PAGE
from graph.api.caller import Callers, names_a_host, owner
from graph.api.inflow import Inflow
from graph.api.labels import HERE as LABELS
from graph.api.labels import MOST_BYTES
from graph.api.negotiate import FORMATS
from graph.api.problems import problem
from graph.api.rates import Left, Rates
from graph.errors import (
    BadHost,
    InternalError,
    NotHttp,
    Overloaded,
    RequestError,
    TooManyAtOnce,
    TooMuchSent,
    UnsupportedMedia,
)
from graph.serving import Service

OPEN_POSTS = frozenset({"/sparql", f"{PAGE}/validate", LABELS})
"""Addresses where a POST changes nothing, so that any page may send one."""
LIGHT_POSTS = frozenset({"/sparql", LABELS})
"""Those of them that cost no more than reading does."""
ALWAYS = frozenset({"/health", "/ready"})
"""What is answered however busy it is."""
_OWN_SUFFIX = (
    f"{PAGE}/dumps/",
    f"{PAGE}/openapi.json",
    f"{PAGE}/context.jsonld",
    f"{PAGE}/context-gaps.jsonld",
    f"{PAGE}/context-gap.jsonld",
)
"""Addresses whose last part is a name of its own, and asks for no format."""
_SLACK = 65_536
"""How much more than its content a body may be: what a form wraps around it."""
_FRAMES = 8
_SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), interest-cohort=()"),
    (b"x-frame-options", b"DENY"),
)
_HTTPS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_OPEN = (
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"Accept-Ranges, Content-Disposition, Content-Range, ETag, Link, Location, RateLimit, "
        b"RateLimit-Policy, Retry-After, X-Conforms, X-Findings, X-Graph-Version, X-Query-Bytes, "
        b"X-Query-Rows, X-Query-Seconds, X-Request-Id, X-Total-Rows",
    ),
    (b"cross-origin-resource-policy", b"cross-origin"),
)
_CLOSED = ((b"cross-origin-resource-policy", b"same-origin"),)
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match, "
    "If-Range, Range",
    "Access-Control-Max-Age": "86400",
}
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PACKED, _PLAIN = "Content-Encoding: ", "identity"
_CHUNKED = "chunked"
_ONCE = ("host", "authorization", "transfer-encoding", "content-type")
_KEY = re.compile(rf"{PREFIX}[0-9a-zA-Z]+_[\w-]*")
_GONE = 499
"""What the log says of who left before all was sent; others use the same number."""


class Around:
    """Surrounds an application that serves one service."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service
        self._serving = service.settings.serving
        self._callers = Callers(self._serving.proxies)
        self._rates = Rates(self._serving)
        self._at_work = 0
        self._of_each: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            _more_threads(self._serving.workers + self._serving.waiting + self._serving.desks)
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await _Visit(self, scope, receive, send).answer()

    def limit(self, path: str) -> int:
        """Give how many bytes a body may have."""
        if path.startswith("/sparql"):
            # A form writes each sign that is not plain as three.
            return 3 * self._serving.query_bytes + _SLACK
        if path == LABELS:
            return MOST_BYTES
        return self._service.settings.limits.file_bytes + _SLACK


class _Visit:
    """One request, from its first line to its last byte."""

    def __init__(self, around: Around, scope: Scope, receive: Receive, send: Send) -> None:
        self._around = around
        self._service = around._service
        self._send = send
        self._begun = time.perf_counter()
        self._headers = Headers(scope=scope)
        self._method, self._path = str(scope["method"]), str(scope["path"])
        self._client = around._callers.client(scope, self._headers)
        self._number = secrets.token_hex(8)
        self._state: dict[str, Any] = {
            **scope.get("state", {}),
            "number": self._number,
            "client": self._client,
        }
        path, self._state["suffix"] = _without_suffix(self._path)
        self.scope: Scope = {
            **scope,
            "state": self._state,
            "path": path,
            "scheme": around._callers.scheme(scope, self._headers),
            # What a HEAD tells is what a GET would have told.
            "method": "GET" if self._method == "HEAD" else self._method,
        }
        if self._method == "HEAD":
            # RFC 9110 section 14.2: only a GET can ask for a part.
            self.scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"range"]
        if path != self._path and "raw_path" in scope:
            self.scope["raw_path"] = scope["raw_path"][: len(path) - len(self._path)]
        self._reads = self._method in ("GET", "HEAD", "OPTIONS") or (
            self._method == "POST" and path in OPEN_POSTS
        )
        self._inflow = Inflow(receive, around.limit(path), around._serving.body_seconds)
        self._left: Left | None = None
        self._status, self._sent = 0, 0
        self._counted = path not in ALWAYS

    async def answer(self) -> None:
        around, owned = self._around, owner(self._client)
        around._at_work += self._counted
        around._of_each[owned] += self._counted
        try:
            refused = self._refused()
            if refused is not None:
                await self._refuse(refused)
            elif self._method == "OPTIONS":
                await self._tell_ways()
            else:
                await self._work()
        finally:
            around._at_work -= self._counted
            around._of_each[owned] -= self._counted
            if not around._of_each[owned]:
                del around._of_each[owned]
            self._log()

    def _refused(self) -> RequestError | None:
        """Tell what keeps the request from being looked at."""
        around, serving = self._around, self._around._serving
        if not self._counted:
            return self._strange()
        if 0 < serving.client_requests < around._of_each[owner(self._client)]:
            return TooManyAtOnce(serving.client_requests)
        if around._at_work > serving.requests:
            return Overloaded()
        writing = not self._reads or (
            self._method == "POST" and self.scope["path"] not in LIGHT_POSTS
        )
        self._left = around._rates.count(self._client, writing)
        if self._left is not None and self._left.refused is not None:
            return self._left.refused
        strange = self._strange()
        if strange is not None:
            return strange
        length = self._headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > around.limit(self.scope["path"]):
            return TooMuchSent(around.limit(self.scope["path"]))
        packed = self._headers.get("content-encoding", _PLAIN).strip().lower()
        if self._method == "POST" and packed != _PLAIN:
            return UnsupportedMedia(_PACKED + packed, [_PACKED + _PLAIN])
        return None

    def _strange(self) -> RequestError | None:
        """Tell what makes it no request that can be read in one way alone."""
        coded = self._headers.get("transfer-encoding", _CHUNKED).strip().lower()
        if coded != _CHUNKED or any(len(self._headers.getlist(name)) > 1 for name in _ONCE):
            # RFC 9112 sections 3.2 and 6.1: what says two things of itself is read in two ways.
            return NotHttp()
        if not names_a_host(self._headers.get("host")):
            return BadHost()
        return None

    async def _work(self) -> None:
        try:
            await self._around._app(self.scope, self._inflow, self._out)
        except Exception as error:
            if self._inflow.gone and isinstance(error, ClientDisconnect):
                # Nobody is there to be told, and nothing of ours is wrong.
                pass
            elif self._inflow.fault is None:
                self._blame(error)
                if self._status:
                    # A half answer must not look like a whole one: the connection is broken.
                    raise
                await self._refuse(InternalError(type(error).__name__))
                return
        if self._inflow.gone and not self._status:
            self._status = _GONE
        elif self._inflow.fault is not None and not self._status:
            await self._refuse(self._inflow.fault)

    async def _refuse(self, error: RequestError | InternalError) -> None:
        headers = {}
        if error.code in ("too-much-sent", "sent-too-slowly"):
            # What else is on its way is not waited for.
            headers["Connection"] = "close"
        answer = problem(Request(self.scope), error, headers)
        self._inflow.fault = None
        await answer(self.scope, self._inflow, self._out)

    async def _tell_ways(self) -> None:
        """Answer OPTIONS: what an address can be asked, and what pages elsewhere may send."""
        allowed = ways(self.scope)
        if not allowed:
            from graph.errors import NoSuchPage

            await self._refuse(NoSuchPage(self._path))
            return
        told = {"Allow": ", ".join(allowed)}
        asked = self._headers.get("access-control-request-method")
        open_post = self.scope["path"] in OPEN_POSTS
        self._reads = asked is None or asked in ("GET", "HEAD") or (asked == "POST" and open_post)
        if asked is not None and self._reads:
            told |= _PREFLIGHT
        await Response(None, 204, told)(self.scope, self._inflow, self._out)

    async def _out(self, message: Message) -> None:
        if (self._inflow.fault or self._inflow.gone) and not self._status:
            # The route has made something of the fault; ours says what it is.
            return
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message = {**message, "headers": self._surrounded(message.get("headers", []))}
        elif message["type"] == "http.response.body":
            if self._method == "HEAD":
                message = {**message, "body": b""}
            self._sent += len(message.get("body", b""))
        await self._send(message)

    def _surrounded(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Add what every answer tells; what a route has settled itself stays."""
        told = [(b"x-request-id", self._number.encode()), *_SECURITY]
        told += _OPEN if self._reads else _CLOSED
        if self._around._serving.https_only:
            told.append(_HTTPS)
        if self._left is not None:
            told += self._left.headers
        settled = {name.lower() for name, _ in headers}
        return [*headers, *((name, value) for name, value in told if name not in settled)]

    def _blame(self, error: Exception) -> None:
        """Tell the operator where a fault of ours arose, and nothing of what was sent."""
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        at = [f"{frame.filename.rpartition('/graph/')[2]}:{frame.lineno}" for frame in frames]
        self._service.journal.tell("fault", number=self._number, error=type(error).__name__, at=at)

    def _log(self) -> None:
        if not self._around._serving.log:
            return
        route = self.scope.get("route")
        self._service.journal.tell(
            "request",
            number=self._number,
            method=self._method,
            # A key that somebody took for a part of the address stays unknown.
            path=_KEY.sub(f"{PREFIX}…", self._path),
            route=getattr(route, "path", None),
            status=self._status,
            ms=round((time.perf_counter() - self._begun) * 1000, 1),
            bytes=self._sent,
            client=self._client,
            key=self._state.get("key"),
        )


def ways(scope: Scope) -> list[str]:
    """Give the methods that an address can be used with; none where nothing is."""
    from starlette.routing import Match

    found = [
        method
        for method in _METHODS
        if any(
            route.matches({**scope, "method": method})[0] is Match.FULL
            for route in scope["app"].routes
        )
    ]
    if "GET" in found:
        found.insert(1, "HEAD")
    return [*found, "OPTIONS"] if found else []


def _without_suffix(path: str) -> tuple[str, str | None]:
    """Take the suffix that asks for a format from the address of a document."""
    stem, dot, suffix = path.rpartition(".")
    asks = dot and suffix in FORMATS and path.startswith(f"{PAGE}/") and stem[-1] != "/"
    if not asks or path.startswith(_OWN_SUFFIX):
        return path, None
    return stem, suffix


def _more_threads(wanted: int) -> None:
    """Have threads for all who may wait for a process, and as many for who need none."""
    import anyio.to_thread

    limiter = anyio.to_thread.current_default_thread_limiter()
    limiter.total_tokens = max(limiter.total_tokens, wanted + 40)
