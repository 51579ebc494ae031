"""What somebody hands in: its bytes, its statements, and where in the file each of them stands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from graph import assets, rdf
from graph.config import Limits
from graph.errors import BadIri, BadLanguage, FileUnreadable, ParseError, TooManyBytes, WrongFormat
from graph.findings import Finding, Place, Texts
from graph.terms import BASE, GENID, Quad, Term

if TYPE_CHECKING:
    from graph.rdf.spots import Spots

_SHOWN = 5
_PIECE = 1 << 24
TABLES = frozenset({"xlsx", "csv"})
"""The formats in which a thing is a row; in all others a statement is written out."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where statements stand in a file.

    `of_subject` holds where a thing is first written, `of_pair` where it says something by a
    predicate, `of_triple` where one value stands; each may lack what the reader could not place.
    `above` tells, for what has no name of its own in the file, the nearest thing with a name that
    leads to it: a finding about the one is shown as the other's. `of_language` holds the cells of a
    table where a property is said in a language, filled or not.
    """

    file: str
    of_subject: Mapping[Term, Place] = field(default_factory=dict)
    of_pair: Mapping[tuple[Term, Term], Place] = field(default_factory=dict)
    of_triple: Mapping[tuple[Term, Term, Term], Place] = field(default_factory=dict)
    above: Mapping[Term, Term] = field(default_factory=dict)
    of_language: Mapping[tuple[Term, Term, str], Place] = field(default_factory=dict)

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
        found = self.of_subject.get(subject)
        if found is None and subject in self.above:
            return self.of_subject.get(self.above[subject])
        return found

    def named(self, subject: Term) -> Term:
        """Give the thing that a person would say the subject is part of; most often itself."""
        return self.above.get(subject, subject)


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
    in that language stays. `examples` holds what somebody might type in a column, by sheet and
    column letters. `unread` holds each thing and property whose value stands where it could not be
    read, so that it is not lacking; `labels` what a thing without a title is called, by its row.
    `findings` are what reading met in single cells (a day that does not
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
    examples: Mapping[tuple[str, str], str] = field(default_factory=dict)
    unread: frozenset[tuple[Term, Term]] = frozenset()
    labels: Mapping[Term, Texts] = field(default_factory=dict)

    @property
    def kind(self) -> Literal["table", "text"]:
        """Tell a table from a text of statements."""
        return "table" if self.format in TABLES else "text"


_Key = TypeVar("_Key")


class _Located(Mapping[_Key, Place]):
    """Places that are made when somebody asks: most of a large file's are never looked at."""

    def __init__(self, file: str, spots: Mapping[_Key, tuple[int, int]]) -> None:
        self._file = file
        self._spots = spots

    def __getitem__(self, key: _Key) -> Place:
        return Place(self._file, *self._spots[key])

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._spots)

    def __len__(self) -> int:
        return len(self._spots)


def _renamed(spots: Spots, names: Mapping[Term, Term]) -> Spots:
    """Give the spots with the names that things without a name got."""
    from graph.rdf.spots import Spots

    def term(node: Term) -> Term:
        return names.get(node, node)

    return Spots(
        of_subject={term(s): spot for s, spot in spots.of_subject.items()},
        of_pair={(term(s), p): spot for (s, p), spot in spots.of_pair.items()},
        of_triple={(term(s), p, term(o)): spot for (s, p, o), spot in spots.of_triple.items()},
        ignored=spots.ignored,
    )


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it came, with what is needed to read it; travels to a process with limits."""

    content: bytes
    name: str
    format: str
    limits: Limits = field(default_factory=Limits)
    base: str = BASE


def take_in(path: Path | str, limits: Limits, base: str = BASE) -> Given:
    """Read a file's bytes, no more of them than the limit allows.

    Raises:
        UnknownFormat: its ending names no format that we read.
        TooManyBytes: it is larger than the limit; no more than that was read.
        FileUnreadable: the system refuses.
        NotAFile: it could go on for ever, such as a pipe.

    """
    rdf.refuse_endless(path)
    form = rdf.format_of(path)
    try:
        with Path(path).open("rb") as file:
            content = b""
            # Piece by piece: room for all that the limit allows need not be there.
            while len(content) <= limits.file_bytes and (part := file.read(_PIECE)):
                content += part
    except OSError as error:
        raise FileUnreadable(path, error.strerror or "") from error
    except ValueError as error:
        raise FileUnreadable(path, str(error)) from error
    given = Given(content, str(path), form, limits, base)
    _refuse_large(given)
    return given


def _refuse_large(given: Given) -> None:
    if len(given.content) > given.limits.file_bytes:
        raise TooManyBytes(given.name, given.limits.file_bytes)


@cache
def known_contexts() -> Mapping[str, Any]:
    """Read the contexts that a JSON-LD text may name without being fetched, by address."""
    import json

    from graph.rdf.contexts import address

    found: dict[str, Any] = {}
    for path in assets.files("contexts"):
        said = json.loads(path.read_text("utf-8"))
        found |= {address(text): said["@context"] for text in said["addresses"]}
    return found


def read_given(given: Given) -> Submission:
    """Read a text of statements that came as `Given`; see `read_rdf`."""
    return read_rdf(given.content, given.name, given.format, given.limits, given.base)


def read_rdf(
    content: bytes,
    name: str,
    format: str,  # noqa: A002  (what everybody calls it)
    limits: Limits,
    base: str = BASE,
) -> Submission:
    """Read a text of statements, with the place of each; nothing is fetched, whatever it says.

    Blank nodes get IRIs that depend on the content alone.

    Raises:
        TooManyBytes, TooDeep: the text is beyond a limit.
        WrongFormat: it cannot be read, and begins like another format than its name says.
        ParseError: it breaks the grammar of its format; TooTangled, TripleTerm: see there.

    """
    from graph.rdf import places

    _refuse_large(Given(content, name, format, limits))
    bare = content.removeprefix(b"\xef\xbb\xbf")
    known = known_contexts() if format == "jsonld" else {}
    try:
        parsed = rdf.parse(bare, format, base, name, limits.depth, known)
    except ParseError as error:
        looks = rdf.looks_like(bare, format)
        if looks is not None:
            raise WrongFormat(name, format, looks) from error
        raise
    spots = places.find(bare.decode("utf-8"), format, parsed, base, known)
    for kind, broken in ((BadIri, spots.broken), (BadLanguage, spots.tongues)):
        for value, spot in broken:
            raise kind(name, *spot, value, bare.decode("utf-8").split("\n")[spot.line - 1])
    above = places.ancestors(parsed)
    quads, names = rdf.skolemised(parsed, name)

    if names:
        spots = _renamed(spots, names)
    return Submission(
        name=name,
        format=format,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        quads=tuple(quads),
        places=Places(
            file=name,
            of_subject=_Located(name, spots.of_subject),
            of_pair=_Located(name, spots.of_pair),
            of_triple=_Located(name, spots.of_triple),
            above={names[node]: named for node, named in above.items()},
        ),
        remarks=tuple(_remarks(name, quads, spots.ignored)),
    )


def _remarks(
    name: str, quads: Sequence[Quad], ignored: Sequence[tuple[str, tuple[int, int]]]
) -> Iterator[Remark]:
    if not quads:
        yield Remark("validate.empty", {"file": name})
    if any(quad[3] is not None for quad in quads):
        yield Remark("remark.graphs", {"file": name})
    pointed = {quad[2] for quad in quads}
    roots = {s for s, _, _, _ in quads if s.value.startswith(GENID) and s not in pointed}
    if roots:
        yield Remark("remark.nameless", {"file": name, "count": len(roots)})
    if ignored:
        first = ", ".join(f"«{key}» ({line}:{column})" for key, (line, column) in ignored[:_SHOWN])
        more = " …" if len(ignored) > _SHOWN else ""
        key = "remark.ignored-keys" + ("_one" if len(ignored) == 1 else "")
        yield Remark(key, {"file": name, "count": len(ignored), "keys": first + more})
