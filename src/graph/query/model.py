"""What a query is: its header as data, its text as it stands in the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from graph import sparql, terms
from graph.errors import BadDate, BadValue, TooLow
from graph.terms import XSD, Term

KINDS: Final = ("rules", "gaps", "questions", "networks", "checks", "ownership", "views")
MAKERS: Final = ("rules", "views")
"""The kinds that make triples; the others give rows."""
ASKABLE: Final = ("gaps", "questions", "networks")
"""The kinds that a person asks; the others are run by a build, a validation or a commit."""
LAYERS: Final = ("legal", "organisational", "semantic", "technical", "governance")
LAYER_IRIS: Final[Mapping[str, str]] = {
    name: f"{terms.PREFIXES['eif']}IL{number}"
    for name, number in zip(LAYERS, (3, 4, 5, 6, 2), strict=True)
}
SEVERITIES: Final = ("violation", "warning", "info")
UNITS: Final = ("need", "flow", "thing")
YES_OR_NO: Final = ("crossLevel", "crossSector")
"""The columns of every need and flow that say yes or no."""
TYPES: Final = ("iri", "date", "string", "integer", "boolean")

Texts = Mapping[str, str]
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True)
class Parameter:
    """A variable that the asker may bind; `default` None means any (`UNDEF` in the file).

    `option` is the word of its command-line option where that is not the variable's own name.
    `minimum` is the least that a whole number may be.
    """

    name: str
    type: str
    label: Texts
    default: Term | None = None
    today: bool = False
    scheme: str | None = None
    option: str | None = None
    minimum: int | None = None

    def read(self, text: str, known: Mapping[str, str] | None = None) -> Term:
        """Turn what a person wrote into a term of this parameter's type.

        Args:
            text: a date as YYYY-MM-DD, a whole number, true or false, any string, or an IRI,
                either whole or as prefix:name.
            known: prefixes beside the shipped ones.

        Raises:
            BadDate: no such day.
            BadValue: not of the type; TooLow: a number below the least.

        """
        try:
            if self.type == "date":
                return terms.date(text)
            if self.type == "iri":
                return terms.iri(_expand(text, {**terms.PREFIXES, **(known or {})}))
            if self.type == "integer":
                return terms.literal(self._number(text))
            if self.type == "boolean":
                return terms.literal({"true": True, "false": False}[text.lower()])
        except (ValueError, KeyError):
            if self.type == "date":
                raise BadDate(text) from None
            raise BadValue(self.name, text, self.type) from None
        return terms.literal(text)

    def _number(self, text: str) -> int:
        # Python reads more as a whole number than people do, and the engine has 64 bits for one.
        if not _NUMBER.fullmatch(text.strip()):
            raise ValueError(text)
        number = int(text)
        if self.minimum is not None and number < self.minimum:
            raise TooLow(self.name, text, self.type, self.minimum)
        return number

    def accepts(self, term: Term | None) -> bool:
        """Say whether a term may be bound; None stands for any and is refused for a date."""
        if term is None:
            return self.type != "date"
        if self.type == "iri":
            return term.kind == "iri"
        if term.kind != "literal":
            return False
        if self.type == "date":
            return term.datatype == XSD + "date" and _is_day(term.value)
        if self.type == "string":
            return term.datatype in {None, XSD + "string"}
        if term.datatype != XSD + self.type:
            return False
        return self.minimum is None or int(term.value) >= self.minimum


@dataclass(frozen=True)
class Query:
    """A shipped query: what its header says, and its text, which runs as it is.

    `empty` says what it means that nothing was found; it and `remedy` may hold no text at all.
    `member` names the columns that tell the rows of one focus apart where each is its own gap.
    A check speaks like a shape: `shape` names it, `result_path` is the property it blames,
    `example` a piece of Turtle that is right, `see` where the demand comes from.
    """

    name: str
    kind: str
    path: Path
    text: str
    title: Texts
    why: Texts
    remedy: Texts = field(default_factory=dict)
    empty: Texts = field(default_factory=dict)
    layer: str | None = None
    severity: str | None = None
    eif: tuple[str, ...] = ()
    eira: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    unit: str | None = None
    member: tuple[str, ...] = ()
    order: int = 0
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    columns: Mapping[str, Texts] = field(default_factory=dict)
    shape: str | None = None
    result_path: str | None = None
    example: str | None = None
    see: tuple[str, ...] = ()

    @property
    def measures(self) -> tuple[Term, ...]:
        """What it is measured against: recommendations of EIF, then what would close the gap."""
        codes = (terms.PREFIXES["eif"] + code for code in self.eif)
        return tuple(Term("iri", name) for name in (*codes, *self.closes, *self.eira))

    @cached_property
    def tree(self) -> sparql.Group:
        """The text as nested groups."""
        return sparql.tree(sparql.tokens(self.text))


def _expand(text: str, prefixes: Mapping[str, str]) -> str:
    prefix, colon, rest = text.partition(":")
    if colon and not rest.startswith("//") and prefix in prefixes:
        return prefixes[prefix] + rest
    return text.removeprefix("<").removesuffix(">")


def _is_day(text: str) -> bool:
    try:
        terms.date(text)
    except ValueError:
        return False
    return True
