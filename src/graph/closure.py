"""What is to be judged, and a store → the triples that judging it needs from the store.

A shape says along which paths it looks and what it asks of the ends. Those paths are walked, so
the work depends on what is handed in and not on how large the store is. A constraint written in
SPARQL sees no more than this either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from graph.terms import DERIVED, RDF_TYPE, SH, Rows, Term, Triple
from graph.validate.rulebook import Content, Rulebook

Ask = Callable[[str], Rows]

PATH = Term("iri", SH + "path")
INVERSE = Term("iri", SH + "inversePath")
ALTERNATIVE = Term("iri", SH + "alternativePath")
REPEATED = tuple(
    Term("iri", SH + name) for name in ("zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")
)
_MANY = REPEATED[:2]
FIRST = Term("iri", "http://www.w3.org/1999/02/22-rdf-syntax-ns#first")
# What a shape hands its values to, one shape or a list of them.
INNER = tuple(Term("iri", SH + n) for n in ("property", "node", "not", "qualifiedValueShape"))
INNER_LISTS = tuple(Term("iri", SH + name) for name in ("and", "or", "xone"))
# What compares the values with those of another property of the same thing.
BESIDE = tuple(
    Term("iri", SH + name) for name in ("equals", "disjoint", "lessThan", "lessThanOrEquals")
)
CLASS = Term("iri", SH + "class")
CLOSED = Term("iri", SH + "closed")
TARGET_OBJECTS = SH + "targetObjectsOf"
_BATCH = 1000
# What the rules derived is no part of what was said.
STATED = f'FILTER(!STRSTARTS(STR(?g), "{DERIVED}"))'


def batches(things: Iterable[Term]) -> Iterable[str]:
    """Give the names of things as SPARQL writes them, so many at a time as an engine likes."""
    ordered = sorted(thing.n3() for thing in things if thing.kind == "iri")
    for start in range(0, len(ordered), _BATCH):
        yield " ".join(ordered[start : start + _BATCH])


class Reach:
    """How far shapes look from some things: through what is handed in, and through the store.

    What `own` says of its subjects, and of those given, is all that there is to say of them.
    """

    def __init__(
        self, rules: Rulebook, own: Sequence[Triple], ask: Ask, subjects: Iterable[Term] = ()
    ) -> None:
        self.rules = rules
        self.fetched: set[Triple] = set()
        self._ask = ask
        self._own = list(own)
        self.subjects = {subject for subject, _, _ in own}.union(subjects)
        # (property, backwards) → node → what one step from it reaches
        self._steps: dict[tuple[Term, bool], dict[Term, set[Term]]] = {}
        for subject, predicate, object_ in own:
            self.note(subject, predicate, object_)
        # The own subjects need no question to be followed forwards; nobody was asked backwards.
        self._asked: dict[tuple[Term, bool], set[Term]] = {}
        self._typed: set[Term] = set()
        self._whole: set[Term] = set()

    def note(self, subject: Term, predicate: Term, object_: Term) -> None:
        """Let a triple be walked along."""
        self._steps.setdefault((predicate, False), {}).setdefault(subject, set()).add(object_)
        self._steps.setdefault((predicate, True), {}).setdefault(object_, set()).add(subject)

    def fetch(
        self, things: Iterable[Term], above: Mapping[str, frozenset[str]] | None = None
    ) -> None:
        """Fetch what the shapes that are about some of the things look at."""
        chosen = set(things)
        for predicate in self._named_targets():
            self.step(chosen, predicate, True)
        content = Content([*self._own, *self.fetched], above or {})
        aimed = {
            shape: nodes
            for shape, targets in self.rules.targets.items()
            if (nodes := set(content.aimed_at(targets, chosen)))
        }
        self._look_back(aimed)
        wanting: set[Term] = set()
        done: dict[Term, set[Term]] = {}
        for shape, nodes in aimed.items():
            self._look(shape, nodes, wanting, done)
        self.types(wanting)

    def _named_targets(self) -> set[Term]:
        pairs = (target for found in self.rules.targets.values() for target in found)
        return {value for sort, value in pairs if sort == TARGET_OBJECTS}

    def _look_back(self, aimed: Mapping[Term, set[Term]]) -> None:
        """Ask once for all that points at the things, where a shape begins by looking back."""
        wanted: dict[Term, set[Term]] = {}
        for shape, nodes in aimed.items():
            for predicate in self._backwards(shape):
                wanted.setdefault(predicate, set()).update(nodes)
        if not wanted:
            return
        # One question with a branch for each property: an engine that is given all properties as
        # values goes through the whole graph.
        things = set().union(*wanted.values())
        for names in batches(things):
            branches = " UNION ".join(
                f"{{ VALUES ?to {{ {names} }} BIND({predicate.n3()} AS ?p)"
                f" GRAPH ?g {{ ?from {predicate.n3()} ?to }} {STATED} }}"
                for predicate in sorted(wanted)
            )
            for row in self._ask(f"SELECT DISTINCT ?from ?p ?to WHERE {{ {branches} }}").dicts():
                self._take(row["from"], row["p"], row["to"])
        for predicate in wanted:
            self._asked.setdefault((predicate, True), set()).update(things)

    def _backwards(self, shape: Term) -> set[Term]:
        found: set[Term] = set()
        said = self.rules.said.get(shape, {})
        for inner in said.get(INNER[0], ()):
            for path in self.rules.said.get(inner, {}).get(PATH, ()):
                for part in self.parts(path):
                    back = self.rules.said.get(part, {}).get(INVERSE, ())
                    found.update(term for term in back if term.kind == "iri")
        return found

    def parts(self, path: Term) -> list[Term]:
        """Give where a path may begin: itself, or one of the ways it leaves open."""
        choices = self.rules.said.get(path, {}).get(ALTERNATIVE, ())
        return [part for choice in choices for part in self.rules.list(choice)] or [path]

    def _look(
        self, shape: Term, nodes: set[Term], wanting: set[Term], done: dict[Term, set[Term]]
    ) -> None:
        nodes = nodes - done.setdefault(shape, set())
        if not nodes:
            return
        done[shape] |= nodes
        said = self.rules.said.get(shape, {})
        ends = nodes
        for path in said.get(PATH, ()):
            ends = self.follow(path, nodes)
        if CLASS in said:
            wanting |= ends
        if CLOSED in said:
            self.whole(ends)
        for beside in BESIDE:
            for other in said.get(beside, ()):
                self.step(nodes, other)
        for name in INNER:
            for inner in said.get(name, ()):
                self._look(inner, ends, wanting, done)
        for name in INNER_LISTS:
            for members in said.get(name, ()):
                for inner in self.rules.list(members):
                    self._look(inner, ends, wanting, done)

    def follow(self, path: Term, nodes: set[Term], inverse: bool = False) -> set[Term]:
        """Go along a path (SHACL section 2.3.1) from some nodes and give where it ends."""
        if path.kind == "iri":
            return self.step(nodes, path, inverse)
        said = self.rules.said.get(path, {})
        if FIRST in said:
            parts = self.rules.list(path)
            for part in reversed(parts) if inverse else parts:
                nodes = self.follow(part, nodes, inverse)
            return nodes
        if INVERSE in said:
            return self.follow(said[INVERSE][0], nodes, not inverse)
        ends: set[Term] = set()
        if ALTERNATIVE in said:
            for part in self.rules.list(said[ALTERNATIVE][0]):
                ends |= self.follow(part, nodes, inverse)
            return ends
        reached = set(nodes)
        for repeated in REPEATED:
            for inner in said.get(repeated, ()):
                ahead = nodes
                while ahead:
                    ahead = self.follow(inner, ahead, inverse) - reached
                    reached |= ahead
                    if repeated not in _MANY:
                        break
        return reached

    def step(self, nodes: set[Term], predicate: Term, inverse: bool = False) -> set[Term]:
        """Go one property from some nodes, forwards or backwards."""
        key = (predicate, inverse)
        asked = self._asked.setdefault(key, set())
        unknown = {node for node in nodes if node.kind == "iri" and node not in asked}
        if not inverse:
            unknown -= self.subjects
        if unknown:
            asked |= unknown
            here, there = ("?to", "?from") if inverse else ("?from", "?to")
            for names in batches(unknown):
                rows = self._ask(
                    f"SELECT DISTINCT {here} {there} WHERE {{ VALUES {here} {{ {names} }}"
                    f" GRAPH ?g {{ ?from {predicate.n3()} ?to }} {STATED} }}"
                )
                for row in rows.dicts():
                    self._take(row["from"], predicate, row["to"])
        edges = self._steps.get(key, {})
        return {end for node in nodes for end in edges.get(node, ())}

    def _take(self, subject: Term, predicate: Term, object_: Term) -> None:
        if subject not in self.subjects:
            self.fetched.add((subject, predicate, object_))
            self.note(subject, predicate, object_)

    def types(self, things: Iterable[Term]) -> None:
        """Fetch the types of things."""
        wanted = {thing for thing in things if thing.kind == "iri"} - self.subjects - self._typed
        self._typed |= wanted
        for names in batches(wanted):
            rows = self._ask(
                f"SELECT DISTINCT ?thing ?type WHERE {{ VALUES ?thing {{ {names} }}"
                f" GRAPH ?g {{ ?thing a ?type }} {STATED} }}"
            )
            for row in rows.dicts():
                self._take(row["thing"], RDF_TYPE, row["type"])

    def whole(self, things: Iterable[Term]) -> None:
        """Fetch all that the store says of things."""
        wanted = {thing for thing in things if thing.kind == "iri"} - self.subjects - self._whole
        self._whole |= wanted
        for triple in told_of(wanted, self._ask):
            self._take(*triple)


def told_of(things: Iterable[Term], ask: Ask) -> list[Triple]:
    """Give all that a store states of some things; what was derived is left out."""
    found: list[Triple] = []
    for names in batches(things):
        rows = ask(
            f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?s {{ {names} }}"
            f" GRAPH ?g {{ ?s ?p ?o }} {STATED} }}"
        )
        found += [(row["s"], row["p"], row["o"]) for row in rows.dicts()]
    return found
