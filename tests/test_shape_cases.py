"""Every shape file, in every situation that a case tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from casefolders import Case, background, cases, short
from graph import assets
from graph.validate import validate

CASES = cases("shapes")
COLUMNS = ("focus", "shape", "severity")


def _shapes(name: str) -> Path:
    files = [*assets.files("shapes"), *assets.files("house")]
    found = [path for path in files if path.stem == name]
    assert len(found) == 1, f"no shape file, or several, named {name}"
    return found[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shape_case(case: Case, ran: Callable[[Case], None]) -> None:
    """The findings of the shape file the case is for are the expected ones."""
    ran(case)
    assert not case.faults()
    columns, expected = case.expected()
    assert columns == COLUMNS
    words = [(s, p, o) for s, p, o, graph in background() if "/ontology/" in str(graph)]
    lists = [(s, p, o) for s, p, o, graph in background() if "/ontology/" not in str(graph)]
    findings = validate(
        case.given(), [_shapes(case.folder.parent.name)], ontology=words, background=lists
    )
    found = Counter((finding.focus, finding.rule, finding.severity) for finding in findings)
    prefixes = case.prefixes()
    told = [",".join(short(cell, prefixes) for cell in row) for row in sorted(found.elements())]
    assert found == expected, "\n".join(["found:", *told])
