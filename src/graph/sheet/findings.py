"""A workbook of plain rows: headed, filtered, coloured by how grave, and no formula in it."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from graph.findings import Severity

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | None
# Dark text on a light ground; the word stands in the cell, so that colour is not alone.
FILLS: dict[Severity, tuple[str, str]] = {
    "violation": ("FBD9DB", "7A0A14"),
    "warning": ("FCE8B8", "5C3900"),
    "info": ("D5EEF5", "083F4F"),
}
_LONGEST = 32_767
"""So many signs a cell holds."""
_LONGEST_LINK = 2_000
_MOST_LINKS = 60_000
"""A sheet with more links than 65 530 is one that Excel will not open."""
_SHEET_NAME = 31
_CORE = "docProps/core.xml"
_TIMES = re.compile(rb"<dcterms:(created|modified)\b.*?</dcterms:\1>", re.DOTALL)
_FONT, _SIZE = "Calibri", 11
_LINE, _HIGHEST = 15, 409
"""How high a line is, and the highest a row may be, in points."""


@dataclass(frozen=True)
class Page:
    """One sheet: headings, rows of values, and how wide each column is in signs.

    `grave` tells, for each row, by which severity its `marked` column is coloured. A value in the
    `linked` column that is an address becomes a link. A page without headings is a list of facts.
    """

    title: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[Value, ...]]
    widths: tuple[int, ...]
    grave: Sequence[Severity | None] = ()
    marked: int = 0
    linked: int | None = None


def write_workbook(pages: Sequence[Page]) -> bytes:
    """Write a workbook with one sheet for each page; the same pages give the same bytes.

    So a cache may name it by what it holds.
    """
    from openpyxl import Workbook

    book = Workbook()
    while book.sheetnames:
        del book[book.sheetnames[0]]
    for page in pages:
        _fill(book.create_sheet(page.title[:_SHEET_NAME]), page)
    return _saved(book)


def _saved(book: Workbook) -> bytes:
    """Save a workbook that tells no time: neither when it was made nor when its parts were."""
    # The library always writes both, so they are taken away from what it has written.
    made, out = io.BytesIO(), io.BytesIO()
    book.save(made)
    with ZipFile(made) as parts, ZipFile(out, "w") as whole:
        for name in parts.namelist():
            content = parts.read(name)
            if name == _CORE:
                content = _TIMES.sub(b"", content)
            # Without a time of its own, a part is from the first day that the format knows.
            whole.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return out.getvalue()


def _fill(sheet: Worksheet, page: Page) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    wrapped = Alignment(wrap_text=True, vertical="top")
    head = Font(_FONT, _SIZE, bold=True)
    paint = {
        kind: (PatternFill("solid", fgColor=ground), Font(_FONT, _SIZE, bold=True, color=ink))
        for kind, (ground, ink) in FILLS.items()
    }
    first = 2 if page.heads else 1
    for column, title in enumerate(page.heads, 1):
        cell = _put(sheet, 1, column, title)
        cell.font, cell.alignment = head, wrapped
    links = 0
    for at, values in enumerate(page.rows):
        for column, value in enumerate(values):
            if value is None or value == "":
                continue
            cell = _put(sheet, first + at, column + 1, value)
            cell.alignment = wrapped
            if not page.heads and not column:
                cell.font = head
            if column == page.linked and _is_link(value) and links < _MOST_LINKS:
                links += 1
                cell.hyperlink = str(value)
                cell.style = "Hyperlink"
                cell.alignment = wrapped
        # Not every program makes a row higher when it opens a file.
        sheet.row_dimensions[first + at].height = height_of(values, page.widths)
        grave = page.grave[at] if page.grave else None
        if grave is not None:
            marked = sheet.cell(first + at, page.marked + 1)
            marked.fill, marked.font = paint[grave]
    for column, width in enumerate(page.widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    if page.heads:
        sheet.freeze_panes = "A2"
        last = get_column_letter(len(page.heads))
        sheet.auto_filter.ref = f"A1:{last}{max(len(page.rows) + 1, 2)}"
        sheet.print_title_rows = "1:1"
    fit_paper(sheet, "landscape")


def fit_paper(sheet: Worksheet, way: Literal["landscape", "portrait"]) -> None:
    """Let a sheet be printed as wide as the paper, on as many pages as it takes."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation = way
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def height_of(values: Sequence[Value], widths: Sequence[int]) -> int:
    """Reckon how high a row must be for its texts to be read whole."""
    lines = 1
    for value, width in zip(values, widths, strict=True):
        if isinstance(value, str):
            # A line breaks between words, so not all of a column is used.
            room = max(width - 3, 1)
            lines = max(lines, sum(-(-max(len(line), 1) // room) for line in value.split("\n")))
    return min(lines * _LINE, _HIGHEST)


def _put(sheet: Worksheet, row: int, column: int, value: Value) -> Cell:
    """Put a value in a cell: a text as a text, whatever it begins with."""
    from openpyxl.cell.cell import Cell

    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):  # pragma: no cover  (we merge no cells)
        raise TypeError(cell)
    if isinstance(value, str):
        cell.value = plain(value)
        cell.data_type = "s"
    else:
        cell.value = value
    return cell


def plain(text: str) -> str:
    """Give a text as a cell can hold it: without signs that no XML holds, and not too long."""
    shown = "".join(sign if _holdable(sign) else "\N{REPLACEMENT CHARACTER}" for sign in text)
    # The format counts a sign beyond the basic plane as two.
    while len(shown.encode("utf-16-le")) // 2 > _LONGEST:
        shown = shown[: _LONGEST // 2 - 1] + "…"
    return shown


def _holdable(sign: str) -> bool:
    code = ord(sign)
    return sign in "\t\n\r" or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code >= 0x10000


def _is_link(value: Value) -> bool:
    return (
        isinstance(value, str)
        and value.startswith(("https://", "http://"))
        and len(value) <= _LONGEST_LINK
        and value.isprintable()
    )
