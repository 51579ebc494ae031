"""Findings for programs: one object for each, the same in JSON, in JSON lines and in every report.

What is not known is left out. A text is an object of languages; `und` is a text of none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TextIO

from graph.findings import Finding, Texts
from graph.messages import Messages
from graph.query import LAYER_IRIS
from graph.render.data import csv_line
from graph.render.findings.facts import Facts, count, tell_remarks
from graph.render.findings.view import choose, doc_of, rule_id
from graph.terms import Term

Value = object
_LAYERS = {iri: name for name, iri in LAYER_IRIS.items()}
_NO_LANGUAGE = "und"
# A cell that begins with one of these is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

# fmt: off
COLUMNS: tuple[str, ...] = (
    "id", "severity", "thing", "thingLabel", "kind", "kindLabel", "field", "fieldLabel", "doc",
    "file", "line", "column", "sheet", "cell", "found", "count", "expected", "message", "fix",
    "example", "layer", "shape", "outside", "tier",
)
# fmt: on
"""The columns of a finding as one row, in the reader's language."""


def record(finding: Finding) -> dict[str, Value]:
    """Give one finding as an object."""
    place = finding.place
    return _known(
        {
            "id": rule_id(finding),
            "severity": finding.severity,
            "thing": _known(
                {
                    "iri": finding.focus,
                    "label": _texts(finding.label),
                    "kind": _known({"iri": finding.kind, "label": _texts(finding.kind_label)}),
                }
            ),
            "field": _known(
                {
                    "iri": finding.path,
                    "label": _texts(finding.path_label),
                    "doc": doc_of(finding),
                }
            ),
            "where": _known(
                {
                    "file": (place.file if place else "") or finding.source,
                    "line": place.line if place else None,
                    "column": place.column if place else None,
                    "sheet": place.sheet if place else None,
                    "cell": place.cell if place else None,
                }
            ),
            "found": _known({**_value(finding.value), "count": finding.count}),
            "expected": _texts(finding.expected),
            "message": _texts(finding.message),
            "fix": _texts(finding.fix),
            "example": finding.example,
            "layer": layer_of(finding),
            "shape": finding.rule,
            "outside": finding.outside,
            "tier": finding.tier,
        }
    )


def layer_of(finding: Finding) -> str:
    """Give the word for the layer of a finding; its IRI where we have no word for it."""
    return _LAYERS.get(finding.layer or "", finding.layer or "")


def _known(members: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in members.items() if value not in (None, "", {}, [])}


def _texts(texts: Texts) -> dict[str, str]:
    return {lang or _NO_LANGUAGE: text for lang, text in texts.items() if text}


def _value(term: Term | None) -> dict[str, Value]:
    if term is None:
        return {}
    return {
        "value": term.value,
        "type": "iri" if term.kind == "iri" else "text",
        "datatype": term.datatype,
        "language": term.lang,
    }


def summary(findings: Sequence[Finding], facts: Facts, texts: Messages) -> dict[str, Value]:
    """Give the facts as an object: what was read, the sums, what judged."""
    inside = [finding for finding in findings if not finding.outside]
    outside = [finding for finding in findings if finding.outside]
    return _known(
        {
            "files": list(facts.files),
            "things": facts.things,
            "known": facts.known,
            "before": facts.before,
            "counts": {"inside": dict(count(inside)), "outside": dict(count(outside))},
            "remarks": tell_remarks(facts, texts),
            "tiers": list(facts.tiers),
            "versions": dict(facts.versions),
        }
    )


def write_json(findings: Sequence[Finding], facts: Facts, texts: Messages, out: TextIO) -> None:
    """Write one object: the facts, and the list `findings`."""
    told = [record(finding) for finding in findings]
    whole = {**summary(findings, facts, texts), "findings": told}
    out.write(clean(json.dumps(whole, ensure_ascii=False, indent=2)) + "\n")


def write_jsonl(findings: Sequence[Finding], out: TextIO) -> None:
    """Write one finding a line, and nothing else."""
    lines = (json.dumps(record(finding), ensure_ascii=False) for finding in findings)
    out.writelines(clean(line) + "\n" for line in lines)


def write_csv(findings: Sequence[Finding], texts: Messages, out: TextIO) -> None:
    """Write one finding a row; what a spreadsheet would take for a formula gets a ' before it."""
    out.write(csv_line(COLUMNS))
    rows = (row(finding, texts).values() for finding in findings)
    out.writelines(clean(csv_line(_harmless(value) for value in values)) for values in rows)


def clean(text: str) -> str:
    """Give a text that UTF-8 can hold: a file's name may have bytes that are no text."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def row(finding: Finding, texts: Messages) -> dict[str, str | int | bool | None]:
    """Give one finding as one row, by the names in `COLUMNS`; texts in the reader's language."""
    lang, place = texts.language, finding.place
    values = (
        rule_id(finding),
        finding.severity,
        finding.focus,
        choose(finding.label, lang)[0],
        finding.kind,
        choose(finding.kind_label, lang)[0],
        finding.path,
        choose(finding.path_label, lang)[0],
        doc_of(finding),
        (place.file if place else "") or finding.source,
        place.line if place else None,
        place.column if place else None,
        place.sheet if place else None,
        place.cell if place else None,
        finding.value.value if finding.value else None,
        finding.count,
        *(choose(texts_, lang)[0] for texts_ in (finding.expected, finding.message, finding.fix)),
        finding.example,
        layer_of(finding),
        finding.rule,
        finding.outside,
        finding.tier,
    )
    return dict(zip(COLUMNS, values, strict=True))


def _harmless(value: str | int | bool | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return "'" + text if isinstance(value, str) and text.startswith(_FORMULA) else text
