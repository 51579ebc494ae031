"""What the store holds and what somebody hands in → the statements to add and to take away.

A file speaks for the pairs of thing and property that it mentions: the values it gives replace
those that stood there. A property that it does not mention is left alone, unless it is handed in
as complete. A statement lives in its subject's home, the graph that says what the subject is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from graph import rdf
from graph.terms import GENID, RDF_TYPE, Quad, Term, Triple

Pair = tuple[Term, Term]
# A thing, a property and a language in which what the graph holds is left alone.
Kept = tuple[Term, Term, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """Statements to add and to remove, each sorted; `unchanged` is how many stood there already."""

    added: tuple[Quad, ...] = ()
    removed: tuple[Quad, ...] = ()
    unchanged: int = 0

    def __bool__(self) -> bool:
        """Tell whether anything changes at all."""
        return bool(self.added or self.removed)

    @property
    def subjects(self) -> frozenset[Term]:
        """The things of which something is said anew or no more."""
        return frozenset(quad[0] for quad in (*self.added, *self.removed))

    @property
    def pairs(self) -> frozenset[Pair]:
        """The pairs of thing and property whose values change."""
        return frozenset(quad[:2] for quad in (*self.added, *self.removed))

    def back(self) -> Difference:
        """Give the change that undoes this one."""
        return Difference(self.removed, self.added, self.unchanged)


def diff(
    before: Iterable[Quad],
    after: Iterable[Triple],
    new_home: Term,
    emptied: Iterable[Pair] = (),
    complete: bool = False,
    kept: Collection[Kept] = (),
) -> Difference:
    """Give what must change for the store to say what is handed in.

    `before` is all that the store states of the things handed in; with `complete` also of those
    that would go for not being mentioned. A thing that is new lives in `new_home`. What stands in a
    language that is `kept` stays. Terms on both sides are spelt as the store spells them.
    """
    held = list(dict.fromkeys(before))
    said = set(after)
    mentioned = {triple[:2] for triple in said} | set(emptied)
    home = homes(held)
    standing = {quad[:3] for quad in held}
    removed = {
        quad
        for quad in held
        if quad[:3] not in said
        and (complete or quad[:2] in mentioned)
        and (quad[0], quad[1], quad[2].lang) not in kept
    }
    removed |= _orphans(held, said, removed)
    added = {(s, p, o, home.get(s, new_home)) for s, p, o in said if (s, p, o) not in standing}
    return Difference(_sorted(added), _sorted(removed), len(said & standing))


def relied_on(said: Iterable[Triple]) -> set[Term]:
    """Give what a file points at and leaves undescribed: it relies on that, so it stays.

    A table names a source that the graph holds already, and says nothing more of it.
    """
    triples = list(said)
    return {o for _, _, o in triples if o.kind == "iri"} - {s for s, _, _ in triples}


def with_nested(subjects: Iterable[Term], of: Callable[[set[Term]], list[Quad]]) -> list[Quad]:
    """Give all that is stated of some things and of the nameless things that hang on them.

    `of` gives what is stated of a set of things. What a file says in brackets has no name that its
    writer knows, so it goes when nothing points at it any more.
    """
    quads: list[Quad] = []
    seen: set[Term] = set()
    ahead = set(subjects)
    while ahead:
        found = of(ahead)
        quads += found
        seen |= ahead
        ahead = {o for _, _, o, _ in found if _is_nameless(o)} - seen
    return quads


def _is_nameless(term: Term) -> bool:
    return term.kind == "iri" and term.value.startswith(GENID)


def _orphans(held: Iterable[Quad], said: set[Triple], removed: set[Quad]) -> set[Quad]:
    """Find what is said of nameless things that something pointed at, and nothing does any more."""
    spoken = {subject for subject, _, _ in said}
    gone = set(removed)
    while True:
        lost = {o for _, _, o, _ in gone if _is_nameless(o)} - spoken
        kept = [quad for quad in held if quad not in gone]
        lost -= {o for _, _, o, _ in kept} | {o for _, _, o in said}
        more = {quad for quad in kept if quad[0] in lost}
        if not more:
            return gone - removed
        gone |= more


def homes(quads: Iterable[Quad]) -> dict[Term, Term]:
    """Give each subject's home: the graph that states its type, else the first that speaks of it.

    Of several the first by name is taken, so that the answer depends on the content alone.
    """
    typed: dict[Term, Term] = {}
    spoken: dict[Term, Term] = {}
    for subject, predicate, _, graph in quads:
        if graph is None:
            continue
        for found in (spoken, typed) if predicate == RDF_TYPE else (spoken,):
            found[subject] = min(found.get(subject, graph), graph)
    return {**spoken, **typed}


def applied(quads: Iterable[Quad], change: Difference) -> list[Quad]:
    """Give what stands there after a change."""
    gone = set(change.removed)
    return [quad for quad in quads if quad not in gone] + list(change.added)


def write_change(change: Difference) -> bytes:
    """Write a change as N-Quads lines that begin with `+` or `-`; the same change, the same text.

    The first line tells how many statements stood there already.
    """
    lines = [f"# unchanged {change.unchanged}"]
    lines += [f"- {line}" for line in rdf.nquads(change.removed)]
    lines += [f"+ {line}" for line in rdf.nquads(change.added)]
    return "".join(line + "\n" for line in lines).encode()


def read_change(content: bytes, name: str = "-") -> Difference:
    """Read what `write_change` wrote."""
    parts: Mapping[bytes, list[bytes]] = {b"+": [], b"-": []}
    unchanged = 0
    # Only a line feed ends a line: a literal may hold other characters that Python splits at.
    for line in content.split(b"\n"):
        if line.startswith(b"# unchanged "):
            unchanged = int(line.rsplit(b" ", 1)[1])
        elif line:
            parts[line[:1]].append(line[2:] + b"\n")
    added, removed = (
        _sorted(rdf.parse(b"".join(parts[sign]), "nq", name=name)) for sign in (b"+", b"-")
    )
    return Difference(added, removed, unchanged)


def _sorted(quads: Iterable[Quad]) -> tuple[Quad, ...]:
    return tuple(sorted(quads, key=lambda quad: [term.n3() for term in quad if term]))
