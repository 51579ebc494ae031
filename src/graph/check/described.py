"""What shapes/house/ demands of our own words and shapes: titles, definitions, severities."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from graph.check.project import Fault, Project
from graph.terms import Term, compact

_OURS = ("ontology", "shapes", "house")


def described(project: Project) -> Iterator[Fault]:
    """Find terms of the ontology and shapes that break a shape of ours about them."""
    shapes = list(project.turtle["house"])
    if not shapes:
        return
    from graph.validate import validate

    homes: dict[str, Path] = {}
    for path, (subject, _, _) in project.triples(*_OURS):
        homes.setdefault(subject.n3() if subject.kind == "bnode" else subject.value, path)
    for finding in validate((triple for _, triple in project.triples(*_OURS)), shapes):
        path = homes[finding.focus]
        line = project.line_of(path, Term("iri", finding.focus))
        values = {"term": compact(finding.focus), "shape": compact(finding.rule)}
        yield Fault("described", project.name(path), line, values, finding)
