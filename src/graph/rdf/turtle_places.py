"""Where each statement of a Turtle, TriG, N-Triples or N-Quads text stands.

One pass over the signs of a text that its parser has accepted, in the order in which the parser
gives its statements: so the two can be laid side by side, and no name has to be resolved twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from graph.rdf.spots import Spoken
from graph.terms import RDF

_NAME: Final = r"[A-Za-z0-9_\-:%\u0080-\U0010FFFF]"
_TOKEN: Final = re.compile(
    rf'''
    (?P<skip> [ \t\r\n]++ | \#[^\r\n]*+ )
  | (?P<string> """(?:[^"\\]++|\\.|"(?!""))*+""" | \'\'\'(?:[^'\\]++|\\.|'(?!\'\'))*+\'\'\'
              | "(?:[^"\\\r\n]++|\\.)*+" | '(?:[^'\\\r\n]++|\\.)*+' )
  | (?P<iri> <[^<>"{{}}|^`\x00-\x20]*+> )
  | (?P<at> @[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[a-z]++)? )
  | (?P<number> [+-]?(?:[0-9]+\.[0-9]*[eE][+-]?[0-9]+ | \.?[0-9]+[eE][+-]?[0-9]+
              | [0-9]*\.[0-9]+ | [0-9]+) )
  | (?P<name> (?:{_NAME}|\\.)++(?:\.++(?:{_NAME}|\\.)++)*+ )
  | (?P<sign> \^\^ | [.;,\[\](){{}}] )
  | (?P<other> . )
    ''',
    re.VERBOSE | re.DOTALL,
)
_WHOLE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_FIRST, _REST = RDF + "first", RDF + "rest"


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


class _Level:
    """What the statements inside one bracket have in common so far."""

    __slots__ = ("is_list", "item", "predicate", "predicate_at", "subject")

    def __init__(self, subject: int = -1, *, is_list: bool = False) -> None:
        self.subject = subject
        self.predicate_at = -1
        self.predicate: str | None = None
        self.is_list = is_list
        # Of a list: where its latest item begins.
        self.item = -1


class _Scan:
    """The walk through one text."""

    def __init__(self, text: str, *, named: bool) -> None:
        self._text = text
        self._prefixes: dict[str, str] = {}
        # In N-Quads a fourth term names the graph.
        self._named = named
        self._whole = False
        self._quoted: _Token | None = None
        self._stack: list[_Level] = [_Level()]

    def statements(self) -> Iterator[Spoken]:
        """Give every statement when the parser would.

        What one sign lets the parser say it hands out last thing first. A text in quotes is only
        whole when the sign after it is seen, which may bring a language or a datatype.
        """
        tokens = _tokens(self._text)
        for token in tokens:
            said = self._held() if self._quoted is not None else []
            here = self._stack[-1]
            begins = not here.is_list and here.subject < 0
            if token.text == "^^":
                next(tokens, None)
            elif token.kind == "at" or (begins and token.kind == "name" and ":" not in token.text):
                if begins:
                    self._directive(token.text.lower().removeprefix("@"), tokens)
            elif token.kind == "sign":
                said += self._sign(token, here)
            elif not (self._named and self._whole):
                said += self._begin(token.at)
                if token.kind == "string":
                    self._quoted = token
                else:
                    said += self._take(len(self._stack) - 1, token.at, token)
            yield from reversed(said)

    def _held(self) -> list[Spoken]:
        token, self._quoted = self._quoted, None
        return self._take(len(self._stack) - 1, token.at, token) if token is not None else []

    def _directive(self, word: str, tokens: Iterator[_Token]) -> None:
        if word == "prefix":
            name, space = next(tokens, None), next(tokens, None)
            if name is not None and space is not None:
                self._prefixes[name.text[:-1]] = space.text[1:-1]
        elif word in ("base", "version"):
            next(tokens, None)

    def _sign(self, token: _Token, here: _Level) -> list[Spoken]:
        said: list[Spoken] = []
        sign = token.text
        if sign in "[(":
            said = self._begin(token.at)
            self._stack.append(_Level(is_list=True) if sign == "(" else _Level(subject=token.at))
            here = self._stack[-1]
            here.subject = token.at
        elif sign in "])" and len(self._stack) > 1:
            inner = self._stack.pop()
            if inner.is_list and inner.item >= 0:
                said.append(Spoken(inner.item, inner.item, token.at, _REST))
            else:
                said = self._take(len(self._stack) - 1, inner.subject)
        elif sign == "{":
            # What stood before it was the name of a graph.
            self._stack = [_Level(), _Level()]
        elif sign == "}":
            self._stack = [_Level()]
        elif sign == ".":
            self._stack[-1] = _Level()
            self._whole = False
        elif sign == ";":
            here.predicate_at = -1
        return said

    def _begin(self, at: int) -> list[Spoken]:
        """Tell what follows from a term's beginning: inside a list, a new link of its chain."""
        here = self._stack[-1]
        if not here.is_list:
            return []
        before, here.item = here.item, at
        if before >= 0:
            return [Spoken(before, before, at, _REST)]
        # Only now it is known that the list is not empty, so that it has a first link.
        return self._take(len(self._stack) - 2, here.subject)

    def _take(self, level: int, at: int, token: _Token | None = None) -> list[Spoken]:
        """Take a term in at a level: as its subject, its predicate, an object or an item."""
        here = self._stack[level]
        if here.is_list:
            return [Spoken(here.item, here.item, at, _FIRST, _ending(token))]
        if here.subject < 0:
            here.subject = at
        elif here.predicate_at < 0:
            here.predicate_at, here.predicate = at, self._predicate(token)
        else:
            self._whole = True
            return [Spoken(here.subject, here.predicate_at, at, here.predicate, _ending(token))]
        return []

    def _predicate(self, token: _Token | None) -> str | None:
        if token is None:
            return None
        if token.kind == "iri":
            # A relative one, or one with escapes, is the parser's business.
            text = token.text[1:-1]
            return text if _plain(text) else None
        if token.text == "a":
            return RDF + "type"
        prefix, _, local = token.text.partition(":")
        space = self._prefixes.get(prefix, "")
        return space + _ESCAPED.sub(r"\1", local) if _plain(space) else None


def _plain(iri: str) -> bool:
    """Tell an IRI that is what it says: whole, without escapes and without steps up."""
    return _WHOLE.match(iri) is not None and "\\" not in iri and "/." not in iri


def _ending(token: _Token | None) -> str | None:
    """Give what the term that a token stands for must end with; None where that is not plain."""
    if token is None or "\\" in token.text or token.text.startswith("_:"):
        return None
    text = token.text
    if token.kind == "name":
        return text.partition(":")[2] if ":" in text else text
    if token.kind == "iri":
        return text[1:-1] if _plain(text[1:-1]) else None
    if token.kind == "string":
        return text[3:-3] if text[:3] in ('"""', "'''") else text[1:-1]
    return text


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "skip":
            yield _Token(kind, match[0], match.start())


def scan(text: str, form: str) -> Iterator[Spoken]:
    """Walk the statements of a text that its parser has accepted, in the parser's order."""
    return _Scan(text, named=form == "nq").statements()
