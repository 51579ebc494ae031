"""What every document and every refusal over HTTP promises."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from served import served


@pytest.fixture(scope="module")
def client(shipped: Path) -> Iterator[TestClient]:
    with served(shipped) as (client, _):
        yield client


def test_a_version_that_is_held_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/api/v1/version")
    assert first.status_code == 200
    assert first.headers["x-graph-version"] in first.headers["etag"]
    again = client.get("/api/v1/version", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/api/v1/version", headers={"Accept-Language": "nn"})
    assert other.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "no-such-page"),
        ("DELETE", "/api/v1/version", 405, "method-not-allowed"),
        ("GET", "/api/v1/version?lang=xx", 400, "bad-parameter"),
        ("GET", "/api/v1/version?format=ttl", 400, "bad-parameter"),
    ],
)
def test_a_refusal_is_a_problem_with_what_to_do(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    answer = client.request(method, path)
    told = answer.json()
    assert (answer.status_code, told["status"], told["code"]) == (status, status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["detail"]


@pytest.mark.parametrize(
    ("accept", "lang"), [("nn", "nn"), ("no", "nb"), ("fr, en;q=0.3", "en"), ("nb;q=0, en", "en")]
)
def test_a_refusal_speaks_the_language_asked_for(
    client: TestClient, accept: str, lang: str
) -> None:
    answer = client.get("/nowhere", headers={"Accept-Language": accept})
    assert answer.headers["content-language"] == answer.json()["lang"] == lang
