"""Where the fault lies in a text that its parser refuses without saying where."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final
from xml.parsers import expat

from graph.rdf.json_text import Member, Node, NotJson, read
from graph.rdf.spots import Lines, Spot

Complaint = Callable[[str], str | None]
"""What the parser says against a text; None when it has nothing against it."""

_TRIES: Final = 200
_LARGEST: Final = 1_000_000
_COMMENT: Final = re.compile(rb"<!--.*?-->|<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


def ill_formed(content: bytes) -> tuple[Spot, str] | None:
    """Give where an XML text breaks the grammar of XML, and the reason in the parser's words.

    A text that ends too early has no such place, and gives None.
    """
    parser = expat.ParserCreate("utf-8", namespace_separator="\n")
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]:
            return None
        before = content.split(b"\n")[error.lineno - 1 : error.lineno]
        signs = len((before or [b""])[0][: error.offset].decode("utf-8", "replace"))
        return Spot(error.lineno, signs + 1), expat.ErrorString(error.code)
    return None


def joined(content: bytes) -> bytes | None:
    """Write an XML text without comments and marked sections; None when it has none of them.

    They may stand in the middle of a value, and there the engine's parser does not bear them.
    """
    changed = _COMMENT.sub(lambda match: _escaped(match[1] or b""), content)
    return changed if changed != content else None


def _escaped(text: bytes) -> bytes:
    return text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


class Tags:
    """An XML text that is handed out tag by tag, so that it shows how far its parser came."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._last = self._next = 0

    def read(self, most: int = -1) -> bytes:
        """Give the text up to the end of the next tag."""
        end = self._content.find(b">", self._next) + 1 or len(self._content)
        self._last = self._next
        self._next = min(end, self._next + most) if most >= 0 else end
        return self._content[self._last : self._next]

    def spot(self) -> Spot:
        """Give where what was handed out last begins, blanks aside."""
        part = self._content[self._last : self._next]
        start = self._last + len(part) - len(part.lstrip())
        before = self._content[:start].decode("utf-8", "replace")
        return Lines(before).spot(len(before))


def not_json(text: str) -> tuple[Spot, str] | None:
    """Give where a text breaks the grammar of JSON, and the reason in the reader's words.

    The parser may meet another fault before it comes that far.
    """
    try:
        json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        return Spot(error.lineno, error.colno), error.msg
    except RecursionError:
        return None
    return None


def in_json(text: str, complaint: Complaint) -> Spot | None:
    """Find the innermost part of a JSON text of which the parser says what it says of the whole.

    None when the text is too large to try.
    """
    said = complaint(text) if len(text) <= _LARGEST else None
    if said is None:
        return None
    try:
        at = _Search(text, said, complaint).within(read(text), lambda part: part)
    except (NotJson, RecursionError):
        return None
    return None if at is None else Lines(text).spot(at)


_Part = Member | Node
_Wrap = Callable[[str], str]


class _Search:
    """Leaves out half of what is left, again and again, for as long as the complaint stays."""

    def __init__(self, text: str, said: str, complaint: Complaint) -> None:
        self._text = text
        self._said = said
        self._complaint = complaint
        self._tries = _TRIES

    def within(self, node: Node, wrap: _Wrap) -> int | None:
        """Give where the fault begins inside a value; None when it is not in one of its parts."""
        context: list[_Part] = [m for m in node.members or () if m.key == "@context"]
        others: list[_Part] = [m for m in node.members or () if m.key != "@context"]
        others += node.items or []
        if context and self._same(node, context, wrap):
            return self._inside(node, [], context[0], wrap)
        left = others
        while len(left) > 1:
            half = left[: len(left) // 2]
            left = half if self._same(node, context + half, wrap) else left[len(half) :]
        if left and self._same(node, context + left, wrap):
            return self._inside(node, context, left[0], wrap)
        # It takes two of them: the first without which all is well.
        for part in others:
            rest = [other for other in others if other is not part]
            if not self._same(node, context + rest, wrap):
                return part.at
        return None

    def _inside(self, node: Node, kept: list[_Part], part: _Part, wrap: _Wrap) -> int:
        """Go into the part that is to blame; its own beginning where nothing inside it is."""
        value = part.node if isinstance(part, Member) else part
        key = self._text[part.at : value.at]

        def around(inner: str) -> str:
            return wrap(self._built(node, [*map(self._spelt, kept), key + inner]))

        found = self.within(value, around)
        return part.at if found is None else found

    def _same(self, node: Node, parts: list[_Part], wrap: _Wrap) -> bool:
        """Tell whether the parser says the same of a text with these parts alone."""
        if self._tries == 0:
            return False
        self._tries -= 1
        return self._complaint(wrap(self._built(node, list(map(self._spelt, parts))))) == self._said

    def _spelt(self, part: _Part) -> str:
        end = part.node.end if isinstance(part, Member) else part.end
        return self._text[part.at : end]

    def _built(self, node: Node, parts: list[str]) -> str:
        inside = ", ".join(parts)
        return f"[{inside}]" if node.members is None else f"{{{inside}}}"
