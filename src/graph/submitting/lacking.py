"""Which gaps there are before a change and after it, and which of them touch what was handed in."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graph import assets, gaps
from graph.gaps import CERTAINTIES, Gap
from graph.query import Query, load
from graph.receipt import Lacks
from graph.terms import Rows, Term

Ask = Callable[[str], Rows]
Found = Mapping[str, Gap]


def queries(root: Path | None = None) -> list[Query]:
    """Read every gap query."""
    return [load(path) for path in assets.files("gaps", root)]


def found(ask: Ask, asked: Sequence[Query], day: datetime.date) -> Found:
    """Run gap queries on a day; each gap once, by its name, as sure as any row says it is."""
    best: dict[str, Gap] = {}
    for query in asked:
        answer = gaps.find(ask, query, day)
        for gap in answer.gaps if answer else ():
            known = best.get(gap.id)
            if known is None or _sureness(gap) < _sureness(known):
                best[gap.id] = gap
    return best


def _sureness(gap: Gap) -> int:
    return CERTAINTIES.index(gap.certainty)


def is_lack(gap: Gap) -> bool:
    """Tell a gap from what nobody has reported: that is never called missing."""
    return gap.certainty != CERTAINTIES[-1]


@dataclass(frozen=True, slots=True)
class Shift:
    """One gap that came, went, or became more or less sure; None where it is not there."""

    before: Gap | None
    after: Gap | None

    @property
    def gap(self) -> Gap:
        """The gap as it is, or was."""
        kept = self.after or self.before
        if kept is None:
            raise ValueError("a shift of nothing")
        return kept


def shifts(before: Found, after: Found) -> tuple[Shift, ...]:
    """Give every gap whose certainty differs: those that closed, opened, changed; by name."""
    moved = []
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was is None or now is None or was.certainty != now.certainty:
            moved.append(Shift(was, now))
    return tuple(moved)


def counted(before: Found, after: Found, touched: Iterable[Term]) -> Lacks:
    """Count the gaps that touch some things, and all; name those that closed and opened.

    A gap touches a thing that it names, and every gap of a focus is touched of which one shifts.
    """
    things = set(touched) | {shift.gap.values["focus"] for shift in shifts(before, after)}

    def near(found: Found) -> int:
        return sum(
            is_lack(gap) and bool(things & set(gap.values.values())) for gap in found.values()
        )

    return Lacks(
        near(before),
        near(after),
        sum(map(is_lack, before.values())),
        sum(map(is_lack, after.values())),
        tuple(sorted(before.keys() - after.keys())),
        tuple(sorted(after.keys() - before.keys())),
    )
