"""A workbook or a CSV file → a submission: statements, and for each the cell it stands in."""

# ruff: noqa: A002  (`format` is what everybody calls it, the command line too)

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping
from typing import Literal

from graph.errors import WrongFormat
from graph.findings import Finding, pick
from graph.sheet import headings
from graph.sheet.cells import Fault, Got, text_of
from graph.sheet.grid import of_csv, of_workbook
from graph.sheet.keyed import KEY_MADE, Keyed, Row, row_label
from graph.sheet.keys import inner_of
from graph.sheet.known import Known
from graph.sheet.limits import USUAL, Limits
from graph.sheet.model import TYPE, Column, Model
from graph.submission import Remark, Submission
from graph.terms import (
    LANGUAGES,
    RDF_TYPE,
    Term,
    local_name,
)

_ZIP = b"PK\x03\x04"


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
        reader.refuse_strange()
    else:
        if content.startswith(_ZIP):
            raise WrongFormat(name, "csv", "xlsx")
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
        unread=frozenset(reader.unread),
        labels=reader.labels,
    )


class _Reader(Keyed):
    """One file being read: first all keys, then all values, since rows point at one another."""

    def __init__(self, name: str, model: Model, known: Known) -> None:
        super().__init__(name, model, known)
        self._rows: list[Row] = []

    def read(self) -> None:
        """Read all rows of all sheets taken in."""
        order = {sheet.shape: n for n, sheet in enumerate(self.model.sheets)}
        for grid, top in sorted(self.tops, key=lambda pair: order[pair[1].sheet.shape]):
            seen: dict[Term, int] = {}
            for number in headings.rows_below(top, grid):
                row = self.keyed(grid, number, top)
                if row is None:
                    continue
                if row.thing in seen:
                    self.tell_twice(row, seen[row.thing])
                    continue
                seen[row.thing] = number
                self._rows.append(row)
                self.register(row)
        for row in self._rows:
            self._read_row(row)

    def _read_row(self, row: Row) -> None:
        sheet, thing = row.found.sheet, row.thing
        at = self.key_column(row.found) or min(row.found.columns)
        self.subjects[thing] = self.at(row.grid, row.number, at)
        if not self.titles(row):
            self.labels[thing] = row_label(row.grid, row.number, row.found)
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
                self.tell(fault, place, column, self.where(row, place))
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
        faulty |= self._unread_in(row, inner)
        self._tell_both(row, faulty)
        if row.made and row.settled and not faulty:
            # A key made of what is faulty, or lacks, is another one when that is mended.
            values = {"sheet": row.grid.name or self.name, "row": row.number, "key": row.made}
            self.remarks.append(Remark(KEY_MADE, values))
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

    def _unread_in(self, row: Row, inner: Term | None) -> set[tuple[Term, str]]:
        """Note what stands below a heading that is only like one of ours: it is not lacking."""
        found = set()
        for number, column in row.found.meant.items():
            if column.kind == "key" or (column.within and inner is None):
                continue
            subject = inner if column.within and inner else row.thing
            if number in row.grid.rows[row.number]:
                self.unread.add((subject, Term("iri", column.path)))
                found.add((subject, column.path))
            else:
                place = self.at(row.grid, row.number, number)
                self.pairs.setdefault((subject, Term("iri", column.path)), place)
        return found

    def _tell_both(self, row: Row, faulty: Container[tuple[Term, str]]) -> None:
        """Say that two fields are filled of which one must be empty, where one is faulty too.

        The rules can only tell of it when both can be read.
        """
        cells = row.grid.rows[row.number]
        groups: dict[str, list[int]] = {}
        for number, column in row.found.columns.items():
            if column.only_one and not column.within and number in cells:
                groups.setdefault(pick(column.group, LANGUAGES[0]), []).append(number)
        for listed in groups.values():
            whole = [n for n in listed if (row.thing, row.found.columns[n].path) not in faulty]
            if len(listed) > 1 and len(whole) < len(listed):
                at = (whole or listed)[-1]
                place = self.at(row.grid, row.number, at)
                where, column = self.where(row, place), row.found.columns[at]
                self.tell(Fault("one-will-do", text_of(cells[at])), place, column, where)

    def _place_inner(self, row: Row) -> None:
        """Let what a rule misses in a thing be found in the columns of what its row holds."""
        for number, column in row.found.columns.items():
            if column.within:
                place = self.at(row.grid, row.number, number)
                self.pairs.setdefault((row.thing, Term("iri", column.path)), place)

    def _cell(self, row: Row, number: int, column: Column) -> Got:
        cell = row.grid.rows[row.number].get(number)
        if (row.number, number) in row.grid.formulas:
            return Got(faults=[Fault("formula", str(cell))])
        if (row.number, number) in row.grid.broken:
            return Got(faults=[Fault("cell-error", str(cell))])
        return self.values(cell, column, row.found.lang)

    def _state(self, row: Row, filled: Mapping[tuple[Term, str], bool]) -> None:
        """Say what a row says without words: its class, and that its key is an identifier."""
        place = self.subjects[row.thing]
        sheet = row.found.sheet
        if not filled.get((row.thing, TYPE)):
            self.say(row.thing, RDF_TYPE, Term("iri", sheet.default), place)
        if not sheet.keyed:
            return
        name = Term("iri", self.column_of_keys(row.found).path)
        stated = [Term("literal", local_name(row.thing.value))] if row.by_key else row.stated
        self.pairs[row.thing, name] = place
        for term in stated:
            self.say(row.thing, name, term, place)

    def _inner_of(self, row: Row) -> Term | None:
        within = row.found.sheet.within
        if within is None or not any(column.within for column in row.found.columns.values()):
            return None
        return inner_of(row.thing, row.found.sheet)

    def _state_inner(
        self,
        row: Row,
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
