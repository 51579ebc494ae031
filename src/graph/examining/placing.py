"""The place of each finding in the files, and what to call and show there."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from graph.findings import Finding, Place
from graph.submission import Submission
from graph.terms import Term, Triple

Names = Mapping[str, Mapping[str, str]]
# Between two steps of a path, each of which is a whole address.
_STEP = re.compile(r"/(?=\^?[A-Za-z][A-Za-z0-9+.-]*:)")


class Causes:
    """Which statements that came or went a thing of the graph's was part of."""

    def __init__(self, changed: Collection[Triple]) -> None:
        self._changed = changed
        self._pairs: dict[Term, list[tuple[Term, Term]]] | None = None

    def of(self, thing: Term) -> Sequence[tuple[Term, Term]]:
        """Give the things and properties by whose change a thing may be another one."""
        if self._pairs is None:
            self._pairs = {}
            for subject, predicate, object_ in sorted(self._changed, key=_in_order):
                for term in (subject, object_):
                    self._pairs.setdefault(term, []).append((subject, predicate))
        return self._pairs.get(thing, ())


def _in_order(triple: Triple) -> list[str]:
    return [term.n3() for term in triple]


def placed(finding: Finding, submissions: Sequence[Submission], causes: Causes) -> Finding:
    """Give a finding its place in the file that speaks of the thing, or made it so.

    What no line can be told for still has its file.
    """
    if finding.place is not None:
        return finding
    focus = Term("iri", finding.focus)
    found = _stated(focus, finding, submissions)
    if found is None:
        subjects = (submission.places.locate(focus) for submission in submissions)
        found = next((place for place in subjects if place is not None), None)
    if found is None:
        found = _pointing(focus, submissions) or _made_so(focus, finding, submissions, causes)
    if found is None and submissions:
        found = Place(submissions[0].name)
    return finding if found is None else replace(finding, place=found, source=found.file)


def _stated(focus: Term, finding: Finding, submissions: Sequence[Submission]) -> Place | None:
    """Give where a file writes the value, or else the property."""
    for predicate in _predicates(finding.path or ""):
        for submission in submissions:
            tongue = submission.places.of_language.get((focus, predicate, finding.lang))
            if tongue is not None:
                return replace(tongue, file=tongue.file or submission.name)
        if finding.value is not None:
            for submission in submissions:
                place = submission.places.of_triple.get((focus, predicate, finding.value))
                if place is not None:
                    return place
        for submission in submissions:
            place = submission.places.of_pair.get((focus, predicate))
            if place is not None:
                return place
    return None


def _pointing(thing: Term, submissions: Sequence[Submission]) -> Place | None:
    """Give the first place where a file points at a thing that it does not describe."""
    for submission in submissions:
        for triple in (quad[:3] for quad in submission.quads if quad[2] == thing):
            place = submission.places.locate(*triple)
            if place is not None:
                return place
    return None


def _made_so(
    focus: Term, finding: Finding, submissions: Sequence[Submission], causes: Causes
) -> Place | None:
    """Give where the files say what makes a thing of the graph's another than it was."""
    pairs = list(causes.of(focus))
    if finding.value is not None:
        # What it points at, of which the file makes something else.
        pairs += causes.of(finding.value)
    for subject, predicate in pairs:
        for submission in submissions:
            place = submission.places.of_pair.get((subject, predicate))
            if place is not None:
                return place
    things = [subject for subject, _ in pairs]
    for thing in things if finding.value is None else [*things, finding.value]:
        for submission in submissions:
            place = submission.places.locate(thing)
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
    parts = [_STEP.split(part, maxsplit=1)[0] for part in path.split("|")]
    return [part for part in parts if part and _plain(part)]


def _predicates(path: str) -> list[Term]:
    """Give the properties at which the values of a path may stand in the thing's own row."""
    return [Term("iri", first) for first in steps_from(path)]


def _plain(path: str) -> bool:
    return not any(sign in path for sign in "^*+?()")
