"""The order of gaps: by a stated rule, each gap once, with what decides it shown."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
from pathlib import Path

import pytest

from graph import assets, gaps
from graph.cli import main
from graph.gaps import CERTAINTIES, Answer, Gap
from graph.query import SEVERITIES
from graph.query import load as read
from graph.ranking import BEHIND, Ranked, ranked
from graph.store import Store
from graph.terms import iri, literal

DAY = datetime.date(2026, 9, 1)
QUERIES = [read(path) for path in assets.files("gaps")]
QUESTION = next(read(path) for path in assets.files("questions") if path.stem == BEHIND)


@pytest.fixture(scope="module")
def answers(opened: Store) -> list[Answer]:
    found = [gaps.find(opened.query, query, DAY) for query in QUERIES]
    return [answer for answer in found if answer is not None]


@pytest.fixture(scope="module")
def order(opened: Store, answers: list[Answer]) -> list[Ranked]:
    return ranked(opened.query, answers, QUESTION, DAY)


def test_each_gap_stands_once_with_all_its_life_events(
    order: list[Ranked], answers: list[Answer]
) -> None:
    rows = [gap for answer in answers for gap in answer.gaps]
    assert sorted(one.row.id for one in order) == sorted({gap.id for gap in rows})
    for one in order[:50]:
        events = {
            gap.values["event"] for gap in rows if gap.id == one.row.id and "event" in gap.values
        }
        assert set(one.events) == events


def test_no_gap_stands_before_one_that_the_rule_puts_first(order: list[Ranked]) -> None:
    def told(one: Ranked) -> list[int]:
        severity = one.row.query.severity
        return [
            -(SEVERITIES.index(severity) if severity else len(SEVERITIES)),
            -CERTAINTIES.index(one.row.certainty),
            len(one.events),
            one.services or 0,
            one.uncovered or 0,
        ]

    for first, second in itertools.pairwise(order):
        assert told(first) >= told(second)


def test_the_services_behind_a_need_are_its_own_and_those_that_come_after(
    opened: Store, order: list[Ranked]
) -> None:
    # By a slow and obvious way: walk on from the service until nothing new comes.
    lg = "https://w3id.org/livsgraf/ns#"
    after: dict[str, set[str]] = {}
    for a, b in opened.query(f"SELECT ?a ?b {{ ?a <{lg}leadsTo> ?b }}"):
        if a and b:
            after.setdefault(a.value, set()).add(b.value)
    needs = {}
    for need, service in opened.query(f"SELECT ?n ?s {{ ?n <{lg}neededBy> ?s }}"):
        if need and service:
            needs[need.value] = service.value
    checked = 0
    for one in order:
        focus = one.row.values["focus"].value
        if focus not in needs:
            continue
        seen, todo = set(), [needs[focus]]
        while todo:
            here = todo.pop()
            if here not in seen:
                seen.add(here)
                todo += after.get(here, ())
        assert one.services == len(seen), focus
        checked += 1
    assert checked > 100


def test_what_is_not_known_is_shown_as_such_and_never_as_nothing(
    opened: Store, answers: list[Answer], order: list[Ranked]
) -> None:
    assert any(one.services is None for one in order)
    without = ranked(opened.query, answers, None, DAY)
    assert all(one.services is None for one in without)


def test_members_without_cover_are_those_that_a_row_counts(opened: Store) -> None:
    def row(name: str, **values: int) -> Gap:
        told = {key: literal(value) for key, value in values.items()}
        return Gap(f"{query.name}:{name}", query, {"focus": iri(f"urn:x:{name}"), **told})

    query = QUERIES[0]
    rows = (row("a"), row("b", members=357, covered=13), row("c", members=357, covered=300))
    found = ranked(opened.query, [Answer(query, rows)], None, DAY)
    assert [one.row.id[-1] for one in found] == ["b", "c", "a"]
    assert [one.uncovered for one in found] == [344, 57, None]


def test_the_command_gives_the_same_order(
    shipped: Path, order: list[Ranked], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["gaps", "--rank", "--date", str(DAY), "--store", str(shipped), "--format"]
    assert main([*words, "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["id"] for row in rows] == [one.row.id for one in order]
    assert [row["place"] for row in rows] == [str(n) for n in range(1, len(order) + 1)]
    for row, one in zip(rows, order, strict=True):
        assert row["services"] == ("" if one.services is None else str(one.services))
    assert main(["--lang", "en", *words, "table"]) == 0
    assert "The rule: first the gravest" in capsys.readouterr().out
