"""Bind parameters: replace what every VALUES of a variable holds by one term, and nothing else."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Mapping

from graph import sparql, terms
from graph.errors import BadValue, UnknownName
from graph.query.model import Query
from graph.terms import Term


def today() -> datetime.date:
    """Give the day it is in Oslo."""
    from zoneinfo import ZoneInfo

    return datetime.datetime.now(ZoneInfo("Europe/Oslo")).date()


def defaults(query: Query, day: datetime.date | None = None) -> dict[str, Term]:
    """Give what a runner binds when nobody says otherwise: the day, where the header says today."""
    term = terms.date(day or today())
    return {name: term for name, parameter in query.parameters.items() if parameter.today}


def bind(query: Query, values: Mapping[str, Term | None]) -> str:
    """Give the query's text with every VALUES of the named parameters holding the given term.

    A parameter that is not named keeps what the file says; with nothing named the text comes back
    unchanged. None stands for any.

    Raises:
        UnknownName: no such parameter.
        BadValue: a term of another type, or any for a date.

    """
    for name, term in values.items():
        parameter = query.parameters.get(name)
        if parameter is None:
            near = difflib.get_close_matches(name, query.parameters)
            raise UnknownName(name, "parameter", near or tuple(query.parameters))
        if not parameter.accepts(term):
            raise BadValue(name, "UNDEF" if term is None else term.value, parameter.type)
    pieces: list[str] = []
    position = 0
    for name, data in values_of(query.tree):
        if name in values:
            term = values[name]
            pieces += [query.text[position : data.start], "{ ", _written(term), " }"]
            position = data.end
    return "".join(pieces) + query.text[position:]


def values_of(tree: sparql.Group) -> list[tuple[str, sparql.Group]]:
    """List each `VALUES ?name { … }` of one variable in the order of the text."""
    found: list[tuple[str, sparql.Group]] = []
    for group in tree.walk():
        for before, name, data in zip(group.items, group.items[1:], group.items[2:], strict=False):
            if (
                isinstance(before, sparql.Token)
                and before.is_word("VALUES")
                and isinstance(name, sparql.Token)
                and isinstance(data, sparql.Group)
            ):
                found.append((name.name, data))
    return sorted(found, key=lambda pair: pair[1].start)


def _written(term: Term | None) -> str:
    return "UNDEF" if term is None else term.n3()
