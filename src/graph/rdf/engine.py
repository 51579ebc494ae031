"""Our terms made of the engine's, and the engine's of ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from graph.errors import TripleTerm
from graph.terms import XSD, Quad, Term

if TYPE_CHECKING:
    import pyoxigraph as ox

    EngineTerm = ox.NamedNode | ox.BlankNode | ox.Literal


def from_engine(term: object) -> Term:
    """Make our term of the engine's; TripleTerm for a triple used as a term."""
    import pyoxigraph as ox

    if isinstance(term, ox.NamedNode):
        return Term("iri", term.value)
    if isinstance(term, ox.Literal):
        if term.language is not None:
            return Term("literal", term.value, None, term.language)
        datatype = term.datatype.value
        return Term("literal", term.value, None if datatype == XSD + "string" else datatype)
    if isinstance(term, ox.BlankNode):
        return Term("bnode", term.value)
    raise TripleTerm("")


def to_engine(term: Term) -> EngineTerm:
    """Make the engine's term of ours."""
    import pyoxigraph as ox

    if term.kind == "iri":
        return ox.NamedNode(term.value)
    if term.kind == "bnode":
        return ox.BlankNode(term.value)
    if term.lang is not None:
        return ox.Literal(term.value, language=term.lang)
    if term.datatype is not None:
        return ox.Literal(term.value, datatype=ox.NamedNode(term.datatype))
    return ox.Literal(term.value)


def from_engine_quads(quads: Iterable[ox.Quad]) -> list[Quad]:
    """Make our quads of the engine's; a term that comes again is the same object."""
    import pyoxigraph as ox

    default = ox.DefaultGraph()
    made: dict[Term, Term] = {}

    def term(given: object) -> Term:
        ours = from_engine(given)
        return made.setdefault(ours, ours)

    return [
        (
            term(quad.subject),
            term(quad.predicate),
            term(quad.object),
            None if quad.graph_name == default else term(quad.graph_name),
        )
        for quad in quads
    ]


def to_engine_quads(quads: Iterable[Quad]) -> Iterable[ox.Quad]:
    """Make the engine's quads of ours, one at a time; a term that comes again is made once."""
    import pyoxigraph as ox

    made: dict[Term, EngineTerm] = {}
    for subject, predicate, object_, graph in quads:
        for term in (subject, predicate, object_):
            if term not in made:
                made[term] = to_engine(term)
        place = ox.DefaultGraph() if graph is None else to_engine(graph)
        # The parser has already refused a literal as subject or predicate.
        yield ox.Quad(made[subject], made[predicate], made[object_], place)  # type: ignore[arg-type]
