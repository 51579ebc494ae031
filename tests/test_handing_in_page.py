"""What the page about handing in shows does what it says, against a server on a port."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from graph import submitting
from graph.access import Keys
from graph.api.submissions import routes
from graph.api.validate import MEDIA
from graph.cli import main
from graph.config import Serving, Settings
from graph.serving import Service
from served import a_copy, listening

# It runs whole commits, each of which takes seconds.
pytestmark = pytest.mark.soak

PAGE = (Path(__file__).parents[1] / "docs" / "handing-in.md").read_text("utf-8")
OWNER = "942110464"
_BLOCK = re.compile(r"^```(\w*)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(kind: str) -> list[tuple[str, str]]:
    return [(name, text) for found, name, text in _BLOCK.findall(PAGE) if found == kind]


def run(command: list[str], place: Path, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=place, env=given, capture_output=True, text=True)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page shows curl")
def test_every_command_of_the_page_runs(shipped: Path, tmp_path: Path) -> None:
    store = a_copy(shipped, tmp_path / "store")
    settings = Settings(store=store, serving=Serving(workers=1, desks=1))
    for name, text in blocks("turtle"):
        (tmp_path / name).write_text(text, "utf-8")
    _, token = Keys(store).make("Case system", [OWNER], ["submit"], 1)
    with listening(store, settings.serving) as (address, service):
        assert service.wait(30)
        given = {**os.environ, "LIVSGRAF": address, "KEY": token}
        script = "set -euo pipefail\n" + "\n".join(text for _, text in blocks("sh"))
        told = run(["bash", "-c", script], tmp_path, given)
        assert told.returncode == 0, told.stdout[-2000:] + told.stderr
        report = json.loads((tmp_path / "report.sarif").read_text("utf-8"))
        # It lacks what it should have, and nothing that it must.
        assert {one["level"] for one in report["runs"][0]["results"]} == {"warning"}
        for _, text in blocks("python"):
            ran = run([sys.executable, "-c", text], tmp_path, given)
            assert ran.stdout.strip() == "done", ran.stdout + ran.stderr
    kinds = [receipt.kind for receipt in submitting.history(settings)]
    assert kinds == ["submit", "undo", "submit"]
    assert main(["audit", "--store", str(store)]) == 0


def test_the_page_names_what_there_is() -> None:
    for form in MEDIA:
        assert f"`{form}`" in PAGE
    found = {
        parameter.alias
        for route in routes(Service(Settings(Path("nowhere")))).routes
        for parameter in route.dependant.query_params  # type: ignore[attr-defined]
        if "POST" in route.methods  # type: ignore[attr-defined]
    }
    assert {"organisation", "function", "dry-run", "complete", "name"} <= found
    for name in found:
        assert f"`{name}" in PAGE
