"""Findings of a judgement → findings for the one who handed the file in.

One fault is told once, what a rule expects is said, and each finding gets its place in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from graph.closure import CLASS, INNER, INNER_LISTS
from graph.examining.ground import Ground
from graph.faults import Said, least, number_of
from graph.findings import Finding, Place, Texts
from graph.messages import load
from graph.submission import Submission
from graph.terms import LANGUAGES, RDF, SH, XSD, Term, local_name
from graph.validate import Blame
from graph.validate.rulebook import Rulebook

_IN, _DATATYPE = Term("iri", SH + "in"), Term("iri", SH + "datatype")
_QUALIFIED, _LANGUAGES = Term("iri", SH + "qualifiedValueShape"), Term("iri", SH + "languageIn")
_MOST = tuple(Term("iri", SH + name) for name in ("maxCount", "qualifiedMaxCount"))
_LACKS = frozenset({"MinCount", "QualifiedMinCount"})
_FEW = 8
# Where a path goes on to the next thing.
_STEP = re.compile(r"/(?=\^?[a-z][a-z0-9+.-]*:)")
Names = Mapping[str, Mapping[str, str]]


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
        return told("expected.most", n=number_of(rules, shape, _MOST) or 0)
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
    """Give a finding its place in the file that speaks of the thing, where its reader gave none."""
    if finding.place is not None:
        return finding
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


def steps_from(path: str) -> list[str]:
    """Give the properties of the thing itself with which a path begins."""
    ways = (_STEP.split(way)[0] for way in path.split("|"))
    return [first for first in ways if first and _plain(first)]


def _predicates(path: str) -> list[Term]:
    """Give the properties at which the values of a path may stand in the thing's own row."""
    return [Term("iri", first) for first in steps_from(path)]


def _plain(path: str) -> bool:
    return not any(sign in path for sign in "^|*+?") and path.count("://") <= 1
