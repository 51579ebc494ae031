"""Tables for people: columns where they fit, one short card per row where they do not.

On a terminal rich gives bold heads and dim notes; elsewhere the same words stand as plain text.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from graph.render import Cell, Document, Sheet, Style, empty_columns
from graph.render.lines import broken, one_line, open_console, put, say

if TYPE_CHECKING:
    from rich.console import Console

_GAP = 2
_INDENT = 2
_NARROW = 10
"""No column of text is squeezed below this; a table that would need it becomes cards."""
_ADDRESS = 22
"""An address longer than this may be broken, for it has no end that people read."""
_FACT = 24
"""So wide the first column of a table without heads may be, for it names what stands beside it."""
_TALL = 4
"""A table whose rows would stand higher than this becomes cards."""


def write(document: Document, out: TextIO, style: Style) -> None:
    """Write every sheet, shortened to the style's limit, with its title and lines."""
    console = open_console(out, style.width, style.terminal)
    before = bool(document.title or document.intro)
    if document.title:
        say(console, document.title, "bold")
    for line in document.intro:
        say(console, line)
    for sheet in document.sheets:
        if before:
            console.print()
        _sheet(console, sheet, style)
        before = True
    if document.notes and before:
        console.print()
    for line in document.notes:
        say(console, line, "dim")


def _sheet(console: "Console", sheet: Sheet, style: Style) -> None:
    if sheet.title:
        say(console, sheet.title, "bold")
    for line in sheet.intro:
        say(console, line)
    limit = None if sheet.whole else style.limit
    rows = sheet.rows if limit is None else sheet.rows[:limit]
    if rows:
        _rows(console, sheet, rows, style)
    if len(rows) < len(sheet.rows):
        say(console, style.cut(len(rows), len(sheet.rows)), "dim")
    for line in sheet.notes:
        say(console, line, "dim")


def _rows(console: "Console", sheet: Sheet, rows: Sequence[tuple[Cell, ...]], style: Style) -> None:
    empty = empty_columns(sheet)
    places = range(sheet.grouped, len(sheet.columns))
    # Where nothing at all is known a row is still a row.
    shown = [place for place in places if place not in empty] or list(places[:1])
    texts = [[one_line(row[place].text, style.none) for place in shown] for row in rows]
    heads = [sheet.columns[place].title if sheet.heads else "" for place in shown]
    right = [sheet.columns[place].number for place in shown]
    if len(shown) == 1 and not sheet.grouped:
        for line in texts:
            _item(console, line[0])
        return
    indent = " " * (_INDENT if sheet.grouped else 0)
    widths = _widths(heads, texts, right, console.width - len(indent))
    groups = [
        " · ".join(one_line(cell.text, style.none) for cell in row[: sheet.grouped] if cell.text)
        for row in rows
    ]
    if widths is None:
        mixed = [sheet.columns[place].mixed for place in shown]
        cells = [[row[place] for place in shown] for row in rows]
        _cards(console, heads, mixed, cells, groups, style)
        return
    if sheet.heads:
        for head in _laid(heads, right, widths, foot=True):
            put(console, indent + head, "bold")
    above = ""
    for group, line in zip(groups, texts, strict=True):
        if group != above:
            above = group
            put(console, above, "bold")
        for part in _laid(line, right, widths):
            put(console, indent + part)


def _laid(
    texts: Sequence[str], right: Sequence[bool], widths: Sequence[int], foot: bool = False
) -> list[str]:
    """Set one row in its columns; `foot` lets short cells stand at the bottom, as heads do."""
    cells = [broken(text, width) for text, width in zip(texts, widths, strict=True)]
    height = max(len(cell) for cell in cells)
    lines = []
    for at in range(height):
        parts = []
        for cell, number, width in zip(cells, right, widths, strict=True):
            place = at - (height - len(cell)) if foot else at
            part = cell[place] if 0 <= place < len(cell) else ""
            parts.append(part.rjust(width) if number else part.ljust(width))
        lines.append((" " * _GAP).join(parts).rstrip())
    return lines


def _item(console: "Console", line: str) -> None:
    for place, part in enumerate(broken(line, console.width - _INDENT - 2)):
        put(console, " " * _INDENT + ("  " if place else "· ") + part)


def _widths(
    heads: Sequence[str], texts: Sequence[Sequence[str]], right: Sequence[bool], total: int
) -> list[int] | None:
    """Share the width among the columns; None where no fair share is readable."""
    room = total - _GAP * (len(heads) - 1)
    columns = list(zip(*texts, strict=True))
    natural = [
        max(len(head), *(len(text) for text in column))
        for head, column in zip(heads, columns, strict=True)
    ]
    if sum(natural) <= room:
        return natural
    widths = [
        min(natural[place], max(_least(column, right[place]), _longest_word([heads[place]])))
        for place, column in enumerate(columns)
    ]
    spare = room - sum(widths)
    if spare < 0:
        return None
    if not any(heads):
        whole = min(natural[0], _FACT, widths[0] + spare)
        widths[0], spare = max(widths[0], whole), spare - max(whole - widths[0], 0)
    while spare > 0:
        wanting = [place for place in range(len(heads)) if widths[place] < natural[place]]
        if not wanting:
            break
        # The column that would stand highest gets the next sign.
        widths[max(wanting, key=lambda at: natural[at] / widths[at])] += 1
        spare -= 1
    height = max(
        len(broken(text, width))
        for column, width in zip(columns, widths, strict=True)
        for text in column
    )
    return widths if height <= _TALL or not any(heads) else None


def _least(column: Sequence[str], right: bool) -> int:
    if right:
        return max(len(text) for text in column)
    return max(_NARROW, _longest_word(column))


def _longest_word(texts: Sequence[str]) -> int:
    return max((_whole(word) for text in texts for word in text.split()), default=0)


def _whole(word: str) -> int:
    """Give the width that keeps a word whole."""
    return min(len(word), _ADDRESS) if "/" in word else len(word)


def _cards(
    console: "Console",
    heads: Sequence[str],
    mixed: Sequence[bool],
    rows: Sequence[Sequence[Cell]],
    groups: Sequence[str],
    style: Style,
) -> None:
    """Write each row as its first value and, below it, the rest with their heads.

    What is true is said by the head alone; what is false, or not known, is not said. In a mixed
    column yes and no are values like others.
    """
    above = ""
    for number, (row, group) in enumerate(zip(rows, groups, strict=True), start=1):
        if group != above:
            above = group
            for part in broken(group, console.width):
                put(console, part, "bold")
        lead = f"{number}. "
        width = console.width - len(lead)
        for place, part in enumerate(broken(one_line(row[0].text, style.none), width)):
            put(console, (" " * len(lead) if place else lead) + part, "bold")
        facts = [
            head
            if cell.flag and not several
            else f"{head}: {one_line(cell.text, style.none)}"
            if head
            else cell.text
            for several, head, cell in zip(mixed[1:], heads[1:], row[1:], strict=True)
            if cell.text and (cell.flag is not False or several)
        ]
        for line in _packed(facts, width):
            for place, part in enumerate(broken(line, width - 2)):
                put(console, " " * (len(lead) + (2 if place else 0)) + part)


def _packed(facts: Sequence[str], width: int) -> list[str]:
    """Put as many facts on a line as fit, so that no fact is broken that need not be."""
    lines: list[str] = []
    for fact in facts:
        if lines and len(lines[-1]) + 3 + len(fact) <= width - 2:
            lines[-1] += f" · {fact}"
        else:
            lines.append(fact)
    return lines
