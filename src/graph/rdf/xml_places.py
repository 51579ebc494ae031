"""Where each statement of an RDF/XML text stands.

The elements are walked in the order in which the parser gives its statements, as in
`turtle_places`. A statement is laid beside the parser's by its predicate, which an element or an
attribute spells out; what belongs to one tag may come in any order.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from graph.rdf.spots import Spoken
from graph.terms import RDF

# Attributes that say how to read an element instead of saying something.
_SYNTAX: Final = frozenset(
    RDF + name
    for name in ("about", "ID", "nodeID", "resource", "parseType", "datatype", "bagID", "aboutEach")
)
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_ATTRIBUTE: Final = re.compile(rb"""([^\s=<>/"']+)\s*=\s*("[^"]*"|'[^']*')""")
_AFTER_NAME: Final = re.compile(rb"[^\s<>/=\"']*\s+")
_BLANK: Final = re.compile(rb"\s+")
_CARRY_ON: Final = bytes(range(0x80, 0xC0))
_REIFIED: Final = tuple(RDF + name for name in ("object", "predicate", "subject", "type"))


class _Element:
    __slots__ = ("at", "children", "is_node", "items", "kind", "li", "name", "text_at", "values")

    def __init__(self, name: str, at: int, *, is_node: bool, kind: str) -> None:
        self.name = name
        self.at = at
        self.is_node = is_node
        # Of a property: how its content is to be read.
        self.kind = kind
        self.values: dict[str, int] = {}
        self.text_at = -1
        self.children = 0
        self.items: list[int] = []
        self.li = 0


class _Scan:
    """One walk; `groups` gathers what the parser says together, tag by tag."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._open: list[_Element] = []
        self._literal = 0
        self.groups: list[list[Spoken]] = []

    def walk(self) -> None:
        parser = expat.ParserCreate("utf-8", namespace_separator="\n")
        parser.ordered_attributes = True
        parser.buffer_text = False
        self._parser = parser
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._said
        parser.Parse(self._content, True)

    def _start(self, name: str, attributes: list[str]) -> None:
        if self._literal:
            self._literal += 1
            return
        name = name.replace("\n", "")
        around = self._open[-1] if self._open else None
        if around is None and name == RDF + "RDF":
            return
        at = self._parser.CurrentByteIndex
        is_node = around is None or not (around.is_node or around.kind == "Resource")
        said = dict(zip(attributes[::2], attributes[1::2], strict=True))
        kind = said.get(_spelt(RDF + "parseType"), "")
        element = _Element(name, at, is_node=is_node, kind="" if is_node else kind)
        element.values = self._places(attributes[::2], at)
        if not is_node and around is not None and name == RDF + "li":
            around.li += 1
            element.name = f"{RDF}_{around.li}"
        self._open.append(element)
        if is_node:
            if around is not None:
                around.children += 1
                around.items.append(at)
            self._node(element)
        elif kind == "Resource":
            self._property(element, at, around)
        elif kind not in ("", "Collection"):
            self._literal = 1

    def _node(self, element: _Element) -> None:
        typed = element.name != RDF + "Description"
        own = [Spoken(element.at, element.at, element.at, RDF + "type")] if typed else []
        self.groups.append([*own, *self._by_attributes(element)])

    def _by_attributes(self, element: _Element) -> list[Spoken]:
        return [
            Spoken(element.at, at, at, name)
            for name, at in element.values.items()
            if name not in _SYNTAX and not name.startswith(_XML)
        ]

    def _end(self, _: str) -> None:
        if self._literal:
            self._literal -= 1
            if self._literal:
                return
        if not self._open:
            return
        element = self._open.pop()
        around = self._open[-1] if self._open else None
        if not element.is_node and element.kind != "Resource":
            at = element.text_at
            for key in ("resource", "nodeID"):
                at = element.values.get(RDF + key, at)
            if element.items:
                at = element.items[0]
            self._property(element, element.at if at < 0 else at, around)

    def _property(self, element: _Element, at: int, around: _Element | None) -> None:
        subject = element.at if around is None else around.at
        group = [Spoken(subject, element.at, at, element.name)]
        if RDF + "ID" in element.values:
            group += [Spoken(element.at, element.at, at, name) for name in _REIFIED]
        if element.kind == "Collection":
            for item in element.items:
                group.append(Spoken(item, item, item, RDF + "first"))
                group.append(Spoken(item, item, item, RDF + "rest"))
        elif element.text_at < 0 or element.items or element.kind == "Resource":
            # Beside a text, attributes say nothing.
            group += self._by_attributes(element)
        self.groups.append(group)

    def _said(self, text: str) -> None:
        element = self._open[-1] if self._open else None
        if element is not None and element.text_at < 0 and (text.strip() or self._literal):
            blank = len(text) - len(text.lstrip())
            element.text_at = self._parser.CurrentByteIndex + len(text[:blank].encode())

    def _places(self, names: list[str], at: int) -> dict[str, int]:
        """Give where the value of each attribute of the tag at this byte stands."""
        found: dict[str, int] = {}
        spelt = iter(names)
        begin = at + 1
        while match := _ATTRIBUTE.match(self._content, self._gap(begin)):
            begin = match.end()
            if not (match[1] == b"xmlns" or match[1].startswith(b"xmlns:")):
                name = next(spelt, None)
                if name is None:
                    break
                found[name.replace("\n", "")] = match.start(2) + 1
        return found

    def _gap(self, begin: int) -> int:
        """Give where the next attribute begins: after blanks, or after the tag's own name."""
        first = self._content[begin - 1 : begin] == b"<"
        match = (_AFTER_NAME if first else _BLANK).match(self._content, begin)
        return match.end() if match else begin


def _spelt(name: str) -> str:
    """Write a name of RDF as the walk gets it."""
    return f"{RDF}\n{name.removeprefix(RDF)}"


def scan(text: str) -> Iterator[list[Spoken]]:
    """Walk the statements of a text that its parser has accepted, in the parser's order.

    What comes together belongs to one tag, and the parser may give it in another order.
    """
    content = text.encode()
    walk = _Scan(content)
    with contextlib.suppress(expat.ExpatError):
        walk.walk()
    signs = _Signs(content)
    for group in walk.groups:
        yield [
            Spoken(
                signs.at(spoken.subject_at),
                signs.at(spoken.predicate_at),
                signs.at(spoken.object_at),
                spoken.predicate,
            )
            for spoken in group
        ]


class _Signs:
    """Turns a place counted in bytes into one counted in signs."""

    _STEP = 4096

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._before = [0]
        for begin in range(0, len(content), self._STEP):
            part = content[begin : begin + self._STEP]
            self._before.append(self._before[-1] + _count(part))

    def at(self, place: int) -> int:
        step = place // self._STEP
        return self._before[step] + _count(self._content[step * self._STEP : place])


def _count(content: bytes) -> int:
    """Count signs: every byte but those that carry a sign on."""
    return len(content.translate(None, _CARRY_ON))
