"""The page docs/sparql.md: what it shows works, and what it says of us is so."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from SPARQLWrapper import SPARQLWrapper

from graph.access import Keys
from graph.api.problems import code_of
from graph.config import Serving
from graph.errors import LivsgrafError
from served import a_copy, listening

SERVING = Serving(workers=2)
PAGE = Path(__file__).parents[1] / "docs" / "sparql.md"
_BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def running(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Lend an address that answers, and a key to ask it for more."""
    store = a_copy(shipped, tmp_path_factory.mktemp("served") / "store")
    _, key = Keys(store).make("harvest", ["974760673"], ["stream"], 2)
    with listening(store, SERVING) as (address, _):
        yield f"{address}/sparql", key


@pytest.mark.skipif(not shutil.which("curl"), reason="the page shows curl")
def test_what_the_page_shows_works(running: tuple[str, str], tmp_path: Path) -> None:
    told: list[str] = []
    for language, block in _BLOCK.findall(PAGE.read_text("utf-8")):
        text = block.replace("http://127.0.0.1:8080/sparql", running[0])
        program = ["sh", "-e", "-c"] if language == "sh" else [sys.executable, "-c"]
        done = subprocess.run(
            [*program, text],
            cwd=tmp_path,
            env={**os.environ, "KEY": running[1]},
            capture_output=True,
        )
        assert done.returncode == 0, (block, done.stderr.decode())
        told.append(done.stdout.decode())
    events = [told[0].split()[1:], told[2].split(), told[3].split()]
    assert len(events[0]) == 7
    assert all(sorted(one) == sorted(events[0]) for one in events)
    assert len(json.loads(told[1])["results"]["bindings"]) == 7
    assert told[4].strip() == "304"
    assert int(told[5].split()[1]) > 1000
    count = "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a <http://purl.org/vocab/cpsv#PublicService> }"
    assert told[6].strip() == _csv(running[0], count)[1]
    assert (tmp_path / "all.csv").read_text("utf-8").count("\n") > SERVING.rows


def _csv(address: str, text: str) -> list[str]:
    wrapper = SPARQLWrapper(address, returnFormat="csv")
    wrapper.setQuery(text)
    found: list[str] = wrapper.query().convert().decode().split()
    return found


def test_what_it_says_is_otherwise_than_the_standard_is_so(running: tuple[str, str]) -> None:
    xsd = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
    for text, found in {
        f'{xsd}SELECT ("007"^^xsd:integer AS ?x) {{}}': ["7"],
        "SELECT ?x { <urn:none> <urn:p>* ?x }": [],
        "SELECT ?x { <urn:none> <urn:p>? ?x }": [],
        'SELECT (BNODE("x") AS ?x) { VALUES ?y { 1 2 } }': ["_:x", "_:x"],
        'SELECT ("\\u0041" AS ?x) {}': ["A"],
    }.items():
        assert _csv(running[0], text)[1:] == found


def test_the_page_tells_the_limits_that_there_are() -> None:
    page, serving = PAGE.read_text("utf-8"), Serving()
    for told in (
        f"| {serving.query_seconds:g} s |",
        f"| {serving.rows:,} |".replace(",", " "),
        f"| {serving.answer_bytes // 1_000_000} MB |",
        f"| {serving.query_bytes // 1024} KiB |",
        f"| {serving.query_depth} |",
        f"| {serving.query_tokens:,} |".replace(",", " "),
        f"| {serving.query_memory // 2**20} MB |",
        f"{serving.long_seconds:g} seconds and {serving.long_bytes // 10**9} GB",
    ):
        assert told in page


def test_the_page_tells_every_refusal_by_its_status() -> None:
    page = PAGE.read_text("utf-8")
    rows = re.findall(r"^\| (\d{3}) \| ([^|]*) \|", page, re.MULTILINE)
    told = {code: int(status) for status, codes in rows for code in re.findall("`(.*?)`", codes)}
    for kind in _kinds(LivsgrafError):
        if kind.code in told:
            blank = kind.__new__(kind)
            assert code_of(blank) == told.pop(kind.code)
    assert not told


def _kinds(kind: type[LivsgrafError]) -> Iterator[type[LivsgrafError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)
