"""Things → what people read instead of them: a name, a line that the vocabulary words, or both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph.describe.words import Ask, Part, Words, batches, listed, spoken
from graph.labels import Labels
from graph.terms import LGID, RDF_TYPE, SKOS, Term, compact

_PARTS = 3
_LONGEST = 60


@dataclass(frozen=True)
class Value:
    """A value and how it reads."""

    term: Term
    label: str


class Namer:
    """Names for many things, fetched in batches.

    A thing that bears no name is told in the line that the vocabulary words for its class, and
    where there is none, by what it joins.
    """

    def __init__(
        self, ask: Ask, labels: Labels, apart: Term | None = None, lines: bool = False
    ) -> None:
        """Take what is needed.

        Args:
            ask: runs a query on the store.
            labels: names in the reader's language.
            apart: a thing that the reader knows of, so that it is not told of others again.
            lines: tell by the vocabulary's line even what has a name.
        """
        self.lang = labels.lang
        self.unnamed: set[Term] = set()
        self._ask = ask
        self._labels = labels
        self._apart = apart
        self._lines = lines
        self._words: Words | None = None
        self._kinds: dict[str, list[str]] = {}
        self._briefs: dict[str, str] = {}

    @property
    def words(self) -> Words:
        """What the vocabulary says of how pages speak."""
        if self._words is None:
            self._words = Words(self._ask, self.lang)
        return self._words

    def name(self, term: Term) -> str:
        """Give the name of one thing, or a literal's own text."""
        return self._labels.one(term.value) if term.kind == "iri" else term.value

    def learn(self, terms: Iterable[Term]) -> None:
        """Fetch the names of all these at once."""
        self._labels.of({term.value: None for term in terms if term.kind == "iri"})

    def kinds(self, things: Iterable[str]) -> dict[str, list[str]]:
        """Give the classes of each thing."""
        for batch in batches(name for name in things if name not in self._kinds):
            self._kinds.update((name, []) for name in batch)
            rows = self._ask(
                f"SELECT DISTINCT ?s ?c WHERE {{ VALUES ?s {{ {listed(batch)} }} ?s a ?c "
                "FILTER(isIRI(?c)) } ORDER BY ?c"
            )
            for s, c in rows:
                if s and c:
                    self._kinds[s.value].append(c.value)
        return self._kinds

    def told(self, terms: Sequence[Term]) -> list[Value]:
        """Give each with what people read."""
        self.learn(terms)
        things = list(dict.fromkeys(term.value for term in terms if term.kind == "iri"))
        nameless = self._labels.nameless(things)
        lines = self._told_in_lines(things if self._lines else sorted(nameless))
        joined = self._joined([thing for thing in things if thing in nameless - lines.keys()])
        told = {**joined, **lines}
        self.unnamed.update(Term("iri", thing) for thing in told if thing in nameless)
        return [
            Value(term, told.get(term.value) or self._plain(term, term.value in nameless))
            for term in terms
        ]

    def brief(self, term: Term) -> str:
        """Give the short name in brackets at the end of a name, where it is one of its names."""
        self._learn_briefs([term])
        return self._briefs.get(term.value) or self.name(term)

    def _plain(self, term: Term, nameless: bool) -> str:
        # An address outside says more than its last part; our own keys are read by people.
        foreign = nameless and not term.value.startswith(LGID)
        return compact(term.value) if foreign else self.name(term)

    def _learn_briefs(self, terms: Iterable[Term]) -> None:
        inside = {}
        for term in terms:
            if term.kind == "iri" and term.value not in self._briefs:
                self._briefs[term.value] = ""
                before, opened, rest = self.name(term).rpartition(" (")
                if before and opened and rest.endswith(")"):
                    inside[term.value] = rest[:-1]
        for batch in batches(inside):
            rows = self._ask(
                f"SELECT ?s ?name WHERE {{ VALUES ?s {{ {listed(batch)} }} "
                f"?s <{SKOS}altLabel> ?name }}"
            )
            for s, name in rows:
                if s and name and name.value.casefold() == inside[s.value].casefold():
                    self._briefs[s.value] = inside[s.value]

    def _told_in_lines(self, things: Sequence[str]) -> dict[str, str]:
        """Tell each thing in the line for its class, where there is one and it can be filled."""
        if not things:
            return {}
        kinds = self.kinds(things)
        tellings = {thing: self.words.telling(kinds[thing]) for thing in things}
        wanted = {p for parts in tellings.values() for part in parts for p in part.properties()}
        said: dict[str, dict[str, list[Term]]] = {}
        for batch in batches(thing for thing, parts in tellings.items() if parts):
            rows = self._ask(
                f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?s {{ {listed(batch)} }} "
                f"?s ?p ?o FILTER(?p IN ({listed(sorted(wanted), ', ')})) }}"
            )
            for s, p, o in rows:
                if s and p and o:
                    said.setdefault(s.value, {}).setdefault(p.value, []).append(o)
        objects = [o for node in said.values() for found in node.values() for o in found]
        self.learn(objects)
        self._learn_briefs(objects)
        lines = {thing: self._line(parts, said.get(thing, {})) for thing, parts in tellings.items()}
        return {thing: line for thing, line in lines.items() if line}

    def _line(self, parts: Sequence[Part], said: dict[str, list[Term]]) -> str:
        pieces = []
        for part in parts:
            values = [said.get(name, []) for name in part.properties()]
            # What the reader knows of is told only where the line cannot stand without it.
            known = part.optional and any(self._apart in found for found in values)
            if all(values) and not known:
                texts = [self._some(found, cut=part.optional) for found in values]
                pieces.append(part.filled(texts))
            elif not part.optional:
                return ""
        line = "".join(pieces).strip(" ,:")
        # An address is not written otherwise because it stands first.
        begins = line.split(" ", 1)[0].strip(":,").replace("-", "").isalpha()
        return line[:1].upper() + line[1:] if begins else line

    def _some(self, terms: Sequence[Term], cut: bool) -> str:
        kept = spoken(terms, self.lang)
        found = {_cut(self.brief(t)) if cut and t.kind != "iri" else self.brief(t) for t in kept}
        texts = sorted(found, key=alphabetical)
        return ", ".join(texts[:_PARTS]) + (" …" if len(texts) > _PARTS else "")

    def _joined(self, things: Sequence[str]) -> dict[str, str]:
        found: dict[str, list[tuple[int, str, Term, Term]]] = {}
        for batch in batches(things):
            rows = self._ask(
                f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?s {{ {listed(batch)} }} ?s ?p ?o "
                "FILTER(isIRI(?o)) }"
            )
            for s, p, o in rows:
                if s and p and o and p != RDF_TYPE and o != self._apart:
                    order = self.words.order(p.value)
                    if order >= 0:
                        found.setdefault(s.value, []).append((order, p.value, p, o))
        self.learn(term for parts in found.values() for part in parts for term in part[2:])
        return {thing: ", ".join(self._first(sorted(parts))) for thing, parts in found.items()}

    def _first(self, parts: Sequence[tuple[int, str, Term, Term]]) -> list[str]:
        """Say the first things that it joins, one for each property."""
        first: dict[str, str] = {}
        for _, name, p, o in parts:
            first.setdefault(name, f"{self.name(p)} {self.name(o)}")
        return list(first.values())[:_PARTS]


def _cut(text: str) -> str:
    """Shorten a text that would make a line of several."""
    if len(text) <= _LONGEST:
        return text
    return text[:_LONGEST].rpartition(" ")[0].rstrip(" ,;:") + " …"


def alphabetical(text: str) -> str:
    """Give a key that sorts as Norwegian does: æ, ø and å come last, in that order."""
    return text.casefold().translate(str.maketrans("æøå", "{|}"))
