"""Where the statements of a file stand: the scan of its text laid beside what its parser gave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from graph.rdf import json_places, turtle_places, xml_places
from graph.rdf.contexts import NOTHING, Known
from graph.rdf.spots import Lines, Spoken, Spots
from graph.terms import BASE, Quad, Term


def find(
    text: str, form: str, quads: Sequence[Quad], base: str = BASE, known: Known = NOTHING
) -> Spots:
    """Find where each statement stands in the text it was parsed from.

    `quads` are what the parser gave, in its order; `known` the contexts that are known here. A
    statement that the scan cannot place for sure has no place of its own, nor, where statements
    are only told apart by their order, has what comes after it.
    """
    if form == "jsonld":
        return json_places.find(text, quads, base, known)
    found, lines = Spots(), Lines(text)
    for (subject, predicate, object_, _), spoken in _beside(quads, _scan(text, form)):
        pair, triple = (subject, predicate), (subject, predicate, object_)
        if subject not in found.of_subject:
            found.of_subject[subject] = lines.spot(spoken.subject_at)
        if pair not in found.of_pair:
            found.of_pair[pair] = lines.spot(spoken.predicate_at)
        if triple not in found.of_triple:
            found.of_triple[triple] = lines.spot(spoken.object_at)
    return found


def _scan(text: str, form: str) -> Iterator[list[Spoken]]:
    if form == "xml":
        return xml_places.scan(text)
    return ([spoken] for spoken in turtle_places.scan(text, form))


def _beside(quads: Sequence[Quad], groups: Iterable[list[Spoken]]) -> Iterator[tuple[Quad, Spoken]]:
    """Lay the parser's statements beside those of the scan, for as long as they agree."""
    start = 0
    for group in groups:
        waiting = list(group)
        for quad in quads[start : start + len(group)]:
            spoken = next((s for s in waiting if _agree(quad, s)), None)
            if spoken is None:
                return
            waiting.remove(spoken)
            yield quad, spoken
        start += len(group)


def _agree(quad: Quad, spoken: Spoken) -> bool:
    """Tell whether a statement of the scan may be the one of the parser."""
    if spoken.predicate is not None and spoken.predicate != quad[1].value:
        return False
    return spoken.ending is None or quad[2].value.endswith(spoken.ending)


def ancestors(quads: Iterable[Quad]) -> dict[Term, Term]:
    """Give for each blank node the nearest thing with a name that leads to it."""
    said = list(quads)
    near: dict[Term, Term] = {}
    below: dict[Term, list[Term]] = {}
    for subject, _, object_, _ in said:
        if object_.kind == "bnode":
            below.setdefault(subject, []).append(object_)
    ring = [(term, term) for term in below if term.kind == "iri"]
    while ring:
        reached: list[tuple[Term, Term]] = []
        for term, named in ring:
            for inner in below.get(term, ()):
                if inner not in near:
                    near[inner] = named
                    reached.append((inner, named))
        ring = reached
    return near
