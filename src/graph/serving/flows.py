"""Who gives × who gets as a document, as `livsgraf matrix` has it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from graph.catalog import text_in
from graph.gaps import CERTAINTIES, SUMS
from graph.matrix import STATES, Cell, Side, matrix
from graph.messages import load
from graph.serving.snapshot import Snapshot
from graph.terms import Term

HEADS = (
    *("gives", "givesLabel", "gets", "getsLabel", "needed", *SUMS[:3]),
    *(f"missing-{sure}" for sure in CERTAINTIES),
    SUMS[-1],
)
"""The columns of the matrix as a table, as on the command line."""


def crossing(
    now: Snapshot, side: Side, day: datetime.date, wanted: Mapping[str, Term], lang: str
) -> dict[str, Any]:
    """Give the pairs with flows, the sides in their order, and the total.

    A side of None is what is not known. A pair that is not among the items needs no flow that we
    know of.
    """
    question = now.query(STATES)
    made = now.chosen(
        ("matrix", side.word, day, tuple(sorted(wanted.items()))),
        lambda: matrix(now.ask, question, side, day, wanted),
    )
    names = now.names([*made.gives, *made.gets], lang)

    def told(term: Term | None) -> dict[str, str] | None:
        return term and {"id": term.value, "label": names.get(term, term.value)}

    return {
        "by": side.word,
        "gives": text_in(question.columns[side.gives], lang),
        "gets": text_in(question.columns[side.gets], lang),
        "rows": [told(term) for term in made.gives],
        "columns": [told(term) for term in made.gets],
        "sums": _sums(made.total),
        "items": [
            {"gives": told(gives), "gets": told(gets), **_sums(cell)}
            for gives in made.gives
            for gets in made.gets
            if (cell := made.cells.get((gives, gets))) is not None
        ],
    }


def cells(told: Mapping[str, Any], lang: str) -> list[list[str]]:
    """Give the rows of a matrix from `crossing` under `HEADS`, a pair that needs nothing too."""
    unknown = load(lang)["matrix.unknown"]
    nothing: dict[str, Any] = {"needed": 0, **dict.fromkeys(SUMS, 0)}
    nothing["missing_by_certainty"] = dict.fromkeys(CERTAINTIES, 0)
    by_pair = {(_id(item["gives"]), _id(item["gets"])): item for item in told["items"]}
    rows = []
    for gives in told["rows"]:
        for gets in told["columns"]:
            item = by_pair.get((_id(gives), _id(gets)), nothing)
            line = [*_two(gives, unknown), *_two(gets, unknown), item["needed"]]
            line += [item[name] for name in SUMS[:3]]
            line += [item["missing_by_certainty"][sure] for sure in CERTAINTIES]
            rows.append([str(cell) for cell in (*line, item[SUMS[-1]])])
    return rows


def _sums(cell: Cell) -> dict[str, Any]:
    return {"needed": cell.needed, **cell.sums, "missing_by_certainty": dict(cell.missing)}


def _id(side: Mapping[str, str] | None) -> str:
    return side["id"] if side else ""


def _two(side: Mapping[str, str] | None, unknown: str) -> tuple[str, str]:
    return (side["id"], side["label"]) if side else ("", unknown)
