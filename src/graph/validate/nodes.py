"""Terms to rdflib's nodes and back, since the engine that judges knows no others."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from graph.terms import XSD, Term, Triple

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node


def graph_of(triples: Iterable[Triple]) -> rdflib.Graph:
    """Give triples as a graph of rdflib's; a term that comes again is made once."""
    import rdflib

    # Of a literal that is not what its type says, rdflib would print a stack trace.
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
    # Prefixes are for people who print a graph; binding them costs more than a small judgement.
    graph = rdflib.Graph(bind_namespaces="none")
    made: dict[Term, Node] = {}
    for triple in triples:
        for term in triple:
            if term not in made:
                made[term] = node_of(term)
        subject, predicate, object_ = triple
        graph.add((made[subject], made[predicate], made[object_]))
    return graph


def node_of(term: Term) -> Node:
    """Give a term as rdflib's node."""
    import rdflib

    if term.kind == "iri":
        return rdflib.URIRef(term.value)
    if term.kind == "bnode":
        return rdflib.BNode(term.value)
    datatype = None if term.datatype is None else rdflib.URIRef(term.datatype)
    # Judged is what was written, not what rdflib would have written.
    return rdflib.Literal(term.value, lang=term.lang, datatype=datatype, normalize=False)


def term_of(node: Node) -> Term:
    """Give rdflib's node as a term."""
    import rdflib

    if isinstance(node, rdflib.URIRef):
        return Term("iri", str(node))
    if isinstance(node, rdflib.Literal):
        datatype = None if node.datatype is None else str(node.datatype)
        if datatype == XSD + "string":
            datatype = None
        return Term("literal", str(node), datatype, node.language)
    return Term("bnode", str(node))
