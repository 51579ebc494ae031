"""Findings as a validation report in the W3C's own words for one (SHACL, section 3), in Turtle.

`sh:conforms` is true where there is no result at all: the recommendation counts a warning and a
remark as results. Whether anything must be mended, `sh:resultSeverity` tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TextIO
from urllib.parse import quote as percent

from graph.findings import Finding
from graph.render.findings.view import steps_of
from graph.terms import LG, SH, SHAPE, Term, iri, literal

_SEVERITIES = {"violation": "Violation", "warning": "Warning", "info": "Info"}
# A rule that is a query is one of these; whoever has a shape's own component gives it.
_BY_QUERY = SH + "SPARQLConstraintComponent"
_OWN = "urn:livsgraf:constraint:"
"""What faults are called that were met where a file was read, before any rule was asked."""
_REPEATS = {"*": "zeroOrMorePath", "+": "oneOrMorePath", "?": "zeroOrOnePath"}


def write(findings: Sequence[Finding], out: TextIO) -> None:
    """Write findings as one sh:ValidationReport."""
    out.write(f"@prefix lg: <{LG}> .\n@prefix sh: <{SH}> .\n")
    out.write("@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n\n")
    out.write(f"[] a sh:ValidationReport ;\n  sh:conforms {str(not findings).lower()}")
    for finding in findings:
        out.write(" ;\n  sh:result [\n")
        out.write(" ;\n".join(f"    {line}" for line in _lines(finding)))
        out.write("\n  ]")
    out.write(" .\n")


def _lines(finding: Finding) -> Iterator[str]:
    yield "a sh:ValidationResult"
    yield f"sh:focusNode {_node(finding.focus)}"
    yield f"sh:resultSeverity sh:{_SEVERITIES[finding.severity]}"
    yield f"sh:sourceConstraintComponent {Term('iri', component_of(finding)).n3()}"
    shape = _iri(finding.rule)
    if shape:
        yield f"sh:sourceShape {shape}"
    path = path_of(finding.path or "")
    if path:
        yield f"sh:resultPath {path}"
    if finding.value is not None:
        yield f"sh:value {_value(finding.value)}"
    for predicate, texts in (("sh:resultMessage", finding.message), ("lg:fix", finding.fix)):
        told = [_text(text, lang) for lang, text in texts.items() if text]
        if told:
            yield f"{predicate} {', '.join(told)}"
    if finding.example:
        yield f"lg:example {literal(finding.example).n3()}"


def component_of(finding: Finding) -> str:
    """Give the sort of demand that was broken, which every result must name."""
    if finding.component:
        return finding.component
    if finding.rule.startswith(SHAPE) or (_iri(finding.rule) and finding.tier):
        return _BY_QUERY
    return _OWN + percent(finding.rule or "unnamed", safe="")


def _iri(text: str) -> str:
    try:
        return iri(text).n3()
    except ValueError:
        return ""


def _node(text: str) -> str:
    """Write a thing as a node; what has no address, such as a file's name, is a text."""
    if re.fullmatch(r"_:[A-Za-z0-9]+", text):
        return text
    return _iri(text) or literal(text).n3()


def _value(term: Term) -> str:
    return _node(term.value) if term.kind == "iri" else term.n3()


def _text(text: str, lang: str) -> str:
    return literal(text, lang=lang or None).n3()


def path_of(text: str) -> str:
    """Write a property path in Turtle; nothing where its text may mean several."""
    steps, between = steps_of(text)
    signs = set(between)
    written = [_step(step) for step in steps]
    if not all(written) or len(signs) > 1:
        return ""
    if not signs:
        return written[0]
    listed = f"( {' '.join(written)} )"
    return listed if signs == {"/"} else f"[ sh:alternativePath {listed} ]"


def _step(text: str) -> str:
    if text[-1:] in _REPEATS:
        inner = _step(text[:-1])
        return f"[ sh:{_REPEATS[text[-1]]} {inner} ]" if inner else ""
    if text.startswith("^"):
        inner = _step(text[1:])
        return f"[ sh:inversePath {inner} ]" if inner else ""
    return _iri(text)
