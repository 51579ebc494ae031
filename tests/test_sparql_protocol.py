"""The list of the W3C for the SPARQL 1.1 Protocol, case by case, and what is stricter than it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import pytest
from fastapi.testclient import TestClient

from graph import rdf
from graph.config import Serving
from graph.terms import Term
from served import served

ONE = "https://w3id.org/livsgraf/graph/life-events/fa-barn"
OTHER = "https://w3id.org/livsgraf/graph/registers/laws"
ASK = "ASK { ?s ?p ?o }"
# A thing that each of the two graphs types, and the other does not.
IN_ONE = "ASK { <https://psi.norge.no/los/hendelse/fa-barn> a ?t }"
IN_OTHER = "ASK { ?s a <http://data.europa.eu/eli/ontology#LegalResource> }"
FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
UPDATE = "INSERT DATA { <urn:a> <urn:b> <urn:c> }"


@pytest.fixture(scope="module")
def client(shipped: Path) -> Iterator[TestClient]:
    with served(shipped, Serving(query_seconds=2, quick_seconds=0.5)) as (client, _):
        yield client


def get(client: TestClient, *pairs: tuple[str, str], **headers: str) -> httpx2.Response:
    return client.get("/sparql?" + urlencode(pairs), headers=_headers(headers))


def form(client: TestClient, *pairs: tuple[str, str], **headers: str) -> httpx2.Response:
    sent = {"content-type": FORM, **_headers(headers)}
    return client.post("/sparql", content=urlencode(pairs), headers=sent)


def direct(client: TestClient, text: str | bytes, *pairs: tuple[str, str], **headers: str) -> Any:
    sent = {"content-type": DIRECT, **_headers(headers)}
    return client.post("/sparql?" + urlencode(pairs), content=text, headers=sent)


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): told for name, told in headers.items()}


def yes(answer: httpx2.Response) -> bool:
    assert answer.status_code == 200, answer.text
    found: bool = answer.json()["boolean"]
    return found


def refused(answer: httpx2.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    code: str = answer.json()["code"]
    return code


# -- queries that must be answered -------------------------------------------------------------


def test_query_get(client: TestClient) -> None:
    assert yes(get(client, ("query", ASK)))


def test_query_post_form(client: TestClient) -> None:
    assert yes(form(client, ("query", ASK)))


def test_query_post_direct(client: TestClient) -> None:
    assert yes(direct(client, ASK))


def test_query_dataset_default_graph(client: TestClient) -> None:
    for text, expected in ((IN_ONE, True), (IN_OTHER, False)):
        assert yes(direct(client, text, ("default-graph-uri", ONE))) is expected


def test_query_dataset_default_graphs_get(client: TestClient) -> None:
    both = (("default-graph-uri", ONE), ("default-graph-uri", OTHER))
    assert yes(get(client, ("query", IN_ONE), *both))
    assert yes(get(client, ("query", IN_OTHER), *both))


def test_query_dataset_default_graphs_post(client: TestClient) -> None:
    both = (("default-graph-uri", ONE), ("default-graph-uri", OTHER))
    assert yes(form(client, ("query", IN_ONE), *both))
    assert yes(direct(client, IN_OTHER, *both))


def test_query_dataset_named_graphs_get(client: TestClient) -> None:
    count = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    told = get(client, ("query", count), ("named-graph-uri", ONE), ("named-graph-uri", OTHER))
    assert told.json()["results"]["bindings"][0]["n"]["value"] == "2"
    assert not yes(get(client, ("query", ASK), ("named-graph-uri", ONE)))


def test_query_dataset_named_graphs_post(client: TestClient) -> None:
    text = f"ASK {{ GRAPH <{ONE}> {{ ?s ?p ?o }} }}"
    assert yes(form(client, ("query", text), ("named-graph-uri", ONE)))
    assert not yes(form(client, ("query", text), ("named-graph-uri", OTHER)))


def test_query_dataset_full(client: TestClient) -> None:
    law = "<http://data.europa.eu/eli/ontology#LegalResource>"
    text = f"ASK {{ ?s a {law} GRAPH <{ONE}> {{ ?a ?b ?c }} }}"
    full = (("default-graph-uri", OTHER), ("named-graph-uri", ONE))
    assert yes(form(client, ("query", text), *full))
    assert not yes(form(client, ("query", text), ("default-graph-uri", OTHER)))


def test_query_multiple_dataset(client: TestClient) -> None:
    text = IN_OTHER.replace("ASK", f"ASK FROM <{ONE}>")
    assert not yes(direct(client, text))
    assert yes(direct(client, text, ("default-graph-uri", OTHER)))


@pytest.mark.parametrize(
    ("text", "accept"),
    [
        ("SELECT ?s { ?s ?p ?o } LIMIT 1", "application/sparql-results+json"),
        ("SELECT ?s { ?s ?p ?o } LIMIT 1", "application/sparql-results+xml"),
        ("SELECT ?s { ?s ?p ?o } LIMIT 1", "text/csv"),
        ("SELECT ?s { ?s ?p ?o } LIMIT 1", "text/tab-separated-values"),
        (ASK, "application/sparql-results+json"),
        (ASK, "application/sparql-results+xml"),
        ("DESCRIBE <https://psi.norge.no/los/hendelse/fa-barn>", "text/turtle"),
        ("DESCRIBE <https://psi.norge.no/los/hendelse/fa-barn>", "application/rdf+xml"),
        ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 1", "application/n-triples"),
        ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 1", "application/ld+json"),
    ],
)
def test_query_content_type(client: TestClient, text: str, accept: str) -> None:
    answer = get(client, ("query", text), accept=accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == accept
    assert answer.headers["x-total-rows"] != "0"
    assert answer.headers["vary"] == "Accept"


# -- queries that must be refused --------------------------------------------------------------


def test_bad_query_method(client: TestClient) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        answer = client.request(method, "/sparql?query=" + quote(ASK))
        assert refused(answer, 405) == "method-not-allowed"
        assert {"GET", "POST"} <= {one.strip() for one in answer.headers["allow"].split(",")}


def test_bad_multiple_queries(client: TestClient) -> None:
    two = (("query", ASK), ("query", IN_ONE))
    assert refused(get(client, *two), 400) == refused(form(client, *two), 400) == "one-query"


def test_bad_query_wrong_media_type(client: TestClient) -> None:
    answer = client.post("/sparql", content=ASK, headers={"content-type": "text/plain"})
    assert refused(answer, 415) == "unsupported-media"


def test_bad_query_missing_form_type(client: TestClient) -> None:
    assert refused(client.post("/sparql", content=urlencode({"query": ASK})), 415)


def test_bad_query_missing_direct_type(client: TestClient) -> None:
    assert refused(client.post("/sparql", content=ASK), 415)


def test_bad_query_non_utf8(client: TestClient) -> None:
    sent = {"content-type": f"{DIRECT}; charset=UTF-16"}
    assert refused(client.post("/sparql", content=ASK.encode("utf-16"), headers=sent), 415)
    assert refused(direct(client, ASK.encode("utf-16")), 400)
    assert refused(direct(client, b'ASK { ?s ?p "\xe5" }'), 400)
    assert refused(client.get("/sparql?query=%E5"), 400)


def test_bad_query_syntax(client: TestClient) -> None:
    answer = get(client, ("query", "SELECT ?s {\n ?s ?p }"))
    assert refused(answer, 400) == "query-syntax"
    told = answer.json()
    assert (told["line"], told["column"]) == (2, 8)


# -- updates: all refused, however spelled, and nothing is changed ------------------------------

UPDATES: dict[str, tuple[dict[str, str], str, str, int]] = {
    "update_dataset_default_graph": ({"using-graph-uri": ONE}, "form", UPDATE, 400),
    "update_dataset_default_graphs": ({"using-graph-uri": ONE}, "direct", UPDATE, 415),
    "update_dataset_named_graphs": ({"using-named-graph-uri": ONE}, "form", UPDATE, 400),
    "update_dataset_full": (
        {"using-graph-uri": ONE, "using-named-graph-uri": OTHER},
        "direct",
        UPDATE,
        415,
    ),
    "update_post_form": ({}, "form", UPDATE, 400),
    "update_post_direct": ({}, "direct", UPDATE, 415),
    "update_base_uri": ({}, "direct", f"BASE <urn:x> {UPDATE}", 415),
    "bad_update_get": ({"update": UPDATE}, "get", "", 400),
    "bad_multiple_updates": ({"update": UPDATE}, "form", UPDATE, 400),
    "bad_update_wrong_media_type": ({}, "text/plain", UPDATE, 415),
    "bad_update_missing_form_type": ({}, "", f"update={quote(UPDATE)}", 415),
    "bad_update_missing_direct_type": ({}, "", UPDATE, 415),
    "bad_update_non_utf8": ({}, "application/sparql-update; charset=UTF-16", UPDATE, 415),
    "bad_update_syntax": ({}, "direct", "INSERT { broken", 415),
    "bad_update_dataset_conflict": (
        {"using-named-graph-uri": ONE},
        "form",
        f"WITH <{ONE}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
        400,
    ),
}


@pytest.mark.parametrize("case", UPDATES)
def test_update(client: TestClient, case: str) -> None:
    address, way, text, status = UPDATES[case]
    path = "/sparql?" + urlencode(address)
    if way == "get":
        answer = client.get(path)
    elif way == "form":
        content = urlencode({"update": text})
        answer = client.post(path, content=content, headers={"content-type": FORM})
    else:
        media = {"direct": "application/sparql-update"}.get(way, way)
        answer = client.post(path, content=text, headers={"content-type": media} if media else {})
    assert refused(answer, status)
    assert not yes(get(client, ("query", "ASK { <urn:a> <urn:b> <urn:c> }")))


@pytest.mark.parametrize(
    "text",
    [
        UPDATE,
        "LOAD <http://calls-out.example/>",
        "CLEAR ALL",
        "# a comment\nDROP ALL",
        "PREFIX a: <urn:a> DELETE WHERE { ?s ?p ?o }",
        "\\u0049NSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "inSERT data { <urn:a> <urn:b> <urn:c> }",
        f"{ASK} ; {UPDATE}",
    ],
)
def test_an_update_sent_as_a_query_is_refused(client: TestClient, text: str) -> None:
    for answer in (
        get(client, ("query", text)),
        form(client, ("query", text)),
        direct(client, text),
    ):
        assert refused(answer, 400)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("SELECT * { SERVICE <http://calls-out.example/> { ?s ?p ?o } }", ()),
        ("SELECT * { SERVICE SILENT <http://calls-out.example/> { ?s ?p ?o } }", ()),
        ("SELECT * FROM <http://calls-out.example/> { ?s ?p ?o }", ()),
        (ASK, (("default-graph-uri", "http://calls-out.example/"),)),
        (ASK, (("named-graph-uri", "http://calls-out.example/"),)),
        (ASK, (("default-graph-uri", "file:///etc/passwd"),)),
        (ASK, (("default-graph-uri", "no iri"),)),
    ],
)
def test_nothing_beyond_the_graph_is_asked(
    client: TestClient, text: str, pairs: tuple[tuple[str, str], ...]
) -> None:
    assert refused(get(client, ("query", text), *pairs), 400)


# -- what is stricter --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/xml"),
        ("text/csv;q=0.5, application/sparql-results+xml;q=0.9", "application/sparql-results+xml"),
        ("application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        ("text/*", "text/csv"),
        ("TEXT/CSV", "text/csv"),
    ],
)
def test_the_most_wanted_format_is_given(client: TestClient, accept: str, media: str) -> None:
    answer = get(client, ("query", "SELECT ?s { ?s ?p ?o } LIMIT 1"), accept=accept)
    found = answer.headers["content-type"].partition(";")[0]
    same = {"application/xml": "application/sparql-results+xml"}
    assert found == same.get(media, media)


@pytest.mark.parametrize("accept", ["image/png", "text/csv;q=0", "text/html"])
def test_a_format_that_there_is_not_is_406(client: TestClient, accept: str) -> None:
    assert refused(get(client, ("query", "SELECT * {}"), accept=accept), 406) == "not-acceptable"


def test_a_format_that_the_form_does_not_have_is_406(client: TestClient) -> None:
    answer = get(client, ("query", ASK), accept="text/csv")
    assert refused(answer, 406)
    # What is advised is what this form of answer has, and nothing that would be refused again.
    assert "sparql-results+json" in answer.json()["detail"]
    assert not re.search("csv|turtle|n-triples", answer.json()["detail"])
    assert refused(get(client, ("query", "SELECT * {}"), accept="text/turtle"), 406)
    assert refused(get(client, ("query", "DESCRIBE <urn:a>"), accept="text/csv"), 406)


def test_a_format_may_be_asked_for_in_the_address(client: TestClient) -> None:
    answer = get(client, ("query", "SELECT ?s { ?s ?p ?o } LIMIT 3"), ("format", "csv"))
    assert len(list(csv.reader(io.StringIO(answer.text)))) == 4
    assert refused(get(client, ("query", ASK), ("format", "pdf")), 400) == "bad-parameter"


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        ([("query", "")], "one-query"),
        ([("query", " ")], "one-query"),
        ([("qeury", ASK)], "strange-parameter"),
        ([("query", ASK), ("timeout", "5")], "strange-parameter"),
    ],
)
def test_what_is_not_asked_right_is_told(
    client: TestClient, pairs: list[tuple[str, str]], code: str
) -> None:
    answer = get(client, *pairs)
    assert refused(answer, 400) == code
    if code == "strange-parameter":
        assert "query" in answer.json()["detail"]


def test_too_long_a_query_is_413(client: TestClient) -> None:
    long = "SELECT * {}" + " " * 70_000
    for answer in (form(client, ("query", long)), direct(client, long)):
        assert refused(answer, 413) == "query-too-large"
    assert refused(direct(client, "x" * 1_000_000), 413)


def test_too_large_an_answer_is_413_and_says_what_to_do(client: TestClient) -> None:
    answer = get(client, ("query", "SELECT ?a ?b ?c { ?a a ?b . ?c a ?d }"), accept_language="nn")
    assert refused(answer, 413) == "answer-too-large"
    assert "LIMIT" in answer.json()["detail"]
    assert "/api/v1/dumps" in answer.json()["detail"]


def test_too_slow_a_query_is_503_with_when_to_ask_again(client: TestClient) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    answer = get(client, ("query", text))
    assert refused(answer, 503) == "query-too-slow"
    assert int(answer.headers["retry-after"]) > 0


def test_an_answer_that_is_held_is_not_sent_again(client: TestClient) -> None:
    first = get(client, ("query", ASK))
    again = get(client, ("query", ASK), if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert get(client, ("query", IN_ONE)).headers["etag"] != first.headers["etag"]
    assert "etag" not in direct(client, ASK).headers


def test_a_large_answer_is_whole(client: TestClient) -> None:
    answer = get(client, ("query", "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 9000"))
    assert len(answer.json()["results"]["bindings"]) == 9000
    assert int(answer.headers["content-length"]) == len(answer.content)


# -- what the service says of itself -----------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "ttl"),
        ("text/turtle", "ttl"),
        ("application/n-triples", "nt"),
        ("application/ld+json", "jsonld"),
        ("application/rdf+xml", "xml"),
    ],
)
def test_the_service_describes_itself(client: TestClient, accept: str, form: str) -> None:
    answer = client.get("/sparql", headers={"accept": accept})
    assert answer.status_code == 200
    told = rdf.parse(answer.content, form)
    sd = "http://www.w3.org/ns/sparql-service-description#"
    objects = {(p.value, o.value) for _, p, o, _ in told}
    assert (sd + "supportedLanguage", sd + "SPARQL11Query") in objects
    assert (sd + "feature", sd + "UnionDefaultGraph") in objects
    assert (sd + "name", ONE) in objects
    assert not any(o == sd + "SPARQL11Update" for _, o in objects)
    rows = [o for _, p, o, _ in told if p.value.endswith("#answerRows")]
    assert rows == [Term("literal", "100000", "http://www.w3.org/2001/XMLSchema#integer")]


def test_the_graphs_it_names_are_as_large_as_it_says(client: TestClient) -> None:
    count = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{ONE}> {{ ?s ?p ?o }} }}"
    n = get(client, ("query", count)).json()["results"]["bindings"][0]["n"]["value"]
    told = rdf.parse(client.get("/sparql").content, "ttl")
    node = next(s for s, p, o, _ in told if p.value.endswith("#name") and o.value == ONE)
    graph = next(o for s, p, o, _ in told if s == node and p.value.endswith("#graph"))
    assert [o.value for s, p, o, _ in told if s == graph and p.value.endswith("#triples")] == [n]


def test_limits_are_announced(client: TestClient) -> None:
    answer = get(client, ("query", ASK))
    assert answer.headers["x-query-seconds"] == "2"
    assert answer.headers["x-query-rows"] == "100000"
    assert answer.headers["x-query-bytes"] == "50000000"
    assert json.loads(answer.content) == {"head": {}, "boolean": True}


@pytest.mark.parametrize("lang", ["", "xx"])
def test_a_language_that_is_none_is_refused_wherever_it_stands(
    client: TestClient, lang: str
) -> None:
    asked = {"query": "ASK {}", "lang": lang}
    assert client.get("/sparql", params=asked).status_code == 400
    assert client.post("/sparql", data=asked).status_code == 400
    assert client.post("/sparql", data={"query": "ASK {}"}).status_code == 200
