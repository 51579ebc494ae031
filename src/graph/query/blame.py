"""Find where a question goes wrong, when the engine has refused it.

The engine tells the furthest place to which it looked, and for a keyword it looks as far ahead as
the keyword is long. So the text is spread out until no keyword reaches from one word to the next,
asked again, and the word in whose room the engine stops is the one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from graph import sparql
from graph.errors import QuerySyntaxError, UndeclaredPrefix

_ROOM = " " * 24
# Signs around which room may always be made; others may belong to a number or a name.
_APART = frozenset("{}()[];,")
_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_SENTENCE = re.compile(r"[A-Za-z*]{2,} [a-z]+ [a-z]+|The [A-Z]+ |SELECT \*")
_NO_PREFIX = "Prefix not found"


class Place(NamedTuple):
    """A place in a text, from 1, with what stands there and what the engine says of it.

    Nothing stands where the text ends too early.
    """

    line: int
    column: int
    found: str
    reason: str


def blame(
    text: str, name: str, refusal: str, again: Callable[[str], str | None]
) -> QuerySyntaxError:
    """Give the error that says where a refused text goes wrong.

    Args:
        text: what was asked.
        name: how the text is called in the error.
        refusal: what the engine said of it.
        again: asks the engine of another text; None when it has nothing against it.
    """
    said = _POSITION.match(refusal)
    reason = _words(said[3] if said else refusal)
    try:
        tokens = sparql.tokens(text)
    except sparql.SparqlReadError as error:
        start = error.start or 0
        line, column = place_of(text, start)
        return QuerySyntaxError(name, line, column, reason, line_of(text, line), text[start])
    place = _place(text, tokens, again)
    if place is None:
        line, column = (int(said[1]), int(said[2])) if said else (1, 1)
        return QuerySyntaxError(name, line, column, reason, line_of(text, line))
    source = line_of(text, place.line)
    reason = place.reason
    if _NO_PREFIX in reason and ":" in place.found:
        prefix = place.found.partition(":")[0]
        return UndeclaredPrefix(name, place.line, place.column, prefix, source)
    # What is wrong with the meaning shows only after the word, which is itself as it should be.
    meant = not reason.startswith("expected")
    found = "" if meant else place.found
    ends = not place.found and not meant
    return QuerySyntaxError(name, place.line, place.column, reason, source, found, ends)


def place_of(text: str, start: int) -> tuple[int, int]:
    """Give line and column, both from 1, of a place in a text."""
    return text.count("\n", 0, start) + 1, start - (text.rfind("\n", 0, start) + 1) + 1


def line_of(text: str, number: int) -> str:
    """Give a line by its number; nothing where there is none."""
    lines = text.split("\n", number)
    return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""


def _place(
    text: str, tokens: list[sparql.Token], again: Callable[[str], str | None]
) -> Place | None:
    spread, starts = _spread(tokens)
    said = _POSITION.match(again(spread) or "")
    if said is None:
        return None
    stop = sum(len(line) + 1 for line in spread.split("\n")[: int(said[1]) - 1]) + int(said[2]) - 1
    if stop >= len(spread) or not tokens:
        end = tokens[-1].end if tokens else 0
        return Place(*place_of(text, end), "", _words(said[3]))
    at = max(place for place, start in enumerate(starts) if start <= stop)
    return Place(*place_of(text, tokens[at].start), tokens[at].text, _words(said[3]))


def _spread(tokens: list[sparql.Token]) -> tuple[str, list[int]]:
    pieces: list[str] = []
    starts: list[int] = []
    length, end, before = 0, 0, ""
    for token in tokens:
        if pieces and (end < token.start or before in _APART or token.text in _APART):
            pieces.append(_ROOM)
            length += len(_ROOM)
        starts.append(length)
        pieces.append(token.text)
        length += len(token.text)
        end, before = token.end, token.text
    return "".join([*pieces, _ROOM]), starts


def _words(refusal: str) -> str:
    """Give the sentence about the meaning where there is one, else what could have stood there."""
    text = " ".join(refusal.split())
    said = re.sub(r"^expected (one of )?", "", text)
    sentence = next((part for part in said.split(", ") if _SENTENCE.match(part)), None)
    return sentence or text
