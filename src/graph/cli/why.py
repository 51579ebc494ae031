"""The command `why`: one gap, why it is called one, on whose word, and what would close it."""

from __future__ import annotations

from collections.abc import Iterable

from graph import gaps
from graph.catalog import text_in
from graph.cli.commands import day_of
from graph.cli.present import Names, cell
from graph.cli.present_gaps import Days, layer_name
from graph.cli.session import Session
from graph.messages import Messages
from graph.query import LAYER_IRIS, Query
from graph.reasons import NEAREST, SOURCES, Reason, Row, reasons
from graph.render import Cell, Column, Document, Sheet
from graph.terms import Term, literal


def run(session: Session, key: str, day: str | None, output: str | None) -> int:
    """Show one gap with its reasons."""
    asked = day_of(day)
    questions = {name: session.query(name) for name in (SOURCES, NEAREST) if name in session.paths}
    found = reasons(session.ask, session.queries("gaps"), questions, key.strip(), asked)
    names = session.names_of(_terms(found))
    texts = session.talk.messages
    said = Days(asked, gaps.data_date(session.ask)).line(texts)
    people = session.for_people(output)
    sheets = [_gap(found, names, texts, people)]
    if SOURCES in questions:
        none = (texts["why.no-backing"],)
        told = _rows("backing", questions[SOURCES], found.backing, names, texts, ("thing",), none)
        sheets.append(told)
    if found.models is not None:
        none = (text_in(questions[NEAREST].empty, texts.language),)
        model = questions[NEAREST]
        sheets.append(_rows("models", model, found.models, names, texts, ("provider",), none))
    if not people:
        session.talk.say(said)
    title = names.get(found.surest.values["focus"], found.surest.id)
    document = Document(tuple(sheets), title, (), (said,), main="gap")
    session.show(document, output, everything=True)
    return 0


def _terms(found: Reason) -> Iterable[Term | None]:
    for gap in found.rows:
        yield from gap.values.values()
        yield Term("iri", LAYER_IRIS[gap.layer]) if gap.layer else None
    yield from found.surest.query.measures
    for row in (*found.backing, *(found.models or ())):
        yield from row.values()


def _gap(found: Reason, names: Names, texts: Messages, people: bool) -> Sheet:
    """Give the gap itself as facts, one on each line."""
    gap, query, lang = found.surest, found.surest.query, texts.language
    facts: list[tuple[str, str, Cell]] = [
        ("id", texts["gaps.id"], Cell(literal(gap.id))),
        ("query", texts["gaps.query"], Cell(literal(query.name), text_in(query.title, lang))),
    ]
    if gap.layer:
        layer = Term("iri", LAYER_IRIS[gap.layer])
        facts.append(("layer", texts["gaps.layer"], Cell(layer, layer_name(layer, names, texts))))
    if query.severity:
        severity = Cell(literal(query.severity), texts[f"severity.{query.severity}"])
        facts.append(("severity", texts["gaps.severity"], severity))
    sure = Cell(literal(gap.certainty), texts[f"certainty.{gap.certainty}"])
    facts.append(("certainty", texts["gaps.certainty"], sure))
    for name, title in query.columns.items():
        if name in ("certainty", "layer"):
            continue
        values = dict.fromkeys(row.values[name] for row in found.rows if name in row.values)
        shown = [cell(value, names, texts) for value in values]
        facts += [(name, text_in(title, lang), one) for one in shown]
    facts.append(("why", texts["why.why"], Cell(literal(text_in(query.why, lang)))))
    facts.append(("remedy", texts["why.remedy"], Cell(literal(text_in(query.remedy, lang)))))
    facts += [
        ("measure", texts["why.measure"], Cell(one, names.get(one, one.value)))
        for one in query.measures
    ]
    first = 1 if people else 0
    columns = (Column("name", ""), Column("value", "", mixed=True))
    rows = [(Cell(literal(fact[:2][first])), fact[2]) for fact in facts]
    return Sheet("gap", columns, rows, heads=False, whole=True)


def _rows(
    name: str,
    question: Query,
    rows: Iterable[Row],
    names: Names,
    texts: Messages,
    without: tuple[str, ...],
    none: tuple[str, ...],
) -> Sheet:
    shown = [column for column in question.columns if column not in without]
    columns = tuple(
        Column(column, text_in(question.columns[column], texts.language)) for column in shown
    )
    cells = [tuple(cell(row.get(column), names, texts) for column in shown) for row in rows]
    title = texts[f"why.{name}"]
    return Sheet(name, columns, cells, title=title, notes=() if cells else none, whole=True)
