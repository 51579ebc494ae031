"""A receipt → statements that tell of the commit in the graph itself, as PROV has it.

They follow from the receipt alone, so that a build makes them anew from the log.
"""

from __future__ import annotations

from graph.receipt import Receipt
from graph.terms import DCT, GRAPH, LG, LGID, PREFIXES, RDF_TYPE, XSD, Quad, Term, literal

PROVENANCE = GRAPH + "provenance"
"""The graph that tells of commits."""

_PROV = PREFIXES["prov"]


def commit_iri(id_: str) -> Term:
    """Give the name of a commit in the graph."""
    return Term("iri", f"{LGID}commit/{id_}")


def statements(receipt: Receipt) -> tuple[Quad, ...]:
    """Tell who handed in what, when, with which software, and how much it changed."""
    commit, graph = commit_iri(receipt.id), Term("iri", PROVENANCE)
    said: list[tuple[str, Term]] = [
        (DCT + "identifier", literal(receipt.id)),
        (_PROV + "endedAtTime", literal(receipt.at, XSD + "dateTime")),
        (_PROV + "wasAssociatedWith", Term("iri", receipt.actor)),
        (LG + "commitNumber", literal(receipt.number)),
        (LG + "addedCount", literal(receipt.added)),
        (LG + "removedCount", literal(receipt.removed)),
        (LG + "unchangedCount", literal(receipt.unchanged)),
        (LG + "softwareVersion", literal(receipt.software)),
    ]
    if receipt.ontology:
        said.append((LG + "ontologyVersion", literal(receipt.ontology)))
    if receipt.function:
        said.append((LG + "onBehalfText", literal(receipt.function)))
    if receipt.sha256:
        said.append((LG + "contentHash", literal(receipt.sha256)))
    if receipt.undoes:
        said.append((LG + "undoes", commit_iri(receipt.undoes)))
    typed = (commit, RDF_TYPE, Term("iri", _PROV + "Activity"), graph)
    return (typed, *((commit, Term("iri", name), value, graph) for name, value in said))
