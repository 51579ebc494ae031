"""Rows in, text out: one table of output formats. Knows no domain.

A `Document` is what a command answers: sheets of rows, each with lines to read before and after it.
People's formats (`table`, `md`) show every sheet and its lines; machines' formats (`csv`, `jsonl`,
`ttl`) hold the main sheet alone, the last one, so that what arrives in a pipe is one thing. `json`
holds every sheet by its name when there are several.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from graph.terms import Term

_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"


@dataclass(frozen=True)
class Column:
    """One column: its name for machines, its title for people."""

    name: str
    title: str
    number: bool = False
    mixed: bool = False
    """Whether its values are of many kinds, so that a yes or no is a value like any other."""


@dataclass(frozen=True)
class Cell:
    """One value: the term itself and what people read instead of it."""

    term: Term | None = None
    label: str | None = None

    @property
    def text(self) -> str:
        """What a person reads: the label, else the value, else nothing."""
        if self.label is not None:
            return self.label
        return self.term.value if self.term else ""

    @property
    def flag(self) -> bool | None:
        """Yes or no, where the value is one of them."""
        if self.term is None or self.term.datatype != _BOOLEAN:
            return None
        return self.term.value in ("true", "1")


@dataclass(frozen=True)
class Sheet:
    """Rows under columns, with a title and lines to read before and after them."""

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
    title: str = ""
    intro: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    grouped: int = 0
    """How many first columns tables set as a line above the rows that share them."""
    heads: bool = True
    """Whether people see the titles of the columns."""
    whole: bool = False
    """Whether every row is shown, however many."""


@dataclass(frozen=True)
class Document:
    """Everything one command answers."""

    sheets: tuple[Sheet, ...]
    title: str = ""
    intro: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    main: str | None = None
    """The name of the sheet, or sheets, that machines get; None is every sheet of one kind."""

    def rows_for_machines(self) -> tuple[Sheet, ...]:
        """Give the sheets that a machine's format holds."""
        if self.main is None:
            return self.sheets
        return tuple(sheet for sheet in self.sheets if sheet.name == self.main)


@dataclass(frozen=True)
class Style:
    """How wide, how much and with which words."""

    width: int = 80
    terminal: bool = False
    limit: int | None = None
    cut: Callable[[int, int], str] = field(default=lambda shown, total: f"… {shown}/{total}")
    """Gives the line below a list that was cut, from how many are shown and how many there are."""
    none: str = "-"


Writer = Callable[[Document, TextIO, Style], None]


def _table(document: Document, out: TextIO, style: Style) -> None:
    from graph.render.table import write

    write(document, out, style)


def _csv(document: Document, out: TextIO, style: Style) -> None:
    from graph.render.data import write_csv

    write_csv(document, out, style)


def _json(document: Document, out: TextIO, style: Style) -> None:
    from graph.render.data import write_json

    write_json(document, out, style)


def _jsonl(document: Document, out: TextIO, style: Style) -> None:
    from graph.render.data import write_jsonl

    write_jsonl(document, out, style)


def _md(document: Document, out: TextIO, style: Style) -> None:
    from graph.render.markdown import write

    write(document, out, style)


def _ttl(document: Document, out: TextIO, style: Style) -> None:
    from graph.render.turtle import write

    write(document, out, style)


FORMATS: dict[str, Writer] = {
    "table": _table,
    "json": _json,
    "jsonl": _jsonl,
    "csv": _csv,
    "md": _md,
    "ttl": _ttl,
}
"""Every format by its name; a new one is a line here and a module beside."""

FOR_PEOPLE = frozenset({"table", "md"})
"""The formats whose reader sees titles, lines and labels; the others are read by programs."""


def write(document: Document, output: str, out: TextIO, style: Style) -> None:
    """Write the document in one of `FORMATS`."""
    FORMATS[output](document, out, style)


def empty_columns(sheet: Sheet) -> frozenset[int]:
    """Give the places of the columns in which no row has anything to read."""
    return frozenset(
        place
        for place in range(len(sheet.columns))
        if not any(row[place].text for row in sheet.rows)
    )


def columns_of(sheets: Sequence[Sheet]) -> tuple[Column, ...]:
    """Give the columns of several sheets as one list: by name, in the order first met."""
    return tuple({column.name: column for sheet in sheets for column in sheet.columns}.values())
