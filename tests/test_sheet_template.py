"""The template command, and the workbook a steward opens."""

from __future__ import annotations

import io
import pickle
from pathlib import Path

import openpyxl
import pytest

from graph.cli import main
from graph.errors import TooLongForCell
from graph.messages import load
from graph.sheet import fill_template, load_model, read_table
from graph.terms import DCT, LANGUAGES, RDF_TYPE, Term
from sheetworld import ID, World, world


def opened(lang: str, organisation: str | None = None) -> openpyxl.Workbook:
    """Write and open the template of the world."""
    here = world()
    made = fill_template(here.model, lang, here.ask, organisation, "Nord", known=here.known)
    return openpyxl.load_workbook(io.BytesIO(made.content))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_workbook_has_its_sheets_in_order_and_in_the_readers_language(lang: str) -> None:
    """The page to read first, the sheets, the code lists last."""
    texts = load(lang)
    names = [sheet.name[lang] for sheet in world().model.sheets]
    book = opened(lang)
    assert book.sheetnames == [texts["sheet.about"], *names, texts["sheet.lists"]]
    links = {
        cell.hyperlink.location or cell.hyperlink.target
        for row in book.worksheets[0].iter_rows()
        for cell in row
        if cell.hyperlink
    }
    assert {link.lstrip("#") for link in links} == {f"'{name}'!A3" for name in names}


def test_headings_say_in_words_what_must_be_filled_in_and_notes_say_how() -> None:
    """The mark is a text, not a colour alone; the note names the field's advice."""
    page = opened("nb")["Båter"]
    heads = {str(cell.value).split("\n")[0]: cell for cell in page[1]}
    assert heads["Havn"].value == "Havn\nmå fylles ut"
    assert heads["Plasser"].value == "Plasser\nkan stå tomt"
    assert "Tell setene." in heads["Plasser"].comment.text
    assert "Et helt tall." in heads["Plasser"].comment.text
    assert "Alt+Enter" in heads["Havn"].comment.text


def test_the_example_row_is_typed_as_a_person_would_and_never_read() -> None:
    """Row 2 shows what the rules' examples show."""
    book = opened("nb")
    row = {str(h.value).split("\n")[0]: c.value for h, c in zip(*book["Båter"]["1:2"], strict=True)}
    assert row["Nøkkel"] == "eksempel"
    assert row["Navn (bokmål)"] == "Måken"
    assert str(row["Bygd"])[:10] == "1999-05-01"
    out = io.BytesIO()
    book.save(out)
    got = read_table(out.getvalue(), "x.xlsx", "xlsx", world().model, world().known)
    assert (got.quads, got.findings, got.remarks) == ((), (), ())


def test_drop_downs_point_at_the_code_lists_by_name() -> None:
    """Each list holds the names of the things, in the order of the list."""
    book = opened("en")
    page, lists = book["Boats"], book["Code lists"]
    letters = {str(cell.value).split("\n")[0]: cell.column_letter for cell in page[1]}
    offered = {
        str(rule.sqref).split("3:")[0]: rule.formula1.lstrip("=")
        for rule in page.data_validations.dataValidation
    }
    area = book.defined_names[offered[letters["State"]]].attr_text
    cells = [cell[0].value for cell in lists[area.split("!")[1].replace("$", "")]]
    assert cells == ["new", "worn"]
    area = book.defined_names[offered[letters["Harbour"]]].attr_text
    harbours = [cell[0].value for cell in lists[area.split("!")[1].replace("$", "")]]
    assert sorted(harbours) == [
        "=Rart; og (sær)",
        "North Harbour",
        "Sørhavn (harbour/sor)",
        "Sørhavn (harbour/sor-2)",
    ]
    assert letters["Papir"] not in offered


def test_a_text_longer_than_a_cell_is_refused_and_not_cut() -> None:
    """Nothing of what is known is lost on the way to the workbook."""
    boat = Term("iri", ID + "boat/lang")
    said = [
        (boat, RDF_TYPE, Term("iri", "https://example.org/boats#Boat")),
        (boat, Term("iri", DCT + "title"), Term("literal", "x" * 40_000, None, "nb")),
        (boat, Term("iri", "https://example.org/boats#harbour"), Term("iri", ID + "harbour/nord")),
    ]
    here = World(said)
    with pytest.raises(TooLongForCell):
        fill_template(here.model, "nb", here.ask, ID + "harbour/nord")


def test_what_a_reader_needs_can_be_carried_to_another_process() -> None:
    """Model and names go there, the submission comes back."""
    here = world()
    model, known = pickle.loads(pickle.dumps((load_model(), here.known)))  # noqa: S301
    assert model == load_model()
    content = "Nøkkel;Navn;Havn\nmor;Måken;Nord\n".encode()
    got = read_table(content, "inn.csv", "csv", here.model, known)
    assert pickle.loads(pickle.dumps(got)) == got  # noqa: S301


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the shipped store once, without judging it."""
    place = tmp_path_factory.mktemp("sheet") / "store"
    assert main(["build", "--no-validate", "--store", str(place)]) == 0
    return place


def test_the_command_writes_the_workbook_and_says_what_it_did(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sheets and rows are counted; the file opens in the language asked for."""
    file = tmp_path / "mal.xlsx"
    args = ["template", "-o", str(file), "--lang", "nn", "--organisation", "964 338 531"]
    assert main([*args, "--store", str(store)]) == 0
    told = capsys.readouterr().err
    assert str(file) in told
    assert "rader fylte ut" in told
    book = openpyxl.load_workbook(file)
    assert book.sheetnames[0] == "Les meg"
    assert "Tenester" in book.sheetnames


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["-o", "mal.csv"], "må slutte på .xlsx"),
        (["-o", "mal.xlsx", "--organisation", "12"], "ni siffer"),
        (["-o", "ingen/mappe/mal.xlsx"], "kan ikke skrives"),
        ([], "Du må oppgi"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(
    store: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    args: list[str],
    told: str,
) -> None:
    """Exit status 2, one clear line, and no file."""
    monkeypatch.chdir(tmp_path)
    assert main(["template", *args, "--store", str(store)]) == 2
    assert told in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
