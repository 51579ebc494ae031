"""Measure how long it takes to judge a small file against ever larger graphs.

Run `python benchmarks/validate.py` from the checkout; it prints Markdown. `--whole` adds the time
it takes to judge the whole of the largest graph, which is minutes. Nothing here is a test.

The file holds one service, two needs and one agreement, and points at things in the graph. The
graphs are generated; sizes are measured in turn, round by round, so that ratios are of one run.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graph import __version__, assets, config
from graph.config import Settings
from graph.examining import examine, ground
from graph.pipeline import ontology_version
from graph.store import Source, Stamp, Store, open_store
from graph.submission import read_given, take_in
from graph.terms import GRAPH, RDF_TYPE, VOCABULARY
from graph.validate import validate_by

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS, WARM, COLD = 40, 5, 7
PREFIXES = "".join(
    f"@prefix {name}: <{space}> .\n"
    for name, space in {
        "cpsv": "http://purl.org/vocab/cpsv#",
        "cv": "http://data.europa.eu/m8g/",
        "dct": "http://purl.org/dc/terms/",
        "id": "https://w3id.org/livsgraf/id/made/",
        "lg": "https://w3id.org/livsgraf/ns#",
        "lgid": "https://w3id.org/livsgraf/id/",
        "odrl": "http://www.w3.org/ns/odrl/2/",
        "org": "http://www.w3.org/ns/org#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }.items()
)
FILE = """
id:new a cpsv:PublicService ; dct:identifier "ny-tjeneste" ; dct:title "Ny tjeneste"@nb, "New"@en ;
  dct:description "En tjeneste til prøve."@nb, "A service on trial."@en ;
  cv:hasCompetentAuthority id:body-1 ;
  lg:deliveredAtLevel <https://w3id.org/livsgraf/id/level/state> .
id:new-1 a lg:DataNeed ; dct:identifier "ny-1" ; dct:title "Ny tjeneste: inntekt"@nb ;
  lg:neededBy id:new ; lg:soughtIn id:set-1 ; lg:heldBy id:body-2 .
id:new-2 a lg:DataNeed ; dct:identifier "ny-2" ; dct:title "Ny tjeneste: familie"@nb ;
  lg:neededBy id:new ; lg:soughtIn id:set-2 ; lg:heldBy id:body-3 .
id:new-agreement a odrl:Agreement, lg:Arrangement ; dct:identifier "ny-avtale" ;
  dct:title "Ny avtale"@nb, "New agreement"@en ; lg:party id:body-1, id:body-2 ;
  lg:from "2026-01-01"^^xsd:date ; lg:endUnknown true .
"""


def made(size: int) -> Iterator[str]:
    """Give a graph of about so many triples, a piece at a time: as the shipped one, only larger."""
    yield PREFIXES
    written = number = 0
    while written < size:
        bodies = max(3, size // 400)
        body = number % bodies + 1
        if number < bodies:
            yield (
                f"id:body-{number + 1} a cv:PublicOrganisation ; dct:identifier"
                f' "{810000000 + number}" ; dct:title "Virksomhet {number}"@nb ;'
                " org:classification <https://w3id.org/livsgraf/id/actor-kind/agency> .\n"
            )
            written += 4
        yield (
            f'id:s-{number} a cpsv:PublicService ; dct:identifier "s-{number}" ;'
            f' dct:title "Tjeneste {number}"@nb, "Service {number}"@en ;'
            f' dct:description "Hva tjeneste {number} gir."@nb ;'
            f" cv:hasCompetentAuthority id:body-{body} ;"
            " lg:deliveredAtLevel <https://w3id.org/livsgraf/id/level/state> .\n"
            f"id:set-{number} a <http://www.w3.org/ns/dcat#Dataset> ;"
            f' dct:title "Datasett {number}"@nb ; dct:publisher id:body-{body} .\n'
            f'id:n-{number} a lg:DataNeed ; dct:identifier "n-{number}" ;'
            f' dct:title "Behov {number}"@nb ; lg:neededBy id:s-{number} ;'
            f" lg:soughtIn id:set-{number // 2} ; lg:heldBy id:body-{body} .\n"
            f'id:e-{number} a lg:Evidence ; lg:about id:s-{number} ; lg:checkedOn "2026-01-01"'
            "^^xsd:date ; lg:confidence <https://w3id.org/livsgraf/id/confidence/known> .\n"
        )
        written += 20
        number += 1


@dataclass
class Graph:
    """One generated graph, in a store of its own."""

    size: int
    place: Path
    store: Store
    triples: int


def build(folder: Path, size: int) -> Graph:
    """Write a generated graph to a store that the command line takes for its own."""
    place = folder / f"store-{size}"
    files = [
        Source(path.read_bytes(), assets.graph_iri(path), config.BASE, path.name)
        for path in [*assets.files("ontology"), *assets.files("data")]
        if "ontology" in path.parts or path.parent.name == "code-lists"
    ]
    text = "".join(made(size)).encode()
    files.append(Source(text, GRAPH + "made", config.BASE, "made"))
    store = open_store(place, write=True)
    stamp = Stamp(__version__, ontology_version(), assets.digest())
    version = store.replace((), lambda _: stamp, files)
    store.close()
    return Graph(size, place, open_store(place), version.triples)


def whole(graph: Graph) -> float:
    """Time the judging of the whole graph by the same rules."""
    rows = graph.store.query(
        "SELECT ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o }"
        f' FILTER(!STRSTARTS(STR(?g), "{VOCABULARY}")) }}'
    )
    triples = [(row["s"], row["p"], row["o"]) for row in rows.dicts()]
    base = ground()
    start = time.perf_counter()
    things = {subject for subject, predicate, _ in triples if predicate == RDF_TYPE}
    validate_by(base.rules, triples, things, base.above)
    return time.perf_counter() - start


def cold(graph: Graph, file: Path) -> float:
    """Time the whole command, a new process each time."""
    environment = os.environ | {"LIVSGRAF_STORE": str(graph.place)}
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "graph", "validate", str(file), "--format", "csv"],
        env=environment,
        check=False,
        capture_output=True,
        timeout=120,
    )
    return time.perf_counter() - start


def line(name: str, taken: list[float], unit: str = "ms") -> str:
    """Give one line of the table: median, lowest and highest."""
    scale = 1000 if unit == "ms" else 1
    middle, low, high = (x * scale for x in (statistics.median(taken), min(taken), max(taken)))
    return f"| {name} | {middle:.2f} {unit} | {low:.2f}–{high:.2f} | {len(taken)} |"


def main() -> None:
    """Print the table."""
    print(f"livsgraf {__version__}, Python {platform.python_version()}, {os.cpu_count()} cores\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "new.ttl"
        file.write_text(PREFIXES + FILE, "utf-8")
        graphs = [build(folder, size) for size in SIZES]
        warm: dict[int, list[float]] = {graph.size: [] for graph in graphs}
        process: dict[int, list[float]] = {graph.size: [] for graph in graphs}
        found = set()
        for turn in range(ROUNDS + WARM):
            for graph in graphs:
                start = time.perf_counter()
                settings = Settings(store=graph.place)
                done = examine(
                    read_given(take_in(file, settings.limits)), settings, graph.store.query
                )
                if turn >= WARM:
                    warm[graph.size].append(time.perf_counter() - start)
                found.add(tuple((f.rule, f.focus) for f in done.findings))
        if len(found) != 1:
            raise SystemExit("the findings depend on the graph, so the times cannot be compared")
        for _ in range(COLD):
            for graph in graphs:
                process[graph.size].append(cold(graph, file))
        rules = len(ground().rules.targets)
        print(f"{len(next(iter(found)))} findings in each graph; {rules} shapes with targets.\n")
        print("| what | median | range | runs |\n|---|---|---|---|")
        for graph in graphs:
            print(line(f"one file, warm, {graph.triples} triples", warm[graph.size]))
        for graph in graphs:
            print(
                line(f"one file, whole command, {graph.triples} triples", process[graph.size], "s")
            )
        least, most = (statistics.median(warm[graph.size]) for graph in (graphs[0], graphs[-1]))
        print(f"| warm, largest to smallest | {most / least:.2f} | | |")
        for graph in graphs if "--whole" in sys.argv else graphs[:-1]:
            taken = whole(graph)
            ratio = taken / statistics.median(warm[graph.size])
            print(
                f"| all {graph.triples} triples | {taken:.1f} s | {ratio:.0f} times one file | 1 |"
            )
        for graph in graphs:
            graph.store.close()


if __name__ == "__main__":
    main()
