"""In which formats SPARQL answers are given, and by which names they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from graph.api.negotiate import pick
from graph.asking import Form
from graph.errors import NotAcceptable

ROWS: Mapping[str, str] = MappingProxyType(
    {
        "application/sparql-results+json": "json",
        "application/sparql-results+xml": "xml",
        "text/csv": "csv",
        "text/tab-separated-values": "tsv",
        "application/json": "json",
        "application/xml": "xml",
        "text/xml": "xml",
    }
)
TRIPLES: Mapping[str, str] = MappingProxyType(
    {
        "text/turtle": "ttl",
        "application/n-triples": "nt",
        "application/ld+json": "jsonld",
        "application/rdf+xml": "xml",
        "application/json": "jsonld",
        "application/xml": "xml",
        "text/xml": "xml",
        "text/plain": "nt",
    }
)
# A yes or no has no form in CSV and TSV; SPARQL 1.1 CSV and TSV, section 1.
BOOLEAN: Mapping[str, str] = MappingProxyType(
    {media: name for media, name in ROWS.items() if name in ("json", "xml")}
)
OFFERED: Mapping[Form, Mapping[str, str]] = MappingProxyType(
    {"rows": ROWS, "boolean": BOOLEAN, "triples": TRIPLES}
)
NAMES: tuple[str, ...] = ("json", "xml", "csv", "tsv", "ttl", "nt", "jsonld")
"""How a format is called where no Accept can be sent."""

# What the tools of others call them. Turtle is N3 as well.
_CALLED = {
    "turtle": "ttl",
    "n3": "ttl",
    "n-triples": "nt",
    "ntriples": "nt",
    "json-ld": "jsonld",
    "rdf": "xml",
    "rdf+xml": "xml",
    "rdfxml": "xml",
    "rdf/xml": "xml",
}
CALLED: tuple[str, ...] = (*NAMES, *_CALLED)
# A tool that knows JSON alone asks for it before it knows what the answer is.
_OF_TRIPLES = {"json": "jsonld"}


def is_format(word: str) -> bool:
    """Tell whether a word is the name of a format; its media type is one too."""
    return bool(_by_name(word))


def formats(accept: str, called: Sequence[str] = ()) -> tuple[tuple[Form, str], ...]:
    """Settle the format for each form of answer: by the first name, else by Accept.

    NotAcceptable when there is no format for any form of answer.
    """
    if called:
        chosen = _by_name(called[0])
    else:
        wanted = ((form, pick(accept, tuple(offered))) for form, offered in OFFERED.items())
        chosen = [(form, OFFERED[form][media]) for form, media in wanted if media is not None]
    if not chosen:
        raise NotAcceptable(given(OFFERED))
    return tuple(chosen)


def _by_name(word: str) -> list[tuple[Form, str]]:
    said = word.strip().lower()
    name = _CALLED.get(said, said)
    chosen: list[tuple[Form, str]] = []
    for form, offered in OFFERED.items():
        told = offered.get(said) or (_OF_TRIPLES.get(name, name) if form == "triples" else name)
        if told in offered.values():
            chosen.append((form, told))
    return chosen


def given(forms: Iterable[Form]) -> list[str]:
    """List the media types of these forms of answer, each once."""
    return list(dict.fromkeys(media for form in forms for media in OFFERED[form]))


def media_of(form: Form, chosen: str) -> str:
    """Give the media type of a format; text says how it is written."""
    media = next(media for media, name in OFFERED[form].items() if name == chosen)
    return f"{media}; charset=utf-8" if media.startswith("text/") else media
