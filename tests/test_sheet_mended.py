"""What a steward stumbled over: doubled rows, renamed and own columns, names of the same file."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from typing import Any

import openpyxl
import pytest

from graph import errors
from graph.findings import Finding, Place
from graph.messages import load
from graph.rdf import format_of
from graph.sheet import fill_template, mark, read_table
from graph.sheet.keyed import KEY_MADE
from graph.submission import Remark, Submission
from graph.terms import LANGUAGES, Term
from sheetworld import EX, ID, world

GOOD = {"Nøkkel": "mor", "Navn (bokmål)": "Måken", "Havn": "Nordhavn"}


def book(rows: list[dict[str, Any]], sheet: str = "Båter", lang: str = "nb") -> Any:
    """Fill a template in with rows, by heading, from row 3 on."""
    made = fill_template(world().model, lang, world().ask, known=world().known)
    opened = openpyxl.load_workbook(io.BytesIO(made.content))
    page = opened[sheet]
    numbers = {str(cell.value).split("\n")[0]: cell.column for cell in page[1]}
    for row, cells in enumerate(rows, 3):
        for heading, value in cells.items():
            page.cell(row, numbers[heading], value)
    return opened


def saved(opened: Any) -> bytes:
    """Save a workbook."""
    out = io.BytesIO()
    opened.save(out)
    return out.getvalue()


def read(content: Any) -> Submission:
    """Read a workbook."""
    content = content if isinstance(content, bytes) else saved(content)
    return read_table(content, "inn.xlsx", "xlsx", world().model, world().known)


def rule(finding: Finding) -> str:
    """Name the rule of a finding."""
    return finding.rule.rpartition("#")[2]


# -- rows ---------------------------------------------------------------------------------------


def test_a_doubled_key_is_told_on_the_row_that_is_not_read() -> None:
    """Named after that row, with what stands in its cell, and which row it doubles."""
    got = read(book([GOOD, {**GOOD, "Navn (bokmål)": "Ternen"}]))
    (found,) = got.findings
    assert rule(found) == "key-twice"
    assert found.place is not None
    assert found.place.cell == "A4"
    assert found.label == {"nb": "Ternen"}
    assert found.value == Term("literal", "mor")
    assert "rad 3" in found.message["nb"]
    assert "row 3" in found.message["en"]


def test_rows_that_get_one_key_are_told_apart_from_keys_written_twice() -> None:
    """Nothing stands in the cell: the row it doubles is named instead, and the key is one key."""
    row = {name: value for name, value in GOOD.items() if name != "Nøkkel"}
    got = read(book([row, row]))
    (found,) = got.findings
    assert rule(found) == "row-twice"
    assert found.place is not None
    assert found.place.cell == "A4"
    assert found.value is None
    assert "rad 3" in found.message["nb"]
    assert "«maken-nord»" in found.message["nb"]
    assert "“maken-nord”" in found.message["en"]
    made = [remark.params for remark in got.remarks if remark.key == "sheet.remark.key-made"]
    assert made == [{"sheet": "Båter", "row": 3, "key": "maken-nord"}]


def test_a_key_that_was_written_first_is_not_called_made() -> None:
    """A second row may make the key that the first one has written out."""
    row = {name: value for name, value in GOOD.items() if name != "Nøkkel"}
    got = read(book([{**GOOD, "Nøkkel": "maken-nord"}, row]))
    assert [rule(found) for found in got.findings] == ["row-twice"]
    assert not [remark for remark in got.remarks if remark.key == "sheet.remark.key-made"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_row_without_a_title_is_called_by_its_sheet_and_number(lang: str) -> None:
    """A key such as 964-g7 says nothing to whoever filled the row in."""
    got = read(book([{"Med båt": "ferge"}], "Turer"))
    assert {f.label[lang] for f in got.findings} == {
        load(lang).text("sheet.row", sheet="Turer", row=3)
    }
    (thing,) = got.labels
    assert got.labels[thing][lang] == load(lang).text("sheet.row", sheet="Turer", row=3)
    assert not read(book([GOOD])).labels


def test_a_name_of_the_same_file_is_suggested() -> None:
    """By title and by key, for the columns in which the thing would do."""
    opened = book([GOOD])
    page = opened["Turer"]
    heads = {str(cell.value).split("\n")[0]: cell.column for cell in page[1]}
    page.cell(3, heads["Med båt"], "Måkken")
    page.cell(3, heads["Nøkkel"], "t1")
    page.cell(4, heads["Med båt"], "moor")
    page.cell(4, heads["Nøkkel"], "t2")
    fixes = [f.fix["nb"] for f in read(opened).findings]
    assert "«Måken»" in fixes[0]
    assert "«mor»" in fixes[1]
    harbour = read(book([GOOD, {**GOOD, "Nøkkel": "b", "Havn": "Måkken"}])).findings
    assert "Måken" not in harbour[0].fix["nb"]


# -- columns ------------------------------------------------------------------------------------


def renamed(old: str, new: str, rows: list[dict[str, Any]]) -> Any:
    """Give a workbook in which a heading was changed."""
    opened = book(rows)
    page = opened["Båter"]
    next(c for c in page[1] if str(c.value).split("\n")[0] == old).value = new
    return opened


def test_a_column_of_ones_own_is_a_tip_and_blocks_nothing() -> None:
    """Not read, and said; a heading like one of ours must be mended."""
    opened = book([GOOD])
    page = opened["Båter"]
    page.cell(1, page.max_column + 1, "Saksbehandlers tanker")
    page.cell(3, page.max_column, "ring dem")
    (found,) = read(opened).findings
    assert (rule(found), found.severity) == ("unknown-column", "info")
    assert "eget bruk" in found.fix["nb"]
    (slip,) = read(renamed("Havn", "Havnen", [GOOD])).findings
    assert (rule(slip), slip.severity) == ("unknown-column", "violation")
    assert "«Havn»" in slip.fix["nb"]


def test_what_stands_below_a_renamed_heading_is_not_lacking() -> None:
    """It is noted as unread; a cell that is empty there is lacking, and in that very column."""
    empty = {"Nøkkel": "tom", "Navn (bokmål)": "Tomma"}
    got = read(renamed("Havn", "Havnen", [GOOD, empty]))
    harbour = Term("iri", EX + "harbour")
    assert got.unread == {(Term("iri", ID + "boat/mor"), harbour)}
    place = got.places.locate(Term("iri", ID + "boat/tom"), harbour)
    assert place == Place("inn.xlsx", sheet="Båter", cell="K4")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_csv_made_of_our_own_template_is_read(separator: str, lang: str) -> None:
    """Its headings have two lines in one cell, so that a record is not a line."""
    opened = book([], world().model.sheets[0].name[lang], lang)
    page = opened[world().model.sheets[0].name[lang]]
    for column, value in ((1, "mor"), (3, "Måken; og, mer"), (11, "Nordhavn")):
        page.cell(3, column, value)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    for row in page.iter_rows(values_only=True):
        days = [v.date() if isinstance(v, datetime.datetime) else v for v in row]
        writer.writerow(["" if value is None else value for value in days])
    got = read_table(out.getvalue().encode(), "inn.csv", "csv", world().model, world().known)
    assert not [f for f in got.findings if f.severity == "violation"]
    assert {(s, p, o) for s, p, o, _ in got.quads} == {
        (s, p, o) for s, p, o, _ in read(opened).quads
    }
    assert got.quads


# -- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.xls", "a.ODS", "a.numbers", "a.xlsb"])
def test_another_spreadsheet_is_told_how_to_be_saved(name: str) -> None:
    """Not only that the ending is unknown."""
    with pytest.raises(errors.OtherTable) as caught:
        format_of(name)
    for lang in LANGUAGES:
        assert ".xlsx" in load(lang).text("error.other-table-hint")
        assert "{" not in load(lang).text(f"error.{caught.value.code}", **caught.value.params)


def test_macros_are_refused_kindly_and_a_workbook_called_csv_is_known() -> None:
    """Each with its own words."""
    with pytest.raises(errors.MacroTable):
        format_of("a.xlsm")
    with pytest.raises(errors.WrongFormat):
        read_table(saved(book([GOOD])), "a.csv", "csv", world().model, world().known)


# -- marks --------------------------------------------------------------------------------------


def with_values(content: bytes, values: dict[str, tuple[str, str]]) -> bytes:
    """Write what formulas gave into a workbook, as a spreadsheet program does."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name).decode("utf-8", "surrogateescape")
            for formula, (kind, value) in values.items():
                for empty in ("<v />", "<v></v>", "<v/>"):
                    part = part.replace(
                        f"><f>{formula}</f>{empty}", f"{kind}><f>{formula}</f><v>{value}</v>"
                    )
            new.writestr(name, part.encode("utf-8", "surrogateescape"))
    return out.getvalue()


def test_what_formulas_gave_and_how_large_notes_are_is_kept() -> None:
    """The library drops both when it reads and writes a workbook."""
    opened = book([{**GOOD, "Havn": "Nordhavnn"}])
    opened["Båter"]["C1"].comment.width, opened["Båter"]["C1"].comment.height = 411, 222
    for other in ("A1", "B1"):
        opened["Båter"][other].comment.width, opened["Båter"][other].comment.height = 320, 160
    own = opened.create_sheet("Mitt & ditt")
    formulas = {"1+1": ("", "2"), '"a"&lt;"b"': (' t="b"', "1"), "1/0": (' t="e"', "#DIV/0!")}
    texts = {'"x"&amp;"&lt;y"': (' t="str"', "x&lt;y")}
    for number, text in enumerate(("=1+1", '="a"<"b"', "=1/0", '="x"&"<y"'), 1):
        own.cell(number, 2, text)
    before = with_values(saved(opened), {**formulas, **texts})
    marked = mark(before, read(before).findings, "nb", load("nb"))
    assert not marked.separate
    shown = openpyxl.load_workbook(io.BytesIO(marked.content), data_only=True)["Mitt & ditt"]
    assert [shown.cell(n, 2).value for n in range(1, 5)] == [2, True, "#DIV/0!", "x<y"]
    kept = openpyxl.load_workbook(io.BytesIO(marked.content))["Mitt & ditt"]
    assert kept["B4"].value == '="x"&"<y"'
    with zipfile.ZipFile(io.BytesIO(marked.content)) as box:
        drawings = [box.read(n).decode() for n in box.namelist() if n.endswith(".vml")]
    assert sum("width:411px;height:222px" in drawing for drawing in drawings) == 1
    assert any("width:320px;height:160px" in drawing for drawing in drawings)


def test_the_sheet_of_findings_can_be_read_and_printed_in_any_program() -> None:
    """Rows as high as their texts, on its side, the headings on every page."""
    long = Finding("r#x", "info", "f", {"nb": "mange ord " * 40}, label={"nb": "x"})
    short = Finding("r#y", "violation", "f", {"nb": "Kort."})
    content = mark(saved(book([GOOD])), [long, short], "nb", load("nb")).content
    page = openpyxl.load_workbook(io.BytesIO(content))["Funn"]
    assert page.row_dimensions[5].height == 15
    assert page.row_dimensions[6].height > 100
    assert page.page_setup.orientation == "landscape"
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_title_rows == "$4:$4"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_new_keys_are_listed_below_the_findings(lang: str) -> None:
    """With the row they belong to, so that they can be copied."""
    made = Remark("sheet.remark.key-made", {"sheet": "Båter", "row": 3, "key": "maken-nord"})
    other = Remark("sheet.remark.utf-16", {"file": "x"})
    texts = load(lang)
    content = mark(saved(book([GOOD])), [], lang, texts, [other, made]).content
    page = openpyxl.load_workbook(io.BytesIO(content))[texts["sheet.findings"]]
    lines = [[cell.value for cell in row if cell.value] for row in page.iter_rows(min_row=5)]
    assert [line for line in lines if line] == [
        [texts["sheet.mark.keys"]],
        [texts["sheet.mark.keys_help"]],
        [texts["sheet.mark.keys_row"], texts["sheet.mark.keys_key"]],
        [texts.text("sheet.row", sheet="Båter", row=3), "maken-nord"],
    ]
    linked = [cell for row in page.iter_rows() for cell in row if cell.hyperlink]
    assert [cell.hyperlink.location or cell.hyperlink.target for cell in linked] in (
        ["'Båter'!A3"],
        ["#'Båter'!A3"],
    )


@pytest.mark.parametrize(("count", "word"), [(1, "1 tip."), (2, "2 tips.")])
def test_one_tip_is_one_tip_in_english(count: int, word: str) -> None:
    """The other two languages have one word for both."""
    tips = [Finding(f"r#{n}", "info", "f", {"en": "A tip."}) for n in range(count)]
    content = mark(saved(book([GOOD])), tips, "en", load("en")).content
    page = openpyxl.load_workbook(io.BytesIO(content))["Findings"]
    assert str(page["A2"].value).endswith(word)


def test_no_key_is_advised_while_something_it_is_made_of_lacks() -> None:
    """Written in, it would be a key that says nothing of whose thing it is."""
    here = world()
    for named in (True, False):
        rows = f"Nøkkel;Navn;Havn\n;Måken;{'Nordhavn' if named else ''}\n"
        got = read_table(rows.encode(), "Båter.csv", "csv", here.model, here.known)
        assert bool([r for r in got.remarks if r.key == KEY_MADE]) is named


def test_a_workbook_without_any_sheet_of_ours_is_refused() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "Egne notater"
    out = io.BytesIO()
    book.save(out)
    here = world()
    with pytest.raises(errors.NoKnownHeadings):
        read_table(out.getvalue(), "a.xlsx", "xlsx", here.model, here.known)
