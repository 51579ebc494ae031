"""Every folder in tests/cases/pipeline: a content, a file handed in, and the content afterwards.

A folder is tests/cases/pipeline/<situation>/ with `before/` (a content as `export --folder` writes
it), `submission.<ending>`, `command.toml` (as, and where needed function, complete, editors),
`after/` (absent where nothing may have changed) and `receipt.json`: what came of it, and of the
receipt the members that matter. What came is accepted, nothing, refused, or an error's code.
The words, shapes and rules are those of the small project.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

import submitproject
from casefolders import Case
from graph import export, pipeline, rdf, submitting
from graph.config import Settings
from graph.errors import LivsgrafError
from graph.examining.desk import OpenDesk
from graph.provenance import PROVENANCE
from graph.store import open_store, version_of
from graph.submitting import Outcome
from graph.terms import PREFIXES

CASES = Path(__file__).parent / "cases" / "pipeline"
FOLDERS = sorted(path for path in CASES.iterdir() if path.is_dir())
ALLOWED = {"before", "after", "command.toml", "receipt.json"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project; every case brings a content of its own."""
    return submitproject.make(tmp_path_factory.mktemp("pipeline") / "project")


def content(settings: Settings, folder: Path) -> dict[str, str]:
    """Give the content as files, without what tells of commits."""
    store = open_store(settings.store)
    export.write_folder(store, folder)
    store.close()
    (folder / (PROVENANCE.rpartition("/")[2] + ".ttl")).unlink(missing_ok=True)
    return files(folder)


def files(folder: Path) -> dict[str, str]:
    """Give the files of a folder, each in the one form that a content has."""
    return {
        path.relative_to(folder).as_posix(): rdf.write_turtle(
            [(s, p, o) for s, p, o, _ in rdf.parse(path)], PREFIXES
        )
        for path in folder.rglob("*.ttl")
    }


def came_of(outcome: Outcome) -> dict[str, Any]:
    """Tell what came of a submission, with its receipt."""
    if outcome.refused:
        return {"came": "refused"}
    if outcome.receipt is None:
        return {"came": "nothing"}
    told = json.loads(json.dumps(asdict(outcome.receipt)))
    return {"came": "accepted", **told}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_case(folder: Path, project: Path, tmp_path: Path, ran: Callable[[Case], None]) -> None:
    ran(Case("pipeline", folder))
    names = {path.name for path in folder.iterdir()}
    submissions = [name for name in names if name.startswith("submission.")]
    assert len(submissions) == 1
    assert names - set(submissions) <= ALLOWED
    command = tomllib.loads((folder / "command.toml").read_text("utf-8"))
    settings = Settings(tmp_path / "store")
    pipeline.build(settings, validate=False, root=project, content=folder / "before")
    before = content(settings, tmp_path / "given")
    digest = version_of(settings.store).digest
    expected = json.loads((folder / "receipt.json").read_text("utf-8"))

    def hand_in(*, dry_run: bool) -> dict[str, Any]:
        who = submitting.who(command["as"], command.get("function", ""))
        try:
            return came_of(
                submitting.submit(
                    replace(settings, editors=frozenset(command.get("editors", ()))),
                    folder / submissions[0],
                    who,
                    complete=command.get("complete", False),
                    dry_run=dry_run,
                    root=project,
                    sit=OpenDesk,
                )
            )
        except LivsgrafError as error:
            return {"came": error.code}

    tried = hand_in(dry_run=True)
    assert tried["came"] == ("nothing" if expected["came"] == "accepted" else expected["came"])
    assert version_of(settings.store).digest == digest
    came = hand_in(dry_run=False)
    assert {name: came.get(name) for name in expected} == expected
    after = content(settings, tmp_path / "found")
    if expected["came"] != "accepted":
        assert not (folder / "after").exists()
        assert after == before
        assert version_of(settings.store).digest == digest
        assert not (settings.store / "log").exists()
        assert not (settings.store / "accepted").exists()
        return
    assert after == files(folder / "after")
    # The same again changes nothing, a build makes the same, and undoing gives what there was.
    assert hand_in(dry_run=False)["came"] == "nothing"
    taken = version_of(settings.store).digest
    assert taken == came["digest"]
    assert pipeline.build(settings, validate=False, root=project).version.digest == taken
    submitting.undo(settings, "1", root=project)
    assert content(settings, tmp_path / "undone") == before
    undone = version_of(settings.store).digest
    assert pipeline.build(settings, validate=False, root=project).version.digest == undone
