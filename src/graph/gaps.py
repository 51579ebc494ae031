"""Run gap queries → rows; count needs by state → a summary. Knows no particular gap.

What is asked for is a mapping of names to terms. A query that has a parameter of the name binds it;
one that has only a column of the name keeps the rows that hold the term; one that has neither is
passed over, and the asker is told.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graph.errors import InternalError
from graph.query import LAYER_IRIS, LAYERS, Query, bind, defaults
from graph.terms import DCT, DERIVED, LG, LGID, PREFIXES, RDFS, Rows, Term, local_name
from graph.terms import date as date_term

Ask = Callable[[str], Rows]
Wanted = Mapping[str, Term]

STATES = "need-states"
"""The question that gives each need's state on a date, by life event and layer."""

SUMS = ("whole", "partly", "permitted", "missing", "not-reported")
CERTAINTIES = ("confirmed", "inferred", "not-reported")
"""From the surest to the least sure."""

_TRUE = frozenset({"true", "1"})
_OUTSIDE = "outside"
_BATCH = 500


@dataclass(frozen=True)
class Gap:
    """One row of a gap query; `id` is the same in every run and on every date."""

    id: str
    query: Query
    values: Mapping[str, Term]

    @property
    def layer(self) -> str | None:
        """The layer that the row itself names, else that of its query."""
        own = self.values.get("layer")
        named = next((name for name, iri in LAYER_IRIS.items() if own and iri == own.value), None)
        return named or self.query.layer

    @property
    def certainty(self) -> str:
        """How sure the lack is, as one of `CERTAINTIES`."""
        term = self.values.get("certainty")
        return local_name(term.value) if term else CERTAINTIES[-1]


@dataclass(frozen=True)
class Answer:
    """What one query found; `unchosen` is how many rows there are without any choice."""

    query: Query
    gaps: tuple[Gap, ...]
    unchosen: int = 0
    looked_at: int | None = None
    kind: Term | None = None

    def by_certainty(self) -> dict[str, int]:
        """Count different gaps, not rows: a gap in several life events is one."""
        return {
            name: len({gap.id for gap in self.gaps if gap.certainty == name})
            for name in CERTAINTIES
        }


@dataclass
class Line:
    """The sums of one life event in one layer; None stands for all of them."""

    event: Term | None
    layer: Term | None
    needs: dict[str, set[Term]] = field(default_factory=dict)
    missing: dict[str, set[Term]] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """How many different needs the sums are of."""
        return len(set().union(*self.needs.values())) if self.needs else 0

    def count(self, name: str) -> int:
        """Give one of `SUMS`."""
        return len(self.needs.get(name, ()))

    def lacking(self, certainty: str) -> int:
        """Give the missing that are as sure as this."""
        return len(self.missing.get(certainty, ()))


@dataclass(frozen=True)
class Summary:
    """Sums by life event and layer, totals by layer, and what lies outside the sums.

    `doubted` is how many of the not reported a second reader doubts.
    """

    lines: tuple[Line, ...]
    totals: tuple[Line, ...]
    outside: Mapping[Term, int]
    doubted: int


def choose(
    queries: Iterable[Query], layer: str | None = None, names: Sequence[str] = ()
) -> list[Query]:
    """Give the gap queries of a layer, or those named, in the order of layers and names.

    A query whose rows say their own layer may find gaps of any, so it is always among them.
    """
    chosen = [
        query
        for query in queries
        if query.kind == "gaps"
        and (layer is None or query.layer == layer or "layer" in query.columns)
        and (not names or query.name in names)
    ]
    return sorted(chosen, key=lambda q: (LAYERS.index(q.layer or LAYERS[-1]), q.order, q.name))


def find(
    ask: Ask,
    query: Query,
    day: datetime.date,
    wanted: Wanted | None = None,
    certainties: Sequence[str] = (),
    layer: str | None = None,
) -> Answer | None:
    """Run one gap query; None when it can neither bind nor show one of the names wanted.

    With a layer, of the rows that say their own only those of that layer count.
    """
    wanted = wanted or {}
    if any(name not in query.parameters and name not in query.columns for name in wanted):
        return None
    rows = ask(bound(query, day, wanted))
    found = (
        values
        for values in _in_one_spelling(rows, ask)
        if _holds(query, values, wanted) and _in_layer(values, layer)
    )
    gaps = tuple(Gap(identifier(query, values), query, values) for values in found)
    if certainties:
        gaps = tuple(gap for gap in gaps if gap.certainty in certainties)
    if gaps:
        return Answer(query, gaps)
    unchosen = len(rows) if not wanted else len(ask(bound(query, day, {})))
    kind = _kind(query)
    return Answer(query, (), unchosen, _how_many(ask, kind) if kind else None, kind)


def _in_one_spelling(rows: Rows, ask: Ask) -> list[dict[str, Term]]:
    """Give the rows, each body by the name that the views say stands for its other addresses.

    Both spellings lie in the graph, so such a row would stand there twice.
    """
    listed = list(rows.dicts())
    asked = (
        f"SELECT ?old ?new WHERE {{ GRAPH ?g {{ ?old <{DCT}isReplacedBy> ?new }}"
        f' FILTER(STRSTARTS(STR(?g), "{DERIVED}view/")) }}'
    )
    instead = {row["old"]: row["new"] for row in ask(asked).dicts()} if listed else {}
    if not instead:
        return listed
    told: dict[tuple[tuple[str, Term], ...], dict[str, Term]] = {}
    for row in listed:
        anew = {name: instead.get(term, term) for name, term in row.items()}
        told.setdefault(tuple(sorted(anew.items())), anew)
    return list(told.values())


def identifier(query: Query, values: Mapping[str, Term]) -> str:
    """Name a gap by its query, the key of its focus and that of each member the header names.

    The name holds whatever the date, the certainty or the run. A member that is not known, or is
    the focus itself, adds nothing.
    """
    focus = values.get("focus")
    if focus is None:
        raise InternalError(f"a row of {query.name} has no ?focus")
    members = [values[name] for name in query.member if name in values]
    return ":".join([query.name, _key(focus), *(_key(term) for term in members if term != focus)])


def kinds(ask: Ask, things: Iterable[Term]) -> dict[Term, Term]:
    """Give the class of each thing: the narrowest, and of several one of our own words."""
    wanted = sorted({thing.n3() for thing in things if thing.kind == "iri"})
    classes: dict[Term, list[Term]] = {}
    for at in range(0, len(wanted), _BATCH):
        values = " ".join(wanted[at : at + _BATCH])
        rows = ask(f"SELECT DISTINCT ?s ?c WHERE {{ VALUES ?s {{ {values} }} ?s a ?c }}")
        for thing, kind in rows:
            if thing and kind and kind.kind == "iri":
                classes.setdefault(thing, []).append(kind)
    rows = ask(f"SELECT ?narrow ?broad WHERE {{ ?narrow <{RDFS}subClassOf>+ ?broad }}")
    broader = {(narrow, broad) for narrow, broad in rows if narrow != broad}

    def place(kind: Term, found: Sequence[Term]) -> tuple[bool, bool, str]:
        wide = any((other, kind) in broader for other in found)
        return (wide, not kind.value.startswith(LG), kind.value)

    return {
        thing: min(found, key=lambda kind: place(kind, found)) for thing, found in classes.items()
    }


def summarise(
    ask: Ask,
    states: Query,
    day: datetime.date,
    wanted: Wanted | None = None,
    layer: str | None = None,
) -> Summary:
    """Count needs by life event, layer and sum; in the totals each need is counted once."""
    wanted = {
        name: term
        for name, term in (wanted or {}).items()
        if name in states.parameters or name in states.columns
    }
    only = LAYER_IRIS.get(layer) if layer else None
    lines: dict[tuple[Term | None, Term | None], Line] = {}
    outside: dict[Term, set[Term]] = {}
    doubted: set[Term] = set()
    for row in ask(bound(states, day, wanted)).dicts():
        if not _holds(states, row, wanted) or not (need := row.get("need")):
            continue
        event, at = row.get("event"), row.get("layer")
        if only is not None and (at is None or at.value != only):
            continue
        name = local_name(row["sum"].value) if "sum" in row else SUMS[-1]
        if name == SUMS[-1] and "doubted" in row and row["doubted"].value in _TRUE:
            doubted.add(need)
        if name == _OUTSIDE:
            outside.setdefault(row.get("state", row["sum"]), set()).add(need)
            continue
        for key in ((event, at), (None, at)):
            line = lines.setdefault(key, Line(*key))
            line.needs.setdefault(name, set()).add(need)
            if name == "missing":
                sure = local_name(row["certainty"].value) if "certainty" in row else CERTAINTIES[1]
                line.missing.setdefault(sure, set()).add(need)
    ordered = sorted(lines.values(), key=lambda line: (_event_key(line.event), _place(line.layer)))
    return Summary(
        tuple(line for line in ordered if line.event is not None),
        tuple(line for line in ordered if line.event is None),
        {state: len(needs) for state, needs in outside.items()},
        len(doubted),
    )


def data_date(ask: Ask) -> datetime.date | None:
    """Give the day to which the content is known: the newest change date of a catalogue in it."""
    rows = ask(
        f"SELECT ?day WHERE {{ ?catalogue a <{PREFIXES['dcat']}Catalog> ; "
        f"<{DCT}modified> ?day }} ORDER BY DESC(STR(?day)) LIMIT 1"
    )
    for row in rows:
        if row[0] is not None:
            return datetime.date.fromisoformat(row[0].value[:10])
    return None


def shared_columns(queries: Sequence[Query]) -> list[str]:
    """Give the columns that every one of these queries with most columns has, in their order."""
    if not queries:
        return []
    if len(queries) == 1:
        return list(queries[0].columns)
    units = {query.unit for query in queries}
    widest = [query for query in queries if query.unit != "thing"] if len(units) > 1 else queries
    first, *rest = widest
    return [name for name in first.columns if all(name in query.columns for query in rest)]


def bound(query: Query, day: datetime.date, wanted: Wanted) -> str:
    """Give a query's text with the day and what is wanted of its parameters put in."""
    values = dict(defaults(query, day))
    values.update({name: term for name, term in wanted.items() if name in query.parameters})
    if query.parameters.get("date") and "date" not in wanted:
        values["date"] = date_term(day)
    return bind(query, values)


def _holds(query: Query, values: Mapping[str, Term], wanted: Wanted) -> bool:
    return all(
        values.get(name) == term for name, term in wanted.items() if name not in query.parameters
    )


def _in_layer(values: Mapping[str, Term], layer: str | None) -> bool:
    own = values.get("layer")
    return layer is None or own is None or own.value == LAYER_IRIS[layer]


def _key(term: Term) -> str:
    if term.kind != "iri":
        words = re.sub(r"[^\w.]+", "-", term.value).strip("-")
        return f"{words}-{term.lang}" if term.lang else words
    if term.value.startswith(LGID):
        kind, slash, key = term.value.removeprefix(LGID).partition("/")
        return key if slash else kind
    return local_name(term.value)


def _kind(query: Query) -> Term | None:
    """Read from the query's own text of which class its focus is."""
    said = re.search(r"\?focus\s+(?:a|rdf:type)\s+(<[^>]+>|[\w-]*:[\w-]+)", query.text)
    if said is None:
        return None
    name = said.group(1)
    if name.startswith("<"):
        return Term("iri", name[1:-1])
    prefix, _, rest = name.partition(":")
    space = re.search(rf"(?i)\bPREFIX\s+{re.escape(prefix)}:\s*<([^>]*)>", query.text)
    return Term("iri", space.group(1) + rest) if space else None


def _how_many(ask: Ask, kind: Term) -> int:
    rows = ask(f"SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE {{ ?s a {kind.n3()} }}")
    return next((int(row[0].value) for row in rows if row[0]), 0)


def _event_key(term: Term | None) -> str:
    return term.value if term else ""


def _place(layer: Term | None) -> int:
    known = list(LAYER_IRIS.values())
    return known.index(layer.value) if layer and layer.value in known else len(known)
