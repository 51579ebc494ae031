"""What is missing: gaps with filters, one gap with its reasons, sums, and two columns crossed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from graph import options
from graph.api import examples, schemas
from graph.api.answer import PAGE, Answer, Writer, address, respond
from graph.api.asked import SPEAKS, Cursor, Limit, given_as
from graph.api.context import CONTEXT_SAID, context_of, described, envelope, give_context
from graph.api.negotiate import language
from graph.api.paging import LIMIT, page
from graph.api.tables import flat, table_writers
from graph.api.turtle import to_turtle
from graph.catalog import kebab, named
from graph.errors import BadParameter, LivsgrafError, StrangeValue
from graph.gaps import STATES, Gap
from graph.options import Option
from graph.query import Parameter, load, today
from graph.serving import Service, Snapshot, lacks
from graph.serving.lacks import Choice
from graph.serving.vocabulary import layer_in
from graph.terms import DCT, LG, Term, date

Layer = Annotated[
    Literal["legal", "organisational", "semantic", "technical", "governance"] | None,
    Query(description="Only gaps of this layer."),
]
Certainty = Annotated[
    list[Literal["confirmed", "inferred", "not-reported"]] | None,
    Query(description="Only gaps as sure as this; may be repeated."),
]
Severity = Annotated[
    list[Literal["violation", "warning", "info"]] | None,
    Query(description="Only gaps as grave as this; may be repeated."),
]
Names = Annotated[
    list[str] | None,
    Query(alias="query", description="Only this gap query; may be repeated."),
]
COUNTS = ("json", "csv", "xlsx")
"""The formats of what is counted: numbers are no statements of the graph."""
OF_LIST, OF_ONE = f"{PAGE}/context-gaps.jsonld", f"{PAGE}/context-gap.jsonld"
ROWS = ("json", "jsonld", "ttl", "csv", "xlsx")
_OWN = frozenset({"layer", "certainty", "severity", "query", "date", "lang", "format", "limit"})
_TYPES = {"date": "string", "integer": "integer", "boolean": "boolean"}


def routes(service: Service) -> APIRouter:
    """Give the routes of this group; what one may choose by stands in the queries' headers."""
    from graph import assets

    router = APIRouter(prefix=PAGE, tags=["gaps"], dependencies=[SPEAKS])
    queries = [load(path) for path in assets.files("gaps", service.root)]
    states = [load(path) for path in assets.files("questions", service.root) if path.stem == STATES]
    known = chosen_by(queries, columns=True)
    listed = parameters(known, day=True)
    shown = {kebab(name): name for query in queries for name in query.columns}
    shown |= {name: name for name in lacks.SHARED}
    crossing = {
        word: option.name
        for option in known
        for word in option.words
        if option.name in shown.values()
    }
    # Any word that chooses is taken; those told are the ones that tables have.
    crossing |= shown

    @router.get("/context-gaps.jsonld", **CONTEXT_SAID)
    def context(request: Request) -> Response:
        """Give the context by which the JSON of gaps is JSON-LD 1.1."""
        return give_context(request, service.now, context_of_list, "context-gaps")

    @router.get("/context-gap.jsonld", **CONTEXT_SAID)
    def context_one(request: Request) -> Response:
        """Give the context by which the JSON of one gap is JSON-LD 1.1."""
        return give_context(request, service.now, context_of_one, "context-gap")

    @router.get(
        "/gaps",
        summary="Gaps",
        dependencies=[given_as(*ROWS)],
        openapi_extra={"parameters": listed},
        responses=described(
            "A page of gaps, with counts of all that were found.",
            *("total", "counts", "items", "links"),
            formats=ROWS,
            example=examples.GAPS,
            members=schemas.GAPS,
        ),
    )
    def find(
        request: Request,
        layer: Layer = None,
        certainty: Certainty = None,
        severity: Severity = None,
        query: Names = None,
        limit: Limit = LIMIT,
        cursor: Cursor = None,
    ) -> Response:
        """Give what is missing, and what nobody has reported, which is never called missing.

        A gap in several life events is a row for each; the counts are of different gaps.
        """
        choice = _choice(request, service, known, (layer, certainty, severity, query))
        return _list(request, service, choice, limit, cursor)

    @router.get(
        "/gaps/{key}",
        summary="One gap with its reasons",
        dependencies=[given_as(*ROWS[:3])],
        openapi_extra={"parameters": [_DAY]},
        responses=described(
            "The gap.",
            *("type", "label", "links"),
            formats=ROWS[:3],
            example=examples.GAP,
            members=schemas.GAP,
        ),
    )
    def reasons(
        request: Request,
        key: Annotated[str, Path(max_length=400, description="The gap's name: query:key.")],
    ) -> Response:
        """Give what is lacking, why it is asked, what would close it, and what that rests on."""
        lang, now, day = language(request), service.now, day_of(request)
        told = lacks.reasons(now, key, day, lang)

        def body() -> dict[str, Any]:
            kind = lacks.kind_of(told["certainty"])
            own = {"type": kind, **told, "links": _links(request, told)}
            here = f"{PAGE}/gaps/{quote(key)}"
            return envelope(request, now, lang, here, own, day, OF_ONE)

        return _answer(request, now, body, lang, day, OF_ONE)

    @router.get(
        "/summary",
        summary="Sums by life event and layer",
        dependencies=[given_as(*COUNTS)],
        openapi_extra={"parameters": parameters(chosen_by(states, columns=True), day=True)},
        responses=described(
            "The sums that livsgraf gaps --summary shows.",
            *("total", "items"),
            formats=COUNTS,
            example=examples.SUMMARY,
            members=schemas.SUMMARY,
        ),
    )
    def summary(request: Request, layer: Layer = None) -> Response:
        """Count needs that are whole, partly so, permitted, missing and not reported."""
        lang, now, day = language(request), service.now, day_of(request)
        wanted = wanted_of(request, now, chosen_by(states, columns=True))
        told = lacks.sums(now, day, wanted, layer, lang)

        def body() -> dict[str, Any]:
            own = {"layer": layer_in(layer, lang), **told}
            return envelope(request, now, lang, f"{PAGE}/summary", own, day)

        heads = ("event", "layer", "n", "whole", "partly", "permitted", "missing", "not-reported")
        rows = [
            [flat(line.get(name)) for name in heads] for line in [*told["items"], *told["totals"]]
        ]
        tables = table_writers("summary", heads, rows)
        return respond(request, Answer(body, now.tag, lang, day.isoformat(), tables))

    @router.get(
        "/matrix",
        summary="Gaps by two columns",
        dependencies=[given_as(*COUNTS)],
        openapi_extra={"parameters": listed},
        responses=described(
            "One cell for each pair that has a gap.",
            *("total", "items"),
            formats=COUNTS,
            example=examples.MATRIX,
            members=schemas.MATRIX,
        ),
    )
    def matrix(
        request: Request,
        rows: Annotated[str, Query(description="A column of gaps.", examples=["provider-sector"])],
        columns: Annotated[str, Query(description="Another.", examples=["consumer-sector"])],
        layer: Layer = None,
        certainty: Certainty = None,
        severity: Severity = None,
        query: Names = None,
    ) -> Response:
        """Count different gaps by what stands in two of their columns, such as two sectors."""
        for name, told in (("rows", rows), ("columns", columns)):
            if told not in crossing:
                raise BadParameter(name, told[:80], sorted(shown))
        choice = _choice(request, service, known, (layer, certainty, severity, query))
        lang, now = language(request), service.now
        found = lacks.find(now, choice)
        cells, without = lacks.crossed(now, found, crossing[columns], crossing[rows], lang)

        def body() -> dict[str, Any]:
            own = {"layer": layer_in(layer, lang), "items": cells, "without": without}
            return envelope(request, now, lang, f"{PAGE}/matrix", own, choice.day)

        heads = ("row", "column", "confirmed", "inferred", "not-reported")
        table = [[flat(cell[name]) for name in heads] for cell in cells]
        tables = table_writers("matrix", heads, table)
        return respond(request, Answer(body, now.tag, lang, choice.day.isoformat(), tables))

    return router


# -- what is asked ----------------------------------------------------------------------------


def chosen_by(queries: Sequence[Any], columns: bool = False, day: bool = False) -> list[Option]:
    """Give what one may choose by that no parameter of ours is called; with the day if asked."""
    taken = _OWN - {"date"} if day else _OWN
    return [one for one in lacks.options_of(queries, columns) if one.words[0] not in taken]


def parameters(known: Sequence[Option], day: bool = False) -> list[dict[str, Any]]:
    """Describe what headers bring, and the day, for the document of the interface."""
    told = [_parameter(option.words[0], option.parameter) for option in known]
    return [*told, _DAY] if day else told


def _parameter(name: str, parameter: Parameter | None) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 500, "pattern": r"\S"}
    told = "A value of this column: a name, a key, an IRI, a number or a day."
    if parameter is not None:
        told = parameter.label.get("en", name)
        kind = _TYPES.get(parameter.type)
        if kind is not None:
            schema = {"type": kind}
        if parameter.type == "date":
            schema["format"] = "date"
        if parameter.minimum is not None:
            schema["minimum"] = parameter.minimum
        if parameter.type == "integer":
            schema.setdefault("minimum", -(10**9))
            schema["maximum"] = 10**9
    return {"name": name, "in": "query", "required": False, "description": told, "schema": schema}


_DAY = {
    "name": "date",
    "in": "query",
    "required": False,
    "description": "The day asked about; today unless given.",
    "schema": {"type": "string", "format": "date"},
}


def day_of(request: Request) -> datetime.date:
    """Read the day asked about; today unless told, BadDate for no day."""
    told = request.query_params.get("date")
    if told is None:
        return today()
    try:
        date(told)
        return datetime.date.fromisoformat(told)
    except ValueError:
        from graph.errors import BadDate

        raise BadDate(told[:80]) from None


def wanted_of(request: Request, now: Snapshot, known: Sequence[Option]) -> dict[str, Term]:
    """Read what headers bring, by any of the names that things have."""
    found: dict[str, Term] = {}
    for option in known:
        word = request.query_params.get(option.words[0])
        if word is None:
            continue
        try:
            found[option.name] = options.read(
                now.ask, option, options.Word(word, option.words[0]), language(request)
            )
        except options.BadOption:
            raise StrangeValue(option.words[0], word[:80]) from None
        except LivsgrafError as error:
            # What bears no such name is not there, whatever it was meant for.
            error.params.setdefault("parameter", option.words[0])
            raise
    return found


def _choice(
    request: Request, service: Service, known: Sequence[Option], told: tuple[Any, ...]
) -> Choice:
    layer, certainty, severity, query = told
    now = service.now
    names = [one.name for one in now.queries("gaps")]
    return Choice(
        day_of(request),
        layer,
        tuple(dict.fromkeys(certainty or ())),
        tuple(dict.fromkeys(severity or ())),
        tuple(named(names, one) for one in query or ()),
        wanted_of(request, now, known),
    )


# -- what is answered -------------------------------------------------------------------------


def context_of_list(now: Snapshot) -> Mapping[str, Any]:
    """Give the context of documents of many gaps.

    Within a gap its columns are no properties of things, though they may be named so.
    """
    columns = {lacks.shown(name) for query in now.queries("gaps") for name in query.columns}
    return now.once("gaps-context", lambda: _context(now, dict.fromkeys(sorted(columns))))


def context_of_one(now: Snapshot) -> Mapping[str, Any]:
    """Give the context of the document of one gap.

    Its columns stand in `rows`, apart. A context of its own, since what a gap rests on has
    properties that are named as columns, and not every reader ends the context of a type where it
    should (JSON-LD 1.1, 4.1.8).
    """
    return now.once("gap-context", lambda: _context(now, {"rows": None}))


def _context(now: Snapshot, own: Mapping[str, Any]) -> dict[str, Any]:
    within = {
        **own,
        "focus": DCT + "subject",
        "layer": {"@id": LG + "eifLayer", "@context": {"name": None, "label": None}},
        "certainty": {"@id": LG + "certainty", "@type": "@vocab"},
        "severity": {"@id": LG + "severity", "@type": "@vocab"},
        **lacks.GRADES,
    }
    kinds = {kind: {"@id": LG + kind, "@context": within} for kind in lacks.KINDS}
    return {"@context": {**context_of(now)["@context"], **kinds}}


def _list(
    request: Request, service: Service, choice: Choice, limit: int, cursor: str | None
) -> Response:
    lang, now = language(request), service.now
    found = lacks.find(now, choice)
    rows = found.rows
    shown = page(rows, _name, cursor, limit, request, f"{address(request)}{PAGE}/gaps")

    def items() -> list[dict[str, Any]]:
        made = lacks.rows_of(now, shown.items, lang)
        return [
            {
                "id": f"{address(request)}{PAGE}/gaps/{quote(one['key'])}",
                "type": lacks.kind_of(one["certainty"]),
                **one,
                "links": _links(request, one),
            }
            for one in made
        ]

    def body() -> dict[str, Any]:
        own = {
            "layer": layer_in(choice.layer, lang),
            "total": shown.total,
            "counts": lacks.counts(rows),
            "passed_over": found.passed,
            "items": items(),
            "links": shown.links,
        }
        return envelope(request, now, lang, f"{PAGE}/gaps", own, choice.day, OF_LIST)

    def table(form: str) -> Writer:
        def write() -> bytes:
            heads, cells = lacks.table(now, found, shown.items, lang)
            return table_writers("gaps", heads, cells)[form]()

        return write

    others = {form: table(form) for form in ("csv", "xlsx")}
    links = {name: to for name, to in shown.links.items() if name != "self"}
    return _answer(request, now, body, lang, choice.day, OF_LIST, others, links)


def _name(gap: Gap) -> str:
    return f"{gap.id} {sorted((name, term.value) for name, term in gap.values.items())}"


def _links(request: Request, told: dict[str, Any]) -> dict[str, str]:
    focus = quote(told["focus"]["id"], safe="")
    return {
        "self": f"{address(request)}{PAGE}/gaps/{quote(told['key'])}",
        "focus": f"{address(request)}{PAGE}/things?iri={focus}",
        "query": f"{address(request)}{PAGE}/queries/{told['query']['name']}",
    }


def _answer(
    request: Request,
    now: Snapshot,
    body: Any,
    lang: str,
    day: datetime.date,
    context: str,
    others: Any = None,
    links: Any = None,
) -> Response:
    words = context_of_one if context == OF_ONE else context_of_list
    writers = {"ttl": lambda: to_turtle(body(), words(now)), **(others or {})}
    answer = Answer(body, now.tag, lang, day.isoformat(), writers, links or {}, "", context)
    return respond(request, answer)
