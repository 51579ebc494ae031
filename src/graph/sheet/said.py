"""What shapes and vocabulary say, looked up by subject and property."""

from __future__ import annotations

from collections.abc import Iterable

from graph.terms import RDF, Term


class Said:
    """Triples by subject and predicate."""

    def __init__(self, triples: Iterable[tuple[Term, Term, Term]]) -> None:
        self._held: dict[str, dict[str, list[Term]]] = {}
        for subject, predicate, value in triples:
            mine = self._held.setdefault(subject.value, {})
            mine.setdefault(predicate.value, []).append(value)

    def all(self, subject: str, predicate: str) -> list[Term]:
        return self._held.get(subject, {}).get(predicate, [])

    def iris(self, subject: str, predicate: str) -> list[str]:
        return sorted({term.value for term in self.all(subject, predicate)})

    def one(self, subject: str, predicate: str) -> str | None:
        return next((term.value for term in self.all(subject, predicate)), None)

    def texts(self, subject: str, predicate: str) -> dict[str, str]:
        return {term.lang: term.value for term in self.all(subject, predicate) if term.lang}

    def subjects(self, predicate: str) -> list[str]:
        return [subject for subject, said in self._held.items() if predicate in said]

    def members(self, subject: str, predicate: str) -> list[str]:
        """Walk the list that a property points at."""
        found: list[str] = []
        node = self.one(subject, predicate)
        while node is not None and node != RDF + "nil":
            found += [term.value for term in self.all(node, RDF + "first")]
            node = self.one(node, RDF + "rest")
        return found
