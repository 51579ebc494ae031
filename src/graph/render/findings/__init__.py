"""Findings in every format: for people, for programs, for a pull request, and as RDF.

`write_findings` takes what was found and the facts around it. A finding tells the same in every
format: which rule, which thing and field, where, what stood there, what should, how to mend it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from graph.findings import Finding
from graph.messages import Messages, load
from graph.render.findings.facts import Facts, tell_facts, tell_verdict

__all__ = [
    "BINARY",
    "ENDINGS",
    "FORMATS",
    "FOR_PEOPLE",
    "Facts",
    "Look",
    "format_for",
    "tell_facts",
    "tell_verdict",
    "write_findings",
]


@dataclass(frozen=True)
class Look:
    """How wide a terminal is, whether it is one, and how many findings of one rule are shown.

    Formats for programs show all findings whatever `per_rule` says.
    """

    width: int = 80
    terminal: bool = False
    per_rule: int | None = None


Writer = Callable[[Sequence[Finding], Facts, Messages, TextIO, Look], None]


def _text(f: Sequence[Finding], facts: Facts, texts: Messages, out: TextIO, look: Look) -> None:
    from graph.render.findings.text import write

    write(f, facts, texts, out, look)


def _json(f: Sequence[Finding], facts: Facts, texts: Messages, out: TextIO, _: Look) -> None:
    from graph.render.findings.data import write_json

    write_json(f, facts, texts, out)


def _jsonl(f: Sequence[Finding], _: Facts, __: Messages, out: TextIO, ___: Look) -> None:
    from graph.render.findings.data import write_jsonl

    write_jsonl(f, out)


def _csv(f: Sequence[Finding], _: Facts, texts: Messages, out: TextIO, __: Look) -> None:
    from graph.render.findings.data import write_csv

    write_csv(f, texts, out)


def _md(f: Sequence[Finding], facts: Facts, texts: Messages, out: TextIO, look: Look) -> None:
    from graph.render.findings.markdown import write

    write(f, facts, texts, out, look.per_rule)


def _html(f: Sequence[Finding], facts: Facts, texts: Messages, out: TextIO, look: Look) -> None:
    from graph.render.findings.html import write

    write(f, facts, texts, out, look.per_rule)


def _sarif(f: Sequence[Finding], facts: Facts, texts: Messages, out: TextIO, _: Look) -> None:
    from graph.render.findings.sarif import write

    write(f, facts, texts, out)


def _xlsx(f: Sequence[Finding], facts: Facts, texts: Messages, out: TextIO, _: Look) -> None:
    from graph.render.findings.workbook import write

    write(f, facts, texts, out)


def _shacl(f: Sequence[Finding], _: Facts, __: Messages, out: TextIO, ___: Look) -> None:
    from graph.render.findings.shacl import write

    write(f, out)


FORMATS: dict[str, Writer] = {
    "table": _text,
    "text": _text,
    "json": _json,
    "jsonl": _jsonl,
    "csv": _csv,
    "md": _md,
    "html": _html,
    "sarif": _sarif,
    "xlsx": _xlsx,
    "shacl": _shacl,
    "ttl": _shacl,
}
"""Every format by its name; `table` is `text` and `ttl` is `shacl`."""

FOR_PEOPLE = frozenset({"table", "text", "md", "html", "xlsx"})
"""The formats that say the sums and the facts themselves."""

BINARY = frozenset({"xlsx"})
"""The formats that are no text: `write_findings` wants a stream with a `buffer` for them."""

ENDINGS = {
    ".txt": "text",
    ".json": "json",
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".md": "md",
    ".html": "html",
    ".htm": "html",
    ".sarif": "sarif",
    ".xlsx": "xlsx",
    ".ttl": "shacl",
}
"""The format that a file's ending asks for."""


def format_for(path: Path) -> str | None:
    """Tell the format that a file's name asks for, if any."""
    return "sarif" if path.name.endswith(".sarif.json") else ENDINGS.get(path.suffix.lower())


def write_findings(
    findings: Sequence[Finding],
    facts: Facts,
    output: str,
    lang: str,
    out: TextIO,
    look: Look | None = None,
) -> None:
    """Write findings, the gravest first, in one of `FORMATS` and one of the three languages."""
    ordered = sorted(findings, key=Finding.order)
    FORMATS[output](ordered, facts, load(lang), out, look or Look())
