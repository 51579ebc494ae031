"""One thing → its page: what it is, what is said of it, what points at it, and what it rests on.

Knows no class. Headings are the vocabulary's own labels, in the order of `lg:order`; a property
with a negative order is left out. A thing that bears no name is told by what it joins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from graph.labels import Labels
from graph.terms import (
    DCT,
    DERIVED,
    LABEL_PROPERTIES,
    LG,
    LGID,
    RDF_TYPE,
    RDFS,
    SKOS,
    Rows,
    Term,
    compact,
    quote,
)

Ask = Callable[[str], Rows]

_SOURCE = DCT + "source"
_TEXTS = (DCT + "description", SKOS + "definition", RDFS + "comment")
_LONG = (_SOURCE, RDFS + "comment")
_LAST = 10_000
_PARTS = 3
_BATCH = 500


@dataclass(frozen=True)
class Value:
    """A value and how it reads."""

    term: Term
    label: str


@dataclass(frozen=True)
class Group:
    """What stands in one relation to the thing: under `property`, pointing at it when `inward`."""

    property: Value
    inward: bool
    kind: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Rest:
    """Nodes that carry a source and speak of the thing: one row each, under the columns' labels."""

    kind: str
    columns: tuple[Value, ...]
    rows: tuple[tuple[tuple[Value, ...], ...], ...]


@dataclass(frozen=True)
class Page:
    """Everything that is shown of one thing."""

    thing: Term
    label: str
    kinds: tuple[str, ...]
    texts: tuple[str, ...]
    facts: tuple[Group, ...]
    relations: tuple[Group, ...]
    sources: tuple[Rest, ...]


def describe(ask: Ask, thing: Term, labels: Labels, few: int = 3) -> Page:
    """Collect the page of one thing.

    Args:
        ask: runs a query on the store.
        thing: the IRI that the page is about.
        labels: names in the reader's language.
        few: a relation outward to no more things than this counts as a fact.
    """
    outward = [
        (p, o) for p, o in ask(f"SELECT DISTINCT ?p ?o WHERE {{ {thing.n3()} ?p ?o }}") if p and o
    ]
    inward = [
        (s, p)
        for s, p in ask(f"SELECT DISTINCT ?s ?p WHERE {{ ?s ?p {thing.n3()} }}")
        if s and p and s.kind == "iri" and s != thing
    ]
    derived = _derived(ask, thing)
    inward = [(s, p) for s, p in inward if s.value not in derived]
    types = _types(ask, [thing, *(s for s, _ in inward)])
    resting = _carrying_sources(ask, [s for s, _ in inward])
    pointing = [(s, p) for s, p in inward if s.value not in resting]
    namer = Namer(ask, labels, thing)
    groups = _outward(outward, namer)
    return Page(
        thing=thing,
        label=namer.name(thing),
        kinds=tuple(namer.name(kind) for kind in types.get(thing.value, ())),
        texts=tuple(
            text.value
            for name in _TEXTS
            for text in _spoken([o for p, o in outward if p.value == name], labels.lang)
        ),
        facts=tuple(group for group in groups if _is_fact(group, few)),
        relations=tuple(group for group in groups if not _is_fact(group, few))
        + _inward(pointing, namer, types),
        sources=_sources(ask, thing, [s for s, _ in inward if s.value in resting], namer),
    )


class Namer:
    """Names for many things, fetched in batches; what bears no name is told by what it joins."""

    def __init__(self, ask: Ask, labels: Labels, apart: Term | None = None) -> None:
        """Take the store's query verb, the names, and a thing that is not told of others again."""
        self.orders = _orders(ask)
        self.lang = labels.lang
        self._ask = ask
        self._labels = labels
        self._apart = apart
        self._known: dict[str, str] = {}
        self.unnamed: set[Term] = set()

    def name(self, term: Term) -> str:
        """Give the name of one thing, or a literal's own text."""
        if term.kind != "iri":
            return term.value
        if term.value not in self._known:
            self.learn([term])
        return self._known[term.value]

    def learn(self, terms: Iterable[Term]) -> None:
        """Fetch the names of all these at once."""
        wanted = {term.value for term in terms if term.kind == "iri"} - self._known.keys()
        self._known.update(self._labels.of(sorted(wanted)))

    def told(self, terms: Sequence[Term]) -> list[Value]:
        """Name each; an instance without a name of its own is told by what it joins."""
        self.learn(terms)
        nameless = _nameless(self._ask, [term for term in terms if term.kind == "iri"])
        joined = self._joined(sorted(nameless))
        self.unnamed.update(Term("iri", name) for name in joined)
        return [
            Value(term, joined.get(term.value) or self._unjoined(term, term.value in nameless))
            for term in terms
        ]

    def _unjoined(self, term: Term, nameless: bool) -> str:
        # An address outside says more than its last part; our own keys are read by people.
        foreign = nameless and not term.value.startswith(LGID)
        return compact(term.value) if foreign else self.name(term)

    def _joined(self, things: Sequence[str]) -> dict[str, str]:
        found: dict[str, list[tuple[int, str, Term, Term]]] = {}
        for batch in _batches(things):
            rows = self._ask(
                f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?s {{ {_values(batch)} }} ?s ?p ?o "
                "FILTER(isIRI(?o)) }"
            )
            for s, p, o in rows:
                if not s or not p or not o or p == RDF_TYPE or o == self._apart:
                    continue
                order = self.orders.get(p.value, _LAST)
                if order >= 0:
                    found.setdefault(s.value, []).append((order, p.value, p, o))
        self.learn(term for parts in found.values() for part in parts for term in part[2:])
        return {thing: ", ".join(self._parts(sorted(parts))) for thing, parts in found.items()}

    def _parts(self, parts: Sequence[tuple[int, str, Term, Term]]) -> list[str]:
        """Say the first things that it joins, one for each property."""
        first: dict[str, str] = {}
        for _, name, p, o in parts:
            first.setdefault(name, f"{self.name(p)} {self.name(o)}")
        return list(first.values())[:_PARTS]


def _outward(said: Sequence[tuple[Term, Term]], namer: Namer) -> list[Group]:
    orders = namer.orders
    skipped = {RDF_TYPE.value, *_TEXTS, *(term.value for term in LABEL_PROPERTIES)}
    values: dict[str, list[Term]] = {}
    for p, o in said:
        if p.value not in skipped and orders.get(p.value, _LAST) >= 0:
            values.setdefault(p.value, []).append(o)
    namer.learn([Term("iri", name) for name in values])
    groups = []
    for name, objects in values.items():
        property_ = Term("iri", name)
        told = namer.told(_spoken(objects, namer.lang))
        groups.append(Group(Value(property_, namer.name(property_)), False, "", _sorted(told)))
    return sorted(groups, key=lambda group: _place(group, orders))


def _inward(
    pointing: Sequence[tuple[Term, Term]],
    namer: Namer,
    types: dict[str, tuple[Term, ...]],
) -> tuple[Group, ...]:
    orders = namer.orders
    members: dict[tuple[str, str], list[Term]] = {}
    for s, p in pointing:
        if orders.get(p.value, _LAST) >= 0:
            kinds = types.get(s.value, ())
            members.setdefault((p.value, kinds[0].value if kinds else ""), []).append(s)
    groups = []
    for (name, kind), subjects in members.items():
        property_ = Term("iri", name)
        groups.append(
            Group(
                Value(property_, namer.name(property_)),
                True,
                namer.name(Term("iri", kind)) if kind else "",
                _sorted(namer.told(subjects)),
            )
        )
    return tuple(sorted(groups, key=lambda group: _place(group, orders)))


def _sources(ask: Ask, thing: Term, nodes: Sequence[Term], namer: Namer) -> tuple[Rest, ...]:
    orders = namer.orders
    said: dict[str, dict[str, list[Term]]] = {}
    kept = {_SOURCE, RDF_TYPE.value}
    for batch in _batches(sorted({node.value for node in nodes})):
        rows = ask(f"SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ {_values(batch)} }} ?s ?p ?o }}")
        for s, p, o in rows:
            hidden = p and p.value not in kept and orders.get(p.value, _LAST) < 0
            if s and p and o and o != thing and not hidden:
                said.setdefault(s.value, {}).setdefault(p.value, []).append(o)
    by_kind: dict[str, list[dict[str, list[Term]]]] = {}
    for node in sorted(said):
        kinds = said[node].pop(RDF_TYPE.value, [])
        by_kind.setdefault(kinds[0].value if kinds else "", []).append(said[node])
    namer.learn(
        [Term("iri", name) for node in said.values() for name in node]
        + [term for node in said.values() for terms in node.values() for term in terms]
    )
    found = []
    for kind, rows_of in by_kind.items():
        names = _arranged(rows_of, namer)
        lines = {
            tuple(
                tuple(
                    Value(term, namer.name(term)) for term in _spoken(row.get(name, []), namer.lang)
                )
                for name in names
            )
            for row in rows_of
        }
        columns = tuple(Value(Term("iri", name), namer.name(Term("iri", name))) for name in names)
        label = namer.name(Term("iri", kind)) if kind else ""
        found.append(Rest(label, columns, tuple(sorted(lines, key=_line_key))))
    return tuple(sorted(found, key=lambda rest: (-len(rest.rows), rest.kind)))


def _arranged(rows: Sequence[dict[str, list[Term]]], namer: Namer) -> list[str]:
    """Put first what sort of source it is; the source and the comment, the longest texts, last."""
    labels = {name: namer.name(Term("iri", name)) for row in rows for name in row}
    plain = {name for row in rows for name, terms in row.items() if terms[0].kind == "literal"}

    def place(name: str) -> tuple[int, bool, int, str]:
        late = _LONG.index(name) if name in _LONG else -1
        return (late, name in plain, namer.orders.get(name, _LAST), labels[name])

    return sorted(labels, key=place)


def _line_key(line: tuple[tuple[Value, ...], ...]) -> list[list[str]]:
    return [[value.label for value in cell] for cell in line]


def _is_fact(group: Group, few: int) -> bool:
    return not group.inward and len(group.values) <= few


def _place(group: Group, orders: dict[str, int]) -> tuple[int, str, str]:
    return (orders.get(group.property.term.value, _LAST), group.property.label, group.kind)


def _spoken(terms: Sequence[Term], lang: str) -> list[Term]:
    """Of texts in several languages keep the reader's, else the first we have; keep the rest."""
    tagged = [term for term in terms if term.lang]
    for wanted in (lang, "nb", "nn", "en", *(term.lang for term in tagged)):
        chosen = [term for term in tagged if term.lang == wanted]
        if chosen:
            return [term for term in terms if not term.lang] + chosen
    return list(terms)


def _sorted(values: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(sorted(values, key=lambda value: (alphabetical(value.label), value.term.value)))


def alphabetical(text: str) -> str:
    """Give a key that sorts as Norwegian does: æ, ø and å come last, in that order."""
    return text.casefold().translate(str.maketrans("æøå", "{|}"))


def _orders(ask: Ask) -> dict[str, int]:
    rows = ask(f"SELECT ?p ?order WHERE {{ ?p <{LG}order> ?order }}")
    found: dict[str, int] = {}
    for p, order in rows:
        if p and order and order.value.lstrip("-").isdigit():
            found[p.value] = int(order.value)
    return found


def _types(ask: Ask, things: Sequence[Term]) -> dict[str, tuple[Term, ...]]:
    """Give the classes of each, without those that another of its classes is a sort of."""
    types: dict[str, list[str]] = {}
    for batch in _batches(sorted({thing.value for thing in things})):
        rows = ask(
            f"SELECT DISTINCT ?s ?c WHERE {{ VALUES ?s {{ {_values(batch)} }} ?s a ?c "
            "FILTER(isIRI(?c)) } ORDER BY ?c"
        )
        for s, c in rows:
            if s and c:
                types.setdefault(s.value, []).append(c.value)
    above: dict[str, set[str]] = {}
    for c, d in ask(f"SELECT ?c ?d WHERE {{ ?c <{RDFS}subClassOf>+ ?d }}"):
        if c and d:
            above.setdefault(c.value, set()).add(d.value)
    return {
        thing: tuple(
            Term("iri", kind)
            for kind in kinds
            if not any(kind in above.get(other, ()) for other in kinds if other != kind)
        )
        for thing, kinds in types.items()
    }


def _carrying_sources(ask: Ask, things: Sequence[Term]) -> frozenset[str]:
    """Of these things give those that hang on others only to carry a source: they have no name."""
    found: set[str] = set()
    for batch in _batches(sorted({thing.value for thing in things})):
        rows = ask(
            f"SELECT DISTINCT ?s WHERE {{ VALUES ?s {{ {_values(batch)} }} "
            f"?s <{_SOURCE}> ?source }}"
        )
        found.update(row[0].value for row in rows if row[0])
    return frozenset(_nameless(ask, [Term("iri", name) for name in found]))


def _derived(ask: Ask, thing: Term) -> frozenset[str]:
    """Give what points at the thing and is itself only derived: it follows, and is not stated."""
    rows = ask(
        f"SELECT DISTINCT ?s WHERE {{ ?s ?p {thing.n3()} GRAPH ?g {{ ?s a ?c }} "
        f"FILTER(STRSTARTS(STR(?g), {quote(DERIVED)})) }}"
    )
    return frozenset(row[0].value for row in rows if row[0])


def _nameless(ask: Ask, things: Sequence[Term]) -> set[str]:
    properties = " ".join(term.n3() for term in LABEL_PROPERTIES)
    wanted = {thing.value for thing in things}
    named: set[str] = set()
    for batch in _batches(sorted(wanted)):
        rows = ask(
            f"SELECT DISTINCT ?s WHERE {{ VALUES ?s {{ {_values(batch)} }} "
            f"VALUES ?p {{ {properties} }} ?s ?p ?name }}"
        )
        named.update(row[0].value for row in rows if row[0])
    return wanted - named


def _values(names: Iterable[str]) -> str:
    return " ".join(f"<{name}>" for name in names)


def _batches(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[at : at + _BATCH] for at in range(0, len(names), _BATCH))
