"""The user's own workbook with the findings marked in it, and nothing else changed.

A mark is a rule of conditional formatting, a part of a comment and a line on a sheet of ours: the
cell's own colour is never touched, so that marks come off without a trace.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.findings import Finding, pick
from graph.messages import Messages, load
from graph.sheet.kept import put_back, resize_notes
from graph.sheet.known import fold
from graph.sheet.listed import COLOURS, write_page
from graph.sheet.parcel import lost
from graph.sheet.template import LONGEST
from graph.submission import Remark
from graph.terms import LANGUAGES

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_MARK = 'LEN("livsgraf")>0'
"""Always true, and known again by its text."""
_LINE = "— Livsgraf —"
_AUTHOR = "Livsgraf"
_AT_ONCE = 200


@dataclass(frozen=True)
class Marked:
    """A workbook with findings; `separate` when it is another one than the user's own.

    `reasons` names, as keys of texts, what of the user's own would have been lost.
    """

    content: bytes
    separate: bool = False
    reasons: tuple[str, ...] = ()


def mark(
    content: bytes,
    findings: Sequence[Finding],
    lang: str,
    texts: Messages,
    remarks: Sequence[Remark] = (),
) -> Marked:
    """Mark findings in a workbook; older marks of ours go first.

    The keys that `remarks` tell of are listed below the findings.

    A workbook with parts that would not survive is left alone: the findings then come in one of
    their own, which says why.
    """
    import openpyxl

    # A text has no cells to colour.
    reasons = lost(content) if zipfile.is_zipfile(io.BytesIO(content)) else ("text",)
    if reasons:
        book = openpyxl.Workbook()
        page = book.worksheets[0]
        page.title = texts["sheet.findings"]
        write_page(page, findings, lang, texts, reasons, remarks)
        return Marked(_saved(book), True, reasons)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(content), rich_text=True)
    resize_notes(book, content)
    _unmark(book)
    by_cell: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(findings, key=Finding.order):
        place = finding.place
        if place is not None and place.cell and place.sheet in book.sheetnames:
            by_cell.setdefault((place.sheet or "", place.cell), []).append(finding)
    coloured: dict[tuple[str, str], list[str]] = {}
    for (sheet, cell), listed in by_cell.items():
        _note_cell(book[sheet], cell, listed, lang, texts)
        coloured.setdefault((sheet, listed[0].severity), []).append(cell)
    for (sheet, severity), cells in coloured.items():
        _colour_cells(book[sheet], cells, COLOURS[severity])
    page = book.create_sheet(_free_name(book, texts["sheet.findings"]), 0)
    known = {other.title for other in book.worksheets[1:]}
    write_page(page, findings, lang, texts, remarks=remarks, known=known)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    return Marked(put_back(_saved(book), book, content))


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _free_name(book: Workbook, name: str) -> str:
    taken = {fold(title) for title in book.sheetnames}
    names = [name, *(f"{name} ({n})" for n in range(2, len(taken) + 3))]
    return next(word for word in names if fold(word) not in taken)


# -- cells ------------------------------------------------------------------------------------


def _colour_cells(page: Worksheet, cells: Sequence[str], colour: str) -> None:
    """Colour cells by a rule that always holds, many cells to a rule."""
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import PatternFill

    for start in range(0, len(cells), _AT_ONCE):
        fill = PatternFill("solid", bgColor=colour, fgColor=colour)
        rule = FormulaRule([_MARK], fill=fill)  # type: ignore[no-untyped-call]
        page.conditional_formatting.add(" ".join(cells[start : start + _AT_ONCE]), rule)


def _note_cell(
    page: Worksheet, cell: str, listed: Sequence[Finding], lang: str, texts: Messages
) -> None:
    """Write the findings of a cell into its note, below what stands there."""
    from openpyxl.comments import Comment

    cell = _first(page, cell)
    told = "\n\n".join(_note(finding, lang, texts) for finding in listed)
    own = page[cell].comment
    text = f"{own.text}\n{_LINE}\n{told}" if own else f"{_LINE}\n{told}"
    note = Comment(text[:LONGEST], own.author if own else _AUTHOR)
    note.width = own.width if own else 340
    note.height = own.height if own else min(60 + 70 * len(listed), 400)
    page[cell].comment = note


def _first(page: Worksheet, cell: str) -> str:
    """Give the cell that can bear a note: of merged cells only the first can."""
    for area in page.merged_cells.ranges:
        if cell in area:
            return str(area.coord).partition(":")[0]
    return cell


def _note(finding: Finding, lang: str, texts: Messages) -> str:
    lines = [f"{texts[f'sheet.mark.{finding.severity}']}: {pick(finding.message, lang)}"]
    fix = pick(finding.fix, lang)
    if fix:
        lines.append(f"{texts['sheet.mark.fix']}: {fix}")
    if finding.example:
        lines.append(f"{texts['sheet.mark.example']}: {finding.example}")
    return "\n".join(lines)


def _unmark(book: Workbook) -> None:
    """Take away every mark of ours: sheets, colours, and our part of comments."""
    titles = {load(lang)["sheet.mark.title"] for lang in LANGUAGES}
    for page in list(book.worksheets):
        if page["A1"].value in titles and len(book.worksheets) > 1:
            book.remove(page)
            continue
        _unformat(page)
        for cell in list(page._cells.values()):
            note = cell.comment
            if note is None or _LINE not in note.text:
                continue
            own = note.text.split(_LINE)[0].rstrip("\n")
            if own:
                note.text = own
            else:
                cell.comment = None


def _unformat(page: Worksheet) -> None:
    from openpyxl.formatting.formatting import ConditionalFormattingList

    kept = ConditionalFormattingList()
    for area in page.conditional_formatting:
        for rule in area.rules:
            if rule.formula != [_MARK]:
                kept.add(str(area.sqref), rule)
    page.conditional_formatting = kept
