"""What the store holds for an organisation, as rows for the sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graph.sheet.cells import Cell, to_cell
from graph.sheet.keys import KEY, example_words, inner_of
from graph.sheet.known import Ask, Known, fold
from graph.sheet.model import TYPE, Column, Model, Sheet
from graph.terms import DERIVED, LGID, Term, Triple, local_name

_AT_ONCE = 500

Said = Mapping[Term, Mapping[str, set[Term]]]


@dataclass(frozen=True)
class Held:
    """The things of an organisation by sheet, and all that is said of them."""

    things: Mapping[str, tuple[Term, ...]]
    said: Said
    within: frozenset[Term] = frozenset()
    """Things that are written in the row of another."""

    def triples(self) -> Iterator[Triple]:
        """Walk all that is said of the things that stand in a row or within one."""
        for listed in self.things.values():
            for thing in listed:
                for name, values in self.said[thing].items():
                    yield from ((thing, Term("iri", name), value) for value in values)


def held(ask: Ask, model: Model, organisation: Term) -> Held:
    """Find what belongs to an organisation: what points at it, or at another thing of it."""
    mine: dict[str, dict[Term, None]] = {sheet.shape: {} for sheet in model.sheets}
    waiting = [organisation]
    seen = {organisation}
    while waiting:
        fresh: list[Term] = []
        for sheet in model.sheets:
            for thing in _pointing(ask, sheet, waiting):
                mine[sheet.shape].setdefault(thing)
                if thing not in seen:
                    seen.add(thing)
                    fresh.append(thing)
        waiting = fresh
    things = {
        shape: tuple(sorted(found, key=lambda term: term.value)) for shape, found in mine.items()
    }
    said = _said(ask, [thing for found in things.values() for thing in found])
    return Held(things, said, frozenset(_written_within(model, things, said)))


def _written_within(
    model: Model, things: Mapping[str, tuple[Term, ...]], said: Said
) -> Iterator[Term]:
    """Find what can be written in the row of its own thing: what is said of it fits the columns."""
    for sheet in model.sheets:
        if sheet.within is None:
            continue
        columns = {column.path for column in sheet.inner}
        for thing in things[sheet.shape]:
            inner = inner_of(thing, sheet)
            if inner is None or inner not in said:
                continue
            ties = {
                TYPE: {Term("iri", sheet.within.kind)},
                sheet.within.link: {thing},
                sheet.within.by: {Term("iri", sheet.within.value)},
            }
            rest = said[inner].keys() - ties.keys()
            if rest and rest <= columns and all(said[inner].get(p) == v for p, v in ties.items()):
                yield inner


def _pointing(ask: Ask, sheet: Sheet, values: list[Term]) -> Iterator[Term]:
    if not sheet.owners:
        return
    classes = " ".join(f"<{name}>" for name in sheet.classes)
    owners = "|".join(f"<{name}>" for name in sheet.owners)
    for listed in _chunks(values):
        rows = ask(
            f"SELECT DISTINCT ?s WHERE {{ VALUES ?v {{ {listed} }} ?s {owners} ?v . "
            f"VALUES ?class {{ {classes} }} ?s a ?class }} ORDER BY ?s"
        )
        yield from (row[0] for row in rows if row[0] is not None and row[0].kind == "iri")


def _said(ask: Ask, things: list[Term]) -> Said:
    said: dict[Term, dict[str, set[Term]]] = {}
    for listed in _chunks(things):
        # What follows from the rest is nobody's to write.
        rows = ask(
            f"SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ {listed} }} GRAPH ?g {{ ?s ?p ?o }} "
            f"FILTER(!STRSTARTS(STR(?g), '{DERIVED}')) }}"
        )
        for s, p, o in rows:
            if s is not None and p is not None and o is not None:
                said.setdefault(s, {}).setdefault(p.value, set()).add(o)
    return said


def _chunks(terms: list[Term]) -> Iterator[str]:
    for start in range(0, len(terms), _AT_ONCE):
        yield " ".join(term.n3() for term in terms[start : start + _AT_ONCE])


def rows_of(
    sheet: Sheet, found: Held, known: Known, lang: str
) -> Iterator[tuple[Term, dict[str, Cell]]]:
    """Walk the rows of a sheet: the thing, and its cells by the name of the column.

    What is written in the row of its own thing has no row of its own.
    """
    for thing in found.things[sheet.shape]:
        if thing in found.within:
            continue
        said = found.said[thing]
        inner = inner_of(thing, sheet)
        cells = {}
        for column in sheet.columns:
            if column.kind == "key":
                cells[column.name] = _key(thing, sheet, column, said)
            elif not column.within:
                values = said.get(column.path, set())
                if column.kind == "class" and values == {Term("iri", sheet.default)}:
                    values = set()
                cells[column.name] = _cell(values, column, sheet, known, lang)
            elif inner is not None and inner in found.within:
                values = found.said[inner].get(column.path, set())
                cells[column.name] = _cell(values, column, sheet, known, lang)
        yield thing, {name: cell for name, cell in cells.items() if cell is not None}


def _key(thing: Term, sheet: Sheet, column: Column, said: Mapping[str, set[Term]]) -> Cell:
    """Write the key; a thing whose identifier is another, or that lies elsewhere, whole."""
    stated = said.get(column.path, set()) if column.path else set()
    key = local_name(thing.value)
    same = not column.path or stated == {Term("literal", key)}
    plain = KEY.fullmatch(key) and fold(key) not in example_words()
    if same and plain and thing.value == f"{LGID}{sheet.space}/{key}":
        return key
    return "\n".join([thing.n3(), *sorted(term.n3() for term in stated)])


def _cell(values: set[Term], column: Column, sheet: Sheet, known: Known, lang: str) -> Cell:
    """Write one cell; the texts of a property stand by language, all others in its first."""
    if column.lang is None:
        return to_cell(values, column, known, lang)
    columns = [c for c in sheet.columns if c.path == column.path]
    texts = {c.lang for c in columns}
    mine = {v for v in values if v.lang == column.lang}
    if column.lang == columns[0].lang:
        mine |= {v for v in values if v.lang not in texts}
    return to_cell(mine, column, known, lang)
