"""A commit that is stopped between any two steps on disk: settled, and the store is whole again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import submitproject
from graph import submitting
from graph.config import Settings
from graph.examining.desk import OpenDesk
from graph.replay import recover
from graph.serving import look_through
from graph.store import holding, version_of
from graph.store.folder import Folder
from graph.store.log import Log
from submitproject import FOREST

STEPS = [
    (Log, "stage"),
    (Folder, "mark_pending"),
    (Folder, "publish"),
    (Folder, "put_version"),
    (Log, "finish"),
]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("recover")
    submitproject.built(top)
    return top


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", [step for _, step in STEPS])
def test_what_was_stopped_is_settled(start: Path, tmp_path: Path, step: str, when: str) -> None:
    place = Path(shutil.copytree(start / "store", tmp_path / "store"))
    file = submitproject.turtle(tmp_path / "x.ttl", "wish:x a ex:Wish .")
    before = version_of(place)
    assert _killed(place, start, file, step, when)
    recover(place)
    told = version_of(place)
    assert (told.digest, told.triples) == tuple(holding(place, own=False))[:2]
    assert look_through(place, write=True) == (None, None)
    assert not (place / "pending").exists()
    assert not Log(place).unsettled()
    # All of it is there, with its receipt, or nothing.
    assert len(Log(place).receipts()) == (told.digest != before.digest)
    assert recover(place) == []
    assert _hand_in(place, start, file).receipt or told.digest != before.digest
    assert look_through(place, write=True) == (None, None)


def _hand_in(place: Path, top: Path, file: Path) -> submitting.Outcome:
    who = submitting.Who(FOREST, "Arkivar")
    return submitting.submit(Settings(place), file, who, root=top / "project", sit=OpenDesk)


def _killed(place: Path, top: Path, file: Path, step: str, when: str) -> bool:
    """Hand in, in a process that is killed at a step; tell whether it came so far."""
    words = [sys.executable, __file__, str(place), str(top), str(file), step, when]
    told = subprocess.run(words, check=False, capture_output=True, text=True)
    assert told.returncode in (0, -9), told.stderr
    return told.returncode == -9


def _hand_in_until(place: str, top: str, file: str, step: str, when: str) -> None:
    kind = {name: kind for kind, name in STEPS}[step]
    whole = getattr(kind, step)

    def stopped(*args: Any, **named: Any) -> None:
        if when == "after":
            whole(*args, **named)
        os.kill(os.getpid(), 9)

    setattr(kind, step, stopped)
    _hand_in(Path(place), Path(top), Path(file))


if __name__ == "__main__":
    _hand_in_until(*sys.argv[1:])
