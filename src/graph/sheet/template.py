"""The workbook to fill in: sheets, headings, help, drop-downs, an example, and what is known."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.errors import TooLongForCell
from graph.findings import pick
from graph.messages import Messages, load
from graph.sheet.asked import known_of
from graph.sheet.cells import Cell, wanted
from graph.sheet.faults import written
from graph.sheet.findings import fit_paper, height_of
from graph.sheet.grid import address
from graph.sheet.headings import heading
from graph.sheet.known import Ask, Known, short
from graph.sheet.model import Column, Model, Sheet
from graph.sheet.prefill import Held, held, rows_of
from graph.terms import Term

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

LONGEST = 32_767
"""How many signs a cell can hold."""
_MOST_CHOICES = 5_000
_FIRST_ROW = 3
_SPARE_ROWS = 500
"""So many empty rows get a drop-down."""
_DATE = "yyyy-mm-dd"
_NAMES, _ABOUT = 26, 84
"""How wide the columns of the page that is read first are."""
_WIDE = {"key": 24, "text": 36, "choice": 32, "date": 13, "boolean": 10, "integer": 10}
_HEAD = {"must": "1F3A5F", "should": "4A6A8F", "may": "6B7785"}


@dataclass(frozen=True)
class Template:
    """A workbook, and how much of it was known."""

    content: bytes
    sheets: int
    rows: int


def write_template(
    model: Model, lang: str, ask: Ask, organisation: str | None = None, name: str = ""
) -> bytes:
    """Write the workbook; with the IRI of an organisation, with what the store holds for it."""
    return fill_template(model, lang, ask, organisation, name).content


def fill_template(
    model: Model,
    lang: str,
    ask: Ask,
    organisation: str | None = None,
    name: str = "",
    file: str = "innmelding.xlsx",
    known: Known | None = None,
) -> Template:
    """Write the workbook as `write_template` does, and count what was filled in.

    `name` is what the organisation is called and `file` what the workbook will be called, both for
    the page that is read first; `known` spares asking once more what may be chosen.
    """
    from openpyxl import Workbook

    known = known or known_of(ask, model)
    found = held(ask, model, Term("iri", organisation)) if organisation else None
    book = Workbook()
    first = book.worksheets[0]
    lists = _write_lists(book, model, known, lang)
    counts: dict[str, int] = {}
    for place, sheet in enumerate(model.sheets, 1):
        page = book.create_sheet(sheet.name.get(lang, sheet.shape), place)
        counts[sheet.shape] = _write_sheet(page, sheet, known, lists, lang, found)
    _write_about(first, model, counts, lang, name if found else "", file)
    out = io.BytesIO()
    book.save(out)
    return Template(out.getvalue(), len(model.sheets), sum(counts.values()))


def put(page: Worksheet, row: int, column: int, value: Cell) -> None:
    """Write a value as it is: a text that begins with `=` is a text."""
    cell = page.cell(row, column)
    if isinstance(value, datetime.date):
        cell.value = value
        cell.number_format = _DATE
        return
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def _write_lists(book: Workbook, model: Model, known: Known, lang: str) -> Mapping[object, str]:
    """Write what may be chosen on a sheet of its own; give the name of each list."""
    from openpyxl.styles import Font
    from openpyxl.workbook.defined_name import DefinedName

    texts = load(lang)
    title = texts["sheet.lists"]
    page = book.create_sheet(title)
    names: dict[object, str] = {}
    listed: list[tuple[object, str, list[str]]] = []
    for sheet in model.sheets:
        for column in sheet.columns:
            if column.choice and not column.makes and column.choice not in dict(_pairs(listed)):
                choices = known.of(column.choice)
                words = [choices.written(thing, lang) for thing in choices.labels]
                listed.append((column.choice, heading(column, lang), words))
    listed.append(("boolean", texts["sheet.kind.boolean"], [texts["sheet.yes"], texts["sheet.no"]]))
    number = 0
    for choice, above, words in listed:
        alone = isinstance(choice, tuple) and choice[0] == "class" and len(words) == 1
        if not words or alone or len(words) > _MOST_CHOICES:
            continue
        number += 1
        put(page, 1, number, above)
        page.cell(1, number).font = Font(bold=True)
        for row, word in enumerate(words, 2):
            put(page, row, number, word[:LONGEST])
        names[choice] = f"lg_list_{number}"
        letters = address(1, number)[:-1]
        area = f"'{title}'!${letters}$2:${letters}${len(words) + 1}"
        book.defined_names[names[choice]] = DefinedName(names[choice], attr_text=area)
        page.column_dimensions[letters].width = 30
    page.freeze_panes = "A2"
    return names


def _pairs(listed: Iterable[tuple[object, str, list[str]]]) -> Iterable[tuple[object, str]]:
    return ((choice, above) for choice, above, _ in listed)


def _write_sheet(
    page: Worksheet,
    sheet: Sheet,
    known: Known,
    lists: Mapping[object, str],
    lang: str,
    found: Held | None,
) -> int:
    """Write one sheet; give how many rows were known."""
    texts = load(lang)
    rows = list(rows_of(sheet, found, known, lang)) if found else []
    last = _FIRST_ROW + len(rows) - 1
    for number, column in enumerate(sheet.columns, 1):
        _write_heading(page, number, column, texts)
        word = texts["sheet.example"] if column.kind == "key" else None
        example = word or written(column.sample, column, known, lang)
        put(page, 2, number, example)
        letters = address(1, number)[:-1]
        shape = page.column_dimensions[letters]
        shape.width = _WIDE.get(column.kind, 28)
        if column.kind in ("key", "string", "text"):
            # What is typed here stays a text: 047 keeps its zero.
            shape.number_format = "@"
        elif column.kind == "date":
            shape.number_format = _DATE
        filled = any(column.name in cells for _, cells in rows)
        other = column.lang not in (None, lang) and column.need == "may"
        if not filled and (other or (column.kind == "class" and len(sheet.classes) == 1)):
            shape.hidden = True
        name = lists.get("boolean" if column.kind == "boolean" else column.choice)
        if name:
            _offer(page, letters, name, column, max(last, _FIRST_ROW) + _SPARE_ROWS)
    _style_rows(page, len(sheet.columns))
    for row, (thing, cells) in enumerate(rows, _FIRST_ROW):
        for number, column in enumerate(sheet.columns, 1):
            cell = cells.get(column.name)
            if isinstance(cell, str) and len(cell) > LONGEST:
                raise TooLongForCell(short(thing.value), heading(column, lang), LONGEST)
            if cell is not None:
                put(page, row, number, cell)
    return len(rows)


def _write_heading(page: Worksheet, number: int, column: Column, texts: Messages) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill

    lang = texts.language
    mark = need(column, texts)
    put(page, 1, number, f"{heading(column, lang)}\n{mark}")
    cell = page.cell(1, number)
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor=_HEAD[column.need])
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    lines = [column.about.get(lang) or column.about.get("nb", ""), column.fix.get(lang, "")]
    lines += [texts[key] for key in wanted(column)]
    told = "\n".join(line for line in [f"{mark.capitalize()}.", *lines] if line)
    note = Comment(told, "Livsgraf")
    note.width, note.height = 320, 160
    cell.comment = note


def need(column: Column, texts: Messages) -> str:
    """Say in words whether a column must be filled in."""
    lang = texts.language
    if column.when:
        return texts.text("sheet.need.must_when", when=pick(column.when, lang))
    if column.group and column.need != "may":
        group = texts.text("sheet.quoted", text=pick(column.group, lang))
        return texts.text(f"sheet.need.{column.need}_one", group=group)
    return texts[f"sheet.need.{column.need}"]


def _offer(page: Worksheet, letters: str, name: str, column: Column, last: int) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    offered = DataValidation(type="list", formula1=f"={name}", allow_blank=True)
    # A thing of this same file is in no list, nor are several values in one cell.
    offered.showErrorMessage = column.kind == "boolean" or (
        not column.many and column.scheme is not None
    )
    page.add_data_validation(offered)
    offered.add(f"{letters}{_FIRST_ROW}:{letters}{last}")


def _style_rows(page: Worksheet, width: int) -> None:
    from openpyxl.styles import Alignment, Font

    for number in range(1, width + 1):
        cell = page.cell(2, number)
        cell.font = Font(italic=True, color="595959")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.row_dimensions[1].height = 48
    page.freeze_panes = "B3"


def _write_about(
    page: Worksheet, model: Model, counts: Mapping[str, int], lang: str, name: str, file: str
) -> None:
    from openpyxl.styles import Alignment, Font

    texts = load(lang)
    page.title = texts["sheet.about"]
    steps = ("one", "two", "three", "four", "five", "hidden", "six", "seven", "eight")
    lines = [texts["sheet.readme.title"], ""]
    if name:
        lines += [texts.text("sheet.readme.held", name=name), ""]
    lines += [texts.text(f"sheet.readme.{step}", file=file) for step in steps]
    lines += ["", texts["sheet.readme.sheets"]]
    for row, line in enumerate(lines, 1):
        put(page, row, 1, line)
        page.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    page.cell(1, 1).font = Font(bold=True, size=16)
    page.cell(len(lines), 1).font = Font(bold=True)
    for row, sheet in enumerate(model.sheets, len(lines) + 1):
        title = sheet.name.get(lang, sheet.shape)
        put(page, row, 1, title)
        page.cell(row, 1).hyperlink = f"#'{title}'!A{_FIRST_ROW}"
        page.cell(row, 1).font = Font(underline="single", color="0B5394")
        put(page, row, 2, pick(sheet.about, lang))
        page.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="top")
        page.cell(row, 1).alignment = Alignment(vertical="top")
        page.row_dimensions[row].height = height_of((pick(sheet.about, lang),), (_ABOUT,))
        if counts[sheet.shape]:
            put(page, row, 3, texts.text("sheet.readme.rows", n=counts[sheet.shape]))
    for row, line in enumerate(lines, 1):
        page.merge_cells(start_row=row, end_row=row, start_column=1, end_column=2)
        page.row_dimensions[row].height = height_of((line,), (_NAMES + _ABOUT,)) if row > 1 else 24
    page.column_dimensions["A"].width = _NAMES
    page.column_dimensions["B"].width = _ABOUT
    page.column_dimensions["C"].width = 24
    fit_paper(page, "portrait")
