"""Commits and receipts → documents: which columns, titles and lines a reader gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graph.catalog import text_in
from graph.cli.present import Names, cell, number, words
from graph.diff import Difference
from graph.gaps import CERTAINTIES, Gap
from graph.messages import Messages
from graph.receipt import Erasure, Lacks, Receipt
from graph.render import Cell, Column, Document, Sheet
from graph.submitting.lacking import Shift
from graph.terms import LABEL_PROPERTIES, LANGUAGES, Quad, Term, compact, literal

_CHANGES = ("change", "thing", "field", "value")
_GAPS = ("gap_change", "gap_name", "gap_focus", "gap_before", "gap_after")
_HISTORY = ("number", "id", "at", "kind", "organisation", "function", "file", "undoes")
_LAST = ("erased_at",)
_COUNTS = ("added_count", "removed_count", "lacks_before", "lacks_after")


def columns(
    names: Sequence[str], texts: Messages, numbers: Sequence[str] = ()
) -> tuple[Column, ...]:
    """Give columns by the names of their titles."""
    return tuple(
        Column(name, texts[f"submit.{name}"], name in numbers, mixed=name == "value")
        for name in names
    )


def own_names(change: Difference, lang: str) -> dict[Term, str]:
    """Name the things that a change itself names, for those that the store does not know yet."""
    languages = (lang, *LANGUAGES)
    best: dict[Term, tuple[tuple[int, int], str]] = {}
    for subject, predicate, value, _ in (*change.added, *change.removed):
        if predicate not in LABEL_PROPERTIES or value.kind != "literal":
            continue
        language = languages.index(value.lang) if value.lang in languages else len(languages)
        rank = (LABEL_PROPERTIES.index(predicate), language)
        if subject not in best or rank < best[subject][0]:
            best[subject] = (rank, value.value)
    return {subject: name for subject, (_, name) in best.items()}


def changes(change: Difference, names: Names, texts: Messages, new: int | None = None) -> Sheet:
    """Give the difference table: what is new, what is gone; what is unchanged only as a number."""

    def row(quad: Quad, sign: str) -> tuple[Cell, ...]:
        subject, predicate, value, _ = quad
        shown = Cell(predicate, names.get(predicate) or compact(predicate.value))
        return (
            Cell(literal(sign), texts[f"submit.{sign}"]),
            cell(subject, names, texts),
            shown,
            cell(value, names, texts),
        )

    rows = [
        (quad[0].value, quad[1].value, place, row(quad, sign))
        for place, (sign, quads) in enumerate(
            (("removed", change.removed), ("added", change.added))
        )
        for quad in quads
    ]
    ordered = [cells for *_, cells in sorted(rows, key=lambda row: row[:3])]
    line = texts.text(
        "submit.counts",
        added=len(change.added),
        removed=len(change.removed),
        unchanged=change.unchanged,
        things=len(change.subjects),
        new=0 if new is None else new,
    )
    title = texts["submit.changes"]
    return Sheet("changes", columns(_CHANGES, texts), ordered, title=title, notes=(line,))


def gaps(lacks: Lacks, shifts: Sequence[Shift], names: Names, texts: Messages) -> Sheet:
    """Give which gaps closed, opened and changed, below the line that counts them."""

    def sure(gap: Gap | None) -> Cell:
        if gap is None:
            return Cell(None, texts["submit.gap_absent"])
        return Cell(literal(gap.certainty), texts[f"certainty.{gap.certainty}"])

    rows = []
    for shift in shifts:
        what = "opened" if shift.before is None else "closed" if shift.after is None else "changed"
        rows.append(
            (
                Cell(literal(what), texts[f"submit.gap_{what}"]),
                Cell(literal(shift.gap.id), text_in(shift.gap.query.title, texts.language)),
                cell(shift.gap.values["focus"], names, texts),
                sure(shift.before),
                sure(shift.after),
            )
        )
    line = texts.text(
        "submit.gaps_near",
        before=lacks.before,
        after=lacks.after,
        before_in_all=lacks.before_in_all,
        after_in_all=lacks.after_in_all,
    )
    lines = (line,) if rows else (line, texts["submit.gaps_none"])
    # What nobody has reported is never counted as missing, but it is worth seeing.
    sides = [gap for shift in shifts for gap in (shift.before, shift.after) if gap]
    if any(gap.certainty == CERTAINTIES[-1] for gap in sides):
        lines = (*lines, texts["submit.gaps_asked"])
    return Sheet("gaps", columns(_GAPS, texts), rows, title=texts["submit.gaps"], intro=lines)


def shifted(found: Receipt, titles: Mapping[str, str], texts: Messages) -> Sheet:
    """Give which gaps a commit closed and opened, as its receipt has them: query and key."""
    rows = [
        (Cell(literal(what), texts[f"submit.gap_{what}"]), Cell(literal(id_), _gap(id_, titles)))
        for what, ids in (("closed", found.lacks.closed), ("opened", found.lacks.opened))
        for id_ in ids
    ]
    title = texts["submit.shifts"]
    return Sheet("gaps", columns(_GAPS[:2], texts), rows, title=title)


def _gap(id_: str, titles: Mapping[str, str]) -> str:
    query, _, key = id_.partition(":")
    return f"{titles.get(query, query)}: {key}"


def history(
    receipts: Sequence[Receipt],
    names: Mapping[str, str],
    erased: Mapping[str, Erasure],
    texts: Messages,
) -> Document:
    """Give every receipt on a line, the newest last."""
    rows = []
    for receipt in receipts:
        rows.append(
            (
                number(receipt.number),
                words(receipt.id),
                words(receipt.at),
                _kind(receipt, texts),
                Cell(literal(receipt.organisation), names.get(receipt.actor)),
                words(receipt.function),
                words(receipt.file),
                words(receipt.undoes),
                *(number(count) for count in _counts(receipt)),
                words(erased[receipt.id].at if receipt.id in erased else ""),
            )
        )
    titles = columns((*_HISTORY, *_COUNTS, *_LAST), texts, ("number", *_COUNTS))
    notes = () if rows else (texts["submit.history_none"],)
    title = texts["submit.history"]
    return Document((Sheet("history", titles, rows, title=title, notes=notes),))


def receipt(
    found: Receipt,
    names: Mapping[str, str],
    erased: Erasure | None,
    texts: Messages,
    people: bool,
) -> Sheet:
    """Give all that a receipt tells: a line for each matter, or for programs one row."""
    told: list[tuple[str, Cell]] = [
        ("number", number(found.number)),
        ("id", words(found.id)),
        ("at", words(found.at)),
        ("kind", _kind(found, texts)),
        ("organisation", Cell(literal(found.organisation), _bearer(found, names))),
        ("function", words(found.function)),
        ("file", words(found.file)),
        ("format", words(found.format)),
        ("sha256", words(found.sha256)),
        ("undoes", words(found.undoes)),
        (
            "complete",
            Cell(literal(found.complete), texts["says.yes"]) if found.complete else Cell(),
        ),
        ("added_count", number(found.added)),
        ("removed_count", number(found.removed)),
        ("unchanged_count", number(found.unchanged)),
        ("warnings_count", number(found.warnings)),
        ("lacks_before", number(found.lacks.before_in_all)),
        ("lacks_after", number(found.lacks.after_in_all)),
        ("software", words(found.software)),
        ("ontology", words(found.ontology)),
        ("digest", words(found.digest)),
        ("erased_at", words(erased.at if erased else "")),
        ("erased_by", words(erased.function if erased else "")),
        ("erased_of", _members(found, erased, texts)),
    ]
    title = texts.text("submit.receipt", id=found.id)
    if not people:
        titles = columns([name for name, _ in told], texts)
        return Sheet("receipt", titles, [tuple(value for _, value in told)], title=title)
    rows = [(Cell(None, texts[f"submit.{name}"]), value) for name, value in told if value.text]
    titles = (Column("matter", ""), Column("value", ""))
    return Sheet("receipt", titles, rows, title=title, heads=False, whole=True)


def _members(found: Receipt, erased: Erasure | None, texts: Messages) -> Cell:
    if erased is None:
        return Cell()
    names = erased.members(found)
    return Cell(literal(" ".join(names)), ", ".join(texts[f"submit.erased_{n}"] for n in names))


def _counts(found: Receipt) -> tuple[int, ...]:
    return found.added, found.removed, found.lacks.before_in_all, found.lacks.after_in_all


def _bearer(found: Receipt, names: Mapping[str, str]) -> str:
    name = names.get(found.actor)
    return f"{name} ({found.organisation})" if name else found.organisation


def _kind(found: Receipt, texts: Messages) -> Cell:
    return Cell(literal(found.kind), texts[f"submit.kind_{found.kind}"])
