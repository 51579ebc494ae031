"""Checks → findings, and shapes and checks as one judgement."""

from __future__ import annotations

from pathlib import Path

import pytest

from casefolders import Case, background, cases
from graph import assets, rdf
from graph.errors import QuerySyntaxError
from graph.findings import Finding
from graph.reckoning import Bench, reckon, together
from graph.terms import DCT, SHAPE, Triple, literal
from graph.validate import validate

HEAD = """
@prefix : <urn:x:> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://w3id.org/livsgraf/shape#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
CHECK = """\
#+ title = { nb = "Oddetall", nn = "Oddetal", en = "Odd number" }
#+ why = { nb = "Bare partall deles ut.", en = "Only even numbers are given out." }
#+ remedy = { nb = "Skriv det på nytt.", en = "Write it anew." }
#+ example = 'dct:identifier "2"'
#+ layer = "semantic"
#+ severity = "warning"
#+ shape = "https://w3id.org/livsgraf/shape#Thing-even"
#+ path = "http://purl.org/dc/terms/identifier"
#+ see = ["https://example.org/a", "https://example.org/b"]
#+ [columns]
#+ focus = { nb = "Ting", en = "Thing" }
#+ value = { nb = "Nummer", en = "Number" }
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?focus ?value
WHERE { ?focus a/rdfs:subClassOf* <urn:x:Thing> ; dct:identifier ?value
  FILTER(REGEX(?value, "[13579]$")) }
ORDER BY ?focus
"""
SHAPES = """
shape:Thing sh:targetClass :Thing ; sh:property shape:Thing-title .
shape:Thing-title sh:path dct:title ; sh:minCount 1 ; sh:message "Tittel mangler."@nb .
"""
ONTOLOGY = ":Gadget rdfs:subClassOf :Thing . :Thing owl:disjointUnionOf ( :Gadget ) ."


def judge(
    said: list[Triple], shapes: list[Path], checks: list[Path], ontology: list[Triple]
) -> list[Finding]:
    """Judge by shapes and checks, as one."""
    return together(validate(said, shapes, ontology), reckon(said, checks, ontology))


def triples(text: str) -> list[Triple]:
    return [quad[:3] for quad in rdf.parse((HEAD + text).encode())]


CHECKS = {path.stem for path in assets.files("checks")}
TRIED = [case for case in cases("shapes") if case.folder.parent.name in CHECKS]


@pytest.mark.parametrize("case", TRIED, ids=lambda case: case.name)
def test_a_bench_finds_what_a_whole_run_finds(case: Case) -> None:
    """Of the vocabulary it takes only what is in use, and that is enough for every check."""
    words = [(s, p, o) for s, p, o, graph in background() if "/ontology/" in str(graph)]
    lists = [(s, p, o) for s, p, o, graph in background() if "/ontology/" not in str(graph)]
    given = [quad[:3] for quad in rdf.skolemise((*triple, None) for triple in case.given())]
    checks = assets.files("checks")
    whole = reckon(given, checks, [*words, *lists])
    assert Bench(checks, words).run(given, lists) == whole


@pytest.fixture
def check(tmp_path: Path) -> Path:
    path = tmp_path / "checks" / "even-numbers.rq"
    path.parent.mkdir()
    path.write_text(CHECK, "utf-8")
    return path


def test_a_finding_has_the_words_of_the_header(check: Path) -> None:
    said = triples(':a a :Thing ; skos:prefLabel "Aa"@nb, "Ea"@en ; dct:identifier "3" .')
    assert reckon(said, [check], sources={"urn:x:a": "data/a.ttl"}) == [
        Finding(
            rule=SHAPE + "Thing-even",
            severity="warning",
            focus="urn:x:a",
            message={"nb": "Oddetall", "nn": "Oddetal", "en": "Odd number"},
            label={"nb": "Aa", "en": "Ea"},
            path=DCT + "identifier",
            path_label={"nb": "Nummer", "en": "Number"},
            value=literal("3"),
            fix={"nb": "Skriv det på nytt.", "en": "Write it anew."},
            example='dct:identifier "2"',
            layer="http://data.europa.eu/IL5",
            see_also=("https://example.org/a", "https://example.org/b"),
            source="data/a.ttl",
        )
    ]


def test_background_helps_to_judge_and_is_not_judged(check: Path) -> None:
    said = triples(':a a :Gadget ; dct:identifier "3" ; :part [ dct:identifier "7" ] .')
    assert reckon(said, [check], triples(':b a :Thing ; dct:identifier "5" .')) == []
    [finding] = reckon(said, [check], triples(ONTOLOGY))
    assert finding.focus == "urn:x:a"


def test_shapes_and_checks_are_one_judgement_the_gravest_first(check: Path, tmp_path: Path) -> None:
    shapes = tmp_path / "thing.ttl"
    shapes.write_text(HEAD + SHAPES, "utf-8")
    said = triples(':a a :Thing ; dct:identifier "3" ; dct:title "A" . :b a :Gadget .')
    found = judge(said, [shapes], [check], triples(ONTOLOGY))
    assert [(f.rule.removeprefix(SHAPE), f.severity, f.focus) for f in found] == [
        ("Thing-title", "violation", "urn:x:b"),
        ("Thing-even", "warning", "urn:x:a"),
    ]
    assert judge(said, [shapes], [], triples(ONTOLOGY)) == found[:1]


def test_a_check_that_is_no_sparql_is_told(check: Path) -> None:
    check.write_text(CHECK.replace('"[13579]$"', '"[13579]$" ?x'), "utf-8")
    with pytest.raises(QuerySyntaxError, match="even-numbers"):
        reckon([], [check])


def test_a_row_may_name_its_property_and_tells_what_the_shapes_left(tmp_path: Path) -> None:
    check = tmp_path / "checks" / "odd.rq"
    check.parent.mkdir()
    text = CHECK.replace('#+ path = "http://purl.org/dc/terms/identifier"\n', "")
    text = text.replace(
        '#+ value = { nb = "Nummer", en = "Number" }',
        '#+ value = { nb = "Nummer", en = "Number" }\n#+ path = { nb = "Felt", en = "Field" }',
    )
    text = text.replace("SELECT ?focus ?value", "SELECT ?focus ?value ?path")
    text = text.replace("dct:identifier ?value", "?path ?value")
    check.write_text(text, "utf-8")
    shapes = tmp_path / "thing.ttl"
    demand = "shape:T sh:targetClass :Thing ; sh:path dct:title ; sh:maxLength 1 ."
    shapes.write_text(HEAD + demand, "utf-8")
    ontology = triples('dct:identifier skos:prefLabel "nummer"@nb, "number"@en .')
    said = triples(':a a :Thing ; dct:title "33" ; dct:identifier "3" .')
    [by_check] = [f for f in judge(said, [], [check], ontology) if f.path == DCT + "identifier"]
    assert by_check.path_label == {"nb": "nummer", "en": "number"}
    blamed = [(f.path, f.rule) for f in judge(said, [shapes], [check], ontology)]
    # The title is blamed by the shape alone, though the check would blame it too.
    assert blamed == [
        (DCT + "title", SHAPE + "T"),
        (DCT + "identifier", SHAPE + "Thing-even"),
    ]
