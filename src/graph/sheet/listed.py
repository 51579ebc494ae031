"""The sheet that lists what was found, with a link to each cell, and the keys that were made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from graph.findings import SEVERITIES, Finding, pick
from graph.messages import Messages
from graph.sheet.findings import fit_paper, height_of
from graph.sheet.keyed import KEY_MADE
from graph.sheet.template import LONGEST, put
from graph.submission import Remark
from graph.terms import local_name

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

COLOURS = {"violation": "F4B6B6", "warning": "FFE08A", "info": "CFE2F3"}
_COLUMNS = ("grade", "cell", "thing", "field", "message", "value", "fix", "example")
_WIDE = (14, 26, 30, 24, 48, 26, 48, 30)
_WHOLE = sum(_WIDE)


def write_page(
    page: Worksheet,
    findings: Sequence[Finding],
    lang: str,
    texts: Messages,
    reasons: Sequence[str] = (),
    remarks: Sequence[Remark] = (),
    known: set[str] | frozenset[str] = frozenset(),
) -> None:
    """Write the findings, gravest first, then the new keys; cells of the sheets `known` are linked.

    `reasons` names, as keys of texts, why the findings stand in a workbook of their own.
    """
    from openpyxl.styles import Alignment, Font, PatternFill

    put(page, 1, 1, texts["sheet.mark.title"])
    page["A1"].font = Font(bold=True, size=14)
    put(page, 2, 1, _tally(findings, texts))
    top = 4
    if reasons:
        what = ", ".join(texts[f"sheet.lost.{reason}"] for reason in reasons)
        _across(page, 3, texts.text("sheet.mark.why", what=what))
        top = 5
    for number, key in enumerate(_COLUMNS, 1):
        _head(page, top, number, texts[f"sheet.mark.{key}"])
        page.column_dimensions[chr(ord("A") + number - 1)].width = _WIDE[number - 1]
    for row, finding in enumerate(sorted(findings, key=Finding.order), top + 1):
        values = [_safe(value) for value in _line(finding, lang, texts)]
        for number, value in enumerate(values, 1):
            put(page, row, number, value)
            page.cell(row, number).alignment = Alignment(wrap_text=True, vertical="top")
        page.row_dimensions[row].height = height_of(values, _WIDE)
        page.cell(row, 1).fill = PatternFill("solid", fgColor=COLOURS[finding.severity])
        place = finding.place
        if place is not None and place.cell and place.sheet in known:
            _link(page, row, place.sheet or "", place.cell)
    _write_keys(page, top + len(findings) + 2, texts, remarks, known)
    page.freeze_panes = f"A{top + 1}"
    page.print_title_rows = f"{top}:{top}"
    fit_paper(page, "landscape")


def _write_keys(
    page: Worksheet,
    row: int,
    texts: Messages,
    remarks: Sequence[Remark],
    known: set[str] | frozenset[str],
) -> None:
    """List the keys that were made, so that they can be copied into their rows."""
    from openpyxl.styles import Font

    made = [remark.params for remark in remarks if remark.key == KEY_MADE]
    if not made:
        return
    put(page, row, 1, texts["sheet.mark.keys"])
    page.cell(row, 1).font = Font(bold=True, size=12)
    _across(page, row + 1, texts["sheet.mark.keys_help"])
    for number, key in enumerate(("keys_row", "keys_key"), 2):
        _head(page, row + 2, number, texts[f"sheet.mark.{key}"])
    for at, said in enumerate(made, row + 3):
        sheet = str(said["sheet"])
        put(page, at, 2, _safe(texts.text("sheet.row", sheet=sheet, row=said["row"])))
        put(page, at, 3, str(said["key"]))
        if sheet in known:
            _link(page, at, sheet, f"A{said['row']}")


def _head(page: Worksheet, row: int, column: int, text: str) -> None:
    from openpyxl.styles import Font, PatternFill

    put(page, row, column, text)
    head = page.cell(row, column)
    head.font = Font(bold=True, color="FFFFFF")
    head.fill = PatternFill("solid", fgColor="1F3A5F")


def _across(page: Worksheet, row: int, text: str) -> None:
    """Write a text over all the columns, in as many lines as it needs."""
    from openpyxl.styles import Alignment

    put(page, row, 1, text)
    page.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(_WIDE))
    page.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    page.row_dimensions[row].height = height_of((text,), (_WHOLE,))


def _link(page: Worksheet, row: int, sheet: str, cell: str) -> None:
    from openpyxl.styles import Font

    title = sheet.replace("'", "''")
    page.cell(row, 2).hyperlink = f"#'{title}'!{cell}"
    page.cell(row, 2).font = Font(underline="single", color="0B5394")


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
        "sheet.mark.counts_one" if counts["info"] == 1 else "sheet.mark.counts",
        must=counts["violation"],
        should=counts["warning"],
        tips=counts["info"],
    )


def _safe(text: str) -> str:
    """Leave out signs that no workbook may hold."""
    return "".join(s for s in text if s in "\n\t" or ord(s) >= 32)[:LONGEST]
