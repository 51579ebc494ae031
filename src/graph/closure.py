"""A file and the store → the triples that judging the file needs from the store.

A shape asks what kind of thing the file points at, and sometimes what points at the file's own
things. Both are looked up, so the work depends on the file and not on how large the store is.
A constraint written in SPARQL sees no more than this either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graph import rdf
from graph.terms import RDF, RDF_TYPE, RDFS, SH, Quad, Rows, Term, Triple

Ask = Callable[[str], Rows]

_PATH = Term("iri", SH + "path")
_INVERSE = Term("iri", SH + "inversePath")
_ALTERNATIVE = Term("iri", SH + "alternativePath")
_REPEATED = tuple(
    Term("iri", SH + name) for name in ("zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")
)
_FIRST = Term("iri", RDF + "first")
_REST = Term("iri", RDF + "rest")
_BATCH = 1000


def closure(quads: Iterable[Quad], shapes: Sequence[Path], query: Ask) -> list[Triple]:
    """Give the types, with all classes above them, of what the file points at; and for a shape's
    path that is more than one property, the store's triples along it. Nothing about the file's own
    subjects comes from the store: the file is what is judged.
    """
    own = [(subject, predicate, object_) for subject, predicate, object_, _ in quads]
    walk = _Walk(query, own)
    starts = {subject for subject, _, _ in own if subject.kind == "iri"}
    paths = _Paths(triple[:3] for path in shapes for triple in rdf.parse(path))
    for node in paths.longer_than_one():
        paths.follow(node, starts, walk)
    pointed = {object_ for _, _, object_ in own if object_.kind == "iri"}
    pointed |= {term for triple in walk.fetched for term in triple[::2] if term.kind == "iri"}
    types = _types(query, pointed - starts)
    return sorted({*walk.fetched, *types}, key=lambda triple: [term.n3() for term in triple])


def _types(query: Ask, things: Iterable[Term]) -> set[Triple]:
    found: set[Triple] = set()
    for names in _batches(things):
        rows = query(
            f"SELECT ?thing ?type WHERE {{ VALUES ?thing {{ {names} }}"
            f" ?thing a/<{RDFS}subClassOf>* ?type FILTER(isIRI(?type)) }}"
        )
        found.update((row["thing"], RDF_TYPE, row["type"]) for row in rows.dicts())
    return found


def _batches(things: Iterable[Term]) -> Iterable[str]:
    ordered = sorted(thing.n3() for thing in things if thing.kind == "iri")
    for start in range(0, len(ordered), _BATCH):
        yield " ".join(ordered[start : start + _BATCH])


@dataclass
class _Walk:
    """Steps along properties, through the file and through the store."""

    query: Ask
    own: list[Triple]
    fetched: set[Triple] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._subjects = {subject for subject, _, _ in self.own}

    def step(self, nodes: set[Term], predicate: Term, inverse: bool) -> set[Term]:
        start, end = (2, 0) if inverse else (0, 2)
        reached = {t[end] for t in self.own if t[1] == predicate and t[start] in nodes}
        here, there = ("?to", "?from") if inverse else ("?from", "?to")
        for names in _batches(nodes):
            rows = self.query(
                f"SELECT ?from ?to WHERE {{ VALUES {here} {{ {names} }}"
                f" {here} {'^' if inverse else ''}{predicate.n3()} {there} }}"
            )
            for row in rows.dicts():
                triple = (row["from"], predicate, row["to"])
                if triple[0] not in self._subjects:
                    self.fetched.add(triple)
                    reached.add(triple[end])
        return reached


class _Paths:
    """The property paths of a set of shapes (SHACL section 2.3.1)."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._said: dict[Term, dict[Term, list[Term]]] = {}
        for subject, predicate, object_ in triples:
            self._said.setdefault(subject, {}).setdefault(predicate, []).append(object_)

    def longer_than_one(self) -> list[Term]:
        """List the paths that are not just one property."""
        paths = (path for said in self._said.values() for path in said.get(_PATH, ()))
        return sorted((path for path in paths if path.kind == "bnode"), key=Term.n3)

    def follow(self, path: Term, nodes: set[Term], walk: _Walk, inverse: bool = False) -> set[Term]:
        """Go along a path from some nodes and give where it ends."""
        if path.kind == "iri":
            return walk.step(nodes, path, inverse)
        said = self._said.get(path, {})
        if _FIRST in said:
            parts = self._list(path)
            for part in reversed(parts) if inverse else parts:
                nodes = self.follow(part, nodes, walk, inverse)
            return nodes
        if _INVERSE in said:
            return self.follow(said[_INVERSE][0], nodes, walk, not inverse)
        if _ALTERNATIVE in said:
            ends: set[Term] = set()
            for part in self._list(said[_ALTERNATIVE][0]):
                ends |= self.follow(part, nodes, walk, inverse)
            return ends
        reached = set(nodes)
        for repeated in _REPEATED:
            for inner in said.get(repeated, ()):
                ahead = nodes
                while ahead:
                    ahead = self.follow(inner, ahead, walk, inverse) - reached
                    reached |= ahead
        return reached

    def _list(self, node: Term) -> list[Term]:
        parts: list[Term] = []
        while _FIRST in self._said.get(node, {}):
            parts.append(self._said[node][_FIRST][0])
            node = self._said[node][_REST][0]
        return parts
