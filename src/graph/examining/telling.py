"""Findings of a judgement → findings for the one who handed the file in.

One fault is told once, what a rule expects is said, and each finding gets its place in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from graph.closure import CLASS, INNER, INNER_LISTS
from graph.examining.ground import Ground
from graph.findings import SEVERITIES, Finding, Place, Texts
from graph.messages import load
from graph.submission import Submission
from graph.terms import LANGUAGES, RDF, RDF_TYPE, SH, XSD, Term, Triple, local_name
from graph.validate import Blame
from graph.validate.rulebook import Rulebook

_IN, _DATATYPE = Term("iri", SH + "in"), Term("iri", SH + "datatype")
_QUALIFIED, _LANGUAGES = Term("iri", SH + "qualifiedValueShape"), Term("iri", SH + "languageIn")
_LEAST = tuple(Term("iri", SH + name) for name in ("minCount", "qualifiedMinCount"))
_MOST = tuple(Term("iri", SH + name) for name in ("maxCount", "qualifiedMaxCount"))
# What a value is; the other demands are about how it is written.
_SORTS = frozenset({"Class", "NodeKind", "Datatype", "Or", "Xone", "And", "Node", "In", "Not"})
_FORMS = frozenset(
    {"Pattern", "MinLength", "MaxLength", "MinInclusive", "MaxInclusive", "LanguageIn"}
)
_LACKS = frozenset({"MinCount", "QualifiedMinCount"})
_FEW = 8
Names = Mapping[str, Mapping[str, str]]


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
    return _number(rules, shape, _LEAST) or 1


def _number(rules: Rulebook, shape: Term | None, names: Sequence[Term]) -> int | None:
    said = rules.said.get(shape, {}) if shape is not None else {}
    for name in names:
        for value in said.get(name, ()):
            if value.value.isdigit():
                return int(value.value)
    return None


def worded(blame: Blame, rules: Rulebook, ground: Ground, said: Said) -> Finding:
    """Say what the rule expects, what sort of thing is judged, and how many values there are."""
    finding = blame.finding
    kinds = said.types.get(finding.focus, [])
    known = [kind for kind in kinds if kind in rules.classes] or kinds
    kind = min(known, default=None)
    counted = finding.value is None and finding.path and _plain(finding.path)
    count = len(said.at(finding)) if counted else None
    return replace(
        finding,
        kind=kind,
        kind_label=ground.names.get(Term("iri", kind), {}) if kind else {},
        count=count,
        lang=_language(rules, blame.shape),
        expected=finding.expected or expected(blame, rules, ground),
    )


def _language(rules: Rulebook, shape: Term | None) -> str:
    """Give the one language in which a shape wants a text; none where it asks for no language."""
    said = rules.said.get(shape, {}) if shape is not None else {}
    found = [
        member.value
        for wanted in said.get(_QUALIFIED, ())
        for members in rules.said.get(wanted, {}).get(_LANGUAGES, ())
        for member in rules.list(members)
    ]
    return found[0] if len(found) == 1 else ""


def expected(blame: Blame, rules: Rulebook, ground: Ground) -> Texts:
    """Say in three languages what a demand wants to see; nothing where its message says it all."""
    shape = blame.shape
    if shape is None:
        return {}
    if blame.demand in {"Class", "Or", "Xone", "In", "QualifiedMinCount"}:
        wanted = classes_of(rules, shape)
        if wanted:
            return told("expected.kind", kinds=_named(wanted, ground))
    said = rules.said.get(shape, {})
    if blame.demand == "In":
        members = [m for start in said.get(_IN, ()) for m in rules.list(start)]
        return told("expected.one", values=_named(members[:_FEW], ground))
    if blame.demand in {"Datatype", "Or"} and said.get(_DATATYPE):
        return _datatype(said[_DATATYPE][0])
    if blame.demand in _LACKS:
        return told("expected.least", n=least(rules, shape))
    if blame.demand in {"MaxCount", "QualifiedMaxCount"}:
        return told("expected.most", n=_number(rules, shape, _MOST) or 0)
    if blame.demand == "NodeKind":
        return told("expected.reference")
    return {}


def classes_of(rules: Rulebook, shape: Term) -> list[Term]:
    """Give the classes that a shape, or one of those that it leaves to choose from, asks for."""
    said = rules.said.get(shape, {})
    found = dict.fromkeys(said.get(CLASS, ()))
    inner = [s for name in INNER[1:] if not name.value.endswith("not") for s in said.get(name, ())]
    for name in INNER_LISTS:
        inner += [shape for members in said.get(name, ()) for shape in rules.list(members)]
    for each in inner:
        if each != shape:
            found.update(dict.fromkeys(classes_of(rules, each)))
    return list(found)


def _datatype(datatype: Term) -> Texts:
    name = local_name(datatype.value)
    if datatype.value not in (XSD + name, RDF + name):
        return {}
    texts = {lang: load(lang).maybe(f"expected.{name}") for lang in LANGUAGES}
    return {lang: text for lang, text in texts.items() if text}


def _named(terms: Iterable[Term], ground: Ground) -> Mapping[str, str]:
    """Give the names of terms, listed, by language."""
    listed = list(terms)
    found = {}
    for lang in LANGUAGES:
        words = []
        for term in listed:
            names = ground.names.get(term, {}) if term.kind == "iri" else {}
            words.append(names.get(lang) or names.get("nb") or local_name(term.value))
        found[lang] = ", ".join(dict.fromkeys(words))
    return found


def told(key: str, **values: object) -> Texts:
    """Give a text of ours in three languages; a value may have a text for each."""
    texts = {}
    for lang in LANGUAGES:
        filled = {k: v[lang] if isinstance(v, Mapping) else v for k, v in values.items()}
        texts[lang] = load(lang).text(key, **filled)
    return texts


def placed(finding: Finding, submissions: Sequence[Submission]) -> Finding:
    """Give a finding its place in the file that speaks of the thing."""
    focus = Term("iri", finding.focus)
    predicates = _predicates(finding.path or "")
    best: Place | None = None
    for submission in submissions:
        places = submission.places
        # The file that writes the value, or the property, before the one that only names the thing.
        for predicate in predicates:
            tongue = places.of_language.get((focus, predicate, finding.lang))
            if tongue is not None:
                return replace(finding, place=tongue, source=submission.name)
            if (focus, predicate) in places.of_pair:
                place = places.locate(focus, predicate, finding.value)
                return replace(finding, place=place, source=submission.name)
        best = best or places.locate(focus)
    if best is None:
        best = _pointing(focus, submissions)
    if best is None and finding.value is not None:
        # A thing of the graph's that no longer holds because of what the file makes of another.
        found = (submission.places.locate(finding.value) for submission in submissions)
        best = next((place for place in found if place is not None), None)
    if best is None:
        return finding
    return replace(finding, place=best, source=best.file or finding.source)


def _pointing(thing: Term, submissions: Sequence[Submission]) -> Place | None:
    """Give the first place where a file points at a thing that it does not describe."""
    for submission in submissions:
        for triple in (quad[:3] for quad in submission.quads if quad[2] == thing):
            place = submission.places.locate(*triple)
            if place is not None:
                return place
    return None


def owned(finding: Finding, submissions: Sequence[Submission], names: Names) -> Finding:
    """Call what has no name of its own, such as a row's source, by the thing that it is part of."""
    focus = Term("iri", finding.focus)
    if finding.label:
        return finding
    for submission in submissions:
        owner = submission.places.named(focus)
        if owner != focus and (label := names.get(owner.value)):
            return replace(finding, label=label)
    return finding


def typed(finding: Finding, submissions: Sequence[Submission]) -> Finding:
    """Give a finding in a cell the example that somebody might type there, or none."""
    place = finding.place
    if place is None or place.cell is None:
        return finding
    column = (place.sheet or "", place.cell.rstrip("0123456789"))
    for submission in submissions:
        if submission.name == finding.source and submission.kind == "table":
            example = submission.examples.get(column)
            # A cell takes several values apart by semicolon, which is easier to read on one line.
            return replace(finding, example=example and example.replace("\n", "; "))
    return finding


def _predicates(path: str) -> list[Term]:
    """Give the properties at which the values of a path may stand in the thing's own row."""
    return [Term("iri", part) for part in path.split("|") if part and _plain(part)]


def _plain(path: str) -> bool:
    return not any(sign in path for sign in "^|*+?") and path.count("://") <= 1
