"""What is wrong in a file, and how to mend it; nothing of it is kept."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from graph.api.answer import PAGE
from graph.api.asked import SPEAKS, given_as
from graph.api.negotiate import language, pick
from graph.api.problems import PROBLEMS, told_of
from graph.api.uploads import ENDINGS, FORM, uploaded
from graph.errors import NotAcceptable
from graph.examining.facts import facts_of
from graph.findings import SEVERITIES
from graph.render.findings import BINARY, FORMATS, write_findings
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
    raw = {media: {"schema": {"type": "string", "format": "binary"}} for media in ENDINGS}
    raw["text/turtle"] = {"schema": {"type": "string"}, "example": example}  # type: ignore[dict-item]
    file = {"file": {"type": "string", "format": "binary"}}
    part = {"type": "object", "required": ["file"], "properties": file}
    return {"requestBody": {"required": True, "content": {**raw, FORM: {"schema": part}}}}


EXAMPLE = """@prefix dct: <http://purl.org/dc/terms/> .
<https://example.org/service> a <http://purl.org/vocab/cpsv#PublicService> ;
  dct:title "Barnetrygd"@nb .
"""
Name = Annotated[
    str | None,
    Query(description="The file's name; its ending tells the format.", max_length=200),
]


def routes(service: Service) -> APIRouter:
    """Give the routes of this group."""
    router = APIRouter(prefix=PAGE, tags=["hand in"], dependencies=[SPEAKS, given_as(*MEDIA)])
    threads = anyio.CapacityLimiter(service.settings.serving.desks * 4)

    @router.post(
        "/validate",
        summary="Judge a file",
        openapi_extra=body_of(EXAMPLE),
        responses={
            200: {
                "description": "What was found, the gravest first; `X-Findings` has the sums.",
                "content": {media: {} for media in MEDIA.values()},
            },
            **PROBLEMS,
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
        given = await uploaded(request, service.settings, name)
        work = partial(_judged, service, given, form, language(request))
        return await anyio.to_thread.run_sync(work, limiter=threads)

    return router


def _format(request: Request) -> str:
    asked = request.query_params.get("format")
    if asked is not None:
        return asked
    media = pick(request.headers.get("accept", ""), tuple(MEDIA.values()))
    if media is None:
        raise NotAcceptable(list(MEDIA.values()))
    return next(form for form, told in MEDIA.items() if told == media)


def _judged(service: Service, given: Given, form: str, lang: str) -> Response:
    with service.desks.one() as desk:
        done = desk.look_at([given], whole=False)
        facts = facts_of([given.name], done)
        if form == given.format == "xlsx" and not done.unread:
            content = desk.mark(given, done.findings, lang, done.remarks).content
        else:
            content = _written(done.findings, facts, form, lang)
    counts = {kind: sum(f.severity == kind for f in done.findings) for kind in SEVERITIES}
    headers = {
        "X-Findings": ", ".join(f"{kind}={n}" for kind, n in counts.items()),
        "X-Conforms": "false" if counts[SEVERITIES[0]] else "true",
        "Content-Language": lang,
        "Vary": "Accept, Accept-Language",
        "Cache-Control": "no-store",
    }
    media = MEDIA[form]
    return Response(content, 200, headers, f"{media}; charset=utf-8" if form in _TEXTS else media)


_TEXTS = {form for form, media in MEDIA.items() if media.startswith("text/")}


def _written(findings: Any, facts: Any, form: str, lang: str) -> bytes:
    kept = io.BytesIO()
    out = io.TextIOWrapper(kept, "utf-8", newline="", write_through=True)
    write_findings(findings, facts, form, lang, out)
    out.flush()
    content = kept.getvalue()
    out.detach()
    return content


if set(MEDIA) - set(FORMATS) or not set(BINARY) <= set(MEDIA):
    raise RuntimeError("a report's format without its writer")
