"""A spot in a text, and what a scan finds at it; shared by the scans of all syntaxes."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

from graph.terms import Term, Triple


class Spot(NamedTuple):
    """A line and a column, both from 1; the column counts signs."""

    line: int
    column: int


class Spoken(NamedTuple):
    """Where one statement stands: the offsets of its subject, predicate and object in the text.

    `predicate` is the IRI of the predicate where the scan knows it, and `ending` what the text of
    the object must end with; both keep a scan that has lost its way from pointing at wrong places.
    """

    subject_at: int
    predicate_at: int
    object_at: int
    predicate: str | None = None
    ending: str | None = None


class Lines:
    """Turns offsets in a text into lines and columns."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        start = text.find("\n")
        while start >= 0:
            self._starts.append(start + 1)
            start = text.find("\n", start + 1)

    def spot(self, offset: int) -> Spot:
        """Give line and column of an offset."""
        line = bisect_right(self._starts, offset)
        return Spot(line, offset - self._starts[line - 1] + 1)


@dataclass
class Spots:
    """Where things, their properties and their values first stand; without what is not known."""

    of_subject: dict[Term, Spot] = field(default_factory=dict)
    of_pair: dict[tuple[Term, Term], Spot] = field(default_factory=dict)
    of_triple: dict[Triple, Spot] = field(default_factory=dict)
    # What a parser of JSON-LD passes over without a word: keys that stand for nothing, and IRIs
    # and languages that are none.
    ignored: list[tuple[str, Spot]] = field(default_factory=list)
    broken: list[tuple[str, Spot]] = field(default_factory=list)
    tongues: list[tuple[str, Spot]] = field(default_factory=list)
