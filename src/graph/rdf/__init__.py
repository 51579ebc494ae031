"""Reading RDF and writing it canonically; formats are named in `formats` alone.

A store and a diff both need one spelling for one fact, so what is written here is sorted, has no
blank nodes and only literals that an engine gives back unchanged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from graph.errors import TooTangled
from graph.rdf import tangle
from graph.rdf.canonical import refuse_noncanonical, write_turtle
from graph.rdf.engine import from_engine, from_engine_quads, to_engine, to_engine_quads
from graph.rdf.formats import SUFFIXES, TABLE_SUFFIXES, engine_format, format_of, looks_like
from graph.rdf.parsing import parse, positions, read, read_bytes, refuse_endless, text
from graph.rdf.writing import write
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
    "write",
    "write_turtle",
]


def skolemise(quads: Iterable[Quad], name: str = "-") -> list[Quad]:
    """Replace blank nodes by IRIs that depend on the content alone (RDFC-1.0, then its hash).

    The same content gives the same IRIs whatever its blank nodes were called, so taking in a file
    twice changes nothing. What hangs together by blank nodes is hashed for itself, so that a
    change elsewhere in the file leaves its names alone. TooTangled, with the file's name, where
    nothing tells blank nodes apart.
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
    said_of = {node: said.value for node, predicate, said, _ in everything if predicate == mark}
    made = _sealed([quad for quad in everything if quad[1] != mark], said_of)

    def place(term: Term) -> Term:
        return made.get(term, term) if term.kind == "bnode" else term

    bearers: dict[str, list[Term]] = {}
    for node, said in sorted(said_of.items(), key=lambda pair: pair[0].value):
        bearers.setdefault(said, []).append(made[node])
    names = {node: bearers[said].pop(0) for node, said in marks.items()}
    whole = {q for q in given if not any(term is not None and term.kind == "bnode" for term in q)}
    named = [*whole, *(quad for quad in everything if quad[1] != mark)]
    return [(place(s), p, place(o), g and place(g)) for s, p, o, g in named], names


def _sealed(quads: Sequence[Quad], marks: Mapping[Term, str]) -> dict[Term, Term]:
    """Name each blank node by the hash of all that hangs together with it by blank nodes."""
    made: dict[Term, Term] = {}
    twins: dict[str, int] = {}
    for nodes, part in _parts(quads):
        ordered = sorted(nodes, key=lambda node: (marks[node], node.value))
        local = {node: Term("bnode", f"b{place}") for place, node in enumerate(ordered)}
        seal = digest(
            (local.get(s, s), p, local.get(o, o), local.get(g, g) if g else None)
            for s, p, o, g in part
        )[:32]
        # Two that say just the same are still two.
        twins[seal] = twins.get(seal, 0) + 1
        again = "" if twins[seal] == 1 else f"-{twins[seal]}"
        for node, short in local.items():
            made[node] = Term("iri", f"{GENID}{seal}{again}-{short.value}")
    return made


def _parts(quads: Sequence[Quad]) -> list[tuple[list[Term], list[Quad]]]:
    """Part quads into those that hang together by blank nodes, in canonical order."""
    above: dict[Term, Term] = {}

    def top(node: Term) -> Term:
        while above[node] != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    for quad in quads:
        blank = [term for term in quad if term is not None and term.kind == "bnode"]
        for term in blank:
            above.setdefault(term, term)
        for term in blank[1:]:
            above[top(term)] = top(blank[0])
    nodes: dict[Term, list[Term]] = {}
    for node in sorted(above, key=lambda term: term.value):
        nodes.setdefault(top(node), []).append(node)
    held: dict[Term, list[Quad]] = {}
    for quad in quads:
        first = next(term for term in quad if term is not None and term.kind == "bnode")
        held.setdefault(top(first), []).append(quad)
    return [(members, held[node]) for node, members in nodes.items()]


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
