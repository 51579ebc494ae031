"""Life event × EIF layer: how much is in place, what is missing, what nobody has reported.

A layer is counted in needs where the question of their states gives it, each need once by the
highest step that a source supports; the sums then add up to n. A layer that no need has a state in
is counted by what its gap queries find, and never in needs.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graph import gaps
from graph.gaps import CERTAINTIES, SUMS, Wanted
from graph.messages import Messages
from graph.query import LAYER_IRIS, LAYERS, Query
from graph.terms import Rows, Term

Ask = Callable[[str], Rows]

_LAYERS = {iri: name for name, iri in LAYER_IRIS.items()}
_OPEN = SUMS[-1]


@dataclass(frozen=True)
class Card:
    """One life event in one layer; None is all of them, with each need counted once.

    `sums` holds each of `SUMS`, in needs, and `n` is their sum. `missing` splits the missing by how
    sure that is. `found` is empty, but where the layer is not counted in needs: then it holds how
    many different gaps there are of each certainty, and `n` is 0.
    """

    event: Term | None
    layer: str
    n: int
    sums: Mapping[str, int]
    missing: Mapping[str, int]
    found: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Scorecard:
    """The cards by life event and layer, those of all life events last, and what is not in them.

    `outside` counts needs that ask nothing of anybody else, by their state; `doubted` those among
    the not reported that a second reader doubts.
    """

    cards: tuple[Card, ...]
    outside: Mapping[Term, int]
    doubted: int


def scorecard(
    ask: Ask,
    states: Query,
    queries: Iterable[Query],
    day: datetime.date,
    wanted: Wanted | None = None,
) -> Scorecard:
    """Count a day's states and gaps.

    Args:
        ask: runs a query on the store.
        states: the question of the needs' states.
        queries: the gap queries, for the layers that are not counted in needs.
        day: the day asked about.
        wanted: what chooses, as for `gaps.summarise`; a life event leaves one line of events.
    """
    summary = gaps.summarise(ask, states, day, wanted)
    lines = {
        (line.event, _LAYERS[line.layer.value]): line
        for line in (*summary.lines, *summary.totals)
        if line.layer is not None and line.layer.value in _LAYERS
    }
    counted = {layer for _, layer in lines}
    rest = [layer for layer in LAYERS if layer not in counted]
    found = _found(ask, list(queries), rest, day, wanted)
    events: list[Term | None] = list(dict.fromkeys(line.event for line in summary.lines))
    if len(events) != 1:
        events.append(None)
    cards = []
    for event in events:
        for layer in LAYERS:
            line = lines.get((event, layer))
            if line is None:
                ids = found.get((event, layer), {})
                told = {sure: len(ids.get(sure, ())) for sure in CERTAINTIES}
                nothing = dict.fromkeys(SUMS, 0)
                cards.append(Card(event, layer, 0, nothing, {}, told))
                continue
            sums = {name: line.count(name) for name in SUMS}
            missing = {sure: line.lacking(sure) for sure in CERTAINTIES}
            cards.append(Card(event, layer, line.n, sums, missing))
    return Scorecard(tuple(cards), summary.outside, summary.doubted)


def _found(
    ask: Ask,
    queries: Sequence[Query],
    layers: Sequence[str],
    day: datetime.date,
    wanted: Wanted | None,
) -> dict[tuple[Term | None, str], dict[str, set[str]]]:
    """Find the gaps of some layers, by life event; a gap of several is in each, and once in all."""
    found: dict[tuple[Term | None, str], dict[str, set[str]]] = {}
    for layer in layers:
        for query in gaps.choose(queries, layer):
            answer = gaps.find(ask, query, day, wanted, (), layer)
            for gap in answer.gaps if answer else ():
                if gap.layer != layer:
                    continue
                for event in {None, gap.values.get("event")}:
                    cell = found.setdefault((event, layer), {})
                    cell.setdefault(gap.certainty, set()).add(gap.id)
    return found


def sentence(card: Card, texts: Messages) -> str:
    """Say a card in one plain sentence: first what nobody has reported, then what is missing."""
    if not card.n:
        parts = [texts.text(f"scorecard.found-{sure}", n=n) for sure, n in card.found.items() if n]
        if not parts:
            return texts["scorecard.nothing"]
        return texts.text("scorecard.found", parts=_joined(parts, texts))
    parts = [_part("whole", card.sums["whole"], texts, of=card.n)]
    parts += [
        _part(name, card.sums[name], texts)
        for name in (_OPEN, "partly", "permitted")
        if card.sums[name]
    ]
    if card.sums["missing"]:
        sure = [texts.text(f"scorecard.sure-{s}", n=n) for s, n in card.missing.items() if n]
        parts.append(_part("missing", card.sums["missing"], texts, sure=_joined(sure, texts)))
    said = _joined(parts, texts)
    return said[0].upper() + said[1:] + "."


def _part(name: str, n: int, texts: Messages, **values: object) -> str:
    return texts.text(f"scorecard.{name}-one" if n == 1 else f"scorecard.{name}", n=n, **values)


def _joined(parts: Sequence[str], texts: Messages) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return texts.text("scorecard.and", first=", ".join(parts[:-1]), last=parts[-1])
