"""Look at a question that somebody wrote, before the engine sees it.

Refused is what would go beyond the graph, what would change it, and what the engine would not
survive. Whether the rest is SPARQL, the engine decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from graph import sparql
from graph.errors import QueryOutside, QueryTooDeep, QueryTooLong, QueryWrites
from graph.query.blame import line_of, place_of
from graph.rdf import guard

_OUTSIDE = ("SERVICE", "FROM")
_UPDATES = ("INSERT", "DELETE", "WITH", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD")
_UPDATE = re.compile(rf"(?i)\s*(?:{'|'.join(_UPDATES)})\b")
_WORD = re.compile(r"[\w\\]+")
_SERVICE = re.compile(r"(?i)(?:(?<![A-Za-z_?$:/-])|(?<=true)|(?<=false))service")
_SILENT = re.compile("(?i)silent")
_ENDPOINT = re.compile(
    r"""<[^<>"{}|^`\x00-\x20]*+> | [?$][^\s{}\#]*+ | [\w.-]*+:(?:\\.|[^\s{}\#<>"\\])*+""",
    re.VERBOSE | re.DOTALL,
)
_SPACE = re.compile(r"\s*+")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How deep and how long a question may be, and the words that it may not hold."""

    depth: int = guard.QUERY_DEPTH
    signs: int = guard.QUERY_SIGNS
    outside: tuple[str, ...] = _OUTSIDE


def vet(text: str, name: str) -> None:
    """Refuse what we do not ask the engine; `name` is how the text is called in the refusal.

    Raises:
        QueryTooDeep: the engine would fall; it calls itself for every level.
        QueryTooLong: the engine would fall.
        QueryWrites: an update.
        QueryOutside: SERVICE, which goes out, or FROM, which would be passed over and answer
            wrongly.

    """
    look(text, name, Bounds())


def look(text: str, name: str, bounds: Bounds) -> list[sparql.Token]:
    """Refuse what lies beyond the bounds; give the tokens, none where the text cannot be read."""
    content = text.encode("utf-8", "replace")
    deep = guard.too_deep(content, "ttl", bounds.depth)
    if deep is not None:
        line, column = place_of(text, len(content[:deep].decode("utf-8", "replace")))
        raise QueryTooDeep(name, line, column, bounds.depth, line_of(text, line))
    signs = guard.signs(text)
    if signs > bounds.signs:
        raise QueryTooLong(name, signs, bounds.signs)
    out = _goes_out(text)
    if out is not None:
        raise _outside(name, text, out, _OUTSIDE[0])
    try:
        found = sparql.tokens(text)
    except sparql.SparqlReadError:
        # What we cannot read, the engine refuses with a place; only words of ours matter here.
        read = unescaped(text)
        word = re.search(rf"(?i)\b(?:{'|'.join(bounds.outside)})\b", read)
        if word is not None:
            raise _outside(name, text, 0, word[0]) from None
        written = _WORD.search(text)
        if _UPDATE.match(read) and written is not None:
            line, column = place_of(text, written.start())
            raise QueryWrites(name, line, column, written[0], line_of(text, line)) from None
        return []
    first = _first(found)
    if first is not None and first.is_word(*_UPDATES):
        raise _at(QueryWrites, name, text, first)
    for token in found:
        if token.is_word(*bounds.outside):
            raise _at(QueryOutside, name, text, token)
    return found


def is_text(text: str) -> bool:
    """Tell SPARQL from the name of a query: it has a brace, or a word that needs none and more."""
    if "{" in text:
        return True
    try:
        found = sparql.tokens(text)
    except sparql.SparqlReadError:
        return False
    first = _first(found)
    return len(found) > 1 and first is not None and first.is_word("DESCRIBE", *_UPDATES)


def unescaped(text: str) -> str:
    """Give a text with the escapes of its characters read."""
    # SPARQL 1.1 section 19.2 lets them stand anywhere; the engine reads them in names and texts.
    return re.sub(
        r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})",
        lambda found: chr(min(int(found[1] or found[2], 16), 0x10FFFF)),
        text,
    )


def _first(found: list[sparql.Token]) -> sparql.Token | None:
    """Give the first word after the lines with PREFIX, BASE and VERSION."""
    waiting = iter(found)
    for token in waiting:
        if token.is_word("PREFIX"):
            next(waiting, None)
            next(waiting, None)
        elif token.is_word("BASE", "VERSION"):
            next(waiting, None)
        else:
            return token
    return None


def _goes_out(text: str) -> int | None:
    """Give where SERVICE, a name and a brace follow one another, wherever that may stand.

    Within a text and behind the sign of a comment too: `<` may begin a name or compare, which only
    a whole grammar tells apart, and what is read as what hangs on it. Nothing may be mistaken here.
    """
    for word in _SERVICE.finditer(text):
        place = _after_space(text, word.end())
        silent = _SILENT.match(text, place)
        place = _after_space(text, silent.end() if silent else place)
        endpoint = _ENDPOINT.match(text, place)
        if endpoint and text.startswith("{", _after_space(text, endpoint.end())):
            return word.start()
    return None


def _after_space(text: str, place: int) -> int:
    """Give where space and comments end."""
    while True:
        place = _SPACE.match(text, place).end()  # type: ignore[union-attr]
        if not text.startswith("#", place):
            return place
        ends = [end for end in (text.find("\n", place), text.find("\r", place)) if end >= 0]
        if not ends:
            return len(text)
        place = min(ends)


def _outside(name: str, text: str, start: int, word: str) -> QueryOutside:
    line, column = place_of(text, start)
    return QueryOutside(name, line, column, word.upper(), line_of(text, line))


def _at(kind: type[QueryOutside], name: str, text: str, token: sparql.Token) -> QueryOutside:
    line, column = place_of(text, token.start)
    return kind(name, line, column, token.text.upper(), line_of(text, line))
