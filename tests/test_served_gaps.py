"""Gaps over HTTP: the same numbers as on the command line, with reasons, in every format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from rdflib import Graph

from graph import rdf
from graph.cli import main
from graph.config import Serving
from graph.gaps import CERTAINTIES
from graph.terms import LG, LGID, SH
from served import served

EVENTS = (
    *("alvorlig-sykt-barn", "dodsfall-og-arv", "fa-barn", "miste-og-finne-jobb", "ny-i-norge"),
    *("starte-og-drive-bedrift", "starte-og-drive-frivillig-organisasjon"),
)
LAYERS = ("legal", "organisational", "semantic", "technical", "governance")
DAY = "2026-11-20"
HERE = "/api/v1/gaps"


@pytest.fixture(scope="module")
def client(shipped: Path) -> Iterator[TestClient]:
    with served(shipped, Serving(workers=1, desks=1, rate=0)) as (client, _):
        yield client


def get(client: TestClient, path: str, **asked: Any) -> Any:
    answer = client.get(path, params={"date": DAY, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


def line(capsys: pytest.CaptureFixture[str], store: Path, *words: str) -> Any:
    capsys.readouterr()
    assert main([*words, "--date", DAY, "--format", "json", "--store", str(store)]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("event", EVENTS)
def test_the_numbers_are_those_of_the_command_line(
    client: TestClient, shipped: Path, capsys: pytest.CaptureFixture[str], event: str
) -> None:
    told = line(capsys, shipped, "gaps", "--life-event", event)
    sums = get(client, "/api/v1/summary", **{"life-event": event})
    by_layer = {one["layer"]["id"]: one for one in sums["items"]}
    assert len(by_layer) == len(told["summary"]) > 3
    for row in told["summary"]:
        here = by_layer[row["layer"]]
        names = ("n", "whole", "partly", "permitted", "not-reported")
        assert [here[name] for name in names] == [row[name] for name in names]
        sure = here["missing_by_certainty"]
        assert (sure["confirmed"], sure["inferred"]) == (
            row.get("missing-confirmed", 0),
            row.get("missing-inferred", 0),
        )
    here = get(client, HERE, **{"life-event": event, "limit": 1000})
    assert here["total"] == len(told["gaps"])
    assert sorted(one["key"] for one in here["items"]) == sorted(row["id"] for row in told["gaps"])
    for layer in LAYERS:
        ids = {row["id"] for row in told["gaps"] if row["layer"] == layer}
        assert here["counts"]["layer"][layer] == len(ids)


def test_filters_narrow_and_nothing_not_reported_is_missing(client: TestClient) -> None:
    every = get(client, HERE, limit=1)
    assert sum(every["counts"]["certainty"].values()) > 100
    sure = get(client, HERE, certainty=["confirmed", "inferred"], limit=1000)
    assert {one["certainty"] for one in sure["items"]} <= {"confirmed", "inferred"}
    assert sure["counts"]["certainty"]["not-reported"] == 0
    assert sure["counts"]["certainty"]["confirmed"] == every["counts"]["certainty"]["confirmed"]
    grave = get(client, HERE, severity="violation", limit=1000)
    assert {one["severity"] for one in grave["items"]} == {"violation"}
    across = get(client, HERE, **{"cross-sector": "true", "limit": 1000})
    assert across["items"]
    assert all(one["crossSector"] is True for one in across["items"])
    assert across["passed_over"]
    named = get(client, HERE, query="flows-without-agreement", limit=1000)
    assert {one["query"]["name"] for one in named["items"]} == {"flows-without-agreement"}


def test_one_gap_tells_why_and_what_it_rests_on(client: TestClient) -> None:
    first = get(client, HERE, certainty="inferred", query="flows-without-agreement")["items"][0]
    told = get(client, f"{HERE}/{first['key']}", lang="nn")
    assert told["key"] == first["key"]
    assert told["why"]
    assert told["remedy"]
    assert told["measures"]
    assert told["layer"]["label"] == "organisatorisk"
    assert told["sources"]
    assert told["rows"][0]["focus"]["id"] == first["focus"]["id"]
    near = client.get(f"{HERE}/{first['key']}x")
    assert near.status_code == 404
    assert first["key"] in near.json()["suggestions"]
    assert client.get(f"{HERE}/none:x").status_code == 404


def test_every_format_has_the_same_rows(client: TestClient) -> None:
    asked = {"date": DAY, "layer": "legal", "limit": 60}
    keys = [one["key"] for one in get(client, HERE, **asked)["items"]]
    table = client.get(f"{HERE}.csv", params=asked)
    assert [row["id"] for row in csv.DictReader(io.StringIO(table.text))] == keys
    turtle = client.get(f"{HERE}.ttl", params=asked)
    kinds = ("#Gap", "#OpenQuestion")
    gaps = {s for s, p, o, _ in rdf.parse(turtle.content, "ttl") if o.value.endswith(kinds)}
    assert len(gaps) == len(set(keys))
    subjects = [o for _, p, o, _ in rdf.parse(turtle.content, "ttl") if p.value.endswith("subject")]
    focuses = {one["focus"]["id"] for one in get(client, HERE, **asked)["items"]}
    assert focuses == {term.value for term in subjects}
    told = get(client, HERE, **asked)
    assert client.get(told["@context"]).headers["content-type"] == "application/ld+json"
    book = client.get(f"{HERE}.xlsx", params=asked)
    assert book.content.startswith(b"PK")


def said(client: TestClient, address: str) -> set[tuple[str, str, str]]:
    """Read the statements of a document, by the last part of each property."""
    text = client.get(address, headers={"Accept": "text/turtle"}).content
    triples = [(s, p, o) for s, p, o, _ in rdf.parse(text, "ttl")]
    return {(s.value, p.value.rpartition("#")[2], o.value) for s, p, o in triples}


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
def test_as_statements_what_nobody_has_reported_is_a_question_and_no_lack(
    client: TestClient,
) -> None:
    ids = f"{LGID}certainty/"
    for sure, kind in (("not-reported", "OpenQuestion"), ("inferred", "Gap")):
        page = f"{HERE}?query=flows-without-agreement&certainty={sure}&date={DAY}&limit=1000"
        told = client.get(page).json()["items"]
        found = said(client, page)
        for one in told:
            assert one["type"] == kind
            assert {value for s, p, value in found if (s, p) == (one["id"], "certainty")} == {
                ids + sure
            }
            assert (one["id"], "eifLayer", one["layer"]["id"]) in found
            assert (one["id"], "severity", SH + one["severity"].capitalize()) in found
        assert {o for _, p, o in found if p == "type"} == {LG + kind}
        # Another reader of JSON-LD makes the same of it.
        text = client.get(page, headers={"Accept": "application/ld+json"}).text
        whole = json.loads(text)
        whole |= client.get(whole["@context"]).json()
        read = Graph().parse(data=json.dumps(whole), format="json-ld")
        theirs = {(str(s), str(p).rpartition("#")[2], str(o)) for s, p, o in read}
        assert theirs == found


def test_what_a_gap_rests_on_keeps_its_sources_as_statements(client: TestClient) -> None:
    told = get(client, HERE, certainty="inferred", query="flows-without-agreement")
    for one in told["items"]:
        whole = get(client, one["id"])
        found = said(client, f"{one['id']}?date={DAY}")
        told_sources = [(entry["id"], entry["source"]) for entry in whole["sources"]]
        assert told_sources
        for evidence, source in told_sources:
            for each in source if isinstance(source, list) else [source]:
                assert any(s == evidence and o == each["id"] for s, _, o in found)


def test_one_gap_is_as_sure_as_the_surest_of_its_rows(client: TestClient) -> None:
    rows = get(client, HERE, limit=1000)
    pages = [rows]
    while "next" in pages[-1]["links"]:
        pages.append(client.get(pages[-1]["links"]["next"]).json())
    sure: dict[str, set[str]] = {}
    for row in (row for page in pages for row in page["items"]):
        sure.setdefault(row["id"], set()).add(row["certainty"])
    several = [(at, kinds) for at, kinds in sure.items() if len(kinds) > 1]
    assert several
    for at, kinds in several:
        best = next(one for one in CERTAINTIES if one in kinds)
        assert get(client, at)["certainty"] == best


def test_the_columns_of_a_table_are_the_same_whatever_is_found(
    client: TestClient, shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for asked in (["--layer", "legal"], ["--doubted", "true"], ["--age", "400"]):
        words = ["gaps", *asked, "--date", DAY, "--format", "csv", "--store", str(shipped)]
        assert main(words) == 0
        expected = next(csv.reader(io.StringIO(capsys.readouterr().out)))
        sent = {asked[0].removeprefix("--"): asked[1], "date": DAY}
        found = next(csv.reader(io.StringIO(client.get(f"{HERE}.csv", params=sent).text)))
        assert found == expected, asked


def test_what_no_gap_has_is_refused_as_on_the_command_line(client: TestClient) -> None:
    for name in ("need", "state", "sum"):
        for path in (HERE, "/api/v1/matrix"):
            answer = client.get(path, params={name: "missing"})
            assert answer.status_code == 400, (path, name)
            assert answer.json()["code"] == "strange-parameter"


def test_the_table_is_that_of_the_command_line_on_every_page(
    client: TestClient, shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["gaps", "--layer", "semantic", "--date", DAY, "--format", "csv"]
    assert main([*words, "--store", str(shipped)]) == 0
    expected = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    rows: list[list[str]] = []
    page = f"{HERE}.csv?layer=semantic&date={DAY}&limit=5"
    heads = []
    while page:
        answer = client.get(page)
        assert answer.headers["content-type"].startswith("text/csv")
        head, *more = csv.reader(io.StringIO(answer.text))
        heads.append(head)
        rows += more
        page = answer.links.get("next", {}).get("url", "")
    assert len(heads) > 2
    assert heads == [expected[0]] * len(heads)
    assert sorted(rows) == sorted(expected[1:])


def test_two_columns_are_crossed(client: TestClient) -> None:
    asked = {"rows": "provider-sector", "columns": "consumer-sector"}
    told = get(client, "/api/v1/matrix", query="flows-without-agreement", **asked)
    assert told["items"]
    every = get(client, HERE, query="flows-without-agreement", limit=1000)["items"]
    cell = told["items"][0]
    for sure in ("confirmed", "inferred", "not-reported"):
        ids = {
            one["key"]
            for one in every
            if one["certainty"] == sure
            and one.get("providerSector", {}).get("id") == cell["row"]["id"]
            and one.get("consumerSector", {}).get("id") == cell["column"]["id"]
        }
        assert cell[sure] == len(ids)
    refused = client.get("/api/v1/matrix?rows=x&columns=y&lang=en")
    assert refused.status_code == 400
    # What is advised is a column, once and by one name.
    assert "provider-sector" in refused.json()["detail"]
    assert "eldre-enn" not in refused.json()["detail"]
    assert client.get("/api/v1/matrix?rows=days&columns=query").status_code == 400


def test_what_every_row_has_can_be_crossed(client: TestClient) -> None:
    every = get(client, HERE, limit=1)["counts"]
    told = get(client, "/api/v1/matrix", rows="severity", columns="certainty", lang="en")
    assert not told["without"]
    for cell in told["items"]:
        assert cell["row"]["id"].startswith(SH)
        assert cell["row"]["label"]
        word = cell["column"]["id"].rpartition("/")[2]
        assert [sure for sure in CERTAINTIES if cell[sure]] == [word]
    sums = {sure: sum(cell[sure] for cell in told["items"]) for sure in CERTAINTIES}
    assert sums == every["certainty"]
    told = get(client, "/api/v1/matrix", rows="layer", columns="cross-sector", lang="en")
    assert {cell["column"]["label"] for cell in told["items"]} <= {"yes", "no"}
    assert {cell["column"]["value"] for cell in told["items"]} <= {True, False}
    told = get(client, "/api/v1/matrix", rows="query", columns="layer", lang="en")
    cell = next(one for one in told["items"] if one["row"]["value"] == "flows-without-agreement")
    assert cell["row"]["label"] != cell["row"]["value"]


def test_near_names_come_in_the_asked_language(client: TestClient) -> None:
    answer = client.get(HERE, params={"life-event": "having a chil", "lang": "en"})
    assert answer.status_code == 404
    assert answer.json()["suggestions"][0] == "Having a child"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"life-event": "nope"}, 404),
        ({"layer": "none"}, 400),
        ({"certainty": "sure"}, 400),
        ({"date": "2026-13-01"}, 400),
        ({"date": "tomorrow"}, 400),
        ({"query": "flows-without-agreemen"}, 404),
        ({"cross-sector": "perhaps"}, 400),
        ({"lifeevent": "fa-barn"}, 400),
        ({"limit": "1001"}, 400),
        ({"cursor": "bm8"}, 400),
        ({"layer": ["legal", "technical"]}, 400),
        ({"life-event": ["fa-barn", "ny-i-norge"]}, 400),
    ],
)
def test_what_cannot_be_asked_is_told(
    client: TestClient, asked: dict[str, str | list[str]], status: int
) -> None:
    answer = client.get(HERE, params=asked)
    assert answer.status_code == status
    assert answer.json()["title"]
