"""Days in a cell: as people write them, in three languages; what may be two days is refused."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.findings import Place
from graph.messages import load
from graph.sheet.cells import Cell, Got, from_cell
from graph.sheet.days import counted, day_of, fault_of
from graph.sheet.faults import Where, finding
from graph.sheet.model import Column
from graph.terms import LANGUAGES, XSD, Term

COLUMN = Column("https://example.org/day", "date", {"nb": "dag", "nn": "dag", "en": "day"})


def read(cell: Cell) -> Got:
    """Read a cell of the column."""
    return from_cell(cell, COLUMN, lambda *_: set())


@given(st.dates(datetime.date(1900, 3, 1)), st.sampled_from(LANGUAGES))
def test_a_day_is_read_however_it_is_written(day: datetime.date, lang: str) -> None:
    """Numbers in our order, digits alone, and the month by name or its first letters."""
    month = load(lang)["sheet.months"].split()[day.month - 1]
    written = [
        day.isoformat(),
        f"{day.isoformat()}T00:00:00",
        f"{day.isoformat()} 00:00:00",
        f"{day.day}.{day.month}.{day.year}",
        f"{day.day:02}. {day.month:02}. {day.year}",
        *(f"{day.day}{dot} {name} {day.year}" for dot in (".", "") for name in (month, month[:3])),
        f"{month.upper()} {day.day}, {day.year}",
    ]
    if day.year < 2100:
        written.append(day.strftime("%Y%m%d"))
    for text in written:
        assert day_of(text) == day, text


@pytest.mark.parametrize(
    ("cell", "code", "near"),
    [
        ("1.5.26", "short-year", ("2026-05-01",)),
        ("1. mai 26", "short-year", ("2026-05-01",)),
        ("1.5.'85", "short-year", ("1985-05-01",)),
        ("31.02.2026", "no-such-day", ()),
        ("31. februar 2026", "no-such-day", ()),
        ("20260231", "no-such-day", ()),
        ("30.2.26", "not-a-date", ()),
        ("2. maj 2026", "not-a-date", ()),
        ("05/01/2026", "not-a-date", ()),
        ("i går", "not-a-date", ()),
        (46143, "number-for-date", ("2026-05-01",)),
        (46143.5, "number-for-date", ()),
        (12, "number-for-date", ()),
        (True, "not-a-date", ()),
        (datetime.datetime(2026, 5, 1, 12, 30), "with-time", ("2026-05-01",)),
    ],
)
def test_what_may_be_another_day_is_a_fault_with_the_day_that_may_be_meant(
    cell: Cell, code: str, near: tuple[str, ...]
) -> None:
    """Nothing is guessed in silence; every fault has its words in three languages."""
    got = read(cell)
    assert got.terms == []
    assert [(fault.code, fault.near) for fault in got.faults] == [(code, near)]
    told = finding(got.faults[0], Where("https://example.org/x", Place("x.xlsx"), {}), COLUMN)
    for lang in LANGUAGES:
        assert "{" not in told.message[lang] + told.fix[lang]
        assert not told.message[lang].startswith("sheet.")
        assert not told.fix[lang].startswith("sheet.")
        for day in near:
            assert day in told.fix[lang]


@pytest.mark.parametrize("cell", [20260501, "1. mai 2026", "2026-05-01"])
def test_digits_alone_and_names_are_days(cell: Cell) -> None:
    """A number of eight digits is a day, whether it is kept as a text or not."""
    assert read(cell).terms == [Term("literal", "2026-05-01", XSD + "date")]


def test_the_counted_day_is_the_one_a_workbook_means() -> None:
    """The same day that the library would make of the number."""
    from openpyxl.utils.datetime import from_excel

    for number in (20_000, 46_143, 60_000):
        assert counted(number) == from_excel(number).date()  # type: ignore[no-untyped-call]
    assert counted(100) is None
    assert fault_of("99.99.99") == ("not-a-date", None)
