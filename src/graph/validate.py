"""Triples and shapes → findings. The only importer of pyshacl. Pure.

What counts is the findings, never the engine's own `conforms`: it turns false on a mere remark.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from graph import rdf
from graph.errors import InternalError
from graph.findings import Finding, Severity, Texts
from graph.terms import LABEL_PROPERTIES, LG, RDF_TYPE, RDFS, RDFS_SUBCLASS, SH, Term, Triple

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

_SEVERITIES: dict[str, Severity] = {SH + "Warning": "warning", SH + "Info": "info"}
_TARGETS = {
    SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
}
_PROPERTY = Term("iri", SH + "property")
_DEACTIVATED = Term("iri", SH + "deactivated")
_REPEATS = {SH + "zeroOrMorePath": "*", SH + "oneOrMorePath": "+", SH + "zeroOrOnePath": "?"}


def judged(triples: Iterable[Triple], shapes: Iterable[Path], ontology: Iterable[Triple]) -> int:
    """Count the things of a class that some shape makes demands on."""
    above = superclasses(ontology)
    known = {
        o.value
        for path in shapes
        for _, p, o, _ in rdf.parse(path)
        if p.value == SH + "targetClass"
    }
    return len(
        {
            subject
            for subject, predicate, kind in triples
            if predicate == RDF_TYPE
            and not known.isdisjoint({kind.value, *above.get(kind.value, ())})
        }
    )


def superclasses(ontology: Iterable[Triple]) -> dict[str, frozenset[str]]:
    """Give for each class of a vocabulary all classes above it, however far up."""
    above: dict[str, set[str]] = {}
    for subject, predicate, object_ in ontology:
        if predicate == RDFS_SUBCLASS and object_.kind == "iri":
            above.setdefault(subject.value, set()).add(object_.value)
    closed: dict[str, frozenset[str]] = {}
    for name in above:
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            for upper in above.get(waiting.pop(), ()):
                if upper not in seen:
                    seen.add(upper)
                    waiting.append(upper)
        closed[name] = frozenset(seen)
    return closed


def validate(
    triples: Iterable[Triple],
    shapes: Sequence[Path],
    ontology: Sequence[Triple] = (),
    background: Iterable[Triple] = (),
    sources: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Judge triples by all shapes in one pass; one finding per fault, the gravest first.

    `ontology` lends nothing but what it says of subclasses, and the types of the things that it
    names: a vocabulary mixed into the data would be judged with it. `background` is what the
    triples point at; it helps to judge and is not judged. `sources` tells the file of a focus.
    """
    said = list(triples)
    subjects = {subject for subject, _, _ in said}
    above = superclasses(ontology)
    known = {triple for triple in ontology if triple[1] == RDF_TYPE and _thing(triple)}
    behind = [*background, *known]
    graph = _graph(_with_types([*said, *behind], above))
    demands = [triple for path in shapes for triple in _triples(path)]
    rules = _Rules(_graph(demands))
    names = names_by_language(said, subjects)
    found: dict[tuple[str, str, Term | None], Finding] = {}
    for result in _results(graph, _graph(_lifted(demands))):
        focus = _term(result.focus)
        if focus not in subjects:
            continue
        finding = rules.finding(result, focus, names, sources or {})
        # The gravest of several results that blame one value of one thing for one rule stands.
        key = (finding.focus, finding.rule, finding.value)
        if key not in found or finding.order() < found[key].order():
            found[key] = finding
    return sorted(found.values(), key=Finding.order)


def _triples(path: Path) -> Iterator[Triple]:
    for subject, predicate, object_, _ in rdf.parse(path):
        yield subject, predicate, object_


def _lifted(demands: Sequence[Triple]) -> list[Triple]:
    """Give property shapes the targets of the node shape around them, which means the same.

    The engine goes through a property shape inside a node shape once for each focus, and through
    one with targets once for all. A node shape that another refers to stays as it is.
    """
    targets: dict[Term, list[Triple]] = {}
    for triple in demands:
        if triple[1].value in _TARGETS:
            targets.setdefault(triple[0], []).append(triple)
    kept = {triple[2] for triple in demands} | {s for s, p, _ in demands if p == _DEACTIVATED}
    lifted: list[Triple] = []
    for triple in demands:
        subject, predicate, object_ = triple
        if predicate == _PROPERTY and subject in targets and subject not in kept:
            lifted.extend((object_, name, target) for _, name, target in targets[subject])
        else:
            lifted.append(triple)
    return lifted


def _thing(triple: Triple) -> bool:
    """Tell a thing that the vocabulary names from the vocabulary's own classes and properties."""
    about_itself = ("http://www.w3.org/2002/07/owl#", RDFS, "http://www.w3.org/1999/02/22-rdf")
    return triple[0].kind == "iri" and not triple[2].value.startswith(about_itself)


def _with_types(triples: Iterable[Triple], above: Mapping[str, frozenset[str]]) -> Iterator[Triple]:
    for triple in triples:
        yield triple
        if triple[1] == RDF_TYPE:
            for upper in above.get(triple[2].value, ()):
                yield triple[0], RDF_TYPE, Term("iri", upper)


def names_by_language(said: Iterable[Triple], subjects: set[Term]) -> dict[str, dict[str, str]]:
    """Give the names of the things judged, by language; the best property's for each."""
    ranks = {term: rank for rank, term in enumerate(LABEL_PROPERTIES)}
    named = [triple for triple in said if triple[1] in ranks and triple[2].kind == "literal"]
    names: dict[str, dict[str, str]] = {}
    for subject, _, label in sorted(named, key=lambda triple: (ranks[triple[1]], triple[2].value)):
        if subject in subjects:
            names.setdefault(subject.value, {}).setdefault(label.lang or "", label.value)
    return names


# -- to and from rdflib ---------------------------------------------------------------------


def _graph(triples: Iterable[Triple]) -> rdflib.Graph:
    import rdflib

    # Of a literal that is not what its type says, rdflib would print a stack trace.
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
    graph = rdflib.Graph()
    made: dict[Term, Node] = {}
    for triple in triples:
        for term in triple:
            if term not in made:
                made[term] = _node(term)
        subject, predicate, object_ = triple
        graph.add((made[subject], made[predicate], made[object_]))
    return graph


def _node(term: Term) -> Node:
    import rdflib

    if term.kind == "iri":
        return rdflib.URIRef(term.value)
    if term.kind == "bnode":
        return rdflib.BNode(term.value)
    datatype = None if term.datatype is None else rdflib.URIRef(term.datatype)
    # Judged is what was written, not what rdflib would have written.
    return rdflib.Literal(term.value, lang=term.lang, datatype=datatype, normalize=False)


def _term(node: Node) -> Term:
    import rdflib

    if isinstance(node, rdflib.URIRef):
        return Term("iri", str(node))
    if isinstance(node, rdflib.Literal):
        datatype = None if node.datatype is None else str(node.datatype)
        if datatype == "http://www.w3.org/2001/XMLSchema#string":
            datatype = None
        return Term("literal", str(node), datatype, node.language)
    return Term("bnode", str(node))


# -- what the engine reports ----------------------------------------------------------------


class _Result:
    """One sh:ValidationResult, with its members by local name."""

    def __init__(self, report: rdflib.Graph, node: Node) -> None:
        self._members: dict[str, list[Node]] = {}
        for predicate, object_ in report.predicate_objects(node):
            self._members.setdefault(str(predicate).removeprefix(SH), []).append(object_)
        self.report = report
        self.focus = self._members["focusNode"][0]

    def all(self, name: str) -> list[Node]:
        return self._members.get(name, [])

    def one(self, name: str) -> Node | None:
        return next(iter(self.all(name)), None)


def _results(graph: rdflib.Graph, shapes: rdflib.Graph) -> Iterator[_Result]:
    import pyshacl
    import rdflib

    try:
        _, report, text = pyshacl.validate(
            graph, shacl_graph=shapes, inference="none", inplace=True, do_owl_imports=False
        )
    except Exception as error:
        raise InternalError(f"shapes: {error}") from error
    if not isinstance(report, rdflib.Graph):
        raise InternalError(f"shapes: {text}")
    # Only what sh:result links to: a nested sh:detail is part of the result that it explains.
    for node in report.objects(None, rdflib.URIRef(SH + "result")):
        yield _Result(report, node)


class _Rules:
    """The shapes, as texts for the findings they cause."""

    def __init__(self, graph: rdflib.Graph) -> None:
        self._graph = graph
        self._words: dict[Node | None, Finding] = {}

    def finding(
        self,
        result: _Result,
        focus: Term,
        names: Mapping[str, Texts],
        sources: Mapping[str, str],
    ) -> Finding:
        """Give a result the words of the shape that caused it."""
        source = result.one("sourceShape")
        if source not in self._words:
            self._words[source] = self._describe(source)
        words = self._words[source]
        value = result.one("value")
        path = result.one("resultPath")
        return replace(
            words,
            severity=_SEVERITIES.get(str(result.one("resultSeverity")), "violation"),
            focus=focus.value if focus.kind == "iri" else focus.n3(),
            message=self._message(result, words.message),
            label=names.get(focus.value, {}),
            path=None if path is None else _path(path, result.report),
            value=None if value is None else _term(value),
            source=sources.get(focus.value),
            component=str(result.one("sourceConstraintComponent") or "") or None,
        )

    def _describe(self, source: Node | None) -> Finding:
        """Make what all findings of one shape have in common."""
        owners = list(self._owners(source))
        own = owners[:1]
        example = self._first(owners, LG + "example")
        layer = self._first(owners, LG + "eifLayer")
        inner = [] if source is None else [source]
        return Finding(
            rule="".join(str(shape) for shape in own),
            severity="violation",
            focus="",
            message={**self._texts(own, SH + "message"), **self._texts(inner, SH + "message")},
            path_label=self._texts(own, SH + "name"),
            fix=self._texts(own, LG + "fix"),
            example=None if example is None else str(example),
            layer=None if layer is None else str(layer),
            see_also=tuple(sorted(str(node) for node in self._all(own, RDFS + "seeAlso"))),
        )

    def _owners(self, shape: Node | None) -> Iterator[Node]:
        """Give the nearest shape that has a name, then the shapes around it."""
        import rdflib

        seen: set[Node] = set()
        while shape is not None and shape not in seen:
            seen.add(shape)
            if isinstance(shape, rdflib.URIRef):
                yield shape
            around = (node for node, _ in self._graph.subject_predicates(shape))
            shape = next(iter(sorted(around, key=str)), None)

    def _message(self, result: _Result, texts: Texts) -> Texts:
        constraint = result.one("sourceConstraint")
        if constraint is not None:
            texts = {**texts, **self._texts([constraint], SH + "message")}
        reported = _by_language(result.all("resultMessage"))
        # A message that the engine filled in stands before the pattern that it was made from.
        spoken = {lang: text for lang, text in reported.items() if lang}
        return {**texts, **spoken} or {"en": reported.get("", "")}

    def _all(self, nodes: Iterable[Node], predicate: str) -> list[Node]:
        import rdflib

        name = rdflib.URIRef(predicate)
        return [value for node in nodes for value in self._graph.objects(node, name)]

    def _first(self, owners: Iterable[Node], predicate: str) -> Node | None:
        """Give what the nearest shape says; one around it speaks only where that is silent."""
        for owner in owners:
            for value in sorted(self._all([owner], predicate), key=str):
                return value
        return None

    def _texts(self, nodes: Iterable[Node], predicate: str) -> dict[str, str]:
        return _by_language(self._all(nodes, predicate))


def _by_language(values: Iterable[Node]) -> dict[str, str]:
    import rdflib

    return {v.language or "": str(v) for v in values if isinstance(v, rdflib.Literal)}


def _path(node: Node, graph: rdflib.Graph) -> str:
    """Write a property path as SPARQL does, with whole IRIs where there are several."""
    import rdflib
    from rdflib.collection import Collection

    if isinstance(node, rdflib.URIRef):
        return str(node)
    if graph.value(node, rdflib.RDF.first) is not None:
        return "/".join(_path(part, graph) for part in Collection(graph, node))
    for predicate, inner in graph.predicate_objects(node):
        name = str(predicate)
        if name == SH + "inversePath":
            return "^" + _path(inner, graph)
        if name == SH + "alternativePath":
            return "|".join(_path(part, graph) for part in Collection(graph, inner))
        if name in _REPEATS:
            return _path(inner, graph) + _REPEATS[name]
    return str(node)
