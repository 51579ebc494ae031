"""Who gives × who gets, in flows: how many are needed, and how many are missing or not reported.

What may stand along the sides is read from the columns of the question: each pair of columns that
ask the same of the one who gives and of the one who gets, such as the sector of both.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from graph.catalog import kebab
from graph.gaps import CERTAINTIES, SUMS, Wanted, bound
from graph.query import Query
from graph.terms import Rows, Term, local_name

Ask = Callable[[str], Rows]

STATES = "flow-states"
"""The question that gives each flow's state on a date, by life event."""
_GIVES, _GETS = "provider", "consumer"
_OPEN, _MISSING = SUMS[-1], "missing"


@dataclass(frozen=True)
class Side:
    """A pair of columns to cross: what it is called in a command, and the two columns."""

    word: str
    gives: str
    gets: str


@dataclass(frozen=True)
class Cell:
    """The different flows between two, by `SUMS`, and the missing by how sure that is."""

    sums: Mapping[str, int]
    missing: Mapping[str, int]

    @property
    def needed(self) -> int:
        """How many flows there are, which the sums add up to."""
        return sum(self.sums.values())

    @property
    def lacking(self) -> int:
        """How many are missing or not reported."""
        return self.sums[_MISSING] + self.sums[_OPEN]


@dataclass(frozen=True)
class Matrix:
    """A grid: who gives downwards, who gets across; None stands for what is not known.

    Those with most missing come first, then those with most not reported. A pair without a cell
    needs no flow that we know of. A flow that serves needs of two sectors stands in both cells, by
    the needs of each, and once in `total`, by all of them.
    """

    gives: tuple[Term | None, ...]
    gets: tuple[Term | None, ...]
    cells: Mapping[tuple[Term | None, Term | None], Cell]
    total: Cell


def sides(states: Query) -> list[Side]:
    """Give what the question lets us cross, in the order of its columns."""
    found = []
    for name in states.columns:
        rest = name.removeprefix(_GIVES)
        if rest and rest != name and _GETS + rest in states.columns:
            found.append(Side(kebab(rest[0].lower() + rest[1:]), name, _GETS + rest))
    return found


def matrix(
    ask: Ask, states: Query, side: Side, day: datetime.date, wanted: Wanted | None = None
) -> Matrix:
    """Cross the flows of a day.

    Args:
        ask: runs a query on the store.
        states: the question of the flows' states.
        side: what to cross, as `sides` gives it.
        day: the day asked about.
        wanted: what chooses, by the question's parameters.
    """
    # By flow: the place of its least covered need, how sure a lack is, and what it counts as.
    worst: dict[Term, tuple[int, int, str]] = {}
    between: dict[tuple[Term | None, Term | None], dict[Term, tuple[int, int, str]]] = {}
    for row in ask(bound(states, day, wanted or {})).dicts():
        flow, place = row["flow"], int(row["place"].value)
        sure = local_name(row["certainty"].value) if "certainty" in row else CERTAINTIES[-1]
        told = (place, CERTAINTIES.index(sure), local_name(row["sum"].value))
        here = between.setdefault((row.get(side.gives), row.get(side.gets)), {})
        for kept in (worst, here):
            kept[flow] = min(kept.get(flow, told), told)
    cells = {pair: _cell(flows.values()) for pair, flows in between.items()}
    return Matrix(_ordered(cells, 0), _ordered(cells, 1), cells, _cell(worst.values()))


def _cell(flows: Iterable[tuple[int, int, str]]) -> Cell:
    sums, missing = dict.fromkeys(SUMS, 0), dict.fromkeys(CERTAINTIES, 0)
    for _, sure, name in flows:
        sums[name] += 1
        missing[CERTAINTIES[sure]] += name == _MISSING
    return Cell(sums, missing)


def _ordered(
    cells: Mapping[tuple[Term | None, Term | None], Cell], at: int
) -> tuple[Term | None, ...]:
    def weight(term: Term | None) -> tuple[bool, int, int, int, str]:
        own = [cell for pair, cell in cells.items() if pair[at] == term]
        missing = sum(cell.sums[_MISSING] for cell in own)
        unsaid = sum(cell.sums[_OPEN] for cell in own)
        needed = sum(cell.needed for cell in own)
        return (term is None, -missing, -unsaid, -needed, term.value if term else "")

    return tuple(sorted({pair[at] for pair in cells}, key=weight))
