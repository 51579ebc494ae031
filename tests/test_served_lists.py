"""The laws of lists and things as documents, what they are chosen by, and names of many."""

from __future__ import annotations

import csv
import io
import json
import time
import warnings
import zipfile
from typing import Any
from urllib.parse import parse_qs, quote

import openpyxl
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from graph.api.paging import page
from graph.api.tables import addresses, flat, table_writers
from graph.api.turtle import triples_of
from graph.serving import Service
from graph.serving.choosing import KIND
from graph.serving.records import INWARD, lists_of
from graph.serving.vocabulary import ENVELOPE
from graph.terms import LGID, PREFIXES

BASE = "/api/v1"
LISTS = lists_of()
EVENT = "https://psi.norge.no/los/hendelse/fa-barn"
HUB = f"{LGID}confidence/sourced"


def get(client: TestClient, path: str, **parameters: str | int) -> Any:
    answer = client.get(path, params=parameters) if parameters else client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def in_the_graph(service: Service, said: Any) -> bool:
    values = " ".join(f"({s.n3()} {p.n3()} {o.n3()})" for s, p, o in said)
    rows = service.now.ask(
        f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES (?s ?p ?o) {{ {values} }} ?s ?p ?o }}"
    )
    return len(rows) == len(set(said))


# -- a document says what the graph says ------------------------------------------------------


def test_a_thing_of_every_class_says_what_the_graph_says(
    door: tuple[TestClient, Service], context: dict[str, Any]
) -> None:
    client, service = door
    rows = service.now.ask("SELECT ?c (MAX(?s) AS ?one) WHERE { ?s a ?c } GROUP BY ?c")
    things = {row[1] for row in rows if row[1]}
    assert len(things) > 40
    for thing in sorted(things):
        told = get(client, f"{BASE}/things", iri=thing.value)
        said = triples_of(told, context)
        assert in_the_graph(service, said), thing
        stated = service.now.ask(f"SELECT DISTINCT ?p ?o WHERE {{ {thing.n3()} ?p ?o }}")
        # Nothing is left out either.
        assert {(p, o) for p, o in stated} <= {(p, o) for s, p, o in said if s == thing}


def test_another_reader_of_json_ld_reads_the_same(
    client: TestClient, context: dict[str, Any]
) -> None:
    """Two processors that know nothing of one another agree on a document and on a list."""
    from rdflib import Graph

    for path in (f"{BASE}/services/barnetrygd", f"{BASE}/actors?limit=5", f"{BASE}/needs?limit=5"):
        told = get(client, path)
        ours = {(s.n3(), p.n3(), o.n3()) for s, p, o in triples_of(told, context)}
        whole = told | {"@context": context["@context"]}
        with warnings.catch_warnings():
            # Its reader uses what it has itself deprecated.
            warnings.simplefilter("ignore", DeprecationWarning)
            theirs = Graph().parse(data=json.dumps(whole), format="json-ld")
        read = {
            (s.n3(), p.n3(), o.n3().replace("^^<http://www.w3.org/2001/XMLSchema#string>", ""))
            for s, p, o in theirs
        }
        assert read == ours


def test_no_property_has_the_name_of_a_member(context: dict[str, Any]) -> None:
    terms = context["@context"]
    for name in ENVELOPE:
        assert terms[name] is None or str(terms[name]).startswith("@")
    iris = [told["@id"] if isinstance(told, dict) else told for told in terms.values()]
    named = [iri for iri in iris if isinstance(iri, str) and "://" in iri]
    assert len(set(named)) == len(named) > 200


def test_every_member_that_is_a_property_is_named_for_people(client: TestClient) -> None:
    told = get(client, f"{BASE}/services/barnetrygd", lang="en")
    assert told["names"]["hasCompetentAuthority"] == "competent authority"
    members = set(told) - set(ENVELOPE) - {"@context"}
    assert members <= told["names"].keys()
    assert told["inward"].keys() <= told["names"].keys()


def test_what_a_thing_rests_on_is_whole(client: TestClient) -> None:
    told = get(client, f"{BASE}/services/barnetrygd", lang="en")
    assert told["sources_total"] == len(told["sources"]) == 3
    for one in told["sources"]:
        assert one["about"]["id"] == told["id"]
        assert one["source"]["label"]
        assert one["confidence"]["id"].startswith(f"{LGID}confidence/")
    # What points at a thing in another way does not make it rest on that.
    hub = get(client, f"{BASE}/things", iri=HUB)
    assert (hub["sources"], hub["inward_total"]["confidence"] > 4000) == ([], True)


def test_all_that_points_at_a_thing_is_found_page_by_page(client: TestClient) -> None:
    hub = get(client, f"{BASE}/things", iri=f"{LGID}actor/974761076")
    more = hub["links"]["inward"]
    assert more.keys() == {n for n, total in hub["inward_total"].items() if total > INWARD} != set()
    for name, link in more.items():
        found: list[str] = []
        at = f"{link}&limit=40"
        while at:
            page = get(client, at)
            assert page["of"]["id"] == hub["id"]
            found += [item["id"] for item in page["items"]]
            at = page["links"].get("next", "")
        assert len(found) == len(set(found)) == page["total"] >= hub["inward_total"][name]
        assert [one["id"] for one in hub["inward"][name]] == [
            iri for iri in found if iri in {one["id"] for one in hub["inward"][name]}
        ]
    refused = client.get(f"{BASE}/things/inward", params={"iri": HUB, "property": "nothing"})
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown-name")
    assert "confidence" in refused.json()["detail"]


# -- what a list is chosen by -----------------------------------------------------------------


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.path)
def test_every_filter_of_every_list_chooses(
    door: tuple[TestClient, Service], client: TestClient, one: Any
) -> None:
    """Of each filter some value is found, and it is refused with words when nothing has it."""
    from graph.serving.choosing import _choice_of

    whole = get(client, f"{BASE}/{one.path}", limit=1)["total"]
    for name in (*one.filters, KIND):
        choice = _choice_of(door[1].now, one, name)
        value, things = max(choice.things.items(), key=lambda pair: (len(pair[1]), pair[0].value))
        page = get(client, f"{BASE}/{one.path}", limit=1, **{name: value.value})
        assert 0 < page["total"] == len(things) <= whole
        refused = client.get(f"{BASE}/{one.path}", params={name: "no such thing"})
        assert (refused.status_code, refused.json()["code"]) == (404, "unknown-name")
        assert refused.json()["detail"]


@pytest.mark.parametrize(
    "word", [EVENT, "fa-barn", "Få barn", "få BARN", "Having a child", "faa barn"]
)
def test_a_value_may_be_written_in_many_ways(client: TestClient, word: str) -> None:
    sure = get(client, f"{BASE}/services", **{"life-event": EVENT, "limit": 1000})
    found = get(client, f"{BASE}/services", **{"life-event": word, "limit": 1000})
    assert sure["total"] > 20
    assert found["items"] == sure["items"]


def test_filters_are_told_in_the_interface_and_no_others_are_taken(client: TestClient) -> None:
    paths = client.get(f"{BASE}/openapi.json").json()["paths"]
    for one in LISTS:
        told = {p["name"] for p in paths[f"{BASE}/{one.path}"]["get"]["parameters"]}
        assert told == {*one.filters, KIND, "q", "limit", "cursor", "lang", "format"}
        for path in one.filters.values():
            names = path.replace("^", "").replace("/", "|").split("|")
            assert all(name.partition(":")[0] in PREFIXES for name in names)
    refused = client.get(f"{BASE}/services?live-event=fa-barn").json()
    assert (refused["code"], refused["suggestions"][0]) == ("strange-parameter", "life-event")
    near = client.get(f"{BASE}/services?authority=navv&lang=en").json()
    assert near["suggestions"] == ["Norwegian Labour and Welfare Administration (NAV)"]


def test_filters_hold_together_and_stay_in_the_links(client: TestClient) -> None:
    first = get(client, f"{BASE}/actors?type=Municipality&county=56&limit=5&q=kommune")
    assert first["total"] == 18
    assert all("Municipality" in item["type"] for item in first["items"])
    again = get(client, first["links"]["next"])
    assert again["total"] == 18
    assert not {i["id"] for i in first["items"]} & {i["id"] for i in again["items"]}


# -- tables -----------------------------------------------------------------------------------


def test_a_table_has_the_same_columns_on_every_page(client: TestClient) -> None:
    pages = [client.get(f"{BASE}/actors.csv?limit=300")]
    while "next" in pages[-1].links:
        pages.append(client.get(pages[-1].links["next"]["url"], headers={"Accept": "text/csv"}))
    heads = {page.text.partition("\n")[0] for page in pages}
    assert (len(pages), len(heads)) == (3, 1)
    rows = [row for page in pages for row in csv.DictReader(io.StringIO(page.text))]
    assert len({row["id"] for row in rows}) == len(rows) == 736
    nav = next(row for row in rows if row["id"].endswith("/actor/889640782"))
    assert nav["level"] == f"{LGID}level/state"
    assert (nav["levelLabel"], nav["type"]) == ("stat", "PublicOrganisation; Agency")


TEXTS = st.text(min_size=1, max_size=20)


@given(st.lists(st.one_of(st.none(), st.integers(-9, 9), TEXTS), min_size=3, max_size=3))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_cell_is_a_formula(cells: list[str | int | None]) -> None:
    writers = table_writers("t", ("a", "b", "c"), [cells])
    text = writers["csv"]().decode("utf-8", "replace") if _whole(cells) else ""
    for cell in [c for row in list(csv.reader(io.StringIO(text, newline="")))[1:] for c in row]:
        assert not cell.startswith(("=", "+", "@", "\t", "\r"))
        assert not cell.startswith("-") or cell.removeprefix("-").isdigit()
    if _whole(cells):
        book = openpyxl.load_workbook(io.BytesIO(writers["xlsx"]()))
        assert not any(c.data_type == "f" for row in book.worksheets[0].iter_rows() for c in row)


def _whole(cells: list[str | int | None]) -> bool:
    return all(
        not isinstance(c, str) or not any("\ud800" <= s <= "\udfff" for s in c) for c in cells
    )


def test_a_workbook_of_the_same_rows_has_the_same_bytes_whenever_it_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writers = table_writers("t", ("a", "b"), [["x", 1], [None, "=1"]])
    once = writers["xlsx"]()
    later = time.time() + 3600
    monkeypatch.setattr(time, "time", lambda: later)
    again = writers["xlsx"]()
    assert again == once
    with zipfile.ZipFile(io.BytesIO(once)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        told = parts.read("docProps/core.xml").decode()
    assert "created" not in told
    assert "modified" not in told
    book = openpyxl.load_workbook(io.BytesIO(once))
    assert [[c.value for c in row] for row in book.worksheets[0].iter_rows()][2] == [None, "=1"]


def test_a_cell_holds_what_is_read() -> None:
    assert flat({"nb": "en", "nn": "ein"}, "nn") == "ein"
    assert flat({"en": ["one", "two"]}, "nb") == "one; two"
    assert flat([{"id": "urn:x", "label": "X"}, {"id": "urn:y", "label": "Y"}]) == "X; Y"
    assert addresses([{"id": "urn:x", "label": "X"}, "text"]) == "urn:x"
    assert (flat(True), flat(None), flat(3)) == ("true", None, 3)


# -- names of many ----------------------------------------------------------------------------


def test_many_names_are_asked_for_at_once(client: TestClient) -> None:
    many = [EVENT, "no iri", *(f"https://example.org/{n}" for n in range(500)), EVENT]
    told = client.post(f"{BASE}/labels?lang=en", json={"iri": many})
    assert told.status_code == 200
    items = told.json()["items"]
    assert [one["id"] for one in items] == many
    assert (items[0]["label"], items[1]["label"], items[2]["label"]) == (
        *("Having a child", "no iri"),
        "https://example.org/0",
    )
    assert told.headers["cache-control"] == "no-store"
    assert "etag" not in told.headers
    same = get(client, f"{BASE}/labels?lang=en&iri={EVENT}")["items"]
    assert same == items[:1]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"iri": []}',
        b'{"iri": "x"}',
        b'{"iri": [1]}',
        b'{"iri": ["\\ud800"]}',
        b"\xff",
        b'{"iri": [' + b'"x",' * 2000 + b'"x"]}',
    ],
)
def test_names_of_nothing_are_refused_with_words(client: TestClient, content: bytes) -> None:
    told = client.post(
        f"{BASE}/labels", content=content, headers={"Content-Type": "application/json"}
    )
    assert told.status_code == 400
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["title"]


def test_names_that_nobody_bears_are_not_remembered(door: tuple[TestClient, Service]) -> None:
    client, service = door
    known = service.now.labels("nb")._known
    before = len(known)
    strange = [f"https://example.org/strange/{n}" for n in range(2000)]
    assert client.post(f"{BASE}/labels?lang=nb", json={"iri": strange}).status_code == 200
    assert len(known) == before


# -- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "code", "detail"),
    [
        ("services?limit=0", "below-limit", "Write 1 or more."),
        ("services?limit=1001", "above-limit", "Write 1000 or less."),
        ("services?limit=1_0", "bad-parameter", "Write 0, 1, 2 …."),
        ("services?limit=%2B5", "bad-parameter", "Write 0, 1, 2 …."),
        ("services?limit=5.0", "bad-parameter", "Write 0, 1, 2 …."),
        ("services?limit=many", "bad-parameter", "Write 0, 1, 2 …."),
        ("services?format=pdf", "bad-parameter", "Write json, jsonld, ttl, csv, xlsx."),
        ("services?q=", "too-short", None),
        (
            "services?q=" + "x" * 101,
            "too-long",
            "At most 100 characters, or at most 100 values in a list.",
        ),
        (
            "services?cursor=x",
            "bad-cursor",
            "Begin on the first page, and follow the links «next» and «prev».",
        ),
        ("services?cursor=", "bad-cursor", None),
        ("things", "missing-parameter", "The address needs «iri»."),
        ("labels", "missing-parameter", "The address needs «iri»."),
        ("dumps?derived=maybe", "bad-parameter", "Write yes, no."),
    ],
)
def test_what_cannot_be_read_is_told_in_our_words(
    client: TestClient, path: str, code: str, detail: str | None
) -> None:
    told = client.get(f"{BASE}/{path}", headers={"Accept-Language": "en"})
    assert (told.status_code, told.json()["code"]) == (400, code)
    assert told.json()["detail"] if detail is None else told.json()["detail"] == detail


@pytest.mark.parametrize(
    "iri",
    [
        "https://example.org/\x7f",
        "http://a:b/",
        "https://example.org/\U00073dda",
        "https://example.org/\ue000",
        "https://example.org/\ufffe",
        "no iri",
        "a",
        "urn:",
        "https://example.org/æ?ø#å",
        "https://example.org/%",
        "https://example.org/}",
        "https://example.org/{a}",
        "\n",
    ],
)
def test_whatever_is_asked_for_is_known_or_not(client: TestClient, iri: str) -> None:
    for path in (f"{BASE}/things", "/about"):
        told = client.get(path, params={"iri": iri})
        assert (told.status_code, told.json()["code"]) == (404, "unknown-name")
    told = client.get(f"{BASE}/things/inward", params={"iri": iri, "property": "about"})
    assert told.status_code == 404
    assert client.get(f"/id/x/{quote(iri.replace('/', ''))}").status_code == 404
    named = client.post(f"{BASE}/labels", json={"iri": [iri, EVENT]}).json()["items"]
    assert (named[0]["id"], named[1]["label"]) == (iri, "Få barn")


@given(
    st.lists(st.text("abc-æ/", min_size=1, max_size=4), unique=True, min_size=1, max_size=30),
    st.integers(1, 9),
    st.data(),
)
@settings(deadline=None)
def test_pages_make_up_a_list_even_while_it_changes(
    names: list[str], limit: int, data: st.DataObject
) -> None:
    """Of what stays in the list nothing comes twice, and all of it comes."""
    request = Request({"type": "http", "query_string": b"", "headers": []})
    items, found, cursor = sorted(names), list[str](), None
    gone: set[str] = set()
    while True:
        shown = page(items, str, cursor, limit, request, "/here")
        found += shown.items
        if "next" not in shown.links:
            break
        cursor = parse_qs(shown.links["next"].partition("?")[2])["cursor"][0]
        # What was taken away lies behind the place, so that the place stays where it was.
        last = shown.items[-1]
        lost = data.draw(st.sets(st.sampled_from(items), max_size=2))
        lost = {name for name in lost if name > last}
        gone |= lost
        items = [name for name in items if name not in lost]
    assert len(set(found)) == len(found)
    assert set(names) - gone <= set(found)
