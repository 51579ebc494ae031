"""Erasing what was taken back: what is refused, what stays, and that a kill loses nothing."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import smallproject
import submitproject
from graph import pipeline, submitting
from graph.config import Settings
from graph.errors import CannotErase, CannotUndo, NamesAPerson, ReceiptDamaged, UnknownName
from graph.examining.desk import OpenDesk
from graph.receipt import Erasure, read_erasure, write_erasure
from graph.serving import look_through
from graph.store import version_of
from graph.store.backup import back_up, restore
from graph.store.log import Log
from smallproject import Line
from submitproject import FOREST

SECRET, FUNCTION = "Hemmelig mann", "personvernombud"
_FILE = f'wish:x a ex:Wish ; dct:title "{SECRET}"@nb .'


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("erasing")
    submitproject.built(top)
    return top


@dataclass
class Desk:
    settings: Settings
    root: Path
    folder: Path

    def submit(self, text: str) -> str:
        file = submitproject.turtle(self.folder / "f.ttl", text)
        by = submitting.who(FOREST)
        done = submitting.submit(self.settings, file, by, root=self.root, sit=OpenDesk)
        assert done.receipt
        return done.receipt.id

    def undo(self, name: str) -> str:
        done = submitting.undo(self.settings, name, root=self.root).receipt
        assert done
        return done.id

    def erase(self, name: str) -> submitting.Erased:
        return submitting.erase(self.settings, name, FUNCTION, self.root)

    def rebuilt(self) -> str:
        return pipeline.build(self.settings, validate=False, root=self.root).version.digest

    @property
    def digest(self) -> str:
        return version_of(self.settings.store).digest

    def holding(self, said: str = SECRET) -> list[str]:
        """Name the files of the record that hold a text."""
        places = [self.settings.store / "log", self.settings.store / "accepted"]
        files = (path for place in places for path in place.iterdir())
        return sorted(path.name for path in files if said.encode() in path.read_bytes())

    def whole(self) -> bool:
        found = look_through(self.settings.store, write=True)
        return found.content is None and found.record is None


@pytest.fixture
def desk(start: Path, tmp_path: Path) -> Desk:
    shutil.copytree(start / "store", tmp_path / "store")
    return Desk(Settings(tmp_path / "store"), start / "project", tmp_path)


def test_what_was_taken_back_is_erased_and_the_record_stays_whole(desk: Desk) -> None:
    before = desk.submit("wish:y a ex:Wish .")
    first = desk.submit(_FILE)
    back = desk.undo(first)
    after = desk.submit("wish:z a ex:Wish .")
    digest, receipts = desk.digest, submitting.history(desk.settings)
    assert len(desk.holding()) == 4
    done = desk.erase(first)
    assert ([one.id for one in done.receipts], done.files) == ([first, back], 4)
    assert desk.holding() == []
    assert submitting.history(desk.settings) == receipts
    assert desk.whole()
    assert desk.digest == desk.rebuilt() == digest
    assert desk.whole()
    notes = submitting.erasures(desk.settings)
    assert set(notes) == {first, back}
    assert {note.function for note in notes.values()} == {FUNCTION}
    told = {one.id: notes[one.id].members(one) for one in receipts if one.id in notes}
    assert told == {first: ("sha256", "read", "change"), back: ("change",)}
    assert not submitting.change_of(desk.settings, receipts[1])
    desk.submit("wish:w a ex:Wish .")
    desk.undo(after)
    desk.undo(before)
    assert desk.digest == desk.rebuilt()


def test_what_is_not_there_or_stands_is_not_erased(desk: Desk) -> None:
    first = desk.submit(_FILE)
    record = desk.holding()

    def refused(name: str) -> str:
        with pytest.raises(CannotErase) as told:
            desk.erase(name)
        return told.value.code

    with pytest.raises(UnknownName):
        desk.erase("9")
    assert refused(first) == "cannot-erase-standing"
    back = desk.undo(first)
    assert refused(back) == "cannot-erase-undoing"
    again = desk.undo(back)
    assert refused(first) == "cannot-erase-standing"
    desk.undo(again)
    other = desk.submit(_FILE)
    assert refused(first) == "cannot-erase-shared"
    desk.undo(other)
    with pytest.raises(NamesAPerson):
        submitting.erase(desk.settings, first, "kari@example.org", desk.root)
    assert set(record) < set(desk.holding())
    assert not submitting.erasures(desk.settings)
    digest = desk.digest
    done = desk.erase(first)
    assert {one.id for one in done.receipts} == {
        one.id for one in submitting.history(desk.settings)
    }
    assert desk.holding() == []
    assert refused(first) == refused("5") == "cannot-erase-already"
    with pytest.raises(CannotUndo) as told:
        desk.undo(submitting.history(desk.settings)[-1].id)
    assert told.value.code == "cannot-undo-erased"
    assert desk.rebuilt() == digest


def test_what_another_said_meanwhile_and_rests_on_it_is_no_loss(desk: Desk) -> None:
    """Alone the other would have said more: its digest would be another after a rebuild."""
    first = desk.submit('wish:x a ex:Wish ; dct:title "A"@nb . wish:q a ex:Wish .')
    other = desk.submit('wish:q a ex:Wish ; dct:description "B"@nb .')
    with pytest.raises(CannotUndo):
        desk.undo(first)
    desk.undo(other)
    desk.undo(first)
    desk.erase(first)
    assert desk.digest == desk.rebuilt()


def test_a_submission_that_said_the_same_is_told_of(desk: Desk) -> None:
    first = desk.submit('wish:a-01 ex:note "1" , "2" .')
    other = desk.submit('wish:a-01 ex:note "1" , "2" ; ex:more "3" .')
    desk.undo(first)
    digest = desk.digest
    with pytest.raises(CannotErase) as told:
        desk.erase(first)
    assert (told.value.code, told.value.params["other"]) == ("cannot-erase-relied", other)
    assert desk.rebuilt() == digest
    desk.undo(other)
    desk.erase(first)
    assert desk.rebuilt() == desk.digest


def test_the_changes_of_others_that_hold_it_are_erased_too(desk: Desk) -> None:
    first = desk.submit(f'wish:a-01 dct:title "{SECRET}"@nb .')
    other = desk.submit('wish:a-01 dct:title "Ny"@nb .')
    mended = desk.undo(other)
    desk.undo(first)
    digest = desk.digest
    desk.erase(first)
    assert desk.holding() == []
    notes, receipts = submitting.erasures(desk.settings), submitting.history(desk.settings)
    assert notes[other].members(receipts[1]) == ("change",)
    assert desk.rebuilt() == digest
    assert desk.whole()
    # It can be brought again, for what it said itself is kept.
    desk.undo(mended)
    assert desk.rebuilt() == desk.digest


def test_the_same_bytes_may_come_again_and_be_erased_again(desk: Desk) -> None:
    first = desk.submit(_FILE)
    desk.undo(first)
    desk.erase(first)
    again = desk.submit(_FILE)
    assert desk.whole()
    assert len(desk.holding()) == 3
    with pytest.raises(CannotErase):
        desk.erase(first)
    assert desk.rebuilt() == desk.digest
    desk.undo(again)
    desk.erase(again)
    assert desk.holding() == []
    assert desk.whole()


class Killed(Exception):
    """Stands for a kill: nothing after it is done."""


@pytest.mark.parametrize("step", [(os, "fsync"), (Path, "replace"), (Path, "unlink")])
@pytest.mark.parametrize("at", range(1, 7))
def test_a_kill_between_the_steps_leaves_a_whole_record(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, step: tuple[Any, str], at: int
) -> None:
    first = desk.submit(_FILE)
    desk.undo(first)
    digest, counted = desk.digest, 0
    owner, name = step
    real: Callable[..., Any] = getattr(owner, name)

    def killed(*args: Any, **kwargs: Any) -> Any:
        nonlocal counted
        counted += 1
        if counted == at:
            raise Killed
        return real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, killed)
        try:
            desk.erase(first)
        except Killed:
            pass
        else:
            assert counted < at
    assert desk.whole()
    assert desk.digest == digest
    # Whoever writes next completes what was noted; what was not is asked for again.
    desk.submit("wish:z a ex:Wish .")
    with contextlib.suppress(CannotErase):
        desk.erase(first)
    assert desk.holding() == []
    assert not list((desk.settings.store / "log").glob("*.new"))
    assert desk.rebuilt() == desk.digest
    assert desk.whole()


def test_a_backup_has_the_note_and_not_the_bytes(desk: Desk, tmp_path: Path) -> None:
    first = desk.submit(_FILE)
    desk.undo(first)
    log = Log(desk.settings.store)
    kept = {name: (log.path / "accepted" / name).read_bytes() for name in desk.holding()}
    back_up(desk.settings.store, tmp_path / "older")
    desk.erase(first)
    name = next(iter(kept))
    # As after a kill before this one was removed.
    (log.path / "accepted" / name).write_bytes(kept[name])
    assert desk.whole()
    back_up(desk.settings.store, tmp_path / "backup")
    held = [path for path in (tmp_path / "backup").rglob("*") if path.parent.name == "accepted"]
    assert held == []
    for source, noted in (("backup", 2), ("older", 0)):
        place = tmp_path / f"from-{source}"
        restore(tmp_path / source, place)
        other = Desk(Settings(place), desk.root, tmp_path)
        assert other.whole()
        assert len(submitting.erasures(other.settings)) == noted
        assert other.rebuilt() == desk.digest


@pytest.mark.parametrize("harm", ["gone", "unread", "other", "standing"])
def test_a_note_that_is_harmed_is_told(desk: Desk, harm: str) -> None:
    first = desk.submit(_FILE)
    standing = desk.submit("wish:z a ex:Wish .")
    desk.undo(first)
    desk.erase(first)
    log, receipts = desk.settings.store / "log", submitting.history(desk.settings)
    note = next(log.glob(f"*-{first}.json.erased"))
    if harm == "gone":
        note.unlink()
    elif harm == "unread":
        note.write_text('{"erasure": 1, "files": [1]}', "utf-8")
    elif harm == "other":
        note.write_text(note.read_text("utf-8").replace(first, standing), "utf-8")
    else:
        one = receipts[1]
        told = Erasure(one.id, one.at, FUNCTION, one.kept)
        (log / f"{one.name}.erased").write_text(write_erasure(told), "utf-8")
    assert not desk.whole()
    with pytest.raises(ReceiptDamaged):
        desk.rebuilt()
    with pytest.raises(ReceiptDamaged):
        desk.submit("wish:w a ex:Wish .")


def test_a_note_is_read_as_it_was_written() -> None:
    note = Erasure("4f1c2a9b", "2026-01-15T09:30:00Z", "ombud", ("a", "b"))
    assert read_erasure(write_erasure(note)) == note
    for text in ("[]", "{}", '{"erasure": 1}', '{"erasure": 1, "files": ["a"]}'):
        with pytest.raises(ValueError):  # noqa: PT011
            read_erasure(text)


def test_the_command_erases_rebuilds_and_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = submitproject.make(tmp_path / "project")
    line: Line = smallproject.on(monkeypatch, root, tmp_path / "store")
    file = submitproject.turtle(tmp_path / "f.ttl", _FILE)
    assert line.run("submit", str(file), "--as", FOREST).status == 0
    assert line.run("erase", "1").status == 2
    standing = line.run("erase", "1", "--function", FUNCTION, "--lang", "en")
    assert (standing.status, standing.out) == (2, "")
    assert "still stands" in standing.err
    assert "livsgraf undo" in standing.err
    assert line.run("undo", "1").status == 0
    done = line.run("erase", "1", "--function", FUNCTION, "--lang", "nn")
    assert done.status == 0
    assert "Sletta for kvittering" in done.err
    # Neither the record nor the engine's own files hold it.
    left = [p for p in (tmp_path / "store").rglob("*") if p.is_file()]
    assert not [p for p in left if SECRET.encode() in p.read_bytes()]
    assert len(list((tmp_path / "store" / "read").iterdir())) == 1
    shown = line.run("show", "1", terminal=True)
    assert shown.status == 0
    assert FUNCTION in shown.out
    assert "det den ble lest som" in shown.out
    [first, second] = [json.loads(row) for row in line.run("history").out.splitlines()]
    assert first["erased_at"] == second["erased_at"] != ""
    assert "samme" in line.run("rebuild").err
    twice = line.run("erase", "1", "--function", FUNCTION)
    assert twice.status == 2
    assert "slettet allerede" in twice.err
