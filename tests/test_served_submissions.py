"""Judging and handing in over HTTP: who may, what is kept, what is told, and what never happens."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import openpyxl
import pytest
from fastapi.testclient import TestClient

from graph import submitting
from graph.access import Keys, Trail
from graph.cli import main
from graph.config import Serving, Settings
from graph.errors import Forbidden, NotAuthorised, TrailBroken, UnknownName
from graph.serving import Service
from graph.terms import LGID
from handing import OTHER, OWNER, TURTLE, bearing, trial
from served import a_copy, served

HERE = "/api/v1/submissions"


BROKEN = trial(7).replace(b"level/municipality", b"level/moon")


@pytest.fixture(scope="module")
def store(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_copy(shipped, tmp_path_factory.mktemp("handing") / "store")


@pytest.fixture(scope="module")
def door(store: Path) -> Iterator[tuple[TestClient, Service]]:
    with served(store, Serving(workers=1, desks=1, write_rate=0)) as lent:
        yield lent


@pytest.fixture(scope="module")
def client(door: tuple[TestClient, Service]) -> TestClient:
    return door[0]


@pytest.fixture(scope="module")
def token(store: Path) -> str:
    return Keys(store).make("fagsystem", [OWNER], ["submit"], 1)[1]


def code(answer: httpx2.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: str = answer.json()["code"]
    return found


# -- judging -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "media"),
    [
        ("json", "application/json"),
        ("jsonl", "application/jsonl"),
        ("csv", "text/csv"),
        ("html", "text/html"),
        ("md", "text/markdown"),
        ("text", "text/plain"),
        ("shacl", "text/turtle"),
        ("sarif", "application/sarif+json"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_a_report_comes_in_the_format_asked_for(client: TestClient, form: str, media: str) -> None:
    answer = client.post("/api/v1/validate", content=BROKEN, headers={**TURTLE, "Accept": media})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == media
    assert answer.headers["x-conforms"] == "false"
    assert answer.headers["x-findings"].startswith("violation=1, ")
    named = client.post(f"/api/v1/validate?format={form}", content=BROKEN, headers=TURTLE)
    assert named.headers["content-type"] == answer.headers["content-type"]


def test_the_same_is_found_as_on_the_command_line(
    client: TestClient, store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file.ttl"
    file.write_bytes(BROKEN)
    assert main(["validate", str(file), "--format", "json", "--store", str(store)]) == 1
    line = json.loads(capsys.readouterr().out)
    told = client.post("/api/v1/validate?name=file.ttl", content=BROKEN, headers=TURTLE).json()

    def places(found: Any) -> list[tuple[str, int]]:
        return [(one["id"], one["where"]["line"]) for one in found["findings"]]

    assert places(told) == places(line)
    assert len(told["findings"]) > 1


def test_a_form_is_read_as_well(client: TestClient) -> None:
    answer = client.post("/api/v1/validate", files={"file": ("tjenester.ttl", trial(1))})
    assert answer.headers["x-conforms"] == "true"
    assert code(client.post("/api/v1/validate", files={"other": ("a.ttl", b"")}), 400)
    sent = {"Content-Type": "multipart/form-data; boundary=x"}
    assert code(client.post("/api/v1/validate", content=b"--y", headers=sent), 400) == "bad-upload"


def test_a_part_of_a_form_that_nobody_reads_is_refused_before_anything_is_done(
    client: TestClient, token: str
) -> None:
    before = client.get("/api/v1/submissions").json()["total"]
    parts = {"files": {"file": ("a.ttl", trial(77))}, "data": {"dry-run": "true"}}
    headers = {"Authorization": bearing(token)["Authorization"]}
    answer = client.post("/api/v1/submissions", headers=headers, **parts)
    assert code(answer, 400) == "stray-field"
    twice = "/api/v1/submissions?dry-run=true&dry-run=false"
    sent = {"content": trial(77), "headers": bearing(token)}
    assert code(client.post(twice, **sent), 400) == "repeated-parameter"
    assert client.get("/api/v1/submissions").json()["total"] == before


@pytest.mark.parametrize(
    "sent",
    [{"data": {"dry-run": "true"}}, {"json": {"dry-run": True}}, {"content": b"{}"}],
)
def test_an_undoing_with_content_undoes_nothing(
    client: TestClient, token: str, sent: dict[str, Any]
) -> None:
    # Before it is looked for: whatever there is to undo, it is not.
    before = client.get("/api/v1/submissions").json()
    undo = "/api/v1/submissions/1/undo"
    headers = {"Authorization": bearing(token)["Authorization"]}
    answer = client.post(undo, headers=headers, **sent)
    assert code(answer, 400) == "stray-content"
    assert client.get("/api/v1/submissions").json()["total"] == before["total"]


def test_a_workbook_comes_back_marked(client: TestClient, tmp_path: Path, store: Path) -> None:
    place = tmp_path / "mal.xlsx"
    assert main(["template", "-o", str(place), "--store", str(store)]) == 0
    book = openpyxl.load_workbook(place)
    sheet = book["Tjenester"]
    sheet.cell(row=4, column=1).value = "Noe"
    book.save(place)
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    sent = {"Content-Type": media, "Accept": media}
    answer = client.post("/api/v1/validate", content=place.read_bytes(), headers=sent)
    assert answer.status_code == 200
    assert "Funn" in openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames


@pytest.mark.parametrize(
    ("content", "sent", "status"),
    [
        (b"x", {"Content-Type": "image/png"}, 415),
        (b"x", {}, 415),
        (b"x" * 11_000_000, TURTLE, 413),
        (b"", {**TURTLE, "Content-Length": "99999999999"}, 413),
        (b"x", {"Content-Type": "application/octet-stream"}, 415),
    ],
)
def test_what_is_not_read_is_told(
    client: TestClient, content: bytes, sent: dict[str, str], status: int
) -> None:
    code(client.post("/api/v1/validate", content=content, headers=sent), status)


@pytest.mark.parametrize(
    ("media", "content"),
    [
        ("text/turtle", b"<a> <b> "),
        ("text/turtle", b"[" * 50_000),
        ("application/rdf+xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        ("application/ld+json", b'{"a":' * 40_000),
        ("application/ld+json", b'{"@context": "http://calls-out.example/"}'),
        ("text/csv", b"\xff\xfe\x00"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\x03\x04"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b""),
    ],
)
def test_a_broken_file_is_a_finding(client: TestClient, media: str, content: bytes) -> None:
    answer = client.post("/api/v1/validate", content=content, headers={"Content-Type": media})
    assert answer.status_code == 200
    assert answer.headers["x-conforms"] == "false"
    assert len(answer.json()["findings"]) == 1
    assert len(answer.json()["files"]) == 1


def test_a_file_of_no_kind_that_is_read_is_a_finding_that_names_it(client: TestClient) -> None:
    headers = {"Content-Type": "application/octet-stream"}
    answer = client.post("/api/v1/validate?name=a.pdf", content=b"%PDF-", headers=headers)
    assert (answer.status_code, answer.headers["x-conforms"]) == (200, "false")
    assert answer.json()["files"] == ["a.pdf"]


def test_nothing_is_kept_of_what_is_judged(client: TestClient, store: Path) -> None:
    before = {path.name for path in store.iterdir()}
    client.post("/api/v1/validate", content=trial(2), headers=TURTLE)
    assert {path.name for path in store.iterdir()} == before
    assert not submitting.history(Settings(store))


# -- handing in --------------------------------------------------------------------------------


def test_a_file_is_handed_in_looked_at_and_taken_back(
    client: TestClient, store: Path, token: str
) -> None:
    tried = client.post(f"{HERE}?dry-run=true", content=trial(1), headers=bearing(token))
    assert (tried.status_code, tried.json()["outcome"]) == (200, "tried")
    assert tried.json()["change"]["statements"]
    before = client.get("/api/v1/version").json()
    done = client.post(
        f"{HERE}?function=Tjenestekontoret", content=trial(1), headers=bearing(token)
    )
    assert done.status_code == 201
    told = done.json()
    assert told["receipt"]["function"] == "Tjenestekontoret"
    assert told["receipt"]["organisation"] == OWNER
    assert told["graph_version"] != before["graph_version"]
    # Whoever asks next sees it, by whatever address.
    asked = {"query": f"ASK {{ <{LGID}service/trial-1> a ?t }}"}
    assert client.get("/sparql", params=asked).json()["boolean"] is True
    shown = client.get(done.headers["location"])
    assert shown.json()["sha256"] == told["receipt"]["sha256"]
    change = client.get(done.headers["location"] + "/difference").json()
    assert len(change["statements"]) == told["change"]["added"]
    again = client.post(HERE, content=trial(1), headers=bearing(token))
    assert (again.status_code, again.json()["outcome"]) == (200, "nothing")
    assert client.get(HERE).json()["total"] == 1
    _, theirs = Keys(store).make("annet fagsystem", [OTHER], ["submit"], 1)
    undo = done.headers["location"] + "/undo"
    assert code(client.post(undo, headers=bearing(theirs)), 403) == "cannot-undo-not-yours"
    back = client.post(undo, headers=bearing(token))
    assert back.status_code == 201
    assert {"@context", "id", "layer", "date", "data_date", "lang"} <= set(back.json())
    assert back.json()["receipt"]["undoes"] == told["receipt"]["key"]
    assert client.get("/sparql", params=asked).json()["boolean"] is False
    twice = client.post(done.headers["location"] + "/undo", headers=bearing(token))
    assert code(twice, 409) == "cannot-undo-undone"


def test_what_is_erased_is_told_so_and_no_kept_answer_hides_it(
    client: TestClient, store: Path, token: str
) -> None:
    done = client.post(HERE, content=trial(41), headers=bearing(token))
    at = done.headers["location"]
    assert client.post(f"{at}/undo", headers=bearing(token)).status_code == 201
    addresses = (at, f"{at}/difference", HERE)
    had = {one: client.get(one) for one in addresses}
    assert not any("erased" in str(answer.json()) for answer in had.values())
    submitting.erase(Settings(store=store), at.rpartition("/")[2], "personvernombud")
    for one, answer in had.items():
        told = client.get(one, headers={"If-None-Match": answer.headers["etag"]})
        assert told.status_code == 200
        assert "personvernombud" in told.text
        again = client.get(one, headers={"If-None-Match": told.headers["etag"]})
        assert again.status_code == 304
    assert client.get(at).json()["erased"]["members"] == ["sha256", "read", "change"]
    assert client.get(f"{at}/difference").json()["statements"] == []
    assert client.get("/ready?for=write").status_code == 200
    assert client.post(HERE, content=trial(42), headers=bearing(token)).status_code == 201
    comment = b"# Ola Nordmann, 31129900000\n" + trial(43)
    assert code(client.post(HERE, content=comment, headers=bearing(token)), 422) == "refused"


def test_a_violation_refuses_with_every_reason(client: TestClient, token: str) -> None:
    n = client.get(HERE).json()["total"]
    answer = client.post(HERE, content=BROKEN, headers=bearing(token))
    assert code(answer, 422) == "refused"
    assert any(one["severity"] == "violation" for one in answer.json()["findings"])
    assert client.get(HERE).json()["total"] == n


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer lg_00000000_x"},
        {"Authorization": "Basic bGc6bGc="},
        {"Authorization": "Bearer lg_"},
        {"Authorization": b"Bearer lg_\xe5"},
        {"Cookie": "token=lg_00000000_x"},
    ],
)
def test_without_a_key_nothing_is_taken_in(client: TestClient, header: dict[str, Any]) -> None:
    answer = client.post(HERE, content=trial(3), headers={**TURTLE, **header})
    assert code(answer, 401) == "not-authorised"
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_key_in_the_address_is_no_key(client: TestClient, token: str) -> None:
    assert client.post(
        f"{HERE}?access_token={token}", content=trial(3), headers=TURTLE
    ).status_code in (400, 401)


def test_a_key_stands_for_its_organisations_alone(
    client: TestClient, token: str, store: Path
) -> None:
    answer = client.post(f"{HERE}?organisation={OTHER}", content=trial(3), headers=bearing(token))
    assert code(answer, 403) == "not-yours"
    _, two = Keys(store).make("to", [OWNER, OTHER], ["submit"], 1)
    assert code(client.post(HERE, content=trial(3), headers=bearing(two)), 400) == "bad-parameter"
    _, other = Keys(store).make("annen", [OTHER], ["submit"], 1)
    first = client.post(f"{HERE}?organisation={OWNER}", content=trial(4), headers=bearing(two))
    assert first.status_code == 201
    changed = trial(4, title="Endret")
    assert code(client.post(HERE, content=changed, headers=bearing(other)), 403) == "not-owned"
    undo = first.headers["location"] + "/undo"
    assert code(client.post(undo, headers=bearing(other)), 403)


def test_a_key_without_the_role_is_forbidden(client: TestClient, store: Path) -> None:
    _, streams = Keys(store).make("uttrekk", [OWNER], ["stream"], 1)
    assert code(client.post(HERE, content=trial(3), headers=bearing(streams)), 403) == "forbidden"


def test_an_editor_needs_a_key_with_the_role(store: Path) -> None:
    _, plain = Keys(store).make("vanlig", [OTHER], ["submit"], 1)
    _, editor = Keys(store).make("redaksjon", [OTHER], ["submit", "editor"], 1)
    changed = trial(4, title="Rettet")
    with served(store, Serving(workers=1, desks=1, write_rate=0), editors=frozenset({OTHER})) as (
        client,
        _,
    ):
        assert code(client.post(HERE, content=changed, headers=bearing(plain)), 403) == "not-owned"
        assert client.post(HERE, content=changed, headers=bearing(editor)).status_code == 201


def test_a_key_that_is_taken_back_stops_at_once(client: TestClient, store: Path) -> None:
    key, secret = Keys(store).make("kort", [OWNER], ["submit"], 1)
    tried = f"{HERE}?dry-run=true"
    assert client.post(tried, content=trial(5), headers=bearing(secret)).status_code == 200
    Keys(store).revoke(key.id)
    assert code(client.post(tried, content=trial(5), headers=bearing(secret)), 401)


def test_the_stream_needs_its_role(client: TestClient, store: Path, token: str) -> None:
    query = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 20000"
    sent = {"Content-Type": "application/sparql-query", "Accept": "text/csv"}
    assert code(client.post("/sparql/stream", content=query, headers=sent), 401)
    sent["Authorization"] = f"Bearer {token}"
    assert code(client.post("/sparql/stream", content=query, headers=sent), 403)
    _, streams = Keys(store).make("uttrekk", [OWNER], ["stream"], 1)
    sent["Authorization"] = f"Bearer {streams}"
    answer = client.post("/sparql/stream", content=query, headers=sent)
    assert answer.status_code == 200
    assert answer.content == client.get("/sparql", params={"query": query, "format": "csv"}).content
    assert code(client.post("/sparql/stream", content="SELECT", headers=sent), 400)


@pytest.mark.parametrize("path", ["none", "999", "..%2f..%2fetc", "%00", "1%0d%0aX: y"])
def test_a_receipt_that_there_is_not_is_404(client: TestClient, path: str) -> None:
    for rest in ("", "/difference"):
        assert client.get(f"{HERE}/{path}{rest}").status_code == 404


# -- keys and the trail ------------------------------------------------------------------------


def test_a_secret_is_shown_once_and_kept_nowhere(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["key", "create", "--name", "Sak og arkiv", "--organisation", OWNER]
    assert main([*words, "--store", str(store)]) == 0
    secret = capsys.readouterr().out.strip()
    number, _, rest = secret.removeprefix("lg_").partition("_")
    for path in (store / "keys.json", store / "audit" / "trail.jsonl"):
        assert number in path.read_text("utf-8")
        assert rest not in path.read_text("utf-8")
    assert (store / "keys.json").stat().st_mode & 0o077 == 0
    assert main(["key", "list", "--format", "json", "--store", str(store)]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert any(one["id"] == number for one in listed)
    assert rest not in json.dumps(listed)
    assert main(["key", "revoke", number, "--store", str(store)]) == 0
    with pytest.raises(NotAuthorised):
        Keys(store).who_bears(secret, "submit")


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--name", "a", "--organisation", "123456789"], 2),
        (["--name", "kari@example.org", "--organisation", OWNER], 2),
        (["--name", "a", "--organisation", OWNER, "--role", "king"], 2),
        (["--name", "a", "--organisation", OWNER, "--days", "0"], 2),
    ],
)
def test_a_key_for_nobody_is_not_made(store: Path, words: list[str], status: int) -> None:
    before = len(Keys(store).listed())
    assert main(["key", "create", *words, "--store", str(store)]) == status
    assert len(Keys(store).listed()) == before


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["--name", "kari@example.org", "--organisation", OWNER], "--name"),
        (["--name", "vakt 912 34 567", "--organisation", OWNER], "--name"),
        (["--name", "x" * 101, "--organisation", OWNER], "--name"),
        (["--name", "a", "--organisation", "123456789"], "--organisation"),
    ],
)
def test_what_is_wrong_with_a_key_is_told_with_options_of_that_command(
    store: Path, words: list[str], option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["key", "create", *words, "--store", str(store)]) == 2
    told = capsys.readouterr().err
    assert f"for eksempel {option} " in told
    assert "--as" not in told
    assert "unksjon" not in told


def test_keys_end(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime

    from graph.access import keys as module

    key, secret = Keys(store).make("kort", [OWNER], ["submit"], 1)
    assert Keys(store).who_bears(secret, "submit").id == key.id
    with pytest.raises(Forbidden):
        Keys(store).who_bears(secret, "editor")
    with pytest.raises(UnknownName):
        Keys(store).revoke("none")
    later = datetime.date.fromisoformat(key.expires) + datetime.timedelta(days=1)
    monkeypatch.setattr(module, "today", lambda: later)
    with pytest.raises(NotAuthorised):
        Keys(store).who_bears(secret, "submit")


def test_the_trail_tells_who_did_what_and_cannot_be_changed(
    client: TestClient, token: str, store: Path, tmp_path: Path
) -> None:
    forged = 'x"}\n{"act": "submit", "outcome": "done"'
    sent = bearing(token, **{"X-Forwarded-For": "1.2.3.4", "User-Agent": "a"})
    client.post(
        HERE, params={"function": "enhet", "name": f"{forged}.ttl"}, content=trial(6), headers=sent
    )
    trail = Trail(store)
    lines = [told for _, told in trail.lines()]
    assert [one["outcome"] for one in lines[-2:]] == ["begun", "done"]
    assert lines[-1]["organisation"] == OWNER
    assert lines[-1]["receipt"] == submitting.history(Settings(store))[-1].id
    assert "1.2.3.4" not in json.dumps(lines)
    assert trail.verify() == len(lines)
    whole = trail.path.read_bytes()
    changes: list[Callable[[list[bytes]], list[bytes]]] = [
        lambda found: found[:1] + found[2:],
        lambda found: [found[1], found[0], *found[2:]],
        lambda found: [found[0].replace(OWNER.encode(), OTHER.encode()), *found[1:]],
        lambda found: [found[0], found[0], *found[1:]],
    ]
    for number, change in enumerate(changes):
        place = tmp_path / str(number)
        (place / "audit").mkdir(parents=True)
        lines_ = whole.splitlines(keepends=True)
        (place / "audit" / "trail.jsonl").write_bytes(b"".join(change(lines_)))
        with pytest.raises(TrailBroken):
            Trail(place).verify()
