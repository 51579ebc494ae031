"""The user's own workbook given back: marked, linked, and otherwise as it was."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.table import Table

from graph.findings import Finding, Place
from graph.messages import load
from graph.sheet import fill_template, mark, read_table
from graph.terms import LANGUAGES, Term
from sheetworld import world

TEXTS = load("nb")


def a_book() -> Any:
    """Make a workbook as somebody might have it: styles, formulas, notes, a sheet of their own."""
    made = fill_template(world().model, "nb", world().ask, known=world().known)
    opened = openpyxl.load_workbook(io.BytesIO(made.content))
    page = opened["Båter"]
    page["A3"], page["C3"], page["K3"], page["I3"] = "mor", "Måken", "Nordhavnn", "tolv"
    page["G3"] = datetime.date(2020, 1, 31)
    page["C3"].font = Font(bold=True, color="FF0000")
    page["I3"].fill = PatternFill("solid", fgColor="00FF00")
    page["K3"].comment = Comment("min egen merknad", "Kari")
    page.conditional_formatting.add("A3:A9", CellIsRule("equal", ['"x"'], fill=PatternFill()))
    page.row_dimensions[3].height = 40
    own = opened.create_sheet("Mine notater")
    own["A1"], own["B1"], own["A2"] = "tall", "sum", 2
    own["B2"] = "=SUM(A2:A9)"
    own.add_table(Table(displayName="Tabell", ref="A1:B2"))
    own.column_dimensions["A"].width = 44.5
    own.sheet_state = "hidden"
    own.protection.sheet = True
    return opened


def saved(opened: Any) -> bytes:
    """Save a workbook."""
    out = io.BytesIO()
    opened.save(out)
    return out.getvalue()


def state(content: bytes, apart: str | None = None) -> dict[str, Any]:
    """Tell all of a workbook that a user would miss."""
    opened = openpyxl.load_workbook(io.BytesIO(content), rich_text=True)
    told: dict[str, Any] = {"names": {n: d.attr_text for n, d in opened.defined_names.items()}}
    for page in opened.worksheets:
        if page.title == apart:
            continue
        told[page.title] = {
            "cells": {
                cell.coordinate: (
                    cell.value,
                    cell.data_type,
                    cell.number_format,
                    cell.font.b,
                    cell.fill.fgColor.rgb,
                    cell.alignment.wrap_text,
                    cell.comment.text if cell.comment else None,
                )
                for row in page.iter_rows()
                for cell in row
            },
            "widths": {k: (d.width, d.hidden) for k, d in page.column_dimensions.items()},
            "heights": {k: d.height for k, d in page.row_dimensions.items()},
            "choices": [(str(d.sqref), d.formula1) for d in page.data_validations.dataValidation],
            "rules": [
                (str(area.sqref), rule.type, rule.formula)
                for area in page.conditional_formatting
                for rule in area.rules
            ],
            "tables": dict(page.tables.items()),
            "state": (page.sheet_state, page.protection.sheet, page.freeze_panes),
            "merged": sorted(str(area) for area in page.merged_cells.ranges),
        }
    return told


def found(content: bytes) -> tuple[Finding, ...]:
    """Read a workbook and give its findings."""
    here = world()
    return read_table(content, "inn.xlsx", "xlsx", here.model, here.known).findings


def test_faults_are_coloured_noted_and_linked_and_nothing_else_is_touched() -> None:
    """Only the marks differ: a rule of colour, our part of a note, and a sheet in front."""
    before = saved(a_book())
    findings = found(before)
    assert [f.place.cell for f in findings if f.place] == ["I3", "K3"]
    marked = mark(before, findings, "nb", TEXTS)
    assert not marked.separate
    old, new = state(before), state(marked.content, "Funn")
    assert old["names"] == new["names"]
    assert list(old) == list(new)
    assert old["Mine notater"] == new["Mine notater"]
    boats, after = old["Båter"], new["Båter"]
    for part in ("widths", "heights", "choices", "tables", "state", "merged"):
        assert boats[part] == after[part], part
    added = set(map(repr, after["rules"])) - set(map(repr, boats["rules"]))
    ours = ['LEN("livsgraf")>0']
    assert added == {repr(("I3 K3", "expression", ours))}
    changed = {key for key in boats["cells"] if boats["cells"][key] != after["cells"][key]}
    assert changed == {"I3", "K3"}
    for key in changed:
        assert boats["cells"][key][:-1] == after["cells"][key][:-1]
    note = after["cells"]["K3"][-1]
    assert note.startswith("min egen merknad\n— Livsgraf —\nMå rettes:")
    assert "«Nordhavn»" in note


def test_the_sheet_of_findings_links_to_the_cells_gravest_first() -> None:
    """A line for each finding, with what is wrong and how to mend it."""
    before = saved(a_book())
    extra = Finding("https://example.org/r", "info", "https://example.org/x", {"nb": "Et tips."})
    marked = mark(before, [extra, *found(before)], "nb", TEXTS)
    page = openpyxl.load_workbook(io.BytesIO(marked.content))["Funn"]
    lines = [[cell.value for cell in row] for row in page.iter_rows(min_row=1)]
    assert lines[1][0] == "2 må rettes, 0 bør rettes, 1 tips."
    assert [line[:2] for line in lines[4:]] == [
        ["Må rettes", "Båter!I3"],
        ["Må rettes", "Båter!K3"],
        ["Tips", None],
    ]
    assert (
        page["B5"].hyperlink.location == "'Båter'!I3"
        or page["B5"].hyperlink.target == "#'Båter'!I3"
    )
    assert "siffer" in lines[4][6]


def test_marks_come_off_without_a_trace() -> None:
    """A second marking removes the first; none left, the workbook says what it said at first."""
    before = saved(a_book())
    once = mark(before, found(before), "nb", TEXTS).content
    again = mark(once, found(before)[:1], "nn", load("nn")).content
    assert state(again, "Funn")["Båter"]["cells"]["K3"] == state(before)["Båter"]["cells"]["K3"]
    clean = mark(again, [], "nb", TEXTS).content
    assert state(clean, "Funn") == state(before)
    names = openpyxl.load_workbook(io.BytesIO(clean)).sheetnames
    assert names.count("Funn") == 1
    assert not any(name.startswith("Funn ") for name in names)


def test_reading_a_marked_workbook_gives_the_same_findings() -> None:
    """The sheet of findings is not taken for a table of things."""
    before = saved(a_book())
    findings = found(before)
    for lang in LANGUAGES:
        assert found(mark(before, findings, lang, load(lang)).content) == findings


def test_a_sheet_of_the_users_own_called_funn_is_kept() -> None:
    """Ours then gets another name."""
    opened = a_book()
    opened.create_sheet("Funn")["A1"] = "mitt eget"
    marked = mark(saved(opened), found(saved(opened)), "nb", TEXTS).content
    again = mark(marked, [], "nb", TEXTS).content
    for content in (marked, again):
        pages = openpyxl.load_workbook(io.BytesIO(content))
        assert pages["Funn"]["A1"].value == "mitt eget"
        assert pages.sheetnames[0] == "Funn (2)"


def with_part(content: bytes, name: str, part: bytes = b"<a/>") -> bytes:
    """Add a part to a workbook's file."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for each in old.namelist():
            new.writestr(each, old.read(each))
        new.writestr(name, part)
    return out.getvalue()


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("xl/vbaProject.bin", "macro"),
        ("xl/charts/chart9.xml", "chart"),
        ("xl/media/image1.png", "picture"),
        ("xl/drawings/drawing9.xml", "drawing"),
        ("xl/pivotTables/pivotTable1.xml", "pivot"),
        ("xl/slicers/slicer1.xml", "pivot"),
        ("customXml/item1.xml", "custom"),
        ("xl/threadedComments/threadedComment1.xml", "thread"),
        ("xl/externalLinks/externalLink1.xml", "link"),
        ("xl/embeddings/oleObject1.bin", "object"),
        ("xl/newThing.xml", "unknown"),
    ],
)
def test_what_would_be_lost_is_left_alone_and_said(part: str, reason: str) -> None:
    """The findings then come in a workbook of their own, which tells why."""
    before = saved(a_book())
    marked = mark(with_part(before, part), found(before), "nb", TEXTS)
    assert marked.separate
    assert marked.reasons == (reason,)
    page = openpyxl.load_workbook(io.BytesIO(marked.content))
    assert page.sheetnames == ["Funn"]
    lines = [[cell.value for cell in row] for row in page["Funn"].iter_rows()]
    assert TEXTS[f"sheet.lost.{reason}"] in str(lines[2][0])
    assert [line[1] for line in lines[5:]] == ["Båter!I3", "Båter!K3"]


def test_a_real_chart_and_an_extension_are_seen() -> None:
    """A chart made by the library itself, and what newer programs write into a sheet."""
    opened = a_book()
    chart = BarChart()
    chart.add_data(Reference(opened["Mine notater"], min_col=1, min_row=1, max_row=2))
    opened["Mine notater"].add_chart(chart, "D1")
    assert "chart" in mark(saved(opened), [], "nb", TEXTS).reasons
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(a_book()))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet2.xml":
                content = content.replace(b"</worksheet>", b"<extLst><ext/></extLst></worksheet>")
            new.writestr(name, content)
    assert mark(out.getvalue(), [], "nb", TEXTS).reasons == ("extension",)


def test_findings_of_a_text_come_in_a_workbook_of_their_own() -> None:
    """A CSV file cannot be coloured; a value that begins with = stays a text."""
    place = Place("inn.csv", line=2, sheet="", cell="B2")
    value = Term("literal", "=HYPERLINK(1)\x00")
    finding = Finding("r#x", "violation", "f", {"nb": "Feil."}, value=value, place=place)
    marked = mark(b"a;b\n", [finding], "nb", TEXTS)
    assert marked.separate
    page = openpyxl.load_workbook(io.BytesIO(marked.content))["Funn"]
    assert (page["F6"].value, page["F6"].data_type) == ("=HYPERLINK(1)", "s")


def test_five_faults_are_mended_by_following_the_returned_workbook_alone() -> None:
    """What the sheet of findings offers as the way to mend is enough."""
    opened = a_book()
    page = opened["Båter"]
    page["I3"], page["G3"], page["H3"], page["L3"] = "12 stk", "2026-02-30", "kanskje", "slit"
    before = saved(opened)
    marked = mark(before, found(before), "nb", TEXTS)
    again = openpyxl.load_workbook(io.BytesIO(marked.content))
    lines = [[cell.value for cell in row] for row in again["Funn"].iter_rows(min_row=5)]
    fixes = {str(line[1]).split("!")[1]: str(line[6]) for line in lines}
    assert sorted(fixes) == ["G3", "H3", "I3", "K3", "L3"]
    page = again["Båter"]
    page["K3"] = fixes["K3"].split("«")[1].split("»")[0]
    page["L3"] = fixes["L3"].split("«")[1].split("»")[0]
    page["G3"] = fixes["G3"].rsplit(" ", 1)[1].rstrip(".")
    page["H3"] = fixes["H3"].split()[1]
    page["I3"] = 12
    assert not found(saved(again))


def test_a_fault_within_merged_cells_is_noted_on_the_first() -> None:
    """Only the first of merged cells can bear a note; the colour stands where the fault is."""
    opened = a_book()
    opened["Båter"].merge_cells("I3:J4")
    place = Place("inn.xlsx", sheet="Båter", cell="J4")
    finding = Finding("r#x", "warning", "f", {"nb": "Noe."}, place=place)
    marked = mark(saved(opened), [finding], "nb", TEXTS)
    page = openpyxl.load_workbook(io.BytesIO(marked.content))["Båter"]
    assert "Bør rettes: Noe." in page["I3"].comment.text
    assert "J4" in [str(area.sqref) for area in page.conditional_formatting]
