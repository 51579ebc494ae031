"""A question that somebody wrote: what is refused before the engine sees it, and where it errs."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

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
        # What the engine reads as words, and another reader might take for texts or comments.
        ("SELECT * { #x\rSERVICE <urn:g> { ?s ?p ?o }\n}", QueryOutside),
        (
            'SELECT * { BIND("a\\u0022" AS ?x) SERVICE <urn:g> {} BIND("\\u0022" AS ?y) }',
            QueryOutside,
        ),
        ('SELECT * { BIND("\\u0022#" AS ?x) SERVICE <urn:g> { ?s ?p ?o } }', QueryOutside),
        ("SELECT * { FILTER(1<2)SERVICE$x#>\n{ ?s ?p ?o } }", QueryOutside),
        ("SELECT * { FILTER(1<2#>'''\n) SERVICE <urn:g> { } #'''\n }", QueryOutside),
        ("SELECT * { ?s ?p trueSERVICE <urn:g> { } }", QueryOutside),
        ("PREFIX e: <urn:> SELECT * { ?s ?p 1SERVICE#\rSILENT e:a\\#b#\r{ } }", QueryOutside),
        ("SELECT * #\rFROM <urn:g>\n{ ?s ?p ?o }", QueryOutside),
        ("SELECT * #\r" + "{" * 101 + "}" * 101, QueryTooDeep),
    ],
)
def test_what_the_engine_must_not_see_is_refused(text: str, kind: type[InputError]) -> None:
    with pytest.raises(kind) as error:
        vet(text, "x")
    assert type(error.value) is kind


@pytest.mark.parametrize(
    ("text", "word", "place"),
    [
        ("LOAD <http://localhost:1/>", "LOAD", (1, 1)),
        ("L\\u004fAD <http://localhost:1/>", "L\\u004fAD", (1, 1)),
        ("\n  l\\U0000006fad<http://localhost:1/>", "l\\U0000006fad", (2, 3)),
    ],
)
def test_a_word_that_would_change_the_graph_is_named_as_it_is_written(
    text: str, word: str, place: tuple[int, int]
) -> None:
    with pytest.raises(QueryWrites) as error:
        vet(text, "x")
    assert error.value.params["word"] == word
    assert (error.value.line, error.value.column) == place


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { VALUES ?x { " + "<urn:x> " * 4000 + "} }",
        'SELECT * { ?s ?p """' + "((((" * 100 + '""" } # ' + "((((" * 100,
        "SELECT ?insert { ?insert ?service ?from }",
        A + "?s<?p && ?o>1) }",
        "SELECT * { ?x ?service ?y { ?a a ?b } ?c a <http://x/service#a>, x:service ?p {} }",
        "SELECT * { BIND('a service for all {x}, and from <b> too' AS ?x) }",
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


GOES_OUT = "SERVICE <http://127.0.0.1:9/> { ?a ?b ?c }"
PIECES = [
    *(GOES_OUT, "SERVICE", "silent", "<http://127.0.0.1:9/>", "?x", "$x", "{ ?a ?b ?c }"),
    *("#", "\r", "\n", " ", "\t", '"', "'", '"""', "'''", "\\", "\\u0022", "\\u0023", "\\u000A"),
    *("<", ">", "(", ")", "{", "}", ".", "1", "true", "1<2", "FILTER(1<2)", "BIND(1 AS ?y)", "#>"),
    *(
        '"a"',
        "'b'",
        "@en",
        "e:a",
        "e:a\\#",
        "e:",
        "?s ?p ",
        "VALUES ?v { 1 }",
        "OPTIONAL",
        "\ufeff",
    ),
]


@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=14))
@example(["?s ?p ", "true", GOES_OUT])
def test_what_passes_does_not_make_the_engine_go_out(pieces: list[str]) -> None:
    text = f"PREFIX e: <urn:e> SELECT * {{ {''.join(pieces)} }}"
    try:
        vet(text, "x")
    except InputError:
        return
    # Nobody may listen at this port, and the engine says so as soon as it is asked to go there.
    store = ox.Store()
    store.add(ox.Quad(*[ox.NamedNode("urn:e")] * 3))
    told = ""
    try:
        list(store.query(text))
    except (SyntaxError, OSError, RuntimeError) as error:
        told = "" if isinstance(error, SyntaxError) else str(error).lower()
    assert not {"port", "service"} & set(re.findall(r"\w+", told)), text
