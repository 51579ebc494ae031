"""The names that documents use, taken from what the graph says: one for each property and class.

A name is the last part of an IRI. Where two would have the same, the one whose vocabulary stands
first among our prefixes has it, and the other gets its prefix before it. How values are written
follows from what values there are, so that what is written can be read back as what is stated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graph.messages import load
from graph.query import LAYER_IRIS
from graph.serving.snapshot import Snapshot
from graph.terms import OWL, PREFIXES, RDF_TYPE, XSD, Term, local_name

ENVELOPE = (
    *("id", "type", "type_label", "label", "layer", "severity", "certainty", "query"),
    *("graph_version", "date", "data_date", "lang", "total", "items", "links"),
    *("inward", "inward_total"),
    *("sources", "sources_total", "value", "language", "count", "key", "of", "names"),
    *("licence", "format", "derived", "bytes", "sha256"),
)
"""The members of documents that are not properties; a property of that name gets its prefix."""
_STRING, _INTEGER, _BOOLEAN = XSD + "string", XSD + "integer", XSD + "boolean"
_KEYWORDS = {"id": "@id", "type": "@type", "value": "@value", "language": "@language"}
_IRI, _TEXT = "iri", "text"
NO_LANGUAGE = "@none"
"""The key of a text without a language among those that have one; JSON-LD 1.1 section 4.6.3."""
# What stands first has its plain name.
_FIRST = ("dct", "cv", "cpsv", "dcat", "org", "lg")


@dataclass(frozen=True, slots=True)
class Kinds:
    """Which kinds of values a property has: IRIs, texts in a language, literals of a type."""

    kinds: frozenset[str]

    @property
    def texts(self) -> bool:
        """Whether all are texts, some of them in a language: written by language."""
        return _TEXT in self.kinds and self.kinds <= {_TEXT, _STRING}

    @property
    def pointing(self) -> bool:
        """Whether any is an IRI."""
        return _IRI in self.kinds

    @property
    def datatype(self) -> str | None:
        """The one type that all of them have, if it is not a plain text."""
        (only, *more) = self.kinds
        return None if more or only in (_IRI, _TEXT, _STRING) else only


class Vocabulary:
    """The names of one version of the graph."""

    def __init__(self, now: Snapshot) -> None:
        kinds: dict[str, set[str]] = {}
        rows = now.ask(
            "SELECT DISTINCT ?p ?k WHERE { ?s ?p ?o BIND(IF(isIRI(?o), 'iri', IF(LANG(?o) != '',"
            " 'text', STR(DATATYPE(?o)))) AS ?k) }"
        )
        for p, k in rows:
            if p and k:
                kinds.setdefault(p.value, set()).add(k.value)
        kinds.pop(RDF_TYPE.value, None)
        rows = now.ask(
            f"SELECT DISTINCT ?c WHERE {{ {{ ?s a ?c }} UNION {{ ?c a <{OWL}Class> }} }}"
        )
        classes = [c.value for (c,) in rows if c]
        self.kinds: Mapping[str, Kinds] = {p: Kinds(frozenset(k)) for p, k in kinds.items()}
        self.names = _named([*kinds, *classes])
        self.classes = frozenset(classes)
        self.iris = {name: iri for iri, name in self.names.items()}

    def context(self) -> dict[str, Any]:
        """Give the JSON-LD context by which documents are read; JSON-LD 1.1."""
        terms: dict[str, Any] = {"@version": 1.1}
        terms |= dict.fromkeys(ENVELOPE)
        terms |= _KEYWORDS
        terms |= {"items": "@included", "sources": "@included", "inward": "@reverse"}
        for iri, name in sorted(self.names.items(), key=lambda pair: pair[1]):
            kinds = self.kinds.get(iri)
            if kinds is None:
                terms[name] = iri
            elif kinds.texts:
                terms[name] = {"@id": iri, "@container": "@language"}
            elif kinds.datatype:
                terms[name] = {"@id": iri, "@type": kinds.datatype}
            else:
                terms[name] = {"@id": iri}
        return {"@context": terms}

    def written(self, name: str, values: Iterable[Term], labels: Mapping[Term, str]) -> Any:
        """Write the values of a property, given by its IRI, as a document has them."""
        kinds, found = self.kinds[name], list(values)
        if kinds.texts:
            said: dict[str, Any] = {}
            for term in found:
                said.setdefault(term.lang or NO_LANGUAGE, []).append(term.value)
            return {lang: _one(texts) for lang, texts in sorted(said.items(), key=_by_language)}
        return _one([self._value(kinds, term, labels) for term in found])

    def told(
        self, records: Iterable[Mapping[str, Any]], now: Snapshot, lang: str
    ) -> dict[str, str]:
        """Say in a language what each member of some records is called that is a property."""
        members = {name for record in records for name in record}
        iris = {name: self.iris[name] for name in sorted(members) if name in self.iris}
        names = now.names([Term("iri", iri) for iri in iris.values()], lang)
        return {name: names[Term("iri", iri)] for name, iri in iris.items()}

    def _value(self, kinds: Kinds, term: Term, labels: Mapping[Term, str]) -> Any:
        if term.kind == "iri":
            return {"id": term.value, "label": labels.get(term, local_name(term.value))}
        datatype = term.datatype or _STRING
        if term.lang:
            return {"value": term.value, "language": term.lang}
        if kinds.datatype is None and datatype != _STRING:
            return {"value": term.value, "type": datatype}
        if datatype == _INTEGER and term.value.lstrip("-").isdigit() and len(term.value) < 16:
            return int(term.value)
        if datatype == _BOOLEAN:
            return term.value in ("true", "1")
        return term.value


def vocabulary_of(now: Snapshot) -> Vocabulary:
    """Give the names of a version, worked out once."""
    return now.once("vocabulary", lambda: Vocabulary(now))


def layer_in(name: str | None, lang: str) -> dict[str, str] | None:
    """Give a layer as documents do: its IRI, name and label; None for none."""
    if name is None:
        return None
    return {"id": LAYER_IRIS[name], "name": name, "label": load(lang)[f"layer.{name}"]}


def value_of(term: Term, names: Mapping[Term, str]) -> Any:
    """Give a cell of a query as documents do: a thing with its name, or a plain value."""
    if term.kind == "iri":
        return {"id": term.value, "label": names.get(term, term.value)}
    if term.datatype == _BOOLEAN:
        return term.value in ("true", "1")
    if term.datatype == _INTEGER and term.value.lstrip("-").isdigit():
        return int(term.value)
    return term.value


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _by_language(pair: tuple[str, Any]) -> tuple[int, str]:
    order = ("nb", "nn", "en")
    return (order.index(pair[0]) if pair[0] in order else len(order), pair[0])


def _named(iris: Iterable[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    taken: set[str] = set(ENVELOPE)
    for iri in sorted(set(iris), key=lambda iri: (_place(iri), iri)):
        local = local_name(iri)
        name = local
        if name in taken or not name.isidentifier():
            prefix = _prefix(iri) or "x"
            safe = "".join(sign if sign.isalnum() else "_" for sign in local)
            name = f"{prefix}_{safe}"
            while name in taken:
                name += "_"
        taken.add(name)
        names[iri] = name
    return names


def _place(iri: str) -> int:
    prefix = _prefix(iri)
    return _FIRST.index(prefix) if prefix in _FIRST else len(_FIRST)


def _prefix(iri: str) -> str:
    found = [name for name, space in PREFIXES.items() if iri.startswith(space)]
    return max(found, key=lambda name: len(PREFIXES[name]), default="")
