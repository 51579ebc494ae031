"""A file → what it says and what is wrong with it. The two doors that others may be put in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from graph import assets, rdf
from graph.config import Settings
from graph.diff import Difference, applied
from graph.findings import Finding
from graph.submission import Places, Submission
from graph.terms import Quad, Rows, Triple

Ask = Callable[[str], Rows]


def read_file(path: Path, settings: Settings) -> Submission:
    """Read a file; what no reader takes is refused with its place."""
    form = rdf.format_of(path)
    # Read once: what is judged must be what is kept.
    content = rdf.read_bytes(path)
    parsed = rdf.parse(content, form, base=settings.base, name=str(path))
    quads = tuple(rdf.skolemise(parsed, str(path)))
    sha256 = hashlib.sha256(content).hexdigest()
    return Submission(path.name, form, content, sha256, quads, Places(str(path)))


def examine(
    submission: Submission,
    before: Sequence[Quad],
    change: Difference,
    ask: Ask,
    root: Path | None = None,
) -> list[Finding]:
    """Judge the things handed in as the store would hold them; an older fault is not counted anew.

    `before` is what the store states of them, `ask` a store without the change.
    """
    from graph.closure import closure
    from graph.reckoning import judge

    shapes, checks = assets.files("shapes", root), assets.files("checks", root)
    ontology = [t for path in assets.files("ontology", root) for t in _triples(rdf.parse(path))]
    said = {quad[0] for quad in submission.quads}
    sources = {subject.value: submission.name for subject in said}

    def judged(quads: Sequence[Quad]) -> list[Finding]:
        around = closure(quads, shapes, ask)
        return judge(_triples(quads), shapes, checks, ontology, around, sources)

    found = [*submission.findings, *judged(applied(before, change))]
    if before and any(finding.severity == "violation" for finding in found):
        older = {_fault(finding) for finding in judged(before)}
        found = [finding for finding in found if _fault(finding) not in older]
    return found


def _fault(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.focus, finding.path, finding.value


def _triples(quads: Sequence[Quad]) -> list[Triple]:
    return [(s, p, o) for s, p, o, _ in quads]
