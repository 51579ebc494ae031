"""Gaps: which rows, which sums, which words for nothing, and names that hold."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

import smallproject
from graph import gaps, pipeline
from graph.config import Settings
from graph.errors import HeaderError
from graph.query import LAYER_IRIS, load, load_all
from graph.store import open_store
from graph.terms import LGID, Term, iri, literal, local_name
from smallproject import Line

DAY = datetime.date(2025, 5, 1)
EARLY = datetime.date(2020, 1, 1)
DEATH = iri("https://example.org/dodsfall")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One project with one store for all the tests that only read."""
    top = tmp_path_factory.mktemp("small")
    smallproject.make(top / "project")
    with pytest.MonkeyPatch.context() as patch:
        line = smallproject.on(patch, top / "project", top / "store")
        assert line.run("build").status == 0
    return top


@pytest.fixture
def line(built: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    return smallproject.on(monkeypatch, built / "project", built / "store")


def rows(line: Line, *args: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(line.run("gaps", "--format", "csv", *args).out)))


# -- the module -------------------------------------------------------------------------------


def test_a_gap_is_named_by_query_and_focus_whatever_the_day(built: Path) -> None:
    query = load(built / "project/queries/gaps/organisational/wishes-unmet.rq")
    store = open_store(built / "store")
    found = {}
    for day in (EARLY, DAY):
        answer = gaps.find(store.query, query, day)
        assert answer is not None
        found[day] = [gap.id for gap in answer.gaps]
    assert found[DAY] == [
        "wishes-unmet:a-01",
        "wishes-unmet:a-01",
        "wishes-unmet:a-02",
        "wishes-unmet:a-03",
    ]
    assert set(found[EARLY]) == {"wishes-unmet:a-01", "wishes-unmet:a-03"}


def test_a_member_tells_the_rows_of_one_focus_apart(built: Path) -> None:
    query = load(built / "project/queries/gaps/organisational/wishes-unmet.rq")
    by_since = replace(query, member=("since", "consumer"))
    focus, body = iri(LGID + "wish/a-02"), iri(LGID + "body/2")
    since = literal("én dag, kanskje")
    name = gaps.identifier(by_since, {"focus": focus, "since": since, "consumer": body})
    assert name == "wishes-unmet:a-02:én-dag-kanskje:2"
    # What is not known, or is the focus itself, adds nothing.
    assert gaps.identifier(by_since, {"focus": focus, "consumer": focus}) == "wishes-unmet:a-02"
    spoken = Term("literal", "Barn", None, "nb")
    assert gaps.identifier(by_since, {"focus": focus, "since": spoken}).endswith(":Barn-nb")


def test_a_member_is_a_column_of_its_own(built: Path, tmp_path: Path) -> None:
    text = (built / "project/queries/gaps/organisational/wishes-unmet.rq").read_text("utf-8")
    file = tmp_path / "gaps" / "organisational" / "wishes-unmet.rq"
    file.parent.mkdir(parents=True)
    for given, works in (("since", True), ("event", False), ("nobody", False)):
        file.write_text(f'#+ member = "{given}"\n{text}', "utf-8")
        if works:
            assert load(file).member == (given,)
        else:
            with pytest.raises(HeaderError):
                load(file)


def test_every_gap_of_the_shipped_graph_has_a_name_of_its_own(tmp_path: Path) -> None:
    """Apart from the life event, no two rows of a query bear one name on any of these days."""
    settings = Settings(tmp_path / "store")
    pipeline.build(settings, validate=False)
    store = open_store(settings.store)
    for query in gaps.choose(load_all().values()):
        for day in (datetime.date(2022, 1, 1), datetime.date(2026, 11, 25)):
            answer = gaps.find(store.query, query, day)
            assert answer is not None
            rows = Counter((gap.id, gap.values.get("event")) for gap in answer.gaps)
            same = [name for (name, _), times in rows.items() if times > 1]
            assert not same, f"{query.name} needs a member: {same[:3]}"
    store.close()


def test_a_thing_is_of_its_narrowest_class(built: Path) -> None:
    store = open_store(built / "store")
    state, body = iri(LGID + "body/1"), iri(LGID + "body/2")
    found = gaps.kinds(store.query, [state, body, literal("x"), iri("https://example.org/none")])
    assert {term.value: local_name(kind.value) for term, kind in found.items()} == {
        state.value: "StateBody",
        body.value: "Body",
    }


def test_sums_count_each_need_once_in_totals(built: Path) -> None:
    states = load(built / "project/queries/questions/need-states.rq")
    store = open_store(built / "store")
    summary = gaps.summarise(store.query, states, DAY)
    (total,) = summary.totals
    assert total.n == 4
    assert sum(line.n for line in summary.lines) == 5
    assert (total.count("missing"), total.count("whole"), total.count("not-reported")) == (2, 1, 1)
    assert (total.lacking("confirmed"), total.lacking("inferred")) == (1, 1)
    assert total.n == sum(total.count(name) for name in gaps.SUMS)
    assert list(summary.outside.values()) == [1]
    assert summary.doubted == 1
    assert gaps.summarise(store.query, states, DAY, layer="legal").lines == ()


def test_a_name_that_a_query_does_not_know_passes_it_over(built: Path) -> None:
    query = load(built / "project/queries/gaps/technical/dreams-broken.rq")
    store = open_store(built / "store")
    assert gaps.find(store.query, query, DAY, {"provider": DEATH}) is None
    answer = gaps.find(store.query, query, DAY, {"event": DEATH})
    assert answer is not None
    assert (answer.gaps, answer.looked_at) == ((), 0)


def test_shared_columns_are_the_contracts(built: Path) -> None:
    first = load(built / "project/queries/gaps/organisational/wishes-unmet.rq")
    second = load(built / "project/queries/gaps/technical/dreams-broken.rq")
    assert gaps.shared_columns([first]) == list(first.columns)
    assert gaps.shared_columns([second, first])[:3] == ["focus", "certainty", "event"]
    assert gaps.shared_columns([]) == []


def test_layers_are_the_frameworks() -> None:
    assert LAYER_IRIS["legal"].endswith("/IL3")
    assert LAYER_IRIS["governance"].endswith("/IL2")


# -- the command ------------------------------------------------------------------------------


def test_the_same_event_by_all_its_names(line: Line) -> None:
    words = ("dodsfall-og-arv", "doedsfall-og-arv", "Dødsfall og arv", "dødsfall og arv")
    words += ("Death and inheritance", "https://example.org/dodsfall")
    answers = {json.dumps(rows(line, "--life-event", word)) for word in words}
    assert len(answers) == 1
    assert json.dumps(rows(line, "--livshendelse=dodsfall-og-arv")) in answers
    assert json.dumps(rows(line, "-p", "event=dodsfall-og-arv")) in answers
    assert [row["id"] for row in json.loads(answers.pop())] == [
        "wishes-unmet:a-01",
        "wishes-unmet:a-02",
    ]


def test_choices_narrow_the_rows(line: Line) -> None:
    def ids(*args: str) -> set[str]:
        return {row["id"].partition(":")[2] for row in rows(line, *args)}

    assert ids() == {"a-01", "a-02", "a-03"}
    assert ids("--certainty", "inferred") == {"a-02"}
    assert ids("--certainty", "confirmed", "--certainty", "utledet") == {"a-01", "a-02"}
    assert ids("--cross-level") == {"a-01"}
    assert ids("--cross-level=false") == {"a-02"}
    assert ids("--consumer", "skog") == {"a-01"}
    assert ids("--layer", "technical") == set()
    assert ids("--layer", "organisatorisk") == {"a-01", "a-02", "a-03"}
    assert ids("--date", "2020-01-01") == {"a-01", "a-03"}


def test_programs_get_the_contracts_columns(line: Line) -> None:
    header = line.run("gaps", "--format", "csv").out.splitlines()[0].split(",")
    plain = [name for name in header if not name.endswith("Label")]
    assert plain[:8] == ["id", "query", "layer", "severity", "kind", "focus", "certainty", "event"]
    assert {row["kindLabel"] for row in rows(line)} == {"ønske"}
    assert rows(line)[0]["severity"] == "violation"
    assert rows(line)[0]["certainty"].endswith("certainty/confirmed")


def test_people_get_sums_first_then_rows_then_days(line: Line) -> None:
    shown = line.run("gaps", terminal=True).out
    shown = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    places = [
        shown.index(text)
        for text in (
            "Databehov per livshendelse og lag",
            "Alle",
            "hvert behov talt",
            "Utenfor summene: 1 fra brukeren selv.",
            "Det er tvil om 1 behov. Det står under «ikke rapportert»",
            "I alt 3. Bekreftet: 1, utledet: 1, ikke rapportert: 1.",
            "Begravelse: sted",
            "Spurt om 2025-05-01.",
        )
    ]
    assert places == sorted(places)
    # One wish in two life events is one row for people.
    assert shown.count("Begravelse: sted") == 1
    assert "Dødsfall og arv, Få barn" in shown


def test_sums_alone_in_every_format(line: Line) -> None:
    first = json.loads(line.run("gaps", "--summary").out.splitlines()[0])
    assert first["n"] == 2
    assert "Begravelse" not in line.run("gaps", "--summary", "--format", "md").out


def test_json_holds_sums_and_rows(line: Line) -> None:
    told = json.loads(line.run("gaps", "--format", "json").out)
    assert told.keys() == {"summary", "gaps"}


def test_what_nobody_has_reported_is_asked_about_and_not_found(line: Line) -> None:
    shown = line.run("gaps", "--certainty", "not-reported", "--format", "table").out
    assert "Å spørre om: 1. Ingen kilde sier at noe mangler her." in shown
    assert "funn" not in shown


def test_two_tables_that_do_not_add_up_say_so(line: Line, built: Path) -> None:
    query = built / "project/queries/gaps/organisational/wishes-unmet.rq"
    other = query.with_name("wishes-again.rq")
    other.write_text(query.read_text("utf-8"), "utf-8")
    try:
        shown = line.run("gaps", "--format", "table").out
    finally:
        other.unlink()
    assert shown.index("Hva hver spørring fant") < shown.index("går ikke opp i summene over")
    assert "Denne tabellen" not in line.run("gaps", "--format", "table").out


def test_a_long_answer_in_a_pipe_tells_of_the_short_one(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "--summary" not in line.run("gaps", "--format", "table").err
    monkeypatch.setattr("graph.cli.ask_gaps.MANY", 3)
    assert "livsgraf gaps --summary" in line.run("gaps", "--format", "table").err
    for args in (["--summary", "--format", "table"], ["--format", "csv"]):
        assert "livsgraf gaps --summary" not in line.run("gaps", *args).err
    assert "--summary" not in line.run("gaps", terminal=True).err


def test_nothing_found_says_why(line: Line) -> None:
    none = line.run("gaps", "--query", "dreams-broken", "--format", "table").out
    assert "Grafen inneholder ikke noe av slaget «drøm»." in none
    args = ("gaps", "--query", "wishes-unmet", "--certainty", "inferred", "--cross-level")
    narrowed = line.run(*args, "--format", "table").out
    assert "Uten valget er det 4." in narrowed
    piped = line.run("gaps", "--query", "dreams-broken")
    assert piped.out == ""
    assert "«drøm»" in piped.err
    passed = line.run("gaps", "--provider", "skog")
    assert "dreams-broken" in passed.err


def test_gates_fail_on_what_is_as_sure_or_surer(line: Line) -> None:
    only = ("gaps", "--date", "2025-01-02", "--consumer", "body/2")
    assert line.run(*only, "--fail-on", "confirmed").status == 0
    assert line.run(*only, "--fail-on", "inferred").status == 1
    assert line.run(*only, "--fail-on", "not-reported").status == 1
    assert line.run(*only, "--fail-on", "inferred", "--summary").status == 1
    assert line.run(*only).status == 0
