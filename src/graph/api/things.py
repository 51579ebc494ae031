"""Things of the graph: the lists, each thing in them, anything else by its IRI, and names."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from graph.api.answer import CONTEXT, PAGE, Answer, Writer, address, layer_of, respond
from graph.api.asked import SPEAKS, Cursor, Limit, given_as
from graph.api.negotiate import language
from graph.api.paging import LIMIT, page
from graph.api.problems import ANYWHERE, document, told_of
from graph.api.tables import flat, table_writers
from graph.api.turtle import to_turtle
from graph.catalog import text_in
from graph.describe import alphabetical
from graph.errors import BadParameter
from graph.messages import load
from graph.query import LAYERS, today
from graph.serving import Service, Snapshot
from graph.serving import records as found_in
from graph.serving.records import Listed
from graph.serving.vocabulary import vocabulary_of
from graph.terms import Term

_MOST_IRIS = 200
Iri = Annotated[
    str,
    Query(
        min_length=3,
        max_length=2000,
        description="A whole IRI.",
        json_schema_extra={"format": "iri"},
        examples=["https://psi.norge.no/los/hendelse/fa-barn"],
    ),
]
Key = Annotated[str, Path(max_length=300, description="The last part of the thing's IRI.")]
FORMATS = ("json", "jsonld", "ttl", "csv", "xlsx")
_SEE_OTHER: dict[int | str, dict[str, Any]] = {
    303: {"description": "Where the document about it is."}
}


def routes(service: Service) -> APIRouter:
    """Give the routes of this group; one for each list that the vocabulary declares."""
    router = APIRouter(tags=["things"], dependencies=[SPEAKS])
    lists = found_in.lists_of(service.root)
    listed: dict[str, Any] = {
        "dependencies": [given_as(*FORMATS)],
        "responses": document("A page of the list.", *FORMATS),
    }
    single: dict[str, Any] = {
        "dependencies": [given_as(*FORMATS[:3])],
        "responses": document("The thing.", *FORMATS[:3]),
    }

    @router.get(
        PAGE,
        summary="All there is",
        dependencies=[given_as("json", "jsonld")],
        responses=document("The lists, and links to all else.", "json", "jsonld"),
    )
    def start(request: Request) -> Response:
        """Give every list and every other address, with links."""
        return _start(request, service, lists)

    @router.get(
        f"{PAGE}/layers",
        summary="The layers of EIF",
        dependencies=[given_as("json", "jsonld")],
        responses=document("The layers.", "json", "jsonld"),
    )
    def layers(request: Request) -> Response:
        """Give the layers in the order of the European Interoperability Framework."""
        lang, now = language(request), service.now
        items = [layer_of(name, layer_label(name, lang)) for name in LAYERS]
        body = _envelope(request, now, f"{PAGE}/layers") | {"total": len(items), "items": items}
        return respond(request, Answer(lambda: body, now.tag, lang))

    @router.get(
        CONTEXT,
        summary="The JSON-LD context",
        responses={
            200: {"description": "The context.", "content": {"application/ld+json": {}}},
            **told_of(400, 503),
        },
        response_class=Response,
    )
    def context() -> Response:
        """Give the context by which the JSON of documents is JSON-LD."""
        now = service.now
        content = json.dumps(context_of(now), ensure_ascii=False, indent=1)
        headers = {"ETag": f'"{now.tag}-context"', "Cache-Control": "public, max-age=3600"}
        return Response(content, 200, headers, "application/ld+json")

    @router.get(
        f"{PAGE}/labels",
        summary="Names of things",
        dependencies=[given_as("json", "jsonld")],
        responses=document("A name for each.", "json", "jsonld"),
    )
    def labels(
        request: Request,
        iri: Annotated[list[Iri], Query(min_length=1, max_length=_MOST_IRIS)],
    ) -> Response:
        """Give the name of each IRI; one that the graph does not know is its own name."""
        lang, now = language(request), service.now
        names = now.names([_term(one) for one in iri], lang)
        items = [{"id": one, "label": names.get(_term(one), one)} for one in iri]
        body = _envelope(request, now, f"{PAGE}/labels") | {"lang": lang, "items": items}
        return respond(request, Answer(lambda: body, now.tag, lang))

    @router.get(f"{PAGE}/things", summary="Anything, by its IRI", **single)
    def thing(request: Request, iri: Iri) -> Response:
        """Give what is said of a thing, what points at it, and what that rests on."""
        return _thing(request, service, found_in.known(service.now, iri))

    @router.get("/id/{kind}/{key}", summary="A thing of ours", responses=_led())
    def identified(
        request: Request, kind: Annotated[str, Path(max_length=100)], key: Key
    ) -> Response:
        """Lead from the IRI of a thing to the document about it."""
        return _lead(request, service, found_in.own(kind, key))

    @router.get("/about", summary="A thing of others", responses=_led())
    def about(request: Request, iri: Iri) -> Response:
        """Lead from an IRI of anybody's to the document about it."""
        return _lead(request, service, iri)

    for one in lists:
        _add_list(router, service, one, listed, single)
    return router


def _add_list(
    router: APIRouter,
    service: Service,
    one: Listed,
    listed: Mapping[str, Any],
    single: Mapping[str, Any],
) -> None:
    name = text_in(one.names, "en")

    @router.get(f"{PAGE}/{one.path}", summary=name, name=one.path, **listed)
    def members(
        request: Request,
        q: Annotated[
            str | None, Query(min_length=1, max_length=100, description="A part of the name.")
        ] = None,
        limit: Limit = LIMIT,
        cursor: Cursor = None,
    ) -> Response:
        """Give the things of the list in the order of their names."""
        return _list(request, service, one, q, limit, cursor)

    @router.get(
        f"{PAGE}/{one.path}/{{key}}", summary=f"{name}: one", name=f"{one.path}-one", **single
    )
    def member(request: Request, key: Key) -> Response:
        """Give one thing of the list."""
        found = found_in.member(service.now, one, key, language(request))
        return _thing(request, service, found, one)


# -- the documents ----------------------------------------------------------------------------


def layer_label(name: str, lang: str) -> str:
    """Name a layer for people."""
    return load(lang)[f"layer.{name}"]


def context_of(now: Snapshot) -> Mapping[str, Any]:
    """Give the context of a version, worked out once."""
    return now.once("context", lambda: vocabulary_of(now).context())


def _envelope(request: Request, now: Snapshot, path: str) -> dict[str, Any]:
    return {
        "@context": address(request) + CONTEXT,
        "id": address(request) + path,
        "graph_version": now.tag,
        "date": today().isoformat(),
    }


def _start(request: Request, service: Service, lists: Sequence[Listed]) -> Response:
    lang, now, top = language(request), service.now, address(request)
    items = [
        {
            "id": f"{top}{PAGE}/{one.path}",
            "label": text_in(one.names, lang),
            "layer": one.layer and layer_of(one.layer, layer_label(one.layer, lang)),
            "count": len(found_in.members_of(now, one, lang)),
        }
        for one in lists
    ]
    others = ("gaps", "summary", "queries", "things", "labels", "layers", "dumps", "submissions")
    links = {name: f"{top}{PAGE}/{name}" for name in (*others, "validate", "version")}
    links |= {"sparql": f"{top}/sparql", "interface": f"{top}{PAGE}/openapi.json"}
    body = _envelope(request, now, PAGE) | {"lang": lang, "items": items, "links": links}
    return respond(request, Answer(lambda: body, now.tag, lang))


def _list(
    request: Request, service: Service, one: Listed, q: str | None, limit: int, cursor: str | None
) -> Response:
    lang, now = language(request), service.now
    here = f"{PAGE}/{one.path}"
    pairs = found_in.members_of(now, one, lang)
    if q:
        wanted = alphabetical(q)
        pairs = [pair for pair in pairs if wanted in alphabetical(pair[1])]
    shown = page(pairs, lambda p: p[0].value, cursor, limit, request, address(request) + here)

    def items() -> list[dict[str, Any]]:
        made = found_in.outward(now, [thing for thing, _ in shown.items], lang)
        for item in made:
            key = item["id"].rpartition("/")[2]
            item["links"] = {"self": f"{address(request)}{here}/{quote(key)}"}
        return made

    def body() -> dict[str, Any]:
        return {
            **_envelope(request, now, here),
            "layer": one.layer and layer_of(one.layer, layer_label(one.layer, lang)),
            "label": text_in(one.names, lang),
            "lang": lang,
            "total": shown.total,
            "items": items(),
            "links": shown.links,
        }

    others: dict[str, Writer] = {"ttl": lambda: to_turtle(body(), context_of(now))}
    for form in ("csv", "xlsx"):
        others[form] = _table(form, text_in(one.names, lang), items)
    links = {name: to for name, to in shown.links.items() if name != "self"}
    return respond(request, Answer(body, now.tag, lang, "", others, links, one.path))


def _table(form: str, title: str, items: Any) -> Writer:
    def write() -> bytes:
        made = items()
        first = ("id", "label", "type_label")
        more = sorted({name for item in made for name in item} - {*first, "type", "links"})
        heads = [*first, *more]
        rows = [[flat(item.get(name)) for name in heads] for item in made]
        return table_writers(title, heads, rows)[form]()

    return write


def _thing(request: Request, service: Service, thing: Term, one: Listed | None = None) -> Response:
    lang, now = language(request), service.now
    one = one or found_in.list_with(now, thing, lang)
    layer = one.layer if one else None

    def body() -> dict[str, Any]:
        told = found_in.whole(now, thing, lang)
        return {
            "@context": address(request) + CONTEXT,
            "id": told.pop("id"),
            "type": told.pop("type"),
            "type_label": told.pop("type_label"),
            "label": told.pop("label"),
            "layer": layer and layer_of(layer, layer_label(layer, lang)),
            "graph_version": now.tag,
            "date": today().isoformat(),
            "lang": lang,
            **told,
            "links": {"self": _page_of(request, now, thing, lang)},
        }

    others: dict[str, Writer] = {"ttl": lambda: to_turtle(body(), context_of(now))}
    return respond(request, Answer(body, now.tag, lang, today().isoformat(), others))


def _page_of(request: Request, now: Snapshot, thing: Term, lang: str) -> str:
    one = found_in.list_with(now, thing, lang)
    if one is None:
        return f"{address(request)}{PAGE}/things?iri={quote(thing.value, safe='')}"
    return f"{address(request)}{PAGE}/{one.path}/{quote(found_in.key_of(thing))}"


def _lead(request: Request, service: Service, name: str) -> Response:
    now = service.now
    thing = found_in.known(now, name)
    to = _page_of(request, now, thing, language(request))
    return RedirectResponse(to, 303, {"Vary": "Accept", "Cache-Control": "public, max-age=60"})


def _term(name: str) -> Term:
    from graph.terms import iri

    try:
        return iri(name)
    except ValueError:
        raise BadParameter("iri", name[:80], ["IRI"]) from None


def _led() -> dict[int | str, dict[str, Any]]:
    return {**_SEE_OTHER, **told_of(*ANYWHERE)}
