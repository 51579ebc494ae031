"""Summaries and gaps → documents."""

from __future__ import annotations

import datetime
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from graph.catalog import text_in
from graph.cli.present import Names, capital, cell, is_number, measured, number, words
from graph.describe import alphabetical
from graph.gaps import CERTAINTIES, SUMS, Answer, Gap, Line, Summary
from graph.messages import Messages
from graph.query import LAYER_IRIS, Query
from graph.render import Cell, Column, Sheet
from graph.terms import Term, literal

_LAYERS = {iri: name for name, iri in LAYER_IRIS.items()}


@dataclass(frozen=True)
class Days:
    """The day asked about and the day to which the content is known."""

    asked: datetime.date
    data: datetime.date | None

    def line(self, texts: Messages) -> str:
        """Say both, and that nothing is known beyond the later one."""
        if self.data is None:
            return texts.text("gaps.asked_undated", date=self.asked)
        key = "gaps.beyond" if self.asked > self.data else "gaps.asked"
        return texts.text(key, date=self.asked, data=self.data)


def layer_name(layer: Term | None, names: Names, texts: Messages) -> str:
    """Name a layer briefly."""
    if layer is None:
        return texts["says.all"]
    return texts.maybe(f"layer.{_LAYERS.get(layer.value, '')}") or names.get(layer, layer.value)


def sums(summary: Summary, names: Names, texts: Messages) -> Sheet:
    """Give the sums by life event and layer, with the totals last."""
    events = {line.event for line in summary.lines}
    # Sorting keeps the order of the layers within each life event.
    lines = sorted(summary.lines, key=lambda line: alphabetical(_event_name(line, names, texts)))
    lines += summary.totals if len(events) != 1 else ()
    sure = [
        name
        for name in ("confirmed", "inferred", "not-reported")
        if name != "not-reported" or any(line.lacking(name) for line in summary.totals)
    ]
    counted = [
        *(Column(name, texts[f"gaps.{name}"], number=True) for name in ("n", *SUMS[:3])),
        *(Column(f"missing-{name}", texts[f"gaps.{_short(name)}"], number=True) for name in sure),
        Column(SUMS[-1], texts["gaps.reported"], number=True),
    ]
    columns = (
        Column("event", texts["gaps.event"]),
        Column("layer", texts["gaps.layer"]),
        *counted,
    )
    rows = [
        (
            Cell(line.event, _event_name(line, names, texts)),
            Cell(line.layer, layer_name(line.layer, names, texts)),
            number(line.n),
            *(number(line.count(name)) for name in SUMS[:3]),
            *(number(line.lacking(name)) for name in sure),
            number(line.count(SUMS[-1])),
        )
        for line in lines
    ]
    return Sheet(
        "summary",
        columns,
        rows,
        title=texts["gaps.summary"],
        notes=tuple(_below(summary, names, texts)),
        grouped=1,
        whole=True,
    )


def _event_name(line: Line, names: Names, texts: Messages) -> str:
    return names.get(line.event, line.event.value) if line.event else texts["says.all"]


def _short(certainty: str) -> str:
    return "other" if certainty == "not-reported" else certainty


def _below(summary: Summary, names: Names, texts: Messages) -> list[str]:
    lines = [texts["gaps.once"]] if len({line.event for line in summary.lines}) > 1 else []
    for total in summary.totals:
        lines.append(_readiness(total, names, texts))
    return lines + apart(summary.outside, summary.doubted, names, texts)


def apart(outside: Mapping[Term, int], doubted: int, names: Names, texts: Messages) -> list[str]:
    """Say what stands outside the sums, by its state, and how many needs are doubted."""
    lines = []
    if outside:
        parts = ", ".join(
            texts.text("gaps.outside_part", n=n, state=names.get(state, state.value))
            for state, n in outside.items()
        )
        lines.append(texts.text("gaps.outside", parts=parts))
    if doubted:
        key = "gaps.doubted_one" if doubted == 1 else "gaps.doubted"
        lines.append(texts.text(key, n=doubted, reported=texts["gaps.reported"]))
    return lines


def _readiness(line: Line, names: Names, texts: Messages) -> str:
    return texts.text(
        "gaps.readiness_layer",
        layer=capital(layer_name(line.layer, names, texts)),
        whole=line.count("whole"),
        n=line.n,
        reported=line.count(SUMS[-1]),
    )


def counts(answers: Sequence[Answer], texts: Messages, below_sums: bool) -> Sheet:
    """Give how many gaps each query found, by certainty; below sums, why the two do not add up."""
    certainties = ("confirmed", "inferred", "not-reported")
    columns = (
        Column("layer", texts["gaps.layer"]),
        Column("query", texts["gaps.query"]),
        Column("about", texts["gaps.counts_about"]),
        Column("n", texts["gaps.counts_n"], number=True),
        *(Column(name, texts[f"certainty.{name}"], number=True) for name in certainties),
    )
    rows = [
        (
            words(texts[f"layer.{answer.query.layer}"] if answer.query.layer else ""),
            Cell(literal(answer.query.name), text_in(answer.query.title, texts.language)),
            words(_counted(answer, texts)),
            number(sum(answer.by_certainty().values())),
            *(number(answer.by_certainty()[name]) for name in certainties),
        )
        for answer in answers
    ]
    intro = (texts["gaps.counts_apart"], texts["gaps.counts_other"]) if below_sums else ()
    return Sheet("counts", columns, rows, title=texts["gaps.counts"], intro=intro, grouped=1)


def _counted(answer: Answer, texts: Messages) -> str:
    """Say what a query counts: its focus, by member where that makes more than one gap of it."""
    columns, lang = answer.query.columns, texts.language
    thing = text_in(columns["focus"], lang)
    ids = {gap.id for gap in answer.gaps}
    if len(ids) == len({gap.values["focus"] for gap in answer.gaps}):
        return thing
    members = ", ".join(text_in(columns[name], lang) for name in answer.query.member)
    return texts.text("gaps.counts_per", thing=thing, member=members.lower())


def for_people(
    answer: Answer, names: Names, texts: Messages, choice: str, told: Container[Term]
) -> Sheet:
    """Give the rows of one query as people read them.

    Rows that differ only in their life event are one; a column that says the same in every row is
    said once, above; one that repeats the focus is not shown. Things in `told` have no name of
    their own: what they join stands in the other columns, so they get none.
    """
    query, lang = answer.query, texts.language
    if not answer.gaps:
        reason = _why_empty(answer, names, texts, choice)
        return Sheet("gaps", (), [], title=text_in(query.title, lang), notes=(reason,))
    merged = _merged(answer.gaps)
    foci = [gap.values["focus"] for gap, _ in merged]
    shown = [
        name
        for name in query.columns
        if (found := [gap.values[name] for gap, _ in merged if name in gap.values])
        and (name == "focus" or (found != foci and not all(term in told for term in found)))
    ]
    constant = [
        name
        for name in shown
        if name not in ("focus", "event")
        and len(merged) > 1
        and len({gap.values.get(name) for gap, _ in merged}) == 1
    ]
    kept = [name for name in shown if name not in constant]
    titles = {name: text_in(query.columns[name], lang) for name in query.columns}
    rows = [[gap.values.get(name) for name in kept] for gap, _ in merged]
    columns = tuple(Column(name, titles[name], is_number(rows, i)) for i, name in enumerate(kept))
    lines = [
        tuple(
            words(", ".join(sorted(names.get(event, event.value) for event in events)))
            if name == "event"
            else cell(gap.values.get(name), names, texts)
            for name in kept
        )
        for gap, events in merged
    ]
    intro = [_found(answer, texts)]
    # What is not so of any row is not said of all of them.
    said = {name: cell(merged[0][0].values.get(name), names, texts) for name in constant}
    intro += [
        f"{titles[name]}: {said[name].text}"
        for name in constant
        if name != "certainty" and said[name].flag is not False
    ]
    return Sheet(
        "gaps",
        columns,
        lines,
        title=text_in(query.title, lang),
        intro=(texts.text("gaps.why", why=text_in(query.why, lang)), *intro),
        notes=(
            texts.text("gaps.remedy", remedy=text_in(query.remedy, lang)),
            measured(query, names, texts),
        ),
    )


def _found(answer: Answer, texts: Messages) -> str:
    """Say how many there are; where nobody has reported anything they are questions, not gaps."""
    found = {name: n for name, n in answer.by_certainty().items() if n}
    total = sum(found.values())
    if list(found) == [CERTAINTIES[-1]]:
        return texts.text("gaps.found_unreported", n=total)
    parts = ", ".join(
        texts.text("gaps.found_part", n=n, certainty=texts[f"certainty.{name}"])
        for name, n in found.items()
    )
    return texts.text("gaps.found", n=total, parts=capital(parts))


def _merged(gaps: Sequence[Gap]) -> list[tuple[Gap, list[Term]]]:
    rows: dict[tuple[object, ...], tuple[Gap, list[Term]]] = {}
    for gap in gaps:
        key = tuple(sorted((name, term) for name, term in gap.values.items() if name != "event"))
        _, events = rows.setdefault(key, (gap, []))
        event = gap.values.get("event")
        if event is not None and event not in events:
            events.append(event)
    return list(rows.values())


def _why_empty(answer: Answer, names: Names, texts: Messages, choice: str) -> str:
    if answer.unchosen and choice:
        return texts.text("gaps.empty_filter", n=answer.unchosen)
    # Where there is nothing of the kind, what the query says of its being empty is not known.
    if answer.query.empty and answer.looked_at != 0:
        return _looked(answer, names, texts) + text_in(answer.query.empty, texts.language)
    return _looked(answer, names, texts).strip() or texts["gaps.empty_plain"]


def _looked(answer: Answer, names: Names, texts: Messages) -> str:
    """Say how many things were looked at, which is what makes nothing found worth knowing."""
    if answer.looked_at is None or answer.kind is None:
        return ""
    kind = names.get(answer.kind, answer.kind.value)
    key = "gaps.empty_looked" if answer.looked_at else "gaps.empty_kind"
    return texts.text(key, n=answer.looked_at, kind=kind) + " "


def without(answers: Sequence[Answer], names: Names, texts: Messages, choice: str) -> Sheet:
    """Say of each query that found nothing why that is."""
    columns = (
        Column("query", texts["gaps.query"]),
        Column("reason", texts["gaps.reason"]),
    )
    rows = [
        (
            Cell(literal(answer.query.name), text_in(answer.query.title, texts.language)),
            words(_why_empty(answer, names, texts, choice)),
        )
        for answer in answers
    ]
    return Sheet("empty", columns, rows, title=texts.text("gaps.empty", n=len(rows)))


def shortened(sheet: Sheet, query: Query, limit: int, texts: Messages) -> Sheet:
    """Keep the first rows of one of many lists, with a line that tells how to get all."""
    more = len(sheet.rows) - limit
    if more <= 0:
        return sheet
    line = texts.text("gaps.how_more", more=more, query=query.name)
    return replace(sheet, rows=sheet.rows[:limit], notes=(line, *sheet.notes))


def for_programs(
    answers: Sequence[Answer],
    shared: Sequence[str],
    titles: Mapping[str, str],
    kinds: Mapping[Term, Term],
    names: Names,
    texts: Messages,
) -> Sheet:
    """Give the rows of many queries in the columns that they share, after what each row is.

    `kinds` gives the class of each focus, so that a program can keep needs and other things apart.
    """
    own = ("id", "query", "layer", "severity", "kind")
    columns = (
        *(Column(name, texts[f"gaps.{name}"]) for name in own),
        *(Column(name, titles.get(name, name)) for name in shared),
    )
    rows = [
        (
            Cell(literal(gap.id)),
            Cell(literal(answer.query.name)),
            Cell(literal(gap.layer or "")),
            Cell(literal(answer.query.severity or "")),
            cell(kinds.get(gap.values["focus"]), names, texts),
            *(cell(gap.values.get(name), names, texts) for name in shared),
        )
        for answer in answers
        for gap in answer.gaps
    ]
    return Sheet("gaps", columns, rows)


def titles_of(queries: Sequence[Query], lang: str) -> dict[str, str]:
    """Give the columns' titles, from the first query that has each."""
    found: dict[str, str] = {}
    for query in queries:
        for name, texts in query.columns.items():
            found.setdefault(name, text_in(texts, lang))
    return found
