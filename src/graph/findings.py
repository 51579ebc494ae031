"""A finding: one thing that is not as it should be, with the words to put it right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from graph.terms import LANGUAGES, Term

Severity = Literal["violation", "warning", "info"]
# One text in up to three languages: nb, nn and en.
Texts = Mapping[str, str]

SEVERITIES: tuple[Severity, ...] = ("violation", "warning", "info")


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: which rule, in which thing, at which value, and what to do about it.

    `rule` and `focus` are IRIs (a house rule's own name and a file, when it is about our files).
    `label` and `path_label` name focus and path for people. `example` is a piece of Turtle.
    `source` is the file that the focus comes from, and `line` the line in it, from 1, if known.
    """

    rule: str
    severity: Severity
    focus: str
    message: Texts
    label: Texts = field(default_factory=dict)
    path: str | None = None
    path_label: Texts = field(default_factory=dict)
    value: Term | None = None
    fix: Texts = field(default_factory=dict)
    example: str | None = None
    layer: str | None = None
    see_also: tuple[str, ...] = ()
    source: str | None = None
    line: int | None = None

    def order(self) -> tuple[int, str, str, str, str]:
        """Sort key: the gravest first, then by file, focus, rule and value."""
        value = "" if self.value is None else self.value.n3()
        grave = SEVERITIES.index(self.severity)
        return grave, self.source or "", self.focus, self.rule, value


def pick(texts: Texts, lang: str) -> str:
    """Choose the text for a reader: the language asked for, then nb, nn, en, then any; or ''."""
    for wanted in (lang, *LANGUAGES):
        if texts.get(wanted):
            return texts[wanted]
    return next((texts[key] for key in sorted(texts) if texts[key]), "")
