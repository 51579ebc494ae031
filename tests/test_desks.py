"""Desks that stand ready: warm, used once, by the newest version, and never waited for for ever."""

from __future__ import annotations

import contextlib
import select
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import submitproject
from graph import submitting
from graph.config import Serving, Settings
from graph.errors import Busy
from graph.examining.desk import WalledDesk
from graph.serving import desks as module
from graph.serving.desks import Desks
from graph.store import version_of
from graph.submission import Given
from submitproject import FOREST

WISH = (submitproject.HEAD + "wish:n a ex:Wish ; dct:title 'Ny'@nb .").encode()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Path]:
    return submitproject.built(tmp_path_factory.mktemp("desks"))


@pytest.fixture
def desks(project: tuple[Settings, Path]) -> Iterator[Desks]:
    settings, root = project
    found = Desks(replace(settings, serving=Serving(desks=1, patience=0.05)), root)
    found.start()
    yield found
    found.stop()


def file() -> Given:
    return Given(WISH, "wish.ttl", "ttl")


def test_one_that_stands_ready_is_warm_before_anybody_asks(
    project: tuple[Settings, Path],
) -> None:
    with WalledDesk(*project) as desk:
        running = desk._worker._running
        assert running is not None
        # It says that it is ready before anybody has asked it for anything.
        assert select.select([running._from], [], [], 30)[0]
        assert desk.starts_within(0.01)


def test_a_desk_is_used_once(desks: Desks) -> None:
    with desks.one() as first:
        assert first.read(file()).quads
    with desks.one() as second:
        assert second is not first
        # What the first one read is nothing that the second one knows.
        assert second.judge().judged == 0


def test_who_finds_none_free_is_told_when_to_come_again(desks: Desks) -> None:
    with desks.one(), pytest.raises(Busy), desks.one():
        pass
    with desks.one() as again:
        assert again.read(file()).quads


def test_who_hands_in_keeps_nobody_from_having_a_file_judged(
    desks: Desks, project: tuple[Settings, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HANDING_IN", 0.05)
    settings, root = project
    with desks.handing_in() as sit:
        # As many as one file needs: the place is what is waited for.
        with contextlib.closing(sit(settings, root)), contextlib.closing(sit(settings, root)):
            pass
        with desks.one() as other:
            assert other.read(file()).quads
        with pytest.raises(Busy), desks.handing_in():
            pass
        with pytest.raises(ValueError, match="another store"):
            sit(replace(settings, store=Path("elsewhere")), root)


def test_a_warm_desk_of_yesterday_is_not_used(project: tuple[Settings, Path]) -> None:
    settings, root = project
    found = Desks(replace(settings, serving=Serving(desks=1)), root)
    found.start()
    try:
        before = version_of(settings.store).digest
        submitting.submit(settings, file(), submitting.who(FOREST), root=root)
        assert version_of(settings.store).digest != before
        # Nobody has told the desks; what stands ready knows the older version.
        with found.one() as desk:
            assert desk.digest == version_of(settings.store).digest
    finally:
        found.stop()


def test_one_that_does_not_come_up_is_replaced_and_the_file_is_not_blamed(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[WalledDesk] = []

    def never(self: WalledDesk, _: float) -> bool:
        tried.append(self)
        return len(tried) > 1 and WalledDesk_starts(self, 30.0)

    WalledDesk_starts = WalledDesk.starts_within  # noqa: N806
    monkeypatch.setattr(WalledDesk, "starts_within", never)
    with desks.one() as desk:
        assert desk.read(file()).quads
    assert len(tried) == 2
    monkeypatch.setattr(WalledDesk, "starts_within", lambda *_: False)
    with pytest.raises(Busy), desks.one():
        pass
    monkeypatch.setattr(WalledDesk, "starts_within", WalledDesk_starts)
    with desks.one() as desk:
        assert desk.read(file()).quads


def test_two_commit_one_after_the_other_without_standing_in_each_others_way(
    project: tuple[Settings, Path],
) -> None:
    """Who holds the store never waits for a desk that somebody holds who waits for the store."""
    settings, root = project
    found = Desks(replace(settings, serving=Serving(desks=2)), root)
    found.start()
    numbers: list[int] = []

    def hand_in(name: str) -> None:
        text = f"wish:{name} a ex:Wish ; dct:title '{name}'@nb ."
        given = Given((submitproject.HEAD + text).encode(), "wish.ttl", "ttl")
        with found.handing_in() as sit:
            done = submitting.submit(settings, given, submitting.who(FOREST), root=root, sit=sit)
        if done.receipt:
            numbers.append(done.receipt.number)

    try:
        threads = [threading.Thread(target=hand_in, args=(f"both-{n}",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(set(numbers)) == 4
    finally:
        found.stop()
