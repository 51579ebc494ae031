"""Sheets, columns, and what may stand in them. How they are made from the shapes: `derive`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from graph.findings import Texts
from graph.terms import DCT, RDF_TYPE, Term

Kind = Literal[
    "key", "class", "text", "string", "date", "boolean", "integer", "decimal", "address", "choice"
]
Need = Literal["must", "should", "may"]

IDENTIFIER, TYPE = DCT + "identifier", RDF_TYPE.value


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a property, what may stand in its cells, and the words about it.

    `lang` is set where a column holds the texts of one language. `within` is set on columns that
    speak of another thing written in the same row. `group` names columns of which one must be
    filled, and only one may be where `only_one` is set; `when` names the class for which alone the
    column is needed. `makes` is the folder in which an unknown value is made. `example` is what
    somebody might write, and `sample` what stands in the row that is only an example, where all
    cells belong together.
    """

    path: str
    kind: Kind
    label: Texts
    need: Need = "may"
    many: bool = True
    lang: str | None = None
    datatype: str | None = None
    classes: tuple[str, ...] = ()
    scheme: str | None = None
    makes: str | None = None
    fix: Texts = field(default_factory=dict)
    about: Texts = field(default_factory=dict)
    example: tuple[Term, ...] = ()
    group: Texts = field(default_factory=dict)
    when: Texts = field(default_factory=dict)
    only_one: bool = False
    within: bool = False
    sample: tuple[Term, ...] = ()

    @property
    def name(self) -> str:
        """Give the name that no other column of its sheet has."""
        inner = "within:" if self.within else ""
        return f"{inner}{self.path}@{self.lang}" if self.lang else f"{inner}{self.path}"

    @property
    def choice(self) -> tuple[str, ...] | None:
        """Name what the values are chosen from; None where they are written freely."""
        if self.kind == "class":
            return ("class", *sorted(self.classes))
        if self.kind != "choice":
            return None
        if self.scheme:
            return ("scheme", self.scheme)
        return ("made" if self.makes else "things", *sorted(self.classes))


@dataclass(frozen=True, slots=True)
class Within:
    """Things that are written in the row of another: how they are tied to it and told apart."""

    link: str
    by: str
    value: str
    kind: str
    space: str
    pattern: str


@dataclass(frozen=True)
class Sheet:
    """One sheet: whose things stand in its rows, and its columns in order."""

    shape: str
    name: Texts
    order: int
    space: str
    pattern: str
    classes: tuple[str, ...]
    default: str
    owners: tuple[str, ...]
    columns: tuple[Column, ...]
    within: Within | None = None
    about: Texts = field(default_factory=dict)

    @cached_property
    def own(self) -> tuple[Column, ...]:
        """The columns about the thing itself, the key apart."""
        return tuple(c for c in self.columns if not c.within and c.kind != "key")

    @cached_property
    def inner(self) -> tuple[Column, ...]:
        """The columns about what is written in the thing's row."""
        return tuple(c for c in self.columns if c.within)

    @property
    def keyed(self) -> bool:
        """Tell whether a thing's key is also stated as its identifier."""
        return any(c.kind == "key" and c.path == IDENTIFIER for c in self.columns)


@dataclass(frozen=True)
class Model:
    """The sheets of a workbook, in order."""

    sheets: tuple[Sheet, ...]
    above: Mapping[str, frozenset[str]] = field(default_factory=dict)
    labels: Mapping[str, Texts] = field(default_factory=dict)

    def of_class(self, name: str) -> Sheet | None:
        """Give the sheet on which things of a class stand."""
        return next((sheet for sheet in self.sheets if name in sheet.classes), None)
