"""Questions of strangers: whole answers, limits, and what happens to those who would hurt."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graph.asking import Asked, Pool, Reply
from graph.asking.sinks import Counting
from graph.config import Serving
from graph.errors import (
    AnswerTooLarge,
    Busy,
    LivsgrafError,
    NotAcceptable,
    QueryOutside,
    QuerySyntaxError,
    QueryTooLarge,
    QueryTooSlow,
    QueryWrites,
    RequestError,
    StoreError,
    UnknownFunction,
    UnknownGraph,
    Unwritable,
)

FORMATS = (("rows", "json"), ("boolean", "json"), ("triples", "nt"))
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
EVENTS = "SELECT ?s { ?s a <http://data.europa.eu/m8g/LifeEvent> }"
WAIT = 10.0
FAST = Serving(query_seconds=1.5, quick_seconds=0.3, slow=2, patience=1.0)


@pytest.fixture(scope="module")
def pool(shipped: Path) -> Iterator[Pool]:
    with Pool(shipped, FAST) as pool:
        yield pool


def ask(pool: Pool, text: str, **others: Any) -> Reply:
    return pool.ask(Asked(text, **{"formats": FORMATS, **others}))


def rows(reply: Reply) -> list[dict[str, Any]]:
    content = reply.content
    if reply.file is not None:
        with reply.file as file:
            content = file.read()
    assert len(content) == reply.length
    found: list[dict[str, Any]] = json.loads(content)["results"]["bindings"]
    return found


def test_an_answer_is_whole_and_counted(pool: Pool) -> None:
    reply = ask(pool, EVENTS)
    assert (reply.form, reply.format, reply.rows) == ("rows", "json", 7)
    assert len(rows(reply)) == 7
    assert ask(pool, "ASK { ?s ?p ?o }").content == b'{"head":{},"boolean":true}'
    large = ask(pool, "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 20000")
    assert large.file is not None
    assert len(rows(large)) == large.rows == 20000


def test_triples_come_once(pool: Pool) -> None:
    reply = ask(pool, "CONSTRUCT { <urn:a> a ?t } { ?s a ?t FILTER(?t = <urn:b>) }")
    assert (reply.form, reply.rows, reply.content) == ("triples", 0, b"")
    reply = ask(pool, "CONSTRUCT { <urn:a> <urn:b> <urn:c> } { ?s a ?t }")
    assert (reply.rows, reply.content.count(b"\n")) == (1, 1)


def test_graphs_are_chosen_by_the_protocol_before_the_text(pool: Pool) -> None:
    graph = "https://w3id.org/livsgraf/graph/life-events/fa-barn"
    other = "https://w3id.org/livsgraf/graph/registers/laws"
    count = "SELECT (COUNT(*) AS ?n) %s { ?s ?p ?o }"
    n = {name: _count(ask(pool, count % f"FROM <{name}>")) for name in (graph, other)}
    assert 0 < n[graph] != n[other] > 0
    assert _count(ask(pool, count % f"FROM <{graph}> FROM <{other}>")) == sum(n.values())
    chosen = ask(pool, count % f"FROM <{graph}>", default_graphs=(other,))
    assert _count(chosen) == n[other]
    prefixed = f"PREFIX g: <{graph[:-7]}> " + count % "FROM g:fa-barn"
    assert _count(ask(pool, prefixed)) == n[graph]
    based = f"BASE <{graph}> " + count % "FROM <fa-barn>"
    assert _count(ask(pool, based)) == n[graph]
    named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert _count(ask(pool, named, named_graphs=(graph,))) == n[graph]
    assert _count(ask(pool, named, default_graphs=(graph,))) == 0
    assert _count(ask(pool, count % "", named_graphs=(graph,))) == 0


def _count(reply: Reply) -> int:
    return int(rows(reply)[0]["n"]["value"])


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM <http://calls-out.example/g> { ?s ?p ?o }",
        "SELECT * FROM NAMED <http://calls-out.example/g> { GRAPH ?g { ?s ?p ?o } }",
        "PREFIX x: <http://calls-out.example/> SELECT * FROM x:g { ?s ?p ?o }",
        "SELECT * #\rFROM <http://calls-out.example/g>\n{ ?s ?p ?o }",
        "SELECT * FROM <http://calls-out.example/\\u0067> { ?s ?p ?o }",
    ],
)
def test_a_graph_that_is_not_here_is_refused(pool: Pool, text: str) -> None:
    with pytest.raises(UnknownGraph):
        ask(pool, text)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("SELECT * \\u0046ROM <http://calls-out.example/g> { ?s ?p ?o }", QuerySyntaxError),
        ("SELECT * { SERVICE <http://calls-out.example/> { ?s ?p ?o } }", QueryOutside),
        ("SELECT * { \\u0053ervice <http://calls-out.example/> { ?s ?p ?o } }", QueryOutside),
        ("LOAD <http://calls-out.example/>", QueryWrites),
        ("PREFIX a: <urn:a> INSERT DATA { a:b a:c a:d }", QueryWrites),
        ("DROP ALL", QueryWrites),
        ("SELECT * { ?s ?p }", QuerySyntaxError),
        ("SELECT (<urn:f>(1) AS ?x) { }", UnknownFunction),
        ("SELECT * { }" + " " * 70_000, QueryTooLarge),
        ("SELECT ?a ?b ?c { ?a a ?b . ?c a ?d }", AnswerTooLarge),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(
    pool: Pool, text: str, error: type[LivsgrafError]
) -> None:
    with pytest.raises(error):
        ask(pool, text)
    assert len(rows(ask(pool, EVENTS))) == 7


def test_a_form_without_a_format_is_not_acceptable(pool: Pool) -> None:
    with pytest.raises(NotAcceptable):
        pool.ask(Asked("ASK {}", (("rows", "csv"),)))


def test_what_xml_cannot_hold_is_no_broken_xml(pool: Pool) -> None:
    asked = Asked('SELECT ("a\\u000Bb" AS ?x) {}', (("rows", "xml"),))
    with pytest.raises(Unwritable):
        pool.ask(asked)
    assert pool.ask(replace(asked, formats=(("rows", "json"),))).rows == 1


def test_a_late_question_is_stopped_and_others_are_answered(pool: Pool) -> None:
    begun = time.monotonic()
    found: list[LivsgrafError] = []

    def run() -> None:
        try:
            ask(pool, RUNAWAY)
        except LivsgrafError as error:
            found.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    # Two are slow and give way, the third was refused: two processes are there for the quick.
    assert len(rows(ask(pool, EVENTS))) == 7
    slow = [hand.process.pid for hand in pool._hands if hand.slow]
    assert [os.sched_getscheduler(pid) for pid in slow] == [os.SCHED_IDLE] * 2
    cores = os.sched_getaffinity(0)
    assert all(len(os.sched_getaffinity(pid)) == (len(cores) + 1) // 2 for pid in slow)
    for thread in threads:
        thread.join()
    assert time.monotonic() - begun < FAST.query_seconds + 1
    assert sorted(type(error).__name__ for error in found) == [
        "Busy",
        "QueryTooSlow",
        "QueryTooSlow",
    ]
    assert all(isinstance(error, RequestError) and error.retry_after for error in found)
    for _ in range(5):
        assert len(rows(ask(pool, EVENTS))) == 7


def test_a_killed_process_is_replaced(shipped: Path) -> None:
    with Pool(shipped, FAST) as pool:
        assert ask(pool, EVENTS).rows == 7
        for hand in list(pool._hands):
            os.kill(hand.process.pid, signal.SIGKILL)
            os.waitid(os.P_PID, hand.process.pid, os.WEXITED | os.WNOWAIT)
        for _ in range(6):
            assert ask(pool, EVENTS).rows == 7
        assert len(pool._hands) == FAST.workers


def test_a_process_that_did_not_come_up_is_replaced(shipped: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(shipped, tmp_path / "store"))
    current = place / "current"
    away = current.rename(place / "away")
    with Pool(place, FAST) as pool:
        for _ in range(2):
            with pytest.raises(StoreError):
                ask(pool, EVENTS)
        away.rename(current)
        begun = time.monotonic()
        for _ in range(6):
            with contextlib.suppress(StoreError):
                ask(pool, EVENTS)
        assert ask(pool, EVENTS).rows == 7
        assert time.monotonic() - begun < WAIT


def test_who_waits_too_long_is_told(shipped: Path) -> None:
    serving = replace(FAST, workers=1, slow=1, patience=0.1, waiting=1)
    with Pool(shipped, serving) as pool:
        ask(pool, EVENTS)
        thread = threading.Thread(target=lambda: _quietly(pool, RUNAWAY))
        thread.start()
        time.sleep(0.2)
        with pytest.raises(Busy):
            ask(pool, EVENTS)
        thread.join()
        time.sleep(0.5)
        assert ask(pool, EVENTS).rows == 7


def _quietly(pool: Pool, text: str) -> None:
    try:
        ask(pool, text)
    except QueryTooSlow:
        return


def test_large_answers_that_wait_to_be_taken_have_an_end(shipped: Path) -> None:
    asked = Asked("SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 30000", (("rows", "csv"),))
    with Pool(shipped, replace(FAST, kept_bytes=6_000_000)) as pool:
        first = pool.ask(asked)
        assert first.file is not None
        assert 3_000_000 < first.length < 6_000_000
        with pytest.raises(Busy):
            pool.ask(asked)
        assert len(first.file.read()) == first.length
        first.file.close()
        again = pool.ask(asked)
        assert again.file is not None
        again.file.close()


def test_a_stream_is_the_same_answer_in_pieces(pool: Pool) -> None:
    text = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 30000"
    told: list[tuple[str, str, str]] = []
    pieces: list[bytes] = []

    def begin(form: str, chosen: str, tag: str) -> Any:
        told.append((form, chosen, tag))
        return pieces.append

    asked = Asked(text, (("rows", "csv"),))
    length = pool.stream(asked, begin)
    whole = b"".join(pieces)
    assert length == len(whole)
    assert whole.count(b"\r\n") > 30_000 - 1
    assert told[0][:2] == ("rows", "csv")
    with pytest.raises(QuerySyntaxError):
        pool.stream(Asked("SELECT", (("rows", "csv"),)), begin)
    assert len(told) == 1


def test_a_stream_ends_in_time_however_slowly_it_is_taken(shipped: Path) -> None:
    asked = Asked("SELECT ?s ?p ?o { ?s ?p ?o }", (("rows", "csv"),))
    with Pool(shipped, replace(FAST, long_seconds=1.0)) as pool:
        begun = time.monotonic()
        with pytest.raises(QueryTooSlow):
            pool.stream(asked, lambda *_: lambda _: time.sleep(0.2))
        assert time.monotonic() - begun < WAIT
        assert ask(pool, EVENTS).rows == 7


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12
) | st.sampled_from(
    ["},{", '[{"', '"', "\\", '\\"', "a\nb", "\r\n", "<result>", ",", "\t", "{", "[", ""]
)


@settings(max_examples=150, deadline=None)
@example(table=[[None, "0\r0"]], cut=7, form="xml")
@given(
    table=st.lists(st.lists(st.none() | TEXTS, min_size=2, max_size=2), max_size=12),
    cut=st.integers(1, 40),
    form=st.sampled_from(["json", "csv", "tsv", "xml"]),
)
def test_rows_are_counted_wherever_the_pieces_end(
    table: list[list[str | None]], cut: int, form: str
) -> None:
    content = written(table, form)
    sink = Sum("rows", form, 10**9, 10**9)
    try:
        for at in range(0, len(content), cut):
            sink.write(content[at : at + cut])
    except Unwritable:
        assert form == "xml"
        return
    assert sink.rows == len(table)
    # What XML would read as a line feed is written otherwise.
    more = len(b"&#13;") - 1 if form == "xml" else 0
    assert sink.length == len(content) + more * content.count(b"\r")


class Sum(Counting):
    """Keeps nothing."""

    def put(self, piece: bytes) -> None:
        """Keep nothing."""


def written(table: list[list[str | None]], form: str) -> bytes:
    """Write a table by the engine's own writers."""
    import pyoxigraph as ox

    cells = " ".join(
        "("
        + " ".join("UNDEF" if cell is None else ox.Literal(cell).__str__() for cell in row)
        + ")"
        for row in table
    )
    found = ox.Store().query(f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {cells} }} }}")
    out = io.BytesIO()
    formats = {
        "json": ox.QueryResultsFormat.JSON,
        "csv": ox.QueryResultsFormat.CSV,
        "tsv": ox.QueryResultsFormat.TSV,
        "xml": ox.QueryResultsFormat.XML,
    }
    found.serialize(out, format=formats[form])
    return out.getvalue()


def test_csv_of_the_engine_is_csv(pool: Pool) -> None:
    text = 'SELECT (IRI("urn:a,b") AS ?x) ("c,\\"d" AS ?y) {}'
    content = pool.ask(Asked(text, (("rows", "csv"),))).content.decode()
    assert list(csv.reader(io.StringIO(content)))[1] == ["urn:a,b", 'c,"d']


def test_a_process_that_does_not_come_up_is_told_once(shipped: Path) -> None:
    told: list[str] = []
    serving = replace(FAST, workers=1, query_memory=1, patience=0.5)
    with Pool(shipped, serving, lambda kind, **_: told.append(kind)) as pool:
        for _ in range(2):
            with pytest.raises(Busy):
                ask(pool, EVENTS)
    assert told == ["worker-not-started"]


def test_with_the_least_memory_that_may_be_set_a_question_is_answered(shipped: Path) -> None:
    with Pool(shipped, replace(FAST, workers=1, query_memory=1 << 24)) as pool:
        assert ask(pool, EVENTS).rows == 7
