"""Checks over triples → findings, and these joined with what the shapes found.

A check is a query for what a shape cannot say, such as a control digit: SHACL Core cannot reckon,
and a constraint written in SPARQL is run once for every focus. Knows no particular check.

What is written in an unusual way is judged as it would be in the usual one too: for each such value
the checks find a `rdf:subject`, `rdf:predicate`, `rdf:object`, and the text as `rdf:value`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from graph import assets, rdf
from graph.errors import InternalError
from graph.findings import Finding, Severity
from graph.plain import may_name, may_tell, plain
from graph.query import LAYER_IRIS, Query, load
from graph.store import MEMORY, Change, open_store
from graph.terms import (
    GENID,
    GRAPH,
    RDF,
    RDF_TYPE,
    RDFS,
    RDFS_SUBCLASS,
    Quad,
    Rows,
    Term,
    Triple,
    literal,
)
from graph.validate import names_by_language

# a query's text and its file's name → its rows
Ask = Callable[[str, str], Rows]

_UPWARDS = {RDFS_SUBCLASS, Term("iri", RDFS + "subPropertyOf")}
_SPELT = tuple(Term("iri", RDF + name) for name in ("subject", "predicate", "object", "value"))
_JUDGED, _BEHIND = Term("iri", GRAPH + "judged"), Term("iri", GRAPH + "behind")


def together(by_shapes: Iterable[Finding], by_checks: Iterable[Finding]) -> list[Finding]:
    """Join what shapes and checks found, the gravest first.

    A check is silent of a value that a shape blames already: one fault is told once.
    """
    found = list(by_shapes)
    told = {(finding.focus, finding.path, finding.value) for finding in found}
    found += (f for f in by_checks if f.value is None or (f.focus, f.path, f.value) not in told)
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
    store = open_store(MEMORY)
    store.apply(Change(added=(*judged, *behind)))
    return reckon_in(store.query, checks, [quad[:3] for quad in judged], sources)


def reckon_in(
    ask: Ask,
    checks: Sequence[Path],
    judged: Sequence[Triple],
    sources: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Run every check where the triples lie already, with all that helps to judge them; `reckon`.

    InternalError when a check gives a row without a focus.
    """
    return _reckoned(ask, [load(path) for path in checks], judged, sources)


class Bench:
    """Where checks are run again and again, each time on a little content of its own.

    Of the vocabulary only what it says of the terms in use is laid beside that content, and of the
    terms above them: a query over all of it would cost more than the rest of a judgement.
    """

    def __init__(self, checks: Sequence[Path], vocabulary: Iterable[Triple] = ()) -> None:
        self._checks = [load(path) for path in checks]
        self._said: dict[Term, list[Triple]] = {}
        for triple in vocabulary:
            if all(term.kind != "bnode" for term in triple):
                self._said.setdefault(triple[0], []).append(triple)

    def run(self, judged: Sequence[Triple], background: Iterable[Triple] = ()) -> list[Finding]:
        """Run every check; see `reckon`. Neither part holds blank nodes."""
        if not self._checks:
            return []
        quads = {(*triple, _JUDGED) for triple in judged}
        quads |= {(*triple, _BEHIND) for triple in background}
        quads |= {(*triple, _BEHIND) for triple in self._words_of(judged)}
        store = open_store(MEMORY)
        store.apply(Change(added=tuple(quads)))
        return _reckoned(store.query, self._checks, judged, None)

    def _words_of(self, triples: Iterable[Triple]) -> Iterator[Triple]:
        waiting = {term for triple in triples for term in triple if term in self._said}
        seen = set(waiting)
        while waiting:
            for triple in self._said[waiting.pop()]:
                yield triple
                if triple[1] in _UPWARDS and triple[2] in self._said and triple[2] not in seen:
                    seen.add(triple[2])
                    waiting.add(triple[2])


def _reckoned(
    ask: Ask,
    checks: Sequence[Query],
    judged: Sequence[Triple],
    sources: Mapping[str, str] | None,
) -> list[Finding]:
    subjects = {triple[0] for triple in judged}
    asks = [ask, *_spelt_out(judged)]
    rows: dict[tuple[object, ...], tuple[Query, Mapping[str, Term]]] = {}
    for query in checks:
        for row in (row for each in asks for row in _rows(each, query)):
            if row["focus"] in subjects:
                rows.setdefault((query.name, *sorted(row.items())), (query, row))
    names = names_by_language(judged, {row["focus"] for _, row in rows.values()})
    paths = {row["path"] for _, row in rows.values() if "path" in row}
    labels = {path: _labels(ask, path) for path in paths}
    found = [
        _finding(query, row, names, labels, (sources or {}).get(row["focus"].value))
        for query, row in rows.values()
    ]
    return sorted(found, key=Finding.order)


def _spelt_out(judged: Sequence[Triple]) -> Iterator[Ask]:
    """Give where to ask of the values that are written in an unusual way, if there are any."""
    found: dict[tuple[Term, Term, Term], str] = {}
    for subject, predicate, object_ in judged:
        for path, value in ((predicate, object_), (RDF_TYPE, subject)):
            usual = _usual(value)
            if usual is not None:
                found[subject, path, value] = usual
    if not found:
        return
    things = {subject for subject, _, _ in found}
    quads: list[Quad] = [(*triple, _JUDGED) for triple in judged if triple[0] in things]
    for number, (triple, text) in enumerate(found.items()):
        node = Term("iri", f"{GENID}spelt-{number}")
        said = zip(_SPELT, (*triple, literal(text)), strict=True)
        quads += [(node, predicate, value, _BEHIND) for predicate, value in said]
    store = open_store(MEMORY)
    store.apply(Change(added=tuple(quads)))
    yield store.query


def _usual(value: Term) -> str | None:
    """Give a value as it is usually written, if it is not and may be what a check looks for."""
    text = value.value
    if text.isascii() and "%" not in text and "  " not in text and "at" not in text.casefold():
        # The letters are those of "(at)" and its like.
        return None
    if value.kind == "bnode" or not (may_tell(text) or may_name(text)):
        return None
    usual = plain(text)
    return None if usual == text else usual


def _rows(ask: Ask, query: Query) -> Iterator[Mapping[str, Term]]:
    for row in ask(query.text, assets.relative(query.path)).dicts():
        if "focus" not in row:
            raise InternalError(f"a row of {query.name} has no ?focus")
        yield row


def _labels(ask: Ask, path: Term) -> dict[str, str]:
    """Give a property's names by language, as its vocabulary states them."""
    rows = ask(f"SELECT ?name ?label WHERE {{ {path.n3()} ?name ?label }}", "-").dicts()
    said = ((path, row["name"], row["label"]) for row in rows)
    return names_by_language(said, {path}).get(path.value, {})


def _finding(
    query: Query,
    row: Mapping[str, Term],
    names: Mapping[str, Mapping[str, str]],
    labels: Mapping[Term, Mapping[str, str]],
    source: str | None,
) -> Finding:
    """Give a row the words of the header; a row may name its own property."""
    focus, own = row["focus"], row.get("path")
    path = own.value if own else query.result_path
    titles = labels.get(own, {}) if own else query.columns["value"] if path else {}
    return Finding(
        rule=query.shape or "",
        severity=cast(Severity, query.severity),
        focus=focus.value if focus.kind == "iri" else focus.n3(),
        message=query.title,
        label=names.get(focus.value, {}),
        path=path,
        path_label=titles,
        value=row.get("value"),
        fix=query.remedy,
        example=query.example,
        layer=LAYER_IRIS.get(query.layer or ""),
        see_also=query.see,
        source=source,
    )
