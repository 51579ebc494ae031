"""Why a gap is called one: on whose word, by which query, what would close it, what is like it."""

from __future__ import annotations

import csv
import datetime
import io
import json
from pathlib import Path

import pytest

from graph import assets, gaps
from graph.cli import main
from graph.errors import UnknownName
from graph.gaps import CERTAINTIES
from graph.query import load as read
from graph.reasons import NEAREST, SOURCES, reasons
from graph.store import Store
from graph.terms import LANGUAGES

DAY = datetime.date(2026, 9, 1)
QUERIES = [read(path) for path in assets.files("gaps")]
ASKED = {path.stem: read(path) for path in assets.files("questions")}
ONE = "flows-without-agreement:foreldrebetaling-redusert-05"


def test_a_gap_tells_its_rows_what_backs_it_and_what_is_like_it(opened: Store) -> None:
    found = reasons(opened.query, QUERIES, ASKED, ONE, DAY)
    assert found.surest.certainty == "inferred"
    assert len(found.rows) == 3
    assert {row["thing"] for row in found.backing} == {found.surest.values["focus"]}
    assert all("source" in row for row in found.backing)
    assert found.models is not None
    assert 1 <= len(found.models) <= 3
    for model in found.models:
        assert model["provider"] == found.surest.values["provider"]
        alike = (model["carried"], model["recipient"])
        assert found.surest.values["dataset"] in alike or found.surest.values["consumer"] in alike
    arrangements = [model["arrangement"] for model in found.models]
    assert len(set(arrangements)) == len(arrangements)


def test_the_surest_row_comes_first(opened: Store) -> None:
    for query in QUERIES:
        answer = gaps.find(opened.query, query, DAY)
        sure: dict[str, set[str]] = {}
        for gap in answer.gaps if answer else ():
            sure.setdefault(gap.id, set()).add(gap.certainty)
        for key in [key for key, kinds in sure.items() if len(kinds) > 1][:2]:
            found = reasons(opened.query, QUERIES, ASKED, key, DAY)
            assert found.surest.certainty == next(one for one in CERTAINTIES if one in sure[key])


def test_without_the_questions_there_is_the_gap_alone(opened: Store) -> None:
    found = reasons(opened.query, QUERIES, {}, ONE, DAY)
    assert found.rows
    assert not found.backing
    assert found.models is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_gap_of_every_query_can_be_told(
    shipped: Path, opened: Store, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    told = 0
    for query in QUERIES:
        answer = gaps.find(opened.query, query, DAY)
        if answer is None or not answer.gaps:
            continue
        words = ["--lang", lang, "why", answer.gaps[0].id, "--date", str(DAY), "--format", "table"]
        assert main([*words, "--store", str(shipped)]) == 0, query.name
        out = capsys.readouterr().out
        assert answer.gaps[0].id in out.replace("\n", "").replace(" ", "")
        assert "{" not in out
        told += 1
    assert told > 15


def test_programs_get_a_fact_on_each_line_and_all_of_it_as_json(
    shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["why", ONE, "--date", str(DAY), "--store", str(shipped), "--format"]
    assert main([*words, "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["value"] for row in rows if row["name"] == "id"] == [ONE]
    assert len([row for row in rows if row["name"] == "event"]) == 3
    assert {SOURCES, NEAREST} <= ASKED.keys()
    assert main([*words, "json"]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert set(whole) == {"gap", "backing", "models"}
    assert whole["backing"]
    assert whole["models"]


@pytest.mark.parametrize("key", ["", "tull", "flows-without-agreement", f"{ONE}x", "a:b:c"])
def test_an_unknown_gap_is_told_with_the_nearest(
    shipped: Path, opened: Store, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    with pytest.raises(UnknownName):
        reasons(opened.query, QUERIES, ASKED, key, DAY)
    assert main(["why", key, "--store", str(shipped)]) == 2
    told = capsys.readouterr()
    assert told.err
    assert not told.out
    assert ONE in told.err or key != f"{ONE}x"
