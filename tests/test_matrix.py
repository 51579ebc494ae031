"""The matrix: flows between those who give and those who get, counted as the gaps have them."""

from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from graph import assets, gaps
from graph.cli import main
from graph.gaps import CERTAINTIES, SUMS
from graph.matrix import STATES, Matrix, Side, matrix, sides
from graph.query import load as read
from graph.store import Store
from graph.terms import iri

DAY = datetime.date(2026, 9, 1)
QUESTION = next(read(path) for path in assets.files("questions") if path.stem == STATES)
SIDES = sides(QUESTION)
GAPS = next(read(path) for path in assets.files("gaps") if path.stem == "flows-without-agreement")


def test_what_may_be_crossed_is_read_from_the_columns() -> None:
    assert [side.word for side in SIDES] == ["sector", "level"]


@pytest.fixture(scope="module", params=SIDES, ids=lambda side: side.word)
def made(opened: Store, request: pytest.FixtureRequest) -> Matrix:
    return matrix(opened.query, QUESTION, request.param, DAY)


def test_the_sums_of_a_cell_add_up(made: Matrix) -> None:
    for cell in (*made.cells.values(), made.total):
        assert set(cell.sums) == set(SUMS)
        assert cell.needed == sum(cell.sums.values())
        assert sum(cell.missing.values()) == cell.sums["missing"]
        assert cell.needed
    # A flow of two sectors is in two cells, and never left out.
    assert sum(cell.needed for cell in made.cells.values()) >= made.total.needed


def test_every_side_has_a_cell_and_those_that_lack_most_come_first(made: Matrix) -> None:
    assert {gives for gives, _ in made.cells} == set(made.gives)
    assert {gets for _, gets in made.cells} == set(made.gets)
    known = [term for term in made.gives if term is not None]
    missing = [
        sum(cell.sums["missing"] for (gives, _), cell in made.cells.items() if gives == term)
        for term in known
    ]
    assert missing == sorted(missing, reverse=True)
    assert None not in made.gives[:-1]


def test_what_is_missing_and_not_reported_is_what_the_gaps_have(
    opened: Store, made: Matrix
) -> None:
    answer = gaps.find(opened.query, GAPS, DAY)
    assert answer is not None
    told: dict[str, set[str]] = {}
    for gap in answer.gaps:
        told.setdefault(gap.values["flow"].value, set()).add(gap.certainty)
    lacking = {flow for flow, sure in told.items() if sure & set(CERTAINTIES[:2])}
    assert made.total.sums["missing"] == len(lacking)
    assert made.total.sums["not-reported"] == len(told.keys() - lacking)


def test_of_one_life_event_each_flow_counts_by_the_needs_of_that_one(opened: Store) -> None:
    event = iri("https://psi.norge.no/los/hendelse/fa-barn")
    one = matrix(opened.query, QUESTION, SIDES[0], DAY, {"event": event})
    answer = gaps.find(opened.query, GAPS, DAY, {"event": event})
    assert answer is not None
    told = {gap.values["flow"] for gap in answer.gaps}
    assert one.total.lacking == len(told)
    assert one.total.needed < matrix(opened.query, QUESTION, SIDES[0], DAY).total.needed


def test_programs_get_every_pair_those_without_a_need_too(
    shipped: Path, opened: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    made = matrix(opened.query, QUESTION, SIDES[0], DAY)
    words = ["matrix", "--date", str(DAY), "--format", "csv", "--store", str(shipped)]
    assert main(words) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == len(made.gives) * len(made.gets)
    assert sum(int(row["needed"]) > 0 for row in rows) == len(made.cells)
    for row in rows:
        pair = tuple(iri(row[side]) if row[side] else None for side in ("gives", "gets"))
        cell = made.cells.get(pair)  # type: ignore[call-overload]
        assert int(row["needed"]) == (cell.needed if cell else 0)
        assert int(row["not-reported"]) == (cell.sums["not-reported"] if cell else 0)


def test_people_see_a_grid_where_it_fits_and_a_list_where_it_does_not(
    shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--format", "table", "--date", str(DAY), "--store", str(shipped)]
    assert main(["--lang", "en", "matrix", "--by", "level", *words]) == 0
    assert "·" in capsys.readouterr().out
    assert main(["--lang", "en", "matrix", *words]) == 0
    told = capsys.readouterr().out
    assert "Left out:" in told
    assert max(len(line) for line in told.splitlines()) <= 80


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--by", "colour"], "sector, level"),
        (["--life-event", "tull"], "tull"),
        (["--date", "soon"], "soon"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(
    shipped: Path, capsys: pytest.CaptureFixture[str], asked: list[str], said: str
) -> None:
    assert main(["matrix", *asked, "--store", str(shipped)]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert not told.out


def test_of_an_event_that_nothing_serves_there_is_no_cell(opened: Store) -> None:
    side = Side("level", "providerLevel", "consumerLevel")
    nowhere = matrix(opened.query, QUESTION, side, DAY, {"event": iri("https://example.org/none")})
    assert not nowhere.cells
    assert nowhere.total.needed == 0


def test_over_http_the_numbers_are_the_same(
    client: TestClient, shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for by in ("sector", "level"):
        asked = {"date": str(DAY), "by": by, "life-event": "fa-barn", "lang": "nn"}
        told = client.get("/api/v1/flow-matrix", params=asked)
        assert told.status_code == 200, told.text
        table = client.get("/api/v1/flow-matrix.csv", params=asked)
        words = ["--lang", "nn", "matrix", "--date", str(DAY), "--life-event", "fa-barn"]
        assert main([*words, "--by", by, "--format", "csv", "--store", str(shipped)]) == 0
        expected = list(csv.reader(io.StringIO(capsys.readouterr().out)))
        assert list(csv.reader(io.StringIO(table.text))) == expected
        body = told.json()
        assert body["sums"]["needed"] <= sum(item["needed"] for item in body["items"])
    refused = client.get("/api/v1/flow-matrix", params={"by": "colour", "lang": "en"})
    assert (refused.status_code, refused.json()["detail"]) == (400, "Write sector, level.")
