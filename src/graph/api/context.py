"""What every document of things shares: its envelope, its layer, and the context that reads it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from graph.api import examples, schemas
from graph.api.answer import CONTEXT, FRESH, PAGE, Answer, address, held, respond
from graph.api.asked import SPEAKS, given_as
from graph.api.negotiate import language
from graph.api.problems import document, told_of
from graph.gaps import data_date
from graph.query import LAYERS, today
from graph.serving import Service, Snapshot
from graph.serving.vocabulary import layer_in, vocabulary_of
from graph.terms import LANGUAGES

ALWAYS = ("@context", "id", "layer", "graph_version", "date", "data_date", "lang")
"""The members that every document has."""
_FIRST = (
    *("@context", "id", "type", "type_label", "label", "layer", "severity", "certainty", "query"),
    *("graph_version", "date", "data_date", "lang", "total"),
)
_LAST = ("items", "links")


CONTEXT_SAID: dict[str, Any] = {
    "summary": "The JSON-LD context",
    "response_class": Response,
    "responses": {
        200: {
            "description": "What each member of a document stands for.",
            "content": {
                "application/ld+json": {
                    "schema": schemas.CONTEXT,
                    "example": examples.CONTEXT_OF,
                }
            },
        },
        304: {"description": "As it was."},
        **told_of(400, 405, 429, 503),
    },
}
"""How the interface's document tells of a context."""


def give_context(
    request: Request, now: Snapshot, made: Callable[[Snapshot], Mapping[str, Any]], name: str
) -> Response:
    """Give a context, or 304 where the asker has it already.

    It follows from what is in the graph, so it may be kept no longer than the documents it reads.
    """
    headers = {"ETag": f'"{now.tag}-{name}"', "Cache-Control": f"public, max-age={FRESH}"}
    if held(request, headers["ETag"]):
        return Response(None, 304, headers)
    content = json.dumps(made(now), ensure_ascii=False, indent=1)
    return Response(content, 200, headers, "application/ld+json")


def routes(service: Service) -> APIRouter:
    """Give the routes of this group."""
    router = APIRouter(tags=["things"])
    told = described(
        "The layers, the lowest number first.",
        *("total", "items"),
        example=examples.LAYERS,
        members=schemas.LAYERS_TOLD,
    )

    @router.get(
        f"{PAGE}/layers",
        summary="The layers of EIF",
        dependencies=[SPEAKS, given_as("json")],
        responses=told,
    )
    def layers(request: Request) -> Response:
        """Give the layers in the order of the European Interoperability Framework."""
        lang, now = language(request), service.now
        items = [layer_in(name, lang) for name in LAYERS]
        body = envelope(request, now, lang, f"{PAGE}/layers", {"items": items})
        return respond(request, Answer(lambda: body, now.tag, lang, body["date"]))

    @router.get(CONTEXT, **CONTEXT_SAID)
    def context(request: Request) -> Response:
        """Give the context by which the JSON of documents is JSON-LD 1.1."""
        return give_context(request, service.now, context_of, "context")

    return router


def context_of(now: Snapshot) -> Mapping[str, Any]:
    """Give the context of a version, worked out once."""
    return now.once("context", lambda: vocabulary_of(now).context())


def envelope(
    request: Request,
    now: Snapshot,
    lang: str,
    path: str,
    own: Mapping[str, Any],
    day: datetime.date | None = None,
    context: str | None = None,
) -> dict[str, Any]:
    """Make a document: what any has, in one order, around what is its own.

    First `@context`, `id`, `type`, `type_label`, `label`, `layer`, `severity`, `certainty`,
    `query`, `graph_version`, `date`, `data_date`, `lang`, `total`, those that it has; then what is
    its own; last `items` and `links`. `data_date` is the day to which the content is known.
    `@context` is null where it is no JSON-LD, `layer` where it has none.

    Args:
        request: what was asked.
        now: the version it tells of.
        lang: the language of its texts.
        path: where it lies; its `id`, unless it has one of its own.
        own: its other members. A list without `total` is whole.
        day: the day asked about; today unless given.
        context: where the context lies by which it is JSON-LD.
    """
    known = now.once("data_date", lambda: data_date(now.ask))
    whole = {
        "id": address(request) + path,
        "layer": None,
        **own,
        "@context": address(request) + context if context else None,
        "graph_version": now.tag,
        "date": (day or today()).isoformat(),
        "data_date": known.isoformat() if known else None,
        "lang": lang,
    }
    if "items" in whole:
        whole.setdefault("total", len(whole["items"]))
    middle = [name for name in whole if name not in _FIRST and name not in _LAST]
    return {name: whole[name] for name in (*_FIRST, *middle, *_LAST) if name in whole}


def described(
    what: str,
    *always: str,
    formats: Sequence[str] = ("json",),
    example: Mapping[str, Any] | None = None,
    members: Mapping[str, Any] | None = None,
) -> dict[int | str, dict[str, Any]]:
    """Describe an address of documents for the interface: what comes, and what may be refused.

    `always` are those that its JSON always has besides the envelope's; `members` tells the types
    of those that it may have.
    """
    told = document(what, *formats)
    properties = {"total": schemas.COUNT, "items": _ITEMS, "links": {"type": "object"}}
    schema = enveloped(
        {"properties": properties | dict(members or {}), "required": always}, "jsonld" in formats
    )
    shown = {"schema": schema} | ({"example": example} if example else {})
    content = told[200]["content"]
    content["application/json"] = shown
    if "jsonld" in formats:
        content["application/ld+json"] = shown
    return told


_ITEMS = {"type": "array", "items": {"type": "object"}}


def enveloped(schema: Mapping[str, Any], linked: bool = False) -> dict[str, Any]:
    """Add to the schema of a document what every document has; `linked`: it is JSON-LD too."""
    return {
        "type": "object",
        "required": list(dict.fromkeys([*ALWAYS, *schema.get("required", ())])),
        "properties": {
            "@context": {"type": "string", "format": "uri"} if linked else {"type": "null"},
            "id": {"type": "string"},
            "layer": schemas.LAYER_OR_NONE,
            "graph_version": {"type": "string"},
            "date": {"type": "string", "format": "date"},
            "data_date": {"type": ["string", "null"], "format": "date"},
            "lang": {"type": "string", "enum": list(LANGUAGES)},
            **schema.get("properties", {}),
        },
    }
