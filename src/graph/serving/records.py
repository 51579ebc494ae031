"""Things of the graph as documents: what is said of each, what points at it, and what it rests on.

Which lists there are is said by the vocabulary, in ontology/lists.ttl. Knows no class by name.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph import assets, rdf
from graph.describe import Namer, alphabetical
from graph.errors import UnknownName
from graph.labels import Labels
from graph.query import LAYER_IRIS
from graph.serving.snapshot import Snapshot
from graph.serving.vocabulary import Vocabulary, vocabulary_of
from graph.terms import DCT, DERIVED, LANGUAGES, LG, LGID, RDF_TYPE, RDFS, VOCABULARY, Term, iri

_BATCH = 500
INWARD = 20
"""How many of the things that point at a thing in one way its document names."""
SOURCES = 100
"""How many of the things that it rests on its document holds."""
LAST = 10_000
_WITHIN = LG + "sheetWithin"
_LAYERS = {iri: name for name, iri in LAYER_IRIS.items()}


@dataclass(frozen=True, slots=True)
class Listed:
    """One list: its address, its name by language, its layer, and the classes of its things.

    `filters` are what its things can be chosen by: a path of properties for each word.
    """

    path: str
    names: Mapping[str, str]
    layer: str | None
    order: int
    classes: tuple[str, ...]
    filters: Mapping[str, str] = field(default_factory=dict)


def lists_of(root: Path | None = None) -> tuple[Listed, ...]:
    """Give the lists that the vocabulary's files declare, in their order; no store is needed."""
    classes: dict[str, list[str]] = {}
    facts: dict[str, dict[str, Any]] = {}
    for name, said in _declared(root).items():
        (path,) = said["listPath"]
        classes.setdefault(path.value, []).append(name)
        told = facts.setdefault(path.value, {"names": {}, "filters": {}})
        told["names"] |= {term.lang or "": term.value for term in said.get("listName", ())}
        for term in said.get("listOrder", ()):
            told["order"] = int(term.value)
        for term in said.get("listLayer", ()):
            told["layer"] = _LAYERS.get(term.value)
        for term in said.get("listFilter", ()):
            word, _, steps = term.value.partition("=")
            told["filters"][word] = steps
    found = [
        Listed(
            path,
            told["names"],
            told.get("layer"),
            told["order"],
            tuple(classes[path]),
            dict(sorted(told["filters"].items())),
        )
        for path, told in facts.items()
    ]
    return tuple(sorted(found, key=lambda one: one.order))


def _declared(root: Path | None) -> dict[str, dict[str, list[Term]]]:
    """Give what the files say of each class that has a list."""
    declared: dict[str, dict[str, list[Term]]] = {}
    for path in assets.files("ontology", root):
        if b"listPath" not in path.read_bytes():
            continue
        for s, p, o, _ in rdf.parse(path):
            if p.value.startswith(f"{LG}list"):
                facts = declared.setdefault(s.value, {})
                facts.setdefault(p.value.removeprefix(LG), []).append(o)
    return {name: said for name, said in declared.items() if "listPath" in said}


def members_of(now: Snapshot, listed: Listed, lang: str) -> list[tuple[Term, str]]:
    """Give the things of a list with their names, in the order of the names."""
    return now.once(("members", listed.path, lang), lambda: _members(now, listed, lang))


def _members(now: Snapshot, listed: Listed, lang: str) -> list[tuple[Term, str]]:
    values = " ".join(f"<{name}>" for name in listed.classes)
    rows = now.ask(
        f"SELECT DISTINCT ?s WHERE {{ VALUES ?class {{ {values} }} "
        f"?kind <{RDFS}subClassOf>* ?class . ?s a ?kind }}"
    )
    things = [s for (s,) in rows if s and s.kind == "iri" and not _is_word(s.value)]
    names = now.names(things, lang)
    pairs = [(thing, names.get(thing, thing.value)) for thing in things]
    return sorted(pairs, key=lambda pair: (alphabetical(pair[1]), pair[0].value))


def _is_word(name: str) -> bool:
    return name.startswith((LG, VOCABULARY))


def key_of(thing: Term) -> str:
    """Give the last part of a thing's IRI, by which its list names it."""
    return thing.value.rpartition("/")[2]


def member(now: Snapshot, listed: Listed, key: str, lang: str) -> Term:
    """Give the thing of a list that a key names; UnknownName with the nearest keys."""
    found = now.once(
        ("keys", listed.path),
        lambda: {key_of(thing): thing for thing, _ in members_of(now, listed, lang)},
    )
    if key not in found:
        import difflib

        raise UnknownName(key, "thing", difflib.get_close_matches(key, found, 3))
    return found[key]


def list_with(now: Snapshot, thing: Term, lang: str) -> Listed | None:
    """Give the list that a thing is in, if any: the first of them."""
    found: Mapping[Term, Listed] = now.once("listed", lambda: _by_thing(now, lang))
    return found.get(thing)


def _by_thing(now: Snapshot, lang: str) -> dict[Term, Listed]:
    lists = lists_of(now.root)
    pairs = ((thing, one) for one in lists for thing, _ in members_of(now, one, lang))
    found: dict[Term, Listed] = {}
    for thing, one in pairs:
        found.setdefault(thing, one)
    return found


def _askable(name: str) -> Term:
    """Make an IRI that can stand in a query; ValueError for any other text."""
    thing = iri(name)
    rdf.to_engine(thing)
    if any(_strange(ord(sign)) for sign in name):
        raise ValueError(name)
    return thing


def _strange(code: int) -> bool:
    """Tell whether RFC 3987 has no place for a sign; the engine reads queries more strictly."""
    private = 0xD800 <= code <= 0xF8FF or code >= 0xF0000
    reserved = 0xFDD0 <= code <= 0xFDEF or 0xFFF0 <= code <= 0xFFFF or 0xE0000 <= code <= 0xE0FFF
    return private or reserved or 0x7F <= code <= 0x9F or code & 0xFFFE == 0xFFFE


def known(now: Snapshot, name: str) -> Term:
    """Give the thing that an IRI names; UnknownName where the graph says nothing of it."""
    try:
        thing = _askable(name)
    except ValueError as error:
        raise UnknownName(name, "thing") from error
    n3 = thing.n3()
    rows = now.ask(f"SELECT ?x WHERE {{ {{ {n3} ?p ?x }} UNION {{ ?x ?p {n3} }} }} LIMIT 1")
    if not len(rows):
        raise UnknownName(name, "thing")
    return thing


def named(now: Snapshot, asked: Sequence[str], lang: str) -> dict[str, str]:
    """Name what anybody asks for: nothing of it is remembered, and what is no IRI is its own name.

    What the graph has no name for is told by its last part if it is of ours, else as it is.
    """
    terms: dict[str, Term] = {}
    for one in asked:
        with contextlib.suppress(ValueError):
            terms[one] = _askable(one)
    namer = Namer(now.ask, Labels(now.ask, lang))
    told = namer.told(list(dict.fromkeys(terms.values())))
    labels = {value.term.value: value.label for value in told}
    return {one: labels.get(one, one) for one in asked}


def own(*parts: str) -> str:
    """Give the IRI of a thing of ours by its type and key; a code list has a key alone."""
    return LGID + "/".join(parts)


def outward(now: Snapshot, things: Sequence[Term], lang: str) -> list[dict[str, Any]]:
    """Give what is said of each thing, as documents have it, in the order given."""
    words = vocabulary_of(now)
    said: dict[Term, dict[str, list[Term]]] = {thing: {} for thing in things}
    for at in range(0, len(things), _BATCH):
        values = " ".join(thing.n3() for thing in things[at : at + _BATCH])
        rows = now.ask(
            f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?s {{ {values} }} ?s ?p ?o }} "
            "ORDER BY ?s ?p ?o"
        )
        for s, p, o in rows:
            if s and p and o:
                said[s].setdefault(p.value, []).append(o)
    named = [o for facts in said.values() for objects in facts.values() for o in objects]
    labels = now.names([*things, *named], lang)
    return [_record(words, thing, said[thing], labels) for thing in things]


def _record(
    words: Vocabulary, thing: Term, said: Mapping[str, list[Term]], labels: Mapping[Term, str]
) -> dict[str, Any]:
    kinds = [kind for kind in said.get(RDF_TYPE.value, []) if kind.value in words.names]
    told: dict[str, Any] = {
        "id": thing.value,
        "type": [words.names[kind.value] for kind in kinds],
        "type_label": [labels.get(kind, kind.value) for kind in kinds],
        "label": labels.get(thing, thing.value),
    }
    properties = ((words.names[p], p, objects) for p, objects in said.items() if p in words.kinds)
    for name, p, objects in sorted(properties):
        told[name] = words.written(p, objects, labels)
    return told


def whole(now: Snapshot, thing: Term, lang: str) -> dict[str, Any]:
    """Give all of one thing: what is said of it, what points at it, and what it rests on."""
    (told,) = outward(now, [thing], lang)
    words = vocabulary_of(now)
    pointing = pointing_at(now, thing)
    resting = _resting(now, thing, pointing)
    for p, carrying in resting.items():
        pointing[p] = [s for s in pointing[p] if s not in carrying]
    pointing = {p: things for p, things in pointing.items() if things}
    shown = [s for things in pointing.values() for s in things[:INWARD]]
    labels = now.names(shown, lang)
    told["inward"] = {
        words.names[p]: [{"id": s.value, "label": labels.get(s, s.value)} for s in things[:INWARD]]
        for p, things in pointing.items()
    }
    told["inward_total"] = {words.names[p]: len(things) for p, things in pointing.items()}
    nodes = sorted({s for found in resting.values() for s in found}, key=lambda s: s.value)
    told["sources"] = outward(now, nodes[:SOURCES], lang)
    told["sources_total"] = len(nodes)
    return told


def pointing_at(now: Snapshot, thing: Term) -> dict[str, list[Term]]:
    """Give what points at a thing, by property; what only follows by rules is left out."""
    words = vocabulary_of(now)
    rows = now.ask(
        f"SELECT DISTINCT ?s ?p WHERE {{ GRAPH ?g {{ ?s ?p {thing.n3()} }} FILTER(isIRI(?s) && "
        f'!STRSTARTS(STR(?g), "{DERIVED}")) }} ORDER BY ?p ?s'
    )
    pointing: dict[str, list[Term]] = {}
    for s, p in rows:
        if s and p and p.value in words.kinds:
            pointing.setdefault(p.value, []).append(s)
    return pointing


def _resting(
    now: Snapshot, thing: Term, pointing: Mapping[str, Sequence[Term]]
) -> dict[str, frozenset[Term]]:
    """Give what a thing rests on: what is written with it, as sheets have it, and has a source."""
    within = now.once(
        "within", lambda: {o.value for (o,) in now.ask(f"SELECT ?o {{ ?s <{_WITHIN}> ?o }}") if o}
    )
    found = {}
    for p in sorted(within & pointing.keys()):
        rows = now.ask(f"SELECT DISTINCT ?s {{ ?s <{p}> {thing.n3()} ; <{DCT}source> ?source }}")
        found[p] = frozenset(s for (s,) in rows if s)
    return found


def columns_of(now: Snapshot, listed: Listed) -> list[str]:
    """Give the properties that any thing of a list has, by IRI, in the order of a page."""
    members = members_of(now, listed, LANGUAGES[0])
    things = [thing for thing, _ in members]
    return now.once(("columns", listed.path), lambda: columns_among(now, things))


def columns_among(now: Snapshot, things: Sequence[Term]) -> list[str]:
    """Give the properties that any of some things has, by IRI, in the order of a page."""
    values = " ".join(thing.n3() for thing in things)
    rows = now.ask(
        f"SELECT DISTINCT ?p ?order {{ VALUES ?s {{ {values} }} ?s ?p ?o "
        f"OPTIONAL {{ ?p <{LG}order> ?order }} }}"
    )
    words = vocabulary_of(now)
    places = {p.value: int(order.value) if order else LAST for p, order in rows if p}
    known = [p for p in places if p in words.kinds]
    return sorted(known, key=lambda p: (places[p], words.names[p]))
