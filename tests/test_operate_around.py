"""What surrounds every request: headers, limits, the line in the log, and who is believed."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from graph.api import create_app
from graph.api.around import _without_suffix
from graph.api.caller import Callers, names_a_host, owner
from graph.api.negotiate import FORMATS
from graph.config import Limits, Serving, Settings
from graph.errors import DiskFull, StoreDamaged, StoreLocked
from graph.serving import Journal, Service
from graph.serving.journal import line_of
from served import served

EVERY = ("x-request-id", "x-content-type-options", "content-security-policy", "referrer-policy")


@pytest.fixture(scope="module")
def client(shipped: Path) -> Iterator[TestClient]:
    with served(shipped, Serving(rate=0, write_rate=0, query_bytes=1000, body_seconds=0.4)) as (
        client,
        _,
    ):
        _add_routes(client.app)
        yield client


def _add_routes(app: Any) -> None:
    """Add routes of the tests' own, which do what a route may do."""

    async def read(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    def fail() -> Response:
        raise RuntimeError("secret words")

    def break_off() -> Response:
        def parts() -> Iterator[bytes]:
            yield b"half"
            raise RuntimeError("secret words")

        return StreamingResponse(parts())

    def trouble(kind: str) -> Response:
        kinds = {"full": DiskFull, "damaged": StoreDamaged, "locked": StoreLocked}
        raise kinds[kind]("/somewhere/secret")

    app.add_api_route("/sparql/body", read, methods=["POST"])
    app.add_api_route("/api/v1/body", read, methods=["POST"])
    app.add_api_route("/fail", fail)
    app.add_api_route("/half", break_off)
    app.add_api_route("/trouble", trouble)
    app.add_api_route("/api/v1/things/{key}", lambda key: PlainTextResponse(key))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health", 200),
        ("GET", "/api/v1/version", 200),
        ("HEAD", "/api/v1/version", 200),
        ("OPTIONS", "/api/v1/version", 204),
        ("GET", "/nowhere", 404),
        ("OPTIONS", "/nowhere", 404),
        ("DELETE", "/health", 405),
        ("GET", "/fail", 500),
        ("GET", "/health?x=1", 400),
    ],
)
def test_every_answer_has_a_number_of_ours_and_the_security_headers(
    client: TestClient, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path, headers={"X-Request-Id": "mine", "Origin": "null"})
    assert answer.status_code == status
    assert set(EVERY) <= set(answer.headers)
    assert answer.headers["x-request-id"] != "mine"
    assert "access-control-allow-credentials" not in answer.headers
    assert "strict-transport-security" not in answer.headers
    if status >= 400:
        told = answer.json()
        assert told["instance"].endswith(answer.headers["x-request-id"])
        assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["/api/v1/version", "/health", "/nowhere", "/ready?for=write"])
def test_head_tells_what_get_tells_and_sends_nothing(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.content == b""
    assert head.status_code == got.status_code
    same = ("content-length", "content-type", "etag", "vary", "cache-control")
    assert [head.headers.get(name) for name in same[1:]] == [
        got.headers.get(name) for name in same[1:]
    ]
    if got.status_code == 200:
        assert head.headers["content-length"] == str(len(got.content))


@pytest.mark.parametrize(
    ("method", "path", "is_open"),
    [
        ("GET", "/api/v1/version", True),
        ("HEAD", "/api/v1/version", True),
        ("GET", "/nowhere", True),
        ("POST", "/sparql", True),
        ("POST", "/api/v1/submissions", False),
        ("DELETE", "/api/v1/submissions", False),
    ],
)
def test_pages_elsewhere_may_read_and_never_write(
    client: TestClient, method: str, path: str, is_open: bool
) -> None:
    origin = {"Origin": "https://page.example.org"}
    asked = {**origin, "Access-Control-Request-Method": method}
    preflight = client.options(path, headers=asked)
    answer = client.request(method, path, headers=origin)
    wanted = "*" if is_open else None
    assert answer.headers.get("access-control-allow-origin") == wanted
    if path != "/nowhere":
        assert preflight.status_code == 204
        assert preflight.headers.get("access-control-allow-origin") == wanted
        assert ("access-control-allow-methods" in preflight.headers) == is_open
    allowed = preflight.headers.get("access-control-allow-headers", "").lower()
    assert "authorization" not in allowed
    # What docs/api.md tells to send, so that a file that broke off is gone on with.
    if path != "/nowhere":
        assert {"range", "if-range", "if-none-match"} <= set(allowed.split(", ")) or not is_open


def test_allow_names_every_way_of_an_address(client: TestClient) -> None:
    told = client.put("/api/v1/version")
    assert told.status_code == 405
    assert told.headers["allow"] == "GET, HEAD, OPTIONS"
    assert client.options("/sparql/body").headers["allow"] == "POST, OPTIONS"


def test_a_suffix_asks_for_a_format(client: TestClient) -> None:
    answer = client.get("/api/v1/laws.jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    plain = client.get("/api/v1/laws").json()
    assert answer.json()["items"] == plain["items"]
    assert client.get("/api/v1/version.jsonld").status_code == 400
    assert client.get("/api/v1/version.xlsx").status_code == 400
    assert client.get("/api/v1/things/a.b").text == "a.b"
    assert client.get("/api/v1/things/a.b.json").text == "a.b"
    assert client.get("/api/v1/openapi.json").json()["openapi"].startswith("3.1")


@given(st.text("abc./-", min_size=1), st.sampled_from(sorted(FORMATS)))
def test_a_suffix_is_taken_off_once_and_only_below_the_api(stem: str, form: str) -> None:
    path = f"/api/v1/x{stem}x"
    assert _without_suffix(f"{path}.{form}") == (path, form)
    assert _without_suffix(f"/id/{stem}.{form}") == (f"/id/{stem}.{form}", None)
    kept = f"/api/v1/dumps/livsgraf.{form}"
    assert _without_suffix(kept) == (kept, None)


def test_a_parameter_that_is_none_is_refused_with_the_nearest(client: TestClient) -> None:
    told = client.get("/api/v1/version?lagn=nb&lang=nb").json()
    assert (told["code"], told["suggestions"]) == ("strange-parameter", ["lang"])
    assert client.get("/api/v1/version?lang=nn&format=json").status_code == 200


def test_what_the_description_says_of_every_operation_holds(shipped: Path) -> None:
    with served(shipped) as (client, _):
        told = client.get("/api/v1/openapi.json").json()
        for path, ways in told["paths"].items():
            for operation in ways.values():
                assert "HTTPValidationError" not in str(operation["responses"])
                assert "application/problem+json" in operation["responses"]["default"]["content"]
                assert operation["summary"], path
        schema = told["paths"]["/ready"]["get"]["responses"]["200"]["content"]
        wanted = schema["application/json"]["schema"]
        for path in ("/ready", "/ready?for=write&lang=en"):
            assert set(client.get(path).json()) == set(wanted["properties"])


def test_a_body_may_not_be_larger_than_its_address_takes(client: TestClient) -> None:
    most = 3 * 1000 + 65_536
    assert client.post("/sparql/body", content=b"x" * most).text == str(most)
    told = client.post("/sparql/body", content=b"x" * (most + 1))
    assert (told.status_code, told.json()["code"]) == (413, "too-much-sent")
    assert told.headers["connection"] == "close"

    def without_a_length() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    told = client.post("/sparql/body", content=without_a_length())
    assert (told.status_code, told.json()["code"]) == (413, "too-much-sent")
    assert client.post("/api/v1/body", content=b"x" * (most + 1)).status_code == 200


def test_a_fault_of_ours_is_told_to_the_log_without_what_was_sent(shipped: Path) -> None:
    out = io.StringIO()
    with _logged(shipped, out) as client:
        answer = client.get("/fail?q=hemmelig")
        assert answer.json()["code"] == "strange-parameter"
        answer = client.get("/fail")
        client.get("/half")
    assert answer.status_code == 500
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    fault, second = (line for line in lines if line["kind"] == "fault")
    assert second["error"] == "RuntimeError"
    assert fault["error"] == "RuntimeError"
    assert fault["number"] == answer.headers["x-request-id"]
    assert "secret" not in out.getvalue()


def test_the_log_has_one_line_for_a_request_and_nothing_that_was_not_meant_for_it(
    shipped: Path,
) -> None:
    out = io.StringIO()
    forged = '/nowhere/%0A{"kind":"forged"}%1b[31m%C2%85%E2%80%AE'
    with _logged(shipped, out) as client:
        client.get(
            forged + "?query=spm",
            headers={
                "Authorization": "Bearer hemmelig",
                "User-Agent": "agent",
                "X-Forwarded-For": "203.0.113.9",
            },
        )
        client.post("/sparql", content=b"innhold")
    text = out.getvalue()
    assert text.isascii()
    assert not any(word in text for word in ("spm", "hemmelig", "agent", "innhold", "203.0"))
    lines = [json.loads(line) for line in text.split("\n") if line]
    asked = [line for line in lines if line["kind"] == "request"]
    assert [(line["method"], line["status"]) for line in asked] == [("GET", 404), ("POST", 415)]
    assert asked[0]["path"].startswith("/nowhere/\n{")
    assert asked[1]["route"] == "/sparql"
    assert not any(line["kind"] == "forged" for line in lines)


@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_no_value_ends_a_line_or_steers_a_terminal(kind: str, one: str, many: list[str]) -> None:
    line = line_of(kind, {"one": one, "many": many, "none": None})
    assert line.endswith("\n")
    assert line.isascii()
    assert line[:-1].isprintable()
    assert json.loads(line)["one"] == one[:300]


class _Stuck(io.StringIO):
    """A stream whose reader has stopped, until it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def write(self, text: str) -> int:
        self.go.wait(10)
        return super().write(text)


def test_who_tells_never_waits_for_who_reads_and_what_is_left_out_is_counted() -> None:
    stuck = _Stuck()
    journal = Journal(stuck)
    for number in range(25_000):
        journal.tell("x", number=number)
    stuck.go.set()
    for _ in range(1000):
        if not journal._lines.full():
            break
        time.sleep(0.01)
    journal.tell("last")
    journal.close()
    lines = [json.loads(line) for line in stuck.getvalue().splitlines()]
    told = [line for line in lines if line["kind"] == "x"]
    assert lines[-1]["left_out"] + len(told) == 25_000


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("full", 507, "no-room"), ("damaged", 503, "not-whole"), ("locked", 503, "overloaded")],
)
def test_what_is_wrong_with_the_store_is_told_without_its_place(
    client: TestClient, kind: str, status: int, code: str
) -> None:
    answer = client.get("/trouble", params={"kind": kind})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "secret" not in answer.text
    assert int(answer.headers["retry-after"]) > 0


def test_a_client_has_a_limit_that_others_and_the_watcher_do_not_feel(shipped: Path) -> None:
    with served(shipped, Serving(rate=3, proxies=("10.0.0.1",))) as (client, _):
        for left in (2, 1, 0):
            told = client.get("/api/v1/version")
            assert told.status_code == 200
            assert told.headers["ratelimit"].startswith(f'"client";r={left};t=')
        for forged in ("203.0.113.1", "203.0.113.2"):
            refused = client.get("/api/v1/version", headers={"X-Forwarded-For": forged})
            assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
            assert 0 < int(refused.headers["retry-after"]) <= 60
        assert client.get("/health").status_code == client.get("/ready").status_code == 200


def test_who_writes_has_a_limit_of_its_own(shipped: Path) -> None:
    with served(shipped, Serving(write_rate=1)) as (client, _):
        _add_routes(client.app)
        assert client.post("/api/v1/body").status_code == 200
        refused = client.post("/api/v1/body")
        assert refused.status_code == 429
        assert refused.headers["ratelimit-policy"] == '"writing";q=1;w=60'
        asked = {"content": "ASK {}", "headers": {"Content-Type": "application/sparql-query"}}
        assert client.post("/sparql", **asked).status_code == 200


def test_all_together_have_a_limit(shipped: Path) -> None:
    with served(shipped, Serving(rate=0, all_rate=2)) as (client, _):
        found = [client.get("/api/v1/version") for _ in range(3)]
    assert [answer.status_code for answer in found] == [200, 200, 503]
    assert found[-1].json()["code"] == "overloaded"


@pytest.mark.parametrize(
    ("serving", "told"),
    [
        (Serving(requests=1), (503, "overloaded")),
        (Serving(client_requests=1), (429, "too-many-at-once")),
    ],
)
def test_more_at_a_time_than_there_may_be_is_refused_and_the_rest_is_answered(
    shipped: Path, serving: Serving, told: tuple[int, str]
) -> None:
    with served(shipped, serving) as (client, _):
        begun, go_on = threading.Event(), threading.Event()

        def wait() -> Response:
            begun.set()
            go_on.wait(10)
            return PlainTextResponse("done")

        client.app.add_api_route("/wait", wait)  # type: ignore[attr-defined]
        found: list[Any] = []
        thread = threading.Thread(target=lambda: found.append(client.get("/wait")))
        thread.start()
        assert begun.wait(10)
        refused = client.get("/api/v1/version")
        alive = client.get("/health")
        go_on.set()
        thread.join()
        again = client.get("/api/v1/version")
    assert (refused.status_code, refused.json()["code"]) == told
    assert int(refused.headers["retry-after"]) > 0
    assert again.status_code == 200
    assert alive.status_code == 200
    assert found[0].text == "done"


def test_hsts_is_told_when_it_is_asked_for(shipped: Path) -> None:
    with served(shipped, Serving(https_only=True)) as (client, _):
        assert "max-age" in client.get("/health").headers["strict-transport-security"]


_SENT = st.text(st.characters(max_codepoint=255))


@given(_SENT, _SENT)
def test_nobody_but_a_proxy_we_know_says_whom_it_asks_for(told: str, scheme: str) -> None:
    headers = Headers({"x-forwarded-for": told, "x-forwarded-proto": scheme})
    scope = {"client": ("198.51.100.7", 1), "scheme": "http"}
    for known in ((), ("10.0.0.0/8",)):
        callers = Callers(known)
        assert callers.client(scope, headers) == "198.51.100.7"
        assert callers.scheme(scope, headers) == "http"


@given(st.lists(st.ip_addresses().map(str), max_size=3), st.ip_addresses(v=4).map(str))
def test_what_a_client_writes_itself_is_never_believed(forged: list[str], real: str) -> None:
    callers = Callers(["10.0.0.0/8", "fd00::/8"])
    told = ", ".join([*forged, real, "10.1.2.3"])
    scope = {"client": ("10.9.9.9", 1), "scheme": "http"}
    found = callers.client(scope, Headers({"x-forwarded-for": told}))
    if not real.startswith("10."):
        assert found == real
    broken = callers.client(scope, Headers({"x-forwarded-for": f"{real}, junk, 10.1.2.3"}))
    assert broken == "10.1.2.3"


def test_a_proxy_tells_how_the_client_asks() -> None:
    scope = {"client": ("::ffff:10.0.0.1", 1), "scheme": "http"}
    callers = Callers(["10.0.0.1"])
    assert callers.scheme(scope, Headers({"x-forwarded-proto": "https"})) == "https"
    assert callers.scheme(scope, Headers({"x-forwarded-proto": "javascript"})) == "http"
    assert callers.client(scope, Headers({"x-forwarded-for": "[2001:db8::1]:44"})) == "2001:db8::1"


def test_one_owner_of_many_addresses_is_one_client() -> None:
    assert owner("2001:db8::1") == owner("2001:db8::ffff") == "2001:db8::/64"
    assert owner("2001:db8:0:1::1") != owner("2001:db8::1")
    assert owner("203.0.113.9") == "203.0.113.9"
    assert owner("testclient") == "testclient"


@pytest.mark.parametrize(
    ("host", "is_one"),
    [
        (None, True),
        ("example.org", True),
        ("example.org:80", True),
        ("[::1]:80", True),
        ("a b", False),
        ("example.org/x", False),
        ("evil@example.org", False),
        ("x" * 300, False),
        ('"><script>', False),
    ],
)
def test_a_host_is_one_or_the_request_is_refused(
    client: TestClient, host: str | None, is_one: bool
) -> None:
    assert names_a_host(host) == is_one
    if host:
        answer = client.get("/health", headers={"Host": host})
        assert answer.status_code == (200 if is_one else 400)


def _logged(shipped: Path, out: io.StringIO) -> Any:
    """Lend a client of an application whose log goes into a text."""
    import contextlib

    @contextlib.contextmanager
    def lend() -> Iterator[TestClient]:
        service = Service(Settings(shipped, limits=Limits()), journal=Journal(out)).start()
        app = create_app(service)
        _add_routes(app)
        with TestClient(app, raise_server_exceptions=False) as client:
            yield client
        service.stop()

    return lend()
