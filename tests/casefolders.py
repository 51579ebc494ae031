"""Read case folders and run what stands in them, on two engines.

A query case is tests/cases/queries/<query>/<situation>/ with given.ttl, expected.csv and, where the
query has parameters to bind, parameters.toml. A case for shapes is a folder of the same form,
tests/cases/shapes/<file>/<situation>/, with given.ttl and expected.csv (focus, shape, severity);
a check in shapes/checks/ is tried in the same way. So is a rule of the catalogue view, in
tests/cases/views/<rule>/<situation>/ (subject, predicate, object). A case of the command line is
told in test_cli_cases.py, one of a whole submission in test_pipeline_cases.py.

In expected.csv an IRI is written whole or as prefix:name, with the prefixes of given.ttl and of
`graph.terms`; a literal is written as its text; an empty cell is an unbound one. Columns that are
not named are not compared. For a rule the columns are subject, predicate and object.
"""

from __future__ import annotations

import csv
import os
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from graph import assets, rdf
from graph.query import Query, bind, load
from graph.store import MEMORY, Change, Store, open_store
from graph.terms import GRAPH, PREFIXES, Quad, Term, Triple

if TYPE_CHECKING:
    import rdflib

CASES = Path(__file__).parent / "cases"
GIVEN, EXPECTED, PARAMETERS = "given.ttl", "expected.csv", "parameters.toml"
# The file by which a folder is known as a case.
_MARK = {
    "queries": GIVEN,
    "shapes": GIVEN,
    "views": GIVEN,
    "cli": "command",
    "pipeline": "receipt.json",
}
_ALLOWED = {
    "queries": {GIVEN, EXPECTED, PARAMETERS},
    "shapes": {GIVEN, EXPECTED},
    "views": {GIVEN, EXPECTED},
}
_CASE_GRAPH = Term("iri", GRAPH + "case")
_PREFIX = re.compile(r"^\s*@?prefix\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)
MOST_LINES = 30
INVENTED = "https://example.org/"

Row = tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One situation: the folder, and the file it tries."""

    kind: str
    folder: Path

    @property
    def name(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    def read(self, name: str) -> str:
        return (self.folder / name).read_text("utf-8")

    def prefixes(self) -> dict[str, str]:
        return {**PREFIXES, **dict(_PREFIX.findall(self.read(GIVEN)))}

    def given(self) -> list[Triple]:
        return [(s, p, o) for s, p, o, _ in rdf.parse(self.folder / GIVEN)]

    def expected(self) -> tuple[tuple[str, ...], Counter[Row]]:
        """Give the columns, and each expected row with the number of times it comes."""
        table = list(csv.reader(self.read(EXPECTED).splitlines()))
        columns, rows = tuple(table[0]), table[1:]
        prefixes = self.prefixes()
        for row in rows:
            assert len(row) == len(columns), f"{self.name}: {row} has not the columns {columns}"
        return columns, Counter(tuple(_whole(cell, prefixes) for cell in row) for row in rows)

    def faults(self) -> list[str]:
        """Say what is wrong with the folder itself."""
        found = []
        allowed = _ALLOWED[self.kind]
        present = {path.name for path in self.folder.iterdir()}
        found += [f"{name} does not belong here" for name in sorted(present - allowed)]
        found += [f"{name} is missing" for name in (GIVEN, EXPECTED) if name not in present]
        if found:
            return found
        said = [line for line in self.read(GIVEN).splitlines() if line.strip()]
        body = [line for line in said if not line.lstrip().lower().startswith(("@prefix", "#"))]
        if len(body) >= MOST_LINES:
            found.append(f"{GIVEN} has {len(body)} lines; a case is told in under {MOST_LINES}")
        foreign = {s.value for s, _, _ in self.given() if not s.value.startswith(INVENTED)}
        found += [f"{iri} is not invented: begin it with {INVENTED}" for iri in sorted(foreign)]
        return found


def cases(kind: str) -> list[Case]:
    """List the cases of a kind by walking the folders two deep."""
    top = CASES / kind
    if not top.is_dir():
        return []
    owners = sorted(path for path in top.iterdir() if path.is_dir())
    return [Case(kind, path) for owner in owners for path in sorted(owner.iterdir())]


def count_independently(kind: str) -> int:
    """Count the cases of a kind in another way than they are found: by a file that each has."""
    return sum(_MARK[kind] in files for _, _, files in os.walk(CASES / kind))


def _whole(cell: str, prefixes: dict[str, str]) -> str:
    """Write an IRI out in full; leave a text as it is."""
    prefix, colon, rest = cell.partition(":")
    if colon and not rest.startswith("//") and prefix in prefixes and " " not in cell:
        return prefixes[prefix] + rest
    return cell.removeprefix("<").removesuffix(">") if cell.startswith("<") else cell


def short(cell: str, prefixes: dict[str, str]) -> str:
    """Shorten an IRI for the eye."""
    spaces = sorted(prefixes.items(), key=lambda pair: -len(pair[1]))
    for prefix, space in spaces:
        if space and cell.startswith(space) and space != PREFIXES["eif"]:
            return f"{prefix}:{cell[len(space) :]}"
    return cell


@cache
def query_named(name: str) -> Query:
    """Load the query or check of a case folder's name."""
    files = [*assets.files("queries"), *assets.files("checks")]
    found = [path for path in files if path.stem == name]
    assert len(found) == 1, f"no query, or several, named {name}"
    return load(found[0])


@cache
def background() -> tuple[Quad, ...]:
    """Give what the rules rely on beside a case: the vocabulary and the code lists."""
    lists = [path for path in assets.files("data") if path.parent.name == "code-lists"]
    return tuple(
        (s, p, o, Term("iri", assets.graph_iri(path)))
        for path in [*assets.files("ontology"), *lists]
        for s, p, o, _ in rdf.parse(path)
    )


@cache
def rules() -> tuple[tuple[str, Term, str], ...]:
    """Give name, graph and text of every rule, in order."""
    return tuple(
        (path.stem, Term("iri", assets.graph_iri(path)), path.read_text("utf-8"))
        for path in assets.files("rules")
    )


@dataclass
class Derived:
    """A store with a case in it and what all rules made of it, rule by rule."""

    store: Store
    by_rule: dict[str, list[Triple]]


def derive(case: Case) -> Derived:
    """Load a case beside the background and run every rule in order."""
    store = open_store(MEMORY)
    given = [(s, p, o, _CASE_GRAPH) for s, p, o in case.given()]
    store.apply(Change(added=(*background(), *given)))
    by_rule: dict[str, list[Triple]] = {}
    for name, graph, text in rules():
        by_rule[name] = store.construct(text, name=name)
        store.apply(Change(added=tuple((s, p, o, graph) for s, p, o in by_rule[name])))
    return Derived(store, by_rule)


def text_of(case: Case, query: Query) -> str:
    """Give the query's text with the case's parameters bound."""
    path = case.folder / PARAMETERS
    if not path.is_file():
        return query.text
    given = tomllib.loads(path.read_text("utf-8"))
    unknown = given.keys() - query.parameters.keys()
    assert not unknown, f"{query.name} has no parameter {', '.join(unknown)}"
    prefixes = case.prefixes()
    return bind(
        query,
        {name: query.parameters[name].read(str(value), prefixes) for name, value in given.items()},
    )


def counted(
    columns: tuple[str, ...], variables: tuple[str, ...], rows: list[tuple[Term | None, ...]]
) -> Counter[Row]:
    """Give rows reduced to some columns, with the number of times each comes."""
    missing = set(columns) - set(variables)
    assert not missing, f"no column {', '.join(sorted(missing))}; there are {variables}"
    places = [variables.index(column) for column in columns]
    cells = ([row[place] for place in places] for row in rows)
    return Counter(tuple("" if cell is None else cell.value for cell in row) for row in cells)


TRIPLE = ("subject", "predicate", "object")


def on_first_engine(case: Case, columns: tuple[str, ...], made: Derived) -> Counter[Row]:
    """Answer on the embedded store."""
    query = query_named(case.folder.parent.name)
    if query.kind == "rules":
        return counted(columns, TRIPLE, [tuple(row) for row in made.by_rule[query.name]])
    answer = made.store.query(text_of(case, query), name=query.name)
    return counted(columns, answer.variables, answer.rows)


class SecondEngine:
    """rdflib: another parser, another algebra, another evaluation."""

    def __init__(self) -> None:
        import rdflib

        self._graph = rdflib.Graph()
        for s, p, o, _ in background():
            self._graph.add((_node(s), _node(p), _node(o)))

    def answer(self, case: Case, columns: tuple[str, ...], made: Derived) -> Counter[Row]:
        """Answer over the same triples; a rule sees what the rules before it derived."""
        import rdflib

        query = query_named(case.folder.parent.name)
        visible = case.given()
        for name, triples in made.by_rule.items():
            if query.kind == "rules" and name == query.name:
                break
            visible += triples
        nodes = [(_node(s), _node(p), _node(o)) for s, p, o in visible]
        added = [triple for triple in nodes if triple not in self._graph]
        for triple in added:
            self._graph.add(triple)
        try:
            result = self._graph.query(_prepared(text_of(case, query)))
            if query.kind == "rules":
                assert result.graph is not None
                rows = [tuple(_term(node) for node in triple) for triple in result.graph]
                return counted(columns, TRIPLE, rows)
            variables = tuple(str(variable) for variable in result.vars or ())
            found = [
                tuple(_term(row.get(rdflib.Variable(name))) for name in variables)
                for row in result.bindings
            ]
            return counted(columns, variables, found)
        finally:
            for triple in added:
                self._graph.remove(triple)


@cache
def _prepared(text: str) -> rdflib.plugins.sparql.sparql.Query:
    """Parse a query once for all its cases; parsing takes longer than answering."""
    from rdflib.plugins.sparql import prepareQuery

    return prepareQuery(text)


def _node(term: Term) -> rdflib.term.Node:
    import rdflib

    if term.kind == "iri":
        return rdflib.URIRef(term.value)
    if term.kind == "bnode":
        return rdflib.BNode(term.value)
    datatype = rdflib.URIRef(term.datatype) if term.datatype else None
    return rdflib.Literal(term.value, lang=term.lang, datatype=datatype, normalize=False)


def _term(node: object) -> Term | None:
    import rdflib

    if node is None:
        return None
    return Term("literal" if isinstance(node, rdflib.Literal) else "iri", str(node))
