"""Things of the graph as documents: what is said of each, what points at it, and what it rests on.

Which lists there are is said by the vocabulary, in ontology/lists.ttl. Knows no class by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph import assets, rdf
from graph.describe import alphabetical, describe
from graph.errors import UnknownName
from graph.query import LAYER_IRIS
from graph.serving.snapshot import Snapshot
from graph.serving.vocabulary import Vocabulary, vocabulary_of
from graph.terms import DERIVED, LG, LGID, RDF_TYPE, RDFS, VOCABULARY, Term, iri

_BATCH = 500
INWARD = 20
"""How many of the things that point at a thing in one way its document names."""
_LAYERS = {iri: name for name, iri in LAYER_IRIS.items()}


@dataclass(frozen=True, slots=True)
class Listed:
    """One list: its address, its name by language, its layer, and the classes of its things."""

    path: str
    names: Mapping[str, str]
    layer: str | None
    order: int
    classes: tuple[str, ...]


def lists_of(root: Path | None = None) -> tuple[Listed, ...]:
    """Give the lists that the vocabulary's files declare, in their order; no store is needed."""
    classes: dict[str, list[str]] = {}
    facts: dict[str, dict[str, Any]] = {}
    for name, said in _declared(root).items():
        (path,) = said["listPath"]
        classes.setdefault(path.value, []).append(name)
        told = facts.setdefault(path.value, {"names": {}})
        told["names"] |= {term.lang or "": term.value for term in said.get("listName", ())}
        for term in said.get("listOrder", ()):
            told["order"] = int(term.value)
        for term in said.get("listLayer", ()):
            told["layer"] = _LAYERS.get(term.value)
    found = [
        Listed(path, told["names"], told.get("layer"), told["order"], tuple(classes[path]))
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
    found = {key_of(thing): thing for thing, _ in members_of(now, listed, lang)}
    if key not in found:
        import difflib

        raise UnknownName(key, "thing", difflib.get_close_matches(key, found, 3))
    return found[key]


def list_with(now: Snapshot, thing: Term, lang: str) -> Listed | None:
    """Give the list that a thing is in, if any."""
    for listed in now.once("lists", lambda: lists_of(now.root)):
        if any(thing == other for other, _ in members_of(now, listed, lang)):
            return listed
    return None


def known(now: Snapshot, name: str) -> Term:
    """Give the thing that an IRI names; UnknownName where the graph says nothing of it."""
    try:
        thing = iri(name)
    except ValueError as error:
        raise UnknownName(name, "thing") from error
    n3 = thing.n3()
    rows = now.ask(f"SELECT ?x WHERE {{ {{ {n3} ?p ?x }} UNION {{ ?x ?p {n3} }} }} LIMIT 1")
    if not len(rows):
        raise UnknownName(name, "thing")
    return thing


def own(kind: str, key: str) -> str:
    """Give the IRI of a thing of ours by its type and key."""
    return f"{LGID}{kind}/{key}"


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
    rows = now.ask(
        f"SELECT DISTINCT ?s ?p WHERE {{ GRAPH ?g {{ ?s ?p {thing.n3()} }} FILTER(isIRI(?s) && "
        f'!STRSTARTS(STR(?g), "{DERIVED}")) }} ORDER BY ?p ?s'
    )
    pointing: dict[str, list[Term]] = {}
    for s, p in rows:
        if s and p and p.value in words.kinds:
            pointing.setdefault(p.value, []).append(s)
    shown = [s for things in pointing.values() for s in things[:INWARD]]
    labels = now.names(shown, lang)
    told["inward"] = {
        words.names[p]: [{"id": s.value, "label": labels.get(s, s.value)} for s in things[:INWARD]]
        for p, things in sorted(pointing.items())
    }
    told["inward_total"] = {words.names[p]: len(things) for p, things in sorted(pointing.items())}
    page = describe(now.ask, thing, now.labels(lang))
    told["sources"] = [
        {
            "kind": rest.kind,
            "count": len(rest.rows),
            "items": [
                {
                    words.names.get(column.term.value, column.label): [v.label for v in cell]
                    for column, cell in zip(rest.columns, row, strict=True)
                    if cell
                }
                for row in rest.rows[:INWARD]
            ],
        }
        for rest in page.sources
    ]
    return told
