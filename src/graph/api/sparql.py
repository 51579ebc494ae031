"""The SPARQL 1.1 Protocol, for asking alone: W3C Recommendation of 21 March 2013, section 2.1.

Updates are refused in every form. Without a query the address describes itself (SPARQL 1.1
Service Description).
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, BinaryIO

import anyio
import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from graph.api import description
from graph.api.answer import FRESH, held
from graph.api.bearer import bearer
from graph.api.media import OFFERED, given, media_of
from graph.api.noted import begin, end, refusals_noted, who_asks
from graph.api.problems import ANYWHERE, PROBLEMS, TAKING, problem, told_of
from graph.api.question import by_address, by_content
from graph.api.streaming import stream
from graph.asking import Asked, Reply
from graph.config import Serving
from graph.errors import Busy, LivsgrafError, NotAcceptable
from graph.serving import Service

PATH = "/sparql"
STREAM = "/sparql/stream"
_PIECE = 1 << 16
_BY_ADDRESS = told_of(*ANYWHERE, 413)
_BY_POST = {**TAKING, **told_of(408)}
_WITH_KEY = {**PROBLEMS, **told_of(408)}
# What gives another answer each time. A comment may stand before the bracket; what follows it is
# not looked for, so that a text full of such words is read once.
_FICKLE = re.compile(r"\b(?:now|rand|uuid|struuid|bnode)\s*[(#]", re.IGNORECASE)


def routes(service: Service) -> APIRouter:
    """Give the routes of this group."""
    router = APIRouter(tags=["sparql"])
    door = _Door(service)
    serving = service.settings.serving

    @router.get(
        PATH,
        openapi_extra=description.operation("get"),
        summary="Ask in SPARQL",
        responses=_BY_ADDRESS,
    )
    async def get(request: Request) -> Response:
        """Ask by address; without `query` the service describes itself."""

        async def work() -> Response:
            asked = by_address(request)
            if asked is None:
                return await anyio.to_thread.run_sync(description.give, request, service)
            return await door.answer(request, asked)

        return await _limited(request, serving, work)

    @router.post(
        PATH,
        openapi_extra=description.operation("post"),
        summary="Ask in SPARQL",
        responses=_BY_POST,
    )
    async def post(request: Request) -> Response:
        """Ask by form, or with the query as the whole content."""

        async def work() -> Response:
            return await door.answer(request, await by_content(request, serving))

        return await _limited(request, serving, work)

    @router.post(
        STREAM,
        openapi_extra=description.operation("stream"),
        summary="Ask in SPARQL for more than the limits",
        responses=_WITH_KEY,
    )
    async def post_for_more(request: Request) -> Response:
        """Ask with a key that has the role `stream`: piece by piece, beyond the limits.

        An answer that fails midway breaks the connection, so that nobody takes it for whole.
        """
        async with refusals_noted(request, service, "stream"):
            await anyio.to_thread.run_sync(bearer, request, service, "stream")
            asked = await by_content(request, serving)
            with _told_formats(asked):
                return await anyio.to_thread.run_sync(_streamed, request, service, asked)

    return router


async def _limited(
    request: Request, serving: Serving, work: Callable[[], Awaitable[Response]]
) -> Response:
    """Do the work, and announce the limits with whatever comes of it, a refusal too."""
    limits = {
        "X-Query-Seconds": f"{serving.query_seconds:g}",
        "X-Query-Rows": str(serving.rows),
        "X-Query-Bytes": str(serving.answer_bytes),
    }
    try:
        response = await work()
    except LivsgrafError as error:
        return problem(request, error, limits)
    response.headers.update(limits)
    return response


def _streamed(request: Request, service: Service, asked: Asked) -> Response:
    """Begin to stream. Reading changes nothing, so it goes on though it cannot be noted."""
    sha256 = hashlib.sha256(asked.text.encode("utf-8", "replace")).hexdigest()
    with contextlib.suppress(LivsgrafError):
        begin(request, service, "stream", {"sha256": sha256})
    told = {**who_asks(request), "sha256": sha256}
    return stream(service.pool, asked, lambda word: end(service, "stream", told, {"outcome": word}))


@contextlib.contextmanager
def _told_formats(asked: Asked) -> Iterator[None]:
    """Tell the formats that this very form of answer has, where none of them was asked for."""
    try:
        yield
    except NotAcceptable as error:
        chosen = dict(asked.formats)
        forms = [form for form in OFFERED if error.form in ("", form) and form not in chosen]
        raise NotAcceptable(given(forms)) from None


class _Door:
    """Where questions are taken in: more than can wait are refused before they take a thread."""

    def __init__(self, service: Service) -> None:
        self._service = service
        serving = service.settings.serving
        self._most = serving.workers + serving.waiting
        self._here = 0
        self._lock = threading.Lock()
        self._threads: anyio.CapacityLimiter | None = None

    async def answer(self, request: Request, asked: Asked) -> Response:
        """Answer one question, or 304 where the asker holds the answer already."""
        kept = request.method == "GET" and not _FICKLE.search(asked.text)

        def work() -> Reply | str:
            # Here and not in the loop: to look for the newest version may mean to open it.
            tag = self._service.now.tag
            # That anything at all is held is no answer: the question may be one we refuse.
            if kept and held(request, _etag(tag, asked), whatever=False):
                return tag
            return self._service.pool.ask(asked)

        with _told_formats(asked):
            reply = await self._in_turn(work)
        if isinstance(reply, str):
            return Response(None, 304, _headers(reply, asked, kept))
        headers = _headers(reply.tag, asked, kept)
        headers["X-Total-Rows"] = str(reply.rows)
        media = media_of(reply.form, reply.format)
        if reply.file is None:
            return Response(reply.content, 200, headers, media)
        headers["Content-Length"] = str(reply.length)
        return _FileResponse(reply.file, headers, media)

    async def _in_turn(self, work: Callable[[], Reply | str]) -> Reply | str:
        if self._threads is None:
            self._threads = anyio.CapacityLimiter(self._most)
        with self._lock:
            if self._here >= self._most:
                raise Busy
            self._here += 1
        try:
            return await anyio.to_thread.run_sync(work, limiter=self._threads)
        finally:
            with self._lock:
                self._here -= 1


class _FileResponse(StreamingResponse):
    """A large answer, whole, from its file; which is closed whatever becomes of the asker."""

    def __init__(self, file: BinaryIO, headers: Mapping[str, str], media: str) -> None:
        self._file = file
        super().__init__(_pieces(file), 200, headers, media)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def _headers(tag: str, asked: Asked, kept: bool) -> dict[str, str]:
    headers = {"Vary": "Accept", "X-Graph-Version": tag, "Cache-Control": "no-store"}
    if kept:
        headers |= {"ETag": _etag(tag, asked), "Cache-Control": f"public, max-age={FRESH}"}
    return headers


def _etag(tag: str, asked: Asked) -> str:
    """Name an answer: weakly, for the engine may name blank nodes otherwise the next time."""
    told = hashlib.sha256(repr(asked).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f'W/"{tag}-{told}"'
