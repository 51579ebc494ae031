"""The commands that the README shows do what it says: they run, in the order they stand in."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from graph.cli import main

README = Path(__file__).parents[1] / "README.md"
_BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MINE = """
@prefix cpsv: <http://purl.org/vocab/cpsv#> .
@prefix cv: <http://data.europa.eu/m8g/> .
@prefix dct: <http://purl.org/dc/terms/> .
<https://example.org/mine> a cpsv:PublicService ; dct:identifier "min" ; dct:title "Min"@nb .
"""
OFFICIAL = """
@prefix cpsv: <http://purl.org/vocab/cpsv#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
<urn:x:shape> a sh:NodeShape ; sh:targetClass cpsv:PublicService ;
  sh:property [ sh:path dct:language ; sh:minCount 1 ] .
"""


def commands() -> list[list[str]]:
    """Give what stands after `livsgraf` on each line of the README's plain blocks."""
    text = README.read_text("utf-8")
    found = [
        shlex.split(line.removeprefix("$ "), comments=True)[1:]
        for block in _BLOCK.findall(text)
        for line in block.splitlines()
        if line.removeprefix("$ ").startswith("livsgraf ")
    ]
    # What is written into a file goes to standard output here.
    return [line[: line.index(">")] if ">" in line else line for line in found]


def test_every_command_of_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIVSGRAF_STORE", str(tmp_path / "store"))
    Path("my-file.ttl").write_text(MINE, "utf-8")
    Path("official.ttl").write_text(OFFICIAL, "utf-8")
    assert main(["build", "--no-validate"]) == 0
    shown = commands()
    assert len(shown) > 15
    for line in shown:
        status = main(line)
        told = capsys.readouterr()
        # 1 is findings: my-file.ttl has faults, and a template has none of its own rows yet.
        assert status in (0, 1), (line, told.err)
        assert "Traceback" not in told.err
    assert {line[0] for line in shown} >= {"gaps", "query", "template", "validate", "submit"}
