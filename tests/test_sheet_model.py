"""Which sheets and columns follow from shapes and words, without a class being known to us."""

from __future__ import annotations

import pytest

from graph.messages import load
from graph.sheet import load_model
from graph.sheet.headings import heading, headings
from graph.sheet.known import fold
from graph.sheet.template import need
from graph.terms import DCT, LANGUAGES, RDF_TYPE, Term
from sheetworld import EX, boats


def test_columns_stand_in_the_order_of_the_rules_and_extras_come_last() -> None:
    """The key and the class first, then sh:order, then what only the sheet asks for."""
    sheet = boats().sheets[0]
    own = [
        c.path.removeprefix(EX) for c in sheet.columns if not c.within and c.lang in (None, "nb")
    ]
    title = DCT + "title"
    expected = ["notes", "built", "active", "seats", "site", "harbour", "state", "route", "extra"]
    assert own == [DCT + "identifier", RDF_TYPE.value, title, *expected]
    assert [c.path.removeprefix(EX) for c in sheet.inner] == ["paper", "seen"]


def test_kinds_follow_from_datatypes_classes_and_code_lists() -> None:
    """Each column knows what may stand in its cells."""
    kinds = {c.path.removeprefix(EX): c for c in boats().sheets[0].columns}
    assert {name: kinds[name].kind for name in ("built", "active", "seats", "site", "notes")} == {
        "built": "date",
        "active": "boolean",
        "seats": "integer",
        "site": "address",
        "notes": "string",
    }
    assert kinds["harbour"].choice == ("things", EX + "Harbour")
    assert kinds["state"].choice == ("scheme", "https://w3id.org/livsgraf/id/state")
    assert kinds["paper"].makes == "paper"


def test_need_is_told_in_words_and_holds_for_the_class_it_is_asked_of() -> None:
    """A field that only ferries need is not asked of every boat."""
    sheet = boats().sheets[0]
    by_name = {c.path.removeprefix(EX): c for c in sheet.columns if c.lang in (None, "nb")}
    texts = load("nb")
    assert need(by_name["harbour"], texts) == "må fylles ut"
    assert need(by_name["route"], texts) == "må fylles ut når slag er ferge"
    assert need(by_name[DCT + "title"], texts) == "må fylles ut"
    assert need(by_name["notes"], texts) == "kan stå tomt"
    trip = {c.path.removeprefix(EX): c for c in boats().sheets[1].columns}
    assert need(trip["day"], texts) == "ett av feltene for «dag» må fylles ut"
    assert need(trip["dayUnknown"], texts) == "ett av feltene for «dag» må fylles ut"


def test_an_example_is_read_out_of_its_turtle() -> None:
    """The example of a rule becomes a value of the column."""
    column = next(c for c in boats().sheets[0].columns if c.path == DCT + "title")
    assert column.example == (Term("literal", "Måken", None, "nb"),)


@pytest.mark.parametrize("model", [boats(), load_model()], ids=["boats", "shipped"])
def test_no_heading_means_two_columns_in_any_language(model: object) -> None:
    """Whoever writes the headings in another language gets the same columns."""
    for sheet in model.sheets:  # type: ignore[attr-defined]
        known = headings(sheet)
        for lang in LANGUAGES:
            for column in sheet.columns:
                assert known[fold(heading(column, lang))] == column, (sheet.name, column.path)


def test_the_shipped_sheets_have_names_keys_and_owners_in_three_languages() -> None:
    """Every sheet is named in each language and can be filled for an organisation."""
    sheets = load_model().sheets
    assert len(sheets) >= 5
    for sheet in sheets:
        assert set(sheet.name) == set(LANGUAGES)
        assert sheet.pattern
        assert sheet.owners
        assert all(set(c.label) == set(LANGUAGES) for c in sheet.columns)
        assert all(len(name) <= 31 for name in sheet.name.values())
    folders = [sheet.space for sheet in sheets]
    assert len(set(folders)) == len(folders)
