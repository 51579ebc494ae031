"""Findings as a workbook of their own: a summary, and one row for each finding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from graph.errors import InternalError
from graph.findings import Finding
from graph.messages import Messages
from graph.render.findings.data import layer_of, row
from graph.render.findings.facts import Facts, tell_facts, tell_verdict, tell_versions
from graph.render.findings.view import field_of, found_of, name_of
from graph.sheet.findings import Page, Value, write_workbook

# What each column is called in the texts, which value of the row it shows, and how wide it is.
_COLUMNS = (
    ("severity", 11),
    ("where", 18),
    ("what", 30),
    ("kind", 16),
    ("field", 20),
    ("message", 48),
    ("found", 28),
    ("expected", 28),
    ("fix", 48),
    ("example", 36),
    ("file", 22),
    ("outside", 12),
    ("tier", 18),
    ("layer", 14),
    ("rule", 24),
    ("doc", 30),
)
_ALWAYS = frozenset({"severity", "what", "field", "message", "fix"})


def write(findings: Sequence[Finding], facts: Facts, texts: Messages, out: TextIO) -> None:
    """Write findings to the bytes below a stream of text; a workbook is no text."""
    below = getattr(out, "buffer", None)
    if below is None:
        raise InternalError("a workbook needs a stream of bytes")
    out.flush()
    below.write(book(findings, facts, texts))
    below.flush()


def book(findings: Sequence[Finding], facts: Facts, texts: Messages) -> bytes:
    """Give findings as the bytes of a workbook: first the findings, then the facts."""
    rows = [_row(finding, texts) for finding in findings]
    # A column in which nothing ever stands is only in the way.
    shown = [c for c in _COLUMNS if c[0] in _ALWAYS or any(row[c[0]] for row in rows)]
    names = [name for name, _ in shown]
    found = Page(
        title=texts["finding.sheet"],
        heads=tuple(texts[f"finding.column_{name}"] for name in names),
        rows=[tuple(row[name] for name in names) for row in rows],
        widths=tuple(width for _, width in shown),
        grave=[finding.severity for finding in findings],
        linked=names.index("doc") if "doc" in names else None,
    )
    told = [
        *tell_verdict(findings, texts, facts.many),
        *tell_facts(facts, texts),
        tell_versions(facts, texts),
    ]
    lines: list[tuple[Value, ...]] = [(line,) for line in told if line]
    summary = Page(title=texts["finding.summary"], heads=(), rows=lines, widths=(100,))
    return write_workbook([found, summary] if findings else [summary, found])


def _row(finding: Finding, texts: Messages) -> dict[str, Value]:
    told, place = row(finding, texts), finding.place
    where = ""
    if place is not None:
        line = ":".join(str(n) for n in (place.line, place.column) if n)
        where = place.text() if place.cell else line
    layer = layer_of(finding)
    return {
        "severity": texts[f"finding.word_{finding.severity}"],
        "where": where,
        "what": name_of(finding.focus, finding.label, texts.language)[0],
        "kind": _said(told["kindLabel"]),
        "field": field_of(finding, texts.language)[0],
        "found": found_of(finding, texts),
        "outside": texts["finding.yes"] if finding.outside else "",
        "tier": finding.tier,
        "layer": texts.maybe(f"layer.{layer}") or layer,
        "rule": _said(told["id"]),
        **{name: _said(told[name]) for name in ("message", "expected", "fix", "example")},
        **{name: _said(told[name]) for name in ("file", "doc")},
    }


def _said(value: object) -> str:
    return "" if value is None else str(value)
