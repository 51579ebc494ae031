"""Rows and the things they speak of: the key of each, how others may name it, what it is called."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from graph.findings import Place, pick
from graph.messages import load
from graph.sheet import headings
from graph.sheet.cells import Cell, Fault, Got, from_cell, text_of
from graph.sheet.faults import Where, in_example, shown
from graph.sheet.grid import Grid
from graph.sheet.keys import KEY, example_words, fill, piece_of
from graph.sheet.known import Known, fold, short, slug
from graph.sheet.model import Column, Model
from graph.sheet.tops import Tops
from graph.terms import LABEL_PROPERTIES, LANGUAGES, LGID, Term, iri, local_name

KEY_MADE = "sheet.remark.key-made"
"""The remark that a key was made, with its sheet, row and key."""
_HELPED = 200
_TITLES = {term.value for term in LABEL_PROPERTIES}


@dataclass
class Row:
    """One row that speaks of a thing."""

    grid: Grid
    number: int
    found: headings.Found
    thing: Term
    stated: list[Term] = field(default_factory=list)
    """The identifiers that the key says outright; empty where the key itself is one."""
    by_key: bool = True
    made: str = ""
    """The key that was made for it."""
    settled: bool = True
    """Whether all that such a key is made of stands in the row, so that it will stay."""


class Keyed(Tops):
    """One file whose rows are tied to things."""

    def __init__(self, name: str, model: Model, known: Known) -> None:
        super().__init__(name, model, known)
        self._own: dict[str, set[tuple[str, str]]] = {}
        self._names: dict[str, dict[str, None]] = {}

    def tell_twice(self, row: Row, first: int) -> None:
        """Say on the second of two rows with one key, the one not read, which row it doubles."""
        at = self.key_column(row.found)
        cell = row.grid.rows[row.number].get(at) if at else None
        if row.made:
            fault = Fault("row-twice", "", (row.made,), first)
        else:
            fault = Fault("key-twice", text_of(cell), (), first)
        place = self.at(row.grid, row.number, at or min(row.found.columns))
        where = replace(self.where(row, place), thing=self._row_name(place))
        self.tell(fault, place, self.column_of_keys(row.found), where)

    def keyed(self, grid: Grid, number: int, top: headings.Found) -> Row | None:
        """Settle which thing a row speaks of; None where it speaks of none."""
        at = self.key_column(top)
        cell = grid.rows[number].get(at) if at else None
        if cell is not None and at and (number, at) in grid.formulas | grid.broken:
            self._refuse_formula(grid, number, at, top)
            return None
        text = "" if cell is None else text_of(cell).strip()
        if at and fold(text) in example_words():
            self._judge_example(grid, number, top, at)
            return None
        if not text:
            return self._unkeyed(grid, number, top)
        space = LGID + top.sheet.space + "/"
        terms = from_cell(text, _ADDRESS, lambda *_: set()).terms if text[0] == "<" else []
        if terms and terms[0].kind == "iri":
            return Row(grid, number, top, terms[0], terms[1:], by_key=False)
        key = text.removeprefix(space).removeprefix(top.sheet.space + "/")
        if not KEY.fullmatch(key):
            fault = Fault("bad-key", text, (slug(text),) if slug(text) else ())
            self._tell_row(fault, grid, number, top)
            return None
        return Row(grid, number, top, Term("iri", space + key))

    def _unkeyed(self, grid: Grid, number: int, top: headings.Found) -> Row | None:
        """Make the key of a row without one from what stands in it."""

        def piece(path: str, folder: bool) -> str:
            for at, column in top.columns.items():
                cell = grid.rows[number].get(at)
                refused = (number, at) in grid.formulas | grid.broken
                if column.path == path and not column.within and cell is not None and not refused:
                    terms = self.values(cell, column, top.lang).terms
                    return piece_of(terms[0], folder) if terms else slug(text_of(cell))
            lacking.extend(c for c in top.sheet.columns if c.path == path and c.need == "must")
            return ""

        lacking: list[Column] = []
        key = fill(top.sheet.pattern, piece)
        if not key:
            self._tell_row(Fault("no-key", ""), grid, number, top)
            return None
        thing = iri(f"{LGID}{top.sheet.space}/{key}")
        return Row(grid, number, top, thing, made=key, settled=not lacking)

    def register(self, row: Row) -> None:
        """Let other rows name this thing: by key, and by its titles."""
        classes = frozenset(row.found.sheet.classes)
        above = {up for name in classes for up in self.model.above.get(name, ())}
        names = [short(row.thing.value), local_name(row.thing.value), row.thing.value]
        for at, column in row.found.columns.items():
            cell = row.grid.rows[row.number].get(at)
            if column.lang and not column.within and column.path in _TITLES and cell:
                names.append(str(cell))
        for name in names:
            held = self._own.setdefault(fold(name), set())
            held.update((kind, row.thing.value) for kind in classes | above)
        for kind in classes | above:
            self._names.setdefault(kind, {}).update(dict.fromkeys([*names[3:], names[1]]))

    def find_in(self, column: Column, text: str) -> set[str]:
        """Give what a text may mean: what we know by that name, or a thing of this same file."""
        found = self.known.of(column.choice).find(text)
        if len(found) == 1 or column.kind == "class":
            return found
        own = self._own.get(fold(text), set())
        mine = {thing for kind, thing in own if kind in column.classes}
        return found & mine or mine or found

    def values(self, cell: Cell, column: Column, lang: str) -> Got:
        """Read what a cell says; of the first faults with the names that may be meant."""
        # To look for the nearest name takes time; who has hundreds of faults sees the pattern.
        helped = len(self.findings) < _HELPED
        choices = self.known.of(column.choice) if helped else None
        return from_cell(cell, column, self.find_in, choices, lang, self._names_for)

    def _names_for(self, column: Column) -> list[str]:
        """Give the titles and keys of this same file that would do in a column."""
        return [name for kind in column.classes for name in self._names.get(kind, ())]

    def where(self, row: Row, place: Place) -> Where:
        """Say which thing and cell a fault is about, for `tell`."""
        kind = row.found.sheet.default
        label = self.titles(row) or row_label(row.grid, row.number, row.found)
        names = self.model.labels.get(kind)
        return Where(row.thing.value, place, label, kind, names, row.found.lang)

    def titles(self, row: Row) -> dict[str, str]:
        """Give the titles that a row states, by language."""
        cells = row.grid.rows[row.number]
        return {
            column.lang: str(cells[at])
            for at, column in row.found.columns.items()
            if column.lang and column.path in _TITLES and at in cells
        }

    def _refuse_formula(self, grid: Grid, number: int, at: int, top: headings.Found) -> None:
        code = "formula" if (number, at) in grid.formulas else "cell-error"
        self._tell_row(Fault(code, str(grid.rows[number][at])), grid, number, top)

    def _tell_row(self, fault: Fault, grid: Grid, number: int, top: headings.Found) -> None:
        """Take in a fault of the key of a row that therefore speaks of no thing."""
        place = self.at(grid, number, self.key_column(top) or min(top.columns))
        label = row_label(grid, number, top)
        where = Where(self._row_name(place), place, label, lang=top.lang)
        self.tell(fault, place, self.column_of_keys(top), where)

    def _row_name(self, place: Place) -> str:
        """Name a row that was not read: what is wrong with it is about no thing."""
        return f"{self.name}#{place.text()}"

    def _judge_example(self, grid: Grid, number: int, top: headings.Found, at: int) -> None:
        """Say so when somebody wrote over the example, whose row is never read."""
        usual = {
            _flat(text)
            for column in top.sheet.columns
            for lang in LANGUAGES
            for text in (in_example(column, self.known, lang), shown(column, self.known, lang))
            if text is not None
        }
        cells = (grid.rows[number].get(n) for n in top.columns if n != at)
        if any(cell is not None and _flat(cell) not in usual for cell in cells):
            self._tell_row(Fault("example-row", ""), grid, number, top)


_ADDRESS = Column("", "address", {})


def row_label(grid: Grid, number: int, top: headings.Found) -> dict[str, str]:
    """Call a row without a title by its sheet and its number."""
    return {
        lang: load(lang).text(
            "sheet.row", sheet=grid.name or pick(top.sheet.name, lang), row=number
        )
        for lang in LANGUAGES
    }


def _flat(cell: Cell) -> str:
    return " ".join(text_of(cell).split())
