"""Lists in pieces: a cursor that stays good, and links to what comes next."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request

from graph.errors import BadCursor

T = TypeVar("T")
LIMIT, MOST = 50, 1000
"""How many a page holds unless asked, and at most."""
CURSOR = r"^[0-9]{1,9}\.[A-Za-z0-9_-]*$"
"""What a cursor looks like; any that does so points somewhere."""
_CURSOR = re.compile(CURSOR)
_TOKEN_BYTES = 12


@dataclass(frozen=True)
class Page(Generic[T]):
    """One piece of a list, how long the list is, and where its neighbours are."""

    items: Sequence[T]
    total: int
    links: Mapping[str, str]


def page(
    items: Sequence[T],
    key: Callable[[T], str],
    cursor: str | None,
    limit: int,
    request: Request,
    here: str,
) -> Page[T]:
    """Give the piece that a cursor points at.

    A cursor names the last item of the page before. In a newer version of the list it goes on
    behind that item, or where the item stood if it is gone. BadCursor for what is none.

    Args:
        items: the whole list, in its order, which is the same in every version.
        key: the name of an item.
        cursor: as a link gave it.
        limit: how many a page holds.
        request: for the other parameters.
        here: the address of the list, without parameters.
    """
    start = 0 if cursor is None else _start(items, key, cursor)
    shown = items[start : start + limit]
    links = {"self": _link(request, here, cursor), "first": _link(request, here, None)}
    end = start + len(shown)
    if shown and end < len(items):
        links["next"] = _link(request, here, _write(key(items[end - 1]), end))
    if start > 0:
        before = max(0, start - limit)
        back = _write(key(items[before - 1]), before) if before else None
        links["prev"] = _link(request, here, back)
    return Page(shown, len(items), links)


def _write(name: str, place: int) -> str:
    return f"{place}.{_token(name)}"


def _token(name: str) -> str:
    digest = hashlib.sha256(name.encode()).digest()[:_TOKEN_BYTES]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _start(items: Sequence[T], key: Callable[[T], str], cursor: str) -> int:
    if not _CURSOR.fullmatch(cursor):
        raise BadCursor(cursor[:80])
    told, _, token = cursor.partition(".")
    place = int(told)
    if 0 < place <= len(items) and _token(key(items[place - 1])) == token:
        return place
    found = next((at for at, item in enumerate(items, 1) if _token(key(item)) == token), None)
    return min(place, len(items)) if found is None else found


def _link(request: Request, here: str, cursor: str | None) -> str:
    suffix = getattr(request.state, "suffix", None)
    # Whoever asked by the ending of the address gets the next page alike.
    here += f".{suffix}" if suffix else ""
    pairs = [(name, told) for name, told in request.query_params.multi_items() if name != "cursor"]
    pairs += [("cursor", cursor)] if cursor else []
    return here + ("?" + urlencode(pairs) if pairs else "")
