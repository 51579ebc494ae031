"""House rules over our own files, as code. `check` runs them all.

What each rule demands stands in its text (messages/house.*.toml); how, in the module that runs it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from graph import assets
from graph.check.canonical import canonical
from graph.check.coherence import cases, messages, versions
from graph.check.described import described
from graph.check.layering import layering
from graph.check.project import Fault, Project
from graph.check.queries import forms
from graph.check.vocabulary import closed, complete
from graph.check.words import domain_words
from graph.findings import Finding, Place
from graph.terms import LANGUAGES

RULES: Final[tuple[Callable[[Project], Iterator[Fault]], ...]] = (
    closed,
    complete,
    described,
    forms,
    canonical,
    layering,
    domain_words,
    versions,
    cases,
    messages,
)


def check(root: Path | None = None) -> list[Finding]:
    """Run every house rule over the files below a root and give each break of one as a finding.

    Rules about src/ and tests/ find nothing where the root has no such folder, as in a wheel.
    """
    return [_finding(fault) for fault in faults(root)]


def faults(root: Path | None = None) -> list[Fault]:
    """Run every house rule; by file, line and rule."""
    project = Project(root or assets.root())
    found = [fault for rule in RULES for fault in rule(project)]
    return sorted(
        {id(fault): fault for fault in [*project.unreadable, *found]}.values(),
        key=lambda fault: (fault.file, fault.line, fault.rule, sorted(fault.values.items())),
    )


def _finding(fault: Fault) -> Finding:
    if fault.finding is not None:
        spoken = fault.finding
        return replace(
            spoken,
            message=_together(spoken.message, fault, "text"),
            fix=_together(spoken.fix, fault, "fix"),
            source=fault.file,
            place=_place(fault),
        )
    return Finding(
        rule=f"house/{fault.rule}",
        severity="violation",
        focus=fault.file,
        message={lang: _text(lang, fault.rule, "text", fault) for lang in LANGUAGES},
        fix={lang: _text(lang, fault.rule, "fix", fault) for lang in LANGUAGES},
        source=fault.file,
        place=_place(fault),
    )


def _together(said: Mapping[str, str], fault: Fault, part: str) -> dict[str, str]:
    """Give what a shape says, and the rule's own text in a language where it is silent."""
    return {lang: said.get(lang) or _text(lang, fault.rule, part, fault) for lang in LANGUAGES}


def _text(language: str, rule: str, part: str, fault: Fault) -> str:
    return texts(language)[rule][part].format_map(fault.values)


@cache
def texts(language: str) -> dict[str, dict[str, str]]:
    """Read what each rule says when it is broken, and what to do, in one language."""
    file = resources.files("graph.messages") / f"house.{language}.toml"
    return tomllib.loads(file.read_text("utf-8"))


def _place(fault: Fault) -> Place:
    return Place(fault.file, fault.line or None)
