"""IRIs and a language → the names that people read."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from graph.terms import LABEL_PROPERTIES, LANGUAGES, Rows, Term, local_name

# Below this many names a query's text stays a size that every engine takes.
_BATCH = 1000


class Labels:
    """Names in one language, asked for in batches and remembered."""

    def __init__(self, query: Callable[[str], Rows], lang: str) -> None:
        self.lang = lang
        self._query = query
        self._known: dict[str, str] = {}
        self._nameless: set[str] = set()
        self._languages = tuple(dict.fromkeys((lang, *LANGUAGES)))

    def of(self, iris: Iterable[str]) -> dict[str, str]:
        """Name each IRI: the language asked for, then nb, nn, en, any other, the local name."""
        asked = list(dict.fromkeys(iris))
        unknown = [iri for iri in asked if iri not in self._known]
        for start in range(0, len(unknown), _BATCH):
            self._learn(unknown[start : start + _BATCH])
        return {iri: self._known[iri] for iri in asked}

    def one(self, iri: str) -> str:
        """Name one IRI."""
        return self.of([iri])[iri]

    def nameless(self, iris: Iterable[str]) -> set[str]:
        """Give those that bear no name in any language, and so are told by their local name."""
        return self._nameless & self.of(iris).keys()

    def _learn(self, iris: list[str]) -> None:
        things = " ".join(Term("iri", iri).n3() for iri in iris)
        # A filter reads each thing once; a second VALUES would look up every pair of the two.
        properties = ", ".join(term.n3() for term in LABEL_PROPERTIES)
        rows = self._query(
            "SELECT ?thing ?property ?label WHERE {"
            f" VALUES ?thing {{ {things} }} ?thing ?property ?label"
            f" FILTER(?property IN ({properties})) }}"
        )
        best: dict[str, tuple[tuple[int, str, int], str]] = {}
        for thing, property_, label in rows:
            if thing is None or property_ is None or label is None or label.kind != "literal":
                continue
            text = label.value.strip()
            if not text:
                continue
            found = ((*self._rank(label.lang), LABEL_PROPERTIES.index(property_)), text)
            best[thing.value] = min(found, best.get(thing.value, found))
        self._nameless.update(iri for iri in iris if iri not in best)
        for iri in iris:
            self._known[iri] = best[iri][1] if iri in best else local_name(iri)

    def _rank(self, lang: str | None) -> tuple[int, str]:
        """Place a language: those of the reader's row first, a text without one next."""
        if lang in self._languages:
            return self._languages.index(lang), ""
        return len(self._languages) + (lang is not None), lang or ""
