"""JSON with the place of every value: what the standard library reads and forgets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

_TOKEN: Final = re.compile(
    r"""[ \t\r\n]*+(?: (?P<text> "(?:[^"\\]++|\\.)*+" ) | (?P<sign> [\[\]{},:] )
         | (?P<plain> [^\s\[\]{},:"]++ ) )""",
    re.DOTALL | re.VERBOSE,
)


class Node(NamedTuple):
    """A value: an object as a list of members, an array as a list of nodes, else as Python has it.

    `at` is where it begins in the text and `end` where it has ended.
    """

    value: Any
    at: int
    end: int

    @property
    def members(self) -> list[Member] | None:
        """The members of an object, else None."""
        return self.value.members if isinstance(self.value, Members) else None

    @property
    def items(self) -> list[Node] | None:
        """The items of an array, else None."""
        return self.value if isinstance(self.value, list) else None

    def member(self, *keys: str) -> Node | None:
        """Give the value of the first member with one of these keys."""
        return next((m.node for m in self.members or () if m.key in keys), None)

    def each(self) -> list[Node]:
        """Give the items of an array, or the value itself as the only one."""
        found = self.items
        return [self] if found is None else found


class Members(NamedTuple):
    """What an object holds, in the order it is written."""

    members: list[Member]


class Member(NamedTuple):
    """A key with its place, and its value."""

    key: str
    at: int
    node: Node


class NotJson(ValueError):
    """The text breaks the grammar of JSON; its parser will say where."""


def read(text: str) -> Node:
    """Read a text; NotJson when it is none, RecursionError when it is too deep for Python."""
    reader = _Reader(text)
    node = reader.value()
    if text[node.end :].strip():
        raise NotJson
    return node


def everything(node: Node) -> Iterator[Member]:
    """Walk every member of every object, from the outside in."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        for member in here.members or ():
            yield member
            waiting.append(member.node)
        waiting += here.items or ()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def value(self) -> Node:
        match = self._next()
        begin = match.start(match.lastgroup or 0)
        said = match[match.lastgroup or 0]
        if said == "{":
            return Node(Members(self._members()), begin, self._at)
        if said == "[":
            return Node(self._items(), begin, self._at)
        if match.lastgroup == "sign":
            raise NotJson
        try:
            return Node(json.loads(said, strict=False), begin, self._at)
        except ValueError as error:
            raise NotJson from error

    def _members(self) -> list[Member]:
        found: list[Member] = []
        if self._ends("}"):
            return found
        while True:
            key = self.value()
            if not isinstance(key.value, str):
                raise NotJson
            self._expect(":")
            found.append(Member(key.value, key.at, self.value()))
            if self._expect("},") == "}":
                return found

    def _items(self) -> list[Node]:
        found: list[Node] = []
        if self._ends("]"):
            return found
        while True:
            found.append(self.value())
            if self._expect("],") == "]":
                return found

    def _ends(self, sign: str) -> bool:
        match = self._peek()
        if match["sign"] != sign:
            return False
        self._at = match.end()
        return True

    def _expect(self, signs: str) -> str:
        sign = self._next()["sign"]
        if sign is None or sign not in signs:
            raise NotJson
        return str(sign)

    def _next(self) -> re.Match[str]:
        match = self._peek()
        self._at = match.end()
        return match

    def _peek(self) -> re.Match[str]:
        match = _TOKEN.match(self._text, self._at)
        if match is None:
            raise NotJson
        return match
