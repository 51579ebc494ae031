"""A server that is killed while files are handed in: what it acknowledged is there, and whole.

Started again it can be written to by itself.
"""

from __future__ import annotations

import random
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import pytest

from graph import pipeline, submitting
from graph.access import Keys
from graph.config import Settings
from graph.store import open_store, version_of
from graph.terms import LG, LGID
from handing import OWNER, trial
from running import Running, running
from served import a_copy

_KILLS = 200
_READY = 15.0
"""Within so many seconds a server that was killed can be written to again, by itself."""
_RENAMES = 40
_STRACE = ("strace", "-f", "-qq", "-e", "trace=rename", "-e")
_OFTEN = dict.fromkeys(("LIVSGRAF_WRITE_RATE", "LIVSGRAF_RATE"), "1000000000")


@dataclass
class Steward:
    """Hands in one file after another, and remembers what was acknowledged."""

    token: str
    number: int = 0
    acknowledged: dict[int, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def work(self, server: Running) -> None:
        """Hand in until the server is gone."""
        while self.hand_in(server):
            continue

    def hand_in(self, server: Running) -> bool:
        """Hand one file in; tell whether there was an answer."""
        self.number += 1
        try:
            told = server.ask(
                "/api/v1/submissions",
                trial(self.number),
                {"Authorization": f"Bearer {self.token}", "Content-Type": "text/turtle"},
            )
        except (OSError, HTTPException):
            return False
        if told.status == 201:
            self.acknowledged[self.number] = told.headers["Location"].rpartition("/")[2]
        else:
            self.refused.append(f"{told.status} {told.content[:300]!r}")
        return True


def whole(store: Path, steward: Steward) -> None:
    """Check that what was acknowledged is in the log and in the content, and nothing by halves."""
    receipts = submitting.history(Settings(store))
    there = {receipt.id for receipt in receipts}
    assert set(steward.acknowledged.values()) <= there
    opened = open_store(store)
    try:
        rows = opened.query(
            f"SELECT ?s (COUNT(?e) AS ?n) {{ ?s a <http://purl.org/vocab/cpsv#PublicService>"
            f' FILTER(STRSTARTS(STR(?s), "{LGID}service/trial-"))'
            f" OPTIONAL {{ ?e <{LG}about> ?s }} }} GROUP BY ?s"
        )
    finally:
        opened.close()
    held = {int(s.value.rpartition("-")[2]): int(n.value) for s, n in rows if s and n}
    assert set(steward.acknowledged) <= held.keys()
    assert set(held.values()) <= {1}
    assert len(held) == len(receipts)
    if receipts:
        assert receipts[-1].digest == version_of(store).digest


def kills(store: Path, top: Path, count: int) -> tuple[Steward, list[float]]:
    """Start a server, hand in, kill it at a random time, look; again and again on one store."""
    _, token = Keys(store).make("trial", [OWNER], ["submit"], days=1)
    steward, ready = Steward(token), []
    chance = random.Random(20)  # noqa: S311
    for _ in range(count):
        with running(store, top / "log", environment=_OFTEN, writing=True) as server:
            ready.append(server.seconds)
            hand = threading.Thread(target=steward.work, args=(server,))
            hand.start()
            time.sleep(chance.uniform(0.1, 8))
            server.kill()
            hand.join()
        whole(store, steward)
    # What the last one left is mended like the others.
    with running(store, top / "log", environment=_OFTEN, writing=True) as server:
        last = server.seconds
    assert not steward.refused
    assert max(*ready, last) < _READY
    return steward, ready


@pytest.mark.soak
def test_two_hundred_kills_lose_nothing(shipped: Path, tmp_path: Path) -> None:
    lanes = [tmp_path / name for name in "ab"]
    for lane in lanes:
        lane.mkdir()
        a_copy(shipped, lane / "store")
    with ThreadPoolExecutor(len(lanes)) as side_by_side:
        each = _KILLS // len(lanes)
        work = [side_by_side.submit(kills, lane / "store", lane, each) for lane in lanes]
        told = [one.result() for one in work]
    ready = [seconds for _, found in told for seconds in found]
    handed_in = sum(steward.number for steward, _ in told)
    acknowledged = sum(len(steward.acknowledged) for steward, _ in told)
    print(
        f"{len(ready)} killed, {handed_in} handed in, {acknowledged} acknowledged,"
        f" 0 lost; ready for writing after {statistics.median(ready):.2f} s (median),"
        f" {max(ready):.2f} s (most)"
    )
    assert len(ready) == _KILLS
    assert acknowledged > _KILLS / 4
    for lane in lanes:
        before = version_of(lane / "store").digest
        rebuilt = pipeline.build(Settings(lane / "store"), validate=False)
        assert rebuilt.version.digest == before


@pytest.mark.soak
def test_a_kill_before_each_rename_leaves_a_server_that_mends_itself(
    shipped: Path, tmp_path: Path
) -> None:
    """Whatever is half done lies between two renames; chance seldom hits the narrow places."""
    store, log = a_copy(shipped, tmp_path / "store"), tmp_path / "log"
    _, token = Keys(store).make("trial", [OWNER], ["submit"], days=1)
    steward, ready = Steward(token), []
    # What a server does once for a store is done.
    with running(store, log, environment=_OFTEN, writing=True):
        pass
    # The first is the trail's, and that of a thread that starts the server.
    for at in range(2, _RENAMES):
        named = tmp_path / f"trace-{at}"
        before = (*_STRACE, f"inject=rename:signal=KILL:when={at}", "-o", str(named))
        with running(store, log, environment=_OFTEN, before=before, writing=True) as server:
            steward.hand_in(server)
            if steward.number in steward.acknowledged:
                break
            server.process.wait(_READY)
        lines = named.read_text("utf-8", "replace").splitlines()
        named_last = next((line for line in reversed(lines) if "rename(" in line), "")
        print(f"killed before rename {at}: {named_last.partition('rename')[2][-60:]}")
        with running(store, log, environment=_OFTEN, writing=True) as server:
            ready.append(server.seconds)
        assert not steward.refused
        whole(store, steward)
    else:
        raise AssertionError(f"a submission renames more than {_RENAMES} times")
    print(f"{at - 2} kills; ready for writing after {max(ready):.2f} s at most")
    assert max(ready) < _READY
    # The log, the kept bytes, the copy, what names it, the receipt, and the trail's two lines.
    assert at > 10
