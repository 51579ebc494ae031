"""One version of the graph, ready to be asked by many threads at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from graph import assets
from graph.describe import Namer
from graph.errors import Busy
from graph.labels import Labels
from graph.query import KINDS, Query, load
from graph.serving.gate import Gate
from graph.store import Store, Version, open_store, version_of
from graph.terms import Rows, Term, Triple

T = TypeVar("T")
_KEPT = 256
"""How much is remembered of what there is little of, such as the members of a list."""
_CHOSEN = 24
"""How much is remembered of what askers choose, of which there is no end, by the day alone."""
_ROOM, _PATIENCE = 2, 2.0


class Snapshot:
    """A read copy of the store, and what has been worked out from it.

    Never changes: a commit gives a new one. `tag` names the version, vocabulary and shipped
    queries included; two snapshots with one tag give the same answers on the same day.
    """

    def __init__(self, place: Path, root: Path | None = None, gate: Gate | None = None) -> None:
        self.root = root or assets.root()
        # VERSION first: one that is older than the copy is mended by the next look.
        self.version: Version = version_of(place)
        self.store: Store = open_store(place)
        self.tag = self.version.tag
        self._paths = {path.stem: path for kind in KINDS for path in assets.files(kind, self.root)}
        self._queries: dict[str, Query] = {}
        self._labels: dict[str, Labels] = {}
        self._found: dict[object, Any] = {}
        self._chosen: dict[object, Any] = {}
        self._lock = threading.Lock()
        self._at_work: dict[object, threading.Lock] = {}
        self._gate = gate or Gate(_ROOM, _PATIENCE)

    def ask(self, text: str, name: str = "-") -> Rows:
        """Run a query of our own; `name` is what a fault in it is blamed on."""
        return self.store.query(text, name)

    def construct(self, text: str, name: str = "-") -> list[Triple]:
        """Run a query of our own that makes triples."""
        return self.store.construct(text, name)

    @property
    def paths(self) -> dict[str, Path]:
        """Where each shipped query is, by name."""
        return self._paths

    def query(self, name: str) -> Query:
        """Read one shipped query, once; KeyError for another name."""
        if name not in self._queries:
            self._queries[name] = load(self._paths[name])
        return self._queries[name]

    def queries(self, kind: str) -> list[Query]:
        """Give the shipped queries of one kind."""
        return [self.query(path.stem) for path in assets.files(kind, self.root)]

    def labels(self, lang: str) -> Labels:
        """Give the names in one language; what was asked once is remembered."""
        if lang not in self._labels:
            self._labels[lang] = Labels(self.ask, lang)
        return self._labels[lang]

    def names(self, terms: Iterable[Term | None], lang: str) -> dict[Term, str]:
        """Name many things at once, also those that only a sentence can name."""
        wanted = list(dict.fromkeys(t for t in terms if t is not None and t.kind == "iri"))
        namer = Namer(self.ask, self.labels(lang))
        return {value.term: value.label for value in namer.told(wanted)}

    def once(self, key: object, work: Callable[[], T]) -> T:
        """Give what `work` gives, worked out once for this version; the oldest are forgotten."""
        return self._remembered(self._found, _KEPT, key, work)

    def chosen(self, key: object, work: Callable[[], T]) -> T:
        """Give what `work` gives for what an asker has chosen; few are remembered.

        One thread at a time works at one key, and few at all; Busy when there is no room in time.
        """
        with self._lock:
            if key in self._chosen:
                found: T = self._chosen[key]
                return found
            turn = self._at_work.setdefault(key, threading.Lock())
        if not turn.acquire(timeout=self._gate.patience):
            raise Busy
        try:
            with self._gate:
                return self._remembered(self._chosen, _CHOSEN, key, work)
        finally:
            turn.release()
            with self._lock:
                self._at_work.pop(key, None)

    def _remembered(
        self, kept: dict[object, Any], most: int, key: object, work: Callable[[], T]
    ) -> T:
        with self._lock:
            if key in kept:
                found: T = kept[key]
                return found
        made = work()
        with self._lock:
            while len(kept) >= most:
                kept.pop(next(iter(kept)))
            kept[key] = made
        return made
