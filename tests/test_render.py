"""Formats: what people read, what programs get, and that neither loses anything."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import rdf
from graph.render import FORMATS, Cell, Column, Document, Sheet, Style, write
from graph.terms import XSD, Term, iri, literal

THING = iri("https://example.org/a")
YES = Term("literal", "true", XSD + "boolean")
NO = Term("literal", "false", XSD + "boolean")


def rendered(sheet: Sheet, output: str, style: Style | None = None) -> str:
    out = io.StringIO()
    write(Document((sheet,)), output, out, style or Style())
    return out.getvalue()


def sheet(*rows: tuple[Cell, ...], **more: bool) -> Sheet:
    columns = (
        Column("thing", "Ting"),
        Column("n", "Antall", number=True),
        Column("flag", "Merket"),
    )
    return Sheet("rows", columns, list(rows), **more)


FULL = sheet(
    (Cell(THING, "En ting"), Cell(literal(12)), Cell(YES, "ja")),
    (Cell(literal('x,"y"\nz')), Cell(), Cell(NO, "nei")),
)


def test_csv_has_the_label_beside_the_iri() -> None:
    rows = list(csv.reader(io.StringIO(rendered(FULL, "csv"))))
    assert rows == [
        ["thing", "thingLabel", "n", "flag"],
        ["https://example.org/a", "En ting", "12", "true"],
        ['x,"y"\nz', "", "", "false"],
    ]


def test_json_has_the_types_and_leaves_out_what_is_unknown() -> None:
    first, second = [json.loads(line) for line in rendered(FULL, "jsonl").splitlines()]
    assert first == {
        "thing": "https://example.org/a",
        "thingLabel": "En ting",
        "n": 12,
        "flag": True,
    }
    assert second == {"thing": 'x,"y"\nz', "flag": False}
    assert json.loads(rendered(FULL, "json")) == [first, second]


def test_json_names_sheets_of_several_kinds_and_lines_hold_the_main_one() -> None:
    other = Sheet("sums", (Column("n", "n"),), [(Cell(literal(1)),)])
    document = Document((other, FULL), main="rows")
    out = io.StringIO()
    write(document, "json", out, Style())
    assert json.loads(out.getvalue()).keys() == {"sums", "rows"}
    out = io.StringIO()
    write(document, "jsonl", out, Style())
    assert len(out.getvalue().splitlines()) == 2


def test_no_rows_are_no_lines_but_a_header() -> None:
    assert rendered(sheet(), "csv") == "thing,n,flag\n"
    assert rendered(sheet(), "jsonl") == ""
    assert json.loads(rendered(sheet(), "json")) == []


def test_markdown_links_labels_and_keeps_its_columns() -> None:
    risky = sheet((Cell(THING, "a|b [c]"), Cell(literal(1)), Cell(YES, "ja")))
    line = rendered(risky, "md").splitlines()[-1]
    assert line == "| [a\\|b \\[c\\]](<https://example.org/a>) | 1 | ja |"


def test_turtle_is_a_result_set_that_can_be_read_back() -> None:
    quads = rdf.parse(rendered(FULL, "ttl").encode(), "ttl")
    space = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
    assert len({s for s, p, _, _ in quads if p.value == space + "value"}) == 5
    assert not [term for quad in quads for term in quad[:3] if term.kind == "bnode"]


def test_a_table_lines_up_and_drops_what_is_empty() -> None:
    rows = [(Cell(THING, "En"), Cell(), Cell(YES, "ja")), (Cell(literal("To")), Cell(), Cell())]
    assert rendered(sheet(*rows), "table").splitlines() == ["Ting  Merket", "En    ja", "To    -"]


def test_a_row_that_does_not_fit_becomes_a_card() -> None:
    columns = tuple(Column(f"c{n}", f"Kolonne {n}") for n in range(9))
    row = tuple(Cell(literal(f"{'ord ' * 4}{n}")) for n in range(8))
    wide = Sheet("rows", columns, [(*row, Cell(NO, "nei")), (*row, Cell(YES, "ja"))])
    lines = rendered(wide, "table").splitlines()
    assert lines[0] == "1. ord ord ord ord 0"
    assert max(len(line) for line in lines) <= 80
    first, second = "\n".join(lines).split("2. ")
    assert "Kolonne 8" not in first
    assert second.rstrip().endswith("Kolonne 8")


def test_a_grouped_sheet_says_its_first_column_once() -> None:
    rows = [
        (Cell(literal(name)), Cell(literal(n)), Cell(YES, "ja"))
        for name, n in (("En", 1), ("En", 2), ("To", 3))
    ]
    assert rendered(sheet(*rows, grouped=True), "table").splitlines() == [
        "  Antall  Merket",
        "En",
        "       1  ja",
        "       2  ja",
        "To",
        "       3  ja",
    ]


def test_a_sheet_is_grouped_by_as_many_columns_as_it_says_also_in_cards() -> None:
    columns = tuple(Column(name, name.title()) for name in ("kind", "layer", "name", "about"))
    rows = [
        (Cell(literal("gap")), Cell(literal("legal")), Cell(literal("a-long-name" * 2)), Cell()),
        (Cell(literal("gap")), Cell(), Cell(literal("b")), Cell(literal("ord " * 60))),
    ]
    table = Sheet("rows", columns, [(*row[:3], Cell(literal("x"))) for row in rows], grouped=2)
    assert [line for line in rendered(table, "table").splitlines() if line[0] != " "] == [
        "gap · legal",
        "gap",
    ]
    cards = rendered(Sheet("rows", columns, rows, grouped=2), "table").splitlines()
    assert [line for line in cards if line[0] != " "] == [
        "gap · legal",
        "1. a-long-namea-long-name",
        "gap",
        "2. b",
    ]


def test_a_word_is_broken_only_where_it_is_longer_than_a_line() -> None:
    ministry = "Digitaliserings- og forvaltningsdepartementet"
    columns = (Column("a", "A"), Column("b", "B"), Column("c", "C"))
    rows = [(Cell(literal(ministry)), Cell(literal(ministry)), Cell(literal("en " * 12)))]
    for width in (40, 60, 80):
        shown = rendered(Sheet("rows", columns, rows), "table", Style(width=width))
        assert shown.count("forvaltningsdepartementet") == 2
    alone = Sheet("rows", columns[:1], [(Cell(literal("arbeids" * 7 + "givar")),)])
    assert rendered(alone, "table", Style(width=40)).splitlines() == [
        "  · arbeidsarbeidsarbeidsarbeidsarbeids-",
        "    arbeidsarbeidsgivar",
    ]


def test_a_name_that_is_typed_gets_no_hyphen_of_ours() -> None:
    name = "confidential-data-without-disclosure-rule-of-any-kind-at-all"
    lines = rendered(sheet((Cell(literal(name)), Cell(), Cell())), "table", Style(width=40))
    assert "".join(line.strip() for line in lines.splitlines()).endswith(name)
    whole = rendered(sheet((Cell(literal(name)), Cell(), Cell())), "table", Style(width=80))
    assert name in whole


def test_a_long_list_is_cut_with_a_word_and_a_whole_one_never() -> None:
    rows = [(Cell(literal(str(n))), Cell(), Cell()) for n in range(9)]
    style = Style(limit=3, cut=lambda shown, total: f"{shown} av {total}")
    assert rendered(sheet(*rows), "table", style).splitlines()[-1] == "3 av 9"
    assert len(rendered(sheet(*rows, whole=True), "table", style).splitlines()) == 9


def test_brackets_in_texts_are_no_markup() -> None:
    row = (Cell(literal("[bold]x[/bold] :smile:")), Cell(), Cell())
    shown = rendered(sheet(row), "table", Style(terminal=True))
    assert "[bold]x[/bold] :smile:" in shown
    steering = rendered(sheet((Cell(literal("a\x1b[2Jb")), Cell(), Cell())), "table")
    assert "\x1b" not in steering


_CELLS = st.one_of(
    st.just(Cell()),
    st.builds(lambda text: Cell(literal(text)), st.text(max_size=40)),
    st.builds(lambda text: Cell(THING, text or None), st.text(max_size=40)),
    st.builds(lambda n: Cell(literal(n)), st.integers()),
    st.sampled_from([Cell(YES, "ja"), Cell(NO, "nei")]),
)


@given(rows=st.lists(st.tuples(_CELLS, _CELLS, _CELLS), max_size=6))
def test_no_value_breaks_a_format(rows: list[tuple[Cell, Cell, Cell]]) -> None:
    for output in FORMATS:
        if output != "ttl":
            rendered(sheet(*rows), output)
    read = list(csv.reader(io.StringIO(rendered(sheet(*rows), "csv"), newline="")))
    assert len(read) == len(rows) + 1
    assert len(rendered(sheet(*rows), "jsonl").split("\n")) == len(rows) + 1


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@given(rows=st.lists(st.tuples(_CELLS, _CELLS, _CELLS), max_size=4))
def test_no_table_is_wider_than_asked(width: int, rows: list[tuple[Cell, Cell, Cell]]) -> None:
    for line in rendered(sheet(*rows), "table", Style(width=width)).splitlines():
        assert len(line) <= width


def test_nothing_in_a_value_steers_a_terminal() -> None:
    from graph.render.lines import unsteered

    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    hostile = "\x1b[31mrød\x07 \x9b2J \u202eavtsnu"
    screen, pipe = Screen(), io.StringIO()
    for out in (screen, pipe):
        with unsteered(out) as there:
            there.write(f"{hostile}\nlinje to\n")
    assert pipe.getvalue() == f"{hostile}\nlinje to\n"
    assert all(sign == "\n" or sign.isprintable() for sign in screen.getvalue())
    assert screen.getvalue().splitlines()[1] == "linje to"
