"""Findings for programs: one contract in JSON, rows that no spreadsheet runs, a report in RDF."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import findingsmade as made
from findingsmade import ALL, FACTS
from graph.findings import SEVERITIES, Finding, Place
from graph.render.findings import FORMATS, Facts, Look, format_for, write_findings
from graph.render.findings.data import COLUMNS
from graph.render.findings.shacl import path_of
from graph.terms import LANGUAGES, SH, XSD, Term, literal

# What may stand in a finding: by name its type, or the members of the object that it is.
TEXTS = {"nb": str, "nn": str, "en": str, "und": str}
CONTRACT: dict[str, Any] = {
    "id": str,
    "severity": str,
    "thing": {"iri": str, "label": TEXTS, "kind": {"iri": str, "label": TEXTS}},
    "field": {"iri": str, "label": TEXTS, "doc": str},
    "where": {"file": str, "line": int, "column": int, "sheet": str, "cell": str},
    "found": {"value": str, "type": str, "datatype": str, "language": str, "count": int},
    "expected": TEXTS,
    "message": TEXTS,
    "fix": TEXTS,
    "example": str,
    "layer": str,
    "shape": str,
    "outside": bool,
    "tier": str,
}
ALWAYS = {"id", "severity", "thing", "message", "outside"}


def written(
    output: str, findings: Sequence[Finding] = ALL, facts: Facts = FACTS, lang: str = "nb"
) -> str:
    out = io.StringIO()
    write_findings(findings, facts, output, lang, out, Look())
    return out.getvalue()


def conforms(value: object, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(value, dict) and all(
            name in wanted and conforms(member, wanted[name]) for name, member in value.items()
        )
    return type(value) is wanted


# -- JSON -----------------------------------------------------------------------------------------


def test_every_member_of_the_contract_is_met_and_no_other() -> None:
    told = json.loads(written("json"))
    assert len(told["findings"]) == len(ALL)
    for one in told["findings"]:
        assert conforms(one, CONTRACT), one
        assert one.keys() >= ALWAYS
        assert one["severity"] in SEVERITIES
    met: set[str] = set().union(*(one.keys() for one in told["findings"]))
    assert met == CONTRACT.keys()


def test_a_finding_tells_all_it_knows() -> None:
    one = next(f for f in json.loads(written("json"))["findings"] if f["id"] == "Thing-title")
    assert one["thing"] == {
        "iri": made.EX + "tjeneste/vaffel",
        "label": {"nb": "Vaffelattest"},
        "kind": {"iri": made.EX + "Service", "label": dict(made.TITLE.kind_label)},
    }
    assert one["where"] == {"file": "mappe/min fil.ttl", "line": 12, "column": 5}
    assert one["found"] == {"count": 0}
    assert one["layer"] == "organisational"
    assert one["field"]["doc"] == made.EX + "felt/tittel"


def test_the_sums_are_told_inside_and_outside_apart() -> None:
    told = json.loads(written("json"))
    assert told["counts"] == {
        "inside": {"violation": 3, "warning": 1, "info": 0},
        "outside": {"violation": 0, "warning": 0, "info": 1},
    }
    assert told["versions"] == {"software": "1.2.3", "ontology": "4.5.6"}
    assert told["remarks"] == [
        "tom.ttl inneholder ingen påstander, så det er ingenting å kontrollere i den."
    ]


def test_lines_and_list_hold_the_same_findings() -> None:
    lines = [json.loads(line) for line in written("jsonl").splitlines()]
    assert lines == json.loads(written("json"))["findings"]
    assert written("jsonl", ()) == ""
    assert json.loads(written("json", ()))["findings"] == []


def test_the_gravest_comes_first_whatever_came_first() -> None:
    told = [json.loads(line)["severity"] for line in written("jsonl", ALL[::-1]).splitlines()]
    assert told == sorted(told, key=SEVERITIES.index)


# -- CSV ------------------------------------------------------------------------------------------


@given(st.text(), st.text(min_size=1))
def test_no_cell_of_a_row_is_a_formula_and_nothing_is_lost(value: str, message: str) -> None:
    finding = replace(made.CELL, value=literal(value), message={"nb": message}, example=value)
    head, row = csv.reader(io.StringIO(written("csv", (finding,)), newline=""))
    assert tuple(head) == COLUMNS
    told = dict(zip(head, row, strict=True))
    assert not any(cell[:1] in set("=+-@\t\r") for cell in row if cell)
    for name, text in (("found", value), ("message", message), ("example", value)):
        assert told[name] == (f"'{text}" if text[:1] in set("=+-@\t\r") and text else text)


def test_a_row_speaks_the_readers_language() -> None:
    for lang in LANGUAGES:
        rows = csv.DictReader(io.StringIO(written("csv", lang=lang)))
        told = next(row for row in rows if row["id"] == "Thing-title")
        assert told["message"] == made.TITLE.message[lang]
        assert told["kindLabel"] == made.TITLE.kind_label[lang]
        assert (told["line"], told["column"], told["count"]) == ("12", "5", "0")


# -- RDF ------------------------------------------------------------------------------------------

# What the recommendation demands of a report (section 3.6), as shapes.
REPORT = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <https://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
ex:Report a sh:NodeShape ; sh:targetClass sh:ValidationReport ;
  sh:property [ sh:path sh:conforms ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:boolean ] ;
  sh:property [ sh:path sh:result ; sh:class sh:ValidationResult ] ;
  sh:or ( [ sh:property [ sh:path sh:conforms ; sh:hasValue true ] ,
                        [ sh:path sh:result ; sh:maxCount 0 ] ]
          [ sh:property [ sh:path sh:conforms ; sh:hasValue false ] ,
                        [ sh:path sh:result ; sh:minCount 1 ] ] ) .
ex:Result a sh:NodeShape ; sh:targetClass sh:ValidationResult ;
  sh:property [ sh:path sh:focusNode ; sh:minCount 1 ; sh:maxCount 1 ] ;
  sh:property [ sh:path sh:resultSeverity ; sh:minCount 1 ; sh:maxCount 1 ;
                sh:in ( sh:Violation sh:Warning sh:Info ) ] ;
  sh:property [ sh:path sh:sourceConstraintComponent ; sh:minCount 1 ; sh:maxCount 1 ;
                sh:nodeKind sh:IRI ] ;
  sh:property [ sh:path sh:resultPath ; sh:maxCount 1 ; sh:nodeKind sh:BlankNodeOrIRI ] ;
  sh:property [ sh:path sh:value ; sh:maxCount 1 ] ;
  sh:property [ sh:path sh:sourceShape ; sh:maxCount 1 ; sh:nodeKind sh:BlankNodeOrIRI ] ;
  sh:property [ sh:path sh:resultMessage ; sh:uniqueLang true ;
                sh:or ( [ sh:datatype xsd:string ] [ sh:datatype rdf:langString ] ) ] ;
  sh:property [ sh:path [ sh:inversePath sh:result ] ; sh:minCount 1 ; sh:maxCount 1 ] .
"""


def report(findings: Sequence[Finding]) -> Any:
    """Read the report, which must itself be a report as the recommendation demands."""
    import pyshacl
    import rdflib

    graph = rdflib.Graph().parse(data=written("shacl", findings), format="turtle")
    rules = rdflib.Graph().parse(data=REPORT, format="turtle")
    good, _, told = pyshacl.validate(graph, shacl_graph=rules, inference="none")
    assert good, told
    kind, whole = rdflib.RDF.type, rdflib.URIRef(SH + "ValidationReport")
    assert len(list(graph.subjects(kind, whole))) == 1
    assert len(list(graph.objects(None, rdflib.URIRef(SH + "result")))) == len(findings)
    return graph


def told_by(graph: Any, name: str) -> set[str]:
    import rdflib

    return {str(value) for value in graph.objects(None, rdflib.URIRef(SH + name))}


def test_the_report_is_a_report_and_keeps_what_a_result_tells() -> None:
    graph = report(ALL)
    assert told_by(graph, "conforms") == {"false"}
    assert told_by(graph, "resultSeverity") == {SH + n for n in ("Violation", "Warning", "Info")}
    assert set(made.TITLE.message.values()) <= told_by(graph, "resultMessage")
    assert SH + "MinCountConstraintComponent" in told_by(graph, "sourceConstraintComponent")
    assert "12a4" in told_by(graph, "value")


def test_a_remark_alone_is_a_result_and_nothing_at_all_conforms() -> None:
    # SHACL, section 3.6.1.1: true if and only if there was no validation result.
    assert told_by(report((made.OUTSIDE,)), "conforms") == {"false"}
    assert told_by(report(()), "conforms") == {"true"}


ODD = st.text(st.characters(codec="utf-8"), max_size=12)


@given(ODD, ODD, ODD, st.sampled_from([None, XSD + "date", XSD + "boolean"]))
def test_no_text_breaks_the_report(focus: str, rule: str, text: str, datatype: str | None) -> None:
    import pyoxigraph as ox

    finding = Finding(
        rule=rule,
        severity="warning",
        focus=focus,
        message={"nb": text},
        path=rule,
        value=Term("literal", text, datatype),
        example=text,
    )
    quads = list(ox.parse(written("shacl", (finding,)).encode(), format=ox.RdfFormat.TURTLE))
    values = {q.object.value for q in quads if q.predicate.value == SH + "value"}
    assert values == {text}


@pytest.mark.parametrize(
    ("path", "turtle"),
    [
        ("https://e.org/a/b", "<https://e.org/a/b>"),
        ("^https://e.org/a", "[ sh:inversePath <https://e.org/a> ]"),
        ("https://e.org/a/https://e.org/b", "( <https://e.org/a> <https://e.org/b> )"),
        ("https://e.org/a|urn:b", "[ sh:alternativePath ( <https://e.org/a> <urn:b> ) ]"),
        ("urn:a*/urn:b", "( [ sh:zeroOrMorePath <urn:a> ] <urn:b> )"),
        ("urn:a/urn:b|urn:c", ""),
        ("a field", ""),
        ("", ""),
    ],
)
def test_a_path_is_written_as_shacl_does_or_not_at_all(path: str, turtle: str) -> None:
    assert path_of(path) == turtle


# -- all ------------------------------------------------------------------------------------------


def test_an_ending_tells_a_format_that_there_is() -> None:
    for name, output in {
        "a.HTML": "html",
        "a.sarif": "sarif",
        "a.sarif.json": "sarif",
        "a.json": "json",
        "a.xlsx": "xlsx",
        "a.ttl": "shacl",
    }.items():
        assert format_for(Path(name)) == output
        assert output in FORMATS
    assert format_for(Path("a.docx")) is None


@pytest.mark.parametrize("output", [name for name in FORMATS if name != "xlsx"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_format_tells_every_finding(output: str, lang: str) -> None:
    told = written(output, lang=lang)
    for finding in ALL:
        message = finding.message.get(lang) or next(iter(finding.message.values()))
        shown = message.replace("{", "{{").replace("}", "}}") if output == "sarif" else message
        assert shown in told, (output, finding.rule)
    assert written(output, ALL[::-1], lang=lang) == told
    written(output, (), Facts(), lang)


@pytest.mark.parametrize("output", [name for name in FORMATS if name != "xlsx"])
def test_a_finding_that_knows_almost_nothing_is_told_too(output: str) -> None:
    bare = Finding(rule="", severity="info", focus="", message={}, place=Place())
    written(output, (bare,), Facts())
