"""The command `validate`: exit status, added shape files, folders, and what is said beside."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from graph.cli import main
from graph.config import Settings
from graph.pipeline import build

HEAD = """
@prefix : <https://example.org/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix lg: <https://w3id.org/livsgraf/ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
"""
CLEAN = ':page a :Page ; dct:title "Side"@nb .\n'
WARNED = 'lg:nothing a :Page . :page lg:nothinglike "x" .\n'
FAULTY = ":gap a lg:KnownGap .\n"


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    place = tmp_path_factory.mktemp("validate") / "store"
    build(Settings(store=place), validate=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIVSGRAF_STORE", str(place))
        yield


def run(*arguments: str) -> tuple[int, list[dict[str, object]], str]:
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(["validate", *arguments, "--format", "jsonl"])
    return status, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def written(tmp_path: Path, text: str, name: str = "a.ttl") -> str:
    path = tmp_path / name
    path.write_text(HEAD + text, "utf-8")
    return str(path)


def test_exit_status_says_whether_something_must_be_mended(tmp_path: Path) -> None:
    assert run(written(tmp_path, CLEAN))[0] == 0
    assert run(written(tmp_path, FAULTY))[0] == 1
    warned = written(tmp_path, WARNED)
    status, found, _ = run(warned)
    assert (status, [f["severity"] for f in found]) == (0, ["warning"])
    assert run(warned, "--fail-on", "warning")[0] == 1
    assert run(warned, "--fail-on", "advarsel")[0] == 1
    assert run(warned, "--fail-on", "nothing")[0] == 2


def test_added_rules_judge_and_rules_that_cannot_be_read_are_told_of(tmp_path: Path) -> None:
    file = written(tmp_path, CLEAN)
    more = (
        ":S a sh:NodeShape ; sh:targetClass :Page ; sh:property [ sh:path :by ; sh:minCount 1 ] ."
    )
    assert run(file, "--shapes", written(tmp_path, more, "more.ttl"))[0] == 1
    status, found, _ = run(file, "--shapes", written(tmp_path, more[:-1], "broken.ttl"))
    # The report is written all the same.
    assert status == 2
    assert [f["id"] for f in found] == ["shape-file-unreadable"]
    broken = ":S a sh:NodeShape ; sh:targetClass :Page ; sh:pattern [ ] ."
    status, found, _ = run(file, "--shapes", written(tmp_path, broken, "broken.ttl"))
    assert (status, [f["id"] for f in found]) == (2, ["shape-file-broken"])
    status, found, said = run(file, "--shapes", written(tmp_path, "", "empty.ttl"))
    assert (status, found) == (0, [])
    assert "empty.ttl har ingen regler" in said
    status, found, said = run(file, "--shapes", str(tmp_path / "none.ttl"))
    assert (status, found) == (2, [])
    assert "none.ttl" in said


def test_a_folder_is_one_submission(tmp_path: Path) -> None:
    """What one file points at may stand in the other."""
    (tmp_path / "in").mkdir()
    written(tmp_path, 'lg:nothinglike dct:title "x" .\n' + CLEAN, "in/a.ttl")
    written(tmp_path, CLEAN.replace(":page", ":leaf"), "in/b.ttl")
    status, found, said = run(str(tmp_path / "in"))
    assert (status, found) == (0, [])
    assert "3 ting er av et slag vi ikke har regler for" in said
    (tmp_path / "empty").mkdir()
    assert run(str(tmp_path / "empty"))[0] == 2


def test_what_is_not_a_file_of_statements_is_refused(tmp_path: Path) -> None:
    assert run("-")[0] == 2
    assert run(written(tmp_path, "x", "a.docx"))[0] == 2
    status, found, _ = run(written(tmp_path, ":a :b\n"))
    assert (status, [f["id"] for f in found]) == (2, ["file-parse"])


def test_a_file_that_cannot_be_read_stands_in_the_report_beside_the_others(tmp_path: Path) -> None:
    """A pull request shows it on its line, and the other files are judged all the same."""
    broken = written(tmp_path, ":a :b\n:c :d 1 .\n", "broken.ttl")
    status, found, _ = run(broken, written(tmp_path, FAULTY))
    assert status == 2
    read = [f for f in found if f["id"] == "file-parse"]
    assert [f["where"] for f in read] == [{"file": broken, "line": 7, "column": 4}]
    assert {f["where"]["file"] for f in found} == {broken, str(tmp_path / "a.ttl")}  # type: ignore[index]
    report = tmp_path / "funn.sarif"
    assert main(["validate", broken, "-o", str(report)]) == 2
    results = json.loads(report.read_text("utf-8"))["runs"][0]["results"]
    assert [r["ruleId"] for r in results] == ["file-parse"]


def test_a_report_stands_in_the_place_of_no_file_of_rules_and_waits_for_no_pipe(
    tmp_path: Path,
) -> None:
    file, rules = written(tmp_path, CLEAN), written(tmp_path, "", "rules.ttl")
    before = Path(rules).read_bytes()
    assert main(["validate", file, "--shapes", rules, "-o", rules, "--format", "json"]) == 2
    assert Path(rules).read_bytes() == before
    os.mkfifo(tmp_path / "pipe.json")
    assert main(["validate", file, "-o", str(tmp_path / "pipe.json")]) == 2
