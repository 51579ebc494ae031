"""Catalogue data as it is → the same in one spelling, beside the untouched source.

Each file in queries/views/ is a rule that makes triples out of what was handed in. Where a rule
says of a value that it `dct:isReplacedBy` another, and makes the statement with that other, the
old statement steps aside in what is judged. The source itself is never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from graph import assets
from graph.closure import STATED, Ask
from graph.store import MEMORY, Change, Store, open_store
from graph.terms import DCT, GRAPH, Quad, Term, Triple, literal

SOURCE = Term("iri", GRAPH + "handed-in")
_KNOWN = Term("iri", GRAPH + "known")
VIEWS = GRAPH + "view/"
_REPLACED = Term("iri", DCT + "isReplacedBy")
_IDENTIFIER = Term("iri", DCT + "identifier")
# The digits by which a body of the state, whatever its IRI, is known.
_NUMBER = re.compile(r"(?<![0-9])[0-9]{9}(?![0-9])")


@dataclass(frozen=True)
class View:
    """What the rules made, by the name of the rule, and which statements step aside for it."""

    made: tuple[tuple[str, Triple], ...]
    aside: frozenset[Triple]

    @property
    def triples(self) -> tuple[Triple, ...]:
        """What was made, without the notes on what replaces what."""
        return tuple(triple for _, triple in self.made if triple[1] != _REPLACED)


def view_of(quads: Iterable[Quad], ask: Ask, root: Path | None = None) -> View:
    """Run every rule over what was handed in; each sees what those before it made."""
    source = dict.fromkeys((s, p, o) for s, p, o, _ in quads)
    rules = [(path.stem, path.read_text("utf-8")) for path in assets.files("views", root)]
    if not rules:
        return View((), frozenset())
    store = open_store(MEMORY)
    known = _numbered(source, ask)
    store.apply(Change((*((*t, SOURCE) for t in source), *((*t, _KNOWN) for t in known))))
    return beside(source, run(store, rules))


def beside(source: Iterable[Triple], made: Iterable[tuple[str, Triple]]) -> View:
    """Tell what rules made beside a source, and which statements step aside for it."""
    stated = dict.fromkeys(source)
    found = [(name, triple) for name, triple in made if triple not in stated]
    new = {triple for _, triple in found}
    instead: dict[Term, set[Term]] = {}
    for subject, predicate, object_ in new:
        if predicate == _REPLACED:
            instead.setdefault(subject, set()).add(object_)
    aside = frozenset(
        (s, p, o)
        for s, p, o in (*stated, *new)
        if any((s, p, other) in new or (s, p, other) in stated for other in instead.get(o, ()))
    )
    return View(tuple(found), aside)


def run(store: Store, rules: Sequence[tuple[str, str]]) -> list[tuple[str, Triple]]:
    """Run rules in order; what each makes lies in a graph of its own."""
    made: list[tuple[str, Triple]] = []
    for name, text in rules:
        found = store.construct(text, name)
        graph = Term("iri", VIEWS + name)
        store.apply(Change(tuple((*triple, graph) for triple in found)))
        made += ((name, triple) for triple in found)
    return made


def _numbered(source: Iterable[Triple], ask: Ask) -> list[Triple]:
    """Fetch who in the store bears one of the numbers that stand in the source's IRIs."""
    numbers = {
        number
        for triple in source
        for term in triple
        if term.kind == "iri"
        for number in _NUMBER.findall(term.value)
    }
    found: list[Triple] = []
    ordered = sorted(literal(number).n3() for number in numbers)
    for start in range(0, len(ordered), 1000):
        names = " ".join(ordered[start : start + 1000])
        rows = ask(
            f"SELECT DISTINCT ?s ?n WHERE {{ VALUES ?n {{ {names} }}"
            f" GRAPH ?g {{ ?s {_IDENTIFIER.n3()} ?n }} {STATED} }}"
        )
        found += [(row["s"], _IDENTIFIER, row["n"]) for row in rows.dicts()]
    return found
