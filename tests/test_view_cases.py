"""Every rule of the catalogue view, in every situation that a case tells, on two engines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
import rdflib

from casefolders import TRIPLE, Case, Row, cases, counted, query_named, short
from graph import assets
from graph.examining.views import SOURCE
from graph.store import MEMORY, Change, open_store
from graph.terms import Triple

CASES = cases("views")


def on_first(case: Case, text: str) -> list[Triple]:
    store = open_store(MEMORY)
    store.apply(Change(tuple((*triple, SOURCE) for triple in case.given())))
    # What was written in the new way already is no news.
    return [triple for triple in store.construct(text, case.name) if triple not in case.given()]


def on_second(case: Case, text: str) -> set[Row]:
    graph = rdflib.Graph()
    graph.parse(data=case.read("given.ttl"), format="turtle")
    found = graph.query(text).graph
    assert found is not None
    return {tuple(str(node) for node in triple) for triple in found if triple not in graph}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_view_case(case: Case, ran: Callable[[Case], None]) -> None:
    """The rule makes the expected triples, and the two engines agree."""
    ran(case)
    assert not case.faults()
    query = query_named(case.folder.parent.name)
    assert query.kind == "views"
    columns, expected = case.expected()
    assert columns == TRIPLE
    made = on_first(case, query.text)
    found: Counter[Row] = counted(columns, TRIPLE, [tuple(triple) for triple in made])
    told = [",".join(short(cell, case.prefixes()) for cell in row) for row in sorted(found)]
    assert found == expected, "\n".join(["found:", *told])
    assert on_second(case, query.text) == set(found), "engines differ"


def test_every_rule_of_the_view_has_a_case() -> None:
    tried = {case.folder.parent.name for case in CASES}
    assert tried == {path.stem for path in assets.files("views")}
