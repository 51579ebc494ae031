"""A workbook or a CSV file → a submission: statements, and for each the cell it stands in."""

# ruff: noqa: A002  (`format` is what everybody calls it, the command line too)

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Literal

from graph.errors import NoKnownHeadings
from graph.findings import Finding, Place, Severity
from graph.sheet import headings
from graph.sheet.cells import Cell, Fault, Got, from_cell, text_of
from graph.sheet.faults import Where, shown
from graph.sheet.gather import Gathered
from graph.sheet.grid import Grid, address, of_csv, of_workbook
from graph.sheet.keys import KEY, example_words, fill, inner_of, piece_of
from graph.sheet.known import Known, fold, short, slug
from graph.sheet.limits import USUAL, Limits
from graph.sheet.model import TYPE, Column, Model
from graph.submission import Remark, Submission
from graph.terms import (
    LABEL_PROPERTIES,
    LANGUAGES,
    LGID,
    RDF_TYPE,
    Term,
    iri,
    local_name,
)

_HELPED = 200
_TITLES = {term.value for term in LABEL_PROPERTIES}


@dataclass
class _Row:
    """One row that speaks of a thing."""

    grid: Grid
    number: int
    found: headings.Found
    thing: Term
    stated: list[Term] = field(default_factory=list)
    """The identifiers that the key says outright; empty where the key itself is one."""
    by_key: bool = True


def read_table(
    content: bytes,
    name: str,
    format: Literal["xlsx", "csv"],
    model: Model,
    known: Known,
    limits: Limits = USUAL,
) -> Submission:
    """Read a table into statements, each with its cell; what is wrong with a cell is a finding.

    `known` is all that may be chosen in the cells (`known_of`). Formulas are never reckoned, and
    what a formula gave is not read. Raises the errors of `graph.errors.sheets` for a file that is
    no table or that breaks a limit.
    """
    reader = _Reader(name, model, known)
    if format == "xlsx":
        for grid in of_workbook(content, name, limits):
            reader.take(grid)
    else:
        grid, remarks = of_csv(content, name, limits, lambda words: headings.score(model, words))
        reader.remarks += remarks
        reader.take_alone(grid)
    reader.read()
    return Submission(
        name=name,
        format=format,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        quads=tuple(dict.fromkeys(reader.quads)),
        places=reader.places(),
        emptied=frozenset(reader.emptied),
        kept=frozenset(reader.kept),
        findings=tuple(sorted(reader.findings, key=Finding.order)),
        remarks=tuple(reader.remarks),
        examples=reader.examples,
    )


class _Reader(Gathered):
    """One file being read: first all keys, then all values, since rows point at one another."""

    def __init__(self, name: str, model: Model, known: Known) -> None:
        super().__init__(name, known)
        self.model = model
        self._rows: list[_Row] = []
        self._tops: list[tuple[Grid, headings.Found]] = []
        self._own: dict[str, set[tuple[str, str]]] = {}
        self._keys_made: dict[Term, Remark] = {}

    # -- which sheets and columns there are ---------------------------------------------------

    def take(self, grid: Grid) -> None:
        """Take in a sheet of a workbook, or say that we do not know it."""
        if not grid.rows or headings.apart().get(fold(grid.name)) or _second(grid.name):
            return
        sheet = headings.named(self.model, grid.name)
        if sheet is None:
            sheet = headings.fitting(self.model, grid)
            if sheet is None:
                near = headings.likely(self.model, grid.name)
                fault = Fault("unknown-sheet", grid.name, (near,) if near else ())
                # A name like one of ours is a slip; any other is a sheet of somebody's own notes.
                if near or not grid.hidden:
                    grave: Severity = "warning" if near else "info"
                    self.tell(fault, self.at(grid, 1, 1), severity=grave)
                return
            values = {"sheet": grid.name, "known": sheet.name.get(LANGUAGES[0], "")}
            self.remarks.append(Remark("sheet.remark.by-headings", values))
        top = headings.found(sheet, grid)
        if top is None:
            self.tell(Fault("no-headings", grid.name), self.at(grid, 1, 1))
            return
        self._take(grid, top)

    def take_alone(self, grid: Grid) -> None:
        """Take in a table without a name: its headings, or else the file's name, say what it is."""
        sheet = headings.fitting(self.model, grid)
        if sheet is None:
            sheet = headings.named(self.model, PurePath(self.name).stem)
        top = headings.found(sheet, grid) if sheet else None
        if top is None:
            known = ", ".join(s.name.get(LANGUAGES[0], "") for s in self.model.sheets)
            raise NoKnownHeadings(self.name, known)
        self._take(grid, top)

    def _take(self, grid: Grid, top: headings.Found) -> None:
        self._tops.append((grid, top))
        for number, column in top.columns.items():
            text = shown(column, self.known, top.lang)
            if text is not None:
                letters = address(1, number).rstrip("1")
                self.examples[grid.name or "", letters] = text
        for number, (text, near) in top.unknown.items():
            filled = any(number in row for at, row in grid.rows.items() if at > top.row)
            fault = Fault("unknown-column", text, (near,) if near else ())
            severity: Severity = "violation" if filled else "info"
            self.tell(fault, self.at(grid, top.row, number), severity=severity)
        for number, column in top.twice.items():
            self.tell(Fault("column-twice", ""), self.at(grid, top.row, number), column)
        for row, number, area in grid.merged:
            if row > top.row and number in top.columns:
                self.tell(Fault("merged", area), self.at(grid, row, number), top.columns[number])

    # -- keys ---------------------------------------------------------------------------------

    def read(self) -> None:
        """Read all rows of all sheets taken in."""
        order = {sheet.shape: n for n, sheet in enumerate(self.model.sheets)}
        for grid, top in sorted(self._tops, key=lambda pair: order[pair[1].sheet.shape]):
            seen: dict[Term, int] = {}
            for number in headings.rows_below(top, grid):
                row = self._keyed(grid, number, top)
                if row is None:
                    continue
                if row.thing in seen:
                    fault = Fault("key-twice", short(row.thing.value))
                    place = self.at(grid, number, self._key_column(top) or 1)
                    self.tell(fault, place, self._column_of_keys(top), self._where(row, place))
                    continue
                seen[row.thing] = number
                self._rows.append(row)
                self._register(row)
        for row in self._rows:
            self._read_row(row)

    def _key_column(self, top: headings.Found) -> int | None:
        return next((n for n, column in top.columns.items() if column.kind == "key"), None)

    def _column_of_keys(self, top: headings.Found) -> Column:
        return next(column for column in top.sheet.columns if column.kind == "key")

    def _keyed(self, grid: Grid, number: int, top: headings.Found) -> _Row | None:
        """Settle which thing a row speaks of; None where it speaks of none."""
        at = self._key_column(top)
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
            return _Row(grid, number, top, terms[0], terms[1:], by_key=False)
        key = text.removeprefix(space).removeprefix(top.sheet.space + "/")
        if not KEY.fullmatch(key):
            fault = Fault("bad-key", text, (slug(text),) if slug(text) else ())
            self.tell(fault, self.at(grid, number, at or 1), self._column_of_keys(top))
            return None
        return _Row(grid, number, top, Term("iri", space + key))

    def _unkeyed(self, grid: Grid, number: int, top: headings.Found) -> _Row | None:
        """Make the key of a row without one from what stands in it."""

        def piece(path: str, folder: bool) -> str:
            for at, column in top.columns.items():
                cell = grid.rows[number].get(at)
                refused = (number, at) in grid.formulas | grid.broken
                if column.path == path and not column.within and cell is not None and not refused:
                    terms = self._values(cell, column, top.lang).terms
                    return piece_of(terms[0], folder) if terms else slug(text_of(cell))
            return ""

        key = fill(top.sheet.pattern, piece)
        if not key:
            place = self.at(grid, number, self._key_column(top) or min(top.columns))
            self.tell(Fault("no-key", ""), place, self._column_of_keys(top))
            return None
        values = {"sheet": grid.name or self.name, "row": number, "key": key}
        row = _Row(grid, number, top, iri(f"{LGID}{top.sheet.space}/{key}"))
        self._keys_made[row.thing] = Remark("sheet.remark.key-made", values)
        return row

    def _register(self, row: _Row) -> None:
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

    # -- values -------------------------------------------------------------------------------

    def _find(self, column: Column, text: str) -> set[str]:
        """Give what a text may mean: what we know by that name, or a thing of this same file."""
        found = self.known.of(column.choice).find(text)
        if len(found) == 1 or column.kind == "class":
            return found
        own = self._own.get(fold(text), set())
        mine = {thing for kind, thing in own if kind in column.classes}
        return found & mine or mine or found

    def _values(self, cell: Cell, column: Column, lang: str) -> Got:
        # To look for the nearest name takes time; who has hundreds of faults sees the pattern.
        helped = len(self.findings) < _HELPED
        choices = self.known.of(column.choice) if helped else None
        return from_cell(cell, column, self._find, choices, lang)

    def _read_row(self, row: _Row) -> None:
        sheet, thing = row.found.sheet, row.thing
        at = self._key_column(row.found) or min(row.found.columns)
        self.subjects[thing] = self.at(row.grid, row.number, at)
        inner = self._inner_of(row)
        filled: dict[tuple[Term, str], bool] = {}
        faulty: set[tuple[Term, str]] = set()
        for number, column in row.found.columns.items():
            if column.kind == "key" or (column.within and inner is None):
                continue
            subject = inner if column.within and inner else thing
            pair = (subject, column.path)
            place = self.at(row.grid, row.number, number)
            got = self._cell(row, number, column)
            for fault in got.faults:
                self.tell(fault, place, column, self._where(row, place))
                faulty.add(pair)
            if got.terms or (subject, Term("iri", column.path)) not in self.pairs:
                self.pairs[subject, Term("iri", column.path)] = place
            if column.lang:
                self.tongues[subject, Term("iri", column.path), column.lang] = place
            filled[pair] = filled.get(pair, False) or bool(got.terms)
            for term in got.terms:
                self.say(subject, Term("iri", column.path), term, place)
            for s, p, o in got.made:
                self.say(s, p, o, place)
                self.subjects.setdefault(s, place)
        made = self._keys_made.get(thing)
        if made is not None and not faulty:
            # A key made of what is faulty is another one when the fault is mended.
            self.remarks.append(made)
        self._place_inner(row)
        self._state(row, filled)
        self._state_inner(row, inner, filled, faulty)
        for (subject, name), full in filled.items():
            if not full and (subject, name) not in faulty and name != TYPE:
                self.emptied.add((subject, Term("iri", name)))
        present = {column.name for column in row.found.columns.values()}
        for column in sheet.columns:
            subject = inner if column.within and inner else thing
            if column.lang and column.name not in present and (subject, column.path) in filled:
                self.kept.add((subject, Term("iri", column.path), column.lang))

    def _place_inner(self, row: _Row) -> None:
        """Let what a rule misses in a thing be found in the columns of what its row holds."""
        for number, column in row.found.columns.items():
            if column.within:
                place = self.at(row.grid, row.number, number)
                self.pairs.setdefault((row.thing, Term("iri", column.path)), place)

    def _cell(self, row: _Row, number: int, column: Column) -> Got:
        cell = row.grid.rows[row.number].get(number)
        if (row.number, number) in row.grid.formulas:
            return Got(faults=[Fault("formula", str(cell))])
        if (row.number, number) in row.grid.broken:
            return Got(faults=[Fault("cell-error", str(cell))])
        return self._values(cell, column, row.found.lang)

    def _state(self, row: _Row, filled: Mapping[tuple[Term, str], bool]) -> None:
        """Say what a row says without words: its class, and that its key is an identifier."""
        place = self.subjects[row.thing]
        sheet = row.found.sheet
        if not filled.get((row.thing, TYPE)):
            self.say(row.thing, RDF_TYPE, Term("iri", sheet.default), place)
        if not sheet.keyed:
            return
        name = Term("iri", self._column_of_keys(row.found).path)
        stated = [Term("literal", local_name(row.thing.value))] if row.by_key else row.stated
        self.pairs[row.thing, name] = place
        for term in stated:
            self.say(row.thing, name, term, place)

    def _inner_of(self, row: _Row) -> Term | None:
        within = row.found.sheet.within
        if within is None or not any(column.within for column in row.found.columns.values()):
            return None
        return inner_of(row.thing, row.found.sheet)

    def _state_inner(
        self,
        row: _Row,
        inner: Term | None,
        filled: Mapping[tuple[Term, str], bool],
        faulty: Iterable[tuple[Term, str]],
    ) -> None:
        """Tie what is written in a thing's row to the thing; an empty one is taken away whole."""
        within = row.found.sheet.within
        if inner is None or within is None:
            return
        ties = [
            (RDF_TYPE, Term("iri", within.kind)),
            (Term("iri", within.link), row.thing),
            (Term("iri", within.by), Term("iri", within.value)),
        ]
        touched = any(full for (subject, _), full in filled.items() if subject == inner)
        if touched or any(subject == inner for subject, _ in faulty):
            first = next(n for n, column in row.found.columns.items() if column.within)
            place = self.at(row.grid, row.number, first)
            self.subjects[inner] = place
            self.above[inner] = row.thing
            for predicate, value in ties:
                self.say(inner, predicate, value, place)
        else:
            self.emptied.update((inner, predicate) for predicate, _ in ties)

    # -- faults -------------------------------------------------------------------------------

    def _where(self, row: _Row, place: Place) -> Where:
        kind = row.found.sheet.default
        label = self._titles(row)
        names = self.model.labels.get(kind)
        return Where(row.thing.value, place, label, kind, names, row.found.lang)

    def _titles(self, row: _Row) -> dict[str, str]:
        cells = row.grid.rows[row.number]
        return {
            column.lang: str(cells[at])
            for at, column in row.found.columns.items()
            if column.lang and column.path in _TITLES and at in cells
        }

    def _refuse_formula(self, grid: Grid, number: int, at: int, top: headings.Found) -> None:
        code = "formula" if (number, at) in grid.formulas else "cell-error"
        fault = Fault(code, str(grid.rows[number][at]))
        self.tell(fault, self.at(grid, number, at), self._column_of_keys(top))

    def _judge_example(self, grid: Grid, number: int, top: headings.Found, at: int) -> None:
        """Say so when somebody wrote over the example, whose row is never read."""
        usual = {
            _flat(text)
            for column in top.sheet.columns
            for lang in LANGUAGES
            if (text := shown(column, self.known, lang)) is not None
        }
        cells = (grid.rows[number].get(n) for n in top.columns if n != at)
        if any(cell is not None and _flat(cell) not in usual for cell in cells):
            place = self.at(grid, number, at)
            self.tell(Fault("example-row", ""), place, self._column_of_keys(top))


_ADDRESS = Column("", "address", {})


def _second(name: str) -> bool:
    """Tell a second sheet of ours, whose name a number was put behind."""
    return fold(re.sub(r" \(\d+\)$", "", name)) in headings.apart()


def _flat(cell: Cell) -> str:
    return " ".join(text_of(cell).split())
