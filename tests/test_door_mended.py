"""The shipped workbook: examples that teach no faults, and texts that say what they mean."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from graph.cli import main
from graph.messages import load
from graph.sheet import load_model
from graph.terms import LANGUAGES
from test_door import AGREEMENT, SERVICE, SOURCE, heads

MODEL = load_model()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("door") / "store"
    assert main(["build", "--no-validate", "--store", str(place)]) == 0
    return place


@pytest.fixture(scope="module")
def templates(store: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    made = {}
    for lang in LANGUAGES:
        file = tmp_path_factory.mktemp("door") / f"{lang}.xlsx"
        assert main(["template", "-o", str(file), "--store", str(store), "--lang", lang]) == 0
        made[lang] = file.read_bytes()
    return made


@pytest.fixture
def judged(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def judge(book: Any) -> dict[str, list[dict[str, Any]]]:
        file = tmp_path / "inn.xlsx"
        book.save(file)
        capsys.readouterr()
        assert main(["validate", str(file), "--store", str(store), "--all"]) in (0, 1)
        found: dict[str, list[dict[str, Any]]] = {}
        for line in capsys.readouterr().out.splitlines():
            one = json.loads(line)
            found.setdefault(one["severity"], []).append(one)
        return found

    return judge


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def write(book: Any, sheet: str, row: int, cells: dict[str, Any]) -> None:
    columns = heads(book[sheet])
    for head, value in cells.items():
        book[sheet].cell(row, columns[head]).value = value


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_example_of_every_sheet_passes_all_rules(
    lang: str, templates: dict[str, bytes], judged: Any
) -> None:
    """Copied to the row below, as somebody does who learns from it."""
    book = opened(templates[lang])
    sheets = [sheet.name[lang] for sheet in MODEL.sheets]
    for name in sheets:
        page = book[name]
        cells = [cell for cell in page[2] if cell.value is not None]
        assert len(cells) > 4
        for cell in cells[1:]:
            page.cell(3, cell.column).value = cell.value
    found = judged(book)
    assert [(f["where"], f["message"]) for f in found.get("violation", [])] == []
    assert [(f["where"], f["message"]) for f in found.get("warning", [])] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_of_the_template_say_what_they_mean(
    lang: str, templates: dict[str, bytes]
) -> None:
    """No second heading in brackets, no word of another notation, no list that is not there."""
    book = opened(templates[lang])
    texts = load(lang)
    pages = [book[sheet.name[lang]] for sheet in MODEL.sheets]
    told = {
        (page.title, str(cell.value).split("\n")[0]): f"{cell.value}\n{cell.comment.text}"
        for page in pages
        for cell in page[1]
    }
    for (_, head), text in told.items():
        assert "(true)" not in text
        assert "(type)" not in head
        assert lang != "en" or "«" not in text
        foreign = {load(lang)[f"sheet.lang.{tongue}"] for tongue in LANGUAGES}
        own = next((name for name in foreign if head.endswith(f"({name})")), None)
        for name in foreign - {own}:
            assert own is None or not re.search(rf"\b{name}\b", text.partition("\n")[2]), text
    source = heads_of(lang, "source")
    sources = [text for (_, head), text in told.items() if head == source]
    assert len(sources) == len(pages)
    assert all(texts["sheet.kind.makes"] in text for text in sources)
    assert not any(texts["sheet.kind.choice"] in text for text in sources)


def heads_of(lang: str, english: str) -> str:
    """Give the heading of the column that is called so in English."""
    columns = (column for sheet in MODEL.sheets for column in sheet.columns)
    name = next(column.label[lang] for column in columns if column.label["en"] == english)
    return name[:1].upper() + name[1:]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_page_tells_what_each_sheet_is_and_how_to_hand_in(
    lang: str, templates: dict[str, bytes]
) -> None:
    page = opened(templates[lang]).worksheets[0]
    lines = [[str(cell.value or "") for cell in row] for row in page.iter_rows(max_col=2)]
    said = {line[0]: line[1] for line in lines}
    for sheet in MODEL.sheets:
        assert said[sheet.name[lang]] == sheet.about[lang]
        assert sheet.about[lang].endswith(".")
    assert any("livsgraf submit" in line[0] for line in lines)


def test_a_renamed_heading_is_one_finding(templates: dict[str, bytes], judged: Any) -> None:
    """What stands below it is not said to lack; what is empty there is, in that column."""
    book = opened(templates["nb"])
    page = book["Tjenester"]
    column = heads(page)["Ansvarlig myndighet"]
    write(book, "Tjenester", 3, {"Nøkkel": "a", **SERVICE})
    empty = {**SERVICE, "Ansvarlig myndighet": None, "Tittel (bokmål)": "Tom tjeneste"}
    write(book, "Tjenester", 4, {"Nøkkel": "b", **empty})
    page.cell(1, column).value = "Ansvarlig myndighed"
    grave = judged(book)["violation"]
    assert {(f["id"], f["where"]["cell"]) for f in grave} == {
        ("cell-unknown-column", "I1"),
        ("PublicService-hasCompetentAuthority", "I4"),
    }
    assert len(grave) == 2


def test_a_doubled_key_stays_where_the_reader_found_it(
    templates: dict[str, bytes], judged: Any
) -> None:
    """The second row, though the first is where the thing stands."""
    book = opened(templates["nb"])
    write(book, "Tjenester", 3, {"Nøkkel": "a", **SERVICE})
    write(book, "Tjenester", 4, {"Nøkkel": "a", **SERVICE, "Tittel (bokmål)": "En annen"})
    (found,) = judged(book)["violation"]
    assert found["where"]["cell"] == "A4"
    assert found["thing"]["label"]["nb"] == "En annen"
    assert found["found"]["value"] == "a"


def test_two_fields_of_which_one_will_do_are_told_while_one_is_faulty(
    templates: dict[str, bytes], judged: Any
) -> None:
    """Else the second fault came to light only when the first was mended."""
    book = opened(templates["nb"])
    row = {key: value for key, value in AGREEMENT.items() if key != "Dekker"}
    write(book, "Avtaler og ordninger", 3, {**row, "Fra": "31.02.2026"})
    columns = heads(book["Avtaler og ordninger"])
    grave = judged(book)["violation"]
    assert {(f["id"], f["where"]["cell"][:-1]) for f in grave} == {
        ("cell-no-such-day", openpyxl.utils.get_column_letter(columns["Fra"])),
        ("cell-one-will-do", openpyxl.utils.get_column_letter(columns["Start ukjent"])),
    }
    write(book, "Avtaler og ordninger", 3, {"Start ukjent": None})
    assert [f["id"] for f in judged(book)["violation"]] == ["cell-no-such-day"]


def test_a_thing_without_a_title_is_called_by_its_row(
    templates: dict[str, bytes], judged: Any
) -> None:
    """The reader's findings and the rules' alike, of the thing and of what its row holds."""
    book = opened(templates["nb"])
    cells = {"Avgiver": "Skatteetaten", "Mottaker": "Skatteetaten", "Fra": "i fjor"}
    write(book, "Tilganger", 7, {**cells, "Tillit": "lest i en kilde"})
    grave = judged(book)["violation"]
    assert len(grave) > 4
    assert {f["thing"]["label"]["nb"] for f in grave} == {"Tilganger, rad 7"}
    assert {f["thing"]["label"]["en"] for f in grave} == {"Tilganger, row 7"}


def test_more_sources_take_names_keys_and_addresses(
    templates: dict[str, bytes], judged: Any
) -> None:
    """Of things of the graph and of the same file; a slip gets the nearest."""
    book = opened(templates["nb"])
    write(book, "Tjenester", 3, {"Nøkkel": "proving", **SERVICE})
    proof = {"Side ved saken": "hjemmelen", **SOURCE}
    things = ["Øvingstjeneste", "proving", "service/barnetrygd", "Barnetrygd",
              "https://w3id.org/livsgraf/id/service/barnetrygd"]  # fmt: skip
    for row, thing in enumerate(things, 3):
        write(book, "Flere kilder", row, {"Nøkkel": f"b{row}", "Gjelder": thing, **proof})
    assert "violation" not in judged(book)
    write(book, "Flere kilder", 3, {"Gjelder": "Øvingstjennest"})
    grave = judged(book)["violation"]
    assert [(f["id"], f["where"]["cell"]) for f in grave] == [("cell-unknown-choice", "C3")]
    found = grave[0]
    assert "«Øvingstjeneste»" in found["fix"]["nb"]
