"""Gaps in their order → a table: what decides the place stands side by side."""

from __future__ import annotations

from collections.abc import Sequence

from graph.catalog import text_in
from graph.cli.present import Names, number
from graph.messages import Messages
from graph.ranking import Ranked
from graph.render import Cell, Column, Sheet
from graph.terms import literal


def places(found: Sequence[Ranked], names: Names, texts: Messages, people: bool) -> Sheet:
    """Give a row for each gap, the first first; programs get its place as a number."""
    columns = (
        Column("place", texts["rank.place"], number=True),
        Column("id", texts["gaps.id"]),
        Column("focus", texts["gaps.focus"]),
        Column("query", texts["gaps.query"]),
        Column("severity", texts["gaps.severity"]),
        Column("certainty", texts["gaps.certainty"]),
        Column("events", texts["rank.events"]),
        Column("services", texts["rank.services"], number=True),
        Column("uncovered", texts["rank.uncovered"], number=True),
    )
    rows = []
    for place, one in enumerate(found, 1):
        gap = one.row
        severity = gap.query.severity
        events = ", ".join(names.get(event, event.value) for event in one.events)
        rows.append(
            (
                number(place),
                Cell(literal(gap.id)),
                Cell(gap.values["focus"], names.get(gap.values["focus"])),
                Cell(literal(gap.query.name), text_in(gap.query.title, texts.language)),
                Cell(literal(severity), texts[f"severity.{severity}"]) if severity else Cell(),
                Cell(literal(gap.certainty), texts[f"certainty.{gap.certainty}"]),
                Cell(literal(events)),
                _known(one.services),
                _known(one.uncovered),
            )
        )
    first = 1 if people else 0
    return Sheet("ranked", columns[first:], [row[first:] for row in rows])


def _known(value: int | None) -> Cell:
    return Cell() if value is None else number(value)
