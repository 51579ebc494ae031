"""A question that somebody wrote: what is refused before the engine sees it, and where it errs."""

from __future__ import annotations

import pytest

from graph.errors import (
    InputError,
    QueryOutside,
    QuerySyntaxError,
    QueryTooDeep,
    QueryTooLong,
    QueryWrites,
    UndeclaredPrefix,
)
from graph.query.free import is_text, vet
from graph.store import MEMORY, open_store

A = "SELECT * WHERE { ?s ?p ?o FILTER("


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT * { " + "{" * 100 + "}" * 100 + " }", QueryTooDeep),
        (A + "(" * 100_000 + "1", QueryTooDeep),
        ("SELECT * { ?s ?p " + "[ ?p " * 101 + "1" + "]" * 101 + " }", QueryTooDeep),
        ("SELECT * { ?s ?p " + "<< ?s ?p " * 101 + "1" + ">>" * 101 + " }", QueryTooDeep),
        (A + "!" * 6000 + "1) }", QueryTooLong),
        (A + "1 + " * 6000 + "1) }", QueryTooLong),
        (A + "!" * 6000 + "1) } `", QueryTooLong),
        ("INSERT DATA { <urn:a> <urn:b> 1 }", QueryWrites),
        ("# SELECT\nPREFIX a: <urn:a> BASE <urn:b> clear all", QueryWrites),
        ("WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", QueryWrites),
        ("\\u0049NSERT DATA {}", QueryWrites),
        ("LOAD <http://127.0.0.1:9/>", QueryWrites),
        ("SELECT * FROM <urn:g> { ?s ?p ?o }", QueryOutside),
        ("SELECT * { SERVICE <urn:g> { } } `", QueryOutside),
    ],
)
def test_what_the_engine_must_not_see_is_refused(text: str, kind: type[InputError]) -> None:
    with pytest.raises(kind) as error:
        vet(text, "x")
    assert type(error.value) is kind


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { VALUES ?x { " + "<urn:x> " * 4000 + "} }",
        'SELECT * { ?s ?p """' + "((((" * 100 + '""" } # ' + "((((" * 100,
        "SELECT ?insert { ?insert ?service ?from }",
        A + "?s<?p && ?o>1) }",
        "not SPARQL at all `",
    ],
)
def test_what_is_harmless_goes_to_the_engine(text: str) -> None:
    vet(text, "x")


def test_a_name_is_no_text() -> None:
    assert is_text("ASK {}")
    assert is_text("DESCRIBE <urn:x>")
    assert is_text("clear all")
    assert not is_text("insert")
    assert not is_text("who-leads")
    assert not is_text("\\")


@pytest.mark.parametrize(
    ("text", "line", "column", "found"),
    [
        ("SELECT ?s WHERE { ?s ?p }", 1, 25, "}"),
        ("SELEKT ?s {}", 1, 1, "SELEKT"),
        ("ASK { ?s ?p ?o } rest", 1, 18, "rest"),
        ("SELECT ?s\nWHERE { ?s ?p ?o\n  FILTER(?o >> 3) }", 3, 14, ">"),
        ("SELECT ?s, ?o WHERE { ?s ?p ?o }", 1, 10, ","),
        ("SELECT COUNT(?s) WHERE { ?s ?p ?o }", 1, 8, "COUNT"),
        ("SELECT * { ?s ?p ?o } LIMIT -1", 1, 29, "-"),
        ("SELECT * { ?s ?p 'it's' }", 1, 23, "'"),
        ("SELECT * { ?s ?p ?o", 1, 20, ""),
        ("", 1, 1, ""),
        ("SELECT *\n{ ?s\n\n# end\n", 2, 5, ""),
    ],
)
def test_the_word_at_fault_is_found(text: str, line: int, column: int, found: str) -> None:
    with pytest.raises(QuerySyntaxError) as error:
        open_store(MEMORY).query(text)
    assert (error.value.line, error.value.column) == (line, column)
    assert error.value.found == found
    assert error.value.ends == (not found)
    assert error.value.source == [*text.split("\n"), ""][line - 1]


def test_a_wrong_meaning_blames_no_word() -> None:
    with pytest.raises(QuerySyntaxError) as error:
        open_store(MEMORY).query("SELECT ?s ?o { ?s ?p ?o } GROUP BY ?s")
    assert error.value.found == ""
    assert not error.value.ends
    assert error.value.reason == "The SELECT contains a variable that is unbound"


def test_a_prefix_without_its_line_is_named() -> None:
    with pytest.raises(UndeclaredPrefix) as error:
        open_store(MEMORY).query("PREFIX a: <urn:a>\nSELECT * { ?s a:b/c:d ?o }")
    assert (error.value.line, error.value.column) == (2, 19)
    assert error.value.params["prefix"] == "c"
