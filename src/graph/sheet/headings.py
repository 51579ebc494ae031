"""Which sheet and which columns a table has, told from the words at its top in any language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from graph.messages import load
from graph.sheet.grid import Grid
from graph.sheet.known import fold, nearest
from graph.sheet.model import Column, Model, Sheet
from graph.terms import LANGUAGES, compact

_TOP = 10
"""The headings stand in one of so many rows."""
_ENOUGH = 3
_STRICT = 0.8


def heading(column: Column, lang: str) -> str:
    """Write a column's heading: its name, and the language of its texts."""
    texts = load(lang)
    name = column.label.get(lang) or column.label.get(LANGUAGES[0]) or compact(column.path)
    name = name[:1].upper() + name[1:]
    return f"{name} ({texts[f'sheet.lang.{column.lang}']})" if column.lang else name


def headings(sheet: Sheet) -> dict[str, Column]:
    """Give the columns by every heading that means them, brought to one spelling."""
    found: dict[str, Column] = {}
    for lang in LANGUAGES:
        for column in sheet.columns:
            found.setdefault(fold(heading(column, lang)), column)
    for column in sheet.columns:
        if column.path:
            mark = f"@{column.lang}" if column.lang else ""
            found.setdefault(fold(compact(column.path) + mark), column)
    for column in sheet.columns:
        if column.lang == LANGUAGES[0]:
            for lang in LANGUAGES:
                found.setdefault(fold(column.label.get(lang, "")), column)
    found.pop("", None)
    return found


def bare(text: object) -> str:
    """Take away what a heading says below its name."""
    return str(text).strip().split("\n")[0].strip()


def apart() -> dict[str, str]:
    """Give the names of the sheets that hold no things, in every language, with what they are."""
    return {fold(load(lang)[f"sheet.{k}"]): k for lang in LANGUAGES for k in _APART}


_APART = ("about", "lists", "findings")


@dataclass
class Found:
    """What the top of a table says: its columns by number, and what is wrong with it.

    `meant` holds, by number, the column that an unknown heading is most like.
    """

    sheet: Sheet
    row: int
    columns: dict[int, Column] = field(default_factory=dict)
    unknown: dict[int, tuple[str, str | None]] = field(default_factory=dict)
    meant: dict[int, Column] = field(default_factory=dict)
    twice: dict[int, Column] = field(default_factory=dict)
    lang: str = LANGUAGES[0]


def score(model: Model, words: Iterable[str]) -> int:
    """Count the words that are headings of the sheet they fit best."""
    folded = {fold(bare(word)) for word in words}
    return max((len(folded & headings(sheet).keys()) for sheet in model.sheets), default=0)


def named(model: Model, name: str) -> Sheet | None:
    """Give the sheet that bears a name in one of our languages."""
    folded = fold(name)
    return next((s for s in model.sheets if folded in map(fold, s.name.values())), None)


def likely(model: Model, name: str) -> str | None:
    """Give the name of the sheet that is most like a name."""
    return nearest(name, (text for sheet in model.sheets for text in sheet.name.values()))


def fitting(model: Model, grid: Grid) -> Sheet | None:
    """Give the sheet whose headings a table has; None where too few are."""
    fits = [(_row(sheet, grid), sheet) for sheet in model.sheets]
    (count, row), sheet = max(fits, key=lambda fit: fit[0][0], default=((0, 0), None))
    wide = len(grid.rows.get(row, {}))
    return sheet if count >= min(_ENOUGH, wide) and 2 * count >= wide and count else None


def _row(sheet: Sheet, grid: Grid) -> tuple[int, int]:
    """Give how many headings the row with most of them has, and which it is."""
    known = headings(sheet)
    best = (0, 0)
    for row in sorted(grid.rows)[:_TOP]:
        count = len({fold(bare(text)) for text in grid.rows[row].values()} & known.keys())
        best = max(best, (count, row), key=lambda pair: pair[0])
    return best


def found(sheet: Sheet, grid: Grid) -> Found | None:
    """Find the row of headings and the column each names; None where there is none."""
    count, row = _row(sheet, grid)
    if not count:
        return None
    told, known = Found(sheet, row), headings(sheet)
    seen: set[str] = set()
    for number, text in sorted(grid.rows[row].items()):
        column = known.get(fold(bare(text)))
        if column is None:
            told.unknown[number] = (bare(text), None)
        elif column.name in seen:
            told.twice[number] = column
        else:
            seen.add(column.name)
            told.columns[number] = column
    told.lang = _language(told, grid)
    _guess(told)
    return told


def _guess(told: Found) -> None:
    """Name the column that an unknown heading is like: one that the table lacks before others.

    A heading that is a little like one that is there already is most often somebody's own.
    """
    for number, (text, _) in told.unknown.items():
        there = {c.name for c in (*told.columns.values(), *told.meant.values())}
        lacking = [c for c in told.sheet.columns if c.name not in there]
        near = _nearest(lacking, text, told.lang)
        if near is not None:
            told.meant[number] = near
        near = near or _nearest(told.sheet.columns, text, told.lang, _STRICT)
        told.unknown[number] = (text, heading(near, told.lang) if near else None)


def _nearest(
    columns: Iterable[Column], text: str, lang: str, least: float | None = None
) -> Column | None:
    """Give the column with the heading most like a text, in the table's own language first."""
    written = {heading(c, tongue): c for tongue in (*LANGUAGES, lang) for c in columns}
    found = nearest(text, written) if least is None else nearest(text, written, least)
    return written[found] if found else None


def _language(found: Found, grid: Grid) -> str:
    """Tell in which language the headings are written: the first that most of them fit."""
    texts: Mapping[int, str] = {n: bare(grid.rows[found.row][n]) for n in found.columns}

    def fits(lang: str) -> int:
        return sum(fold(heading(c, lang)) == fold(texts[n]) for n, c in found.columns.items())

    return max(LANGUAGES, key=fits)


def rows_below(found: Found, grid: Grid) -> Iterator[int]:
    """Walk the rows below the headings in which something stands."""
    for row in sorted(grid.rows):
        if row > found.row and any(n in found.columns for n in grid.rows[row]):
            yield row
