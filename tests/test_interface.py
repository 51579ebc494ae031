"""The document of the interface: what its examples say, its copies, and what it promises."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from fastapi.testclient import TestClient

from graph.api.schemas import VALUE
from graph.query import ASKABLE, load
from test_served_envelope import client, filled, operations

__all__ = ["client", "operations"]

BASE = "/api/v1"
HERE = f"{BASE}/openapi.json"
SHOWN = ("application/json", "application/ld+json", "application/sparql-results+json")
WITH_KEY = {
    ("/api/v1/submissions", "post"),
    ("/api/v1/submissions/{id}/undo", "post"),
    ("/sparql/stream", "post"),
}


@pytest.fixture(scope="module")
def paths(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get(HERE).json()["paths"]
    return found


def answers(paths: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Go through all that is told of an answer in JSON that an operation may succeed with."""
    for path, ways in paths.items():
        for way, operation in ways.items():
            for status in {"200", "201"} & set(operation["responses"]):
                told = operation["responses"][status].get("content", {})
                for media in set(SHOWN) & set(told):
                    yield f"{way} {path} {status} {media}", told[media]


def faults_of(schema: Any, told: Any) -> list[str]:
    return [
        f"{list(fault.instance_path)}: {fault.message}"[:300]
        for fault in jsonschema_rs.validator_for(schema, validate_formats=True).iter_errors(told)
    ]


def test_every_answer_in_json_has_an_example_that_its_schema_lets_through(
    paths: dict[str, Any],
) -> None:
    found = dict(answers(paths))
    assert len(found) > 120
    for name, told in found.items():
        assert "example" in told, name
        if "schema" in told:
            assert not faults_of(told["schema"], told["example"]), name
        else:
            # What a tool gets that asks SPARQL for JSON alone hangs on the query.
            assert "/sparql" in name


def test_an_example_shows_what_is_null(paths: dict[str, Any]) -> None:
    def shown(path: str, way: str = "get", status: str = "200") -> dict[str, Any]:
        content = paths[path][way]["responses"][status]["content"]["application/json"]
        example: dict[str, Any] = content["example"]
        return example

    assert shown(f"{BASE}/things")["layer"] is None
    assert shown(f"{BASE}/labels")["@context"] is None
    assert shown(f"{BASE}/submissions", "post")["receipt"] is None
    assert shown(f"{BASE}/summary")["totals"][0]["event"] is None
    context = paths[f"{BASE}/context.jsonld"]["get"]["responses"]["200"]["content"]
    assert context["application/ld+json"]["example"]["@context"]["label"] is None


def test_what_is_answered_is_what_the_schema_says(
    client: TestClient, operations: list[tuple[str, dict[str, Any]]]
) -> None:
    for address, operation in operations:
        told = client.get(address, headers={"Accept-Language": "en"}).json()
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        assert not faults_of(schema, told), address
    for path in ("gaps", "matrix", "summary"):
        address = filled(client, f"{BASE}/{path}")
        told = client.get(address, params={"limit": 1000} if path == "gaps" else None)
        schema = client.get(HERE).json()["paths"][f"{BASE}/{path}"]["get"]["responses"]["200"]
        schema = schema["content"]["application/json"]["schema"]
        assert not faults_of(schema, told.json()), path


def test_the_items_of_gaps_and_sums_have_members_with_types(paths: dict[str, Any]) -> None:
    def members(path: str) -> dict[str, Any]:
        content = paths[path]["get"]["responses"]["200"]["content"]["application/json"]
        found: dict[str, Any] = content["schema"]["properties"]
        return found

    listed = members(f"{BASE}/gaps")["items"]["items"]
    wanted = {"key", "label", "layer", "severity", "certainty", "certainty_label", "query", "focus"}
    assert {*wanted, "id", "type", "links"} == set(listed["required"])
    assert wanted <= set(members(f"{BASE}/gaps/{{key}}"))
    assert listed["properties"]["focus"]["properties"].keys() >= {"id", "label"}
    assert listed.get("additionalProperties", True) is True
    for path in ("summary", "matrix"):
        item = members(f"{BASE}/{path}")["items"]["items"]
        assert set(item["required"]) <= set(item["properties"])
        assert {"confirmed", "missing"} & set(item["properties"])


def test_an_example_of_rows_has_columns_of_its_own_query(paths: dict[str, Any]) -> None:
    from graph import assets

    shown = 0
    for kind in ASKABLE:
        for query in map(load, assets.files(kind)):
            told = paths[f"{BASE}/queries/{query.name}/results"]["get"]["responses"]["200"]
            example = told["content"]["application/json"]["example"]
            assert set(example["columns"]) == set(query.columns)
            for row in example["items"]:
                assert set(row) <= set(query.columns)
                assert not [value for value in row.values() if faults_of(VALUE, value)]
                shown += 1
    assert shown > 30


def test_the_document_is_kept_by_its_content(client: TestClient) -> None:
    first = client.get(HERE)
    assert first.headers["cache-control"] == "public, max-age=60"
    assert first.headers["content-type"] == "application/json"
    tag = first.headers["etag"]
    assert tag.startswith('"')
    again = client.get(HERE, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(HERE, headers={"If-None-Match": '"other"'}).content == first.content
    app: Any = client.app
    app.add_api_route("/more", lambda: None, summary="More")
    try:
        other = client.get(HERE, headers={"If-None-Match": tag})
        assert (other.status_code, "/more" in other.json()["paths"]) == (200, True)
        assert other.headers["etag"] != tag
    finally:
        app.router.routes.pop()


def test_no_operation_promises_what_it_never_does(paths: dict[str, Any]) -> None:
    leading = 0
    for path, ways in paths.items():
        for way, operation in ways.items():
            statuses = set(operation["responses"])
            if "303" in statuses:
                leading += 1
                assert not statuses & {"200", "201"}, path
            else:
                assert "200" in statuses, path
            assert bool(statuses & {"401", "403"}) == ((path, way) in WITH_KEY), path
    assert leading >= 2
    assert "415" not in paths["/sparql"]["get"]["responses"]
