"""The scorecard: its numbers are those of the summary, add up, and are said in plain words."""

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
from graph.messages import load
from graph.query import LAYERS
from graph.query import load as read
from graph.scorecard import Card, Scorecard, scorecard, sentence
from graph.store import Store
from graph.terms import LANGUAGES, iri

DAY = datetime.date(2026, 9, 1)
EVENT = "https://psi.norge.no/los/hendelse/fa-barn"
STATES = next(read(p) for p in assets.files("questions") if p.stem == gaps.STATES)
QUERIES = [read(path) for path in assets.files("gaps")]


@pytest.fixture(scope="module")
def whole(opened: Store) -> Scorecard:
    return scorecard(opened.query, STATES, QUERIES, DAY)


def test_every_life_event_has_every_layer_and_all_of_them_come_last(whole: Scorecard) -> None:
    events = list(dict.fromkeys(card.event for card in whole.cards))
    assert len(events) == 8
    assert events[-1] is None
    assert [card.layer for card in whole.cards] == list(LAYERS) * len(events)


def test_the_sums_of_a_card_add_up_to_its_n_and_the_certainties_to_the_missing(
    whole: Scorecard,
) -> None:
    for card in whole.cards:
        assert set(card.sums) == set(SUMS)
        assert sum(card.sums.values()) == card.n
        assert sum(card.missing.values()) == card.sums["missing"]
        # Counted in needs or by what the queries find, and never in both.
        assert not (card.n and card.found)


def test_its_numbers_are_those_of_the_summary(opened: Store, whole: Scorecard) -> None:
    summary = gaps.summarise(opened.query, STATES, DAY)
    told = {(card.event, card.layer): card for card in whole.cards if card.n}
    lines = {
        (line.event, next(x for x in LAYERS if gaps.LAYER_IRIS[x] == line.layer.value)): line
        for line in (*summary.lines, *summary.totals)
        if line.layer
    }
    assert told.keys() == lines.keys()
    for place, line in lines.items():
        card = told[place]
        assert card.n == line.n
        assert {name: line.count(name) for name in SUMS} == card.sums


def test_a_layer_that_is_not_counted_in_needs_is_counted_by_what_is_found(
    opened: Store, whole: Scorecard
) -> None:
    layer = next(card.layer for card in whole.cards if not card.n)
    for card in (card for card in whole.cards if card.layer == layer):
        wanted = {"event": card.event} if card.event else {}
        ids: dict[str, set[str]] = {sure: set() for sure in CERTAINTIES}
        for query in gaps.choose(QUERIES, layer):
            answer = gaps.find(opened.query, query, DAY, wanted, (), layer)
            for gap in answer.gaps if answer else ():
                ids[gap.certainty].add(gap.id)
        assert card.found == {sure: len(found) for sure, found in ids.items()}


def test_one_life_event_has_the_cards_it_has_among_all(opened: Store, whole: Scorecard) -> None:
    one = scorecard(opened.query, STATES, QUERIES, DAY, {"event": iri(EVENT)})
    assert one.cards == tuple(card for card in whole.cards if card.event == iri(EVENT))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_sentence_tells_every_number_that_is_not_nothing(lang: str, whole: Scorecard) -> None:
    texts = load(lang)
    for card in whole.cards:
        said = sentence(card, texts)
        assert said.endswith(".")
        assert "{" not in said
        for n in (*card.sums.values(), *card.missing.values(), *card.found.values()):
            assert not n or str(n) in said


def test_what_nobody_has_reported_is_said_before_what_is_missing() -> None:
    sums = {"whole": 3, "partly": 0, "permitted": 0, "missing": 2, "not-reported": 5}
    said = sentence(Card(None, LAYERS[0], 10, sums, {"confirmed": 1, "inferred": 1}), load("en"))
    assert said == (
        "3 of 10 needs are wholly in place, 5 are not reported and "
        "2 are missing (1 confirmed and 1 inferred)."
    )


def test_the_command_gives_programs_every_number(
    shipped: Path, capsys: pytest.CaptureFixture[str], whole: Scorecard
) -> None:
    words = ["scorecard", "--date", str(DAY), "--format", "csv", "--store", str(shipped)]
    assert main(words) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == len(whole.cards)
    for card in whole.cards:
        (row,) = (
            row
            for row in rows
            if row["event"] == (card.event.value if card.event else "")
            and row["layer"] == gaps.LAYER_IRIS[card.layer]
        )
        assert int(row["n"]) == card.n
        assert int(row["not-reported"]) == card.sums["not-reported"]
        assert [int(row[f"found-{s}"]) for s in CERTAINTIES] == [
            card.found.get(s, 0) for s in CERTAINTIES
        ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--life-event", "tull"], "tull"),
        (["--date", "2026-13-01"], "2026-13-01"),
        (["--date", "2026-01-01", "-p", "date=2026-01-02"], "--date"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(
    shipped: Path, capsys: pytest.CaptureFixture[str], asked: list[str], said: str
) -> None:
    assert main(["scorecard", *asked, "--store", str(shipped)]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert not told.out


def test_over_http_the_numbers_are_the_same(
    client: TestClient, shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {"date": str(DAY), "life-event": "fa-barn", "lang": "nn"}
    told = client.get("/api/v1/scorecard", params=asked)
    assert told.status_code == 200
    table = client.get("/api/v1/scorecard.csv", params=asked)
    words = ["--lang", "nn", "scorecard", "--date", str(DAY), "--life-event", "fa-barn"]
    assert main([*words, "--format", "csv", "--store", str(shipped)]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert list(csv.reader(io.StringIO(table.text))) == rows
    assert [item["sentence"] for item in told.json()["items"]] == [row[-1] for row in rows[1:]]
    assert client.get("/api/v1/scorecard", params={"life-event": "tull"}).status_code == 404
    assert client.get("/api/v1/scorecard", params={"layer": "legal"}).status_code == 400
