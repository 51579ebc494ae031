"""The SPARQL 1.1 Protocol, for asking alone: W3C Recommendation of 21 March 2013, section 2.1.

A query comes by GET, by POST as a form, or by POST as it is. Updates are refused in every form.
Without a query the address describes itself (SPARQL 1.1 Service Description).
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import partial
from typing import Any, BinaryIO
from urllib.parse import parse_qsl

import anyio
import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from graph.api import description
from graph.api.answer import held
from graph.api.bearer import bearer
from graph.api.negotiate import pick
from graph.api.problems import PROBLEMS
from graph.asking import Asked, Form, Reply
from graph.config import Serving
from graph.errors import (
    BadParameter,
    Busy,
    NotAcceptable,
    OneQuery,
    QueryTooLarge,
    UnsupportedMedia,
)
from graph.serving import Service

PATH = "/sparql"
STREAM = "/sparql/stream"
FORM, QUERY = "application/x-www-form-urlencoded", "application/sparql-query"
TAKEN = (QUERY, FORM)
KNOWN = ("query", "default-graph-uri", "named-graph-uri", "format", "lang")

ROWS: Mapping[str, str] = {
    "application/sparql-results+json": "json",
    "application/sparql-results+xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
}
TRIPLES: Mapping[str, str] = {
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/ld+json": "jsonld",
    "application/rdf+xml": "xml",
    "application/json": "jsonld",
    "text/plain": "nt",
}
# A yes or no has no form in CSV and TSV; SPARQL 1.1 CSV and TSV, section 1.
BOOLEAN: Mapping[str, str] = {m: form for m, form in ROWS.items() if form in ("json", "xml")}
OFFERED: Mapping[Form, Mapping[str, str]] = {"rows": ROWS, "boolean": BOOLEAN, "triples": TRIPLES}
_PIECE = 1 << 16


def routes(service: Service) -> APIRouter:
    """Give the routes of this group."""
    router = APIRouter(tags=["sparql"])
    desk = _Counter(service)

    @router.get(PATH, openapi_extra=_described("get"), summary="Ask in SPARQL", responses=PROBLEMS)
    async def by_get(request: Request) -> Response:
        """Ask by address; without `query` the service describes itself."""
        found = _pairs(str(request.url.query))
        if "query" not in found:
            _refuse_unknown(found)
            return await anyio.to_thread.run_sync(description.give, request, service)
        return await desk.answer(request, _asked(request, found))

    @router.post(
        PATH, openapi_extra=_described("post"), summary="Ask in SPARQL", responses=PROBLEMS
    )
    async def by_post(request: Request) -> Response:
        """Ask by form, or with the query as the whole content."""
        return await desk.answer(request, await _posted(request, service.settings.serving))

    @router.post(
        STREAM,
        openapi_extra=_described("stream"),
        summary="Ask in SPARQL for more than the limits",
        responses=PROBLEMS,
    )
    async def stream(request: Request) -> Response:
        """Ask with a key that has the role `stream`: piece by piece, beyond the limits.

        An answer that fails midway breaks the connection, so that nobody takes it for whole.
        """
        await anyio.to_thread.run_sync(bearer, request, service, "stream")
        asked = await _posted(request, service.settings.serving)
        return await anyio.to_thread.run_sync(partial(_streamed, service, asked))

    return router


# -- what is asked ----------------------------------------------------------------------------


async def _posted(request: Request, serving: Serving) -> Asked:
    media, _, parameters = request.headers.get("content-type", "").partition(";")
    media = media.strip().lower()
    if media not in TAKEN:
        raise UnsupportedMedia(media, TAKEN)
    _refuse_charset(parameters)
    # A form may write every sign as three.
    most = serving.query_bytes * (3 if media == FORM else 1) + 4096
    content = b""
    async for piece in request.stream():
        content += piece
        if len(content) > most:
            raise QueryTooLarge(len(content), serving.query_bytes)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadParameter("query", "…", ["UTF-8"]) from error
    by_address = _pairs(str(request.url.query))
    if media == FORM:
        found = _pairs(text)
        # SPARQL 1.1 Protocol section 2.1.2: all of it stands in the content.
        _refuse_unknown(by_address, ("lang", "format"))
        found |= {name: told for name, told in by_address.items() if name not in found}
    else:
        found = by_address
        if "query" in found:
            raise BadParameter("query", found["query"][0][:80], ["Content-Type: " + FORM])
        found["query"] = [text]
    return _asked(request, found)


def _refuse_charset(parameters: str) -> None:
    for parameter in parameters.split(";"):
        name, _, told = parameter.partition("=")
        if name.strip().lower() == "charset" and told.strip(' "').lower() not in ("utf-8", "utf8"):
            raise UnsupportedMedia(f"charset={told.strip()}", ["charset=utf-8"])


def _pairs(text: str) -> dict[str, list[str]]:
    """Read what an address or a form says; what is not UTF-8 is refused."""
    found: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=200)
    except ValueError as error:
        raise BadParameter("query", "…", ["UTF-8"]) from error
    for name, told in pairs:
        found.setdefault(name, []).append(told)
    return found


def _refuse_unknown(found: Mapping[str, list[str]], known: tuple[str, ...] = KNOWN) -> None:
    from difflib import get_close_matches

    from graph.errors import UnknownParameter

    for name in found:
        if name not in known:
            raise UnknownParameter(name, known, get_close_matches(name, known, 3))


def _asked(request: Request, found: Mapping[str, list[str]]) -> Asked:
    """Give the question; there is exactly one, SPARQL 1.1 Protocol section 2.1."""
    _refuse_unknown(found)
    texts = found.get("query", [])
    if len(texts) != 1 or not texts[0].strip():
        raise OneQuery(len(texts))
    for name in ("default-graph-uri", "named-graph-uri"):
        for told in found.get(name, []):
            if not told or any(sign in told for sign in ' <>"{}|\\^`') or ":" not in told:
                raise BadParameter(name, told, ["IRI"])
    formats = _formats(request, found.get("format", [None])[-1])
    return Asked(
        texts[0],
        formats,
        tuple(found.get("default-graph-uri", [])),
        tuple(found.get("named-graph-uri", [])),
    )


def _formats(request: Request, asked: str | None) -> tuple[tuple[Form, str], ...]:
    """Settle the format for each form of answer; NotAcceptable where there is none for any."""
    chosen: list[tuple[Form, str]] = []
    for form, offered in OFFERED.items():
        if asked is not None:
            if asked in offered.values() or asked in offered:
                chosen.append((form, offered.get(asked, asked)))
            continue
        media = pick(request.headers.get("accept", ""), tuple(offered))
        if media is not None:
            chosen.append((form, offered[media]))
    if not chosen and asked is not None:
        known = {form: None for offered in OFFERED.values() for form in offered.values()}
        raise BadParameter("format", asked, list(known))
    if not chosen:
        raise NotAcceptable(list(dict.fromkeys([*ROWS, *TRIPLES])))
    return tuple(chosen)


def media_of(form: Form, chosen: str) -> str:
    """Give the media type of a format; text says how it is written."""
    media = next(media for media, name in OFFERED[form].items() if name == chosen)
    return f"{media}; charset=utf-8" if media.startswith("text/") else media


# -- what is answered -------------------------------------------------------------------------


class _Counter:
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
        headers = _headers(self._service.settings.serving)
        cached = request.method == "GET"
        tag = self._service.now.tag
        etag = _etag(tag, asked)
        if cached and held(request, etag):
            return Response(None, 304, {**headers, "ETag": etag})
        if self._threads is None:
            self._threads = anyio.CapacityLimiter(self._most)
        with self._lock:
            if self._here >= self._most:
                raise Busy
            self._here += 1
        try:
            reply = await anyio.to_thread.run_sync(
                self._service.pool.ask, asked, limiter=self._threads
            )
        finally:
            with self._lock:
                self._here -= 1
        headers |= {"X-Total-Rows": str(reply.rows), "X-Graph-Version": reply.tag}
        if cached:
            headers |= {"ETag": _etag(reply.tag, asked), "Cache-Control": "public, max-age=60"}
        else:
            headers["Cache-Control"] = "no-store"
        media = media_of(reply.form, reply.format)
        if reply.file is None:
            return Response(reply.content, 200, headers, media)
        headers["Content-Length"] = str(reply.length)
        return _FileResponse(reply, headers, media)


class _FileResponse(StreamingResponse):
    """A large answer, whole, from its file; which is closed whatever becomes of the asker."""

    def __init__(self, reply: Reply, headers: Mapping[str, str], media: str) -> None:
        self._file = reply.file
        super().__init__(_pieces(reply.file), 200, headers, media)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._file is not None:
                self._file.close()


def _pieces(file: BinaryIO | None) -> Iterator[bytes]:
    while file is not None and (piece := file.read(_PIECE)):
        yield piece


def _headers(serving: Serving) -> dict[str, str]:
    """Announce the limits."""
    return {
        "Vary": "Accept",
        "X-Query-Seconds": f"{serving.query_seconds:g}",
        "X-Query-Rows": str(serving.rows),
        "X-Query-Bytes": str(serving.answer_bytes),
    }


def _etag(tag: str, asked: Asked) -> str:
    told = hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
    return f'"{tag}-{told}"'


def _streamed(service: Service, asked: Asked) -> Response:
    """Begin an answer that goes on piece by piece; a refusal before its first piece is raised."""
    pieces = _Handed()
    told: list[tuple[str, str, str]] = []

    def begin(form: str, chosen: str, tag: str) -> Callable[[bytes], None]:
        told.append((form, chosen, tag))
        pieces.begun.set()
        return pieces.put

    def work() -> None:
        try:
            service.pool.stream(asked, begin)
            pieces.end(None)
        except Exception as error:
            pieces.end(error)

    threading.Thread(target=work, daemon=True).start()
    pieces.begun.wait()
    if not told:
        raise pieces.error or Busy()
    form, chosen, tag = told[0]
    headers = {"X-Graph-Version": tag, "Cache-Control": "no-store"}
    return StreamingResponse(pieces.walk(), 200, headers, media_of(form, chosen))  # type: ignore[arg-type]


class _Handed:
    """Pieces on their way from a thread that makes them to the loop that sends them."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.error: BaseException | None = None
        self._turn = threading.Condition()
        self._pieces: list[bytes] = []
        self._ended = self._left = False

    def put(self, piece: bytes) -> None:
        """Hand over a piece; waits while the asker has not taken those before."""
        with self._turn:
            while len(self._pieces) > 16 and not self._left:
                self._turn.wait(1)
            if self._left:
                raise BrokenPipeError
            self._pieces.append(piece)
            self._turn.notify_all()

    def end(self, error: BaseException | None) -> None:
        """Say that there is no more, and why."""
        with self._turn:
            self.error, self._ended = error, True
            self.begun.set()
            self._turn.notify_all()

    def _next(self) -> bytes | None:
        with self._turn:
            while not self._pieces and not self._ended:
                self._turn.wait(1)
            if self._pieces:
                self._turn.notify_all()
                return self._pieces.pop(0)
        if self.error is not None:
            raise self.error
        return None

    async def walk(self) -> AsyncIterator[bytes]:
        """Walk the pieces; what went wrong there is raised, which breaks the connection."""
        try:
            while (piece := await asyncio.to_thread(self._next)) is not None:
                yield piece
        finally:
            with self._turn:
                self._left = True
                self._turn.notify_all()


# -- what the document of the interface says ---------------------------------------------------


def _described(way: str) -> dict[str, Any]:
    return description.operation(way, KNOWN, TAKEN, ROWS, TRIPLES)
