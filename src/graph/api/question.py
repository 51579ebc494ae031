"""A request → the question in it: SPARQL 1.1 Protocol section 2.1, asking alone.

It comes by GET, by POST as a form, or by POST as it is; there is exactly one of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from urllib.parse import parse_qsl

from starlette.requests import Request

from graph.api.media import NAMES, formats, is_format
from graph.api.negotiate import accepted, language
from graph.asking import Asked
from graph.config import Serving
from graph.errors import (
    BadParameter,
    OneQuery,
    QueryTooLarge,
    UnknownParameter,
    UnsupportedMedia,
)

FORM, QUERY = "application/x-www-form-urlencoded", "application/sparql-query"
TAKEN = (QUERY, FORM)
"""The kinds of content that a question comes in."""
GRAPHS = ("default-graph-uri", "named-graph-uri")
# The last two say the same as `format` in the tools of others, some of which send all three.
FORMATS = ("format", "output", "results")
KNOWN = ("query", *GRAPHS, *FORMATS, "lang")
MOST_GRAPHS = 100
_MOST_PAIRS = 300
_NO_IRI = frozenset(' <>"{}|\\^`\t\r\n')

Pairs = Mapping[str, list[str]]


def by_address(request: Request) -> Asked | None:
    """Give what the address asks; None where there is no query in it."""
    found = _pairs(_address(request))
    _refuse_strange(request, found)
    return _asked(request, found) if "query" in found else None


def called(found: Pairs) -> list[str]:
    """List the names of formats that are asked for; each parameter that names any has a known one.

    Some tools say it in several spellings at once, of which we know one.
    """
    words: list[str] = []
    for name in FORMATS:
        told = found.get(name, [])
        known = [word for word in told if is_format(word)]
        if told and not known:
            raise BadParameter(name, told[0], NAMES)
        words += known
    return words


async def by_content(request: Request, serving: Serving) -> Asked:
    """Give what the content asks.

    Raises:
        UnsupportedMedia: content of another kind, or in other characters.
        QueryTooLarge: more than the limit; the rest of it is not read.

    """
    media, _, parameters = request.headers.get("content-type", "").partition(";")
    media = media.strip().lower()
    if media not in TAKEN:
        raise UnsupportedMedia(media, TAKEN)
    _refuse_other_spelling(parameters)
    text = _text(await _content(request, media, serving))
    beside = _pairs(_address(request))
    _refuse_strange(request, beside)
    if "query" in beside:
        raise OneQuery(1 + len(beside["query"]))
    if media == FORM:
        # SPARQL 1.1 Protocol section 2.1.2: the content says all. What else stands in the address
        # holds where the content says nothing of it.
        return _asked(request, {**beside, **_pairs(text)})
    # Editors of Windows put a mark at the beginning that is no part of the text.
    return _asked(request, {**beside, "query": [text.removeprefix("\ufeff")]})


async def _content(request: Request, media: str, serving: Serving) -> bytes:
    # A form may write every sign as three.
    most = serving.query_bytes * (3 if media == FORM else 1) + 4096
    pieces, length = [], 0
    async for piece in request.stream():
        length += len(piece)
        if length > most:
            raise QueryTooLarge(length, serving.query_bytes)
        pieces.append(piece)
    return b"".join(pieces)


def _refuse_other_spelling(parameters: str) -> None:
    for parameter in parameters.split(";"):
        name, _, told = parameter.partition("=")
        told = told.strip().strip("\"'").lower()
        if name.strip().lower() == "charset" and told not in ("utf-8", "utf8"):
            raise UnsupportedMedia(f"charset={told}", ["charset=utf-8"])


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadParameter("query", "…", ["UTF-8"]) from error


def _address(request: Request) -> str:
    found: bytes = request.scope.get("query_string", b"")
    return _text(found)


def _pairs(text: str) -> dict[str, list[str]]:
    """Read what an address or a form says; what is not UTF-8 is refused."""
    found: dict[str, list[str]] = {}
    if text.count("&") >= _MOST_PAIRS:
        raise BadParameter("&", str(text.count("&")), [f"≤ {_MOST_PAIRS}"])
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise BadParameter("query", "…", ["UTF-8"]) from error
    for name, told in pairs:
        found.setdefault(name, []).append(told)
    return found


def _refuse_strange(request: Request, found: Pairs) -> None:
    """Refuse what nobody reads, and values that cannot be."""
    request.state.lang = found.get("lang", [None])[-1]
    language(request)
    for name in found:
        if name not in KNOWN:
            raise UnknownParameter(name, KNOWN, get_close_matches(name, KNOWN, 3))
    called(found)
    for name in GRAPHS:
        told = found.get(name, [])
        if len(told) > MOST_GRAPHS:
            raise BadParameter(name, f"{len(told)} ×", [f"≤ {MOST_GRAPHS} ×"])
        for graph in told:
            if ":" not in graph or _NO_IRI & set(graph):
                raise BadParameter(name, graph, ["IRI"])


def _asked(request: Request, found: Pairs) -> Asked:
    """Give the question; there is exactly one, SPARQL 1.1 Protocol section 2.1."""
    _refuse_strange(request, found)
    texts = found.get("query", [])
    if len(texts) != 1 or not texts[0].strip():
        raise OneQuery(len([text for text in texts if text.strip()]))
    chosen = formats(accepted(request), called(found))
    default, named = (tuple(found.get(name, [])) for name in GRAPHS)
    return Asked(texts[0], chosen, default, named)
