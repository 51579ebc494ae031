"""A finding: one thing that is not as it should be, with the words to put it right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from graph.terms import LANGUAGES, Term

Severity = Literal["violation", "warning", "info"]
# One text in up to three languages: nb, nn and en.
Texts = Mapping[str, str]

SEVERITIES: tuple[Severity, ...] = ("violation", "warning", "info")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: in a text by line and column, in a table by sheet and cell.

    Lines and columns count from 1, a column in signs. `sheet` is empty for a CSV file.
    """

    file: str = ""
    line: int | None = None
    column: int | None = None
    sheet: str | None = None
    cell: str | None = None

    def order(self) -> tuple[str, str, int, int, int, str]:
        """Sort key: by file, sheet, row and column, as somebody reads the file."""
        letters = (self.cell or "").rstrip("0123456789")
        row = int((self.cell or "")[len(letters) :] or 0)
        return (
            self.file,
            self.sheet or "",
            self.line or row,
            self.column or 0,
            len(letters),
            letters,
        )

    def text(self) -> str:
        """Write it as people do: file:line:column, or sheet!cell."""
        if self.cell is not None:
            return f"{self.sheet}!{self.cell}" if self.sheet else self.cell
        parts = (self.file, self.line, self.column if self.line else None)
        return ":".join(str(part) for part in parts if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: which rule, in which thing, at which value, and what to do about it.

    `rule` and `focus` are IRIs (a house rule's own name and a file, when it is about our files).
    `label` and `path_label` name focus and path for people; `kind` is the class of the focus and
    `kind_label` its name. `value` is what stood there where one value is to blame, `count` how many
    values stood there where their number is; `expected` says what should stand there. `example` is
    a piece of Turtle, or what a person would type in a cell. `place` tells where, if known.
    `lang` is the language that a text is asked for in, where the rule names one.
    `outside` marks what only holds because the thing pointed at lies outside what was handed in.
    `tier` names the added shape file that demands it, empty for our own rules. `component` is the
    sort of demand that was broken, as SHACL names it, where a shape was.
    """

    rule: str
    severity: Severity
    focus: str
    message: Texts
    label: Texts = field(default_factory=dict)
    kind: str | None = None
    kind_label: Texts = field(default_factory=dict)
    path: str | None = None
    path_label: Texts = field(default_factory=dict)
    value: Term | None = None
    count: int | None = None
    expected: Texts = field(default_factory=dict)
    fix: Texts = field(default_factory=dict)
    example: str | None = None
    layer: str | None = None
    see_also: tuple[str, ...] = ()
    source: str | None = None
    place: Place | None = None
    lang: str = ""
    outside: bool = False
    tier: str = ""
    component: str | None = None

    @property
    def line(self) -> int | None:
        """The line in the file, from 1, if known."""
        return None if self.place is None else self.place.line

    def order(self) -> tuple[object, ...]:
        """Sort key: the gravest first, then by file, place, focus, rule and value."""
        value = "" if self.value is None else self.value.n3()
        grave = SEVERITIES.index(self.severity)
        place = (self.place or Place(self.source or "")).order()
        return grave, self.source or "", place, self.focus, self.rule, value


def pick(texts: Texts, lang: str) -> str:
    """Choose the text for a reader: the language asked for, then nb, nn, en, then any; or ''."""
    for wanted in (lang, *LANGUAGES):
        if texts.get(wanted):
            return texts[wanted]
    return next((texts[key] for key in sorted(texts) if texts[key]), "")
