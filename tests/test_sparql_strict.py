"""The SPARQL endpoint where the standard leaves room, and where others' tools need some."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx2
import pytest
from defusedxml import ElementTree
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import rdf
from graph.api.media import CALLED, NAMES, OFFERED, formats, is_format, media_of
from graph.config import Serving
from graph.errors import NotAcceptable
from served import served

ASK = "ASK { ?s ?p ?o }"
FEW = "SELECT ?s { ?s ?p ?o } LIMIT 2"
MAKE = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 2"
FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
LIMITS = ("x-query-seconds", "x-query-rows", "x-query-bytes")


@pytest.fixture(scope="module")
def client(shipped: Path) -> Iterator[TestClient]:
    with served(shipped, Serving(workers=2, query_seconds=2, quick_seconds=0.5)) as (client, _):
        yield client


def get(client: TestClient, pairs: list[tuple[str, str]], **headers: str) -> httpx2.Response:
    sent = {name.replace("_", "-"): told for name, told in headers.items()}
    return client.get("/sparql?" + urlencode(pairs), headers=sent)


def post(client: TestClient, content: bytes | str, media: str, path: str = "") -> httpx2.Response:
    return client.post("/sparql" + path, content=content, headers={"content-type": media})


def told(answer: httpx2.Response, status: int, code: str) -> str:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    detail: str = answer.json()["detail"]
    return detail


# -- formats -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["format", "output", "results"])
@pytest.mark.parametrize(
    ("text", "word", "media"),
    [
        (FEW, "json", "application/sparql-results+json"),
        (FEW, "XML", "application/sparql-results+xml"),
        (FEW, "text/csv", "text/csv"),
        (ASK, "json", "application/sparql-results+json"),
        (MAKE, "json", "application/ld+json"),
        (MAKE, "json-ld", "application/ld+json"),
        (MAKE, "xml", "application/rdf+xml"),
        (MAKE, "rdf+xml", "application/rdf+xml"),
        (MAKE, "turtle", "text/turtle"),
        (MAKE, "n3", "text/turtle"),
    ],
)
def test_a_format_goes_by_the_names_that_tools_use(
    client: TestClient, name: str, text: str, word: str, media: str
) -> None:
    answer = get(client, [("query", text), (name, word)], accept="image/png")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].partition(";")[0] == media


def test_the_first_name_that_is_known_decides(client: TestClient) -> None:
    pairs = [("query", FEW), ("format", "strange"), ("format", "csv"), ("output", "xml")]
    assert get(client, pairs).headers["content-type"].startswith("text/csv")
    for name in ("output", "results"):
        detail = told(get(client, [*pairs[:3], (name, "strange")]), 400, "bad-parameter")
        assert all(known in detail for known in NAMES)


def test_a_name_without_such_answers_is_406(client: TestClient) -> None:
    detail = told(get(client, [("query", MAKE), ("format", "csv")]), 406, "not-acceptable")
    assert "text/turtle" in detail
    assert "text/csv" not in detail


@given(word=st.sampled_from([*CALLED, *itertools.chain(*OFFERED.values())]) | st.text(max_size=9))
def test_a_name_of_a_format_gives_some_answers_in_it(word: str) -> None:
    known = {*CALLED, *itertools.chain(*OFFERED.values())}
    assert is_format(word) is (word.strip().lower() in known)
    if is_format(word):
        for form, name in formats("", [word]):
            assert media_of(form, name).partition(";")[0] in OFFERED[form]


_REFUSED = (";q=0", ";q=0.0", ";q=much")
_PART = st.tuples(
    st.sampled_from([*itertools.chain(*OFFERED.values()), "*/*", "text/*", "image/png"]),
    st.sampled_from(["", ";q=0.3", "; q=1.0", ";charset=utf-8", *_REFUSED]),
)


@given(parts=st.lists(_PART, min_size=1, max_size=5, unique_by=lambda part: part[0]))
def test_what_is_given_is_what_was_asked_for(parts: list[tuple[str, str]]) -> None:
    wanted = {media for media, weight in parts if weight not in _REFUSED}
    offered = set(itertools.chain(*OFFERED.values()))
    try:
        chosen = formats(", ".join(map("".join, parts)))
    except NotAcceptable:
        assert not wanted & offered
        return
    for form, name in chosen:
        same = {media for media, told in OFFERED[form].items() if told == name}
        covering = {*same, *(media.partition("/")[0] + "/*" for media in same), "*/*"}
        assert wanted & covering


def test_accept_on_several_lines_is_one_header(client: TestClient) -> None:
    lines = [("accept", "image/png"), ("accept", "text/csv")]
    answer = client.get("/sparql?query=" + quote(FEW), headers=lines)
    assert answer.headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize("text", ["a\rb", "a\r\nb", "a\nb\tc ", "<&>\u0085"])
def test_xml_loses_no_sign(client: TestClient, text: str) -> None:
    escaped = json.dumps(text)
    answer = get(client, [("query", f"SELECT ({escaped} AS ?x) {{}}"), ("format", "xml")])
    found = ElementTree.fromstring(answer.content).iter(
        "{http://www.w3.org/2005/sparql-results#}literal"
    )
    assert [one.text for one in found] == [text]
    answer = get(
        client, [("query", f"CONSTRUCT {{ <urn:a> <urn:b> {escaped} }} {{}}"), ("format", "xml")]
    )
    assert [o.value for _, _, o, _ in rdf.parse(answer.content, "xml")] == [text]


# -- what is sent ------------------------------------------------------------------------------


def test_a_mark_before_the_text_is_no_part_of_it(client: TestClient) -> None:
    assert post(client, b"\xef\xbb\xbf" + ASK.encode(), DIRECT).json()["boolean"]


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8"])
@pytest.mark.parametrize("media", [FORM, DIRECT])
def test_utf_8_may_be_said(client: TestClient, media: str, charset: str) -> None:
    content = urlencode({"query": ASK}) if media == FORM else ASK
    assert post(client, content, f"{media}; charset={charset}").status_code == 200


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-16", "windows-1252", ""])
def test_other_characters_are_415(client: TestClient, charset: str) -> None:
    told(post(client, ASK, f"{DIRECT}; charset={charset}"), 415, "unsupported-media")


def test_packed_content_is_415(client: TestClient) -> None:
    sent = {"content-type": DIRECT, "content-encoding": "gzip"}
    told(client.post("/sparql", content=b"\x1f\x8b", headers=sent), 415, "unsupported-media")


def test_text_beyond_ascii_comes_through_every_way(client: TestClient) -> None:
    text = 'SELECT ("Ærlig ↔ 𝄞" AS ?x) {}'
    ways = (
        get(client, [("query", text)]),
        post(client, urlencode({"query": text}), FORM),
        post(client, text.encode(), DIRECT),
    )
    for answer in ways:
        assert answer.json()["results"]["bindings"][0]["x"]["value"] == "Ærlig ↔ 𝄞"


@pytest.mark.parametrize(
    ("path", "content", "media", "code"),
    [
        ("?query=ASK%7B%7D", ASK, DIRECT, "one-query"),
        ("?query=ASK%7B%7D", urlencode({"query": ASK}), FORM, "one-query"),
        ("?default-graph-uri=urn:a", urlencode({"query": ASK}), FORM, "unknown-graph"),
        ("?default-graph-uri=a", ASK, DIRECT, "bad-parameter"),
        ("?" + "&".join(["named-graph-uri=urn:a"] * 101), ASK, DIRECT, "bad-parameter"),
        ("", urlencode({"query": ASK, "update": "x"}), FORM, "strange-parameter"),
        ("?update=x", ASK, DIRECT, "strange-parameter"),
        ("", "", DIRECT, "one-query"),
        ("", "", FORM, "one-query"),
        ("?lang=xx", ASK, DIRECT, "bad-parameter"),
        ("", "&".join(["format=json"] * 400), FORM, "bad-parameter"),
    ],
)
def test_the_question_stands_in_one_place(
    client: TestClient, path: str, content: str, media: str, code: str
) -> None:
    told(post(client, content, media, path), 400, code)


def test_what_a_form_says_of_graphs_goes_before_the_address(client: TestClient) -> None:
    law = "ASK { ?s a <http://data.europa.eu/eli/ontology#LegalResource> }"
    graphs = "https://w3id.org/livsgraf/graph/"
    pairs = {"query": law, "default-graph-uri": f"{graphs}registers/laws"}
    address = f"?default-graph-uri={graphs}life-events/fa-barn"
    assert post(client, urlencode(pairs), FORM, address).json()["boolean"]
    assert not post(client, urlencode({"query": law}), FORM, address).json()["boolean"]


def test_a_form_may_say_the_language_of_refusals(client: TestClient) -> None:
    for lang in ("nb", "nn", "en"):
        answer = post(client, urlencode({"query": "SELECT", "lang": lang}), FORM)
        assert answer.json()["lang"] == answer.headers["content-language"] == lang
    answer = post(client, urlencode({"query": "SELECT", "lang": "xx"}), FORM)
    told(answer, 400, "bad-parameter")


# -- what caches know --------------------------------------------------------------------------


def test_a_304_tells_what_the_200_told(client: TestClient) -> None:
    first = get(client, [("query", ASK)])
    again = get(client, [("query", ASK)], if_none_match=first.headers["etag"])
    assert again.status_code == 304
    for name in ("etag", "vary", "cache-control", "x-graph-version", *LIMITS):
        assert again.headers[name] == first.headers[name]


def test_an_etag_tells_formats_and_graphs_apart(client: TestClient) -> None:
    graph = "https://w3id.org/livsgraf/graph/registers/laws"
    tags = [
        get(client, [("query", ASK)]).headers["etag"],
        get(client, [("query", ASK), ("format", "xml")]).headers["etag"],
        get(client, [("query", ASK), ("default-graph-uri", graph)]).headers["etag"],
        get(client, [("query", f"{ASK} #")]).headers["etag"],
    ]
    assert len(set(tags)) == len(tags)


def test_whoever_holds_anything_holds_no_answer_to_what_is_refused(client: TestClient) -> None:
    told(get(client, [("query", "SELECT")], if_none_match="*"), 400, "query-syntax")


@pytest.mark.parametrize(
    "text",
    [
        *("SELECT (NOW() AS ?x) {}", "SELECT (stRUUID () AS ?x) {}", "SELECT (rand()*2 AS ?x) {}"),
        *("SELECT (RAND#\n() AS ?x) {}", "SELECT (UUID # a\n #b\n () AS ?x) {}"),
        *("SELECT (BNODE() AS ?x) {}", "SELECT (now\n#(\n() AS ?x) {}"),
    ],
)
def test_what_changes_by_itself_is_not_kept(client: TestClient, text: str) -> None:
    answer = get(client, [("query", text)])
    assert answer.status_code == 200, answer.text
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("text", [ASK, "SELECT", "SELECT * { SERVICE <urn:a> {} }"])
def test_limits_stand_on_refusals_too(client: TestClient, text: str) -> None:
    answer = get(client, [("query", text)])
    assert [answer.headers[name] for name in LIMITS] == ["2", "100000", "50000000"]


# -- what the service says of itself -----------------------------------------------------------


def test_the_description_can_be_asked_for_by_name(client: TestClient) -> None:
    answer = get(client, [("format", "nt")])
    assert answer.headers["content-type"] == "application/n-triples"
    other = get(client, [], accept="application/rdf+xml")
    first, second = (
        {(s.value, p.value, o) for s, p, o, _ in rdf.parse(one.content, form)}
        for one, form in ((answer, "nt"), (other, "xml"))
    )
    assert first == second
    assert answer.headers["etag"] != other.headers["etag"]
    told(get(client, [("format", "csv")]), 406, "not-acceptable")


def test_the_formats_it_lists_are_those_it_gives(client: TestClient) -> None:
    spoken = {
        "SPARQL_Results_JSON": (FEW, "application/sparql-results+json"),
        "SPARQL_Results_XML": (FEW, "application/sparql-results+xml"),
        "SPARQL_Results_CSV": (FEW, "text/csv"),
        "SPARQL_Results_TSV": (FEW, "text/tab-separated-values"),
        "Turtle": (MAKE, "text/turtle"),
        "N-Triples": (MAKE, "application/n-triples"),
        "JSON-LD": (MAKE, "application/ld+json"),
        "RDF_XML": (MAKE, "application/rdf+xml"),
    }
    described = rdf.parse(get(client, [("format", "nt")]).content, "nt")
    listed = {o.value for _, p, o, _ in described if p.value.endswith("#resultFormat")}
    assert listed == {f"http://www.w3.org/ns/formats/{name}" for name in spoken}
    for text, media in spoken.values():
        answer = get(client, [("query", text)], accept=media)
        assert answer.headers["content-type"].partition(";")[0] == media


def test_the_document_of_the_interface_tells_every_parameter(client: TestClient) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    told_of = {one["name"] for one in paths["/sparql"]["get"]["parameters"]}
    assert told_of == {"query", "default-graph-uri", "named-graph-uri", "lang"} | {
        *("format", "output", "results")
    }
    for path in ("/sparql", "/sparql/stream"):
        content = paths[path]["post"]["requestBody"]["content"]
        assert set(content) == {FORM, DIRECT}
        assert set(content[FORM]["schema"]["properties"]) == told_of
        assert all("example" in one for one in content.values())
    assert {"200", "304", "400", "406", "413", "429", "503"} <= set(
        paths["/sparql"]["get"]["responses"]
    )


# -- anything at all ---------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    pairs=st.lists(
        st.tuples(
            st.sampled_from(["query", "format", "default-graph-uri", "named-graph-uri", "x"]),
            st.text(max_size=20) | st.sampled_from([ASK, FEW, MAKE, "json", "urn:a"]),
        ),
        max_size=4,
    ),
    way=st.sampled_from(["get", FORM, DIRECT, "text/plain"]),
)
def test_whatever_is_asked_is_answered_or_refused_in_words(
    client: TestClient, pairs: list[tuple[str, str]], way: str
) -> None:
    text = urlencode(pairs, errors="replace")
    answer = client.get(f"/sparql?{text}") if way == "get" else post(client, text, way)
    assert answer.status_code in (200, 400, 406, 413, 415), answer.text
    if answer.status_code != 200:
        problem = json.loads(answer.content)
        assert problem["status"] == answer.status_code
        assert problem["title"]
        assert "Traceback" not in answer.text
