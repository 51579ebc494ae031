"""The lists of things: one group of addresses for each that the vocabulary declares.

Each is an operation of its own, with the parameters that its things can be chosen by.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from graph.api.answer import CONTEXT, PAGE, Answer, Writer, address, respond
from graph.api.asked import SPEAKS, Cursor, Limit, given_as
from graph.api.context import context_of, described, envelope
from graph.api.documents import give
from graph.api.examples import ONE, SHOWN
from graph.api.negotiate import language
from graph.api.paging import LIMIT, page
from graph.api.tables import addresses, flat, table_writers
from graph.api.turtle import to_turtle
from graph.catalog import text_in
from graph.describe import alphabetical
from graph.query import today
from graph.serving import Service, Snapshot
from graph.serving import records as found_in
from graph.serving.choosing import KIND, chosen
from graph.serving.records import Listed
from graph.serving.vocabulary import layer_in, vocabulary_of
from graph.terms import Term

Key = Annotated[
    str, Path(min_length=1, max_length=300, description="The last part of the thing's IRI.")
]
Part = Annotated[
    str | None, Query(min_length=1, max_length=100, description="A part of the name, in any case.")
]
FORMS = ("json", "jsonld", "ttl", "csv", "xlsx")
"""The formats of lists; the first three are those of a thing."""
EXAMPLE: dict[str, Any] = {
    **SHOWN,
    **ONE,
    "names": {"isPartOf": "part of", "publisher": "publisher", "title": "title"},
    "inward": {"isPartOf": [{"id": "https://example.org/thing/2", "label": "Another"}]},
    "inward_total": {"isPartOf": 1},
    "sources": [],
    "sources_total": 0,
    "links": {"self": f"https://livsgraf.example.org{PAGE}/things?iri={quote(ONE['id'])}"},
}
"""A document about a thing, for the document of the interface."""
_BOUNDS: dict[str, Any] = {"min_length": 1, "max_length": 500}
_TABLE_HEADS = ("id", "label", "type", "typeLabel")


def routes(service: Service) -> APIRouter:
    """Give the routes of this group."""
    router = APIRouter(tags=["things"], dependencies=[SPEAKS])
    for one in found_in.lists_of(service.root):
        _add(router, service, one)
    return router


def _add(router: APIRouter, service: Service, one: Listed) -> None:
    name = text_in(one.names, "en")

    def members(
        request: Request, q: str | None, limit: int, cursor: str | None, **asked: str | None
    ) -> Response:
        given = {word: asked[_as_name(word)] for word in (*one.filters, KIND)}
        wanted = {word: told for word, told in given.items() if told is not None}
        return _list(request, service, one, q, wanted, limit, cursor)

    members.__signature__ = _signature(one)  # type: ignore[attr-defined]
    router.add_api_route(
        f"{PAGE}/{one.path}",
        members,
        name=one.path,
        summary=name,
        description="A page of the list, in the order of the names.",
        dependencies=[given_as(*FORMS)],
        responses=described(
            "A page of the list.",
            *("total", "items", "links", "label"),
            formats=FORMS,
            example=_example(one),
        ),
    )

    def member(request: Request, key: Key) -> Response:
        found = found_in.member(service.now, one, key, language(request))
        return give(request, service.now, found, one)

    router.add_api_route(
        f"{PAGE}/{one.path}/{{key}}",
        member,
        name=f"{one.path}-one",
        summary=f"{name}: one",
        description="One thing: what is said of it, what points at it, what it rests on.",
        dependencies=[given_as(*FORMS[:3])],
        responses=described(
            "The thing.", "type", "label", "links", formats=FORMS[:3], example=EXAMPLE
        ),
    )


def _example(one: Listed) -> dict[str, Any]:
    here = f"https://livsgraf.example.org{PAGE}/{one.path}"
    return {
        **SHOWN,
        "id": here,
        "layer": layer_in(one.layer, "en"),
        "label": text_in(one.names, "en"),
        "total": 1,
        "names": {"publisher": "publisher", "title": "title"},
        "items": [{**ONE, "links": {"self": f"{here}/1"}}],
        "links": {"self": here, "first": here},
    }


def _signature(one: Listed) -> inspect.Signature:
    """Give the parameters of a list, so that the document of the interface names each of them."""
    both = inspect.Parameter.KEYWORD_ONLY
    fixed: list[tuple[str, Any, Any]] = [("request", Request, inspect.Parameter.empty)]
    fixed += [("q", Part, None)]
    fixed += [("limit", Limit, LIMIT), ("cursor", Cursor, None)]
    for word in (*one.filters, KIND):
        about = "A class" if word == KIND else "A key, a name or an IRI"
        told = Query(alias=word, description=f"{about} that things of this list have.", **_BOUNDS)
        fixed.append((_as_name(word), Annotated[str | None, told], None))
    return inspect.Signature(
        [inspect.Parameter(n, both, default=d, annotation=a) for n, a, d in fixed]
    )


def _as_name(word: str) -> str:
    return "by_" + word.replace("-", "_")


def _list(
    request: Request,
    service: Service,
    one: Listed,
    q: str | None,
    wanted: Mapping[str, str],
    limit: int,
    cursor: str | None,
) -> Response:
    lang, now = language(request), service.now
    here = f"{PAGE}/{one.path}"
    pairs = found_in.members_of(now, one, lang)
    if wanted:
        kept = set(chosen(now, one, wanted, lang))
        pairs = [pair for pair in pairs if pair[0] in kept]
    if q:
        part = alphabetical(q)
        pairs = [pair for pair in pairs if part in alphabetical(pair[1])]
    return give_list(
        request,
        now,
        [thing for thing, _ in pairs],
        here,
        limit,
        cursor,
        {"layer": layer_in(one.layer, lang), "label": text_in(one.names, lang)},
        lambda: found_in.columns_of(now, one),
        lambda item: f"{address(request)}{here}/{quote(item['id'].rpartition('/')[2], safe='')}",
    )


def give_list(
    request: Request,
    now: Snapshot,
    things: Sequence[Term],
    here: str,
    limit: int,
    cursor: str | None,
    own: Mapping[str, Any],
    columns: Callable[[], Sequence[str]],
    where: Callable[[Mapping[str, Any]], str],
) -> Response:
    """Give a page of things in the format asked for.

    Args:
        request: what was asked.
        now: the version asked.
        things: the whole list, in its order.
        here: its address.
        limit: how many a page holds.
        cursor: where to go on.
        own: the members of this list besides the envelope's.
        columns: the properties that a table has, by IRI: the same on every page.
        where: the address of the document about an item.
    """
    lang = language(request)
    shown = page(things, lambda t: t.value, cursor, limit, request, address(request) + here)
    day = today()

    def items() -> list[dict[str, Any]]:
        made = found_in.outward(now, shown.items, lang)
        return [item | {"links": {"self": where(item)}} for item in made]

    def body() -> dict[str, Any]:
        made = items()
        whole = {
            **own,
            "total": shown.total,
            "names": vocabulary_of(now).told(made, now, lang),
            "items": made,
            "links": dict(shown.links),
        }
        return envelope(request, now, lang, here, whole, day, CONTEXT)

    others: dict[str, Writer] = {"ttl": lambda: to_turtle(body(), context_of(now))}
    for form in ("csv", "xlsx"):
        others[form] = _table(form, now, str(own.get("label", "")), columns, items, lang)
    links = {name: to for name, to in shown.links.items() if name != "self"}
    name = here.rpartition("/")[2]
    answer = Answer(body, now.tag, lang, day.isoformat(), others, links, name, CONTEXT)
    return respond(request, answer)


def _table(
    form: str,
    now: Snapshot,
    title: str,
    columns: Callable[[], Sequence[str]],
    items: Callable[[], list[dict[str, Any]]],
    lang: str,
) -> Writer:
    def write() -> bytes:
        words = vocabulary_of(now)
        heads, cells = list(_TABLE_HEADS), []
        for iri in columns():
            name = words.names[iri]
            cells.append((name, words.kinds[iri].pointing))
            heads += [name, f"{name}Label"] if words.kinds[iri].pointing else [name]
        rows = []
        for item in items():
            row = [item["id"], item["label"], flat(item["type"]), flat(item["type_label"])]
            for name, pointing in cells:
                value = item.get(name)
                row += [addresses(value), flat(value, lang)] if pointing else [flat(value, lang)]
            rows.append(row)
        return table_writers(title, heads, rows)[form]()

    return write
