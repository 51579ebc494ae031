"""What docs/api.md says every document has, asked of every address that is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from fastapi.testclient import TestClient

from graph.access import Keys
from graph.api.turtle import triples_of
from graph.config import Serving
from handing import OWNER, bearing, trial
from served import a_copy, served

BASE = "/api/v1"
ALWAYS = ["@context", "id", "layer", "graph_version", "date", "data_date", "lang"]
ORDER = [
    *("@context", "id", "type", "type_label", "label", "layer", "severity", "certainty", "query"),
    *("graph_version", "date", "data_date", "lang", "total"),
]
LINKED = 'rel="http://www.w3.org/ns/json-ld#context"'
# Not documents: the interface's own, the contexts, and the files of all there is.
APART = {f"{BASE}/openapi.json", f"{BASE}/context.jsonld", f"{BASE}/context-gaps.jsonld"}
APART |= {f"{BASE}/context-gap.jsonld"}
APART |= {f"{BASE}/dumps/{{file}}"}


@pytest.fixture(scope="module")
def client(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    store = a_copy(shipped, tmp_path_factory.mktemp("envelope") / "store")
    token = Keys(store).make("trial", [OWNER], ["submit"], 1)[1]
    with served(store, Serving(workers=1, desks=1, rate=0)) as (client, _):
        sent = {"content": trial(1), "headers": bearing(token)}
        assert client.post(f"{BASE}/submissions", **sent).status_code == 201
        yield client


@pytest.fixture(scope="module")
def operations(client: TestClient) -> list[tuple[str, dict[str, Any]]]:
    """List every address of a document, with what it says of itself."""
    paths = client.get(f"{BASE}/openapi.json").json()["paths"]
    found = [(path, ways["get"]) for path, ways in paths.items() if "get" in ways]
    return [
        (filled(client, path), operation)
        for path, operation in found
        if path.startswith(BASE) and path not in APART
    ]


def filled(client: TestClient, path: str) -> str:
    """Give an address of this kind where something is."""
    event = quote("https://psi.norge.no/los/hendelse/fa-barn", safe="")
    asked = {
        f"{BASE}/things": f"?iri={event}",
        f"{BASE}/labels": f"?iri={event}",
        f"{BASE}/things/inward": f"?iri={event}&property=lifeEvent",
        f"{BASE}/matrix": "?rows=provider-sector&columns=consumer-sector",
    }
    if path == f"{BASE}/things/inward":
        thing = client.get(f"{BASE}/things?iri={event}").json()
        return f"{path}?iri={event}&property={next(iter(thing['inward']))}"
    stem, _, rest = path.partition("{")
    if rest:
        first = client.get(f"{stem.rstrip('/')}?limit=1" if "queries" not in stem else stem)
        items = first.json()["items"]
        key = urlsplit(items[0]["id"]).path.rpartition("/")[2]
        return stem + key + rest.partition("}")[2]
    return path + asked.get(path, "")


def test_every_document_has_the_envelope(
    client: TestClient, operations: list[tuple[str, dict[str, Any]]]
) -> None:
    assert len(operations) > 60
    for address, operation in operations:
        answer = client.get(address, headers={"Accept-Language": "nn"})
        assert answer.status_code == 200, (address, answer.text)
        told = answer.json()
        assert set(ALWAYS) <= set(told), address
        first = [name for name in ORDER if name in told]
        assert list(told)[: len(first)] == first, address
        assert told["id"].startswith("http"), address
        assert told["graph_version"] == answer.headers["x-graph-version"], address
        assert told["lang"] == answer.headers["content-language"] == "nn", address
        assert len(told["date"]) == len("2026-09-01"), address
        assert told["data_date"] <= told["date"], address
        if told["layer"] is not None:
            assert told["layer"].keys() == {"id", "name", "label"}, address
        if "items" in told:
            assert told["total"] >= len(told["items"]), address
        if "items" in told and "links" in told:
            assert list(told)[-2:] == ["items", "links"], address
        content = operation["responses"]["200"]["content"]
        assert set(ALWAYS) <= set(content["application/json"]["schema"]["required"]), address


def test_what_is_offered_as_json_ld_has_a_context_that_gives_it_a_meaning(
    client: TestClient, operations: list[tuple[str, dict[str, Any]]]
) -> None:
    contexts: dict[str, Any] = {}
    offered = 0
    for address, operation in operations:
        linked = "application/ld+json" in operation["responses"]["200"]["content"]
        formats = next(p for p in operation["parameters"] if p["name"] == "format")["schema"]
        assert ("jsonld" in str(formats)) == linked, address
        plain = client.get(address)
        asked = client.get(address, headers={"Accept": "application/ld+json"})
        by_name = client.get(address, params={**_asked(address), "format": "jsonld"})
        assert (LINKED in plain.headers.get("link", "")) == linked, address
        if not linked:
            assert plain.json()["@context"] is None, address
            assert (asked.status_code, by_name.status_code) == (406, 400), address
            continue
        offered += 1
        assert asked.headers["content-type"] == "application/ld+json", address
        assert asked.json() == plain.json(), address
        assert by_name.status_code == 200, address
        where = plain.json()["@context"]
        assert f"<{where}>" in plain.headers["link"], address
        if where not in contexts:
            contexts[where] = client.get(where).json()
        assert triples_of(asked.json(), contexts[where]), address
    assert offered > 20


def _asked(address: str) -> dict[str, str]:
    from urllib.parse import parse_qsl

    return dict(parse_qsl(urlsplit(address).query))


def test_a_context_is_kept_no_longer_than_the_documents_it_reads(client: TestClient) -> None:
    document = client.get(f"{BASE}/services").headers["cache-control"]
    for name in ("context", "context-gaps", "context-gap"):
        told = client.get(f"{BASE}/{name}.jsonld")
        age = told.headers["cache-control"].partition("max-age=")[2]
        assert age == document.partition("max-age=")[2]
        held = {"If-None-Match": told.headers["etag"]}
        assert client.get(f"{BASE}/{name}.jsonld", headers=held).status_code == 304
