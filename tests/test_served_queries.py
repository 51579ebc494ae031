"""The queries and the files of all there is, over HTTP."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from graph import assets, rdf
from graph.cli import main
from graph.config import Serving
from graph.query import ASKABLE, load
from graph.store import version_of
from served import served

DAY = "2026-11-20"
NAMES = [path.stem for kind in ASKABLE for path in assets.files(kind)]


@pytest.fixture(scope="module")
def client(shipped: Path) -> Iterator[TestClient]:
    with served(shipped, Serving(workers=1, desks=1, rate=0)) as (client, _):
        yield client


def test_every_query_is_listed_and_shown(client: TestClient) -> None:
    told = client.get("/api/v1/queries").json()
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    files = {path.stem: path for kind in ASKABLE for path in assets.files(kind)}
    assert sorted(one["name"] for one in told["items"]) == sorted(NAMES)
    for one in told["items"]:
        text = client.get(one["id"], headers={"Accept": "application/sparql-query"})
        assert text.headers["content-type"].startswith("application/sparql-query")
        assert client.get(one["id"]).json()["text"] == text.text
        # All that the header declares, the day too, can be given to its results.
        said = client.get(one["id"]).json()["parameters"]
        assert len(said) == len(load(files[one["name"]]).parameters)
        asked = paths[f"/api/v1/queries/{one['name']}/results"]["get"]["parameters"]
        assert {each["name"] for each in said} <= {each["name"] for each in asked}
    near = client.get("/api/v1/queries/flow-without-agreement")
    assert (near.status_code, near.json()["suggestions"][0]) == (404, "flows-without-agreement")


@pytest.mark.parametrize("name", ["who-leads", "flows-without-agreement", "data-flows"])
def test_a_query_gives_the_rows_of_the_command_line(
    client: TestClient, shipped: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    asked = {"limit": 1000} | ({} if name == "data-flows" else {"date": DAY})
    told = client.get(f"/api/v1/queries/{name}/results", params=asked)
    assert told.status_code == 200, told.text
    capsys.readouterr()
    words = ["query", name, "--format", "csv", "--store", str(shipped)]
    assert main([*words, *(["--date", DAY] if "date" in asked else [])]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert told.json()["total"] == len(rows)
    for here, there in zip(told.json()["items"], rows, strict=False):
        for column, value in here.items():
            if isinstance(value, dict):
                assert value["id"] == there[column]
    table = client.get(f"/api/v1/queries/{name}/results.csv", params=asked)
    assert len(list(csv.DictReader(io.StringIO(table.text)))) == min(1000, len(rows))


def test_parameters_take_names_as_on_the_command_line(client: TestClient) -> None:
    here = "/api/v1/queries/who-leads/results"
    one = client.get(here, params={"life-event": "Ny i Norge", "date": "2021-06-01"})
    other = client.get(here, params={"life-event": "ny-i-norge", "date": "2021-06-01"})
    assert one.json()["items"] == other.json()["items"] != []
    assert client.get(here, params={"life-event": "nowhere"}).status_code == 404
    assert client.get(here, params={"event": "x"}).status_code == 400


def test_all_there_is_can_be_downloaded(client: TestClient, shipped: Path) -> None:
    told = client.get("/api/v1/dumps").json()["items"]
    wanted = ("application/trig", "application/n-quads")
    listed = [one for one in told if one["format"] in wanted]
    assert len(listed) == len(wanted)
    digests = set()
    for one in listed:
        whole = client.get(one["id"])
        assert int(whole.headers["content-length"]) == one["bytes"] == len(whole.content)
        form = one["id"].rpartition(".")[2]
        quads = rdf.parse(whole.content, form)
        digests.add(rdf.digest(quads))
        part = client.get(one["id"], headers={"Range": "bytes=0-99"})
        assert (part.status_code, part.content) == (206, whole.content[:100])
        held = client.get(one["id"], headers={"If-None-Match": whole.headers["etag"]})
        assert held.status_code == 304
    assert digests == {version_of(shipped).digest}
    assert client.get("/api/v1/dumps/livsgraf.exe").status_code == 400
