"""Where everything begins, and any thing by its IRI."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from graph.api import examples, schemas
from graph.api.answer import PAGE, Answer, address, kept, respond
from graph.api.asked import SPEAKS, Cursor, Limit, given_as
from graph.api.context import described, envelope
from graph.api.documents import INWARD_PATH, give, page_of
from graph.api.lists import EXAMPLE, FORMS, give_list
from graph.api.negotiate import language
from graph.api.paging import LIMIT
from graph.api.problems import ANYWHERE, told_of
from graph.catalog import text_in
from graph.errors import UnknownName
from graph.serving import Service
from graph.serving import records as found_in
from graph.serving.records import Listed
from graph.serving.vocabulary import layer_in, vocabulary_of
from graph.terms import Term

Iri = Annotated[
    str,
    Query(
        min_length=1,
        max_length=2000,
        description="A whole IRI.",
        json_schema_extra={"format": "iri"},
        examples=["https://psi.norge.no/los/hendelse/fa-barn"],
    ),
]
_LED: dict[int | str, dict[str, Any]] = {
    303: {
        "description": "Where the document about it is.",
        "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
    },
    **told_of(*ANYWHERE),
}
_LISTS = ("total", "items", "links")
_ADDRESSES = (
    *("gaps", "summary", "scorecard", "matrix", "flow-matrix", "queries", "things", "labels"),
    *("layers", "dumps", "submissions", "validate", "version"),
)


def routes(service: Service) -> APIRouter:
    """Give the routes of this group."""
    router = APIRouter(tags=["things"], dependencies=[SPEAKS])
    lists = found_in.lists_of(service.root)
    single = described("The thing.", "label", "links", formats=FORMS[:3], example=EXAMPLE)

    @router.get("/", include_in_schema=False)
    def top() -> Response:
        """Lead to what there is."""
        return RedirectResponse(PAGE, 303)

    @router.get(
        PAGE,
        summary="All there is",
        dependencies=[given_as("json")],
        responses=described(
            "Every list and every other address.",
            *_LISTS,
            example=examples.START,
            members=schemas.START,
        ),
    )
    def start(request: Request) -> Response:
        """Give every list and every other address, with links."""
        return _start(request, service, lists)

    @router.get(
        f"{PAGE}/things",
        summary="Anything, by its IRI",
        dependencies=[given_as(*FORMS[:3])],
        responses=single,
    )
    def thing(request: Request, iri: Iri) -> Response:
        """Give what is said of a thing, what points at it, and what that rests on."""
        now = service.now
        return give(request, now, found_in.known(now, iri))

    @router.get(
        INWARD_PATH,
        summary="What points at a thing",
        dependencies=[given_as(*FORMS)],
        responses=described(
            "A page of them.",
            *_LISTS,
            formats=FORMS,
            example=examples.POINTING,
            members=schemas.POINTING,
        ),
    )
    def inward(
        request: Request,
        iri: Iri,
        property: Annotated[  # noqa: A002
            str,
            Query(min_length=1, max_length=100, description="A name from `inward_total`."),
        ],
        limit: Limit = LIMIT,
        cursor: Cursor = None,
    ) -> Response:
        """Give all that points at a thing in one way, where the document about it names the first.

        Those that it rests on are among them.
        """
        return _inward(request, service, iri, property, limit, cursor)

    @router.get(
        "/id/{kind}/{key}", summary="A thing of ours", responses=_LED, response_class=Response
    )
    def identified(
        request: Request,
        kind: Annotated[str, Path(max_length=100)],
        key: Annotated[str, Path(max_length=300)],
    ) -> Response:
        """Lead from the IRI of a thing to the document about it."""
        return _lead(request, service, found_in.own(kind, key))

    @router.get("/id/{key}", summary="A code list of ours", responses=_LED, response_class=Response)
    def identified_list(request: Request, key: Annotated[str, Path(max_length=300)]) -> Response:
        """Lead from the IRI of a code list to the document about it."""
        return _lead(request, service, found_in.own(key))

    @router.get("/about", summary="A thing of others", responses=_LED, response_class=Response)
    def about(request: Request, iri: Iri) -> Response:
        """Lead from an IRI of anybody's to the document about it."""
        return _lead(request, service, iri)

    return router


def _start(request: Request, service: Service, lists: Sequence[Listed]) -> Response:
    lang, now, top = language(request), service.now, address(request)
    items = [
        {
            "id": f"{top}{PAGE}/{one.path}",
            "label": text_in(one.names, lang),
            "layer": layer_in(one.layer, lang),
            "count": len(found_in.members_of(now, one, lang)),
        }
        for one in lists
    ]
    # The interface's own list: how routes are kept inside the application is the library's.
    there = request.app.openapi()["paths"]
    links = {name: f"{top}{PAGE}/{name}" for name in _ADDRESSES if f"{PAGE}/{name}" in there}
    links |= {"sparql": f"{top}/sparql", "interface": f"{top}{PAGE}/openapi.json"}
    body = envelope(request, now, lang, PAGE, {"items": items, "links": links})
    return respond(request, Answer(lambda: body, now.tag, lang, body["date"]))


def _inward(
    request: Request, service: Service, iri: str, name: str, limit: int, cursor: str | None
) -> Response:
    lang, now = language(request), service.now
    thing = found_in.known(now, iri)
    words = vocabulary_of(now)
    pointing = found_in.pointing_at(now, thing)
    things = pointing.get(words.iris.get(name, ""))
    if things is None:
        raise UnknownName(name, "value", (), sorted(words.names[p] for p in pointing))
    label = now.names([thing, Term("iri", words.iris[name])], lang)
    own = {
        "label": label[Term("iri", words.iris[name])],
        "of": {"id": thing.value, "label": label[thing]},
    }
    return give_list(
        request,
        now,
        things,
        INWARD_PATH,
        limit,
        cursor,
        own,
        lambda: found_in.columns_among(now, things),
        lambda item: page_of(request, now, Term("iri", item["id"]), lang),
    )


def _lead(request: Request, service: Service, name: str) -> Response:
    now = service.now
    thing = found_in.known(now, name)
    to = page_of(request, now, thing, language(request))
    asked = request.query_params.get("lang")
    if asked is not None:
        to += ("&" if "?" in to else "?") + urlencode({"lang": asked})
    headers = {"Vary": "Accept, Accept-Language", "X-Graph-Version": now.tag}
    return RedirectResponse(to, 303, {**headers, "Cache-Control": kept(request)})
