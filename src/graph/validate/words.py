"""What the engine reports of a thing → a finding with the words of the shape that caused it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graph.findings import Finding, Severity, Texts
from graph.terms import LABEL_PROPERTIES, LG, RDFS, SH, Term, Triple
from graph.validate.nodes import term_of
from graph.validate.rulebook import Rulebook

if TYPE_CHECKING:
    from rdflib.term import Node

_SEVERITIES: dict[str, Severity] = {SH + "Warning": "warning", SH + "Info": "info"}


@dataclass(frozen=True)
class Result:
    """One result of the engine: what it says, by local name of the property."""

    members: Mapping[str, list[Node]]

    @property
    def focus(self) -> Node:
        """The thing judged."""
        return self.members["focusNode"][0]

    def all(self, name: str) -> list[Node]:
        """Give every value of a property."""
        return self.members.get(name, [])

    def one(self, name: str) -> Node | None:
        """Give one value of a property, if it has any."""
        return next(iter(self.all(name)), None)

    def term(self, name: str) -> Term | None:
        """Give one value of a property as a term, if it has any."""
        node = self.one(name)
        return None if node is None else term_of(node)


class Words:
    """The shapes, as texts for the findings they cause."""

    def __init__(self, rules: Rulebook) -> None:
        self._rules = rules
        self._words: dict[Term | None, Finding] = {}
        self._paths: dict[Term, str] = {}

    def finding(
        self,
        result: Result,
        focus: Term,
        names: Mapping[str, Texts],
        sources: Mapping[str, str],
    ) -> Finding:
        """Give a result the words of the shape that caused it."""
        source = result.term("sourceShape")
        if source not in self._words:
            self._words[source] = self._describe(source)
        words = self._words[source]
        path = result.term("resultPath")
        if path is not None and path not in self._paths:
            self._paths[path] = self._rules.path_text(path)
        return replace(
            words,
            severity=_SEVERITIES.get(str(result.one("resultSeverity")), "violation"),
            focus=focus.value if focus.kind == "iri" else focus.n3(),
            message=self._message(result, words.message),
            label=names.get(focus.value, {}),
            path=None if path is None else self._paths[path],
            value=result.term("value"),
            component=str(result.one("sourceConstraintComponent") or "") or None,
            source=sources.get(focus.value),
        )

    def _describe(self, source: Term | None) -> Finding:
        """Make what all findings of one shape have in common."""
        owners = list(self._owners(source))
        own = owners[:1]
        inner = [] if source is None else [source]
        return Finding(
            rule="".join(shape.value for shape in own),
            severity="violation",
            focus="",
            message={**self._texts(own, SH + "message"), **self._texts(inner, SH + "message")},
            path_label=self._texts(own, SH + "name"),
            fix=self._texts(own, LG + "fix"),
            example=self._first(owners, LG + "example"),
            layer=self._first(owners, LG + "eifLayer"),
            see_also=tuple(sorted(term.value for term in self._all(own, RDFS + "seeAlso"))),
        )

    def _owners(self, shape: Term | None) -> Iterator[Term]:
        """Give the nearest shape that has a name, then the shapes around it."""
        seen: set[Term] = set()
        while shape is not None and shape not in seen:
            seen.add(shape)
            if shape.kind == "iri":
                yield shape
            around = self._rules.around.get(shape, ())
            shape = min(around, key=lambda term: term.value, default=None)

    def _message(self, result: Result, texts: Texts) -> Texts:
        constraint = result.term("sourceConstraint")
        if constraint is not None:
            texts = {**texts, **self._texts([constraint], SH + "message")}
        reported = _by_language(map(term_of, result.all("resultMessage")))
        # A message that the engine filled in stands before the pattern that it was made from.
        spoken = {lang: text for lang, text in reported.items() if lang}
        return {**texts, **spoken} or {"en": reported.get("", "")}

    def _all(self, shapes: Iterable[Term], predicate: str) -> list[Term]:
        name = Term("iri", predicate)
        return [value for s in shapes for value in self._rules.said.get(s, {}).get(name, ())]

    def _first(self, owners: Iterable[Term], predicate: str) -> str | None:
        """Give what the nearest shape says; one around it speaks only where that is silent."""
        for owner in owners:
            for value in sorted(term.value for term in self._all([owner], predicate)):
                return value
        return None

    def _texts(self, shapes: Iterable[Term], predicate: str) -> dict[str, str]:
        return _by_language(self._all(shapes, predicate))


def _by_language(values: Iterable[Term]) -> dict[str, str]:
    return {v.lang or "": v.value for v in values if v.kind == "literal"}


def names_by_language(said: Iterable[Triple], subjects: set[Term]) -> dict[str, dict[str, str]]:
    """Give the names of the things judged, by language; the best property's for each."""
    ranks = {term: rank for rank, term in enumerate(LABEL_PROPERTIES)}
    named = [triple for triple in said if triple[1] in ranks and triple[2].kind == "literal"]
    names: dict[str, dict[str, str]] = {}
    for subject, _, label in sorted(named, key=lambda triple: (ranks[triple[1]], triple[2].value)):
        if subject in subjects:
            names.setdefault(subject.value, {}).setdefault(label.lang or "", label.value)
    return names
