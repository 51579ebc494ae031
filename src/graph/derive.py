"""Rules over a store → what follows from what it states, each rule in a graph of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from graph import assets, rdf
from graph.store import Change, Store
from graph.terms import Term

Tell = Callable[[int, int], None]


def derive(store: Store, root: Path | None = None, tell: Tell | None = None) -> dict[str, int]:
    """Run the rules in the order of their names; each sees what those before it derived.

    Gives how much each derived. What was derived before must be gone: `without_derived`.
    """
    rules = assets.files("rules", root)
    derived: dict[str, int] = {}
    for done, path in enumerate(rules):
        if tell:
            tell(done, len(rules))
        graph = Term("iri", assets.graph_iri(path, root))
        shown = assets.relative(path, root)
        triples = store.construct(path.read_text("utf-8"), name=shown)
        found = rdf.skolemise((s, p, o, graph) for s, p, o in triples)
        store.apply(Change(added=tuple(found)))
        derived[path.stem] = len(found)
    if tell:
        tell(len(rules), len(rules))
    return derived
