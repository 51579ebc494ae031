"""The questions that are ready to be asked: what they are, their text, and what they answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from graph import assets
from graph.api import examples, schemas
from graph.api.answer import FRESH, PAGE, Answer, Writer, address, held, respond
from graph.api.asked import SPEAKS, Cursor, Limit, given_as
from graph.api.context import described, envelope
from graph.api.gaps import chosen_by, day_of, parameters, wanted_of
from graph.api.negotiate import accepted, language, pick
from graph.api.paging import LIMIT, page
from graph.api.tables import flat, table_writers
from graph.catalog import named, text_in
from graph.query import ASKABLE, bind, defaults, load
from graph.query import Query as Question
from graph.serving import Service, Snapshot
from graph.serving.vocabulary import layer_in, value_of
from graph.terms import Rows, Term

_HERE = f"{PAGE}/queries"
_SPARQL = "application/sparql-query"
Name = Annotated[str, Path(max_length=100, description="The name of a query.")]


def routes(service: Service) -> APIRouter:
    """Give the routes of this group; one for each query, with the parameters of its header."""
    router = APIRouter(prefix=_HERE, tags=["queries"], dependencies=[SPEAKS])
    paths = [path for kind in ASKABLE for path in assets.files(kind, service.root)]
    questions = [load(path) for path in paths]

    @router.get(
        "",
        summary="Every query",
        dependencies=[given_as("json")],
        responses=described(
            "Names, layers, and what each asks for.",
            *("total", "items"),
            example=examples.QUERIES,
            members=schemas.QUERIES,
        ),
    )
    def listed(
        request: Request,
        kind: Annotated[
            Literal["gaps", "questions", "networks"] | None,
            Query(description="Only queries of this kind."),
        ] = None,
    ) -> Response:
        """Give the gap queries, the questions and the networks."""
        now, lang = service.now, language(request)
        items = [_told(request, one, lang) for one in questions if kind in (None, one.kind)]
        body = envelope(request, now, lang, _HERE, {"items": items})
        return respond(request, Answer(lambda: body, now.tag, lang, body["date"]))

    always = ("name", "title", "text", "links")
    known = described("The query.", *always, example=examples.QUERY, members=schemas.QUERY)
    known[200]["content"][_SPARQL] = {}

    @router.get("/{name}", summary="One query", dependencies=[given_as("json")], responses=known)
    def one(request: Request, name: Name) -> Response:
        """Give what a query asks, why, and its text, which runs in any SPARQL tool."""
        now, lang = service.now, language(request)
        found = now.query(named([one.name for one in questions], name))
        media = pick(accepted(request), ("application/json", _SPARQL))
        if media == _SPARQL and "format" not in request.query_params:
            headers = {
                "ETag": f'"{now.tag}-{found.name}"',
                "Vary": "Accept",
                "Cache-Control": f"public, max-age={FRESH}",
                "X-Graph-Version": now.tag,
            }
            if held(request, headers["ETag"]):
                return Response(None, 304, headers)
            return Response(found.text, 200, headers, _SPARQL)
        told = _told(request, found, lang)
        body = envelope(request, now, lang, "", {**told, "text": found.text})
        return respond(request, Answer(lambda: body, now.tag, lang, body["date"]))

    for question in questions:
        _add(router, service, question)
    return router


def _add(router: APIRouter, service: Service, question: Question) -> None:
    known = chosen_by([question])
    formats = ("json", "csv", "xlsx")

    @router.get(
        f"/{question.name}/results",
        summary=text_in(question.title, "en"),
        name=f"results-{question.name}",
        dependencies=[given_as(*formats)],
        openapi_extra={"parameters": parameters(known, day="date" in question.parameters)},
        responses=described(
            "A page of its rows, with names.",
            *("total", "items", "links"),
            formats=formats,
            example=examples.results_of(question),
            members=schemas.RESULTS,
        ),
    )
    def results(request: Request, limit: Limit = LIMIT, cursor: Cursor = None) -> Response:
        """Ask the query; a thing may be named by any of its names."""
        now, lang, day = service.now, language(request), day_of(request)
        wanted = wanted_of(request, now, known)
        key = ("results", question.name, day, tuple(sorted(wanted.items())))
        text = bind(question, {**defaults(question, day), **wanted})
        rows: Rows = now.chosen(key, lambda: now.ask(text, question.name))
        here = f"{_HERE}/{question.name}/results"
        numbered = list(enumerate(rows.rows))
        shown = page(
            numbered, lambda pair: str(pair[0]), cursor, limit, request, address(request) + here
        )

        def items() -> list[dict[str, Any]]:
            return _rows(now, rows.variables, [row for _, row in shown.items], lang)

        def body() -> dict[str, Any]:
            own = {
                "layer": layer_in(question.layer, lang),
                "severity": question.severity,
                "query": {"name": question.name, "title": text_in(question.title, lang)},
                "total": shown.total,
                "columns": {n: text_in(t, lang) for n, t in question.columns.items()},
                "items": items(),
                "links": shown.links,
            }
            return envelope(request, now, lang, here, own, day)

        others = {form: _table(form, question.name, rows.variables, items) for form in formats[1:]}
        links = {name: to for name, to in shown.links.items() if name != "self"}
        answer = Answer(body, now.tag, lang, day.isoformat(), others, links, question.name)
        return respond(request, answer)


def _table(form: str, name: str, heads: Sequence[str], items: Any) -> Writer:
    def write() -> bytes:
        rows = [[flat(item.get(head)) for head in heads] for item in items()]
        return table_writers(name, heads, rows)[form]()

    return write


def _rows(
    now: Snapshot, heads: Sequence[str], rows: Sequence[tuple[Term | None, ...]], lang: str
) -> list[dict[str, Any]]:
    names = now.names([term for row in rows for term in row], lang)
    return [
        {
            head: value_of(term, names)
            for head, term in zip(heads, row, strict=True)
            if term is not None
        }
        for row in rows
    ]


def _told(request: Request, question: Question, lang: str) -> dict[str, Any]:
    here = f"{address(request)}{_HERE}/{question.name}"
    return {
        "id": here,
        "name": question.name,
        "kind": question.kind,
        "layer": layer_in(question.layer, lang),
        "severity": question.severity,
        "title": text_in(question.title, lang),
        "why": text_in(question.why, lang),
        "remedy": text_in(question.remedy, lang),
        "parameters": [
            {
                "name": option.words[0],
                "label": text_in(option.parameter.label, lang),
                "type": option.parameter.type,
            }
            for option in chosen_by([question], day=True)
            if option.parameter is not None
        ],
        "columns": {name: text_in(texts, lang) for name, texts in question.columns.items()},
        "links": {"results": f"{here}/results"},
    }
