"""Shape files, read once → which things each shape is about, and which paths it looks along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from graph import rdf
from graph.terms import RDF, RDF_TYPE, RDFS, RDFS_SUBCLASS, SH, Term, Triple

_CLASS, _NODE = SH + "targetClass", SH + "targetNode"
SUBJECTS_OF, _OBJECTS = SH + "targetSubjectsOf", SH + "targetObjectsOf"
_TARGETS = {_CLASS, _NODE, SUBJECTS_OF, _OBJECTS}
_PROPERTY = Term("iri", SH + "property")
_CLOSED = Term("iri", SH + "closed")
_DEACTIVATED = Term("iri", SH + "deactivated")
_TRUE = ("true", "1")
_SHAPE_TYPES = (SH + "NodeShape", SH + "PropertyShape")
_FIRST, _REST = Term("iri", RDF + "first"), Term("iri", RDF + "rest")
_REPEATS = {SH + "zeroOrMorePath": "*", SH + "oneOrMorePath": "+", SH + "zeroOrOnePath": "?"}
_KEPT = 16


class Rulebook:
    """The shapes of some files as triples, with the questions that judging asks of them."""

    def __init__(self, triples: Iterable[Triple], refused: dict[Term, str] | None = None) -> None:
        """Take the shapes; `refused`, if given, is filled with those the engine cannot run.

        Without it such a shape is our own fault and stops the judgement.
        """
        self.refused = refused
        # Those that the engine has run.
        self.ran: set[Term] = set()
        self.triples = list(triples)
        self.said: dict[Term, dict[Term, list[Term]]] = {}
        for subject, predicate, object_ in self.triples:
            self.said.setdefault(subject, {}).setdefault(predicate, []).append(object_)
        # What the engine made of the triples; kept by whoever runs the engine.
        self.made: dict[str, object] = {}

    @cached_property
    def targets(self) -> dict[Term, list[tuple[str, Term]]]:
        """Give what each shape is about: (sort of target, class, property or thing)."""
        found: dict[Term, list[tuple[str, Term]]] = {}
        for shape, said in self.said.items():
            for predicate, values in said.items():
                if predicate.value in _TARGETS:
                    found.setdefault(shape, []).extend((predicate.value, v) for v in values)
            kinds = {kind.value for kind in said.get(RDF_TYPE, ())}
            if RDFS + "Class" in kinds and not kinds.isdisjoint(_SHAPE_TYPES):
                found.setdefault(shape, []).append((_CLASS, shape))
        return {shape: targets for shape, targets in found.items() if not self._asleep(shape)}

    @cached_property
    def lifted(self) -> tuple[list[Triple], dict[Term, list[tuple[str, Term]]]]:
        """Give the triples, and the targets by shape, with property shapes on their own.

        A property shape inside a node shape is gone through once for each focus, and one with
        targets once for all, which means the same. A node shape that another refers to, or that
        is switched off, stays as it is.
        """
        whole = {object_ for _, _, object_ in self.triples}
        # What is closed needs its property shapes to know what it is open for.
        whole |= {subject for subject, predicate, _ in self.triples if predicate == _CLOSED}
        triples: list[Triple] = []
        targets = {shape: list(found) for shape, found in self.targets.items()}
        for triple in self.triples:
            subject, predicate, object_ = triple
            if predicate != _PROPERTY or subject not in self.targets or subject in whole:
                triples.append(triple)
            elif not self._asleep(object_):
                own = targets.setdefault(object_, [])
                own.extend(target for target in self.targets[subject] if target not in own)
        triples += [
            (shape, Term("iri", sort), value)
            for shape, found in targets.items()
            for sort, value in found
        ]
        return triples, targets

    @cached_property
    def classes(self) -> frozenset[str]:
        """Give the classes that some shape makes demands on."""
        pairs = (target for found in self.targets.values() for target in found)
        return frozenset(value.value for sort, value in pairs if sort == _CLASS)

    def _asleep(self, shape: Term) -> bool:
        return any(value.value in _TRUE for value in self.said.get(shape, {}).get(_DEACTIVATED, ()))

    @cached_property
    def around(self) -> dict[Term, list[Term]]:
        """Give for each thing the shapes that point at it."""
        found: dict[Term, list[Term]] = {}
        for subject, _, object_ in self.triples:
            found.setdefault(object_, []).append(subject)
        return found

    def path_text(self, path: Term) -> str:
        """Write a property path as SPARQL does, with whole IRIs where there are several."""
        if path.kind == "iri":
            return path.value
        said = self.said.get(path, {})
        if _FIRST in said:
            return "/".join(self.path_text(part) for part in self.list(path))
        for predicate, values in said.items():
            name, inner = predicate.value, values[0]
            if name == SH + "inversePath":
                return "^" + self.path_text(inner)
            if name == SH + "alternativePath":
                return "|".join(self.path_text(part) for part in self.list(inner))
            if name in _REPEATS:
                return self.path_text(inner) + _REPEATS[name]
        return path.value

    def list(self, node: Term) -> list[Term]:
        """Give the members of a list that the shapes hold; what goes in a ring ends."""
        parts: list[Term] = []
        seen: set[Term] = set()
        while node not in seen and _FIRST in self.said.get(node, {}):
            seen.add(node)
            parts.append(self.said[node][_FIRST][0])
            node = self.said[node].get(_REST, [node])[0]
        return parts


@dataclass
class Content:
    """What is to be judged, looked up by class and by property."""

    triples: Iterable[Triple]
    above: Mapping[str, frozenset[str]] = field(default_factory=dict)
    of_class: dict[str, dict[Term, None]] = field(default_factory=dict)
    pairs: dict[Term, list[tuple[Term, Term]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for subject, predicate, object_ in self.triples:
            if predicate == RDF_TYPE:
                for name in (object_.value, *self.above.get(object_.value, ())):
                    self.of_class.setdefault(name, {})[subject] = None
            self.pairs.setdefault(predicate, []).append((subject, object_))

    def aim(self, above: Mapping[str, frozenset[str]]) -> None:
        """Let shapes be about things by other classes above theirs; the classes there are stay."""
        self.of_class = Content(self.triples, above).of_class

    def classes(self) -> Iterator[Triple]:
        """Give each class that occurs as a kind of all classes above it."""
        for name in {kind.value for _, kind in self.pairs.get(RDF_TYPE, ())}:
            for upper in self.above.get(name, ()):
                yield Term("iri", name), RDFS_SUBCLASS, Term("iri", upper)

    def aimed_at(self, targets: Iterable[tuple[str, Term]], judged: set[Term]) -> list[Term]:
        """Give those of the things judged that some of the targets fit."""
        found: dict[Term, None] = {}
        for sort, value in targets:
            if sort == _CLASS:
                found.update(self.of_class.get(value.value, {}))
            elif sort == _NODE:
                found[value] = None
            else:
                which = 0 if sort == SUBJECTS_OF else 1
                found.update((pair[which], None) for pair in self.pairs.get(value, ()))
        return [thing for thing in found if thing in judged]


_BOOKS: dict[tuple[tuple[str, int, int], ...], Rulebook] = {}


def rulebook(shapes: Sequence[Path]) -> Rulebook:
    """Read shape files; while they stay as they are, a process reads them once."""
    stats = [(path, path.stat()) for path in shapes if path.is_file()]
    key = tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)
    if len(stats) < len(shapes) or key not in _BOOKS:
        book = Rulebook(triple[:3] for path in shapes for triple in rdf.parse(path))
        while len(_BOOKS) >= _KEPT:
            del _BOOKS[next(iter(_BOOKS))]
        _BOOKS[key] = book
    return _BOOKS[key]


def superclasses(ontology: Iterable[Triple]) -> dict[str, frozenset[str]]:
    """Give for each class of a vocabulary all classes above it, however far up."""
    above: dict[str, set[str]] = {}
    for subject, predicate, object_ in ontology:
        if predicate == RDFS_SUBCLASS and object_.kind == "iri":
            above.setdefault(subject.value, set()).add(object_.value)
    closed: dict[str, frozenset[str]] = {}
    for name in above:
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            for upper in above.get(waiting.pop(), ()):
                if upper not in seen:
                    seen.add(upper)
                    waiting.append(upper)
        closed[name] = frozenset(seen)
    return closed
