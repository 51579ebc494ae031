"""Views and rules over a store → what follows from what it states, each in a graph of its own.

A view says in one spelling what catalogues say in several; a rule says what follows from that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from graph import assets, rdf
from graph.store import Change, Store
from graph.terms import Term

Tell = Callable[[int, int], None]


def derive(store: Store, root: Path | None = None, tell: Tell | None = None) -> dict[str, int]:
    """Run the views, then the rules, in the order of their names; each sees what came before it.

    Gives how much each derived. What was derived before must be gone: `without_derived`.
    """
    return run(store, (*assets.files("views", root), *assets.files("rules", root)), root, tell)


def run(
    store: Store, files: Sequence[Path], root: Path | None = None, tell: Tell | None = None
) -> dict[str, int]:
    """Run some of them in order; see `derive`."""
    derived: dict[str, int] = {}
    for done, path in enumerate(files):
        if tell:
            tell(done, len(files))
        graph = Term("iri", assets.graph_iri(path, root))
        shown = assets.relative(path, root)
        triples = store.construct(path.read_text("utf-8"), name=shown)
        found = rdf.skolemise((s, p, o, graph) for s, p, o in triples)
        store.apply(Change(added=tuple(found)))
        derived[path.stem] = len(found)
    if tell:
        tell(len(files), len(files))
    return derived
