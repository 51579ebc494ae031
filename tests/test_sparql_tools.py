"""The SPARQL endpoint on a port, asked by the tools that people have; and answers beyond limits."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import threading
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import SPARQLWrapper

from graph.access import Keys
from graph.asking import Asked, Pool
from graph.config import Serving
from graph.errors import Busy, LivsgrafError, QueryTooSlow
from graph.serving import Service
from served import a_copy, listening

EVENTS = "SELECT ?s WHERE { ?s a <http://data.europa.eu/m8g/LifeEvent> }"
PAIRS = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
# Its first row comes at once, and nothing more for a long time.
SILENT = (
    "SELECT ?x { { VALUES ?x { 1 2 } } "
    "UNION { SELECT (COUNT(*) AS ?x) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } } }"
)
DIRECT = "application/sparql-query"
SERVING = Serving(workers=2, query_seconds=5, quick_seconds=0.5, long_seconds=20)


@pytest.fixture(scope="module")
def running(
    shipped: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Service]]:
    """Lend an address that answers, and what answers there."""
    store = a_copy(shipped, tmp_path_factory.mktemp("served") / "store")
    with listening(store, SERVING) as (address, service):
        yield f"{address}/sparql", service


# -- tools -------------------------------------------------------------------------------------

_ROWS, _TRIPLES = ("xml", "json", "csv", "tsv"), ("xml", "rdf+xml", "turtle", "n3", "json-ld")
_ASKED = {
    EVENTS: _ROWS,
    "ASK { ?s ?p ?o }": ("xml", "json"),
    "DESCRIBE <https://psi.norge.no/los/hendelse/fa-barn>": _TRIPLES,
    "CONSTRUCT WHERE { ?s a <http://data.europa.eu/m8g/LifeEvent> }": _TRIPLES,
}


@pytest.mark.parametrize("only_accept", [False, True])
@pytest.mark.parametrize(
    "way", [("GET", "urlencoded"), ("POST", "urlencoded"), ("POST", "postdirectly")]
)
def test_sparqlwrapper_gets_every_format(
    running: tuple[str, Service], way: tuple[str, str], only_accept: bool
) -> None:
    for text, formats in _ASKED.items():
        for name in formats:
            wrapper = SPARQLWrapper(running[0], returnFormat=name)
            wrapper.setMethod(way[0])
            wrapper.setRequestMethod(way[1])
            wrapper.setOnlyConneg(only_accept)
            wrapper.setQuery(text)
            with warnings.catch_warnings():
                # It makes its answers with what rdflib calls old.
                warnings.simplefilter("ignore", DeprecationWarning)
                assert wrapper.query().convert(), (text, name)


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_a_graph_of_rdflib_reads_from_here(running: tuple[str, Service], method: str) -> None:
    asked = rdflib.Graph(store=SPARQLStore(running[0], method=method))
    event = rdflib.URIRef("http://data.europa.eu/m8g/LifeEvent")
    assert len(list(asked.query(EVENTS))) == 7
    assert len(list(asked.triples((None, rdflib.RDF.type, event)))) == 7
    one = rdflib.URIRef("https://w3id.org/livsgraf/graph/life-events/fa-barn")
    store = SPARQLStore(running[0], method=method, context_aware=True)
    assert len(list(rdflib.Graph(store=store, identifier=one).query(EVENTS))) == 1


def test_other_engines_reach_here_by_service(running: tuple[str, Service]) -> None:
    text = f"SELECT ?s WHERE {{ SERVICE <{running[0]}> {{ {EVENTS} }} }}"
    assert len(list(rdflib.Graph().query(text))) == 7
    assert len(list(ox.Store().query(text))) == 7


# -- large answers -----------------------------------------------------------------------------


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_whoever_leaves_in_the_middle_leaves_nothing_open(running: tuple[str, Service]) -> None:
    large = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 60000"
    before = _open_files()
    for _ in range(3):
        asker = _post(running[0], "", large, {})
        answer = asker.getresponse()
        assert answer.status == 200
        assert len(answer.read(1000)) == 1000
        asker.close()
        answer.close()
    assert _soon(lambda: _open_files() <= before)


def test_whoever_leaves_while_asking_is_no_fault_of_ours(
    running: tuple[str, Service], caplog: pytest.LogCaptureFixture
) -> None:
    asker = http.client.HTTPConnection(urlsplit(running[0]).netloc, timeout=20)
    asker.putrequest("POST", "/sparql")
    asker.putheader("Content-Type", DIRECT)
    asker.putheader("Content-Length", "100")
    asker.endheaders(b"ASK")
    asker.close()
    asker = _post(running[0], "", "ASK {}", {})
    assert asker.getresponse().status == 200
    asker.close()
    assert not [record for record in caplog.records if record.exc_info]


# -- beyond the limits, with a key --------------------------------------------------------------


@pytest.fixture
def bearing(running: tuple[str, Service]) -> dict[str, str]:
    _, token = Keys(running[1].settings.store).make("harvest", ["974760673"], ["stream"], 2)
    return {"Authorization": f"Bearer {token}", "Accept": "text/csv"}


def _post(
    address: str, below: str, text: str, headers: dict[str, str]
) -> http.client.HTTPConnection:
    asker = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    asker.request("POST", "/sparql" + below, text, {"Content-Type": DIRECT, **headers})
    return asker


def _soon(holds: object, seconds: float = 10) -> bool:
    assert callable(holds)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return False


def _slow_children() -> list[int]:
    """Give our processes that have stepped back for others."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                told = (place / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            # Fields 4 and 19 of proc(5): the parent, and how nice it is.
            if int(told[1]) == os.getpid() and int(told[16]) > 0 and told[0] != "Z":
                found.append(int(place.name))
    return found


@pytest.mark.parametrize(
    ("token", "status"), [("", 401), ("Bearer ", 401), ("Bearer lg_1_x", 401), ("Basic eA==", 401)]
)
def test_a_stream_needs_a_key(running: tuple[str, Service], token: str, status: int) -> None:
    headers = {"Authorization": token} if token else {}
    asker = _post(running[0], "/stream", "ASK {}", headers)
    answer = asker.getresponse()
    assert (answer.status, answer.headers["www-authenticate"]) == (
        status,
        'Bearer realm="livsgraf"',
    )
    asker.close()


def test_a_stream_needs_the_role(running: tuple[str, Service]) -> None:
    _, token = Keys(running[1].settings.store).make("other", ["974760673"], ["submit"], 2)
    asker = _post(running[0], "/stream", "ASK {}", {"Authorization": f"Bearer {token}"})
    assert asker.getresponse().status == 403
    asker.close()


def test_a_stream_gives_more_than_the_limit(
    running: tuple[str, Service], bearing: dict[str, str]
) -> None:
    text = "SELECT ?s { ?s ?p ?o }"
    refused = _post(running[0], "", text, bearing)
    assert refused.getresponse().status == 413
    refused.close()
    asker = _post(running[0], "/stream", text, bearing)
    answer = asker.getresponse()
    assert (answer.status, answer.headers["content-length"]) == (200, None)
    assert answer.read().count(b"\n") > SERVING.rows
    asker.close()


def test_a_stream_that_fails_midway_breaks_the_connection(
    running: tuple[str, Service], bearing: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(running[1].journal, "tell", lambda kind, **_: heard.append(kind))
    asker = _post(running[0], "/stream", PAIRS, bearing)
    answer = asker.getresponse()
    assert len(answer.read(10_000)) == 10_000
    for number in _slow_children():
        os.kill(number, signal.SIGKILL)
    with pytest.raises(http.client.IncompleteRead):
        answer.read()
    asker.close()
    assert _soon(lambda: "broken" in heard)


@pytest.mark.parametrize("text", [PAIRS, SILENT])
def test_a_stream_that_is_left_stops_its_process(
    running: tuple[str, Service], bearing: dict[str, str], text: str
) -> None:
    asker = _post(running[0], "/stream", text, bearing)
    answer = asker.getresponse()
    assert answer.status == 200
    assert _soon(lambda: len(_slow_children()) == 1)
    answer.close()
    asker.close()
    assert _soon(lambda: not _slow_children())


def test_stopping_ends_what_is_streamed(shipped: Path, tmp_path: Path) -> None:
    store = a_copy(shipped, tmp_path / "store")
    pool = Pool(store, replace(SERVING, workers=1)).start()
    begun = threading.Event()
    ended: list[LivsgrafError] = []

    def begin(form: str, chosen: str, tag: str) -> object:
        assert (form, chosen, bool(tag)) == ("rows", "csv", True)
        begun.set()
        return lambda _: None

    def ask() -> None:
        try:
            pool.stream(Asked(SILENT, (("rows", "csv"),)), begin)  # type: ignore[arg-type]
        except LivsgrafError as error:
            ended.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    assert begun.wait(20)
    pool.stop()
    asking.join(10)
    assert not asking.is_alive()
    assert [type(error) for error in ended] == [Busy]
    with pytest.raises(Busy):
        pool.stream(Asked(SILENT, (("rows", "csv"),)), begin)  # type: ignore[arg-type]
    shutil.rmtree(store)


def test_a_stream_ends_at_its_limit_of_time(shipped: Path) -> None:
    with (
        Pool(shipped, replace(SERVING, workers=1, long_seconds=0.5)) as pool,
        pytest.raises(QueryTooSlow),
    ):
        pool.stream(Asked(SILENT, (("rows", "csv"),)), lambda *_: lambda _: None)
