"""A real server: starting, stopping, being watched, sharing a store, breaking and mending."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graph.access import Keys, Trail
from graph.cli import main
from handing import OWNER, trial
from running import Running, running
from served import a_copy

# It runs whole commits, each of which takes seconds.
pytestmark = pytest.mark.soak

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


def test_an_address_that_is_too_long_is_told_so_in_words(server: Running) -> None:
    for signs, status in ((65_000, 200), (65_600, 414), (200_000, 414)):
        query = urllib.parse.quote("ASK {} #" + "a" * signs)[: signs - 14]
        answer = server.ask("/sparql?query=" + query)
        assert answer.status == status, signs
    assert answer.json()["code"] == "address-too-long"
    assert "POST" in answer.json()["detail"]


def test_it_lives_and_says_what_may_be_done(server: Running) -> None:
    assert server.ask("/health").json()["alive"] is True
    told = server.ask("/ready").json()
    assert told["read"] is told["write"] is True
    assert told["graph_version"] == server.ask(VERSION).json()["graph_version"]
    # Who opens the address that is printed is led to all there is.
    assert server.ask("/").json()["items"]


def test_one_that_only_reads_may_stand_beside_and_sees_what_comes(
    server: Running, store: Path, tmp_path: Path
) -> None:
    _, token = Keys(store).make("trial", [OWNER], ["submit"], 1)
    with running(store, tmp_path / "log", "--read-only", environment=SMALL) as other:
        told = other.ask("/ready").json()
        assert (told["read"], told["write"]) == (True, False)
        assert told["reasons"][0]["code"] == "served-read-only"
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
    assert any(line["kind"] == "request" and line["status"] == 503 for line in lines)


def _log_lines(log: Path) -> list[str]:
    return [line for line in log.read_text("utf-8").splitlines() if line.startswith("{")]


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
        assert (ready.status, ready.json()["reasons"][0]["code"]) == (503, "not-readable")
        refused = server.ask(VERSION)
        assert (refused.status, refused.json()["code"]) == (503, "not-readable")
        assert server.ask("/sparql?query=ASK%7B%7D").status == 503
        assert server.ask("/health").status == 200
        assert command(store, "rebuild").returncode in (0, 1)
        until = time.monotonic() + 20
        while not server.ask("/ready").json()["write"] and time.monotonic() < until:
            time.sleep(0.05)
        assert server.ask("/ready").json()["write"] is True
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
        checking = "still-checking"
        while checking in str(server.ask("/ready").json()) and time.monotonic() < until:
            time.sleep(0.05)
        told = server.ask("/ready").json()
        assert (told["read"], told["write"]) == (True, False)
        assert told["reasons"][0]["code"] == "not-whole"
        assert hand_in(server, token, 2) == 503
        assert server.ask(VERSION).status == 200


@pytest.mark.parametrize(
    ("file", "found"), [("keys.json", "keys-damaged"), ("audit/trail.jsonl", "trail-broken")]
)
def test_keys_that_let_nobody_in_close_the_door_until_they_are_mended(
    shipped: Path, tmp_path: Path, file: str, found: str
) -> None:
    store = a_copy(shipped, tmp_path / "store")
    _, token = Keys(store).make("trial", [OWNER], ["submit"], 1)
    Trail(store).add("key-create", {"key": "x"})
    whole = (store / file).read_bytes()
    (store / file).write_bytes(whole[:-20])
    with running(store, tmp_path / "log", environment=SMALL) as server:
        told = settled(server, write=False)
        assert (told["read"], told["write"]) == (True, False)
        (reason,) = told["reasons"]
        assert (reason["code"], reason["found"]) == ("door-not-whole", found)
        assert hand_in(server, token, 2) == 503
        assert server.ask(VERSION).status == 200
        (store / file).write_bytes(whole)
        assert settled(server, write=True)["write"] is True
        assert hand_in(server, token, 2) == 201


def settled(server: Running, write: bool) -> Any:
    """Wait until the server knows whether it can write, and give what it says."""
    until = time.monotonic() + 60
    told = server.ask("/ready").json()
    while time.monotonic() < until and (
        "still-checking" in str(told) or told["write"] is not write
    ):
        time.sleep(0.05)
        told = server.ask("/ready").json()
    return told


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
            # With some room and with none, and more than once: the trail must stay whole too.
            for left in (8192, 0, 0, 0):
                with filler.open("ab") as file:
                    file.write(b"\0" * max(0, shutil.disk_usage(disk).free - left))
                refused = server.ask(
                    "/api/v1/submissions",
                    trial(2),
                    {"Authorization": f"Bearer {token}", "Content-Type": "text/turtle"},
                )
                assert refused.status == 507
                assert refused.json()["detail"]
            assert server.ask(VERSION).status == 200
            assert server.ask("/sparql?query=ASK%7B%7D").status == 200
            filler.unlink()
            assert hand_in(server, token, 2) == 201
            assert Trail(store).verify()
    finally:
        subprocess.run(["umount", str(disk)], check=False)
