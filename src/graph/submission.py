"""What somebody hands in: its bytes, its statements, and where in the file each of them stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from graph.findings import Finding, Place
from graph.terms import Quad, Term

TABLES = frozenset({"xlsx", "csv"})
"""The formats in which a thing is a row; in all others a statement is written out."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where statements stand in a file.

    `of_subject` holds where a thing is first written, `of_pair` where it says something by a
    predicate, `of_triple` where one value stands; each may lack what the reader could not place.
    """

    file: str
    of_subject: Mapping[Term, Place] = field(default_factory=dict)
    of_pair: Mapping[tuple[Term, Term], Place] = field(default_factory=dict)
    of_triple: Mapping[tuple[Term, Term, Term], Place] = field(default_factory=dict)

    def locate(
        self, subject: Term, predicate: Term | None = None, value: Term | None = None
    ) -> Place | None:
        """Give the narrowest known place: of the value, the predicate, or the thing."""
        if predicate is not None and value is not None:
            found = self.of_triple.get((subject, predicate, value))
            if found is not None:
                return found
        if predicate is not None:
            found = self.of_pair.get((subject, predicate))
            if found is not None:
                return found
        return self.of_subject.get(subject)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the reader must be told about a file as a whole; `key` names a message."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Submission:
    """One file, read.

    `quads` have no blank nodes; the last member is the graph that the file itself names, if any.
    `emptied` holds, for a table, each thing and property whose cell stands empty in a column that
    is present: what the graph holds there is to go. `kept` holds each thing, property and language
    for which the table has no column though it has one for another language: what the graph holds
    in that language stays. `findings` are what reading met in single cells (a day that does not
    exist, a name that is nobody's); the rest is for the rules to judge.
    """

    name: str
    format: str
    content: bytes
    sha256: str
    quads: tuple[Quad, ...]
    places: Places
    emptied: frozenset[tuple[Term, Term]] = frozenset()
    findings: tuple[Finding, ...] = ()
    remarks: tuple[Remark, ...] = ()
    kept: frozenset[tuple[Term, Term, str]] = frozenset()

    @property
    def kind(self) -> Literal["table", "text"]:
        """Tell a table from a text of statements."""
        return "table" if self.format in TABLES else "text"
