"""A small world to judge in: rules, words and a store for tests of the door."""

from __future__ import annotations

from pathlib import Path

from graph import rdf
from graph.config import Limits, Settings
from graph.examining import Examined, Ground, examine, read_tier
from graph.findings import Finding, Place
from graph.store import MEMORY, Change, Store, open_store
from graph.submission import Places, Submission, read_rdf
from graph.terms import GRAPH, SHAPE, Term, Triple, iri
from graph.validate.rulebook import Rulebook

HEAD = """
@prefix : <https://example.org/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix id: <https://w3id.org/livsgraf/id/thing/> .
@prefix lg: <https://w3id.org/livsgraf/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://w3id.org/livsgraf/shape#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SHAPES = """
shape:Box a sh:NodeShape ; sh:targetClass :Box ; sh:property shape:Box-owner, shape:Box-code,
    shape:Box-owner-least, shape:Box-title, shape:Box-tag .
shape:Box-owner sh:path :owner ; sh:class :Body ; sh:nodeKind sh:IRI ; sh:name "eier"@nb ;
  sh:message "Ingen eier."@nb ; lg:fix "Skriv eieren."@nb, "Skriv eigaren."@nn, "Write it."@en .
shape:Box-owner-least sh:path :owner ; sh:qualifiedValueShape [ sh:class :Body ] ;
  sh:qualifiedMinCount 1 ; sh:severity sh:Warning ; sh:message "Eieren mangler."@nb .
shape:Box-code sh:path :code ; sh:maxCount 1 ; sh:datatype xsd:integer ; sh:pattern "^[0-9]+$" ;
  sh:message "Feil nummer."@nb .
shape:Box-title sh:path dct:title ; sh:minCount 1 ; sh:message "Tittelen mangler."@nb .
shape:Box-tag sh:path :tag ; sh:class skos:Concept ; sh:message "Ingen kode."@nb .
"""
WORDS = """
:Body skos:prefLabel "virksomhet"@nb, "verksemd"@nn, "body"@en . :Office rdfs:subClassOf :Body .
:Box skos:prefLabel "eske"@nb . lg:colour rdfs:label "farge"@nb . :owner rdfs:label "eier"@nb .
"""
HELD = """
id:town a :Office ; dct:title "Byen"@nb .
id:box a :Box ; dct:title "E"@nb ; :owner id:town ; :code 1 .
<https://example.org/list/red> a skos:Concept . <https://example.org/list/green> a skos:Concept .
:bare a :Box . id:lid a :Lid .
"""


def triples(text: str) -> list[Triple]:
    return [quad[:3] for quad in rdf.parse((HEAD + text).encode())]


GROUND = Ground(Rulebook(triples(SHAPES)), (), tuple(triples(WORDS)))


def holding(text: str = HELD) -> Store:
    store = open_store(MEMORY)
    for name, held in (("x", text), ("ontology/core", WORDS)):
        store.apply(Change(tuple((*triple, iri(GRAPH + name)) for triple in triples(held))))
    return store


def submission(text: str, emptied: frozenset[tuple[Term, Term]] = frozenset()) -> Submission:
    quads = tuple(rdf.skolemise(rdf.parse((HEAD + text).encode())))
    places = Places(
        "box.ttl",
        {s: Place("box.ttl", 1) for s, _, _, _ in quads},
        {(s, p): Place("box.ttl", 2) for s, p, _, _ in quads},
        {(s, p, o): Place("box.ttl", 3) for s, p, o, _ in quads},
    )
    return Submission("box.ttl", "ttl", text.encode(), "", quads, places, emptied)


def read(text: str, name: str = "box.ttl") -> Submission:
    """Read a text with the place of each statement; its first line is the first after HEAD."""
    return read_rdf((HEAD + text).encode(), name, "ttl", Limits())


def line(finding: Finding) -> int:
    """Give the line of a finding in a text that `read` read."""
    assert finding.line is not None
    return finding.line - HEAD.count("\n")


def judged(text: str, *shapes: Path, store: Store | None = None, **options: object) -> Examined:
    tiers = [read_tier(path) for path in shapes]
    held = store or holding()
    settings = Settings(store=Path(MEMORY))
    return examine(submission(text), settings, held.query, tiers, on=GROUND, **options)  # type: ignore[arg-type]


def brief(examined: Examined) -> list[tuple[str, str, bool]]:
    return [(f.rule.removeprefix(SHAPE), f.severity, f.outside) for f in examined.findings]
