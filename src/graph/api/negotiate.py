"""What the asker wants: a language and a format, by parameter, by suffix, or by header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.requests import Request

from graph.errors import BadParameter
from graph.terms import LANGUAGES

FORMATS: Mapping[str, str] = {
    "json": "application/json",
    "jsonld": "application/ld+json",
    "ttl": "text/turtle",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The formats of documents, by the suffix that asks for them, and their media types."""

TAGS = {"no": "nb"}
"""What browsers of this country say when they mean the first of our languages."""


class Wish(NamedTuple):
    """One thing that a header asks for, and how much."""

    value: str
    weight: float


def wishes(header: str) -> list[Wish]:
    """Read an Accept or Accept-Language header, the most wanted first; RFC 9110 section 12.4.2.

    What has no weight that can be read counts as 0 and is left out.
    """
    found = []
    for part in header.split(","):
        value, *parameters = (piece.strip() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            name, _, told = parameter.partition("=")
            if name.strip().lower() == "q":
                try:
                    weight = min(max(float(told), 0.0), 1.0)
                except ValueError:
                    weight = 0.0
        if value and weight > 0:
            found.append(Wish(value.lower(), weight))
    # Sorting is stable: what stands first of equals is wanted most.
    return sorted(found, key=lambda wish: -wish.weight)


def language(request: Request) -> str:
    """Settle the language: `?lang=`, else Accept-Language, else the first of ours.

    A form may say it too; whoever reads the form puts it in the request's `state.lang`.
    """
    asked = getattr(request.state, "lang", None)
    if asked is None:
        asked = request.query_params.get("lang")
    if asked is not None:
        asked = TAGS.get(asked, asked)
        if asked not in LANGUAGES:
            raise BadParameter("lang", asked, LANGUAGES)
        return asked
    for wish in wishes(", ".join(request.headers.getlist("accept-language"))):
        tag = wish.value.partition("-")[0]
        tag = TAGS.get(tag, tag)
        if tag in LANGUAGES:
            return tag
    return LANGUAGES[0]


def accepted(request: Request) -> str:
    """Give what Accept says; a header that stands on several lines is one."""
    return ", ".join(request.headers.getlist("accept"))


def pick(header: str, offered: Sequence[str]) -> str | None:
    """Give the media type of those offered that an Accept header wants most; None when none does.

    An empty header wants the first.
    """
    if not header.strip():
        return offered[0]
    best: tuple[float, int] | None = None
    for place, media in enumerate(offered):
        weight = _weight(header, media)
        if weight > 0 and (best is None or (-weight, place) < best):
            best = (-weight, place)
    return offered[best[1]] if best else None


def _weight(header: str, media: str) -> float:
    """Give how much a media type is wanted: the most exact range that covers it decides."""
    main = media.partition("/")[0]
    exact = (media, f"{main}/*", "*/*")
    for wanted in exact:
        for part in header.split(","):
            value, *parameters = (piece.strip().lower() for piece in part.split(";"))
            if value != wanted:
                continue
            told = [p.partition("=")[2] for p in parameters if p.partition("=")[0].strip() == "q"]
            try:
                return float(told[0]) if told else 1.0
            except ValueError:
                return 0.0
    return 0.0
