"""What a text may hold before a parser sees it: how deep, how long, and no door to the outside.

Parsers call themselves for every level, so a text of a few kilobytes can end the whole process.
Nothing is understood here: signs are counted, and what stands in strings and comments is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

DEPTH: Final = 1000
"""How many brackets, or elements, of an RDF file may stand inside one another."""
QUERY_DEPTH: Final = 100
"""How many brackets of a question may stand inside one another."""
QUERY_SIGNS: Final = 5000
"""How many words and signs a question may have; the engine falls at twice as many."""

_OPEN = frozenset({b"[", b"(", b"{", b"<<"})
_CLOSE = frozenset({b"]", b")", b"}", b">>"})
# The quantifiers with a second + never go back, so that a long literal costs no memory.
_TURTLE = re.compile(
    rb"""\"{3}(?:[^"\\]++|\\.|"(?!""))*+\"{3} | '{3}(?:[^'\\]++|\\.|'(?!''))*+'{3}
       | "(?:[^"\\\r\n]++|\\.)*+" | '(?:[^'\\\r\n]++|\\.)*+'
       | <[^<>"{}|^`\x00-\x20]*+> | \#[^\r\n]*+ | \\.
       | <<\(? | \)?>> | [\[\](){}]""",
    re.VERBOSE | re.DOTALL,
)
_JSON = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)
_XML = re.compile(
    rb"""<!--.*?--> | <!\[CDATA\[.*?\]\]> | <\?.*?\?> | <! | </[^>]*+>
       | <[^>"'!?/](?:[^>"']++|"[^"]*+"|'[^']*+')*+>""",
    re.VERBOSE | re.DOTALL,
)
_SIGN = re.compile(
    r"""\"{3}(?:[^"\\]++|\\.|"(?!""))*+\"{3} | '{3}(?:[^'\\]++|\\.|'(?!''))*+'{3}
      | "(?:[^"\\\r\n]++|\\.)*+" | '(?:[^'\\\r\n]++|\\.)*+'
      | <[^<>"{}|^`\x00-\x20]*+> | (?P<comment>\#[^\r\n]*+) | [\w:]++ | [^\s\w]""",
    re.VERBOSE | re.DOTALL,
)


def too_deep(content: bytes, form: str, limit: int = DEPTH) -> int | None:
    """Give where the first level beyond the limit begins, as a byte; None when there is none.

    Args:
        content: the text as UTF-8.
        form: the name of its format; SPARQL is read as `ttl`.
        limit: how many levels are allowed.
    """
    if form == "xml":
        return next((start for start, depth in _levels(content) if depth > limit), None)
    # No text is deeper than it has brackets, and counting them costs next to nothing.
    if sum(content.count(sign) for sign in (b"[", b"(", b"{", b"<<")) <= limit:
        return None
    depth = 0
    for match in (_JSON if form == "jsonld" else _TURTLE).finditer(content):
        sign = match[0]
        if sign in _OPEN or sign == b"<<(":
            depth += 1
            if depth > limit:
                return match.start()
        elif sign in _CLOSE or sign == b")>>":
            depth -= 1
    return None


def left_open(content: bytes) -> int | None:
    """Give where the innermost element begins that an XML text never closes; None if it closes all.

    The parser passes over it, and what should have followed is silently missing.
    """
    waiting: list[int] = []
    before = 0
    for start, depth in _levels(content):
        if depth > before:
            waiting.append(start)
        elif depth < before and waiting:
            waiting.pop()
        before = depth
    return waiting[-1] if waiting and before > 0 else None


def _levels(content: bytes) -> Iterator[tuple[int, int]]:
    """Walk the tags of an XML text: where each begins, and how many elements are open after it."""
    depth = 0
    for match in _XML.finditer(content):
        sign = match[0]
        if sign.startswith(b"</"):
            depth -= 1
        elif not sign.startswith((b"<!", b"<?")) and not sign.endswith(b"/>"):
            depth += 1
        yield match.start(), depth


def doctype(content: bytes) -> int | None:
    """Give where an XML text declares its document type, as a byte; None when it does not.

    Such a declaration may name files to fetch, and entities that grow beyond all memory.
    """
    return next((match.start() for match in _XML.finditer(content) if match[0] == b"<!"), None)


def signs(text: str) -> int:
    """Count the words and signs of a question, whether it can be read or not."""
    return sum(match["comment"] is None for match in _SIGN.finditer(text))
