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

from graph.findings import SEVERITIES, Finding, pick
from graph.messages import Messages, load
from graph.sheet.known import fold
from graph.sheet.parcel import lost
from graph.sheet.template import LONGEST, put
from graph.terms import LANGUAGES, local_name

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_MARK = 'LEN("livsgraf")>0'
"""Always true, and known again by its text."""
_LINE = "— Livsgraf —"
_AUTHOR = "Livsgraf"
_AT_ONCE = 200
_COLOURS = {"violation": "F4B6B6", "warning": "FFE08A", "info": "CFE2F3"}
_COLUMNS = ("grade", "cell", "thing", "field", "message", "value", "fix", "example")
_WIDE = (14, 26, 30, 24, 48, 26, 48, 30)


@dataclass(frozen=True)
class Marked:
    """A workbook with findings; `separate` when it is another one than the user's own.

    `reasons` names, as keys of texts, what of the user's own would have been lost.
    """

    content: bytes
    separate: bool = False
    reasons: tuple[str, ...] = ()


def mark(content: bytes, findings: Sequence[Finding], lang: str, texts: Messages) -> Marked:
    """Mark findings in a workbook; older marks of ours go first.

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
        _write_page(page, findings, lang, texts, reasons, linked=False)
        return Marked(_saved(book), True, reasons)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(content), rich_text=True)
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
        _colour_cells(book[sheet], cells, _COLOURS[severity])
    page = book.create_sheet(_free_name(book, texts["sheet.findings"]), 0)
    _write_page(page, findings, lang, texts, (), linked=True, known=set(book.sheetnames))
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    return Marked(_saved(book))


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


# -- the sheet of findings --------------------------------------------------------------------


def _write_page(
    page: Worksheet,
    findings: Sequence[Finding],
    lang: str,
    texts: Messages,
    reasons: Sequence[str],
    *,
    linked: bool,
    known: set[str] | frozenset[str] = frozenset(),
) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    put(page, 1, 1, texts["sheet.mark.title"])
    page["A1"].font = Font(bold=True, size=14)
    put(page, 2, 1, _tally(findings, texts))
    top = 4
    if reasons:
        what = ", ".join(texts[f"sheet.lost.{reason}"] for reason in reasons)
        put(page, 3, 1, texts.text("sheet.mark.why", what=what))
        top = 5
    for number, key in enumerate(_COLUMNS, 1):
        put(page, top, number, texts[f"sheet.mark.{key}"])
        head = page.cell(top, number)
        head.font = Font(bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor="1F3A5F")
        page.column_dimensions[chr(ord("A") + number - 1)].width = _WIDE[number - 1]
    for row, finding in enumerate(sorted(findings, key=Finding.order), top + 1):
        for number, value in enumerate(_line(finding, lang, texts), 1):
            put(page, row, number, _safe(value))
            page.cell(row, number).alignment = Alignment(wrap_text=True, vertical="top")
        colour = _COLOURS[finding.severity]
        page.cell(row, 1).fill = PatternFill("solid", fgColor=colour)
        place = finding.place
        if linked and place is not None and place.cell and place.sheet in known:
            title = (place.sheet or "").replace("'", "''")
            page.cell(row, 2).hyperlink = f"#'{title}'!{place.cell}"
            page.cell(row, 2).font = Font(underline="single", color="0B5394")
    page.freeze_panes = f"A{top + 1}"


def _line(finding: Finding, lang: str, texts: Messages) -> tuple[str, ...]:
    return (
        texts[f"sheet.mark.{finding.severity}"],
        finding.place.text() if finding.place else "",
        pick(finding.label, lang) or local_name(finding.focus),
        pick(finding.path_label, lang),
        pick(finding.message, lang),
        finding.value.value if finding.value else "",
        pick(finding.fix, lang),
        finding.example or "",
    )


def _tally(findings: Sequence[Finding], texts: Messages) -> str:
    if not findings:
        return texts["sheet.mark.none"]
    counts = {name: sum(f.severity == name for f in findings) for name in SEVERITIES}
    return texts.text(
        "sheet.mark.counts",
        must=counts["violation"],
        should=counts["warning"],
        tips=counts["info"],
    )


def _safe(text: str) -> str:
    """Leave out signs that no workbook may hold."""
    return "".join(s for s in text if s in "\n\t" or ord(s) >= 32)[:LONGEST]
