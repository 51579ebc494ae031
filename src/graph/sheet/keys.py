"""Keys made from what stands in a row, by the pattern of its sheet."""

from __future__ import annotations

import re
from collections.abc import Callable

from graph.messages import load
from graph.sheet.known import fold, slug
from graph.sheet.model import Sheet
from graph.terms import LANGUAGES, LGID, PREFIXES, Term, local_name

_PIECE = re.compile(r"\{(/?)([^{}]+)\}")
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")


def fill(pattern: str, piece: Callable[[str, bool], str]) -> str:
    """Fill in a pattern: `piece` gives what a property holds, with its folder where asked for.

    A property is written `prefix:name` with one of our prefixes, or whole.
    """

    def filled(match: re.Match[str]) -> str:
        prefix, _, rest = match[2].partition(":")
        return piece(PREFIXES[prefix] + rest if prefix in PREFIXES else match[2], bool(match[1]))

    return re.sub(r"-{3,}", "--", _PIECE.sub(filled, pattern)).strip("-")


def piece_of(term: Term, folder: bool) -> str:
    """Give the piece of a key that a value makes."""
    if term.kind != "iri":
        return slug(term.value)
    if folder and term.value.startswith(LGID):
        return term.value.removeprefix(LGID).replace("/", "-")
    return local_name(term.value)


def inner_of(thing: Term, sheet: Sheet) -> Term | None:
    """Name the thing that is written in another's row."""
    within = sheet.within
    if within is None:
        return None
    values = {within.link: thing, within.by: Term("iri", within.value)}

    def piece(path: str, folder: bool) -> str:
        return piece_of(values[path], folder) if path in values else ""

    return Term("iri", f"{LGID}{within.space}/{fill(within.pattern, piece)}")


def example_words() -> set[str]:
    """Give the words that stand for a key in a row that is only an example."""
    return {fold(load(lang)["sheet.example"]) for lang in LANGUAGES}
