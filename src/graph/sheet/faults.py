"""Faults of single cells, as findings with the words to mend them in three languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graph.findings import Finding, Place, Severity, Texts, pick
from graph.messages import load
from graph.sheet.cells import Cell, Fault, to_cell, wanted
from graph.sheet.headings import heading
from graph.sheet.known import Known
from graph.sheet.model import Column
from graph.terms import BASE, LANGUAGES, Term

RULES = BASE + "cell#"


@dataclass(frozen=True)
class Where:
    """The thing and the cell that a fault is about."""

    thing: str
    place: Place
    label: Texts
    kind: str | None = None
    kind_label: Texts | None = None
    lang: str = LANGUAGES[0]


def finding(
    fault: Fault,
    where: Where,
    column: Column | None = None,
    known: Known | None = None,
    severity: Severity = "violation",
) -> Finding:
    """Tell a fault as a finding: what is wrong, what should stand there, how to mend it."""
    message, fix, expected = {}, {}, {}
    for lang in LANGUAGES:
        texts = load(lang)
        near = ", ".join(texts.text("sheet.quoted", text=name) for name in fault.near)
        values = {
            "value": _cut(fault.value),
            "near": near,
            "row": fault.row,
            "group": pick(column.group, lang) if column else "",
            "column": heading(column, lang) if column else "",
        }
        message[lang] = texts.text(f"sheet.fault.{fault.code}", **values)
        nearby = texts.maybe(f"sheet.fix.{fault.code}-near", **values) if near else None
        fix[lang] = nearby or texts.text(f"sheet.fix.{fault.code}", **values)
        if column is not None:
            expected[lang] = " ".join(texts[key] for key in wanted(column))
    return Finding(
        rule=RULES + fault.code,
        severity=severity,
        focus=where.thing,
        message=message,
        label=where.label,
        kind=where.kind,
        kind_label=where.kind_label or {},
        path=column.path or None if column else None,
        path_label={lang: heading(column, lang) for lang in LANGUAGES} if column else {},
        value=Term("literal", fault.value) if fault.value else None,
        expected=expected,
        fix=fix,
        example=shown(column, known, where.lang) if column else None,
        source=where.place.file,
        place=where.place,
    )


def shown(column: Column, known: Known | None, lang: str = LANGUAGES[0]) -> str | None:
    """Write what a column's example looks like in a cell."""
    cell = written(column.example, column, known or Known(), lang)
    return None if cell is None else str(cell)


def written(values: Sequence[Term], column: Column, known: Known, lang: str) -> Cell:
    """Write an example as one cell; a thing that only the same file has is written by its title."""
    if column.choice and len(values) == 1 and values[0].kind == "literal":
        return values[0].value
    return to_cell(values, column, known, lang)


def in_example(column: Column, known: Known | None, lang: str = LANGUAGES[0]) -> str | None:
    """Write what stands in a column of the row that is only an example."""
    return shown(replace(column, example=column.sample), known, lang)


def _cut(text: str, wide: int = 80) -> str:
    line = " ".join(text.split())
    return line if len(line) <= wide else f"{line[: wide - 1]}…"
