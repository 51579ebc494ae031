"""The tables of a file that we know: which sheet each is, its columns, and what is wrong on top."""

from __future__ import annotations

import re
from pathlib import PurePath

from graph.errors import NoKnownHeadings
from graph.findings import Severity
from graph.sheet import headings
from graph.sheet.cells import Fault
from graph.sheet.faults import shown
from graph.sheet.gather import Gathered
from graph.sheet.grid import Grid, address
from graph.sheet.known import Known, fold
from graph.sheet.model import Column, Model
from graph.submission import Remark
from graph.terms import LANGUAGES


class Tops(Gathered):
    """One file whose tables are looked up by their names and headings."""

    def __init__(self, name: str, model: Model, known: Known) -> None:
        super().__init__(name, known)
        self.model = model
        self.tops: list[tuple[Grid, headings.Found]] = []

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
            raise self._unknown()
        self._take(grid, top)

    def refuse_strange(self) -> None:
        """NoKnownHeadings for a workbook without any sheet of ours: nothing of it was read."""
        if not self.tops:
            raise self._unknown()

    def _unknown(self) -> NoKnownHeadings:
        known = ", ".join(s.name.get(LANGUAGES[0], "") for s in self.model.sheets)
        return NoKnownHeadings(self.name, known)

    def _take(self, grid: Grid, top: headings.Found) -> None:
        self.tops.append((grid, top))
        # To write examples takes time; a sheet with its own example alone has no use for them.
        filled = sum(1 for _ in headings.rows_below(top, grid)) > 1
        for number, column in top.columns.items() if filled else ():
            text = shown(column, self.known, top.lang)
            if text is not None:
                letters = address(1, number).rstrip("1")
                self.examples[grid.name or "", letters] = text
        for number, (text, near) in top.unknown.items():
            filled = any(number in row for at, row in grid.rows.items() if at > top.row)
            fault = Fault("unknown-column", text, (near,) if near else ())
            # A heading like one of ours is a slip; any other is a column of somebody's own.
            severity: Severity = "violation" if filled and near else "info"
            self.tell(fault, self.at(grid, top.row, number), severity=severity)
        for number, column in top.twice.items():
            self.tell(Fault("column-twice", ""), self.at(grid, top.row, number), column)
        for row, number, area in grid.merged:
            if row > top.row and number in top.columns:
                self.tell(Fault("merged", area), self.at(grid, row, number), top.columns[number])

    def key_column(self, top: headings.Found) -> int | None:
        """Give the number of the column of keys; None where the table has none."""
        return next((n for n, column in top.columns.items() if column.kind == "key"), None)

    def column_of_keys(self, top: headings.Found) -> Column:
        """Give the column of keys that the sheet has in the template."""
        return next(column for column in top.sheet.columns if column.kind == "key")


def _second(name: str) -> bool:
    """Tell a second sheet of ours, whose name a number was put behind."""
    return fold(re.sub(r" \(\d+\)$", "", name)) in headings.apart()
