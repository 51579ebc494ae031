"""A submission whose process is killed: all of it is there or nothing, and no receipt is lost."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import submitproject
from crashing import Killer, Told
from graph import pipeline, submitting
from graph.config import Settings
from graph.store import open_store, version_of
from graph.terms import LGID
from submitproject import FOREST

_PARTS, _THERE = 3, 5
_KILLS = 200


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    with Killer() as killer:
        yield killer


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a store, to be copied for each kill."""
    top = tmp_path_factory.mktemp("kills")
    submitproject.built(top)
    return top


def parts(settings: Settings, number: int) -> int:
    """Count the things of one submission that a reader sees; all that belongs to them must agree.

    That is what it took away, what it put there instead, what follows from it, what tells of it.
    """
    store = open_store(settings.store)
    try:
        rows = store.query(
            "SELECT DISTINCT ?s { ?s a <https://example.org/Wish> FILTER("
            f'CONTAINS(STR(?s), "/wish/n{number}-")) }}'
        )
        titles = store.query(
            f"SELECT ?t {{ <{LGID}wish/a-01> <http://purl.org/dc/terms/title> ?t }}"
        )
        follows = store.query(
            f"SELECT ?a {{ <https://example.org/n{number}> <https://example.org/askedBy> ?a }}"
        )
        told = store.query("SELECT ?c { ?c a <http://www.w3.org/ns/prov#Activity> }")
        added = store.query("SELECT DISTINCT ?s { ?s a <https://example.org/Wish> }")
    finally:
        store.close()
    said = {row[0].value for row in titles if row[0]}
    assert (said == {f"Begravelse: {number}"}) == (len(rows) > 0)
    assert len(said) == (1 if len(told) else 2)
    assert len(follows) == (1 if len(rows) else 0)
    assert len(added) == _THERE + _PARTS * len(told)
    return len(rows)


def whole(settings: Settings, number: int, told: Told) -> bool:
    """Check the store after one submission, before and after it is settled; True if it is in."""
    seen = parts(settings, number)
    assert seen in (0, _PARTS)
    receipts = submitting.history(settings)
    store = settings.store
    assert not list((store / "log").glob("*.staged"))
    assert parts(settings, number) == seen
    names = {receipt.id for receipt in receipts if receipt.file == f"n{number}.ttl"}
    assert len(names) == (1 if seen else 0)
    if told.acknowledged:
        assert told.acknowledged in names
    if receipts:
        assert receipts[-1].digest == version_of(store).digest
    kept = {name for receipt in receipts for name in receipt.kept}
    left = {path.name for path in (store / "accepted").glob("*")}
    assert kept == left
    return seen > 0


def replays(settings: Settings, root: Path) -> None:
    """Check that a build makes the same content of the files and the log."""
    before = version_of(settings.store)
    assert pipeline.build(settings, validate=False, root=root).version.digest == before.digest


def kill(killer: Killer, start: Path, top: Path, **how: float | None) -> tuple[Told, bool]:
    """Hand one file in on a fresh store, killed in some way; then hand another in, alive."""
    store, root = top / "store", start / "project"
    shutil.rmtree(store, ignore_errors=True)
    shutil.copytree(start / "store", store)
    settings = Settings(store)
    told = killer.submit(store, root, submitproject.wishes(top / "n1.ttl", 1), FOREST, **how)
    came = whole(settings, 1, told)
    after = killer.submit(store, root, submitproject.wishes(top / "n2.ttl", 2), FOREST)
    assert after.acknowledged
    assert parts(settings, 2) == _PARTS
    assert whole(settings, 2, after)
    assert len(submitting.history(settings)) == 1 + came
    replays(settings, root)
    return told, came


@pytest.fixture(scope="module")
def steps(killer: Killer, start: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many steps a submission has that nobody kills."""
    told, came = kill(killer, start, tmp_path_factory.mktemp("alive"))
    assert came
    assert told.acknowledged
    assert not told.killed
    return told.steps


def test_a_kill_at_seeded_steps_leaves_all_or_nothing(
    killer: Killer, start: Path, steps: int, tmp_path: Path
) -> None:
    assert steps > 30
    came, killed = [], 0
    for share in (0.02, 0.15, 0.3, 0.45, 0.6, 0.75, 0.85, 0.92, 0.97, 1):
        told, there = kill(killer, start, tmp_path, at=max(1, round(steps * share)))
        killed += told.killed
        assert told.killed == (told.acknowledged is None)
        came.append(there)
    # Both ends must have been seen, or the test has shown nothing. How many steps there are differs
    # a little with the files that the engine keeps.
    assert killed >= 8
    assert not came[0]
    assert came[-1]


@pytest.mark.soak
def test_a_kill_at_every_step_leaves_all_or_nothing(
    killer: Killer, start: Path, steps: int, tmp_path: Path
) -> None:
    came = [kill(killer, start, tmp_path, at=at)[1] for at in range(1, steps + 1)]
    assert {True, False} == set(came)
    assert not came[0]
    assert came[-1]


@pytest.mark.soak
def test_two_hundred_kills_at_any_time_lose_nothing(
    killer: Killer, start: Path, tmp_path: Path
) -> None:
    store, root = tmp_path / "store", start / "project"
    shutil.copytree(start / "store", store)
    settings, chance = Settings(store), random.Random(20261127)  # noqa: S311
    # A disk is now fast and now slow, so the time that is left follows what came of the last.
    acknowledged, came, killed, number, longest = set(), 0, 0, 0, 0.3
    while killed < _KILLS:
        file = submitproject.wishes(tmp_path / f"n{number}.ttl", number)
        told = killer.submit(store, root, file, FOREST, after=chance.uniform(0.0, longest))
        killed += told.killed
        came += whole(settings, number, told)
        if told.acknowledged:
            acknowledged.add(told.acknowledged)
        longest *= 0.9 if told.acknowledged else 1.08
        number += 1
        if number % 25 == 0:
            replays(settings, root)
        assert number < 5 * _KILLS
    replays(settings, root)
    receipts = {receipt.id for receipt in submitting.history(settings)}
    assert acknowledged <= receipts
    assert len(receipts) == came
    assert came > _KILLS / 10
    print(f"{killed} killed, {came} came in whole, {len(acknowledged)} acknowledged, 0 lost")
