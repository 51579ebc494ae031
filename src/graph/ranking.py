"""Gaps in the order of a stated rule, with what decides it side by side and no score.

First what is gravest, then what is surest, then what touches most life events, then what most
services rest on, then what leaves most members without cover; equals stand by name. A factor that
is not known counts as nothing, and is shown as not known.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from graph.gaps import CERTAINTIES, Answer, Gap, bound
from graph.query import SEVERITIES, Query
from graph.terms import Rows, Term

Ask = Callable[[str], Rows]

BEHIND = "services-behind"
"""The question of how many services rest on a thing."""


@dataclass(frozen=True)
class Ranked:
    """One gap with its factors; `row` is its surest. None is what is not known."""

    row: Gap
    events: tuple[Term, ...]
    services: int | None
    uncovered: int | None

    @property
    def place(self) -> tuple[int, int, int, int, int, str]:
        """What it is ordered by, the lowest first."""
        severity = self.row.query.severity
        return (
            SEVERITIES.index(severity) if severity else len(SEVERITIES),
            CERTAINTIES.index(self.row.certainty),
            -len(self.events),
            -(self.services or 0),
            -(self.uncovered or 0),
            self.row.id,
        )


def ranked(
    ask: Ask, answers: Iterable[Answer], behind: Query | None, day: datetime.date
) -> list[Ranked]:
    """Order the gaps of some answers, each once.

    Args:
        ask: runs a query on the store.
        answers: of the gap queries.
        behind: the question `BEHIND`, if there is one.
        day: the day asked about.
    """
    services = {}
    if behind is not None:
        rows = ask(bound(behind, day, {})).dicts()
        services = {row["thing"]: int(row["services"].value) for row in rows}
    gaps: dict[str, list[Gap]] = {}
    for answer in answers:
        for gap in answer.gaps:
            gaps.setdefault(gap.id, []).append(gap)
    found = [_one(rows, services.get(rows[0].values["focus"])) for rows in gaps.values()]
    return sorted(found, key=lambda one: one.place)


def _one(rows: list[Gap], services: int | None) -> Ranked:
    surest = min(rows, key=lambda gap: CERTAINTIES.index(gap.certainty))
    events = dict.fromkeys(gap.values["event"] for gap in rows if "event" in gap.values)
    return Ranked(surest, tuple(events), services, _uncovered(surest))


def _uncovered(gap: Gap) -> int | None:
    """Give how many members of a group are without cover, where the row counts them."""
    if "members" not in gap.values or "covered" not in gap.values:
        return None
    return int(gap.values["members"].value) - int(gap.values["covered"].value)
