"""Turtle: rows as a result set in the W3C's own vocabulary for tests, labels as `rdfs:label`.

Nothing here has a blank node: every solution and binding has an IRI under `urn:livsgraf:`, numbered
in the order of the rows.
"""

from typing import TextIO

from graph.render import Document, Style
from graph.terms import Term

_RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"

Triple = tuple[Term, Term, Term]


def write(document: Document, out: TextIO, _: Style) -> None:
    """Write the main rows as one result set."""
    from graph.rdf import write_turtle
    from graph.terms import PREFIXES

    triples: set[Triple] = set()
    answer = _iri("urn:livsgraf:result")
    triples.add((answer, _iri(_RDF_TYPE), _iri(_RS + "ResultSet")))
    number = 0
    for sheet in document.rows_for_machines():
        for column in sheet.columns:
            triples.add((answer, _iri(_RS + "resultVariable"), _text(column.name)))
        for row in sheet.rows:
            number += 1
            solution = _iri(f"urn:livsgraf:result:{number}")
            triples.add((answer, _iri(_RS + "solution"), solution))
            for column, cell in zip(sheet.columns, row, strict=True):
                value = cell.term or (_text(cell.label) if cell.label else None)
                if value is None:
                    continue
                binding = _iri(f"urn:livsgraf:result:{number}:{column.name}")
                triples.add((solution, _iri(_RS + "binding"), binding))
                triples.add((binding, _iri(_RS + "variable"), _text(column.name)))
                triples.add((binding, _iri(_RS + "value"), value))
                if cell.label and value.kind == "iri":
                    triples.add((value, _iri(_LABEL), _text(cell.label)))
    out.write(write_turtle(triples, {**PREFIXES, "rs": _RS}))


def _iri(value: str) -> Term:
    return Term("iri", value, None, None)


def _text(value: str) -> Term:
    return Term("literal", value, "http://www.w3.org/2001/XMLSchema#string", None)
