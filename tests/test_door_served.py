"""Handing in over HTTP where something goes wrong: nothing is lost, and the words fit who reads."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from hypothesis import given as having
from hypothesis import settings as examples
from hypothesis import strategies as st
from starlette.requests import Request

import submitproject
from graph import submitting
from graph.access import Keys, Trail
from graph.access import audit as trail_module
from graph.api import create_app
from graph.api.line import Shares, in_line
from graph.api.uploads import ENDINGS, uploaded
from graph.config import Limits, Serving, Settings
from graph.errors import Busy, LivsgrafError
from graph.examining.desk import WalledDesk
from graph.messages import load
from graph.serving import Service
from graph.serving.desks import Desks
from graph.store import log as log_module
from graph.store.backup import back_up
from submitproject import FOREST, MOUNTAIN

HERE = "/api/v1/submissions"
TURTLE = {"Content-Type": "text/turtle"}


class Door:
    """One small store and a client of it."""

    def __init__(
        self, settings: Settings, root: Path, client: TestClient, service: Service
    ) -> None:
        self.settings, self.root, self.client, self.service = settings, root, client, service
        _, self.token = Keys(settings.store).make("fagsystem", [FOREST], ["submit"], 1)
        self._n = 0

    def wish(self) -> bytes:
        self._n += 1
        text = f"wish:served-{self._n} a ex:Wish ; dct:title 'Ny {self._n}'@nb ."
        return (submitproject.HEAD + text).encode()

    def hand_in(
        self, content: bytes | None = None, query: str = "", **headers: str
    ) -> httpx2.Response:
        sent = {**TURTLE, "Authorization": f"Bearer {self.token}", **headers}
        return self.client.post(HERE + query, content=content or self.wish(), headers=sent)

    def trail(self) -> list[dict[str, object]]:
        return [told for _, told in self.service.trail.lines()]

    def numbers(self) -> list[int]:
        return [one.number for one in submitting.history(self.settings)]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    settings, root = submitproject.built(tmp_path_factory.mktemp("door"))
    serving = Serving(workers=1, desks=1, rate=10**6, write_rate=10**6)
    settings = replace(settings, serving=serving)
    service = Service(settings, root).start()
    try:
        with TestClient(create_app(service), raise_server_exceptions=False) as client:
            found = Door(settings, root, client, service)
            for _ in range(600):
                if found.hand_in(query="?dry-run=true").status_code == 200:
                    break
            yield found
    finally:
        service.stop()


def code(answer: httpx2.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    found: str = answer.json()["code"]
    return found


def _full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


# -- what goes wrong ---------------------------------------------------------------------------


def test_a_full_disk_is_507_and_writing_goes_on_afterwards(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, lines = door.numbers(), len(door.trail())
    with monkeypatch.context() as patched:
        patched.setattr(log_module, "_put", _full)
        refused = door.hand_in()
    assert code(refused, 507) == "no-room"
    assert door.numbers() == before
    assert [told["outcome"] for told in door.trail()[lines:]] == ["begun", "disk-full"]
    assert door.client.get(HERE).json()["total"] == len(before)
    assert door.hand_in().status_code == 201


def test_what_cannot_be_noted_is_not_done(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    before, lines = door.numbers(), len(door.trail())
    with monkeypatch.context() as patched:
        patched.setattr(trail_module, "_write_all", _full)
        assert code(door.hand_in(), 507) == "no-room"
    assert (door.numbers(), len(door.trail())) == (before, lines)


def test_what_was_done_stands_though_the_trail_cannot_tell_how_it_ended(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, written = trail_module._write_all, 0

    def first(handle: int, content: bytes) -> None:
        nonlocal written
        written += 1
        # A line and its head, then the disk is full.
        _full() if written > 2 else real(handle, content)

    before = len(door.numbers())
    with monkeypatch.context() as patched:
        patched.setattr(trail_module, "_write_all", first)
        assert door.hand_in().status_code == 201
    assert len(door.numbers()) == before + 1
    assert door.trail()[-1]["outcome"] == "begun"


def test_a_trail_that_was_cut_takes_nothing_in(door: Door) -> None:
    door.hand_in(query="?dry-run=true")
    path = door.service.trail.path
    whole, before = path.read_bytes(), door.numbers()
    path.write_bytes(whole[: whole.rindex(b"\n", 0, -1) + 1])
    try:
        assert code(door.hand_in(), 503) == "door-not-whole"
        assert door.numbers() == before
    finally:
        path.write_bytes(whole)


def test_a_backup_brings_the_trail_along_while_others_write_to_it(
    door: Door, tmp_path: Path
) -> None:
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            door.service.trail.add("submit", {"key": "other"})

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(4):
            back_up(door.settings.store, tmp_path / str(number))
    finally:
        done.set()
        thread.join()
    counts = [Trail(tmp_path / str(number) / "store").verify() for number in range(4)]
    assert counts == sorted(counts)
    assert counts[-1] > counts[0] > 0
    assert Keys(tmp_path / "0" / "store").who_bears(door.token, "submit")


def test_the_trail_names_the_bytes_also_of_what_is_refused(door: Door) -> None:
    import hashlib

    content = b"@prefix : <https://example.org/> . :a :b "
    assert code(door.hand_in(content), 400)
    assert door.trail()[-1]["sha256"] == hashlib.sha256(content).hexdigest()
    assert door.trail()[-1]["outcome"] not in ("done", "begun")


def test_a_good_key_that_is_refused_leaves_a_line(door: Door) -> None:
    _, streams = Keys(door.settings.store).make("uttrekk", [FOREST], ["stream"], 1)
    lines = len(door.trail())
    assert door.hand_in(**{"Content-Type": "image/png"}).status_code == 415
    assert door.hand_in(query="?organisation=999999999").status_code == 403
    assert door.hand_in(Authorization=f"Bearer {streams}").status_code == 403
    undo = door.client.post(f"{HERE}/1/undo", headers={"Authorization": f"Bearer {streams}"})
    assert undo.status_code == 403
    assert door.hand_in(Authorization="Bearer lg_1_2").status_code == 401
    told = [(line["act"], line["outcome"], line["key"]) for line in door.trail()[lines:]]
    mine, other = (token.split("_")[1] for token in (door.token, streams))
    assert told == [
        ("submit", "unsupported-media", mine),
        ("submit", "not-yours", mine),
        ("submit", "forbidden", other),
        ("undo", "forbidden", other),
    ]


def test_a_stream_leaves_its_beginning_and_its_end(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib

    _, token = Keys(door.settings.store).make("uttrekk", [FOREST], ["stream"], 1)
    sent = {"Content-Type": "application/sparql-query", "Authorization": f"Bearer {token}"}
    lines = len(door.trail())
    for text, status in (("SELECT * { ?s ?p ?o }", 200), ("SELECT", 400), ("", 400)):
        answer = door.client.post("/sparql/stream", content=text, headers=sent)
        assert answer.status_code == status
    told = [line["outcome"] for line in door.trail()[lines:]]
    assert told == ["begun", "done", "begun", "query-syntax", "one-query"]
    assert {line["act"] for line in door.trail()[lines:]} == {"stream"}
    sha256 = hashlib.sha256(b"SELECT * { ?s ?p ?o }").hexdigest()
    assert [line["sha256"] for line in door.trail()[lines : lines + 2]] == [sha256] * 2
    with monkeypatch.context() as patched:
        patched.setattr(trail_module, "_write_all", _full)
        answer = door.client.post("/sparql/stream", content="ASK {}", headers=sent)
    assert answer.status_code == 200


def test_who_waits_longer_than_may_is_told_at_once() -> None:
    import anyio

    async def crowd() -> list[object]:
        threads, told = anyio.CapacityLimiter(1), []
        started, go = anyio.Event(), anyio.Event()

        async def one() -> None:
            started.set()
            told.append(await in_line(lambda: anyio.from_thread.run(go.wait), threads, 1))

        async with anyio.create_task_group() as group:
            group.start_soon(one)
            await anyio.wait_all_tasks_blocked()
            group.start_soon(one)
            await anyio.wait_all_tasks_blocked()
            with pytest.raises(Busy):
                await in_line(lambda: None, threads, 1)
            go.set()
        return told

    assert len(asyncio.run(crowd())) == 2


def test_one_client_has_its_share_of_the_desks_and_leaves_the_line_to_others() -> None:
    async def crowd() -> None:
        shares, told = Shares(1, 0.05), []
        async with shares.one("2001:db8::1"):
            with pytest.raises(Busy) as busy:
                # Another address of the network that one owner has.
                async with shares.one("2001:db8::2"):
                    told.append("the same")
            assert busy.value.retry_after
            async with shares.one("192.0.2.1"):
                told.append("another")
        async with shares.one("2001:db8::2"):
            told.append("after")
        assert told == ["another", "after"]
        # Of who is gone nothing is kept.
        assert not shares._here

    asyncio.run(crowd())


def test_two_files_of_one_client_keep_nobody_from_having_one_judged(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both would take a desk; only one does, and the other desk is there for who else asks."""
    here, go = threading.Semaphore(0), threading.Event()
    one = Desks.one

    @contextlib.contextmanager
    def slow(self: Desks) -> Iterator[WalledDesk]:
        with one(self) as desk:
            here.release()
            assert go.wait(30)
            yield desk

    monkeypatch.setattr(Desks, "one", slow)
    serving = Serving(workers=1, desks=2, patience=0.2)
    service = Service(replace(door.settings, serving=serving), door.service.root).start()
    app, told = create_app(service), []

    def judged(client: TestClient) -> None:
        told.append(client.post("/api/v1/validate", content=door.wish(), headers=TURTLE))

    try:
        with TestClient(app, client=("192.0.2.1", 1)) as greedy:
            first = threading.Thread(target=judged, args=(greedy,))
            first.start()
            assert here.acquire(timeout=30)
            judged(greedy)
            assert (told[-1].status_code, told[-1].headers["retry-after"]) == (503, "5")
            other = threading.Thread(
                target=judged, args=(TestClient(app, client=("192.0.2.2", 1)),)
            )
            other.start()
            assert here.acquire(timeout=30)
            go.set()
            for thread in (first, other):
                thread.join(60)
        assert [answer.status_code for answer in told] == [503, 200, 200]
    finally:
        go.set()
        service.stop()


@pytest.mark.parametrize(
    ("function", "status"),
    [
        ("dataforvalter", 200),
        ("Seksjon 4, Sámi báiki – nord", 200),
        ("fornavn@example.org", 400),
        ("fornavn (at) example.org", 400),
        ("010170 99999", 400),
        ("1 a 2 b 3 c 4 d 5 e 6 f 7 g 8 h 9 i 0 j 1", 400),
        ("a\u202eb", 400),
        ("a\n{}", 400),
        ("x" * 101, 400),
    ],
)
def test_a_function_is_no_person_and_no_trick(door: Door, function: str, status: int) -> None:
    sent = {**TURTLE, "Authorization": f"Bearer {door.token}"}
    asked = {"dry-run": "true", "function": function}
    answer = door.client.post(HERE, params=asked, content=door.wish(), headers=sent)
    assert answer.status_code == status, answer.text


# -- what is told ------------------------------------------------------------------------------


def test_every_document_names_the_version_it_tells_of(door: Door) -> None:
    done = door.hand_in()
    now = door.client.get("/api/v1/version").headers["x-graph-version"]
    place = done.headers["location"]
    for address in (HERE, place, f"{place}/difference"):
        shown = door.client.get(address)
        assert shown.headers["x-graph-version"] == shown.json()["graph_version"] == now
        held = {"If-None-Match": shown.headers["etag"]}
        assert door.client.get(address, headers=held).status_code == 304
    first = door.client.get(HERE).headers["etag"]
    door.hand_in()
    assert door.client.get(HERE, headers={"If-None-Match": first}).status_code == 200


def test_a_commit_from_elsewhere_is_in_the_list_at_once_under_another_tag(door: Door) -> None:
    before = door.client.get(HERE)
    given = submitproject.turtle(door.root.parent / "other.ttl", "wish:elsewhere a ex:Wish .")
    submitting.submit(door.settings, given, submitting.who(FOREST), root=door.root)
    after = door.client.get(HERE, headers={"If-None-Match": before.headers["etag"]})
    assert after.json()["total"] == before.json()["total"] + 1
    assert door.hand_in().status_code == 201


@pytest.mark.parametrize("lang", ["nb", "nn", "en"])
def test_no_word_of_the_command_line_is_said_over_the_network(door: Door, lang: str) -> None:
    _, other = Keys(door.settings.store).make("annen", [MOUNTAIN], ["submit"], 1)
    done = door.hand_in()
    undo = done.headers["location"] + "/undo"
    bearing = {"Authorization": f"Bearer {other}"}
    changed = (submitproject.HEAD + "wish:a-01 dct:title 'Endret'@nb .").encode()
    answers = [
        door.hand_in(query=f"?organisation=123456789&lang={lang}"),
        door.hand_in(query=f"?function=0101%20709%2099%2099&lang={lang}"),
        door.hand_in(query=f"?function=a%40example.org&lang={lang}"),
        door.hand_in(query=f"?function=a%07b&lang={lang}"),
        door.hand_in(b"# nothing\n", query=f"?lang={lang}"),
        door.hand_in(b"x" * 10_000_001, query=f"?lang={lang}"),
        door.hand_in(changed, query=f"?lang={lang}", **bearing),
        door.client.post(f"{undo}?lang={lang}", headers=bearing),
        door.client.get(f"{HERE}/none-such?lang={lang}"),
    ]
    for answer in answers:
        told = answer.json()
        assert 400 <= answer.status_code < 500, told
        assert told["lang"] == lang
        said = f"{told['title']} {told['detail']}"
        assert "--" not in said
        assert "livsgraf " not in said
        assert "LIVSGRAF_" not in said
        assert str(door.settings.store) not in said
        assert told["detail"], told


def test_where_the_store_lies_is_nobody_elses_to_know(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(log_module, "_put", _full)
        told = door.hand_in()
    assert str(door.settings.store.parent) not in told.text
    assert told.json()["detail"]


def test_every_hint_for_the_network_stands_beside_one_for_the_command_line() -> None:
    texts = load("nb")
    for key in texts:
        if key.endswith("-hint-served") and key != "error.store-hint-served":
            assert key.removesuffix("-served") in texts


def test_the_kind_of_a_file_is_told_by_the_media_type_else_by_its_name(door: Door) -> None:
    def judged(name: str, **sent: str) -> httpx2.Response:
        headers = {name.replace("_", "-"): value for name, value in sent.items()}
        asked = {"name": name} if name else {}
        return door.client.post(
            "/api/v1/validate", params=asked, content=door.wish(), headers=headers
        )

    for name in ("", "wish", "wish.ttl", "wish.xlsx", "a/b.ttl"):
        assert judged(name, Content_Type="text/turtle; charset=utf-8").json()["things"] == 1
    assert judged("wish.ttl").json()["things"] == 1
    assert judged("wish.ttl", Content_Type="application/octet-stream").json()["things"] == 1
    assert code(judged("", Content_Type="application/octet-stream"), 415) == "unsupported-media"
    assert code(judged("wish.ttl", Content_Type="image/png"), 415) == "unsupported-media"
    empty = door.client.post("/api/v1/validate?name=wish.ods")
    assert code(empty, 400) == "bad-upload"
    other = judged("wish.ods")
    assert other.headers["x-conforms"] == "false"
    assert ".ods" in other.text
    kinds = {"file": ("wish.ttl", door.wish(), "application/json")}
    assert door.client.post("/api/v1/validate", files=kinds).json()["things"] == 1
    kinds = {"file": ("wish", door.wish(), "text/turtle")}
    assert door.client.post("/api/v1/validate", files=kinds).json()["things"] == 1
    assert code(door.hand_in(query="?name=wish.ods", **{"Content-Type": ""}), 415) == "other-table"


# -- what a file is called ---------------------------------------------------------------------


def read(headers: list[tuple[bytes, bytes]], content: bytes, name: str | None) -> Any:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": content, "more_body": False}

    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    limits = Settings(Path("store"), limits=Limits(file_bytes=1000))
    return asyncio.run(uploaded(Request(scope, receive), limits, name))


NAMES = st.text(st.characters(exclude_categories=("Cs",)), max_size=250)


@having(
    media=st.one_of(st.sampled_from(list(ENDINGS)), st.sampled_from(["", "image/png", "text/x"])),
    name=st.one_of(st.none(), NAMES, NAMES.map(lambda name: f"../../{name}.ttl")),
    header=st.binary(max_size=80),
    content=st.binary(max_size=1200),
)
@examples(max_examples=200, deadline=None)
def test_a_name_is_never_a_path_and_never_steers_anything(
    media: str, name: str | None, header: bytes, content: bytes
) -> None:
    headers = [
        (b"content-type", media.encode()),
        (b"content-disposition", b"attachment; filename" + header),
    ]
    try:
        found = read(headers, content, name)
    except LivsgrafError:
        return
    assert len(found.content) <= 1000
    assert found.name.isprintable()
    assert not set("/\\") & set(found.name)
    assert len(found.name) <= 200


@having(name=NAMES, content=st.binary(max_size=100))
@examples(max_examples=100, deadline=None)
def test_nor_is_that_of_a_part(name: str, content: bytes) -> None:
    told = name.replace('"', "%22").replace("\r", "").replace("\n", "")
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="'
        + told.encode()
        + b'.ttl"\r\n\r\n'
        + content
        + b"\r\n--x--\r\n"
    )
    headers = [(b"content-type", b"multipart/form-data; boundary=x")]
    for asked in (None, f"a/b\\c\n{name}.ttl"):
        try:
            found = read(headers, body, asked)
        except LivsgrafError:
            continue
        assert found.name.isprintable()
        assert not set("/\\") & set(found.name)
