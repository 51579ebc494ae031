"""The graph against figures worked out from the facts by other means: counts, joins, states."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph import assets, pipeline, query
from graph.config import Settings
from graph.store import Store, open_store
from graph.terms import Term, date

FIGURES = Path(__file__).parent / "figures"
DATE = "2026-11-25"
ID = "https://w3id.org/livsgraf/id/"
TYPES = [
    "actor",
    "arrangement",
    "arrangement-status",
    "benchmark",
    "county",
    "dataset",
    "gap-basis",
    "gap-status",
    "gap-type",
    "grant",
    "group",
    "information",
    "known-gap",
    "law",
    "need",
    "provision",
    "relation",
    "section",
    "service",
    "step",
    "sum",
]
PREFIXES = "\n".join(
    f"PREFIX {name}: <{iri}>"
    for name, iri in {
        "lg": "https://w3id.org/livsgraf/ns#",
        "cpsv": "http://purl.org/vocab/cpsv#",
        "cpsvno": "https://data.norge.no/vocabulary/cpsvno#",
        "cv": "http://data.europa.eu/m8g/",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "eif": "http://data.europa.eu/",
        "eli": "http://data.europa.eu/eli/ontology#",
        "org": "http://www.w3.org/ns/org#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        **{name: f"{ID}{name}/" for name in TYPES},
    }.items()
)
COUNTS = tomllib.loads((FIGURES / "counts.toml").read_text("utf-8"))["count"]


def _rows(name: str) -> list[dict[str, str]]:
    with (FIGURES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


JOINS = _rows("joins.csv")
STATES = _rows("need-states.csv")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The repository's own graph, built once."""
    settings = Settings(tmp_path_factory.mktemp("figures") / "store")
    pipeline.build(settings, validate=False)
    store = open_store(settings.store)
    yield store
    store.close()


def _ask(store: Store, text: str) -> list[dict[str, Term]]:
    answer = store.query(f"{PREFIXES}\n{text}")
    return [
        {name: term for name, term in zip(answer.variables, row, strict=True) if term is not None}
        for row in answer.rows
    ]


def _short(iri: str) -> str:
    return re.sub(f"^{re.escape(ID)}([^/]+)/", r"\1:", iri).replace(
        "http://data.europa.eu/", "eif:"
    )


@pytest.mark.parametrize("count", COUNTS, ids=lambda count: count["name"])
def test_count(built: Store, count: dict[str, object]) -> None:
    """As many as the facts say, and table by table where the figure is a table."""
    rows = _ask(built, str(count["sparql"]))
    if isinstance(count["expected"], dict):
        found = {row["key"].value: int(row["n"].value) for row in rows if "key" in row}
        assert found == count["expected"]
    else:
        assert [int(row["n"].value) for row in rows] == [count["expected"]]


@pytest.mark.parametrize(
    "join", JOINS, ids=[f"{n:03d}-{join['table']}" for n, join in enumerate(JOINS)]
)
def test_join(built: Store, join: dict[str, str]) -> None:
    """Following the path from the row gives exactly the values of the facts."""
    subject, path = join["subject"], join["path"]
    start = subject if subject.startswith("?s ") else f"VALUES ?s {{ {subject} }}"
    # A path is followed on the subject after all that finds it, so that `;` and FILTER may end it.
    rows = _ask(built, f"SELECT DISTINCT ?v WHERE {{ {{ {start} }} {{ ?s {path} ?v }} }}")
    spoken: dict[str | None, set[str]] = {}
    for row in rows:
        value = row["v"]
        text = _short(value.value) if value.kind == "iri" else value.value
        spoken.setdefault(value.lang, set()).add(text)
    # A name is compared in the language of the facts.
    found = spoken.get("nb") or spoken.get("nn") or spoken.get(None, set())
    assert found == set(filter(None, join["expected"].split("|")))


@pytest.fixture(scope="session")
def states(built: Store) -> dict[tuple[str, str, str], tuple[str, bool]]:
    """State and doubt of each need in the organisational layer, by service, dataset, information.

    The dataset is the one the need names now; the figures know the one of the facts.
    """
    asked = query.load_all()["need-states"]
    values = query.defaults(asked) | {"date": date(DATE)}
    told: dict[str, set[tuple[str, bool]]] = {}
    answer = built.query(query.bind(asked, values))
    for cells in answer.rows:
        got = dict(zip(answer.variables, cells, strict=True))
        need, layer, state, doubted = (got[name] for name in ("need", "layer", "state", "doubted"))
        if need and layer and state and layer.value.endswith("/IL4"):
            doubt = doubted is not None and doubted.value == "true"
            told.setdefault(need.value, set()).add((_short(state.value), doubt))
    found: dict[tuple[str, str, str], tuple[str, bool]] = {}
    for row in _ask(
        built,
        "SELECT DISTINCT ?need ?id ?service ?kind ?label WHERE {"
        " VALUES ?kind { lg:DataNeed lg:WithdrawnNeed }"
        " ?need a ?kind ; dct:identifier ?id ; lg:neededBy/dct:identifier ?service ;"
        ' lg:concerns/skos:prefLabel ?label . FILTER(LANG(?label) = "nb") }',
    ):
        about = row["need"].value
        key = (row["service"].value, row["id"].value, row["label"].value)
        if row["kind"].value.endswith("WithdrawnNeed"):
            found[key] = ("withdrawn", False)
            continue
        said = told.get(about, set())
        assert len(said) == 1, f"{about}: {said or 'no state'}"
        step, doubted_now = said.pop()
        found[key] = (step.removeprefix("step:"), doubted_now)
    return found


def test_states_row_by_row(states: dict[tuple[str, str, str], tuple[str, bool]]) -> None:
    """Every row of the facts has one need, in the state that the facts support."""
    # Needs of a service are numbered in the order of the facts.
    numbered: Counter[str] = Counter()
    wrong: list[str] = []
    for row in STATES:
        numbered[row["service"]] += 1
        key = (
            row["service"],
            f"{row['service']}-{numbered[row['service']]:02d}",
            row["information"],
        )
        wanted = (row["state"], row["doubted"] == "yes")
        found = states.get(key)
        if found != wanted:
            wrong.append(f"{key[1]} ({row['dataset']}): {wanted}, the graph says {found}")
    assert not wrong, "\n".join(wrong)
    assert len(states) == len(STATES)


def test_sums(states: dict[tuple[str, str, str], tuple[str, bool]]) -> None:
    """The totals told in figures/README.md are those of the rows and of the graph."""
    told = dict(
        re.findall(
            r"^\| `(\w+)` \| \d* ?\| (\d+) \|",
            (FIGURES / "README.md").read_text("utf-8"),
            re.MULTILINE,
        )
    )
    totals = Counter(row["state"] for row in STATES)
    assert {state: int(number) for state, number in told.items()} == totals
    assert Counter(state for state, _ in states.values()) == totals
    assert totals.total() == 557


def test_before_corrections() -> None:
    """The figures start where the design's independent count of the facts does."""
    before = Counter(row["before"] for row in STATES)
    assert before == {
        "held": 158,
        "open": 48,
        "granted/working": 117,
        "partly": 9,
        "permitted": 37,
        "unknown/missing": 188,
    }


def test_readme_explains_every_row() -> None:
    """Each need whose state differs from the starting count stands in the README by name."""
    text = (FIGURES / "README.md").read_text("utf-8")
    same = {"granted": "granted/working", "working": "granted/working"}
    same |= {"unknown": "unknown/missing", "missing": "unknown/missing"}
    for row in STATES:
        if same.get(row["state"], row["state"]) != row["before"]:
            line = f"| {row['service']} | {row['dataset']} | {row['information']} |"
            assert line in text, line


def test_assets_are_those_of_the_repository() -> None:
    """Nothing but the checkout beside these tests is being compared."""
    assert assets.root() == Path(__file__).parent.parent
