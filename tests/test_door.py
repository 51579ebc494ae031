"""The whole way of a workbook on the shipped graph: template, faults, marks, mended, handed in."""

from __future__ import annotations

import datetime
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from graph import assets
from graph.cli import main
from graph.cli.validate import below
from graph.store import version_of

ORGANISATION = "942110464"
NEW = "https://w3id.org/livsgraf/id/service/ovingstjeneste-942110464"
DAY = datetime.date(2026, 5, 2)
ADDRESS = "https://www.example.org/tjenester/oving"
SOURCE = {"Kilde": ADDRESS, "Tillit": "lest i en kilde", "Kontrollert": DAY}
SERVICE = {
    "Tittel (bokmål)": "Øvingstjeneste",
    "Tittel (engelsk)": "Practice service",
    "Beskrivelse (bokmål)": "Hjelp til å øve.",
    "Beskrivelse (engelsk)": "Help to practise.",
    "Ansvarlig myndighet": "Trondheim kommune",
    "Ytes på nivå": "kommune",
    "Regelverk": "Barnetrygdloven",
    "Livshendelse": "Få barn",
    "Fagdepartement": "Helse- og omsorgsdepartementet",
    "Kanal": "Skjema",
    "Gir": "vedtak",
    **SOURCE,
}
NEED = {
    "Tittel (bokmål)": "Øvingstjeneste: bosted",
    "Tittel (engelsk)": "Practice service: residence",
    "Trengs av": "Øvingstjeneste",
    "Gjelder opplysning": "identitet og bosted",
    "Søkes i": "Folkeregisteret",
    **SOURCE,
}
AGREEMENT = {
    "Tittel (bokmål)": "Avtale om øving",
    "Tittel (engelsk)": "Agreement on practice",
    "Part": "Trondheim kommune; Skatteetaten",
    "Mekanisme": "avtale",
    "Status": "i kraft",
    "Start ukjent": "ja",
    "Slutt ukjent": "ja",
    "Regelverk": "folkeregisterloven § 10-2",
    "Dekker": "Øvingstjeneste: bosted",
    "Først sett": DAY,
    **SOURCE,
}
# What is wrong, in which column of which sheet, and by which rule.
FAULTS = {
    ("Tjenester", "Ansvarlig myndighet"): ("Trondheim komune", "cell-unknown-choice"),
    ("Tjenester", "Kontrollert"): ("31.02.2026", "cell-no-such-day"),
    ("Tjenester", "Beskrivelse (bokmål)"): (None, "Service-description"),
    ("Databehov", "Gjelder opplysning"): ("identitet og bosteder i alt", "cell-unknown-choice"),
    ("Avtaler og ordninger", "Start ukjent"): (None, "Arrangement-start"),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("door") / "store"
    assert main(["build", "--no-validate", "--store", str(place)]) == 0
    return place


@pytest.fixture(scope="module")
def template(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("door") / "mal.xlsx"
    assert main(["template", "-o", str(file), "--store", str(store)]) == 0
    return file


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[[], Any]:
    return capsys.readouterr


def heads(page: Worksheet) -> dict[str, int]:
    return {str(page.cell(1, n).value).split("\n")[0]: n for n in range(1, page.max_column + 1)}


def fill(template: Path, file: Path, changed: Mapping[tuple[str, str], object]) -> Path:
    """Write a service, a need and an agreement on row 3, with some cells changed."""
    book = openpyxl.load_workbook(template)
    rows = {"Tjenester": SERVICE, "Databehov": NEED, "Avtaler og ordninger": AGREEMENT}
    for name, row in rows.items():
        page = book[name]
        columns = heads(page)
        for head, value in row.items():
            page.cell(3, columns[head]).value = changed.get((name, head), value)
    book.save(file)
    return file


def found(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_whole_workbook_has_nothing_that_must_be_mended(
    store: Path, template: Path, tmp_path: Path, said: Any
) -> None:
    file = fill(template, tmp_path / "god.xlsx", {})
    assert main(["validate", str(file), "--store", str(store)]) == 0
    assert [f["id"] for f in found(said().out)] == ["Arrangement-hasGrant"]


def test_five_faults_are_found_in_their_cells_and_nothing_twice(
    store: Path, template: Path, tmp_path: Path, said: Any
) -> None:
    file = fill(template, tmp_path / "feil.xlsx", {at: value for at, (value, _) in FAULTS.items()})
    assert main(["validate", str(file), "--store", str(store)]) == 1
    columns = {page.title: heads(page) for page in openpyxl.load_workbook(file).worksheets}
    letters = openpyxl.utils.get_column_letter
    grave = [f for f in found(said().out) if f["severity"] == "violation"]
    cells = {(f["where"]["sheet"], f["where"]["cell"]): f["id"] for f in grave}
    wanted = {
        (sheet, f"{letters(columns[sheet][_beside(head)])}3"): rule
        for (sheet, head), (_, rule) in FAULTS.items()
    }
    assert cells == wanted
    assert len(grave) == len(FAULTS)


def _beside(head: str) -> str:
    # Of two fields one of which must be filled in, the first bears the finding.
    return "Fra" if head == "Start ukjent" else head


def test_the_marked_workbook_is_mended_by_what_stands_in_it_and_handed_in(
    store: Path, template: Path, tmp_path: Path, said: Any
) -> None:
    place = tmp_path / "store"
    shutil.copytree(store, place)
    file = fill(template, tmp_path / "feil.xlsx", {at: value for at, (value, _) in FAULTS.items()})
    marked = tmp_path / "funn.xlsx"
    assert main(["validate", str(file), "-o", str(marked), "--store", str(place)]) == 1
    told = said()
    assert told.out == ""
    assert "5 feil må rettes" in told.err
    book = openpyxl.load_workbook(marked)
    listed = list(book["Funn"].iter_rows(min_row=5, values_only=True))
    assert [row[0] for row in listed[:5]] == ["Må rettes"] * 5
    for _, cell, _, field, _, there, fix, example, *_ in listed[:5]:
        sheet, _, address = str(cell).partition("!")
        # What was meant stands in the advice; else what somebody might type there does.
        near = str(fix).partition("«")[2].partition("»")[0] if there and "Mente" in str(fix) else ""
        assert field
        book[sheet][address].value = near or str(example)
    mended = tmp_path / "rettet.xlsx"
    book.save(mended)
    before = version_of(place).digest
    common = ["--as", ORGANISATION, "--store", str(place)]
    assert main(["submit", str(mended), *common, "--dry-run"]) == 0
    assert version_of(place).digest == before
    assert main(["submit", str(mended), *common]) == 0
    assert "Tatt imot" in said().err
    assert main(["submit", str(mended), *common]) == 0
    assert "endrer ingenting" in said().err
    asked = (
        "SELECT ?need ?event { ?need <https://w3id.org/livsgraf/ns#neededBy> "
        f"<{NEW}> ; <https://w3id.org/livsgraf/ns#inLifeEvent> ?event }}"
    )
    assert main(["query", asked, "--store", str(place)]) == 0
    assert [row["event"] for row in found(said().out)] == [
        "https://psi.norge.no/los/hendelse/fa-barn"
    ]
    assert main(["undo", "1", "--store", str(place)]) == 0
    assert version_of(place).triples >= version_of(store).triples
    said()
    assert main(["query", asked, "--store", str(place)]) == 0
    assert said().out == ""


def test_a_rejected_workbook_leaves_no_trace(
    store: Path, template: Path, tmp_path: Path, said: Any
) -> None:
    place = tmp_path / "store"
    shutil.copytree(store, place)
    file = fill(template, tmp_path / "feil.xlsx", {at: value for at, (value, _) in FAULTS.items()})
    assert main(["submit", str(file), "--as", ORGANISATION, "--store", str(place)]) == 1
    assert "ikke tatt imot" in said().err
    assert version_of(place) == version_of(store)
    assert not (place / "log").exists()
    assert not (place / "accepted").exists()


def test_a_title_in_a_language_without_a_column_stays(
    store: Path, template: Path, tmp_path: Path, said: Any
) -> None:
    """The column for nynorsk is taken away: what the graph says in nynorsk is not."""
    place = tmp_path / "store"
    shutil.copytree(store, place)
    file = fill(template, tmp_path / "en.xlsx", {("Tjenester", "Tittel (engelsk)"): "Practice"})
    book = openpyxl.load_workbook(file)
    page = book["Tjenester"]
    page.cell(3, heads(page)["Tittel (nynorsk)"]).value = "Øvingsteneste"
    book.save(file)
    common = ["--as", ORGANISATION, "--store", str(place)]
    assert main(["submit", str(file), *common]) == 0
    page.delete_cols(heads(page)["Tittel (nynorsk)"])
    page.cell(3, heads(page)["Tittel (engelsk)"]).value = "Practice anew"
    book.save(file)
    assert main(["submit", str(file), *common]) == 0
    asked = f"SELECT ?t {{ <{NEW}> <http://purl.org/dc/terms/title> ?t }} ORDER BY ?t"
    titles = {"Øvingstjeneste", "Øvingsteneste", "Practice anew"}
    for again in (False, True):
        if again:
            assert main(["rebuild", "--store", str(place)]) == 0
        said()
        assert main(["query", asked, "--store", str(place)]) == 0
        assert {row["t"] for row in found(said().out)} == titles


def test_only_our_own_content_is_judged_without_a_wall(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from graph.cli import validate as command
    from graph.examining import desk

    walled: list[bool] = []

    class Wall(desk.WalledDesk):
        def __init__(self, *args: Any) -> None:
            walled.append(True)
            super().__init__(*args)

    monkeypatch.setattr(desk, "WalledDesk", Wall)
    ours = assets.data() / "registers/groups.ttl"
    assert command._is_ours(ours)
    assert not command._is_ours(assets.root() / "README.md")
    link = tmp_path / "groups.ttl"
    link.write_bytes(ours.read_bytes())
    assert main(["validate", str(ours), "--store", str(store)]) == 0
    assert walled == []
    assert main(["validate", str(link), "--store", str(store)]) == 0
    assert walled == [True]


def test_a_folder_gives_what_it_holds_but_not_what_a_program_has_open(tmp_path: Path) -> None:
    for name in ("a.ttl", "b.xlsx", "~$b.xlsx", "c.csv", "d.jsonld", "e.txt", "f.json"):
        (tmp_path / name).write_text("")
    assert [path.name for path in below(tmp_path)] == ["a.ttl", "b.xlsx", "c.csv", "d.jsonld"]


OUTSIDE = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix : <https://example.org/> .
@prefix cpsv: <http://purl.org/vocab/cpsv#> .
@prefix cv: <http://data.europa.eu/m8g/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix lg: <https://w3id.org/livsgraf/ns#> .
:one a cpsv:PublicService ; dct:identifier "en-fra-katalogen" ;
  dct:title "En fra katalogen"@nb , "One of the catalogue"@en ;
  dct:description "Noe."@nb , "Some."@en ;
  cv:hasCompetentAuthority <https://data.brreg.no/enhetsregisteret/api/enheter/974761076> ;
  lg:deliveredAtLevel <https://w3id.org/livsgraf/id/level/state> ;
  dct:source <https://example.org/page> ;
  cv:isGroupedBy <https://psi.norge.no/los/hendelse/fa-barn> , <https://example.org/events/1> .
:two a cpsv:PublicService ; dct:identifier "to-fra-katalogen" ;
  dct:title "To fra katalogen"@nb , "Two of the catalogue"@en ;
  dct:description "Noe."@nb , "Some."@en ;
  cv:hasCompetentAuthority <https://example.org/agency/9> ;
  lg:deliveredAtLevel <https://w3id.org/livsgraf/id/level/state> ;
  dct:source <https://example.org/page> .
:set a dcat:Dataset ; dct:identifier "sett-fra-katalogen" ;
  dct:title "Sett fra katalogen"@nb , "Set of the catalogue"@en ;
  dct:publisher <https://data.brreg.no/enhetsregisteret/api/enheter/974761076> ;
  dct:source <https://example.org/page> .
:need a lg:DataNeed ; dct:identifier "behov-fra-katalogen" ;
  dct:title "Behov"@nb , "Need"@en ; lg:neededBy :one ; lg:soughtIn :set ;
  lg:concerns <https://w3id.org/livsgraf/id/information/identitet-og-bosted> ;
  dct:source <https://example.org/page> .
"""


def test_what_the_door_let_in_stops_no_build_and_goes_out_and_in_again(
    store: Path, tmp_path: Path, said: Any
) -> None:
    """Another's spelling is read as ours, beside it; what lies outside is a notice everywhere."""
    place, file = tmp_path / "store", tmp_path / "katalog.ttl"
    shutil.copytree(store, place)
    file.write_text(OUTSIDE, "utf-8")
    at = ["--store", str(place)]
    assert main(["submit", str(file), "--as", ORGANISATION, *at]) == 0
    digest = version_of(place).digest
    assert main(["build", *at]) == 0
    assert version_of(place).digest == digest
    said()
    asked = (
        "SELECT ?g ?body { GRAPH ?g { <https://example.org/one> "
        "<http://data.europa.eu/m8g/hasCompetentAuthority> ?body } } ORDER BY ?g"
    )
    assert main(["query", asked, *at]) == 0
    graph = "https://w3id.org/livsgraf/graph/"
    assert {(row["g"].removeprefix(graph), row["body"]) for row in found(said().out)} == {
        (f"org/{ORGANISATION}", "https://data.brreg.no/enhetsregisteret/api/enheter/974761076"),
        ("derived/view/100-bodies", "https://w3id.org/livsgraf/id/actor/974761076"),
    }
    assert main(["gaps", "--query", "datasets-without-api", "--format", "csv", *at]) == 0
    rows = [line for line in said().out.splitlines() if "https://example.org/set" in line]
    assert [row for row in rows if "data.brreg.no" in row] == []
    # The service names two events.
    assert len(rows) == 2, rows
    folder, other = tmp_path / "folder", tmp_path / "other"
    assert main(["export", "--folder", str(folder), *at]) == 0
    assert main(["build", "--from", str(folder), "--store", str(other)]) == 0
    assert version_of(other).digest == digest


def test_a_whole_workbook_as_all_there_is_takes_nothing_away_that_it_names(
    store: Path, template: Path, tmp_path: Path, said: Any
) -> None:
    """The second time its source is known, and so no longer described by the file."""
    place = tmp_path / "store"
    shutil.copytree(store, place)
    file = fill(template, tmp_path / "god.xlsx", {})
    common = ["--as", ORGANISATION, "--store", str(place)]
    assert main(["submit", str(file), *common]) == 0
    digest = version_of(place).digest
    said()
    assert main(["submit", str(file), *common, "--complete"]) == 0
    assert "endrer ingenting" in said().err
    assert version_of(place).digest == digest
