"""The page of one thing → a document: sentences and lists for people, rows for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graph.cli.present import capital, number, words
from graph.describe import Group, Page, Rest, Value
from graph.gaps import CERTAINTIES
from graph.messages import Messages
from graph.render import Cell, Column, Document, Sheet
from graph.terms import DCT, RDFS, XSD, literal, local_name

_TRUE = frozenset({"true", "1"})
# Who reads one of these reads the other.
_NORWEGIAN = frozenset({"nb", "nn", "no"})
_SOURCES = 4
"""Sources are seldom many and say how sure the page is: so many times as long may their list be."""
_KINDS, _NAME = "{kinds}", "{name}"
_SOURCE, _NOTE = DCT + "source", RDFS + "comment"
Line = Sequence[Sequence[Value]]


@dataclass(frozen=True)
class Lack:
    """What one query finds about the thing: its title and how many gaps of each certainty."""

    name: str
    title: str
    counts: tuple[int, ...]


def page(
    described: Page,
    texts: Messages,
    few: int | None,
    gaps: Sheet | None = None,
    notes: tuple[str, ...] = (),
) -> Document:
    """Give the page of one thing as people read it; lists are cut to `few`, sources later."""
    facts = Sheet(
        "facts",
        (Column("property", ""), Column("value", "")),
        [
            (words(capital(group.property.label)), words(_joined(group.values, texts)))
            for group in described.facts
        ],
        heads=False,
    )
    sheets = [facts] if facts.rows else []
    groups = _together(described.relations, texts)
    sheets += [_group(group, described.brief, texts, few) for group in groups]
    sheets += [gaps] if gaps else []
    sheets += [_rest(rest, texts, few) for rest in described.sources]
    kinds = ", ".join(capital(kind) if at == 0 else kind for at, kind in enumerate(described.kinds))
    head = f"{kinds} · {described.thing.value}" if kinds else described.thing.value
    told = tuple(said(text, texts) for text in described.texts)
    return Document(tuple(sheets), title=described.label, intro=(head, *told), notes=notes)


def relations(described: Page) -> Document:
    """Give the page of one thing as rows for programs: itself, what it stands in, its sources."""
    thing = Sheet(
        "thing",
        tuple(Column(name, name) for name in ("thing", "kind", "text")),
        [
            (
                Cell(described.thing, described.label),
                words(", ".join(described.kinds)),
                words("\n".join(text.label for text in described.texts)),
            )
        ],
    )
    groups = Sheet(
        "relations",
        tuple(Column(name, name) for name in ("direction", "property", "kind", "value")),
        [
            (
                Cell(literal("in" if group.inward else "out")),
                Cell(group.property.term, group.property.label),
                words(group.kind),
                Cell(value.term, value.label if value.term.kind == "iri" else None),
            )
            for group in (*described.facts, *described.relations)
            for value in group.values
        ],
    )
    sources = [
        Sheet(
            "sources",
            tuple(Column(local_name(value.term.value), value.label) for value in rest.columns),
            [
                tuple(words("; ".join(v.label for v in values)) for values in row)
                for row in rest.rows
            ],
        )
        for rest in described.sources
    ]
    return Document((thing, groups, *sources), title=described.label, main="relations")


def lacks(
    found: Sequence[Lack],
    texts: Messages,
    groups: Sequence[Lack] = (),
    hints: Sequence[str] = (),
) -> Sheet:
    """Give what is missing about the thing, apart from what is only not reported.

    Below stands, in a line each, what is missing of the groups it is a member of.
    """
    columns = (
        Column("query", texts["describe.gaps_query"]),
        *(Column(name, texts[f"describe.gaps_{name}"], number=True) for name in CERTAINTIES),
    )
    rows = [
        (Cell(literal(lack.name), lack.title), *(number(n) for n in lack.counts))
        for lack in (*found, *groups)
    ]
    notes = (texts["describe.gaps_note"], *hints) if rows else (texts["describe.gaps_none"],)
    return Sheet("gaps", columns, rows, title=texts["describe.gaps"], notes=notes, whole=True)


def said(value: Value, texts: Messages) -> str:
    """Give a value as read: yes or no, and a text in a language not the reader's marked as such."""
    term = value.term
    if term.kind == "iri":
        return value.label
    if term.datatype == XSD + "boolean":
        return texts["says.yes" if term.value in _TRUE else "says.no"]
    if (
        term.lang is None
        or term.lang == texts.language
        or {term.lang, texts.language} <= _NORWEGIAN
    ):
        return value.label
    mark = texts.maybe(f"language.{term.lang}")
    return f"({mark}) {value.label}" if mark else value.label


def _together(groups: Sequence[Group], texts: Messages) -> list[Group]:
    """Join relations to the very same things under one heading, at the place of the first."""
    found: dict[tuple[object, ...], Group] = {}
    for group in groups:
        key = (group.inward, group.kind, group.values)
        if key in found:
            group = _both(found[key], group, texts["says.and"])
        found[key] = group
    return list(found.values())


def _both(first: Group, second: Group, joint: str) -> Group:
    label = f"{first.property.label} {joint} {second.property.label}"
    heading = ""
    if first.heading.startswith(_KINDS) and second.heading.startswith(_KINDS):
        heading = f"{first.heading} {joint} {_rest_of(second.heading, first.heading)}"
    return replace(first, property=replace(first.property, label=label), heading=heading)


def _rest_of(heading: str, before: str) -> str:
    """Leave out what was said before: the kinds, and the words up to the name where both agree."""
    words_, said_before = heading.split(), before.split()
    same = [a == b for a, b in zip(words_, said_before, strict=False)]
    alike = same.index(False) if False in same else len(same)
    begin = alike if _NAME in words_[:alike] else 1
    return " ".join(words_[begin:])


def _group(group: Group, name: str, texts: Messages, few: int | None) -> Sheet:
    n = len(group.values)
    if group.heading:
        title = f"{group.heading.replace(_KINDS, group.kinds).replace(_NAME, name)} ({n})"
    else:
        key = "describe.outward"
        if group.inward:
            key = "describe.inward" if group.kind else "describe.inward_plain"
        kind, label = capital(group.kinds), group.property.label
        title = texts.text(key, property=label, kind=kind, name=name, n=n)
    values = group.values if few is None else group.values[:few]
    more = n - len(values)
    return Sheet(
        "relation",
        (Column("value", ""),),
        [(Cell(value.term, said(value, texts)),) for value in values],
        title=capital(title),
        notes=(texts.text("says.cut_items", more=more),) if more else (),
        heads=False,
    )


def _rest(rest: Rest, texts: Messages, few: int | None) -> Sheet:
    """Give each row as sentences, for a table of long texts is hard to read.

    Rows that differ only in what they speak of, and in their notes, are one.
    """
    joined = _rows_together(rest)
    kept = joined if few is None else joined[: few * _SOURCES]
    rows = [(words(_sentences(rest, line, texts)),) for line in kept]
    title = texts.text("describe.sources", kind=rest.kind, n=len(joined))
    more = len(joined) - len(kept)
    notes = (texts.text("says.cut_items", more=more),) if more else ()
    return Sheet("sources", (Column("source", ""),), rows, title=title, notes=notes, heads=False)


def _rows_together(rest: Rest) -> list[Line]:
    names = [column.term.value for column in rest.columns]
    free = {at for at, name in enumerate(names) if name == _NOTE}
    free |= {0} if names[:1] != [_SOURCE] else set()
    found: dict[object, list[Sequence[Value]]] = {}
    for line in rest.rows:
        key = tuple(cell for at, cell in enumerate(line) if at not in free)
        cells = found.setdefault(key, [() for _ in line])
        for at, cell in enumerate(line):
            cells[at] = (
                (*cells[at], *(v for v in cell if v not in cells[at])) if at in free else cell
            )
    return list(found.values())


def _sentences(rest: Rest, line: Line, texts: Messages) -> str:
    lead: list[str] = []
    parts: list[str] = []
    for column, values in zip(rest.columns, line, strict=True):
        concept = bool(values) and values[0].term.kind == "iri" and column.term.value != _SOURCE
        if concept and not parts and len(lead) < 2:
            lead.append(_and([said(value, texts) for value in values], texts))
        elif values:
            text = _joined(values, texts).removesuffix(".")
            parts.append(f"{capital(column.label)}: {text}")
    begun = [capital(": ".join(lead))] if lead else []
    return ". ".join([*begun, *parts]) + "."


def _and(told: Sequence[str], texts: Messages) -> str:
    *first, last = told
    return f"{', '.join(first)} {texts['says.and']} {last}" if first else last


def _joined(values: Sequence[Value], texts: Messages) -> str:
    told = [said(value, texts) for value in values]
    return "; ".join(text.removesuffix(".") for text in told) if len(told) > 1 else "".join(told)
