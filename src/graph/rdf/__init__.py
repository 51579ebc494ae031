"""Reading RDF and writing it canonically; formats are named in `formats` alone.

A store and a diff both need one spelling for one fact, so what is written here is sorted, has no
blank nodes and only literals that an engine gives back unchanged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from graph.errors import TooTangled
from graph.rdf import tangle
from graph.rdf.canonical import refuse_noncanonical, write_turtle
from graph.rdf.engine import from_engine, from_engine_quads, to_engine, to_engine_quads
from graph.rdf.formats import SUFFIXES, TABLE_SUFFIXES, engine_format, format_of, looks_like
from graph.rdf.parsing import parse, positions, read, read_bytes, refuse_endless, text
from graph.terms import GENID, Quad, Term

__all__ = [
    "SUFFIXES",
    "TABLE_SUFFIXES",
    "digest",
    "digest_lines",
    "engine_format",
    "format_of",
    "from_engine",
    "looks_like",
    "nquads",
    "parse",
    "positions",
    "read",
    "read_bytes",
    "refuse_endless",
    "refuse_noncanonical",
    "skolemise",
    "skolemised",
    "text",
    "to_engine",
    "to_engine_quads",
    "write_turtle",
]


def skolemise(quads: Iterable[Quad], name: str = "-") -> list[Quad]:
    """Replace blank nodes by IRIs that depend on the content alone (RDFC-1.0, then its hash).

    The same content gives the same IRIs whatever its blank nodes were called, so taking in a file
    twice changes nothing. TooTangled, with the file's name, where nothing tells them apart.
    """
    return skolemised(quads, name)[0]


def skolemised(quads: Iterable[Quad], name: str = "-") -> tuple[list[Quad], dict[Term, Term]]:
    """Do as `skolemise`, and tell which IRI each blank node got.

    Blank nodes that nothing tells apart share their IRIs out among them in the order of the quads.
    """
    import pyoxigraph as ox

    given = list(quads)
    # What says nothing of blank nodes does not bear on their canonical order.
    blank = [q for q in given if any(term is not None and term.kind == "bnode" for term in q)]
    if not blank:
        return given, {}
    mark = Term("iri", tangle.MARK)
    try:
        marks = tangle.marks(blank)
    except tangle.Tangled as error:
        raise TooTangled(name) from error
    marked = [(node, mark, Term("literal", said), None) for node, said in marks.items()]
    dataset = ox.Dataset(to_engine_quads([*blank, *marked]))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    everything = from_engine_quads(dataset)
    whole = {q for q in given if not any(term is not None and term.kind == "bnode" for term in q)}
    named = [*whole, *(quad for quad in everything if quad[1] != mark)]
    seal = digest(named)[:32]
    made: dict[Term, Term] = {}

    def place(term: Term) -> Term:
        if term.kind != "bnode":
            return term
        if term not in made:
            made[term] = Term("iri", f"{GENID}{seal}-{term.value}")
        return made[term]

    bearers: dict[str, list[Term]] = {}
    for node, predicate, said, _ in sorted(everything, key=lambda quad: quad[0].value):
        if predicate == mark:
            bearers.setdefault(said.value, []).append(place(node))
    names = {node: bearers[said].pop(0) for node, said in marks.items()}
    return [(place(s), p, place(o), g and place(g)) for s, p, o, g in named], names


def nquads(quads: Iterable[Quad]) -> list[str]:
    """Write quads as sorted N-Quads lines without repeats; canonical when no blank node is left."""
    return sorted({" ".join(t.n3() for t in quad if t is not None) + " ." for quad in quads})


def digest(quads: Iterable[Quad]) -> str:
    """Give the SHA-256 of the quads' N-Quads lines."""
    return digest_lines(nquads(quads))


def digest_lines(lines: Iterable[str]) -> str:
    """Give the SHA-256 of N-Quads lines, sorted, each ended by a line feed."""
    total = hashlib.sha256()
    for line in sorted(lines):
        total.update(line.encode() + b"\n")
    return total.hexdigest()
