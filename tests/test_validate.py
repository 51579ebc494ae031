"""Shapes → findings, and what a file's validation needs from the store."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from graph import rdf
from graph.closure import Reach
from graph.errors import InternalError, ParseError
from graph.findings import Finding, pick
from graph.store import Change, open_store
from graph.terms import DCT, GRAPH, RDF_TYPE, SHAPE, Triple, iri, literal
from graph.validate import superclasses, validate
from graph.validate.rulebook import rulebook

PREFIXES = """
@prefix : <urn:x:> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix eif: <http://data.europa.eu/> .
@prefix lg: <https://w3id.org/livsgraf/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://w3id.org/livsgraf/shape#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SHAPES = """
shape:Thing a sh:NodeShape ; sh:targetClass :Thing ; lg:eifLayer eif:IL3 ;
  sh:property shape:Thing-title, shape:Thing-owner, shape:Thing-code, shape:Thing-user .

shape:Thing-title a sh:PropertyShape ; sh:path dct:title ; sh:minCount 1 ; sh:uniqueLang true ;
  sh:severity sh:Violation ; lg:eifLayer eif:IL4 ;
  sh:name "tittel"@nb, "tittel"@nn, "title"@en ;
  sh:message "Tittel mangler."@nb, "Tittelen manglar."@nn, "The title is missing."@en ;
  lg:fix "Skriv en tittel."@nb, "Skriv ein tittel."@nn, "Write a title."@en ;
  lg:example 'dct:title "Sak"@nb' ;
  rdfs:seeAlso <https://example.org/b>, <https://example.org/a> .

shape:Thing-owner a sh:PropertyShape ; sh:path :owner ; sh:class :Body ;
  sh:message "Eieren er ingen virksomhet."@nb .

shape:Thing-code a sh:PropertyShape ; sh:path :code ; sh:severity sh:Warning ;
  sh:datatype xsd:string ; sh:pattern "^[0-9]+$" ; sh:message "Ikke et nummer."@nb .

shape:Thing-user a sh:PropertyShape ; sh:path [ sh:inversePath :uses ] ; sh:class :Body ;
  sh:severity sh:Info ; sh:message "Brukeren er ingen virksomhet."@nb .
"""
ONTOLOGY = """
:Body a owl:Class . :Office rdfs:subClassOf :Body . :Branch rdfs:subClassOf :Office .
:Special rdfs:subClassOf :Thing . :known a :Branch .
"""
GOOD = ':a a :Thing ; dct:title "A"@nb ; :owner :o ; :code "1" . :o a :Branch .'


def triples(text: str) -> list[Triple]:
    return [quad[:3] for quad in rdf.parse((PREFIXES + text).encode())]


@pytest.fixture
def shapes(tmp_path: Path) -> list[Path]:
    path = tmp_path / "thing.ttl"
    path.write_text(PREFIXES + SHAPES, "utf-8")
    return [path]


def judged(shapes: list[Path], data: str, background: str = "") -> list[Finding]:
    return validate(triples(data), shapes, triples(ONTOLOGY), triples(background))


def short(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(f.rule.removeprefix(SHAPE), f.severity, f.focus) for f in findings]


def test_good_data_has_no_findings_and_subclasses_count_as_their_superclass(
    shapes: list[Path],
) -> None:
    assert judged(shapes, GOOD) == []
    assert short(judged(shapes, ":a a :Special .")) == [("Thing-title", "violation", "urn:x:a")]


def test_a_finding_has_the_words_of_its_shape(shapes: list[Path]) -> None:
    (finding,) = validate(
        triples(':a a :Thing ; skos:prefLabel "Aa"@nb, "Ea"@en .'),
        shapes,
        sources={"urn:x:a": "data/a.ttl"},
    )
    assert finding == Finding(
        rule=SHAPE + "Thing-title",
        severity="violation",
        focus="urn:x:a",
        message={
            "nb": "Tittel mangler.",
            "nn": "Tittelen manglar.",
            "en": "The title is missing.",
        },
        label={"nb": "Aa", "en": "Ea"},
        path=DCT + "title",
        path_label={"nb": "tittel", "nn": "tittel", "en": "title"},
        fix={"nb": "Skriv en tittel.", "nn": "Skriv ein tittel.", "en": "Write a title."},
        example='dct:title "Sak"@nb',
        layer="http://data.europa.eu/IL4",
        see_also=("https://example.org/a", "https://example.org/b"),
        source="data/a.ttl",
        component="http://www.w3.org/ns/shacl#MinCountConstraintComponent",
    )


def test_the_layer_of_the_shape_around_stands_in(shapes: list[Path]) -> None:
    (finding,) = judged(shapes, GOOD + ":o2 a :Thing . :a :owner :o2 . :o2 dct:title 'x'@nb .")
    assert finding.rule == SHAPE + "Thing-owner"
    assert finding.layer == "http://data.europa.eu/IL3"
    assert finding.value == iri("urn:x:o2")


def test_one_finding_per_fault_and_the_gravest_first(shapes: list[Path]) -> None:
    findings = judged(shapes, GOOD + ":a :code true, 'x', 'y' . :b a :Thing .")
    assert short(findings) == [
        ("Thing-title", "violation", "urn:x:b"),
        ("Thing-code", "warning", "urn:x:a"),
        ("Thing-code", "warning", "urn:x:a"),
        ("Thing-code", "warning", "urn:x:a"),
    ]
    assert {f.value for f in findings[1:]} == {literal("x"), literal("y"), literal(True)}


def test_the_written_form_is_judged_not_a_mended_one(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(
        PREFIXES + "shape:X sh:targetSubjectsOf :n ; sh:property shape:X-n . shape:X-n sh:path :n ;"
        ' sh:pattern "^[1-9]" ; sh:message "Null foran."@nb .',
        "utf-8",
    )
    assert len(validate(triples(":a :n 007 ."), [path])) == 1


def test_a_path_is_written_as_in_sparql(shapes: list[Path]) -> None:
    (finding,) = judged(shapes, GOOD + ":x :uses :a .")
    assert finding.path == "^urn:x:uses"
    assert finding.severity == "info"


def test_background_and_vocabulary_help_to_judge_and_are_not_judged(shapes: list[Path]) -> None:
    data = ':a a :Thing ; dct:title "A"@nb ; :owner :o, :known .'
    assert len(judged(shapes, data)) == 1
    assert judged(shapes, data, background=":o a :Office . :other a :Thing .") == []


def test_a_query_in_a_shape_speaks_with_its_own_message(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(
        PREFIXES
        + textwrap.dedent(
            """
            shape:Flow a sh:NodeShape ; sh:targetClass :Flow ; sh:sparql [
              sh:message "Fra og til er like."@nb, "From and to are the same."@en ;
              sh:select '''SELECT $this ?value WHERE {
                $this <urn:x:from> ?value ; <urn:x:to> ?value }''' ] .
            """
        ),
        "utf-8",
    )
    (finding,) = validate(triples(":f a :Flow ; :from :a ; :to :a ."), [path])
    assert finding.message == {"nb": "Fra og til er like.", "en": "From and to are the same."}
    assert (finding.rule, finding.value) == (SHAPE + "Flow", iri("urn:x:a"))


def test_a_shape_without_message_still_says_something(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(
        PREFIXES + "shape:X sh:targetClass :X ; sh:property [ sh:path :p ; sh:minCount 1 ] .",
        "utf-8",
    )
    (finding,) = validate(triples(":a a :X ."), [path])
    assert finding.rule == SHAPE + "X"
    assert finding.message["en"]


def test_a_shape_that_others_use_is_judged_where_it_is_used(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(
        PREFIXES
        + textwrap.dedent(
            """
            shape:Inner sh:targetClass :Inner ; sh:property shape:Inner-p .
            shape:Inner-p sh:path :p ; sh:minCount 1 ; sh:message "Mangler p."@nb .
            shape:Outer sh:targetClass :Outer ; sh:property shape:Outer-in, shape:Inner-p .
            shape:Outer-in sh:path :in ; sh:node shape:Inner ; sh:message "Feil indre."@nb .
            shape:Off sh:targetClass :Outer ; sh:deactivated true ; sh:property shape:Off-q .
            shape:Off-q sh:path :q ; sh:minCount 1 ; sh:message "Mangler q."@nb .
            """
        ),
        "utf-8",
    )
    findings = validate(triples(":o a :Outer ; :in :i . :j a :Inner . :i :r 1 ."), [path])
    assert short(findings) == [
        ("Inner-p", "violation", "urn:x:j"),
        ("Inner-p", "violation", "urn:x:o"),
        ("Outer-in", "violation", "urn:x:o"),
    ]


def test_shapes_that_are_broken_are_told(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text("shape:X a sh:NodeShape .", "utf-8")
    with pytest.raises(ParseError):
        validate([], [path])
    path.write_text(PREFIXES + "shape:X sh:targetClass :X ; sh:property [ sh:minCount 1 ] .")
    with pytest.raises(InternalError):
        validate(triples(":a a :X ."), [path])


def test_superclasses_go_all_the_way_up_and_stand_a_circle() -> None:
    above = superclasses(triples(ONTOLOGY + ":Thing rdfs:subClassOf :Special ."))
    assert above["urn:x:Branch"] == {"urn:x:Office", "urn:x:Body"}
    assert above["urn:x:Special"] == {"urn:x:Thing", "urn:x:Special"}


def test_a_text_is_picked_for_the_reader() -> None:
    assert pick({"nb": "b", "en": "e"}, "nn") == "b"
    assert pick({"nb": "b", "en": "e"}, "en") == "e"
    assert pick({"se": "s"}, "nn") == "s"
    assert pick({}, "nb") == ""


# -- closure ----------------------------------------------------------------------------------

STORE = """
:o a :Branch ; dct:title "O"@nb ; :in :town . :town a :Town .
:far a :Thing ; :owner :o . :user a :Branch ; :uses :a . :a :uses :far . :b a :Thing .
"""


def needed(tmp_path: Path, data: str, paths: str = "") -> set[Triple]:
    path = tmp_path / "shapes.ttl"
    path.write_text(PREFIXES + (paths or SHAPES), "utf-8")
    store = open_store(":memory:")
    for name, text in (("ontology/core", ONTOLOGY), ("x", STORE)):
        graph = iri(GRAPH + name)
        store.apply(Change(tuple((*triple, graph) for triple in triples(text))))
    own = triples(data)
    reach = Reach(rulebook([path]), own, store.query)
    reach.fetch({subject for subject, _, _ in own if subject.kind == "iri"})
    return reach.fetched


def test_the_closure_is_types_of_what_the_file_points_at_and_the_edges_back(
    tmp_path: Path,
) -> None:
    assert needed(tmp_path, ":a a :Thing ; :owner :o, :nobody .") == {
        (iri("urn:x:o"), RDF_TYPE, iri("urn:x:Branch")),
        (iri("urn:x:user"), RDF_TYPE, iri("urn:x:Branch")),
        (iri("urn:x:user"), iri("urn:x:uses"), iri("urn:x:a")),
    }


def test_nothing_is_fetched_about_the_files_own_subjects(tmp_path: Path) -> None:
    found = needed(tmp_path, ":user a :Thing . :a a :Thing .")
    assert found == set()


@pytest.mark.parametrize(
    ("path", "reached"),
    [
        ("( :owner :in )", {("o", "in", "town")}),
        ("[ sh:alternativePath ( [ sh:inversePath :uses ] :owner ) ]", {("user", "uses", "a")}),
        ("( :owner [ sh:zeroOrMorePath :in ] )", {("o", "in", "town")}),
        ("[ sh:inversePath ( :uses :owner ) ]", set()),
        ("( [ sh:inversePath :uses ] :uses )", {("user", "uses", "a")}),
    ],
)
def test_longer_paths_are_followed_through_file_and_store(
    tmp_path: Path, path: str, reached: set[tuple[str, str, str]]
) -> None:
    shape = f"shape:X sh:targetClass :Thing ; sh:property [ sh:path {path} ] ."
    found = needed(tmp_path, ":a a :Thing ; :owner :o .", shape)
    edges = {t for t in found if t[1] != RDF_TYPE}
    assert edges == {tuple(iri(f"urn:x:{part}") for part in edge) for edge in reached}


def test_a_file_is_judged_with_its_closure_as_the_whole_would_be(
    tmp_path: Path, shapes: list[Path]
) -> None:
    data = ':a a :Thing ; dct:title "A"@nb ; :owner :o, :b .'
    path = tmp_path / "all.ttl"
    path.write_text(PREFIXES + SHAPES, "utf-8")
    background = sorted(needed(tmp_path, data))
    with_closure = validate(triples(data), shapes, triples(ONTOLOGY), background)
    whole = validate(triples(data + STORE), shapes, triples(ONTOLOGY))
    assert with_closure == [finding for finding in whole if finding.focus == "urn:x:a"]
    assert short(with_closure) == [("Thing-owner", "violation", "urn:x:a")]
