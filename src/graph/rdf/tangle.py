"""Tell blank nodes apart by what stands around them, and refuse those that cannot be.

The canonical form of RDF (RDFC-1.0) tries every order of blank nodes that look alike, so a file of
ten lines can keep it busy for hours. Here each blank node gets a mark made from its surroundings,
first the nearest and then ever wider, which leaves the canonical form nothing to try.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from graph.terms import Quad, Term

MARK: Final = "urn:x-livsgraf:mark"
"""The predicate of the statements that carry the marks."""
_MOST_ALIKE: Final = 6
"""How many joined blank nodes may look alike: the canonical form tries 720 orders, and no more."""
_WORK: Final = 2_000_000

_Edges = dict[Term, list[tuple[str, Term]]]


class Tangled(ValueError):
    """Too many blank nodes that nothing tells apart; `node` is one of them."""


def marks(quads: Sequence[Quad]) -> dict[Term, str]:
    """Give each blank node a mark that depends on the content alone, not on what it is called.

    Raises:
        Tangled: too many that are joined to one another have the same mark.

    """
    plain, edges = _surroundings(quads)
    marked = {node: _digest(sorted(said)) for node, said in plain.items()}
    alike = _alike(marked)
    different = 0
    work = _WORK
    # A node that nothing else looks like needs no wider look, so each round is shorter.
    while alike and (now := len({marked[node] for node in alike}) - len(alike)) != different:
        different = now
        work -= sum(len(edges[node]) + 1 for node in alike)
        if work < 0:
            raise Tangled
        marked |= {
            node: _digest([marked[node], *sorted(f"{how} {marked[o]}" for how, o in edges[node])])
            for node in alike
        }
        alike = _alike({node: marked[node] for node in alike})
    _refuse_alike(alike, edges)
    return marked


def _surroundings(quads: Iterable[Quad]) -> tuple[dict[Term, list[str]], _Edges]:
    """Give what is said of each blank node without other blank nodes, and how it is joined."""
    plain: dict[Term, list[str]] = {}
    edges: _Edges = defaultdict(list)
    for quad in quads:
        blank = [(place, t) for place, t in enumerate(quad) if t is not None and t.kind == "bnode"]
        for place, term in blank:
            shown = " ".join(
                "" if other is None else "_" if other.kind == "bnode" else other.n3()
                for other in quad
            )
            plain.setdefault(term, []).append(f"{place} {shown}")
            edges[term] += [(f"{place}{at} {shown}", other) for at, other in blank if at != place]
    return plain, edges


def _alike(marked: dict[Term, str]) -> set[Term]:
    count = Counter(marked.values())
    return {node for node, mark in marked.items() if count[mark] > 1}


def _refuse_alike(alike: set[Term], edges: _Edges) -> None:
    while alike:
        joined, waiting = set(), [alike.pop()]
        while waiting:
            node = waiting.pop()
            joined.add(node)
            near = {other for _, other in edges[node] if other in alike}
            alike -= near
            waiting += near
        if len(joined) > _MOST_ALIKE:
            raise Tangled


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
