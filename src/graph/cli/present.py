"""Answers → documents: which columns, titles and lines a reader gets. Runs no query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graph.catalog import Count, option_names, text_in
from graph.messages import Messages
from graph.query import Parameter, Query
from graph.render import Cell, Column, Document, Sheet
from graph.terms import XSD, Rows, Term, compact, literal, local_name

Names = Mapping[Term, str]
_TRUE = frozenset({"true", "1"})


def cell(term: Term | None, names: Names, texts: Messages) -> Cell:
    """Give a value with what people read instead: a name, yes or no, a text without its tag."""
    if term is None:
        return Cell()
    if term.kind == "iri":
        return Cell(term, names.get(term))
    if term.datatype == XSD + "boolean":
        return Cell(term, texts["says.yes" if term.value in _TRUE else "says.no"])
    return Cell(term)


def words(text: str) -> Cell:
    """Give a text of ours as a value."""
    return Cell(literal(text) if text else None)


def number(value: int) -> Cell:
    """Give a count as a value."""
    return Cell(literal(value))


def is_number(rows: Sequence[Sequence[Term | None]], place: int) -> bool:
    """Tell whether every value of a column is a number."""
    found = [row[place] for row in rows if row[place] is not None]
    kinds = {XSD + "integer", XSD + "decimal", XSD + "double"}
    return bool(found) and all(term.datatype in kinds for term in found if term)


def answer(
    rows: Rows, names: Names, texts: Messages, query: Query | None = None, empty: str = ""
) -> Document:
    """Give the rows of a query; a shipped query brings its own titles."""
    titles = query.columns if query else {}
    columns = tuple(
        Column(
            name,
            text_in(titles[name], texts.language) if name in titles else name,
            is_number(rows.rows, place),
        )
        for place, name in enumerate(rows.variables)
    )
    lines = [tuple(cell(term, names, texts) for term in row) for row in rows]
    title = text_in(query.title, texts.language) if query else ""
    notes = () if lines else (empty or texts["says.nothing"],)
    return Document((Sheet("rows", columns, lines, title=title, notes=notes),))


def triples(found: Sequence[tuple[Term, Term, Term]], names: Names, texts: Messages) -> Document:
    """Give triples as rows of three columns."""
    columns = tuple(Column(name, name) for name in ("subject", "predicate", "object"))
    rows = [tuple(cell(term, names, texts) for term in triple) for triple in found]
    notes = () if rows else (texts["says.nothing"],)
    return Document((Sheet("rows", columns, rows, notes=notes),))


def listed(queries: Sequence[Query], texts: Messages) -> Document:
    """Give the list of queries."""
    columns = tuple(
        Column(name, texts[f"queries.{name}"]) for name in ("kind", "layer", "name", "about")
    )
    rows = [
        (
            _worded(query.kind, "kind", texts),
            _worded(query.layer, "layer", texts),
            Cell(literal(query.name)),
            Cell(literal(text_in(query.title, texts.language))),
        )
        for query in queries
    ]
    return Document(
        (Sheet("queries", columns, rows, grouped=2, whole=True),), title=texts["queries.title"]
    )


def measured(query: Query, names: Names, texts: Messages) -> str:
    """Say in one line how bad the lack is, in which layer, and what EIF and EIRA say of it."""
    parts = []
    if query.severity:
        parts.append(texts.text("gaps.measures", severity=texts[f"severity.{query.severity}"]))
    if query.layer:
        parts.append(texts.text("gaps.measures_layer", layer=texts[f"layer.{query.layer}"]))
    told = [(sort, _measure(code, term, names, texts)) for sort, code, term in _measures(query)]
    for sort in dict.fromkeys(sort for sort, _ in told):
        said = ", ".join(name for other, name in told if other == sort)
        parts.append(texts.text(f"gaps.measures_{sort}", names=said))
    return " · ".join(parts)


def _measures(query: Query) -> list[tuple[str, str, Term]]:
    coded = zip(query.eif, query.measures, strict=False)
    rest = query.measures[len(query.eif) :]
    return [*(("eif", code, term) for code, term in coded), *(("eira", "", t) for t in rest)]


def _measure(code: str, term: Term, names: Names, texts: Messages) -> str:
    name = names.get(term, "" if code else local_name(term.value))
    if not code:
        return name
    sort = code.rstrip("0123456789")
    number_ = code.removeprefix(sort)
    called = texts.text(f"gaps.{sort}", n=number_) if f"gaps.{sort}" in texts else code
    return f"{called} ({name})" if name and name != compact(term.value) else called


def shown(query: Query, file: str, names: Names, texts: Messages, people: bool = True) -> Document:
    """Give everything a header says, and the text; what people read in a line is rows elsewhere."""
    lang = texts.language
    intro = [text_in(query.why, lang)]
    if query.remedy:
        intro.append(texts.text("gaps.remedy", remedy=text_in(query.remedy, lang)))
    line = measured(query, names, texts)
    intro += [line] if line else []
    parameters = Sheet(
        "parameters",
        tuple(
            Column(name, texts[f"queries.{name}"])
            for name in ("option", "type", "default", "about")
        ),
        [
            (
                Cell(literal(f"--{option_names(parameter)[0]}")),
                Cell(literal(parameter.type), texts[f"type.{parameter.type}"].lower()),
                Cell(literal(_default(parameter, texts))),
                Cell(literal(text_in(parameter.label, lang))),
            )
            for parameter in query.parameters.values()
        ],
        title=texts["queries.parameters"],
    )
    columns = Sheet(
        "columns",
        tuple(Column(name, texts[f"queries.{name}"]) for name in ("column", "column_title")),
        [
            (Cell(literal(name)), Cell(literal(text_in(titles, lang))))
            for name, titles in query.columns.items()
        ],
        title=texts["queries.columns"],
    )
    told = () if people else _told(query, names, texts)
    sheets = tuple(sheet for sheet in (*told, parameters, columns) if sheet.rows)
    notes = (texts.text("queries.file", file=file),)
    return Document(sheets, title=text_in(query.title, lang), intro=tuple(intro), notes=notes)


def _told(query: Query, names: Names, texts: Messages) -> tuple[Sheet, Sheet]:
    about = Sheet(
        "about",
        tuple(
            Column(name, texts[f"queries.{name}"]) for name in ("name", "kind", "layer", "severity")
        ),
        [
            (
                Cell(literal(query.name)),
                words(query.kind),
                words(query.layer or ""),
                words(query.severity or ""),
            )
        ],
    )
    measures = Sheet(
        "measures",
        (
            Column("scheme", texts["queries.scheme"]),
            Column("measure", texts["queries.measure"]),
        ),
        [(words(sort), Cell(term, names.get(term))) for sort, _, term in _measures(query)],
        title=texts["queries.measures"],
    )
    return about, measures


def _default(parameter: Parameter, texts: Messages) -> str:
    if parameter.today:
        return texts["queries.today"]
    return parameter.default.value if parameter.default else texts["queries.any"]


def _worded(word: str | None, kind: str, texts: Messages) -> Cell:
    if word is None:
        return Cell()
    return Cell(literal(word), texts.maybe(f"{kind}.{word}"))


def counted(
    classes: Sequence[Count], graphs: Sequence[Count], names: Names, texts: Messages
) -> Document:
    """Give how many there are of each class, and how many triples in each graph."""
    by_class = Sheet(
        "classes",
        (Column("class", texts["stats.class"]), Column("n", texts["stats.n"], number=True)),
        [(Cell(count.thing, names.get(count.thing)), number(count.n)) for count in classes],
        title=texts["stats.classes"],
    )
    by_graph = Sheet(
        "graphs",
        (
            Column("graph", texts["stats.graph"]),
            Column("sort", texts["stats.sort"]),
            Column("n", texts["stats.n"], number=True),
        ),
        [
            (
                Cell(count.thing, count.thing.value.split("/graph/", 1)[-1]),
                words(texts[f"stats.{count.sort}"]),
                number(count.n),
            )
            for count in graphs
        ],
        title=texts["stats.graphs"],
        notes=(f"{texts['stats.total']}: {sum(count.n for count in graphs)}",),
    )
    return Document((by_class, by_graph))


def capital(text: str) -> str:
    """Begin with a capital, as a heading does."""
    return text[:1].upper() + text[1:]
