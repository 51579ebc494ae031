"""Collect the page of one thing. A property whose order is below zero is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph.describe.namer import Namer, Value, alphabetical
from graph.describe.words import LAST, Ask, Words, batches, listed, spoken
from graph.labels import Labels
from graph.terms import (
    DCT,
    DERIVED,
    LABEL_PROPERTIES,
    LANGUAGES,
    RDF_TYPE,
    RDFS,
    SKOS,
    Term,
)

_SOURCE = DCT + "source"
_IDENTIFIER = DCT + "identifier"
_ALSO = SKOS + "altLabel"
_TEXTS = (DCT + "description", SKOS + "definition", RDFS + "comment")
_LONG = (_SOURCE, RDFS + "comment")
_NAMES = frozenset(term.value for term in LABEL_PROPERTIES)

Said = Sequence[tuple[Term, Term]]


@dataclass(frozen=True)
class Group:
    """What stands in one relation to the thing: under `property`, pointing at it when `inward`.

    `kind` is what one of the values is called, `kinds` what several are. `heading` is the
    vocabulary's own, with {kinds} and {name} to be filled; it may be empty.
    """

    property: Value
    inward: bool
    kind: str
    values: tuple[Value, ...]
    kinds: str = ""
    heading: str = ""


@dataclass(frozen=True)
class Rest:
    """Nodes that carry a source and speak of the thing: one row each, under the columns' labels."""

    kind: str
    columns: tuple[Value, ...]
    rows: tuple[tuple[tuple[Value, ...], ...], ...]


@dataclass(frozen=True)
class Page:
    """Everything that is shown of one thing; `brief` is what it is called in the headings."""

    thing: Term
    label: str
    brief: str
    kinds: tuple[str, ...]
    texts: tuple[Value, ...]
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
    namer = Namer(ask, labels, thing, lines=True)
    words = namer.words
    own = thing.n3()
    outward = [(p, o) for p, o in ask(f"SELECT DISTINCT ?p ?o WHERE {{ {own} ?p ?o }}") if p and o]
    told = {(p.value, o.value) for p, o in outward}
    inward = [
        (s, p)
        for s, p in ask(f"SELECT DISTINCT ?s ?p WHERE {{ ?s ?p {own} FILTER(isIRI(?s)) }}")
        if s
        and p
        and s != thing
        and words.order(p.value) >= 0
        # What is said already from this end is not said again from the other.
        and not any((q, s.value) in told for q in words.inverses(p.value))
    ]
    classes, derived = _classes(ask, thing)
    inward = [(s, p) for s, p in inward if s.value not in derived]
    carrying = {s.value for s in _carrying_sources(ask, thing)}
    resting = labels.nameless(sorted(carrying & {s.value for s, _ in inward}))
    pointing = [(s, p) for s, p in inward if s.value not in resting]
    kinds = [o.value for p, o in outward if p == RDF_TYPE and o.kind == "iri"]
    shown = _shown(outward, thing, words, labels.lang)
    # Everything that the page names, told at once: a query for each group would cost more.
    terms = [*(o for objects in shown.values() for o in objects), *(s for s, _ in pointing)]
    lines = {value.term: value for value in namer.told(list(dict.fromkeys(terms)))}
    narrow = words.narrowest(sorted(kinds))
    namer.learn([*(Term("iri", name) for name in (*shown, *narrow)), *(p for _, p in pointing)])
    groups = _outward(shown, lines, namer, words.key_label(sorted(kinds)))
    relations = [group for group in groups if len(group.values) > few]
    relations += _inward(pointing, classes, lines, namer)
    (title,) = Namer(ask, labels).told([thing])
    return Page(
        thing=thing,
        label=title.label,
        brief=title.label if labels.nameless([thing.value]) else namer.brief(thing),
        kinds=tuple(labels.one(kind) for kind in narrow),
        texts=tuple(
            Value(text, text.value)
            for name in _TEXTS
            for text in spoken([o for p, o in outward if p.value == name], labels.lang)
        ),
        facts=tuple(group for group in groups if len(group.values) <= few),
        relations=tuple(sorted(relations, key=lambda group: _place(group, words))),
        sources=_sources(ask, thing, resting, namer),
    )


def _shown(outward: Said, thing: Term, words: Words, lang: str) -> dict[str, list[Term]]:
    """Give what the page tells outward, by property."""
    values: dict[str, list[Term]] = {}
    title = {o.value for p, o in outward if p.value in _NAMES and o.lang in LANGUAGES}
    key = thing.value.rpartition("/")[2]
    keyed = words.key_label(sorted(o.value for p, o in outward if p == RDF_TYPE))
    for p, o in outward:
        if p.value in _NAMES:
            # A name in a language that no page is written in is a name of the thing all the same.
            if o.lang and o.lang not in LANGUAGES and o.value not in title:
                values.setdefault(_ALSO, []).append(o)
            continue
        repeats = p.value == _IDENTIFIER and o.value == key and not keyed
        if p != RDF_TYPE and p.value not in _TEXTS and words.order(p.value) >= 0 and not repeats:
            values.setdefault(p.value, []).append(o)
    return {
        name: [
            *spoken([o for o in objects if not o.lang or o.lang in LANGUAGES], lang),
            *(o for o in objects if o.lang and o.lang not in LANGUAGES),
        ]
        for name, objects in values.items()
    }


def _outward(
    shown: dict[str, list[Term]], lines: dict[Term, Value], namer: Namer, keyed: str
) -> list[Group]:
    groups = []
    for name, objects in shown.items():
        property_ = Term("iri", name)
        label = keyed if keyed and name == _IDENTIFIER else namer.name(property_)
        values = _sorted(lines[o] for o in dict.fromkeys(objects))
        groups.append(Group(Value(property_, label), False, "", values))
    return sorted(groups, key=lambda group: _place(group, namer.words))


def _inward(
    pointing: Said, kinds: dict[str, list[str]], lines: dict[Term, Value], namer: Namer
) -> list[Group]:
    words = namer.words
    members: dict[tuple[str, str], list[Term]] = {}
    for s, p in pointing:
        narrow = words.narrowest(kinds.get(s.value, []))
        members.setdefault((p.value, narrow[0] if narrow else ""), []).append(s)
    namer.learn(Term("iri", kind) for _, kind in members if kind)
    groups = []
    for (name, kind), subjects in members.items():
        property_ = Term("iri", name)
        one = namer.name(Term("iri", kind)) if kind else ""
        groups.append(
            Group(
                property=Value(property_, namer.name(property_)),
                inward=True,
                kind=one,
                values=_sorted(lines[s] for s in subjects),
                kinds=words.plural(kind) or one,
                heading=words.heading(name),
            )
        )
    return groups


def _sources(ask: Ask, thing: Term, nodes: Iterable[str], namer: Namer) -> tuple[Rest, ...]:
    words = namer.words
    said: dict[str, dict[str, list[Term]]] = {}
    kept = {_SOURCE, RDF_TYPE.value}
    for batch in batches(nodes):
        rows = ask(f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?s {{ {listed(batch)} }} ?s ?p ?o }}")
        for s, p, o in rows:
            hidden = p and p.value not in kept and words.order(p.value) < 0
            if s and p and o and o != thing and not hidden:
                said.setdefault(s.value, {}).setdefault(p.value, []).append(o)
    by_kind: dict[str, list[dict[str, list[Term]]]] = {}
    for node in sorted(said):
        found = sorted(said[node].pop(RDF_TYPE.value, []))
        narrow = words.narrowest([term.value for term in found])
        by_kind.setdefault(narrow[0] if narrow else "", []).append(said[node])
    namer.learn(
        [Term("iri", name) for node in said.values() for name in node]
        + [term for node in said.values() for terms in node.values() for term in terms]
        + [Term("iri", kind) for kind in by_kind if kind]
    )
    rests = []
    for kind, rows_of in by_kind.items():
        names = _arranged(rows_of, namer)
        lines = {
            tuple(
                tuple(
                    Value(term, namer.name(term)) for term in spoken(row.get(name, []), namer.lang)
                )
                for name in names
            )
            for row in rows_of
        }
        columns = tuple(Value(Term("iri", name), namer.name(Term("iri", name))) for name in names)
        label = namer.name(Term("iri", kind)) if kind else ""
        rests.append(Rest(label, columns, tuple(sorted(lines, key=_line_key))))
    return tuple(sorted(rests, key=lambda rest: (-len(rest.rows), rest.kind)))


def _arranged(rows: Sequence[dict[str, list[Term]]], namer: Namer) -> list[str]:
    """Put first what sort of source it is; the source and the comment, the longest texts, last."""
    labels = {name: namer.name(Term("iri", name)) for row in rows for name in row}
    plain = {name for row in rows for name, terms in row.items() if terms[0].kind == "literal"}

    def place(name: str) -> tuple[int, bool, int, str]:
        late = _LONG.index(name) if name in _LONG else -1
        return (late, name in plain, namer.words.orders.get(name, LAST), labels[name])

    return sorted(labels, key=place)


def _line_key(line: tuple[tuple[Value, ...], ...]) -> list[list[str]]:
    return [[value.label for value in cell] for cell in line]


def _place(group: Group, words: Words) -> tuple[int, bool, str, str]:
    name = group.property.term.value
    return (words.order(name), group.inward, group.property.label, group.kind)


def _sorted(values: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(sorted(values, key=lambda value: (alphabetical(value.label), value.term.value)))


def _classes(ask: Ask, thing: Term) -> tuple[dict[str, list[str]], set[str]]:
    """Give the classes of what points at the thing, and which of it is itself only derived."""
    rows = ask(
        f"SELECT DISTINCT ?s ?c ?g WHERE {{ ?s ?p {thing.n3()} GRAPH ?g {{ ?s a ?c }} "
        "FILTER(isIRI(?c)) } ORDER BY ?s ?c ?g"
    )
    classes: dict[str, list[str]] = {}
    derived: set[str] = set()
    for s, c, g in rows:
        if s and c and g:
            if g.value.startswith(DERIVED):
                derived.add(s.value)
            found = classes.setdefault(s.value, [])
            if c.value not in found:
                found.append(c.value)
    return classes, derived


def _carrying_sources(ask: Ask, thing: Term) -> list[Term]:
    """Give what points at the thing and carries a source."""
    rows = ask(f"SELECT DISTINCT ?s WHERE {{ ?s ?p {thing.n3()} ; <{_SOURCE}> ?source }}")
    return [row[0] for row in rows if row[0]]
