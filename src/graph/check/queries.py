"""Query forms that give wrong or slow answers without an error; each was met once.

Why each is refused stands in the text of its rule, and at length in docs on the gap model.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from graph import pattern, sparql
from graph.check.project import Fault, Project
from graph.errors import QuerySyntaxError
from graph.query import MAKERS, Query
from graph.sparql import Group, Token
from graph.store import MEMORY, open_store
from graph.terms import LANGUAGES

_PATTERNS = frozenset(
    {"where", "minus", "optional", "union", "exists", "graph", "service", "group"}
)
# The answer must follow from the graph and the parameters alone, on every engine.
_REFUSED_WORDS = ("NOW", "RAND", "UUID", "STRUUID", "SERVICE", "FROM", "LIMIT", "OFFSET", "REDUCED")


def forms(project: Project) -> Iterator[Fault]:
    """Find refused forms, broken SPARQL and titles that lack a language in every shipped query."""
    empty = open_store(MEMORY)
    for path, query in project.queries.items():
        name = project.name(path)
        ask = empty.construct if query.kind in MAKERS else empty.query
        try:
            ask(query.text, name)
        except QuerySyntaxError as error:
            yield Fault("query-syntax", name, error.line, {"reason": error.reason})
        for language in LANGUAGES:
            if language not in query.title:
                yield Fault("title-language", name, 1, {"language": language})
        yield from refused(name, query)


def refused(name: str, query: Query) -> Iterator[Fault]:
    """Find the refused forms of one query."""
    for token in sparql.tokens(query.text):
        if token.is_word(*_REFUSED_WORDS):
            yield Fault("query-word", name, token.line, {"word": token.text.upper()})
        if token.kind == "var" and token.text.startswith("$"):
            yield Fault("query-dollar", name, token.line, {"word": token.text})
    if query.kind not in MAKERS and not _ordered(query.tree):
        yield Fault("query-order", name, 1)
    for group in query.tree.walk():
        if group.kind in _PATTERNS:
            try:
                yield from _in_group(name, group, frozenset(query.parameters))
            except sparql.SparqlReadError as error:
                yield Fault("query-unread", name, error.line, {"reason": error.reason})


def _ordered(tree: Group) -> bool:
    words = [item for item in tree.items if isinstance(item, Token)]
    pairs = pairwise(words)
    return any(first.is_word("ORDER") and second.is_word("BY") for first, second in pairs)


def _in_group(name: str, group: Group, parameters: frozenset[str]) -> Iterator[Fault]:
    taken = pattern.parts(group)
    if group.kind == "exists":
        steps = _steps(group)
        if steps > 1:
            yield Fault("query-exists", name, group.line, {"count": str(steps)})
    if group.inside("exists", "minus"):
        for triple in taken.triples:
            if triple.closure:
                yield Fault("query-closure", name, triple.line)
    if group.kind == "minus":
        shared = pattern.bound_in(group) & _before(group) - parameters
        if not shared:
            yield Fault("query-minus", name, group.line)
    if taken.select:
        return
    declared = {variable for variables, _ in taken.values for variable in variables}
    # A column or an ORDER BY may take the value that the groups inside have bound.
    outside = _used_outside(group) - pattern.bound_in(group)
    for variable in sorted((_used(taken) | outside) & parameters - declared):
        yield Fault("query-parameter", name, group.line, {"variable": variable})
    own = pattern.bound_in(group)
    for expression, _ in taken.binds:
        for variable in sorted(pattern.names_in(expression) - own):
            line = next(item.line for item in expression)
            yield Fault("query-bind", name, line, {"variable": variable})
    known = _scope(group)
    for expression in taken.filters:
        for variable in sorted(pattern.names_in(expression) - known):
            line = next(item.line for item in expression)
            yield Fault("query-filter", name, line, {"variable": variable})


def _steps(group: Group) -> int:
    """Count the triples of a group and of all groups inside it; each step of a path is one."""
    return sum(
        triple.steps
        for inner in group.walk()
        if inner.kind in _PATTERNS
        for triple in pattern.parts(inner).triples
    )


def _before(group: Group) -> set[str]:
    """Give the variables bound by what stands before a group in the group around it."""
    around = group.parent
    if around is None:
        return set()
    earlier = Group("group", around.line, None, around.items[: around.items.index(group)])
    # The word MINUS itself ends the list and begins nothing.
    while earlier.items and isinstance(earlier.items[-1], Token):
        last = earlier.items.pop()
        if not (isinstance(last, Token) and last.is_word("MINUS")):
            earlier.items.append(last)
            break
    return pattern.bound_in(earlier)


def _scope(group: Group) -> set[str]:
    """Give the variables a FILTER here may see: the group's own, in OPTIONAL the outer ones too."""
    names = pattern.bound_in(group)
    if group.kind in {"optional", "exists"} and group.parent is not None:
        names |= _scope(group.parent)
    return names


def _used(taken: pattern.Parts) -> set[str]:
    """Give the variables a group names itself, those of the groups inside it left out."""
    names: set[str] = set()
    for triple in taken.triples:
        names |= triple.variables
    for expression in taken.filters:
        names |= pattern.names_in(expression)
    for expression, _ in taken.binds:
        names |= pattern.names_in(expression)
    return names


def _used_outside(group: Group) -> set[str]:
    """Give what is selected, grouped and ordered over a WHERE group."""
    if group.kind == "where" and group.parent is not None:
        return pattern.names_in(group.parent.items)
    return set()
