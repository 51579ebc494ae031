"""Why one gap is called a gap: its rows, what is written of it, and what is nearest to it.

What is asked beside the gap's own query are shipped questions; each is given those of the gap's
columns that its parameters are called by.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from graph import gaps
from graph.errors import UnknownName
from graph.gaps import CERTAINTIES, Gap, bound
from graph.query import Query
from graph.terms import Rows, Term

Ask = Callable[[str], Rows]
Row = Mapping[str, Term]

SOURCES, NEAREST = "sources-of", "nearest-arrangements"
"""The questions of what is written to back a thing, and of what may be a model."""
_NEAR = 3


@dataclass(frozen=True)
class Reason:
    """One gap with its reasons on a day.

    `rows` are the gap's own, the surest first. `backing` holds what is written to back the focus,
    by the columns of `SOURCES`. `models` holds what is most like what lacks, the likest first, by
    the columns of `NEAREST`; None where the gap has not what would be asked for.
    """

    rows: tuple[Gap, ...]
    backing: tuple[Row, ...]
    models: tuple[Row, ...] | None

    @property
    def surest(self) -> Gap:
        """The row that decides how sure the gap is."""
        return self.rows[0]


def find_one(
    queries: Sequence[Query], key: str, rows_of: Callable[[Query], Sequence[Gap]]
) -> tuple[Gap, ...]:
    """Give the rows of one gap, the surest first; UnknownName, with the nearest, for none.

    `rows_of` gives every row of a gap query.
    """
    name = key.partition(":")[0]
    query = next((one for one in queries if one.name == name), None)
    if query is None:
        known = [one.name for one in queries]
        raise UnknownName(key, "gap", difflib.get_close_matches(name, known, 3))
    every = rows_of(query)
    rows = [gap for gap in every if gap.id == key]
    if not rows:
        ids = list(dict.fromkeys(gap.id for gap in every))
        raise UnknownName(key, "gap", difflib.get_close_matches(key, ids, 3))
    return tuple(sorted(rows, key=lambda gap: CERTAINTIES.index(gap.certainty)))


def reasons(
    ask: Ask, queries: Sequence[Query], asked: Mapping[str, Query], key: str, day: datetime.date
) -> Reason:
    """Give one gap with its reasons.

    Args:
        ask: runs a query on the store.
        queries: the gap queries.
        asked: the questions `SOURCES` and `NEAREST` by name, those that there are.
        key: the gap's identifier.
        day: the day asked about.
    """

    def rows_of(query: Query) -> Sequence[Gap]:
        answer = gaps.find(ask, query, day)
        return answer.gaps if answer else ()

    rows = find_one(queries, key, rows_of)
    values = rows[0].values
    backing: list[Row] = []
    if SOURCES in asked:
        text = bound(asked[SOURCES], day, {"thing": values["focus"]})
        backing = [dict(row) for row in ask(text).dicts()]
    return Reason(rows, tuple(backing), _models(ask, asked.get(NEAREST), values, day))


def _models(
    ask: Ask, question: Query | None, values: Mapping[str, Term], day: datetime.date
) -> tuple[Row, ...] | None:
    if question is None or any(name not in values for name in question.parameters):
        return None
    wanted = {name: values[name] for name in question.parameters}
    found: dict[Term, Row] = {}
    for row in ask(bound(question, day, wanted)).dicts():
        # The likest stands first; one that gives to many is one model, by the first column.
        found.setdefault(row[next(iter(question.columns))], dict(row))
    return tuple(found.values())[:_NEAR]
