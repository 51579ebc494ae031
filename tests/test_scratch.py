"""Folders for what is large and passing: what a killed process left is swept, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from graph.scratch import Scratch, sweep

MAKE = """
import time
from graph.scratch import Scratch
print(Scratch().path, flush=True)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_has_is_not() -> None:
    mine = Scratch()
    (mine.folder() / "x").write_text("x")
    other = subprocess.Popen([sys.executable, "-c", MAKE], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    path = Path(other.stdout.readline().strip())
    sweep()
    assert path.is_dir()
    os.kill(other.pid, signal.SIGKILL)
    other.communicate()
    assert path.is_dir()
    sweep()
    assert not path.exists()
    assert mine.path.is_dir()
    mine.drop()
    assert not mine.path.exists()


def test_what_is_not_ours_stays(temporary: Path) -> None:
    other = temporary / "livsgraf-other"
    other.mkdir()
    (temporary / "elsewhere").mkdir()
    (temporary / "elsewhere" / "lock").touch()
    (temporary / "livsgraf-link").symlink_to(temporary / "elsewhere")
    sweep()
    assert other.is_dir()
    assert (temporary / "elsewhere" / "lock").exists()
