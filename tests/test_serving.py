"""A real server: starting, stopping, being watched, sharing a store, breaking and mending."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.access import Keys
from graph.cli import main
from graph.store import version_of
from running import Running, free_port, running
from served import a_copy
from test_served_submissions import OWNER, trial

SMALL = {"LIVSGRAF_WORKERS": "1", "LIVSGRAF_DESKS": "1"}
VERSION = "/api/v1/version"


@pytest.fixture(scope="module")
def store(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_copy(shipped, tmp_path_factory.mktemp("serving") / "store")


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    log = tmp_path_factory.mktemp("log") / "log"
    with running(store, log, environment=SMALL, writing=True) as server:
        yield server


def command(store: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "LIVSGRAF_STORE": str(store), "LIVSGRAF_LANG": "en", **environment}
    return subprocess.run(
        [sys.executable, "-m", "graph", *words],
        capture_output=True,
        text=True,
        env=given,
        timeout=60,
        check=False,
    )


def hand_in(server: Running, token: str, number: int) -> int:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/turtle"}
    return server.ask("/api/v1/submissions", trial(number), headers).status


def test_it_lives_and_says_what_may_be_done(server: Running) -> None:
    assert server.ask("/health").json()["status"] == "alive"
    told = server.ask("/ready").json()
    assert told["readable"] is told["writable"] is True
    assert told["graph_version"] == server.ask(VERSION).json()["graph_version"]
    top = server.ask("/")
    assert top.status in (200, 404)


def test_a_second_server_is_told_in_one_line(server: Running, store: Path) -> None:
    done = command(store, "serve", "--port", "0")
    assert done.returncode == 2
    assert server.address in done.stderr
    assert "--read-only" in done.stderr
    assert done.stderr.count("\n") == 2
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_told_in_one_line(server: Running, store: Path) -> None:
    port = server.address.rpartition(":")[2]
    done = command(store, "serve", "--read-only", "--port", port)
    assert (done.returncode, done.stderr.count("\n")) == (2, 3)
    assert port in done.stderr
    assert command(store, "serve", "--port", "x").returncode == 2
    assert command(store, "serve", "--read-only", "--host", "no.such.host.example").returncode == 2


def test_one_that_only_reads_may_stand_beside_and_sees_what_comes(
    server: Running, store: Path, tmp_path: Path
) -> None:
    _, token = Keys(store).make("trial", [OWNER], ["submit"], 1)
    with running(store, tmp_path / "log", "--read-only", environment=SMALL) as other:
        told = other.ask("/ready").json()
        assert (told["readable"], told["writable"], told["why"]) == (True, False, "read-only")
        assert hand_in(other, token, 1) == 503
        assert hand_in(server, token, 1) == 201
        time.sleep(0.7)
        assert other.ask(VERSION).json() == {
            **server.ask(VERSION).json(),
            "id": other.address + VERSION,
        }


def test_the_command_line_hands_in_beside_it(server: Running, store: Path, tmp_path: Path) -> None:
    before = server.ask(VERSION).json()["graph_version"]
    file = tmp_path / "trial.ttl"
    file.write_bytes(trial(2))
    assert command(store, "submit", str(file), "--as", OWNER).returncode == 0
    time.sleep(0.7)
    assert server.ask(VERSION).json()["graph_version"] != before
    asked = urllib.parse.quote("ASK { <https://w3id.org/livsgraf/id/service/trial-2> a ?t }")
    assert server.ask(f"/sparql?query={asked}").json()["boolean"] is True


def test_a_backup_is_made_while_it_serves_and_put_in_place(
    server: Running, store: Path, tmp_path: Path
) -> None:
    _, token = Keys(store).make("trial", [OWNER], ["submit"], 1)
    done = threading.Event()
    found: list[int] = []

    def ask() -> None:
        while not done.is_set():
            found.append(server.ask(VERSION).status)

    thread = threading.Thread(target=ask)
    thread.start()
    place = tmp_path / "backup"
    copied = command(store, "backup", "-o", str(place))
    done.set()
    thread.join()
    assert copied.returncode == 0, copied.stderr
    assert set(found) == {200}
    assert hand_in(server, token, 3) == 201
    again = command(store, "backup", "-o", str(place))
    assert (again.returncode, "already" in again.stderr) == (2, True)
    elsewhere = tmp_path / "restored"
    assert command(elsewhere, "restore", str(place)).returncode == 0
    assert version_of(elsewhere) == version_of(place) != version_of(store)
    assert command(elsewhere, "history", "--format", "json").returncode == 0
    assert command(elsewhere, "restore", str(place)).returncode == 2
    assert command(tmp_path / "x", "restore", str(tmp_path)).returncode == 2
    assert not (tmp_path / "x").exists()
    with running(elsewhere, tmp_path / "log", environment=SMALL, writing=True) as other:
        assert hand_in(other, token, 4) == 201
    damaged = tmp_path / "backup" / "VERSION"
    damaged.write_text(damaged.read_text("utf-8").replace('digest": "', 'digest": "0'), "utf-8")
    refused = command(tmp_path / "y", "restore", str(place))
    assert (refused.returncode, "not what it says" in refused.stderr) == (2, True)
    assert not (tmp_path / "y").exists()


def test_told_to_stop_it_finishes_what_it_is_at(store: Path, tmp_path: Path) -> None:
    options = ("--read-only",)
    environment = {**SMALL, "LIVSGRAF_QUERY_SECONDS": "3"}
    with running(store, tmp_path / "log", *options, environment=environment) as server:
        slow = urllib.parse.quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
        found: list[int] = []
        thread = threading.Thread(
            target=lambda: found.append(server.ask(f"/sparql?query={slow}").status)
        )
        thread.start()
        time.sleep(0.7)
        assert server.stop() == 0
        thread.join()
        # The query was answered as it would have been: stopped at its limit, in words.
        assert found == [503]
    lines = [json.loads(line) for line in _log_lines(tmp_path / "log")]
    assert [line["event"] for line in lines][-1] == "stop"


def _log_lines(log: Path) -> list[str]:
    return [line for line in log.read_text("utf-8").splitlines() if line.startswith("{")]


def test_who_sends_slowly_is_let_go(store: Path, tmp_path: Path) -> None:
    environment = {**SMALL, "LIVSGRAF_HEADER_SECONDS": "1", "LIVSGRAF_BODY_SECONDS": "1"}
    with running(store, tmp_path / "log", "--read-only", environment=environment) as server:
        host, _, port = server.address.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as line:
            line.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n")
            begun = time.monotonic()
            assert line.recv(1000) == b""
            assert time.monotonic() - begun < 5
        with socket.create_connection((host, int(port)), timeout=10) as line:
            head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
            line.sendall(head + b"Content-Length: 100\r\n\r\nASK")
            assert line.recv(1000).startswith(b"HTTP/1.1 408")
        assert server.ask("/health").status == 200


def test_a_damaged_store_is_said_and_mended_without_a_restart(
    shipped: Path, tmp_path: Path
) -> None:
    store = a_copy(shipped, tmp_path / "store")
    told = json.loads((store / "VERSION").read_text("utf-8"))
    told["digest"] = "0" * 64
    (store / "VERSION").write_text(json.dumps(told), "utf-8")
    with running(store, tmp_path / "log", environment=SMALL) as server:
        until = time.monotonic() + 20
        while server.ask("/ready").status == 200 and time.monotonic() < until:
            time.sleep(0.05)
        ready = server.ask("/ready", headers={"Accept-Language": "nn"})
        assert (ready.status, ready.json()["why"]) == (503, "damaged")
        assert "skadd" in ready.json()["reason"]
        refused = server.ask(VERSION)
        assert (refused.status, refused.json()["code"]) == (503, "not-ready-damaged")
        assert "livsgraf rebuild" in refused.json()["detail"]
        assert server.ask("/sparql?query=ASK%7B%7D").status == 503
        assert server.ask("/health").status == 200
        assert command(store, "rebuild").returncode in (0, 1)
        until = time.monotonic() + 20
        while not server.ask("/ready").json()["writable"] and time.monotonic() < until:
            time.sleep(0.05)
        assert server.ask("/ready").json()["writable"] is True
        assert server.ask(VERSION).status == 200


def test_a_lost_receipt_stops_writing_and_not_asking(shipped: Path, tmp_path: Path) -> None:
    store = a_copy(shipped, tmp_path / "store")
    file = tmp_path / "trial.ttl"
    file.write_bytes(trial(1))
    assert main(["submit", str(file), "--as", OWNER, "--store", str(store)]) == 0
    (accepted,) = [path for path in (store / "accepted").iterdir() if path.stat().st_size > 700][:1]
    accepted.write_bytes(b"changed")
    _, token = Keys(store).make("trial", [OWNER], ["submit"], 1)
    with running(store, tmp_path / "log", environment=SMALL) as server:
        until = time.monotonic() + 20
        while server.ask("/ready").json().get("why") == "checking" and time.monotonic() < until:
            time.sleep(0.05)
        told = server.ask("/ready").json()
        assert (told["readable"], told["writable"], told["why"]) == (True, False, "log-damaged")
        assert hand_in(server, token, 2) == 503
        assert server.ask(VERSION).status == 200


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_on_a_full_disk_it_reads_on_and_writes_again_when_there_is_room(
    shipped: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    size = sum(path.stat().st_size for path in shipped.rglob("*") if path.is_file())
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size * 2 + 40_000_000}", "tmpfs", str(disk)],
        check=False,
    )
    if mounted.returncode:
        pytest.skip("no mounting here")
    try:
        store = a_copy(shipped, disk / "store")
        _, token = Keys(store).make("trial", [OWNER], ["submit"], 1)
        with running(store, tmp_path / "log", environment=SMALL, writing=True) as server:
            assert hand_in(server, token, 1) == 201
            filler = disk / "filler"
            with filler.open("wb") as file:
                free = shutil.disk_usage(disk).free
                file.write(b"\0" * max(0, free - 8192))
            refused = server.ask(
                "/api/v1/submissions",
                trial(2),
                {"Authorization": f"Bearer {token}", "Content-Type": "text/turtle"},
            )
            assert refused.status in (503, 507)
            assert refused.json()["detail"]
            assert server.ask(VERSION).status == 200
            assert server.ask("/sparql?query=ASK%7B%7D").status == 200
            filler.unlink()
            assert hand_in(server, token, 2) == 201
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def test_nobody_can_listen_where_there_is_no_store(tmp_path: Path) -> None:
    done = command(tmp_path / "none", "serve", "--read-only", "--port", str(free_port()))
    assert done.returncode == 2
    assert "livsgraf build" in done.stderr


def test_ctrl_c_ends_with_a_word(store: Path, tmp_path: Path) -> None:
    with running(store, tmp_path / "log", "--read-only", environment=SMALL) as server:
        os.kill(server.pid, signal.SIGINT)
        assert server.process.wait(20) == 0
    assert "Stopped." in (tmp_path / "log").read_text("utf-8")
