"""One thing as a document, and where the document about a thing is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import Request
from starlette.responses import Response

from graph.api.answer import CONTEXT, PAGE, Answer, Writer, address, respond
from graph.api.context import context_of, envelope
from graph.api.negotiate import language
from graph.api.turtle import to_turtle
from graph.query import today
from graph.serving import Snapshot
from graph.serving import records as found_in
from graph.serving.records import INWARD, Listed
from graph.serving.vocabulary import layer_in, vocabulary_of
from graph.terms import Term

INWARD_PATH = f"{PAGE}/things/inward"
_LAST = ("inward", "inward_total", "sources", "sources_total")


def give(request: Request, now: Snapshot, thing: Term, one: Listed | None = None) -> Response:
    """Give the document about a thing; `one` is the list it was asked for in, if any."""
    lang = language(request)
    one = one or found_in.list_with(now, thing, lang)
    day = today()

    def body() -> dict[str, Any]:
        told = found_in.whole(now, thing, lang)
        last = {name: told.pop(name) for name in _LAST}
        own = {
            "layer": layer_in(one.layer if one else None, lang),
            "names": vocabulary_of(now).told([told, last["inward"], *last["sources"]], now, lang),
            **told,
            **last,
            "links": _links(request, now, thing, one, last["inward_total"], lang),
        }
        return envelope(request, now, lang, "", own, day, CONTEXT)

    others: dict[str, Writer] = {"ttl": lambda: to_turtle(body(), context_of(now))}
    answer = Answer(body, now.tag, lang, day.isoformat(), others, context=CONTEXT)
    return respond(request, answer)


def page_of(request: Request, now: Snapshot, thing: Term, lang: str) -> str:
    """Give the address of the document about a thing."""
    one = found_in.list_with(now, thing, lang)
    if one is None:
        return f"{address(request)}{PAGE}/things?iri={quote(thing.value, safe='')}"
    return f"{address(request)}{PAGE}/{one.path}/{quote(found_in.key_of(thing), safe='')}"


def _links(
    request: Request,
    now: Snapshot,
    thing: Term,
    one: Listed | None,
    totals: Mapping[str, int],
    lang: str,
) -> dict[str, Any]:
    links: dict[str, Any] = {"self": page_of(request, now, thing, lang)}
    if one is not None:
        links["list"] = f"{address(request)}{PAGE}/{one.path}"
    start = f"{address(request)}{INWARD_PATH}?iri={quote(thing.value, safe='')}&property="
    more = {name: start + quote(name) for name, total in totals.items() if total > INWARD}
    return links | ({"inward": more} if more else {})
