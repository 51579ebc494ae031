"""Sheets that know of one another: rows within rows, names that point, and whole examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graph.sheet.examples import values_in
from graph.sheet.headings import heading
from graph.sheet.known import fold
from graph.sheet.model import Column, Sheet, Within
from graph.sheet.said import Said
from graph.terms import LANGUAGES, LG, Term, local_name


def pointing(said: Said, part: Sheet, sheets: Sequence[Sheet]) -> Sheet:
    """Let what ties a row to a thing of another sheet take the names of such things."""
    link = said.one(part.shape, LG + "sheetWithin")
    classes = {name for sheet in sheets if sheet is not part for name in sheet.classes}
    columns = (
        replace(column, kind="choice", classes=tuple(sorted(classes)))
        if column.path == link and column.kind == "address"
        else column
        for column in part.columns
    )
    return replace(part, columns=tuple(columns))


def sampled(said: Said, sheet: Sheet) -> Sheet:
    """Give a sheet's columns what stands in its example row, where all cells belong together.

    What the sheet says itself comes first, then the example of each column. Of fields of which one
    will do one is filled. What only some things need stands empty, and so does what may, where the
    sheet says what stands there.
    """
    text = said.one(sheet.shape, LG + "sheetExample") or ""
    own = {
        column.name: _of_column(values_in(text, column.path), column) for column in sheet.columns
    }
    chosen: dict[str, str] = {}
    for stated in (True, False):
        for column in sheet.columns:
            group = column.group.get(LANGUAGES[0])
            if group and (own[column.name] if stated else column.example):
                chosen.setdefault(group, column.name)

    def sample(column: Column) -> tuple[Term, ...]:
        group = column.group.get(LANGUAGES[0])
        if group and chosen.get(group) != column.name:
            return ()
        # What is written within the row has been settled by its own sheet.
        spare = column.when or (text and column.need == "may")
        return own[column.name] or column.sample or (() if spare else column.example)

    columns = (
        replace(c, sample=sample(c), example=(own[c.name] if c.makes else ()) or c.example)
        for c in sheet.columns
    )
    return replace(sheet, columns=tuple(columns))


def _of_column(values: Sequence[Term], column: Column) -> tuple[Term, ...]:
    return tuple(value for value in values if value.lang == column.lang)


def written_within(said: Said, sheet: Sheet, part: Sheet) -> Sheet:
    """Let the things of another sheet be written in this one's rows."""
    value = said.one(sheet.shape, LG + "sheetAspect")
    link, by = (said.one(part.shape, LG + name) or "" for name in ("sheetWithin", "sheetBy"))
    if not value:
        return sheet
    inner = [
        replace(column, within=True, need="must" if column.need == "must" else "may")
        for column in part.columns
        if column.kind not in ("key", "class") and column.path not in (link, by)
    ]
    # A source is what one looks for first.
    inner.sort(key=lambda column: column.makes is None)
    within = Within(link, by, value, part.default, part.space, part.pattern)
    return replace(sheet, columns=(*sheet.columns, *inner), within=within)


def told_apart(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Give columns that bear one heading, in whatever languages, headings of their own."""
    taken: set[str] = set()
    found = []
    for column in columns:
        mine = {fold(heading(column, lang)) for lang in LANGUAGES}
        if mine & taken:
            tail = local_name(column.path)
            column = replace(column, label={k: f"{v} ({tail})" for k, v in column.label.items()})
            mine = {fold(heading(column, lang)) for lang in LANGUAGES}
        taken |= mine
        found.append(column)
    return tuple(found)
