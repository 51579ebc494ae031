"""What a submission would make of its things, and which other things that touches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from graph.closure import (
    ALTERNATIVE,
    BESIDE,
    CLASS,
    CLOSED,
    FIRST,
    INNER,
    INNER_LISTS,
    INVERSE,
    PATH,
    REPEATED,
    STATED,
    TARGET_OBJECTS,
    Ask,
    Reach,
    batches,
    told_of,
)
from graph.examining.views import View
from graph.terms import RDF_TYPE, Quad, Term, Triple
from graph.validate.rulebook import Rulebook

Pair = tuple[Term, Term]
# Part of a path and whether it is gone backwards.
Segment = tuple[Term, bool]
_LOOKS = "looks"


@dataclass(frozen=True)
class Merged:
    """The submission's own things as they would be, and as they are now.

    `mentioned` holds the pairs of thing and property whose values the submission settles;
    `described` the things whose kind it tells: those it means to describe whole.
    """

    own: tuple[Triple, ...]
    before: tuple[Triple, ...]
    mentioned: frozenset[Pair]
    described: frozenset[Term]
    subjects: frozenset[Term]

    @cached_property
    def changed(self) -> frozenset[Triple]:
        """What comes or goes."""
        return frozenset(self.own) ^ frozenset(self.before)


def merge(
    quads: Iterable[Quad],
    emptied: Collection[Pair],
    ask: Ask,
    complete: bool = False,
    view: View | None = None,
    kept: Collection[tuple[Term, Term, str]] = (),
) -> Merged:
    """Put a submission over what the store holds of its things.

    For each thing and property that it mentions its values replace those held; a property it does
    not mention stays, unless the submission is complete; so does what stands in a language that is
    `kept`. What the view adds replaces nothing but the statements that it sets aside.
    """
    seen = view or View((), frozenset())
    said = dict.fromkeys((s, p, o) for s, p, o, _ in quads)
    mentioned = frozenset([*((s, p) for s, p, _ in said), *emptied])
    subjects = frozenset([*(s for s, _ in mentioned), *(s for s, _, _ in seen.triples)])
    before = told_of(subjects, ask)
    standing = [
        (s, p, o)
        for s, p, o in before
        if (s, p, o.lang) in kept or not (complete or (s, p) in mentioned)
    ]
    described = frozenset(subject for subject, predicate, _ in said if predicate == RDF_TYPE)
    own = [*(triple for triple in said if triple not in seen.aside), *standing]
    own += (triple for triple in seen.triples if triple not in seen.aside)
    return Merged(tuple(dict.fromkeys(own)), tuple(before), mentioned, described, subjects)


@dataclass(frozen=True, slots=True)
class Settled:
    """What the store states of some things now, and what it would state."""

    before: tuple[Triple, ...]
    after: tuple[Triple, ...]


def settled(
    change: Settled, quads: Iterable[Quad], emptied: Collection[Pair], view: View, ask: Ask
) -> Merged:
    """Give what a change makes of the things that it touches; see `merge`."""
    said = dict.fromkeys((s, p, o) for s, p, o, _ in quads)
    # The view may speak of things that the change does not.
    covered = {s for s, _, _ in (*change.before, *change.after, *said)}
    beside = told_of({s for s, _, _ in view.triples} - covered, ask)
    differing = frozenset(change.before) ^ frozenset(change.after)
    mentioned = frozenset([*((s, p) for s, p, _ in (*said, *differing)), *emptied])
    subjects = frozenset([*(s for s, _ in mentioned), *(s for s, _, _ in view.triples)])
    described = frozenset(subject for subject, predicate, _ in said if predicate == RDF_TYPE)
    own = [t for t in (*change.after, *beside, *view.triples) if t not in view.aside]
    before = (*change.before, *beside)
    return Merged(tuple(dict.fromkeys(own)), before, mentioned, described, subjects)


@dataclass(frozen=True)
class Look:
    """One thing that a shape looks at: a property of what a way from the focus leads to.

    No property means all that the thing says of itself.
    """

    way: tuple[Segment, ...]
    predicate: Term | None
    inverse: bool


def touched(merged: Merged, rules: Rulebook, ask: Ask) -> set[Term]:
    """Give the store's things whose judgement may be another one after the change.

    From each change the shapes' ways are walked back to the things they start from.
    """
    changed = merged.changed
    if not changed:
        return set()
    reach = Reach(rules, (), ask)
    for triple in {*merged.own, *merged.before}:
        reach.note(*triple)
    lone = _unpointed({t[0] for t in changed} - {t[0] for t in merged.before}, ask)
    by_predicate: dict[Term, list[Triple]] = {}
    for triple in changed:
        by_predicate.setdefault(triple[1], []).append(triple)
    found: set[Term] = set()
    for look in _looks(rules):
        concerned = changed if look.predicate is None else by_predicate.get(look.predicate, ())
        nodes = {triple[2 if look.inverse else 0] for triple in concerned}
        nodes = {node for node in nodes if node.kind == "iri"}
        if look.way:
            nodes -= lone
        for path, inverse in reversed(look.way):
            nodes = reach.follow(path, nodes, not inverse) if nodes else nodes
        found |= nodes
    return {node for node in found if node.kind == "iri"} - merged.subjects


def looking(things: set[Term], rules: Rulebook, ask: Ask) -> set[Term]:
    """Give the store's things from which some shape's way leads to one of the things."""
    reach = Reach(rules, (), ask)
    found: set[Term] = set()
    for way in {look.way for look in _looks(rules) if look.way} if things else ():
        nodes = things
        for path, inverse in reversed(way):
            nodes = reach.follow(path, nodes, not inverse) if nodes else nodes
        found |= nodes
    return {node for node in found if node.kind == "iri"}


def _unpointed(things: set[Term], ask: Ask) -> set[Term]:
    """Give those of some new things that nothing in the store points at.

    A way that leads to such a thing goes by another thing of the submission, whose own change is
    followed back from there.
    """
    pointed: set[Term] = set()
    for names in batches(things):
        rows = ask(
            f"SELECT DISTINCT ?to WHERE {{ VALUES ?to {{ {names} }}"
            f" GRAPH ?g {{ ?from ?p ?to }} {STATED} }}"
        )
        pointed.update(row["to"] for row in rows.dicts())
    return things - pointed


def _looks(rules: Rulebook) -> Sequence[Look]:
    if _LOOKS not in rules.made:
        found: dict[Look, None] = {}
        for shape, targets in rules.targets.items():
            found.update((look, None) for look in _of_shape(rules, shape, (), frozenset()))
            for sort, value in targets:
                if sort == TARGET_OBJECTS:
                    found[Look((), value, True)] = None
        # What a thing says of itself is judged because the thing is.
        rules.made[_LOOKS] = [look for look in found if look.way or look.inverse]
    return cast(Sequence[Look], rules.made[_LOOKS])


def _of_shape(
    rules: Rulebook, shape: Term, way: tuple[Segment, ...], inside: frozenset[Term]
) -> Iterator[Look]:
    said = rules.said.get(shape, {})
    if shape in inside:
        return
    inside |= {shape}
    for name in BESIDE:
        for other in said.get(name, ()):
            yield Look(way, other, False)
    for path in said.get(PATH, ()):
        yield from _of_path(rules, path, False, way)
        way = (*way, (path, False))
    if CLASS in said:
        yield Look(way, RDF_TYPE, False)
    if CLOSED in said:
        yield Look(way, None, False)
    inner = [shape for name in INNER for shape in said.get(name, ())]
    for name in INNER_LISTS:
        inner += [shape for members in said.get(name, ()) for shape in rules.list(members)]
    for each in inner:
        yield from _of_shape(rules, each, way, inside)


def _of_path(
    rules: Rulebook, path: Term, inverse: bool, way: tuple[Segment, ...]
) -> Iterator[Look]:
    """Give every step of a path as a look of its own."""
    if path.kind == "iri":
        yield Look(way, path, inverse)
        return
    said = rules.said.get(path, {})
    if FIRST in said:
        parts = rules.list(path)
        for part in reversed(parts) if inverse else parts:
            yield from _of_path(rules, part, inverse, way)
            way = (*way, (part, inverse))
    for inner in said.get(INVERSE, ()):
        yield from _of_path(rules, inner, not inverse, way)
    for members in said.get(ALTERNATIVE, ()):
        for part in rules.list(members):
            yield from _of_path(rules, part, inverse, way)
    for repeated in REPEATED:
        for inner in said.get(repeated, ()):
            yield from _of_path(rules, inner, inverse, way)
            yield from _of_path(rules, inner, inverse, (*way, (path, inverse)))
