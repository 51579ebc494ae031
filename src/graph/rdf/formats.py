"""Which formats there are, how a file's name tells one, and what its content looks like."""

# ruff: noqa: A002  (`format` is what everybody calls it, the command line too)

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graph.errors import MacroTable, OtherTable, UnknownFormat

if TYPE_CHECKING:
    import pyoxigraph as ox

# suffix -> the format's name, as people write it after --format
SUFFIXES: Mapping[str, str] = {
    ".ttl": "ttl",
    ".nt": "nt",
    ".nq": "nq",
    ".trig": "trig",
    ".rdf": "xml",
    ".xml": "xml",
    ".jsonld": "jsonld",
    ".json": "jsonld",
}
TABLE_SUFFIXES: Mapping[str, str] = {".xlsx": "xlsx", ".csv": "csv"}
"""The formats in which a thing is a row; they are read elsewhere."""

_OTHER_TABLES: Final = frozenset({".xls", ".xlsb", ".ods", ".fods", ".numbers", ".xltx"})
_MACROS: Final = frozenset({".xlsm", ".xltm"})

# What only one format begins with, in the order it is asked for.
_BEGINNINGS: Final = (
    ("xlsx", re.compile(rb"PK\x03\x04")),
    ("html", re.compile(rb"\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)),
    ("xml", re.compile(rb"\s*<(?:\?xml|!--|!DOCTYPE|(?:[\w.-]+:)?RDF\b)")),
    ("jsonld", re.compile(rb"\s*[\[{]\s*(?:[\[{]\s*)*\"[^\"\n]*\"\s*:")),
    ("ttl", re.compile(rb"(?:\s|#[^\n]*\n)*(?:@prefix|@base|prefix\s|base\s)", re.IGNORECASE)),
    ("nt", re.compile(rb"(?:\s|#[^\n]*\n)*<[a-z][a-z0-9+.-]*:[^<>\s]*>\s*<", re.IGNORECASE)),
)
_TURTLE: Final = frozenset({"ttl", "trig", "nt", "nq"})


def format_of(path: Path | str) -> str:
    """Tell a file's format by its ending, tables too; UnknownFormat when no reader has it."""
    ending = Path(path).suffix.lower()
    name = SUFFIXES.get(ending) or TABLE_SUFFIXES.get(ending)
    if ending in _MACROS:
        raise MacroTable(path, ending)
    if ending in _OTHER_TABLES:
        raise OtherTable(path, ending)
    if name is None:
        raise UnknownFormat(path, sorted({*SUFFIXES, *TABLE_SUFFIXES}))
    return name


def looks_like(content: bytes, format: str) -> str | None:
    """Tell which other format a content begins like; None when it may be what its name says."""
    content = content[:10_000].removeprefix(b"\xef\xbb\xbf")
    for name, beginning in _BEGINNINGS:
        if beginning.match(content):
            same = name == format or {name, format} <= _TURTLE
            return None if same else name
    return None


def engine_format(name: str) -> ox.RdfFormat:
    """Give the engine's own name for a format."""
    import pyoxigraph as ox

    formats = {
        "ttl": ox.RdfFormat.TURTLE,
        "nt": ox.RdfFormat.N_TRIPLES,
        "nq": ox.RdfFormat.N_QUADS,
        "trig": ox.RdfFormat.TRIG,
        "xml": ox.RdfFormat.RDF_XML,
        "jsonld": ox.RdfFormat.JSON_LD,
    }
    if name not in formats:
        raise UnknownFormat(name, sorted(formats))
    return formats[name]
