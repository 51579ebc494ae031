"""Take a group of a SPARQL text apart: triples, paths, expressions, and which variables it binds.

Grammar rules and scoping are those of SPARQL 1.1 Query Language, sections 18.2.1 and 19.8.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from graph.sparql import Group, SparqlReadError, Token


class Path(NamedTuple):
    """One triple pattern: the variables it binds, its line, and what its path does."""

    variables: frozenset[str]
    line: int
    steps: int
    closure: bool


@dataclass
class Parts:
    """A group taken apart. Expressions keep their tokens and the EXISTS groups inside them."""

    triples: list[Path] = field(default_factory=list)
    filters: list[list[Token | Group]] = field(default_factory=list)
    binds: list[tuple[list[Token | Group], str]] = field(default_factory=list)
    values: list[tuple[tuple[str, ...], Group]] = field(default_factory=list)
    children: list[Group] = field(default_factory=list)
    select: list[Token] = field(default_factory=list)
    tail: list[Token | Group] = field(default_factory=list)


def parts(group: Group) -> Parts:
    """Take a pattern group apart; for a sub-SELECT the clauses before and after its pattern too."""
    out = Parts()
    items = group.items
    if group.kind == "query":
        items = items[_after_prologue(items) :]
    if items and isinstance(items[0], Token) and items[0].is_word("SELECT", "CONSTRUCT"):
        where = next((i for i, item in enumerate(items) if isinstance(item, Group)), len(items))
        out.select = [item for item in items[1:where] if isinstance(item, Token)]
        if items[0].is_word("CONSTRUCT"):
            pattern = (i for i, item in enumerate(items) if isinstance(item, Group) and i > where)
            where = next(pattern, where)
        out.children = [item for item in items[: where + 1] if isinstance(item, Group)]
        out.tail = items[where + 1 :]
        return out
    block: list[Token] = []
    index = 0
    while index < len(items):
        item = items[index]
        if isinstance(item, Group):
            out.children.append(item)
            index += 1
            continue
        if item.is_word("FILTER"):
            index, expression = _expression(items, index + 1)
            out.filters.append(expression)
        elif item.is_word("BIND"):
            index, expression = _expression(items, index + 1)
            target = expression[-2] if len(expression) > 1 else None
            if not isinstance(target, Token) or target.kind != "var":
                raise SparqlReadError(item.line, "BIND without AS ?variable")
            out.binds.append((expression[:-2], target.name))
        elif item.is_word("VALUES"):
            names: list[str] = []
            index += 1
            while index < len(items) and not isinstance(items[index], Group):
                word = items[index]
                if isinstance(word, Token) and word.kind == "var":
                    names.append(word.name)
                index += 1
            data = items[index] if index < len(items) else None
            if not isinstance(data, Group):
                raise SparqlReadError(item.line, "VALUES without its data")
            out.values.append((tuple(names), data))
            index += 1
        elif item.is_word("OPTIONAL", "MINUS", "UNION"):
            index += 1
        elif item.is_word("GRAPH", "SERVICE"):
            index += 1
            while index < len(items) and not isinstance(items[index], Group):
                index += 1
        else:
            block.append(item)
            index += 1
            # A keyword or a group ends a run of triples; a missing full stop there is legal.
            after = items[index] if index < len(items) else None
            if isinstance(after, Group) or after is None or _starts_clause(after):
                out.triples.extend(_Triples(block).read())
                block = []
    return out


def _after_prologue(items: list[Token | Group]) -> int:
    for index, item in enumerate(items):
        if isinstance(item, Token) and item.is_word("SELECT", "CONSTRUCT", "ASK", "DESCRIBE"):
            return index
    return len(items)


def _starts_clause(token: Token) -> bool:
    return token.is_word(
        "FILTER", "BIND", "VALUES", "OPTIONAL", "MINUS", "UNION", "GRAPH", "SERVICE"
    )


def _expression(items: list[Token | Group], index: int) -> tuple[int, list[Token | Group]]:
    """Collect a bracketed expression, a function call or [NOT] EXISTS; brackets kept inside."""
    collected: list[Token | Group] = []
    depth = 0
    while index < len(items):
        item = items[index]
        collected.append(item)
        index += 1
        if isinstance(item, Group):
            if depth == 0:
                break
        elif item.text == "(":
            depth += 1
        elif item.text == ")":
            depth -= 1
            if depth == 0:
                break
    return index, collected


class _Triples:
    """Reads a run of triple patterns (grammar rules 55 to 113)."""

    def __init__(self, block: list[Token]) -> None:
        self.block = block
        self.at = 0
        self.found: list[Path] = []

    def read(self) -> list[Path]:
        while self.at < len(self.block):
            if self.take("."):
                continue
            subject = self.node()
            if not self.ended():
                self.properties(subject)
        return self.found

    def ended(self) -> bool:
        return self.at >= len(self.block) or self.block[self.at].text in {".", "]", ")"}

    def take(self, text: str) -> bool:
        if self.at < len(self.block) and self.block[self.at].text == text:
            self.at += 1
            return True
        return False

    def next(self) -> Token:
        if self.at >= len(self.block):
            line = self.block[-1].line if self.block else 1
            raise SparqlReadError(line, "the pattern breaks off")
        self.at += 1
        return self.block[self.at - 1]

    def node(self) -> frozenset[str]:
        token = self.next()
        if token.text == "[":
            if self.take("]"):
                return frozenset()
            self.properties(frozenset())
            if not self.take("]"):
                raise SparqlReadError(token.line, "a [ without its ]")
            return frozenset()
        if token.text == "(":
            names: frozenset[str] = frozenset()
            while not self.take(")"):
                names |= self.node()
            return names
        if token.text in {"+", "-"}:
            token = self.next()
        if token.kind == "op":
            raise SparqlReadError(token.line, f"{token.text!r} where a term should be")
        if token.kind == "string" and self.at < len(self.block):
            if self.block[self.at].kind == "lang":
                self.at += 1
            elif self.take("^^"):
                self.next()
        return frozenset({token.name}) if token.kind == "var" else frozenset()

    def properties(self, subject: frozenset[str]) -> None:
        while not self.ended():
            if self.take(";"):
                continue
            line = self.block[self.at].line
            if self.block[self.at].kind == "var":
                verb, steps, closure = frozenset({self.next().name}), 1, False
            else:
                verb = frozenset()
                steps, closure = self.path()
            while True:
                names = subject | verb | self.node()
                self.found.append(Path(names, line, steps, closure))
                if not self.take(","):
                    break
            if not self.ended() and self.block[self.at].text != ";":
                raise SparqlReadError(self.block[self.at].line, "a . or ; is missing")

    def path(self) -> tuple[int, bool]:
        steps, closure = self.sequence()
        while self.take("|"):
            other, closes = self.sequence()
            steps, closure = max(steps, other), closure or closes
        return steps, closure

    def sequence(self) -> tuple[int, bool]:
        steps, closure = self.element()
        while self.take("/"):
            more, closes = self.element()
            steps, closure = steps + more, closure or closes
        return steps, closure

    def element(self) -> tuple[int, bool]:
        self.take("^")
        negated = self.take("!")
        steps, closure = 1, False
        token = self.next()
        if token.text == "(":
            if negated:
                while not self.take(")"):
                    self.next()
            else:
                steps, closure = self.path()
                if not self.take(")"):
                    raise SparqlReadError(token.line, "a ( without its )")
        elif token.text == "^" and negated:
            self.next()
        elif token.kind not in {"iri", "pname"} and token.text != "a":
            raise SparqlReadError(token.line, f"{token.text!r} where a property should be")
        if self.take("*") or self.take("+"):
            closure = True
        else:
            self.take("?")
        return steps, closure


def names_in(items: list[Token | Group]) -> set[str]:
    """The variables named in an expression, those inside EXISTS left out."""
    return {item.name for item in items if isinstance(item, Token) and item.kind == "var"}


def projection(select: list[Token]) -> tuple[str, ...] | None:
    """The columns of a SELECT clause in order; None for `SELECT *`."""
    columns: list[str] = []
    depth = 0
    for index, token in enumerate(select):
        if token.text == "(":
            depth += 1
        elif token.text == ")":
            depth -= 1
        elif token.text == "*" and depth == 0:
            return None
        elif token.kind == "var" and (depth == 0 or select[index - 1].is_word("AS")):
            columns.append(token.name)
    return tuple(columns)


def visible(group: Group) -> set[str]:
    """The variables that a group's solutions may bind (SPARQL 1.1 section 18.2.1)."""
    if group.kind in {"minus", "exists", "data", "template"}:
        return set()
    return bound_in(group)


def bound_in(group: Group) -> set[str]:
    """The variables that a pattern may bind when evaluated by itself, whatever its kind."""
    taken = parts(group)
    if taken.select:
        columns = projection(taken.select)
        return set(columns) if columns is not None else visible(taken.children[0])
    names: set[str] = set()
    for triple in taken.triples:
        names |= triple.variables
    for _, target in taken.binds:
        names.add(target)
    for variables, _ in taken.values:
        names.update(variables)
    for child in taken.children:
        names |= visible(child)
    return names
