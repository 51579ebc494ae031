"""What the library drops of a workbook when it reads and writes it, and how it is put back.

It forgets how large a note is, and writes formulas without what they last gave, so that a preview
shows empty cells.
"""

from __future__ import annotations

import datetime
import html
import io
import posixpath
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_USUAL = (320, 160)
"""How large a note of the template is, in pixels."""
_TINY = 20
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_LINK = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_SHAPE = re.compile(r"<(?:\w+:)?shape\s([^>]*[^/>])>(.*?)</(?:\w+:)?shape>", re.DOTALL)
_SIDE = re.compile(r"(?:^|;)\s*(width|height)\s*:\s*([\d.]+)\s*(px|pt|in|mm|cm)?")
_PIXELS = {"px": 1.0, "pt": 96 / 72, "in": 96.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "": 1.0}
_FORMULA = re.compile(rb"<c\b([^>]*)>(<f\b[^>]*?(?:/>|>[^<]*</f>))<v\s*(?:/>|></v>)</c>")
_ADDRESS = re.compile(rb'\br="([A-Z]+\d+)"')
_TYPE = re.compile(rb'\s+t="[^"]*"')

Value = str | int | float | bool


def resize_notes(book: Workbook, content: bytes) -> None:
    """Give every note of a workbook the size that it has in the file, or else a readable one."""
    sizes = dict(_sizes(content))
    for page in book.worksheets:
        for (row, column), cell in page._cells.items():
            if cell.comment is not None:
                size = sizes.get((page.title, row, column), _USUAL)
                cell.comment.width, cell.comment.height = size


def _sizes(content: bytes) -> Iterator[tuple[tuple[str, int, int], tuple[int, int]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        names = set(box.namelist())
        for title, part in sheets_of(box):
            for kind, target in _links(box, names, part):
                if kind.endswith("/vmlDrawing") and target in names:
                    for row, column, size in _shapes(_text(box, target)):
                        yield (title, row, column), size


def sheets_of(box: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Walk the sheets of a workbook's file: the title, and the part that holds the cells."""
    names = set(box.namelist())
    if "xl/workbook.xml" not in names:
        return
    parts = {}
    for tag in _tags(box, names, "xl/workbook.xml"):
        parts[tag.get("Id", "")] = _target("xl/workbook.xml", tag)
    for found in _SHEET.finditer(_text(box, "xl/workbook.xml")):
        said = _said(found.group())
        part = next((parts[v] for k, v in said.items() if k.endswith(":id") and v in parts), "")
        if part in names:
            yield said.get("name", ""), part


def _links(box: zipfile.ZipFile, names: set[str], part: str) -> Iterator[tuple[str, str]]:
    return ((tag.get("Type", ""), _target(part, tag)) for tag in _tags(box, names, part))


def _tags(box: zipfile.ZipFile, names: set[str], part: str) -> Iterator[Mapping[str, str]]:
    folder, _, name = part.rpartition("/")
    links = f"{folder}/_rels/{name}.rels"
    if links in names:
        yield from (_said(tag.group()) for tag in _LINK.finditer(_text(box, links)))


def _target(part: str, tag: Mapping[str, str]) -> str:
    target = tag.get("Target", "")
    joined = target if target[:1] == "/" else posixpath.join(posixpath.dirname(part), target)
    return posixpath.normpath(joined).lstrip("/")


def _said(tag: str) -> dict[str, str]:
    return {name: html.unescape(a or b) for name, a, b in _ATTRIBUTE.findall(tag)}


def _text(box: zipfile.ZipFile, part: str) -> str:
    return box.read(part).decode("utf-8-sig", "replace")


def _shapes(text: str) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Walk the notes of a drawing: row and column from 1, and the size in pixels."""
    for opened, inside in _SHAPE.findall(text):
        spot = [re.search(rf"<(?:\w+:)?{name}>\s*(\d+)\s*<", inside) for name in _SPOT]
        sides = {
            side: round(float(number) * _PIXELS[unit])
            for side, number, unit in _SIDE.findall(_said(f"<a {opened}>").get("style", ""))
        }
        row, column = spot
        if row and column and min(sides.get("width", 0), sides.get("height", 0)) > _TINY:
            yield int(row[1]) + 1, int(column[1]) + 1, (sides["width"], sides["height"])


_SPOT = ("Row", "Column")


def put_back(saved: bytes, book: Workbook, content: bytes) -> bytes:
    """Write into a saved workbook what its formulas gave when the user last saw them."""
    formulas = any(c.data_type == "f" for page in book.worksheets for c in page._cells.values())
    if not formulas:
        return saved
    given = _given(content)
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        titles = {part: title for title, part in sheets_of(old)}
        for each in old.infolist():
            held = old.read(each)
            values = given.get(titles.get(each.filename, ""))
            new.writestr(each, _filled(held, values) if values else held)
    return out.getvalue()


def _given(content: bytes) -> dict[str, dict[str, tuple[str, str]]]:
    """Read what the cells show, by sheet and cell: the type of the value and how it is written."""
    import openpyxl
    from openpyxl.utils.datetime import to_excel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for page in book.worksheets:
        mine = found.setdefault(page.title, {})
        for cell in page._cells.values():
            value = cell.value
            if isinstance(
                value, datetime.datetime | datetime.date | datetime.time | datetime.timedelta
            ):
                value = to_excel(value, book.epoch)  # type: ignore[no-untyped-call]
            if isinstance(value, str):
                mine[cell.coordinate] = ("e" if cell.data_type == "e" else "str", value)
            elif isinstance(value, bool):
                mine[cell.coordinate] = ("b", str(int(value)))
            elif isinstance(value, int | float):
                mine[cell.coordinate] = ("", repr(value))
    return found


def _filled(sheet: bytes, values: Mapping[str, tuple[str, str]]) -> bytes:
    def filled(match: re.Match[bytes]) -> bytes:
        spot = _ADDRESS.search(match[1])
        value = values.get(spot[1].decode()) if spot else None
        if value is None:
            return match.group()
        kind, text = value
        marks = _TYPE.sub(b"", match[1]) + (f' t="{kind}"'.encode() if kind else b"")
        written = html.escape(text, quote=False).encode()
        return b"<c" + marks + b">" + match[2] + b"<v>" + written + b"</v></c>"

    return _FORMULA.sub(filled, sheet)
