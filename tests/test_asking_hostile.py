"""Forms of question that would hurt: each is answered in time, and others after it.

The soak asks them all of a real server too, and holds each to what it must come to.
"""

from __future__ import annotations

import time
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from graph.asking import Asked, Pool
from graph.config import Serving
from graph.errors import LivsgrafError
from running import Running, running

FORMATS = (("rows", "json"), ("boolean", "json"), ("triples", "ttl"))
FULL = Serving()
SHORT = replace(FULL, query_seconds=0.35, quick_seconds=0.15, slow=4)
_MARGIN = 1.0

ALL = "?s ?p ?o"
SQUARE = "?a ?b ?c . ?d ?e ?f"
CUBE = SQUARE + " . ?g ?h ?i"


def nested(open_: str, inner: str, close: str, times: int) -> str:
    """Put something inside itself."""
    return open_ * times + inner + close * times


def joined(part: str, times: int, between: str = " ") -> str:
    """Put something after itself."""
    return between.join([part] * times)


DOUBLING = "".join(f" BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
BRANCHES = "".join(f" {{ ?s ?p{n} ?o{n} }} UNION {{ ?o{n} ?p{n} ?s }}" for n in range(12))

VALUES = "".join(f" VALUES ?b{n} {{ {joined('1 2 3', 60)} }}" for n in range(7))
OPTIONAL, EXISTS = "OPTIONAL { ?s ?p ?o ", "FILTER EXISTS { ?s ?p ?o "

SHAPES: dict[str, str] = {
    "what may be the beginning of a name": "SELECT * { " + "a." * 30_000 + " }",
    # What ends the process of a parser that calls itself.
    "nested groups": f"SELECT * {nested('{', ALL, '}', 5000)}",
    "nested groups below the limit of depth": f"SELECT * {nested('{', ALL, '}', 60)}",
    "nested parentheses": f"SELECT * {{ {ALL} FILTER({nested('(', '1', ')', 10_000)} = 1) }}",
    "unions": f"SELECT * {{ {joined('{ ?s ?p ?o }', 2500, ' UNION ')} }}",
    "optionals after one another": f"SELECT * {{ {joined('OPTIONAL { ?s ?p ?o }', 1200)} }}",
    "optionals inside one another": f"SELECT * {{ {nested(OPTIONAL, '', '}', 2000)} }}",
    "exists inside one another": f"SELECT * {{ {nested(EXISTS, '', '}', 2000)} }}",
    "minus inside one another": f"SELECT * {{ {ALL} {nested('MINUS { ?s ?p ?o ', '', '}', 999)} }}",
    "subselects inside one another": f"SELECT * {{ {nested('{ SELECT * { ', ALL, '} }', 1500)} }}",
    "nots": f"SELECT * {{ {ALL} FILTER({'!' * 15_000}true) }}",
    "minus signs": f"SELECT ({'- ' * 15_000}1 AS ?x) {{ }}",
    "ors": f"SELECT * {{ {ALL} FILTER({joined('?s = ?p', 4500, ' || ')}) }}",
    "sums": f"SELECT ({joined('1', 9900, ' + ')} AS ?x) {{ }}",
    "paths in parentheses": f"SELECT * {{ ?s {nested('(', 'a', ')', 8000)} ?o }}",
    "a long path": f"SELECT * {{ ?s {joined('<urn:p>', 4900, '/')} ?o }}",
    "inverse paths": f"SELECT * {{ ?s {'^' * 15_000}a ?o }}",
    "lists inside one another": f"SELECT * {{ ?s ?p {nested('(', '1', ')', 8000)} }}",
    "blank nodes inside one another": f"SELECT * {{ ?s ?p {nested('[ ?p ', '1', ']', 5000)} }}",
    "functions inside one another": f"SELECT ({nested('STR(', '1', ')', 5000)} AS ?x) {{ }}",
    "ifs inside one another": f"SELECT ({nested('IF(true, 1, ', '1', ')', 3000)} AS ?x) {{ }}",
    # What never comes to an end.
    "a cube, counted": f"SELECT (COUNT(*) AS ?n) {{ {CUBE} }}",
    "a square, told apart": f"SELECT DISTINCT ?a ?f {{ {SQUARE} }}",
    "a square, sorted": f"SELECT * {{ {SQUARE} }} ORDER BY ?c ?f",
    "a square, grouped": f"SELECT ?a ?f (COUNT(*) AS ?n) {{ {SQUARE} }} GROUP BY ?a ?f",
    "a square, strung together": f"SELECT (GROUP_CONCAT(?c) AS ?x) {{ {SQUARE} }}",
    "a square, filtered to nothing": f"SELECT * {{ {SQUARE} FILTER(?c = 'x' && ?f = 'y') }}",
    "a pattern on a square": f'SELECT * {{ {SQUARE} FILTER REGEX(CONCAT(?c, STR(?f)), "(a+)+$") }}',
    "a square, made into triples": f"CONSTRUCT {{ ?a ?e ?f }} {{ {SQUARE} }}",
    "everything described": f"DESCRIBE * {{ {SQUARE} }}",
    "paths over everything": "SELECT (COUNT(*) AS ?n) { ?s (!<urn:x>)* ?o . ?o (!<urn:y>)+ ?z }",
    "not exists over a square": f"SELECT * {{ {SQUARE} FILTER NOT EXISTS {{ ?a ?x ?f }} }}",
    "branches that multiply": f"SELECT (COUNT(*) AS ?n) {{ {BRANCHES} }}",
    # What takes all memory.
    "a text that doubles": f'SELECT * {{ BIND("abcdefghij" AS ?x0){DOUBLING} }}',
    "a text that doubles for every row": f"SELECT * {{ {ALL} BIND(STR(?o) AS ?x0){DOUBLING} }}",
    "values that multiply": f"SELECT * {{ {VALUES} }}",
    "a pattern as long as may be": f'SELECT * {{ {ALL} FILTER REGEX(?o, "{"(x?)" * 12_000}") }}',
}


@pytest.fixture(scope="module")
def pool(shipped: Path) -> Iterator[Pool]:
    with Pool(shipped, SHORT) as pool:
        yield pool


def test_there_are_at_least_thirty_five() -> None:
    assert len(SHAPES) >= 35


@pytest.mark.parametrize("shape", SHAPES)
def test_a_hostile_question_is_answered_in_time(pool: Pool, shape: str) -> None:
    # On a machine that does other things besides, a process may take seconds to be stopped.
    answered(pool, SHAPES[shape], SHORT.query_seconds + 3)


# What a limit must stop; the rest is refused before the engine, or may have an answer.
BY_LIMIT = {"query-too-slow", "query-too-hungry", "answer-too-large"}
ENDLESS = {
    "a cube, counted",
    "a square, told apart",
    "a square, sorted",
    "a square, grouped",
    "a square, strung together",
    "a pattern on a square",
    "a square, made into triples",
    "everything described",
    "not exists over a square",
    "paths over everything",
    "branches that multiply",
    "a text that doubles",
    "a text that doubles for every row",
    "values that multiply",
}
_AT_A_TIME = 3
_QUICK = 2.0
_ORDINARY = "/sparql?query=" + urllib.parse.quote(
    "SELECT ?s { ?s a <http://data.europa.eu/m8g/LifeEvent> }"
)


@pytest.mark.soak
def test_no_hostile_question_keeps_a_server_from_others(shipped: Path, tmp_path: Path) -> None:
    assert SHAPES.keys() >= ENDLESS
    asked = {"LIVSGRAF_RATE": "0", "LIVSGRAF_ALL_RATE": "0", "LIVSGRAF_SLOW": str(_AT_A_TIME)}
    with (
        running(shipped, tmp_path / "log", "--read-only", environment=asked) as server,
        ThreadPoolExecutor(_AT_A_TIME) as threads,
    ):
        told = dict(zip(SHAPES, threads.map(partial(over_http, server), SHAPES), strict=True))
        assert server.process.poll() is None
    for shape, (word, took, quick) in told.items():
        print(f"{shape}: {word} after {took:.2f} s; an ordinary one then took {quick:.3f} s")
    wrong = {shape: told[shape] for shape in ENDLESS if told[shape][0] not in BY_LIMIT}
    assert not wrong
    strange = {shape: one for shape, one in told.items() if one[0] in ("busy", "internal")}
    assert not strange
    assert max(took for _, took, _ in told.values()) < FULL.query_seconds + 3 * _MARGIN
    assert max(quick for _, _, quick in told.values()) < _QUICK


def over_http(server: Running, shape: str) -> tuple[str, float, float]:
    """Ask one; give what was told, how long it took, and how long an ordinary one took then."""
    begun = time.monotonic()
    headers = {"Content-Type": "application/sparql-query"}
    answer = server.ask("/sparql", SHAPES[shape].encode(), headers, seconds=60)
    took = time.monotonic() - begun
    if answer.status == 200:
        word = f"{answer.headers['X-Total-Rows']} rows"
    else:
        word = str(answer.json()["code"])
    begun = time.monotonic()
    ordinary = server.ask(_ORDINARY)
    assert ordinary.status == 200, (shape, ordinary)
    assert len(ordinary.json()["results"]["bindings"]) == 7
    return word, took, time.monotonic() - begun


def answered(pool: Pool, text: str, seconds: float) -> None:
    """Ask; any answer and any refusal of ours is good, if it comes in time and others come too."""
    begun = time.monotonic()
    try:
        reply = pool.ask(Asked(text, FORMATS))
        told = f"{reply.rows} rows"
        if reply.file is not None:
            reply.file.close()
    except LivsgrafError as error:
        told = error.code
    took = time.monotonic() - begun
    assert told != "internal"
    print(f"{told} after {took:.2f} s")
    assert took < seconds + _MARGIN
    alive(pool)


def alive(pool: Pool) -> None:
    """Check that an ordinary question is answered."""
    asked = Asked("SELECT ?s { ?s a <http://data.europa.eu/m8g/LifeEvent> }", FORMATS)
    assert pool.ask(asked).rows == 7
