"""Rows → CSV and XLSX. What a spreadsheet would take for a formula is text in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph.api.answer import Writer
from graph.render.data import csv_line

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDEST = 60


def table_writers(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[str | int | None]]
) -> Mapping[str, Writer]:
    """Give a writer for each of the formats of tables."""
    return {"csv": lambda: _csv(heads, rows), "xlsx": lambda: _xlsx(title, heads, rows)}


def _csv(heads: Sequence[str], rows: Sequence[Sequence[str | int | None]]) -> bytes:
    lines = [csv_line(heads), *(csv_line([_safe(cell) for cell in row]) for row in rows)]
    return "".join(lines).encode()


def _safe(cell: str | int | None) -> str:
    """Put an apostrophe before what a spreadsheet would reckon with; numbers are as they are."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(_FORMULA) else text


def _xlsx(title: str, heads: Sequence[str], rows: Sequence[Sequence[str | int | None]]) -> bytes:
    from graph.sheet.findings import Page, write_workbook

    filled = [tuple("" if cell is None else cell for cell in row) for row in rows]
    widths = tuple(
        min(_WIDEST, max([len(head), *(len(str(row[at])) for row in filled[:200])]) + 2)
        for at, head in enumerate(heads)
    )
    return write_workbook([Page(title, tuple(heads), filled, widths)])


def flat(value: Any, lang: str = "") -> str | int | None:
    """Give what a person reads of a value of a document, in one cell.

    Of a text in several languages it is that of `lang`, else the first there is.
    """
    if isinstance(value, list):
        return "; ".join(str(flat(one, lang)) for one in value)
    if isinstance(value, dict):
        for member in ("label", "value"):
            if member in value:
                return str(value[member])
        chosen = next((text for text in (value.get(lang), *value.values()) if text), None)
        return flat(chosen, lang)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, int) or value is None else str(value)


def addresses(value: Any) -> str:
    """Give the IRIs of a value of a document, in one cell."""
    values = value if isinstance(value, list) else [value]
    return "; ".join(str(one["id"]) for one in values if isinstance(one, dict) and "id" in one)
