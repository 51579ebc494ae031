"""A small invented world of boats: shapes, words and things, for the tests of sheets.

None of its classes is known to the program, so whatever works here needs no Python.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterable
from pathlib import Path

from graph import rdf
from graph.sheet import Known, Model, known_of, load_model
from graph.store import MEMORY, Change, Store, open_store
from graph.terms import Quad, Rows, Term, Triple

PREFIXES = """
@prefix dct: <http://purl.org/dc/terms/> .
@prefix ex: <https://example.org/boats#> .
@prefix lg: <https://w3id.org/livsgraf/ns#> .
@prefix lgid: <https://w3id.org/livsgraf/id/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SHAPES = (
    PREFIXES
    + """
ex:BoatShape a sh:NodeShape ; sh:targetClass ex:Boat ; skos:prefLabel "Båt"@nb ;
  sh:property ex:b1, ex:b2, ex:b3, ex:b4, ex:b5, ex:b6, ex:b7, ex:b8, ex:b9 .
ex:b1 sh:path dct:identifier ; sh:minCount 1 ; sh:order 1 ; lg:example "dct:identifier \\"mor\\"" .
ex:b2 sh:path dct:title ; sh:datatype rdf:langString ; sh:order 2 ; sh:qualifiedMinCount 1 ;
  sh:qualifiedValueShape ex:nb ; sh:severity sh:Violation ;
  sh:name "navn"@nb, "namn"@nn, "name"@en ; lg:example "dct:title \\"Måken\\"@nb" .
ex:b3 sh:path ex:notes ; sh:order 3 ; sh:name "merknader"@nb, "merknader"@nn, "notes"@en .
ex:b4 sh:path ex:built ; sh:datatype xsd:date ; sh:order 4 ; sh:maxCount 1 ;
  sh:name "bygd"@nb, "bygd"@nn, "built"@en ;
  lg:example "<https://example.org/boats#built> \\"1999-05-01\\"^^xsd:date" .
ex:b5 sh:path ex:active ; sh:datatype xsd:boolean ; sh:order 5 ; sh:maxCount 1 ;
  sh:name "i fart"@nb, "i fart"@nn, "active"@en .
ex:b6 sh:path ex:seats ; sh:datatype xsd:integer ; sh:order 6 ; sh:maxCount 1 ;
  sh:name "plasser"@nb, "plassar"@nn, "seats"@en ; lg:fix "Tell setene."@nb .
ex:b7 sh:path ex:site ; sh:nodeKind sh:IRI ; sh:order 7 ;
  sh:name "nettside"@nb, "nettside"@nn, "site"@en .
ex:b8 sh:path ex:harbour ; sh:class ex:Harbour ; sh:order 8 ; sh:minCount 1 ;
  sh:severity sh:Violation ; sh:name "havn"@nb, "hamn"@nn, "harbour"@en .
ex:b9 sh:path ex:state ; sh:class skos:Concept ; sh:order 9 ; sh:maxCount 1 ;
  sh:name "tilstand"@nb, "tilstand"@nn, "state"@en .
ex:FerryShape a sh:NodeShape ; sh:targetClass ex:Ferry ; sh:property ex:f1 .
ex:f1 sh:path ex:route ; sh:minCount 1 ; sh:order 1 ; sh:severity sh:Violation ;
  sh:name "rute"@nb, "rute"@nn, "route"@en .
ex:TripShape a sh:NodeShape ; sh:targetClass ex:Trip ; sh:property ex:t1, ex:t2 .
ex:t1 sh:path ex:by ; sh:class ex:Boat ; sh:order 1 ; sh:minCount 1 ; sh:maxCount 1 ;
  sh:name "med båt"@nb, "med båt"@nn, "by boat"@en .
ex:t2 sh:path [ sh:alternativePath ( ex:day ex:dayUnknown ) ] ; sh:minCount 1 ; sh:order 2 ;
  sh:severity sh:Violation ; sh:name "dag"@nb, "dag"@nn, "day"@en .
ex:ProofShape a sh:NodeShape ; sh:targetClass ex:Proof ; sh:property ex:p1, ex:p2, ex:p3, ex:p4 .
ex:p1 sh:path ex:of ; sh:nodeKind sh:IRI ; sh:order 1 ; sh:minCount 1 ; sh:name "gjelder"@nb .
ex:p2 sh:path ex:sort ; sh:nodeKind sh:IRI ; sh:order 2 ; sh:name "slags bevis"@nb .
ex:p3 sh:path ex:paper ; sh:class ex:Paper ; sh:order 3 ; sh:minCount 1 ; sh:name "papir"@nb .
ex:p4 sh:path ex:seen ; sh:datatype xsd:date ; sh:order 4 ; sh:maxCount 1 ; sh:name "sett"@nb .
ex:nb sh:languageIn ( "nb" ) .
"""
)
WORDS = (
    PREFIXES
    + """
ex:Ferry rdfs:subClassOf ex:Boat ; skos:prefLabel "ferge"@nb, "ferje"@nn, "ferry"@en .
ex:Boat skos:prefLabel "båt"@nb, "båt"@nn, "boat"@en .
ex:day a owl:DatatypeProperty ; rdfs:range xsd:date ; skos:prefLabel "dato"@nb .
ex:dayUnknown a owl:DatatypeProperty ; rdfs:range xsd:boolean ; skos:prefLabel "dag ukjent"@nb .
ex:extra a owl:DatatypeProperty ; skos:prefLabel "annet"@nb .
ex:BoatShape lg:sheetOrder 1 ; lg:sheetName "Båter"@nb, "Båtar"@nn, "Boats"@en ;
  lg:sheetSpace "boat" ; lg:sheetKey "{dct:title}-{EX#harbour}" ; lg:sheetClass ex:Ferry ;
  lg:sheetDefault ex:Boat ; lg:sheetOf ex:harbour ; lg:sheetColumn ex:extra ;
  lg:sheetAspect <https://w3id.org/livsgraf/id/sort/main> .
ex:TripShape lg:sheetOrder 2 ; lg:sheetName "Turer"@nb, "Turar"@nn, "Trips"@en ;
  lg:sheetSpace "trip" ; lg:sheetKey "{EX#by}--{EX#day}" ; lg:sheetOf ex:by .
ex:ProofShape lg:sheetOrder 3 ; lg:sheetName "Bevis"@nb, "Bevis"@nn, "Proofs"@en ;
  lg:sheetSpace "proof" ; lg:sheetKey "{/EX#of}-{EX#sort}" ; lg:sheetOf ex:of ;
  lg:sheetWithin ex:of ; lg:sheetBy ex:sort .
ex:state lg:codeList lgid:state .
ex:paper lg:sheetMakes "paper" .
"""
)
WORDS = WORDS.replace("EX#", "https://example.org/boats#")
THINGS = (
    PREFIXES
    + """
<https://w3id.org/livsgraf/id/harbour/nord> a ex:Harbour ; dct:identifier "987654321" ;
  skos:prefLabel "Nordhavn"@nb, "Nordhamn"@nn, "North Harbour"@en .
<https://w3id.org/livsgraf/id/harbour/sor> a ex:Harbour ; skos:prefLabel "Sørhavn"@nb .
<https://w3id.org/livsgraf/id/harbour/sor-2> a ex:Harbour ; skos:prefLabel "Sørhavn"@nb .
<https://w3id.org/livsgraf/id/harbour/rart> a ex:Harbour ; skos:prefLabel "=Rart; og (sær)"@nb .
<https://w3id.org/livsgraf/id/state/ny> skos:inScheme lgid:state ;
  skos:prefLabel "ny"@nb, "new"@en .
<https://w3id.org/livsgraf/id/state/slitt> skos:inScheme lgid:state ;
  skos:prefLabel "slitt"@nb, "worn"@en .
<https://w3id.org/livsgraf/id/paper/abc> a ex:Paper ; dct:title "Skipslisten"@nb .
"""
)
EX = "https://example.org/boats#"
ID = "https://w3id.org/livsgraf/id/"


class World:
    """A store with the things of the world and more, and what follows from it."""

    def __init__(self, more: Iterable[Triple] = ()) -> None:
        graph = Term("iri", "https://w3id.org/livsgraf/graph/boats")
        things = [(s, p, o, graph) for s, p, o, _ in rdf.parse(THINGS.encode(), "ttl")]
        quads: list[Quad] = [*things, *((s, p, o, graph) for s, p, o in more)]
        self.store: Store = open_store(MEMORY)
        self.store.apply(Change(added=tuple(dict.fromkeys(quads))))
        self.model = boats()
        self.known: Known = known_of(self.ask, self.model)

    def ask(self, text: str) -> Rows:
        """Run a query."""
        return self.store.query(text, "-")


@functools.cache
def boats() -> Model:
    """Make the model of the world."""
    with tempfile.TemporaryDirectory() as folder:
        shapes, words = Path(folder, "shapes.ttl"), Path(folder, "words.ttl")
        shapes.write_text(SHAPES, "utf-8")
        words.write_text(WORDS, "utf-8")
        return load_model([shapes], [words])


@functools.cache
def world() -> World:
    """Give the world as it is."""
    return World()
