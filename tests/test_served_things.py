"""The lists and the things in them, as documents: true, whole, and the same in every format."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from fastapi.testclient import TestClient

from graph import rdf
from graph.api.turtle import triples_of
from graph.serving import Service
from graph.serving.records import lists_of
from graph.terms import LGID, Term

PATHS = [one.path for one in lists_of()]
BASE = "/api/v1"
# How many things the files of data/ hold, counted apart from the graph.
COUNTS = {"life-events": 7, "laws": 126, "registers": 89, "apis": 8, "grants": 261}


def get(client: TestClient, path: str, **headers: str) -> Any:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_start_leads_to_every_list(client: TestClient) -> None:
    told = get(client, BASE)
    assert [one["id"].rpartition("/")[2] for one in told["items"]] == PATHS
    counts = {one["id"].rpartition("/")[2]: one["count"] for one in told["items"]}
    assert {path: counts[path] for path in COUNTS} == COUNTS
    for one in told["items"]:
        assert get(client, one["id"] + "?limit=1")["total"] == one["count"]
        assert one["layer"]["name"]
    # Every other address that can be read without a name of its own is there too.
    paths = client.get(f"{BASE}/openapi.json").json()["paths"]
    plain = {path for path in paths if path.startswith(f"{BASE}/") and "{" not in path}
    plain -= {path for path in plain if path.endswith((".jsonld", "/results", "/inward"))}
    led = {*(one["id"] for one in told["items"]), *told["links"].values()}
    assert {at.partition("/api")[2] for at in led} >= {path.partition("/api")[2] for path in plain}
    names = [one["name"] for one in get(client, f"{BASE}/layers")["items"]]
    assert names == ["legal", "organisational", "semantic", "technical", "governance"]


@pytest.mark.parametrize("path", PATHS)
def test_what_a_document_says_is_in_the_graph(
    door: tuple[TestClient, Service], context: dict[str, Any], path: str
) -> None:
    client, service = door
    page = get(client, f"{BASE}/{path}?limit=25&lang=nn")
    assert page["items"]
    one = get(client, f"{BASE}/{path}/{page['items'][-1]['id'].rpartition('/')[2]}")
    for document in (page, one):
        things = {item["id"] for item in document.get("items", [document])}
        said = triples_of(document, context)
        about = [triple for triple in said if triple[0].value in things]
        assert len(about) > len(things)
        values = " ".join(f"({s.n3()} {p.n3()} {o.n3()})" for s, p, o in said)
        held = service.now.ask(
            f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES (?s ?p ?o) {{ {values} }} ?s ?p ?o }}"
        )
        lost = set(said) - {(s, p, o) for s, p, o in held if s and p and o}
        assert not lost
    # Nothing that is stated of it is left out either.
    subject = Term("iri", one["id"])
    stated = service.now.ask(f"SELECT DISTINCT ?p ?o WHERE {{ {subject.n3()} ?p ?o }}")
    told = {(p, o) for s, p, o in triples_of(one, context) if s == subject}
    assert {(p, o) for p, o in stated if p and o} <= told


@pytest.mark.parametrize("path", ["services", "laws"])
def test_every_format_says_the_same(client: TestClient, context: dict[str, Any], path: str) -> None:
    page = get(client, f"{BASE}/{path}?limit=40")
    ids = [item["id"] for item in page["items"]]
    turtle = client.get(f"{BASE}/{path}.ttl?limit=40")
    assert turtle.headers["content-type"].startswith("text/turtle")
    parsed = {(s, p, o) for s, p, o, _ in rdf.parse(turtle.content, "ttl")}
    assert parsed == set(triples_of(page, context))
    same = client.get(f"{BASE}/{path}?limit=40", headers={"Accept": "application/ld+json"})
    assert same.headers["content-type"] == "application/ld+json"
    assert same.json() == page
    rows = list(csv.DictReader(io.StringIO(client.get(f"{BASE}/{path}.csv?limit=40").text)))
    assert [row["id"] for row in rows] == ids
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{BASE}/{path}.xlsx?limit=40").content))
    cells = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    at = cells[0].index("id")
    assert [row[at] for row in cells[1:]] == ids
    assert not any(cell.data_type == "f" for row in book.worksheets[0].iter_rows() for cell in row)


def test_pages_make_up_the_list(client: TestClient) -> None:
    whole = [item["id"] for item in get(client, f"{BASE}/actors?limit=1000")["items"]]
    found: list[str] = []
    at: str | None = f"{BASE}/actors?limit=300"
    while at:
        answer = client.get(at)
        found += [item["id"] for item in answer.json()["items"]]
        at = answer.json()["links"].get("next")
        assert ('rel="next"' in answer.headers["link"]) == (at is not None)
    assert found == whole
    assert len(set(found)) == len(found) > 700
    assert client.get(f"{BASE}/actors?cursor=x").status_code == 400
    assert client.get(f"{BASE}/actors?limit=0").status_code == 400


def test_names_come_in_the_language_asked_for(client: TestClient) -> None:
    for lang, name in (("nb", "Få barn"), ("nn", "Få barn"), ("en", "Having a child")):
        told = client.get(f"{BASE}/life-events/fa-barn", headers={"Accept-Language": lang})
        assert told.json()["label"] == name
        assert told.headers["content-language"] == lang
    found = get(client, f"{BASE}/services?q=barnetrygd")["items"]
    assert any(item["label"].startswith("Barnetrygd") for item in found)
    iri = "https://psi.norge.no/los/hendelse/fa-barn"
    named = get(client, f"{BASE}/labels?iri={iri}&iri=https://example.org/none&lang=en")["items"]
    assert [one["label"] for one in named] == ["Having a child", "https://example.org/none"]


def test_iris_lead_to_their_documents(client: TestClient) -> None:
    for start in (
        "/id/actor/942110464",
        "/about?iri=https://psi.norge.no/los/hendelse/fa-barn",
        "/about?iri=http://data.europa.eu/IL3",
    ):
        led = client.get(start, follow_redirects=False)
        assert led.status_code == 303
        assert client.get(led.headers["location"]).status_code == 200
    for start in ("/id/actor/none", "/about?iri=https://example.org/none", "/about?iri=no%20iri"):
        told = client.get(start, follow_redirects=False)
        assert (told.status_code, told.json()["code"]) == (404, "unknown-name")
    near = client.get(f"{BASE}/life-events/fa-bar")
    assert (near.status_code, near.json()["suggestions"]) == (404, ["fa-barn"])


def test_what_a_thing_rests_on_is_told(client: TestClient) -> None:
    told = get(client, f"{BASE}/services/autorisasjon-helsepersonell")
    assert told["sources"]
    sure = {one["confidence"]["label"] for one in told["sources"]}
    assert sure == {"lest i en kilde", "alminnelig kjent"}
    assert told["inward_total"]["neededBy"] == len(told["inward"]["neededBy"])


def test_a_language_asked_for_is_kept_on_the_way(client: TestClient) -> None:
    event = quote("https://psi.norge.no/los/hendelse/fa-barn", safe="")
    for path in ("/id/service/barnetrygd?lang=en", f"/about?iri={event}&lang=en"):
        assert get(client, path)["lang"] == "en"


def test_code_lists_of_ours_are_found_by_their_iris(client: TestClient) -> None:
    for name in ("mechanism", "certainty"):
        assert get(client, f"/id/{name}")["id"] == f"{LGID}{name}"
    assert client.get("/id/nothing").status_code == 404
