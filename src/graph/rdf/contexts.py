"""Contexts of JSON-LD that lie elsewhere: the ones we know are put in, all others are refused.

Nothing is fetched. A context that we know is written into the text before its parser sees it, in
place of its address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from graph.errors import RemoteContext, TooManyContexts
from graph.rdf.json_text import Node, NotJson, everything, read
from graph.rdf.spots import Lines, Spot

MOST: Final = 5_000_000
"""How many signs all contexts put into one text may have together."""
_SCHEME: Final = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)

Known = Mapping[str, Any]
"""Contexts by address, as `address` writes it."""
NOTHING: Final[Known] = MappingProxyType({})


class Put(NamedTuple):
    """A context put into a text: where it lies now, and where its address lay before."""

    start: int
    end: int
    old_start: int
    old_end: int


class Filled(NamedTuple):
    """A text with its contexts put in."""

    text: str
    puts: tuple[Put, ...]


def fill(text: str, shown: str, known: Known) -> Filled:
    """Put the contexts that we know into a text of JSON-LD.

    A text that is no JSON comes back as it is: its parser tells what is wrong with it.

    Raises:
        RemoteContext: it names a context that we do not know.
        TooManyContexts: the contexts put in would be out of all proportion.

    """
    try:
        elsewhere = sorted(_elsewhere(read(text)), key=lambda node: node.at)
    except (NotJson, RecursionError):
        return Filled(text, ())
    parts: list[str] = []
    puts: list[Put] = []
    length = last = room = 0
    for node in elsewhere:
        context = known.get(address(node.value))
        if context is None:
            raise RemoteContext(shown, *Lines(text).spot(node.at), _line(text, node.at), node.value)
        written = json.dumps(context)
        room += len(written)
        if room > MOST:
            raise TooManyContexts(shown, *Lines(text).spot(node.at), _line(text, node.at))
        parts += [text[last : node.at], written]
        length += node.at - last
        puts.append(Put(length, length + len(written), node.at, node.end))
        length += len(written)
        last = node.end
    return Filled("".join([*parts, text[last:]]), tuple(puts))


def back(filled: Filled, old: str, line: int, column: int) -> Spot:
    """Give the spot in the old text that a line and a column in the filled one stand for."""
    lines = filled.text.split("\n")[: line - 1]
    offset = sum(len(before) + 1 for before in lines) + column - 1
    for put in reversed(filled.puts):
        if offset >= put.end:
            offset += put.old_end - put.end
            break
        if offset >= put.start:
            offset = put.old_start
            break
    return Lines(old).spot(min(offset, len(old)))


def _elsewhere(node: Node) -> Iterable[Node]:
    """Walk the addresses that stand where a context is asked for."""
    for member in everything(node):
        if member.key in ("@context", "@import"):
            yield from (said for said in member.node.each() if isinstance(said.value, str))


def _line(text: str, offset: int) -> str:
    end = text.find("\n", offset)
    return text[text.rfind("\n", 0, offset) + 1 : end if end >= 0 else len(text)].rstrip("\r")


def address(text: str) -> str:
    """Write an address in the one way it is looked up: without scheme, fragment and last slash."""
    return _SCHEME.sub("", text).partition("#")[0].rstrip("/").lower()
