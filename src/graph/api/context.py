"""What every document of things shares: its envelope, its layer, and the context that reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from graph.api.answer import CONTEXT, PAGE, Answer, address, held, respond
from graph.api.asked import SPEAKS, given_as
from graph.api.negotiate import language
from graph.api.problems import document, told_of
from graph.query import LAYERS, today
from graph.serving import Service, Snapshot
from graph.serving.vocabulary import layer_in, vocabulary_of
from graph.terms import LANGUAGES

_KEPT = 3600
SHOWN: Mapping[str, Any] = MappingProxyType(
    {
        "@context": f"https://livsgraf.example.org{CONTEXT}",
        "graph_version": "87984b2e450289d9",
        "date": "2026-09-01",
        "lang": "en",
    }
)
"""The envelope of examples."""
ONE: Mapping[str, Any] = MappingProxyType(
    {
        "id": "https://example.org/thing/1",
        "type": ["Thing"],
        "type_label": ["thing"],
        "label": "One of the things",
        "title": {"nb": "En av tingene", "en": "One of the things"},
        "publisher": {"id": "https://example.org/body/1", "label": "The body"},
    }
)
"""A thing of examples."""
_ALWAYS = ("@context", "id", "graph_version", "date", "lang")


CONTEXT_SAID: dict[str, Any] = {
    "summary": "The JSON-LD context",
    "response_class": Response,
    "responses": {
        200: {
            "description": "What each member of a document stands for.",
            "content": {"application/ld+json": {"schema": {"type": "object"}}},
        },
        304: {"description": "As it was."},
        **told_of(400, 405, 429, 503),
    },
}
"""How the interface's document tells of a context."""


def give_context(
    request: Request, now: Snapshot, made: Callable[[Snapshot], Mapping[str, Any]], name: str
) -> Response:
    """Give a context, or 304 where the asker has it already."""
    headers = {"ETag": f'"{now.tag}-{name}"', "Cache-Control": f"public, max-age={_KEPT}"}
    if held(request, headers["ETag"]):
        return Response(None, 304, headers)
    content = json.dumps(made(now), ensure_ascii=False, indent=1)
    return Response(content, 200, headers, "application/ld+json")


def routes(service: Service) -> APIRouter:
    """Give the routes of this group."""
    router = APIRouter(tags=["things"])
    told = described("The layers, the lowest number first.", "total", "items")

    @router.get(
        f"{PAGE}/layers",
        summary="The layers of EIF",
        dependencies=[SPEAKS, given_as("json", "jsonld")],
        responses=told,
    )
    def layers(request: Request) -> Response:
        """Give the layers in the order of the European Interoperability Framework."""
        lang, now = language(request), service.now
        items = [layer_in(name, lang) for name in LAYERS]
        body = envelope(request, now, f"{PAGE}/layers", lang)
        body |= {"total": len(items), "items": items}
        return respond(request, Answer(lambda: body, now.tag, lang, body["date"]))

    @router.get(CONTEXT, **CONTEXT_SAID)
    def context(request: Request) -> Response:
        """Give the context by which the JSON of documents is JSON-LD 1.1."""
        return give_context(request, service.now, context_of, "context")

    return router


def context_of(now: Snapshot) -> Mapping[str, Any]:
    """Give the context of a version, worked out once."""
    return now.once("context", lambda: vocabulary_of(now).context())


def envelope(request: Request, now: Snapshot, path: str, lang: str) -> dict[str, Any]:
    """Give the members that any document begins with."""
    return {
        "@context": address(request) + CONTEXT,
        "id": address(request) + path,
        "graph_version": now.tag,
        "date": today().isoformat(),
        "lang": lang,
    }


def described(
    what: str,
    *members: str,
    formats: Sequence[str] = ("json", "jsonld"),
    example: Mapping[str, Any] | None = None,
) -> dict[int | str, dict[str, Any]]:
    """Describe an address of documents for the interface: what comes, and what may be refused.

    `members` are those that its JSON always has besides the envelope's.
    """
    told = document(what, *formats)
    schema = {
        "type": "object",
        "required": [*_ALWAYS, *(name for name in members if name not in _ALWAYS)],
        "properties": {
            "@context": {"type": "string", "format": "uri"},
            "id": {"type": "string"},
            "graph_version": {"type": "string"},
            "date": {"type": "string", "format": "date"},
            "lang": {"type": "string", "enum": list(LANGUAGES)},
            "total": {"type": "integer", "minimum": 0},
            "items": {"type": "array", "items": {"type": "object"}},
            "links": {"type": "object"},
        },
    }
    content = told[200]["content"]
    content["application/json"] = {"schema": schema} | ({"example": example} if example else {})
    content["application/ld+json"] = {"schema": schema}
    return told
