"""Read a SPARQL text as tokens and nested groups, with line numbers, without evaluating anything.

It knows as much of the SPARQL 1.1 grammar (section 19.8) as the header reader and the house rules
need, and is no validator: the engines are. What stands inside a group is read by `pattern`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Kind = Literal["iri", "string", "var", "pname", "bnode", "number", "lang", "word", "op"]

# A prefix has an end: looking for its colon from every letter of a long text would take for ever.
_TOKEN = re.compile(
    r"""
    (?P<skip>\s+|\#[^\r\n]*)
  | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
  | (?P<string>\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*'{3}
        |"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
  | (?P<var>[?$]\w+)
  | (?P<bnode>_:\w(?:[\w.-]*\w)?)
  | (?P<pname>(?:[^\W\d_](?:[\w.-]{0,250}[\w-])?)?:(?:(?:[\w:-]|%[0-9A-Fa-f]{2}|\\[^\w\s])
        (?:(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\[^\w\s])*(?:[\w:-]|%[0-9A-Fa-f]{2}|\\[^\w\s]))?)?)
  | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
  | (?P<lang>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<word>[A-Za-z]\w*)
  | (?P<op>\^\^|&&|\|\||!=|<=|>=|[{}()\[\].;,^|=<>+*/!?-])
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """One token: its kind, its text as written, the line (from 1) and the span in the text."""

    kind: Kind
    text: str
    line: int
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        """Say whether this is one of the given keywords, in any case."""
        return self.kind == "word" and self.text.upper() in words

    @property
    def name(self) -> str:
        """The name of a variable, without its sign."""
        return self.text[1:]


class SparqlReadError(ValueError):
    """The text cannot be read as SPARQL; carries the line, and the place where that is known."""

    def __init__(self, line: int, reason: str, start: int | None = None) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason
        self.start = start


def tokens(text: str) -> list[Token]:
    """Split a SPARQL text into tokens; comments and white space are left out."""
    found: list[Token] = []
    position, line = 0, 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise SparqlReadError(line, f"unexpected {text[position]!r}", position)
        kind = match.lastgroup
        if kind != "skip":
            found.append(Token(kind, match[0], line, position, match.end()))  # type: ignore[arg-type]
        line += match[0].count("\n")
        position = match.end()
    return found


@dataclass
class Group:
    """What stands between a pair of braces, in order, and the words that led to it.

    `kind` is one of where, optional, minus, exists, union, graph, service, data, template, group;
    the outermost one, which has no braces, is `query`.
    """

    kind: str
    line: int
    parent: Group | None = None
    items: list[Token | Group] = field(default_factory=list)
    start: int = 0
    end: int = 0

    def groups(self) -> list[Group]:
        """The groups directly inside this one."""
        return [item for item in self.items if isinstance(item, Group)]

    def walk(self) -> Iterator[Group]:
        """This group and every group inside it, outermost first."""
        yield self
        for group in self.groups():
            yield from group.walk()

    def inside(self, *kinds: str) -> bool:
        """Say whether this group or one around it is of a kind."""
        group: Group | None = self
        while group is not None:
            if group.kind in kinds:
                return True
            group = group.parent
        return False


_LEADING = {
    "MINUS": "minus",
    "OPTIONAL": "optional",
    "UNION": "union",
    "EXISTS": "exists",
    "WHERE": "where",
    "CONSTRUCT": "template",
}


def tree(found: list[Token]) -> Group:
    """Nest tokens by braces."""
    root = Group("query", 1)
    here = root
    for token in found:
        if token.kind == "op" and token.text == "{":
            inner = Group(_kind(here), token.line, here, start=token.start)
            here.items.append(inner)
            here = inner
        elif token.kind == "op" and token.text == "}":
            if here.parent is None:
                raise SparqlReadError(token.line, "a } without its {")
            here.end = token.end
            here = here.parent
        else:
            here.items.append(token)
    if here is not root:
        raise SparqlReadError(here.line, "a { without its }")
    return root


def _kind(around: Group) -> str:
    before: list[Token] = []
    for item in reversed(around.items):
        if isinstance(item, Group):
            break
        before.append(item)
    if not before:
        return "group"
    last = before[0]
    if last.kind == "word" and last.text.upper() in _LEADING:
        return _LEADING[last.text.upper()]
    if len(before) > 1 and before[1].is_word("GRAPH", "SERVICE", "SILENT"):
        return "graph" if before[1].is_word("GRAPH") else "service"
    if len(before) > 1 and before[1].is_word("VALUES"):
        return "data"
    if last.text == ")" and _opens_values(before):
        return "data"
    words = {token.text.upper() for token in before if token.kind == "word"}
    return "where" if "SELECT" in words else "group"


def _opens_values(before: list[Token]) -> bool:
    for index, token in enumerate(before):
        if token.text == "(":
            return index + 1 < len(before) and before[index + 1].is_word("VALUES")
        if index and token.kind != "var":
            return False
    return False


def prefixes(root: Group) -> dict[str, str]:
    """Read the PREFIX lines: name without colon, to namespace."""
    words = [item for item in root.items if isinstance(item, Token)]
    return {
        name.text[:-1]: space.text[1:-1]
        for keyword, name, space in zip(words, words[1:], words[2:], strict=False)
        if keyword.is_word("PREFIX") and name.kind == "pname" and space.kind == "iri"
    }


def expand(token: Token, known: Mapping[str, str]) -> str:
    """Give the IRI that a token stands for; ValueError when it is none or its prefix is unknown."""
    if token.kind == "iri":
        return token.text[1:-1]
    prefix, colon, rest = token.text.partition(":")
    if token.kind != "pname" or not colon or prefix not in known:
        raise ValueError(f"{token.text} stands for no IRI")
    return known[prefix] + re.sub(r"\\(.)", r"\1", rest)


_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


def unquote(token: Token) -> str:
    """Give the text that a string token stands for."""
    marks = 3 if token.text[:3] in {'"""', "'''"} else 1
    inside = token.text[marks:-marks]
    return re.sub(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", _character, inside)


def _character(match: re.Match[str]) -> str:
    code = match[1]
    return chr(int(code[1:], 16)) if len(code) > 1 else _ESCAPED.get(code, code)
