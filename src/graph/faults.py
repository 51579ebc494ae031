"""What shapes blame → one finding for each fault."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graph.findings import SEVERITIES, Finding
from graph.terms import RDF_TYPE, SH, Term, Triple
from graph.validate import Blame
from graph.validate.rulebook import Rulebook

_LEAST = tuple(Term("iri", SH + name) for name in ("minCount", "qualifiedMinCount"))
# What a value is; the other demands are about how it is written.
_SORTS = frozenset({"Class", "NodeKind", "Datatype", "Or", "Xone", "And", "Node", "In", "Not"})
_FORMS = frozenset(
    {"Pattern", "MinLength", "MaxLength", "MinInclusive", "MaxInclusive", "LanguageIn"}
)
_LACKS = frozenset({"MinCount", "QualifiedMinCount"})


class Said:
    """What was judged, looked up by thing and by property."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.values: dict[tuple[str, str], set[Term]] = {}
        self.types: dict[str, list[str]] = {}
        for subject, predicate, object_ in triples:
            self.values.setdefault((subject.value, predicate.value), set()).add(object_)
            if predicate == RDF_TYPE:
                self.types.setdefault(subject.value, []).append(object_.value)

    def at(self, finding: Finding) -> set[Term]:
        """Give the values that stand where a finding points."""
        return self.values.get((finding.focus, finding.path or ""), set())


def once(found: Sequence[Blame], rules: Rulebook, said: Said) -> list[Blame]:
    """Leave one finding for each fault.

    Of several that blame one value for what it is, or one property for what it lacks, the gravest
    stands. How a value is written is no second fault where it is the wrong sort of value, nor is a
    lack where enough values stand there that are only faulty.
    """
    best: dict[tuple[object, ...], Blame] = {}
    kept: list[Blame] = []
    blamed = {_where(b) for b in found if b.finding.value is not None and b.demand in _SORTS}
    faulty: dict[tuple[str, str | None], int] = {}
    for focus, path, _ in blamed:
        faulty[focus, path] = faulty.get((focus, path), 0) + 1
    for blame in sorted(found, key=_rank):
        finding = blame.finding
        spot = (finding.focus, finding.path)
        if finding.value is not None and blame.demand in _SORTS:
            key: tuple[object, ...] = ("sort", *_where(blame))
        elif finding.value is not None and blame.demand in _FORMS and _where(blame) in blamed:
            continue
        elif finding.value is None and blame.demand in _LACKS:
            if faulty.get(spot) and len(said.at(finding)) >= least(rules, blame.shape):
                continue
            key = (
                ("lack", *spot)
                if blame.demand == "MinCount" or not said.at(finding)
                else ("lack", *spot, finding.rule)
            )
        else:
            kept.append(blame)
            continue
        if best.setdefault(key, blame) is blame:
            kept.append(blame)
    return sorted(kept, key=lambda blame: blame.finding.order())


def _rank(blame: Blame) -> tuple[object, ...]:
    return (
        SEVERITIES.index(blame.finding.severity),
        blame.demand != "MinCount",
        (blame.demand != "Class"),
        blame.finding.order(),
    )


def _where(blame: Blame) -> tuple[str, str | None, Term | None]:
    return blame.finding.focus, blame.finding.path, blame.finding.value


def least(rules: Rulebook, shape: Term | None) -> int:
    """Give how many values a shape wants to see."""
    return number_of(rules, shape, _LEAST) or 1


def number_of(rules: Rulebook, shape: Term | None, names: Sequence[Term]) -> int | None:
    said = rules.said.get(shape, {}) if shape is not None else {}
    for name in names:
        for value in said.get(name, ()):
            if value.value.isdigit():
                return int(value.value)
    return None
