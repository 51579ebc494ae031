"""The pre-commit hook and the action's script, run as git and GitHub would run them."""

from __future__ import annotations

import json
import os
import re
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[1]
SCRIPT = TOP / ".github" / "validate-changed.sh"
HOOKS = TOP / ".pre-commit-hooks.yaml"
_GIT = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
_WRONG = "<https://example.org/x> a <http://purl.org/vocab/cpsv#PublicService> .\n"
_RIGHT = '<https://example.org/x> <http://purl.org/dc/terms/title> "x"@nb .\n'


class Repository:
    """A repository in which files change, and the script run in it with a command of ours."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.told = place.parent / "told"
        self.asked = place.parent / "asked"
        self._fake = place.parent / "livsgraf"
        self._fake.write_text(
            f'#!/bin/sh\nprintf "%s\\0" "$@" > "{self.asked}"\n'
            'if [ "$ANSWER" != none ]; then echo "{}"; fi\nexit "${STATUS:-0}"\n',
            "utf-8",
        )
        self._fake.chmod(0o755)
        place.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str) -> str:
        done = subprocess.run(
            [*_GIT, *words], cwd=self.place, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, **files: str | None) -> str:
        """Write, or remove, files: `__` in a name is a dot, `_` a space; give the commit."""
        for name, text in files.items():
            path = self.place / name.replace("__", ".").replace("_", " ")
            path.unlink(missing_ok=True)
            if text is not None:
                path.write_text(text, "utf-8")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def run(self, command: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        for path in (self.told, self.asked):
            path.unlink(missing_ok=True)
        environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(TOP / "src"),
            "HOME": str(self.place.parent),
            "GITHUB_OUTPUT": str(self.told),
            "LIVSGRAF": command or str(self._fake),
            **variables,
        }
        return subprocess.run(
            ["bash", str(SCRIPT)],
            cwd=self.place,
            env=environ,
            check=False,
            capture_output=True,
            text=True,
        )

    def words(self) -> list[str]:
        """Give what the command was asked."""
        return self.asked.read_text("utf-8").split("\0")[:-1] if self.asked.exists() else []

    def outputs(self) -> dict[str, str]:
        """Give what GitHub was told."""
        lines = self.told.read_text("utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def test_only_changed_files_of_the_endings_are_validated(repository: Repository) -> None:
    base = repository.commit(old__ttl="x", gone__ttl="x", changed__ttl="x", readme__md="x")
    repository.commit(changed__ttl="y", two_words__xlsx="x", gone__ttl=None, readme__md="y")
    repository.commit(æ__jsonld="x")
    done = repository.run(BASE=base)
    assert done.returncode == 0
    files = ["changed.ttl", "two words.xlsx", "æ.jsonld"]
    assert repository.words() == ["--lang", "nb", "validate", "--format", "sarif", "--", *files]
    assert repository.outputs() == {"files": "3", "sarif": "livsgraf.sarif", "status": "0"}
    assert (repository.place / "livsgraf.sarif").read_text("utf-8") == "{}\n"


def test_what_the_base_got_meanwhile_is_not_ours(repository: Repository) -> None:
    repository.commit(a__ttl="x")
    repository.git("checkout", "-q", "-b", "ours")
    repository.commit(b__ttl="x")
    repository.git("checkout", "-q", "main")
    base = repository.commit(c__ttl="x")
    repository.git("checkout", "-q", "ours")
    repository.run(BASE=base)
    assert repository.words()[6:] == ["b.ttl"]


@pytest.mark.parametrize("base", ["", "0" * 40])
def test_without_a_base_the_commit_before_is_compared_with(
    repository: Repository, base: str
) -> None:
    repository.commit(a__ttl="x")
    repository.run(BASE=base)
    assert repository.words()[6:] == ["a.ttl"]
    repository.commit(b__ttl="x")
    repository.run(BASE=base)
    assert repository.words()[6:] == ["b.ttl"]


def test_no_changed_file_is_no_fault(repository: Repository) -> None:
    repository.commit(a__ttl="x")
    repository.commit(readme__md="x")
    assert repository.run().returncode == 0
    assert repository.words() == []
    assert repository.outputs() == {"files": "0", "status": "0"}


@pytest.mark.parametrize("status", [1, 2, 3])
def test_the_status_is_that_of_the_command(repository: Repository, status: int) -> None:
    repository.commit(a__ttl="x")
    done = repository.run(STATUS=str(status), FAIL_ON="warning", LANGUAGE="en", OUTPUT="o.json")
    assert done.returncode == status
    options = ["--lang", "en", "validate", "--format", "sarif", "--fail-on", "warning", "--"]
    assert repository.words() == [*options, "a.ttl"]
    assert repository.outputs()["sarif"] == "o.json"
    repository.run(STATUS="2", ANSWER="none")
    assert "sarif" not in repository.outputs()
    assert not (repository.place / "livsgraf.sarif").exists()


def test_a_file_named_as_an_option_is_a_file(repository: Repository) -> None:
    repository.commit(**{"--help__ttl": "x"})
    repository.run(FILES="--help.ttl\n\nb.ttl")
    assert repository.words()[5:] == ["--", "--help.ttl", "b.ttl"]


def test_hook_and_script_stop_what_breaks_a_shape(repository: Repository) -> None:
    hooks = HOOKS.read_text("utf-8")
    entry = re.search(r"entry: (.*)", hooks)
    files = re.search(r"files: (.*)", hooks)
    assert entry
    assert files
    for name in ("a.ttl", "b/c.xlsx", "d.jsonld"):
        assert re.search(files[1], name)
    assert not re.search(files[1], "README.md")
    program = f"{sys.executable} -m graph --store {repository.place.parent / 'store'}"
    environ = {**os.environ, "PYTHONPATH": str(TOP / "src")}
    repository.commit(right__ttl=_RIGHT)
    repository.commit(wrong__ttl=_WRONG)
    for name, status in (("right.ttl", 0), ("wrong.ttl", 1)):
        words = shlex.split(entry[1].replace("livsgraf", program, 1))
        done = subprocess.run(
            [*words, name], cwd=repository.place, env=environ, check=False, capture_output=True
        )
        assert done.returncode == status, done.stderr
    assert repository.run(program, FORMAT="json", OUTPUT="found.json").returncode == 1
    assert json.loads((repository.place / "found.json").read_text("utf-8"))
    repository.commit(wrong__ttl=None)
    assert repository.run(program, FORMAT="json").returncode == 0


def test_the_action_runs_the_script_and_tells_every_variable() -> None:
    action = (TOP / "action.yml").read_text("utf-8")
    script = SCRIPT.read_text("utf-8")
    assert "$GITHUB_ACTION_PATH/.github/validate-changed.sh" in action
    for name in ("FILES", "BASE", "ENDINGS", "LANGUAGE", "FAIL_ON", "OUTPUT"):
        assert re.search(rf"^        {name}: \$\{{\{{ ", action, re.MULTILINE)
        assert f"${{{name}:-" in script
    endings = re.search(r'default: "(ttl .*)"', action)
    assert endings
    assert f"ENDINGS:-{endings[1]}" in script
    assert stat.S_ISREG(SCRIPT.stat().st_mode)
