"""Triples → text in any of the formats, by the engine's own writers; not the canonical form."""

# ruff: noqa: A002  (`format` is what everybody calls it)

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graph.rdf.engine import to_engine_quads
from graph.rdf.formats import engine_format
from graph.terms import PREFIXES, Triple


def write(triples: Iterable[Triple], format: str, prefixes: Mapping[str, str] = PREFIXES) -> bytes:
    """Write triples in a format by its name (`ttl`, `nt`, `jsonld`, `xml`), each once, in order."""
    import pyoxigraph as ox

    quads = to_engine_quads((*triple, None) for triple in dict.fromkeys(triples))
    only = (quad.triple for quad in quads)
    return ox.serialize(only, format=engine_format(format), prefixes=dict(prefixes)) or b""
