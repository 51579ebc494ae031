"""A workbook or a CSV file → grids: what stands in which cell, and nothing about what it means."""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graph.errors import NotATable, NotAWorkbook, TooManyColumns, TooManyRows
from graph.sheet.cells import Cell
from graph.sheet.limits import Limits
from graph.sheet.parcel import inspect, refuse_huge_areas
from graph.submission import Remark

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_FORMULA_SIGNS = "=+-@\t\r"
_SEPARATORS = ";,\t"
_TOP = 10
"""In so many records the separator shows."""
_SHEET_ROW = re.compile(rb"<(?:\w+:)?row\b")


@dataclass
class Grid:
    """One sheet: what stands in its cells, by row and column from 1.

    `formulas` and `broken` are cells that hold a formula or an error value; `merged` gives the
    first cell and the name of every merged range; `lines` the line of a row in a text.
    """

    name: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    broken: set[tuple[int, int]] = field(default_factory=set)
    merged: list[tuple[int, int, str]] = field(default_factory=list)
    lines: dict[int, int] = field(default_factory=dict)
    hidden: bool = False


def address(row: int, column: int) -> str:
    """Name a cell as a spreadsheet does: A1, B7, AA12."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def of_workbook(content: bytes, name: str, limits: Limits) -> list[Grid]:
    """Read every sheet of a workbook, within the limits."""
    box = inspect(content, name, limits)
    for part in box.namelist():
        if part.startswith("xl/worksheets/") and part.endswith(".xml"):
            count = len(_SHEET_ROW.findall(box.read(part)))
            # Rows that are only coloured are counted when the cells are known.
            if count > 10 * limits.rows:
                raise TooManyRows(name, part.rpartition("/")[2], count, limits.rows)
    refuse_huge_areas(box, name)
    book = _load(content, name)
    return [_grid(sheet, name, limits) for sheet in book.worksheets]


def _load(content: bytes, name: str) -> Workbook:
    import warnings

    import openpyxl

    with warnings.catch_warnings():
        # It warns of what it leaves out, which we count ourselves.
        warnings.simplefilter("ignore")
        try:
            return openpyxl.load_workbook(io.BytesIO(content), rich_text=False)
        except Exception as error:
            raise NotAWorkbook(name, f"{type(error).__name__}: {error}") from error


def _grid(sheet: Worksheet, name: str, limits: Limits) -> Grid:
    grid = Grid(sheet.title, hidden=sheet.sheet_state != "visible")
    # Only the cells there are: an iterator would walk to the last corner of the sheet.
    for (row, column), cell in sorted(sheet._cells.items()):
        if cell.value is None or cell.value == "":
            continue
        grid.rows.setdefault(row, {})[column] = _value(cell.value)
        if cell.data_type == "f":
            grid.formulas.add((row, column))
        elif cell.data_type == "e":
            grid.broken.add((row, column))
    _within(grid, name, limits)
    for area in sheet.merged_cells.ranges:
        grid.merged.append((area.min_row, area.min_col, area.coord))
    return grid


def _value(value: object) -> Cell:
    if isinstance(
        value, str | int | float | bool | datetime.datetime | datetime.date | datetime.time
    ):
        return value
    return str(getattr(value, "text", value))


def _within(grid: Grid, name: str, limits: Limits) -> None:
    if len(grid.rows) > limits.rows:
        raise TooManyRows(name, grid.name, len(grid.rows), limits.rows)
    widest = max((max(row) for row in grid.rows.values()), default=0)
    if widest > limits.columns:
        raise TooManyColumns(name, grid.name, widest, limits.columns)


def of_csv(
    content: bytes, name: str, limits: Limits, score: Callable[[Iterable[str]], int]
) -> tuple[Grid, list[Remark]]:
    """Read a CSV file: signs and separator as they are found, told where they are not the usual.

    `score` tells how many of some words are headings, which settles the separator.
    """
    text, remarks = _decoded(content, name)
    best = max(_SEPARATORS, key=lambda sign: _best(_first(text, sign, name), score))
    return _parted(text, best, name, limits), remarks


def _first(text: str, separator: str, name: str) -> list[list[str]]:
    """Give the first records that a separator makes of a text, as far as it fits."""
    found: list[list[str]] = []
    # Where quotation marks stand oddly for this separator, another one may be the right one.
    with contextlib.suppress(NotATable):
        for _, record in itertools.islice(_records(text, separator, name), _TOP):
            found.append(record)
    return found


def _decoded(content: bytes, name: str) -> tuple[str, list[Remark]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), [Remark("sheet.remark.utf-16", {"file": name})]
        except UnicodeDecodeError as error:
            raise NotATable(name, 1, str(error)) from error
    if b"\0" in content:
        raise NotATable(name, content[: content.index(b"\0")].count(b"\n") + 1, "0x00")
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        # Five bytes of Windows-1252 stand for nothing.
        text = content.decode("cp1252", "replace")
        return text, [Remark("sheet.remark.windows-1252", {"file": name})]


def _best(records: list[list[str]], score: Callable[[Iterable[str]], int]) -> tuple[int, int]:
    best = max((score(record) for record in records), default=0)
    return best, max(map(len, records), default=0)


def _parted(text: str, separator: str, name: str, limits: Limits) -> Grid:
    grid = Grid("")
    for row, (line, parts) in enumerate(_records(text, separator, name), 1):
        cells = {n: _unquoted(part) for n, part in enumerate(parts, 1) if part.strip()}
        if cells:
            grid.rows[row] = dict(cells)
            grid.lines[row] = line
        if len(grid.rows) > limits.rows:
            raise TooManyRows(name, name, len(grid.rows), limits.rows)
    _within(grid, name, limits)
    return grid


def _records(text: str, separator: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Walk the records with the line on which each begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise NotATable(name, line, str(error)) from error
        yield line, record


def _unquoted(text: str) -> str:
    """Take away the mark that keeps a spreadsheet from reading a text as a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] and text[1] in _FORMULA_SIGNS else text
