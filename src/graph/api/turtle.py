"""A document → Turtle: the very JSON that is given, read by the context it names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from graph import rdf
from graph.rdf.contexts import address as of_context
from graph.terms import PREFIXES, Triple


def triples_of(body: Mapping[str, Any], context: Mapping[str, Any]) -> list[Triple]:
    """Give the statements that a document makes; nothing is fetched."""
    named = body["@context"]
    where = str(named if isinstance(named, str) else named[0])
    text = json.dumps(body, ensure_ascii=False).encode()
    known = {of_context(where): context["@context"]}
    return [(s, p, o) for s, p, o, _ in rdf.parse(text, "jsonld", where, where, 1000, known)]


def to_turtle(body: Mapping[str, Any], context: Mapping[str, Any]) -> bytes:
    """Give the statements that a document makes as Turtle."""
    triples = triples_of(body, context)
    if any(term.kind == "bnode" for s, _, o in triples for term in (s, o)):
        return rdf.write(triples, "ttl")
    # One order and one prefix for each kind of ours: what changed is seen by comparing lines.
    return rdf.write_turtle(triples, PREFIXES, any_literal=True).encode()
