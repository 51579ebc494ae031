"""Which things of a list are chosen, by what the vocabulary says they can be chosen by.

What may be given is what stands at the end of a filter's path among the things of that very list:
so a name that two things bear elsewhere is no trouble here, and what nothing has is told at once.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from graph.describe import alphabetical
from graph.errors import UnknownName
from graph.names import short, spellings
from graph.serving.records import Listed, members_of
from graph.serving.snapshot import Snapshot
from graph.terms import (
    LABEL_PROPERTIES,
    LANGUAGES,
    PREFIXES,
    RDF_TYPE,
    RDFS,
    SKOS,
    Term,
    local_name,
)

KIND = "type"
"""Every list can be chosen from by the class of its things, classes above it too."""
_KIND_PATH = f"<{RDF_TYPE.value}>/<{RDFS}subClassOf>*"
_NAME = re.compile(r"\b([\w-]+):([\w-]+)")
_BRACKETS = re.compile(r"^(.+?)\s*\(([^()]+)\)\s*$")
_NEAREST, _FEW = 3, 12


class Choice(NamedTuple):
    """What a list can be chosen from by: the things with each value, and how values are written."""

    things: Mapping[Term, frozenset[Term]]
    written: Mapping[str, frozenset[Term]]


def chosen(now: Snapshot, listed: Listed, asked: Mapping[str, str], lang: str) -> list[Term]:
    """Give the things of a list that every filter asked for lets through, in the list's order.

    A value is written as an IRI, a key, or a name in any language; case, spaces and the spelling of
    æ, ø and å do not matter. UnknownName, with the nearest names, for what none of them has.
    """
    things = [thing for thing, _ in members_of(now, listed, lang)]
    for name, word in asked.items():
        choice = _choice_of(now, listed, name)
        values = choice.written.get(word) or frozenset().union(
            *(choice.written.get(spelling, frozenset()) for spelling in spellings(word))
        )
        if not values:
            raise _unknown(now, choice, word, lang)
        kept = frozenset().union(*(choice.things[value] for value in values))
        things = [thing for thing in things if thing in kept]
    return things


def _unknown(now: Snapshot, choice: Choice, word: str, lang: str) -> UnknownName:
    """Tell the names in a language of what is most like the word, or of all where they are few."""
    labels = now.names(choice.things, lang)
    wanted = min(spellings(word), default="")
    near = difflib.get_close_matches(wanted, choice.written, _NEAREST)
    near += sorted(way for way in choice.written if wanted and wanted in way)
    values = [min(choice.written[way]) for way in near]
    told = list(dict.fromkeys(labels.get(value, value.value) for value in values))
    every = sorted({labels.get(value, value.value) for value in choice.things}, key=alphabetical)
    return UnknownName(
        word, "value", told[:_NEAREST], every if len(every) <= _FEW and not told else ()
    )


def _choice_of(now: Snapshot, listed: Listed, name: str) -> Choice:
    path = _KIND_PATH if name == KIND else _expanded(listed.filters[name])
    return now.once(("choice", listed.path, name), lambda: _choice(now, listed, path))


def _expanded(path: str) -> str:
    return _NAME.sub(lambda m: f"<{PREFIXES[m[1]]}{m[2]}>", path)


def _choice(now: Snapshot, listed: Listed, path: str) -> Choice:
    members = " ".join(thing.n3() for thing, _ in members_of(now, listed, LANGUAGES[0]))
    rows = now.ask(f"SELECT DISTINCT ?s ?o WHERE {{ VALUES ?s {{ {members} }} ?s {path} ?o }}")
    having: dict[Term, set[Term]] = {}
    for s, o in rows:
        if s and o:
            having.setdefault(o, set()).add(s)
    written: dict[str, set[Term]] = {}
    for value in having:
        ways = {value.value}
        if value.kind == "iri":
            ways.add(short(value.value))
            ways |= spellings(local_name(value.value))
        for way in ways | spellings(value.value):
            written.setdefault(way, set()).add(value)
    for value, name in _names(now, having):
        for part in (name, *_BRACKETS.sub(r"\1\n\2", name).split("\n")):
            for way in spellings(part):
                written.setdefault(way, set()).add(value)
    return Choice(
        {value: frozenset(things) for value, things in having.items()},
        {way: frozenset(values) for way, values in written.items() if way},
    )


def _names(now: Snapshot, values: Iterable[Term]) -> list[tuple[Term, str]]:
    """Give every name that the values bear, the short and the older ones too."""
    named = " ".join(value.n3() for value in values if value.kind == "iri")
    bases = " ".join(term.n3() for term in (*LABEL_PROPERTIES, Term("iri", SKOS + "altLabel")))
    rows = now.ask(
        "SELECT DISTINCT ?o ?name WHERE { { SELECT DISTINCT ?p WHERE { "
        f"VALUES ?base {{ {bases} }} ?p <{RDFS}subPropertyOf>* ?base }} }} "
        f"VALUES ?o {{ {named} }} ?o ?p ?name "
        "FILTER(isLiteral(?name)) }"
    )
    found = [(o, name.value) for o, name in rows if o and name]
    told = now.names(values, LANGUAGES[0])
    return found + list(told.items())
