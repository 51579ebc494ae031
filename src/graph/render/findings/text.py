"""Findings on a terminal: the sums first, then thing by thing, each with how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from graph.findings import Finding
from graph.messages import Messages
from graph.render.findings.facts import Facts, tell_facts, tell_verdict, tell_versions
from graph.render.findings.view import (
    Rest,
    Thing,
    arrange,
    choose,
    doc_of,
    facts_of,
    field_of,
    heading,
    rule_id,
    title_of,
    where_of,
)
from graph.render.lines import broken, one_line, open_console, put, say

if TYPE_CHECKING:
    from rich.console import Console

    from graph.render.findings import Look

_LOOKS = {"violation": "bold red", "warning": "bold yellow", "info": "bold cyan"}
_INDENT = "  "
_LONG = 400
"""So much of a value is shown; whoever wants all of it takes another format."""


def write(
    findings: Sequence[Finding], facts: Facts, texts: Messages, out: TextIO, look: Look
) -> None:
    """Write findings as lines of text, no wider than the terminal."""
    console = open_console(out, look.width, look.terminal)
    for line in tell_verdict(findings, texts, facts.many):
        say(console, line, "bold")
    for line in tell_facts(facts, texts):
        say(console, one_line(line))
    sections = arrange(findings, look.per_rule)
    for section in sections:
        title = heading(section, sections, texts, facts.many)
        if title:
            put(console, "")
            say(console, one_line(title), "bold underline")
        for thing in section.things:
            put(console, "")
            _thing(console, thing, texts, facts.many)
        if section.rest:
            put(console, "")
            _rest(console, section.rest, texts)
    versions = tell_versions(facts, texts)
    if versions:
        put(console, "")
        say(console, versions, "dim")
    if any(section.rest for section in sections):
        # Of a list so long the first line is out of sight.
        for line in tell_verdict(findings, texts, facts.many):
            say(console, line, "bold")


def _thing(console: Console, thing: Thing, texts: Messages, many: bool) -> None:
    say(console, one_line(title_of(thing.named, texts)), "bold")
    for finding in thing.findings:
        _finding(console, finding, texts, many)


def _finding(console: Console, finding: Finding, texts: Messages, many: bool) -> None:
    from rich.text import Text

    word = texts[f"finding.word_{finding.severity}"]
    parts = (field_of(finding, texts.language)[0], where_of(finding, many))
    head = " · ".join([word, *(one_line(part) for part in parts if part)])
    for place, line in enumerate(broken(head, console.width - len(_INDENT))):
        text = Text(_INDENT + line)
        if not place:
            text.stylize(_LOOKS[finding.severity], len(_INDENT), len(_INDENT) + len(word))
        console.print(text, soft_wrap=True)
    message = choose(finding.message, texts.language)[0]
    _item(console, message)
    for key, told, _ in facts_of(finding, texts):
        _item(console, f"{texts[f'finding.{key}']}: {told}")
    for key, told in (("doc", doc_of(finding)), ("rule", rule_id(finding))):
        if told:
            _item(console, f"{texts[f'finding.{key}']}: {told}", "dim")


def _item(console: Console, line: str, look: str | None = None) -> None:
    text = one_line(line)
    shown = text if len(text) <= _LONG else text[:_LONG].rstrip() + " …"
    for place, part in enumerate(broken(shown, console.width - 3 * len(_INDENT))):
        put(console, _INDENT * (3 if place else 2) + part, look)


def _rest(console: Console, rest: Sequence[Rest], texts: Messages) -> None:
    say(console, texts.text("finding.more", n=sum(part.n for part in rest)), "bold")
    for part in rest:
        message = one_line(choose(part.first.message, texts.language)[0])
        told = texts.text("finding.more_of", n=part.n, rule=rule_id(part.first), message=message)
        for place, line in enumerate(broken(told, console.width - 2 * len(_INDENT))):
            put(console, _INDENT * (2 if place else 1) + line)
