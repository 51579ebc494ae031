"""What every document and every refusal over HTTP promises."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic_core._pydantic_core import list_all_errors

from graph.api import create_app
from graph.api.unreadable import unreadable
from graph.config import Serving, Settings
from graph.messages import LANGUAGES, load
from graph.serving import Journal, Service
from graph.wording import Wording
from served import served

KINDS = [
    {"type": one["type"], "told": one.get("example_context") or {}} for one in list_all_errors()
]


@pytest.fixture(scope="module")
def client(shipped: Path) -> Iterator[TestClient]:
    with served(shipped, Serving(workers=1, desks=1, rate=0, write_rate=0)) as (client, _):
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


# -- in our words -----------------------------------------------------------------------------


@pytest.mark.parametrize("found", KINDS, ids=lambda found: str(found["type"]))
def test_no_word_of_a_library_is_handed_on(found: dict[str, Any]) -> None:
    context = {name: "" if value is None else value for name, value in found["told"].items()}
    for where in (("query", "a"), ("body",)):
        error = unreadable({"type": found["type"], "loc": where, "input": "x", "ctx": context})
        said = {lang: Wording(load(lang), served=True).told(error) for lang in LANGUAGES}
        for lang, (what, below) in said.items():
            assert below, (found["type"], lang)
            text = "\n".join([what, *below])
            assert not any(word in text for word in ("{", "nput", "hould")), text
        assert len({what for what, _ in said.values()}) > 1


DEEP = b'{"iri":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.mark.parametrize(
    ("path", "content", "code", "detail"),
    [
        ("labels", b"{", "bad-content", "Send hel JSON"),
        ("labels", b"", "missing-parameter", "Adressen må ha «iri» med."),
        ("labels", DEEP, "bad-content", "Send hel JSON"),
        ("labels", b'{"iri": "x"}', "wrong-kind", "Skriv en liste."),
        ("labels", b'{"iri": [1]}', "wrong-kind", "Skriv en tekst."),
        ("submissions?dry-run=kanskje", b"", "bad-parameter", "Skriv true, false."),
        ("gaps?severity=stor", None, "bad-parameter", "Skriv violation, warning, info."),
        ("gaps?limit=x", None, "bad-parameter", "Skriv 0, 1, 2 …."),
        ("gaps?cross-sector=kanskje", None, "bad-value", "Hva adressen tar imot"),
        ("gaps?life-event=%20", None, "strange-value", "Hva som kan stå der"),
    ],
)
def test_what_cannot_be_read_is_told_in_bokmal(
    client: TestClient, path: str, content: bytes | None, code: str, detail: str
) -> None:
    sent = {"Content-Type": "application/json"}
    way = "GET" if content is None else "POST"
    answer = client.request(way, f"/api/v1/{path}", content=content, headers=sent)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (400, code), told
    assert told["detail"].startswith(detail)


# -- headers ----------------------------------------------------------------------------------


def test_several_lines_of_accept_are_one(client: TestClient) -> None:
    lines = [("Accept", "text/html"), ("Accept", "text/csv"), ("Accept-Language", "fr")]
    told = client.get("/api/v1/services", headers=[*lines, ("Accept-Language", "nn")])
    assert told.headers["content-type"].startswith("text/csv")
    assert told.headers["content-language"] == "nn"
    query = [("Accept", "text/html"), ("Accept", "application/sparql-query")]
    told = client.get("/api/v1/queries/who-leads", headers=query)
    assert told.headers["content-type"].startswith("application/sparql-query")
    assert "max-age" in told.headers["cache-control"]
    assert told.headers["x-graph-version"] in told.headers["etag"]
    asked = [("Accept", "image/png"), ("Accept", "text/html"), ("Content-Type", "text/turtle")]
    told = client.post("/api/v1/validate", content=b"<urn:a> a <urn:b> .", headers=asked)
    assert told.headers["content-type"].startswith("text/html")


def test_a_part_is_given_to_get_alone(client: TestClient) -> None:
    asked = {"Range": "bytes=0-9", "Origin": "https://page.example.org"}
    got = client.get("/api/v1/dumps/livsgraf.nq.gz", headers=asked)
    head = client.head("/api/v1/dumps/livsgraf.nq.gz", headers=asked)
    assert (got.status_code, head.status_code) == (206, 200)
    assert "content-range" not in head.headers
    shown = got.headers["access-control-expose-headers"].split(", ")
    assert {"Accept-Ranges", "Content-Range", "X-Conforms", "X-Findings"} <= set(shown)


@pytest.mark.parametrize("path", ["/api/v1/validate", "/api/v1/labels", "/sparql"])
def test_packed_content_is_not_read(client: TestClient, path: str) -> None:
    sent = {"Content-Encoding": "gzip", "Content-Type": "text/turtle"}
    told = client.post(path, content=b"\x1f\x8b\x08\x00", headers=sent)
    assert (told.status_code, told.json()["code"]) == (415, "unsupported-media")
    assert "identity" in told.json()["detail"]


def test_a_page_may_use_its_own_style_and_nothing_else(client: TestClient) -> None:
    told = client.post(
        "/api/v1/validate?format=html",
        content=b"<urn:a> a <urn:b> .",
        headers={"Content-Type": "text/turtle"},
    )
    style = told.text.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = told.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert " style=" not in told.text
    assert "unsafe" not in policy


HOLDING = [
    *("/api/v1/version", "/api/v1/services", "/api/v1/gaps", "/sparql", "/api/v1/dumps"),
    "/about?iri=https://psi.norge.no/los/hendelse/fa-barn",
]


def test_what_holds_the_host_of_an_asker_is_kept_for_that_asker_alone(
    client: TestClient, shipped: Path
) -> None:
    for path in HOLDING:
        told = client.get(path, follow_redirects=False)
        assert told.headers["cache-control"].startswith("private, "), path
    where = "https://livsgraf.example.org"
    with served(shipped, Serving(address=where, workers=1, desks=1)) as (settled, _):
        for path in HOLDING:
            told = settled.get(path, follow_redirects=False, headers={"Host": "evil.example"})
            assert told.headers["cache-control"].startswith("public, "), path
            assert "evil.example" not in told.text + str(told.headers), path


# -- what is sent -----------------------------------------------------------------------------


def test_names_are_asked_for_in_half_a_megabyte(client: TestClient) -> None:
    long = [f"https://example.org/{n:04}/{'x' * 390}" for n in range(1200)]
    assert client.post("/api/v1/labels", json={"iri": long}).status_code == 200
    for path in ("/api/v1/labels", "/api/v1/labels.json"):
        told = client.post(path, json={"iri": [*long, *long[:300]]})
        assert (told.status_code, told.json()["code"]) == (413, "too-much-sent")
    short = [f"urn:x:{n}" for n in range(2001)]
    told = client.post("/api/v1/labels", json={"iri": short})
    assert (told.status_code, told.json()["code"]) == (400, "too-long")


@pytest.mark.parametrize(
    ("media", "title"),
    [
        ("text/plain", "text/plain"),
        ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded"),
        ("application/xml; charset=utf-8", "application/xml"),
        (None, "Content-Type"),
    ],
)
def test_names_are_asked_for_in_json_and_other_content_is_told_so(
    client: TestClient, media: str | None, title: str
) -> None:
    headers = {} if media is None else {"Content-Type": media}
    for content in (b'{"iri": ["urn:a"]}', b"", b"{"):
        told = client.post("/api/v1/labels?lang=en", content=content, headers=headers)
        assert (told.status_code, told.json()["code"]) == (415, "unsupported-media")
        assert title in told.json()["title"]
        assert told.json()["detail"] == "It reads: application/json."
    for told_so in ("application/json", "Application/JSON; charset=utf-8"):
        sent = {"Content-Type": told_so}
        answer = client.post("/api/v1/labels", content=b'{"iri": ["urn:a"]}', headers=sent)
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("path", "media"),
    [
        ("/sparql", "application/sparql-query"),
        ("/api/v1/labels", "application/json"),
        ("/api/v1/validate", "text/turtle"),
        ("/api/v1/validate", "multipart/form-data; boundary=x"),
    ],
)
def test_who_leaves_while_sending_is_no_fault_of_ours(shipped: Path, path: str, media: str) -> None:
    out = io.StringIO()
    service = Service(Settings(shipped), journal=Journal(out)).start()
    app = create_app(service)
    sent: list[Any] = []
    coming = iter(
        [
            {"type": "http.request", "body": b"--x\r\n", "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive() -> Any:
        return next(coming)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"testserver"), (b"content-type", media.encode())]
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "scheme": "http",
        "server": ("testserver", 80),
        "http_version": "1.1",
    }
    with TestClient(app) as client:
        assert client.portal is not None
        client.portal.call(app, scope, receive, send)
    service.stop()
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["status"] for line in lines if line["kind"] == "request"] == [499]
    assert not any(line["kind"] in ("fault", "trouble") for line in lines)
    assert sent == []
