"""Findings as Markdown, such as a remark on a pull request: sums, then a heading for each thing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TextIO

from graph.findings import Finding
from graph.messages import Messages
from graph.render.findings.facts import Facts, tell_facts, tell_verdict, tell_versions
from graph.render.findings.view import (
    Section,
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
from graph.render.lines import one_line

# What marks something up inside a line, and what does so only where a text begins.
_SIGNS = re.compile(r"[\\`*_\[\]<>#|~!$&]")
_BEGINNING = re.compile(r"(?:\d+(?=[.)])|(?=[-+=]))")
_TICKS = re.compile(r"`+")


def write(
    findings: Sequence[Finding], facts: Facts, texts: Messages, out: TextIO, per_rule: int | None
) -> None:
    """Write findings as headings and lists; nothing in them can become a mark-up of its own."""
    first, *others = tell_verdict(findings, texts, facts.many)
    blocks = [f"# {_plain(texts['finding.title'])}", f"**{_plain(first)}**"]
    blocks += [_plain(line) for line in (*others, *tell_facts(facts, texts))]
    sections = arrange(findings, per_rule)
    for section in sections:
        title = heading(section, sections, texts, facts.many)
        blocks += [f"## {_plain(title)}"] if title else []
        blocks += [block for thing in section.things for block in _thing(thing, facts, texts)]
        blocks += _rest(section, texts)
    versions = tell_versions(facts, texts)
    blocks += [_plain(versions)] if versions else []
    out.write("\n\n".join(blocks) + "\n")


def _thing(thing: Thing, facts: Facts, texts: Messages) -> list[str]:
    many = facts.many
    items = [_finding(finding, texts, many) for finding in thing.findings]
    return [f"### {_plain(title_of(thing.named, texts))}", "\n".join(items)]


def _finding(finding: Finding, texts: Messages, many: bool) -> str:
    word = texts[f"finding.word_{finding.severity}"]
    parts = (field_of(finding, texts.language)[0], where_of(finding, many))
    head = " · ".join([f"**{_plain(word)}**", *(_plain(part) for part in parts if part)])
    message = choose(finding.message, texts.language)[0]
    lines = [f"- {head}: {_plain(message)}"]
    for key, told, _ in facts_of(finding, texts):
        shown = _code(told) if key == "example" else _plain(told)
        lines.append(f"  - {_plain(texts[f'finding.{key}'])}: {shown}")
    rule, page = rule_id(finding), doc_of(finding)
    if rule:
        read = f" · [{_plain(texts['finding.doc'])}](<{_address(page)}>)" if page else ""
        lines.append(f"  - {_plain(texts['finding.rule'])}: {_code(rule)}{read}")
    return "\n".join(lines)


def _rest(section: Section, texts: Messages) -> list[str]:
    if not section.rest:
        return []
    lines = []
    for part in section.rest:
        message = choose(part.first.message, texts.language)[0]
        told = texts.text("finding.more_of", n=part.n, rule=rule_id(part.first), message=message)
        lines.append(f"- {_plain(told)}")
    total = sum(part.n for part in section.rest)
    return [_plain(texts.text("finding.more", n=total)), "\n".join(lines)]


def _plain(text: str) -> str:
    shown = _SIGNS.sub(r"\\\g<0>", one_line(text))
    begun = _BEGINNING.match(shown)
    return f"{begun[0]}\\{shown[begun.end() :]}" if begun else shown


def _code(text: str) -> str:
    shown = one_line(text)
    ticks = "`" * (1 + max((len(run) for run in _TICKS.findall(shown)), default=0))
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{space}{shown}{space}{ticks}"


def _address(page: str) -> str:
    return one_line(page).replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")
