"""Gaps as documents: rows with names, counts, reasons, sums, and how two columns cross.

The numbers are those of `graph.gaps`, which the command line shows; nothing is counted anew.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graph import gaps, options
from graph.catalog import text_in
from graph.describe import alphabetical
from graph.gaps import CERTAINTIES, SUMS, Answer, Gap
from graph.messages import load
from graph.options import Option
from graph.query import LAYER_IRIS, LAYERS, SEVERITIES, Query
from graph.reasons import find_one
from graph.scorecard import Card, scorecard, sentence
from graph.serving.records import whole
from graph.serving.snapshot import Snapshot
from graph.serving.vocabulary import ENVELOPE, layer_in, value_of
from graph.terms import LGID, SH, Term, literal, local_name

_LAYERS = {iri: name for name, iri in LAYER_IRIS.items()}
_TAKEN = frozenset({*ENVELOPE, "key", "certainty_label"})
_HEAD = ("focus", "certainty", "layer")
KINDS = ("Gap", "OpenQuestion")
"""The classes of what is found: what is lacking, and what nobody has reported."""
_SEVERITY_IRIS = {name: SH + name.capitalize() for name in SEVERITIES}
GRADES: Mapping[str, str] = {
    **{name: f"{LGID}certainty/{name}" for name in CERTAINTIES},
    **_SEVERITY_IRIS,
}
"""How sure and how grave, as IRIs."""
SHARED = ("layer", "certainty", "severity", "query")
"""What every row has, besides the columns of its query."""


@dataclass(frozen=True)
class Choice:
    """What is asked of the gaps: a day, and what the rows must hold; empty is any."""

    day: datetime.date
    layer: str | None = None
    certainties: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    wanted: Mapping[str, Term] = field(default_factory=dict)

    @property
    def key(self) -> tuple[object, ...]:
        """Tell one choice from another."""
        wanted = tuple(sorted(self.wanted.items()))
        return (self.day, self.layer, self.certainties, self.severities, self.names, wanted)


@dataclass(frozen=True)
class Found:
    """The answers of the queries asked, and the names of those that cannot be asked so."""

    answers: tuple[Answer, ...]
    passed: tuple[str, ...]

    @property
    def rows(self) -> list[Gap]:
        """Give every row, by layer and query, in the order of the queries."""
        return [gap for answer in self.answers for gap in answer.gaps]


def options_of(queries: Sequence[Query], columns: bool = True) -> list[Option]:
    """Give what one may choose by: the parameters in the headers and, if asked for, the columns."""
    return options.of(queries, columns)


def find(now: Snapshot, choice: Choice) -> Found:
    """Ask the gap queries of a choice, once for each version."""
    return now.chosen(("gaps", choice.key), lambda: _find(now, choice))


def _find(now: Snapshot, choice: Choice) -> Found:
    chosen = gaps.choose(now.queries("gaps"), choice.layer, choice.names)
    answers, passed = [], []
    for query in chosen:
        if choice.severities and query.severity not in choice.severities:
            continue
        answer = gaps.find(
            now.ask, query, choice.day, choice.wanted, choice.certainties, choice.layer
        )
        if answer is None:
            passed.append(query.name)
        else:
            # One without rows counts: which columns a table has must not hang on what is found.
            answers.append(answer)
    return Found(tuple(answers), tuple(passed))


def counts(rows: Iterable[Gap]) -> dict[str, dict[str, int]]:
    """Count different gaps, not rows, by layer, severity and certainty."""
    seen: dict[str, dict[str, set[str]]] = {
        "layer": {name: set() for name in LAYERS},
        "severity": {name: set() for name in SEVERITIES},
        "certainty": {name: set() for name in CERTAINTIES},
    }
    for gap in rows:
        for kind, value in (
            ("layer", gap.layer),
            ("severity", gap.query.severity),
            ("certainty", gap.certainty),
        ):
            if value:
                seen[kind][value].add(gap.id)
    return {kind: {name: len(ids) for name, ids in found.items()} for kind, found in seen.items()}


def rows_of(now: Snapshot, rows: Sequence[Gap], lang: str) -> list[dict[str, Any]]:
    """Give rows as documents have them: what is lacking, how sure that is, and who is in it."""
    texts = load(lang)
    kinds = gaps.kinds(now.ask, (gap.values["focus"] for gap in rows))
    terms = [term for gap in rows for term in gap.values.values()]
    names = now.names([*terms, *kinds.values()], lang)

    made = []
    for gap in rows:
        focus = gap.values["focus"]
        kind = kinds.get(focus)
        told: dict[str, Any] = {
            "key": gap.id,
            "label": names.get(focus, focus.value),
            "layer": layer_in(gap.layer, lang),
            "severity": gap.query.severity,
            "certainty": gap.certainty,
            "certainty_label": texts[f"certainty.{gap.certainty}"],
            "query": {"name": gap.query.name, "title": text_in(gap.query.title, lang)},
            "focus": {
                **value_of(focus, names),
                **({"kind": names.get(kind, local_name(kind.value))} if kind else {}),
            },
        }
        columns = (name for name in gap.query.columns if name not in _HEAD)
        told |= {
            shown(name): value_of(gap.values[name], names) for name in columns if name in gap.values
        }
        made.append(told)
    return made


def table(
    now: Snapshot, found: Found, rows: Sequence[Gap], lang: str
) -> tuple[list[str], list[list[str]]]:
    """Give rows as a table for programs, as the command line has it: IRIs, each with its name.

    The columns are those that the queries asked have in common, the same on every page.
    """
    shared = gaps.shared_columns([answer.query for answer in found.answers])
    iris = {
        name
        for name in shared
        if any(told and told.kind == "iri" for told in (row.values.get(name) for row in found.rows))
    }
    kinds = gaps.kinds(now.ask, (row.values["focus"] for row in rows))
    names = now.names([*kinds.values(), *(t for row in rows for t in row.values.values())], lang)
    heads = ["id", "query", "layer", "severity", "kind", *(["kindLabel"] if found.rows else [])]
    for name in shared:
        heads += [name, f"{name}Label"] if name in iris else [name]
    cells = []
    for row in rows:
        kind = kinds.get(row.values["focus"])
        cells.append([row.id, row.query.name, row.layer or "", row.query.severity or ""])
        cells[-1] += [kind.value, names.get(kind, "")] if kind else ["", ""]
        for name in shared:
            told = row.values.get(name)
            cells[-1].append(told.value if told else "")
            if name in iris:
                cells[-1].append(names.get(told, "") if told else "")
    return heads, cells


def kind_of(certainty: str) -> str:
    """Name the class of a row: what nobody has reported is a question, and never a lack."""
    return KINDS[certainty == CERTAINTIES[-1]]


def shown(column: str) -> str:
    """Give the member that holds a column: by its name, unless documents have one of that name."""
    return f"column_{column}" if column in _TAKEN else column


def reasons(now: Snapshot, key: str, day: datetime.date, lang: str) -> dict[str, Any]:
    """Give one gap with what it is asked for, why, what would close it, and what it rests on.

    UnknownName, with the nearest names, when there is no such gap on that day.
    """
    # Where life events differ, the surest of its rows is what is known of the gap.
    rows = find_one(
        now.queries("gaps"), key, lambda one: find(now, Choice(day, names=(one.name,))).rows
    )
    query = rows[0].query
    made = rows_of(now, rows, lang)
    first = made[0]
    names = now.names(query.measures, lang)
    about = whole(now, rows[0].values["focus"], lang)
    return {
        "key": key,
        "label": first["label"],
        "layer": first["layer"],
        "severity": first["severity"],
        "certainty": first["certainty"],
        "certainty_label": first["certainty_label"],
        "query": first["query"],
        "why": text_in(query.why, lang),
        "remedy": text_in(query.remedy, lang),
        "measures": [
            {"id": one.value, "label": names.get(one, one.value)} for one in query.measures
        ],
        "focus": first["focus"],
        "rows": made,
        "sources": about["sources"],
    }


def sums(
    now: Snapshot, day: datetime.date, wanted: Mapping[str, Term], name: str | None, lang: str
) -> dict[str, Any]:
    """Give the sums of needs by life event and layer, as `livsgraf gaps --summary` has them."""
    summary = gaps.summarise(now.ask, now.query(gaps.STATES), day, wanted, name)
    terms = [line.event for line in summary.lines]
    names = now.names([*terms, *summary.outside], lang)

    def line(one: gaps.Line) -> dict[str, Any]:
        return {
            "event": one.event and {"id": one.event.value, "label": names.get(one.event, "")},
            "layer": layer_in(_LAYERS.get(one.layer.value) if one.layer else None, lang),
            "n": one.n,
            **{total: one.count(total) for total in SUMS},
            "missing_by_certainty": {sure: one.lacking(sure) for sure in CERTAINTIES},
        }

    return {
        "items": [line(one) for one in summary.lines],
        "totals": [line(one) for one in summary.totals],
        "outside": [
            {"id": state.value, "label": names.get(state, state.value), "count": n}
            for state, n in summary.outside.items()
        ],
        "doubted": summary.doubted,
    }


def cards(
    now: Snapshot, day: datetime.date, wanted: Mapping[str, Term], lang: str
) -> dict[str, Any]:
    """Give the scorecard of a day, as `livsgraf scorecard` has it."""
    made = now.chosen(
        ("scorecard", day, tuple(sorted(wanted.items()))),
        lambda: scorecard(now.ask, now.query(gaps.STATES), now.queries("gaps"), day, wanted),
    )
    names = now.names([*(card.event for card in made.cards), *made.outside], lang)
    texts = load(lang)

    def told(card: Card) -> dict[str, Any]:
        return {
            "event": card.event and {"id": card.event.value, "label": names.get(card.event, "")},
            "layer": layer_in(card.layer, lang),
            "n": card.n,
            **card.sums,
            "missing_by_certainty": {sure: card.missing.get(sure, 0) for sure in CERTAINTIES},
            "found_by_certainty": {sure: card.found.get(sure, 0) for sure in CERTAINTIES},
            "sentence": sentence(card, texts),
        }

    ordered = sorted(
        made.cards,
        key=lambda card: (
            card.event is None,
            alphabetical(names.get(card.event, "") if card.event else ""),
        ),
    )
    return {
        "items": [told(card) for card in ordered],
        "outside": [
            {"id": state.value, "label": names.get(state, state.value), "count": n}
            for state, n in made.outside.items()
        ],
        "doubted": made.doubted,
    }


CARD_HEADS = (
    *("event", "eventLabel", "layer", "layerLabel", "n", *SUMS[:3]),
    *(f"missing-{sure}" for sure in CERTAINTIES),
    SUMS[-1],
    *(f"found-{sure}" for sure in CERTAINTIES),
    "sentence",
)
"""The columns of a scorecard as a table, as on the command line."""


def card_cells(item: Mapping[str, Any]) -> list[str]:
    """Give the cells of one card of `cards` under `CARD_HEADS`."""
    event = item["event"] or {"id": "", "label": ""}
    told = [event["id"], event["label"], item["layer"]["id"], item["layer"]["label"], item["n"]]
    told += [item[name] for name in SUMS[:3]]
    told += [item["missing_by_certainty"][sure] for sure in CERTAINTIES]
    told += [item[SUMS[-1]], *(item["found_by_certainty"][sure] for sure in CERTAINTIES)]
    return [str(cell) for cell in (*told, item["sentence"])]


def crossed(
    now: Snapshot, found: Found, across: str, down: str, lang: str
) -> tuple[list[dict[str, Any]], list[str]]:
    """Count different gaps by what stands in two columns; tell which queries have not both.

    Each cell splits by certainty: what nobody has reported is never among what is missing.
    """
    cells: dict[tuple[Term, Term], dict[str, set[str]]] = {}
    without = []
    for answer in found.answers:
        if not {across, down} <= {*answer.query.columns, *SHARED}:
            without.append(answer.query.name)
            continue
        for gap in answer.gaps:
            pair = _stands(gap, down), _stands(gap, across)
            if pair[0] and pair[1]:
                cell = cells.setdefault((pair[0], pair[1]), {})
                cell.setdefault(gap.certainty, set()).add(gap.id)
    names = now.names([term for pair in cells for term in pair], lang)
    texts = load(lang)
    titles = {answer.query.name: text_in(answer.query.title, lang) for answer in found.answers}

    def told(column: str, term: Term) -> dict[str, Any]:
        value = value_of(term, names)
        if column == "severity":
            word = next(name for name, iri in _SEVERITY_IRIS.items() if iri == term.value)
            return {"id": term.value, "label": texts[f"severity.{word}"]}
        if isinstance(value, dict):
            return value
        if isinstance(value, bool):
            return {"value": value, "label": texts["says.yes" if value else "says.no"]}
        label = titles.get(term.value, term.value) if column == "query" else term.value
        return {"value": value, "label": label}

    made = [
        {
            "row": told(down, row),
            "column": told(across, column),
            **{sure: len(cell.get(sure, ())) for sure in CERTAINTIES},
        }
        for (row, column), cell in cells.items()
    ]
    return sorted(made, key=lambda one: (one["row"]["label"], one["column"]["label"])), without


def _stands(gap: Gap, column: str) -> Term | None:
    """Give what stands in a column of a row, those included that every row has."""
    if column == "query":
        return literal(gap.query.name)
    if column == "layer":
        return Term("iri", LAYER_IRIS[gap.layer]) if gap.layer else None
    if column == "certainty":
        return Term("iri", GRADES[gap.certainty])
    if column == "severity":
        return Term("iri", GRADES[gap.query.severity]) if gap.query.severity else None
    return gap.values.get(column)
