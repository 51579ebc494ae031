"""Markdown: headings and pipe tables, where a label links to its IRI."""

from collections.abc import Iterable
from typing import TextIO

from graph.render import Cell, Document, Sheet, Style, empty_columns


def write(document: Document, out: TextIO, style: Style) -> None:
    """Write every sheet as a table under its heading; no row is left out."""
    blocks: list[str] = [f"# {document.title}"] if document.title else []
    blocks += document.intro
    for sheet in document.sheets:
        blocks += [f"## {sheet.title}"] if sheet.title else []
        blocks += sheet.intro
        if sheet.rows:
            blocks.append(_table(sheet, style))
        blocks += sheet.notes
    blocks += document.notes
    out.write("\n\n".join(blocks) + "\n")


def _table(sheet: Sheet, style: Style) -> str:
    empty = empty_columns(sheet)
    shown = [place for place in range(len(sheet.columns)) if place not in empty]
    lines = [
        _line(_escaped(sheet.columns[place].title) for place in shown),
        _line("---:" if sheet.columns[place].number else "---" for place in shown),
    ]
    lines += [_line(_cell(row[place], style) for place in shown) for row in sheet.rows]
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(cell: Cell, style: Style) -> str:
    if cell.term and cell.term.kind == "iri" and cell.text:
        text = _escaped(cell.text).replace("[", "\\[").replace("]", "\\]")
        return f"[{text}](<{cell.term.value}>)"
    return _escaped(cell.text) or style.none


def _escaped(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split())
