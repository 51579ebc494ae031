"""Things that must say the same in two places, and things that must not be forgotten."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

from graph import assets
from graph.check.project import Fault, Project
from graph.terms import LANGUAGES, OWL_VERSION

_VERSION = re.compile(r'^__version__ = "([^"]+)"', re.MULTILINE)
_HEADING = re.compile(r"^## \[?v?(\d+\.\d+\.\d+[^\s\]]*)", re.MULTILINE)


def versions(project: Project) -> Iterator[Fault]:
    """Find versions that differ: software and changelog; the ontology's files."""
    package = project.root / "src" / "graph" / "__init__.py"
    changes = project.root / "CHANGELOG.md"
    if package.is_file() and changes.is_file():
        told = _VERSION.search(package.read_text("utf-8"))
        newest = _HEADING.search(changes.read_text("utf-8"))
        values = {"here": told[1] if told else "-", "there": newest[1] if newest else "-"}
        # Before the first release the changelog names no version at all.
        if newest and values["here"] != values["there"]:
            yield Fault("version", project.name(changes), 1, values)
    stated = {path: o.value for path, (_, p, o) in project.triples("ontology") if p == OWL_VERSION}
    first = next(iter(stated.values()), None)
    for path, version in stated.items():
        if version != first:
            values = {"here": version, "there": str(first)}
            yield Fault("version", project.name(path), project.line_of(path, OWL_VERSION), values)


def cases(project: Project) -> Iterator[Fault]:
    """Find queries, shape files and checks without a case, and case folders that belong to none."""
    top = project.root / "tests" / "cases"
    if not (project.root / "tests").is_dir():
        return
    shapes = [
        path for kind in ("shapes", "house", "checks") for path in assets.files(kind, project.root)
    ]
    views = assets.files("views", project.root)
    asked = [path for path in assets.files("queries", project.root) if path not in views]
    for kind, owners in (("queries", asked), ("shapes", shapes), ("views", views)):
        stems = {path.stem for path in owners}
        for path in owners:
            if not any(_folders(top / kind / path.stem)):
                folder = f"tests/cases/{kind}/{path.stem}/"
                yield Fault("case-missing", project.name(path), 1, {"folder": folder})
        for found in _folders(top / kind):
            if found.name not in stems:
                yield Fault("case-orphan", project.name(found), 0)


def _folders(path: Path) -> list[Path]:
    return sorted(child for child in path.iterdir() if child.is_dir()) if path.is_dir() else []


def messages(project: Project) -> Iterator[Fault]:
    """Find texts that are not in all three languages, or whose names in braces differ."""
    folder = project.root / "src" / "graph" / "messages"
    sets: dict[str, dict[str, dict[str, str]]] = {}
    for path in sorted(folder.glob("*.toml")):
        prefix, _, language = path.stem.rpartition(".")
        flat = dict(_flat(tomllib.loads(path.read_text("utf-8"))))
        sets.setdefault(prefix, {})[language] = flat
    for prefix, by_language in sets.items():
        start = f"{prefix}." if prefix else ""
        every = {key for flat in by_language.values() for key in flat}
        for language in LANGUAGES:
            name = f"src/graph/messages/{start}{language}.toml"
            flat = by_language.get(language, {})
            for key in sorted(every - flat.keys()):
                yield Fault("message-missing", name, 0, {"key": key})
            for key in sorted(flat):
                other = by_language.get("nb", {}).get(key)
                if other is not None and _names(flat[key]) != _names(other):
                    yield Fault("message-names", name, 0, {"key": key})


def _flat(table: dict[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value)


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
