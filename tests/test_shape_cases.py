"""Every shape file and every check, in every situation that a case tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from casefolders import Case, Derived, SecondEngine, background, cases, short
from graph import assets
from graph.reckoning import reckon
from graph.store import MEMORY, open_store
from graph.validate import validate

CASES = cases("shapes")
COLUMNS = ("focus", "shape", "severity")


@pytest.fixture(scope="module")
def second_engine() -> SecondEngine:
    return SecondEngine()


def _owner(name: str) -> Path:
    files = [path for kind in ("shapes", "house", "checks") for path in assets.files(kind)]
    found = [path for path in files if path.stem == name]
    assert len(found) == 1, f"no shape file or check, or several, named {name}"
    return found[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shape_case(case: Case, second_engine: SecondEngine, ran: Callable[[Case], None]) -> None:
    """The findings of the case's file are the expected ones; those of a check on two engines."""
    ran(case)
    assert not case.faults()
    columns, expected = case.expected()
    assert columns == COLUMNS
    words = [(s, p, o) for s, p, o, graph in background() if "/ontology/" in str(graph)]
    lists = [(s, p, o) for s, p, o, graph in background() if "/ontology/" not in str(graph)]
    owner = _owner(case.folder.parent.name)
    if owner.suffix == ".rq":
        findings = reckon(case.given(), [owner], [*lists, *words])
        asked = second_engine.answer(case, ("focus",), Derived(open_store(MEMORY), {}))
        # A check is about the things judged; what it finds in the vocabulary beside is no matter.
        given = {subject.value for subject, _, _ in case.given()}
        second = Counter({row: n for row, n in asked.items() if row[0] in given})
        assert second == Counter((finding.focus,) for finding in findings), "engines differ"
    else:
        findings = validate(case.given(), [owner], ontology=words, background=lists)
    found = Counter((finding.focus, finding.rule, finding.severity) for finding in findings)
    prefixes = case.prefixes()
    told = [",".join(short(cell, prefixes) for cell in row) for row in sorted(found.elements())]
    assert found == expected, "\n".join(["found:", *told])
