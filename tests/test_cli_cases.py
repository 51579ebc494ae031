"""Every folder in tests/cases/cli: one command on the small project, and what it must print.

A folder is tests/cases/cli/<situation>/ with `command` (arguments as in a shell, after `livsgraf`),
`expected.out`, and, where they are not empty and 0, `expected.err` and `expected.status`. A command
that begins with `terminal:` runs on a terminal of 80 columns.
It runs in the case's own folder, which may hold files that begin with `given.`. The software's
version is written VERSION in what is expected.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

import smallproject
from casefolders import Case
from graph import __version__
from smallproject import Line

CASES = Path(__file__).parent / "cases" / "cli"
FOLDERS = sorted(path for path in CASES.iterdir() if path.is_dir())
ALLOWED = {"command", "expected.out", "expected.err", "expected.status"}
_LOOK = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One project with one store for all cases."""
    top = tmp_path_factory.mktemp("small")
    smallproject.make(top / "project")
    with pytest.MonkeyPatch.context() as patch:
        line = smallproject.on(patch, top / "project", top / "store")
        assert line.run("build").status == 0
    return top


@pytest.fixture
def line(built: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    return smallproject.on(monkeypatch, built / "project", built / "store")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_case(
    folder: Path, line: Line, monkeypatch: pytest.MonkeyPatch, ran: Callable[[Case], None]
) -> None:
    ran(Case("cli", folder))
    names = {path.name for path in folder.iterdir()}
    assert {"command", "expected.out"} <= names
    assert not {name for name in names - ALLOWED if not name.startswith("given.")}
    monkeypatch.chdir(folder)
    command = (folder / "command").read_text("utf-8").strip()
    terminal = command.startswith("terminal:")
    done = line.run(*shlex.split(command.removeprefix("terminal:")), terminal=terminal)
    out = re.sub(
        rf'(?:(?<=livsgraf )|(?<=": ")){re.escape(__version__)}\b',
        "VERSION",
        _LOOK.sub("", done.out),
    )
    assert out == (folder / "expected.out").read_text("utf-8")
    assert done.err == _text(folder / "expected.err", "")
    assert done.status == int(_text(folder / "expected.status", "0"))


def _text(path: Path, otherwise: str) -> str:
    return path.read_text("utf-8") if path.is_file() else otherwise
