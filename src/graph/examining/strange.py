"""Fields and kinds that look like a slip of the pen: one finding for each such term."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graph.examining.ground import Ground
from graph.examining.nearest import nearest, space_of
from graph.examining.telling import counted, told
from graph.findings import Finding, Severity
from graph.terms import LG, OWL, RDF, RDF_TYPE, RDFS, SHAPE, Quad, Term, compact, local_name

_FOREVER = (RDF, RDFS, OWL)


def unknown_terms(quads: Iterable[Quad], ground: Ground) -> list[Finding]:
    """Find fields and kinds that our vocabulary does not hold, and those all but like one it knows.

    What is of a misspelt kind is judged by no rule, so that is as grave as it gets; a term of
    somebody else's that is like none that we know is theirs to judge.
    """
    uses: dict[tuple[Term, bool], list[Term]] = {}
    for subject, predicate, object_, _ in quads:
        uses.setdefault((predicate, False), []).append(subject)
        if predicate == RDF_TYPE and object_.kind == "iri":
            uses.setdefault((object_, True), []).append(subject)
    known = ground.terms
    found = []
    for (term, is_kind), subjects in uses.items():
        if term.value in known or term.value.startswith(_FOREVER):
            continue
        space = space_of(term.value)
        # A kind begins with a capital and a field does not; the one is never meant for the other.
        keys = {
            key: name
            for name in known
            if space_of(name) == space and (key := local_name(name))[:1].isupper() == is_kind
        }
        near = [compact(keys[key]) for key in nearest(local_name(term.value), sorted(keys))]
        if space == LG or near:
            found.append(_slip(term, is_kind, subjects, near))
    return found


def _slip(term: Term, is_kind: bool, subjects: Sequence[Term], near: Sequence[str]) -> Finding:
    sort = "kind" if is_kind else "field"
    severity: Severity = "violation" if is_kind and near else "warning"
    return Finding(
        rule=f"{SHAPE}unknown-{sort}",
        severity=severity,
        focus=subjects[0].value,
        path=RDF_TYPE.value if is_kind else term.value,
        value=term if is_kind else None,
        message=counted(f"unknown.{sort}", len(subjects), term=compact(term.value)),
        fix=told("unknown.fix", near=" / ".join(near)) if near else told("unknown.look"),
        example=near[0] if near else None,
        count=len(subjects),
    )
