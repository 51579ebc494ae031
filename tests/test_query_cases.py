"""Every query, in every situation that a case tells, on two engines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from casefolders import Case, Row, SecondEngine, cases, derive, on_first_engine, short

CASES = cases("queries")


@pytest.fixture(scope="module")
def second_engine() -> SecondEngine:
    return SecondEngine()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_query_case(case: Case, second_engine: SecondEngine, ran: Callable[[Case], None]) -> None:
    """The rows are the expected ones, and the two engines agree."""
    ran(case)
    assert not case.faults()
    columns, expected = case.expected()
    made = derive(case)
    first = on_first_engine(case, columns, made)
    assert first == expected, _difference(case, columns, expected, first)
    second = second_engine.answer(case, columns, made)
    assert second == first, "engines differ\n" + _difference(case, columns, first, second)


def _difference(
    case: Case, columns: tuple[str, ...], wanted: Counter[Row], found: Counter[Row]
) -> str:
    prefixes = case.prefixes()
    lines = [f"{case.name}: {', '.join(columns)}"]
    for title, rows in (("missing", wanted - found), ("not expected", found - wanted)):
        for row, count in sorted(rows.items()):
            told = ",".join(short(cell, prefixes) for cell in row)
            lines.append(f"  {title}{f' {count}x' if count > 1 else ''}: {told}")
    return "\n".join(lines)


def test_a_case_folder_holds_what_it_should_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "things" / "a"
    folder.mkdir(parents=True)
    case = Case("queries", folder)
    assert case.faults() == ["given.ttl is missing", "expected.csv is missing"]
    (folder / "expected.csv").write_text("focus\n", "utf-8")
    (folder / "given.ttl").write_text(
        "<https://example.org/a> a <https://example.org/B> .\n", "utf-8"
    )
    assert case.faults() == []
    (folder / "notes.txt").write_text("", "utf-8")
    assert case.faults() == ["notes.txt does not belong here"]
    (folder / "notes.txt").unlink()
    many = "".join(f"<https://real.no/{n}> a <https://example.org/B> .\n" for n in range(30))
    (folder / "given.ttl").write_text(many, "utf-8")
    assert len(case.faults()) == 31


def test_expected_cells_are_read_as_terms(tmp_path: Path) -> None:
    folder = tmp_path / "things" / "a"
    folder.mkdir(parents=True)
    (folder / "given.ttl").write_text("@prefix x: <https://example.org/x/> .\n", "utf-8")
    text = "a,b\nx:1,lgid:step/held\n<https://example.org/y>,NAV: en tekst\nx:1,lgid:step/held\n,\n"
    (folder / "expected.csv").write_text(text, "utf-8")
    columns, rows = Case("queries", folder).expected()
    assert columns == ("a", "b")
    assert rows == {
        ("https://example.org/x/1", "https://w3id.org/livsgraf/id/step/held"): 2,
        ("https://example.org/y", "NAV: en tekst"): 1,
        ("", ""): 1,
    }
