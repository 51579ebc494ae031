"""Shapes and checks over triples → findings: the whole judgement of data.

A check is a query for what a shape cannot say, such as a control digit: SHACL Core cannot reckon,
and a constraint written in SPARQL is run once for every focus. Knows no particular check.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from graph import assets, rdf
from graph.errors import InternalError
from graph.findings import Finding, Severity
from graph.query import LAYER_IRIS, Query, load
from graph.store import MEMORY, Change, Store, open_store
from graph.terms import GRAPH, Term, Triple
from graph.validate import names_by_language, validate

_JUDGED, _BEHIND = Term("iri", GRAPH + "judged"), Term("iri", GRAPH + "behind")


def judge(
    triples: Iterable[Triple],
    shapes: Sequence[Path],
    checks: Sequence[Path],
    ontology: Sequence[Triple] = (),
    background: Iterable[Triple] = (),
    sources: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Judge triples by all shapes and all checks, the gravest fault first; see `validate`."""
    said, behind = list(triples), list(background)
    found = validate(said, shapes, ontology, behind, sources)
    found += reckon(said, checks, [*behind, *ontology], sources)
    return sorted(found, key=Finding.order)


def reckon(
    triples: Iterable[Triple],
    checks: Sequence[Path],
    background: Iterable[Triple] = (),
    sources: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Run every check; one finding for each row about a thing that the triples speak of.

    `background` helps to judge and is not judged. `sources` tells the file of a focus.
    """
    if not checks:
        return []
    # A store holds no blank nodes, and a vocabulary may be written with some.
    judged = rdf.skolemise((s, p, o, _JUDGED) for s, p, o in triples)
    behind = rdf.skolemise((s, p, o, _BEHIND) for s, p, o in background)
    subjects = {quad[0] for quad in judged}
    store = open_store(MEMORY)
    store.apply(Change(added=(*judged, *behind)))
    names = names_by_language(((s, p, o) for s, p, o, _ in judged), subjects)
    found = [
        _finding(query, focus, value, names.get(focus.value, {}), (sources or {}).get(focus.value))
        for query in map(load, checks)
        for focus, value in _rows(store, query)
        if focus in subjects
    ]
    return sorted(found, key=Finding.order)


def _rows(store: Store, query: Query) -> Iterator[tuple[Term, Term | None]]:
    for row in store.query(query.text, name=assets.relative(query.path)).dicts():
        if "focus" not in row:
            raise InternalError(f"a row of {query.name} has no ?focus")
        yield row["focus"], row.get("value")


def _finding(
    query: Query, focus: Term, value: Term | None, label: Mapping[str, str], source: str | None
) -> Finding:
    """Give a row the words of the header."""
    return Finding(
        rule=query.shape or "",
        severity=cast(Severity, query.severity),
        focus=focus.value if focus.kind == "iri" else focus.n3(),
        message=query.title,
        label=label,
        path=query.result_path,
        path_label=query.columns["value"] if query.result_path else {},
        value=value,
        fix=query.remedy,
        example=query.example,
        layer=LAYER_IRIS.get(query.layer or ""),
        see_also=query.see,
        source=source,
    )
