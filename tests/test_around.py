"""What surrounds every request: limits, headers, who asks, and the log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from graph.api.client import client_of
from graph.config import Serving
from served import served

SMALL = Serving(workers=1, desks=1)


@pytest.fixture(scope="module")
def client(shipped: Path) -> Iterator[TestClient]:
    with served(shipped, SMALL) as (client, _):
        yield client


@pytest.mark.parametrize("path", ["/api/v1/version", "/sparql", "/health", "/nowhere", "/ready"])
def test_every_answer_keeps_a_browser_in_check(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert re.fullmatch(r"[0-9a-f]{16}", headers["x-request-id"])
    assert "set-cookie" not in headers
    assert "server" not in headers
    assert "strict-transport-security" not in headers


def test_a_number_of_the_client_is_not_ours(client: TestClient) -> None:
    answer = client.get("/nowhere", headers={"X-Request-Id": "mine"})
    assert answer.headers["x-request-id"] != "mine"
    assert answer.json()["instance"].endswith(answer.headers["x-request-id"])


@pytest.mark.parametrize("path", ["/api/v1/version", "/sparql?query=ASK%7B%7D", "/nowhere"])
def test_head_is_get_without_the_content(client: TestClient, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert head.content == b""
    assert head.status_code == whole.status_code
    same = ("content-type", "etag", "content-length", "cache-control", "vary")
    if whole.status_code == 200:
        assert {n: head.headers.get(n) for n in same} == {n: whole.headers.get(n) for n in same}


def test_other_pages_may_ask_and_never_hand_in(client: TestClient) -> None:
    origin = {"Origin": "https://other.example"}
    for path in ("/api/v1/version", "/sparql"):
        headers = client.get(path, headers=origin).headers
        assert headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in headers
    posted = client.post("/api/v1/submissions", headers=origin)
    assert "access-control-allow-origin" not in posted.headers
    wants = {"Access-Control-Request-Method": "POST", **origin}
    assert client.options("/sparql", headers=wants).status_code == 204
    assert client.options("/api/v1/validate", headers=wants).status_code == 204
    for path in ("/api/v1/submissions", "/sparql/stream"):
        refused = client.options(path, headers=wants)
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers
    wants["Access-Control-Request-Method"] = "DELETE"
    assert client.options("/sparql", headers=wants).status_code == 403


def test_an_ending_asks_for_a_format(client: TestClient) -> None:
    assert client.get("/api/v1/version.json").json() == client.get("/api/v1/version").json()
    assert client.get("/api/v1/version.csv").status_code == 400
    assert client.get("/api/v1/version.exe").status_code == 404


def test_an_unknown_parameter_is_told_with_the_nearest(client: TestClient) -> None:
    answer = client.get("/api/v1/version?lnag=nn")
    assert (answer.status_code, answer.json()["code"]) == (400, "strange-parameter")
    assert answer.json()["suggestions"] == ["lang"]


def test_one_client_cannot_ask_for_ever(shipped: Path) -> None:
    serving = replace(SMALL, rate=5, proxies=("10.0.0.0/8",))
    with served(shipped, serving) as (client, _):
        answers = [client.get("/api/v1/version") for _ in range(7)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
        assert answers[0].headers["ratelimit-remaining"] == "4"
        assert int(answers[-1].headers["retry-after"]) > 0
        assert answers[-1].json()["code"] == "too-many-requests"
        # Who is watched by a machine is not counted, and a made-up address is no other client.
        assert client.get("/health").status_code == 200
        forged = {"X-Forwarded-For": "192.0.2.7"}
        assert client.get("/api/v1/version", headers=forged).status_code == 429


def test_handing_in_has_a_rate_of_its_own(shipped: Path) -> None:
    with served(shipped, replace(SMALL, write_rate=2)) as (client, _):
        found = [client.post("/api/v1/submissions").status_code for _ in range(3)]
        assert found == [401, 401, 429]
        assert client.get("/api/v1/version").status_code == 200


def test_what_is_logged_holds_nothing_of_what_was_said(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    client.get(
        "/sparql?query=SELECT%20%2A%20%7B%7D%20%23hidden%0A%7B%22event%22%3A%22forged%22%7D",
        headers={"Authorization": "Bearer lg_12345678_hidden", "User-Agent": "hidden"},
    )
    client.get("/x%0A%7B%22event%22%3A%22forged%22%7D%1B%5B31m")
    lines = capsys.readouterr().err.splitlines()
    told = [json.loads(line) for line in lines]
    assert [one["event"] for one in told] == ["request", "request"]
    assert not any("hidden" in line for line in lines)
    assert {"number", "method", "path", "status", "ms", "bytes", "client"} <= told[0].keys()
    assert all(line.isascii() and line.isprintable() for line in lines)


NAMES = st.sampled_from(["10.0.0.1", "10.0.0.2", "192.0.2.1", "198.51.100.7", "nonsense", ""])


@given(peer=NAMES, forwarded=st.lists(NAMES, max_size=5))
def test_only_proxies_of_ours_say_for_whom_they_ask(peer: str, forwarded: list[str]) -> None:
    found = client_of(peer, ", ".join(forwarded), ("10.0.0.0/8",))
    if not peer.startswith("10."):
        assert found == peer
    else:
        assert found == peer or found in forwarded
    assert client_of(peer, ", ".join(forwarded), ()) == peer


def test_a_client_behind_proxies_is_the_last_that_is_none() -> None:
    told = "6.6.6.6, 192.0.2.1, 10.0.0.2"
    assert client_of("10.0.0.1", told, ("10.0.0.0/8",)) == "192.0.2.1"
