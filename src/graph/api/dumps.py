"""The whole graph as files, to be fetched in one piece or from where the last try ended."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import FileResponse, Response
from starlette.types import Scope

from graph.api.answer import PAGE, Answer, address, held, respond
from graph.api.asked import SPEAKS, given_as
from graph.api.context import described, envelope
from graph.api.examples import SHOWN_PLAIN
from graph.api.negotiate import language
from graph.api.problems import ANYWHERE, problem, told_of
from graph.errors import RangeOutside
from graph.query import today
from graph.serving import Service, Snapshot
from graph.serving.dumps import FORMATS, NAMES, PACKED, Dump
from graph.terms import DCT, LGID

HERE = f"{PAGE}/dumps"
_FRESH = 300
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE)
Derived = Annotated[
    Literal["yes", "no"],
    Query(
        description="`yes`: all that is asked at /sparql, with what follows by rules and with the "
        "vocabulary. `no`: what was handed in, as `livsgraf export` gives it."
    ),
]
File = Annotated[
    Literal[NAMES],  # type: ignore[valid-type]
    Path(description="Which file.", examples=["livsgraf.trig.gz"]),
]


def routes(service: Service) -> APIRouter:
    """Give the routes of this group."""
    router = APIRouter(tags=["dumps"])

    @router.get(
        HERE,
        summary="The files that hold the whole graph",
        dependencies=[SPEAKS, given_as("json")],
        responses=_listed(),
    )
    def dumps(request: Request, derived: Derived = "no") -> Response:
        """List the files of the newest version: format, length, SHA-256, licence."""
        return _list(request, service, derived == "yes")

    @router.get(
        f"{HERE}/{{file}}",
        summary="One file that holds the whole graph",
        responses=_fetched(),
        response_class=Response,
    )
    def dump(request: Request, file: File, derived: Derived = "no") -> Response:
        """Give a file. Each version has an ETag of its own; `Range` and `If-Range` go on."""
        now = service.now
        return _give(request, now.tag, service.dumps.one(now, file, derived == "yes"))

    return router


def _list(request: Request, service: Service, derived: bool) -> Response:
    lang, now, top = language(request), service.now, address(request)
    day = today()
    more = "?derived=yes" if derived else ""

    def body() -> dict[str, Any]:
        files = service.dumps.every(now, derived)
        own = {
            "licence": _licence(now, lang),
            "items": [
                {
                    "id": f"{top}{HERE}/{file.name}{more}",
                    "name": file.name,
                    "format": file.media,
                    "derived": file.derived,
                    "bytes": file.length,
                    "sha256": file.sha256,
                }
                for file in files
            ],
        }
        return envelope(request, now, lang, f"{HERE}{more}", own, day)

    return respond(request, Answer(body, now.tag, lang, day.isoformat()))


def _licence(now: Snapshot, lang: str) -> dict[str, str] | None:
    """Give the licence that the catalogue of this graph has, if it says."""
    rows = now.ask(
        f"SELECT ?licence WHERE {{ ?catalogue <{DCT}license> ?licence "
        f'FILTER(STRSTARTS(STR(?catalogue), "{LGID}")) }} ORDER BY ?catalogue LIMIT 1'
    )
    found = next((row[0] for row in rows if row[0]), None)
    if found is None:
        return None
    return {"id": found.value, "label": now.names([found], lang).get(found, found.value)}


def _give(request: Request, tag: str, file: Dump) -> Response:
    etag = f'"{file.sha256[:32]}"'
    headers = {
        "ETag": etag,
        "Cache-Control": f"public, max-age={_FRESH}",
        "X-Graph-Version": tag,
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Accept-Ranges": "bytes",
    }
    if held(request, etag):
        return Response(None, 304, headers)
    media = f"{file.media}; charset=utf-8" if file.media.startswith("text/") else file.media
    same = request.headers.get("if-range") in (None, etag)
    if not _settle_range(request.scope, file.length, same):
        beyond = {"Content-Range": f"bytes */{file.length}"}
        return problem(request, RangeOutside(file.length), beyond)
    return FileResponse(file.path, headers=headers, media_type=media)


def _settle_range(scope: Scope, length: int, same: bool) -> bool:
    """Leave one range that can be given, or none: what is not understood asks for all of it.

    False for one that begins behind the end. RFC 9110 section 14.2.
    """
    told = [value.decode("latin-1") for name, value in scope["headers"] if name == b"range"]
    if not told:
        return True
    match = _RANGE.fullmatch(told[0].strip()) if same and len(told) == 1 else None
    first, last = match.groups() if match else ("", "")
    kept = []
    if first and (not last or int(first) <= int(last)):
        if int(first) >= length:
            return False
        kept = [(b"range", f"bytes={int(first)}-{min(int(last or length), length - 1)}".encode())]
    elif last and not first:
        if not int(last):
            return False
        kept = [(b"range", f"bytes={max(length - int(last), 0)}-{length - 1}".encode())]
    others = [pair for pair in scope["headers"] if pair[0] not in (b"range", b"if-range")]
    scope["headers"] = others + kept
    return True


def _listed() -> dict[int | str, dict[str, Any]]:
    example = {
        **SHOWN_PLAIN,
        "id": f"https://livsgraf.example.org{HERE}",
        "total": 1,
        "licence": {
            "id": "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0",
            "label": "Creative Commons BY 4.0",
        },
        "items": [
            {
                "id": f"https://livsgraf.example.org{HERE}/livsgraf.trig.gz",
                "name": "livsgraf.trig.gz",
                "format": "application/gzip",
                "derived": False,
                "bytes": 424564,
                "sha256": "7d0f1c1b6d5b3c8c2f5d9c0f4a4c6c2ddf4a1a6f1f5f2a0f7b0b7b9f0f6c1a11",
            }
        ],
    }
    return {**described("The files.", "total", "items", example=example), **told_of(507)}


def _fetched() -> dict[int | str, dict[str, Any]]:
    binary = {"schema": {"type": "string", "format": "binary"}}
    kinds = dict.fromkeys((*FORMATS.values(), f"application/{PACKED}ip"), binary)
    return {
        200: {"description": "The whole file.", "content": kinds},
        206: {"description": "The part that `Range` asks for.", "content": kinds},
        304: {"description": "As it was."},
        **told_of(*ANYWHERE, 416, 507),
    }
