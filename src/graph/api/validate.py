"""What is wrong in a file, and how to mend it; nothing of it is kept."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from graph.api import examples, schemas
from graph.api.answer import PAGE
from graph.api.asked import SPEAKS, given_as
from graph.api.line import Shares, in_line
from graph.api.negotiate import accepted, language, pick
from graph.api.problems import TAKING, told_of
from graph.api.uploads import ENDINGS, FORM, uploaded
from graph.errors import NotAcceptable, UnknownFormat
from graph.examining.facts import facts_of
from graph.examining.unread import unread
from graph.findings import SEVERITIES, Finding
from graph.render.findings import BINARY, FORMATS, Facts, write_findings
from graph.serving import Service
from graph.submission import Given

MEDIA: Mapping[str, str] = {
    "json": "application/json",
    "jsonl": "application/jsonl",
    "csv": "text/csv",
    "html": "text/html",
    "md": "text/markdown",
    "text": "text/plain",
    "shacl": "text/turtle",
    "sarif": "application/sarif+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The formats of a report, by name, and their media types."""


def body_of(example: str) -> dict[str, Any]:
    """Describe a file that is sent, for the document of the interface."""
    # No schema: any bytes may come, and what is wrong in them is for the report to tell.
    raw: dict[str, Any] = {media: {} for media in ENDINGS}
    raw["text/turtle"] = {"example": example}
    file = {"file": {"type": "string", "format": "binary"}}
    part = {"type": "object", "required": ["file"], "properties": file}
    return {"requestBody": {"required": True, "content": {**raw, FORM: {"schema": part}}}}


_SHOWN = {MEDIA["json"]: {"schema": schemas.REPORT, "example": examples.REPORT}}
EXAMPLE = """@prefix dct: <http://purl.org/dc/terms/> .
<https://example.org/service> a <http://purl.org/vocab/cpsv#PublicService> ;
  dct:title "Barnetrygd"@nb .
"""
Name = Annotated[
    str | None,
    Query(
        description="What the file is called; its ending tells the format where nothing else does.",
        max_length=200,
    ),
]


def routes(service: Service) -> APIRouter:
    """Give the routes of this group."""
    router = APIRouter(prefix=PAGE, tags=["hand in"], dependencies=[SPEAKS, given_as(*MEDIA)])
    serving = service.settings.serving
    threads = anyio.CapacityLimiter(serving.desks * 4)
    # Two large files of one stranger's would else keep everybody from theirs.
    shares = Shares((serving.desks + 1) // 2, serving.patience)

    @router.post(
        "/validate",
        summary="Judge a file",
        openapi_extra=body_of(EXAMPLE),
        responses={
            200: {
                "description": "What was found, the gravest first. `X-Conforms` tells whether it "
                "could be handed in, `X-Findings` how many findings of each severity there are.",
                "content": {media: {} for media in MEDIA.values()} | _SHOWN,
            },
            **TAKING,
            **told_of(422),
        },
    )
    async def validate(
        request: Request,
        name: Name = None,
    ) -> Response:
        """Judge a file as the graph would be with it, by the rules a submission is judged by.

        A workbook that asks for a workbook comes back marked in its own cells.
        """
        form = _format(request)
        lang = language(request)
        try:
            given = await uploaded(request, service.settings, name)
        except UnknownFormat as error:
            # As in a report on several files: one that no reader takes is a finding like any other.
            file = str(error.params["file"])
            return _report([unread(error, file)], Facts(files=(file,)), form, lang)
        work = partial(_judged, service, given, form, lang)
        async with shares.one(request.state.client):
            return await in_line(work, threads, serving.waiting)

    return router


def _format(request: Request) -> str:
    asked = request.query_params.get("format")
    if asked is not None:
        return asked
    media = pick(accepted(request), tuple(MEDIA.values()))
    if media is None:
        raise NotAcceptable(list(MEDIA.values()))
    return next(form for form, told in MEDIA.items() if told == media)


def _judged(service: Service, given: Given, form: str, lang: str) -> Response:
    with service.desks.one() as desk:
        done = desk.look_at([given], whole=False)
        marked = None
        if form == given.format == "xlsx" and not done.unread:
            marked = desk.mark(given, done.findings, lang, done.remarks).content
    return _report(done.findings, facts_of([given.name], done), form, lang, marked)


def _report(
    findings: Sequence[Finding], facts: Facts, form: str, lang: str, made: bytes | None = None
) -> Response:
    counts = {kind: sum(f.severity == kind for f in findings) for kind in SEVERITIES}
    # What lies outside the file is told, and is no fault of the file's.
    grave = any(f.severity == SEVERITIES[0] and not f.outside for f in findings)
    headers = {
        "X-Findings": ", ".join(f"{kind}={n}" for kind, n in counts.items()),
        "X-Conforms": "false" if grave else "true",
        "Content-Language": lang,
        "Vary": "Accept, Accept-Language",
        "Cache-Control": "no-store",
    }
    media = MEDIA[form]
    content = _written(findings, facts, form, lang) if made is None else made
    if form == "html":
        headers["Content-Security-Policy"] = _for_page(content)
    return Response(content, 200, headers, f"{media}; charset=utf-8" if form in _TEXTS else media)


def _for_page(content: bytes) -> str:
    """Say what a browser may use of a page: its own style, which is known by its digest."""
    found = _STYLE.search(content)
    digest = base64.b64encode(hashlib.sha256(found[1] if found else b"").digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )


_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_TEXTS = {form for form, media in MEDIA.items() if media.startswith("text/")}


def _written(findings: Sequence[Finding], facts: Facts, form: str, lang: str) -> bytes:
    kept = io.BytesIO()
    out = io.TextIOWrapper(kept, "utf-8", newline="", write_through=True)
    write_findings(findings, facts, form, lang, out)
    out.flush()
    content = kept.getvalue()
    out.detach()
    return content


if set(MEDIA) - set(FORMATS) or not set(BINARY) <= set(MEDIA):
    raise RuntimeError("a report's format without its writer")
