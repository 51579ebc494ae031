"""What a file points at and nobody here knows: a notice, or a slip of the pen with what was meant.

An IRI outside our own space may well name something; that we do not hold it is no fault of the
file's. One inside our space that nothing bears is a fault, and so is one that is almost, but not
quite, what a list of codes holds. It is told once, where the file points at it: what nobody
describes lacks nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from graph.closure import FIRST, PATH
from graph.examining.ground import Ground
from graph.examining.handed import Handed
from graph.examining.nearest import Neighbours, nearest, space_of
from graph.examining.telling import classes_of, told
from graph.faults import Said, least
from graph.findings import Finding, Texts, pick
from graph.names import short
from graph.terms import GENID, LANGUAGES, LGID, SHAPE, Term, compact, local_name
from graph.validate import Blame
from graph.validate.rulebook import Rulebook

_ABOUT_KINDS = frozenset({"Class", "Or", "Xone", "And", "Node", "QualifiedMinCount", "MinCount"})


def led_nowhere(found: Iterable[Blame], rules: Rulebook, said: Said) -> list[Blame]:
    """Blame the first step of a path of several for what the whole of it lacks.

    A thing may well point at something, only not at anything that leads on: then that is at fault,
    and it stands where the thing points at it.
    """
    result: list[Blame] = []
    for blame in found:
        steps = steps_of(rules, blame.shape)
        if blame.demand != "MinCount" or len(steps) < 2 or any(s.kind != "iri" for s in steps):
            result.append(blame)
            continue
        finding = replace(blame.finding, path=steps[0].value)
        lost = [v for v in sorted(said.at(finding), key=Term.n3) if not _leads(v, steps[1:], said)]
        result += [
            replace(blame, demand="Class", finding=replace(finding, value=value)) for value in lost
        ] or [replace(blame, finding=finding)]
    return result


def steps_of(rules: Rulebook, shape: Term | None) -> list[Term]:
    """Give the steps of a shape's path where it is a row of them, otherwise none."""
    paths = rules.said.get(shape, {}).get(PATH, ()) if shape is not None else ()
    return [s for path in paths if FIRST in rules.said.get(path, {}) for s in rules.list(path)]


def _leads(value: Term, steps: Sequence[Term], said: Said) -> bool:
    ends = {value}
    for step in steps:
        ends = {o for end in ends for o in said.values.get((end.value, step.value), ())}
    return bool(ends)


def pointed_out(
    found: Sequence[Blame], rules: Rulebook, said: Said, neighbours: Neighbours, sent: Handed
) -> list[Blame]:
    """Turn faults about what nobody knows into notices, or tell what was meant.

    What nobody describes is not blamed for what it lacks.
    """
    about = {
        blame: classes_of(rules, blame.shape)
        for blame in found
        if blame.demand in _ABOUT_KINDS and blame.shape is not None
    }
    about = {b: kinds for b, kinds in about.items() if kinds or steps_of(rules, b.shape)}
    values = {v for blame in about for v in _values(blame, said)}
    foci = {Term("iri", blame.finding.focus) for blame in found}
    unknown = neighbours.unknown((values | foci) - sent.described)
    told_already: set[tuple[str, str | None]] = set()
    result: list[Blame] = []
    for blame in sorted(found, key=lambda each: each.finding.value is None):
        finding = blame.finding
        if Term("iri", finding.focus) in unknown:
            continue
        strange = [v for v in _values(blame, said) if v in unknown] if blame in about else []
        if finding.value is None:
            # A lack: only where what nobody knows would fill it.
            foreign = [value for value in strange if _foreign(value)]
            if foreign and len(foreign) >= least(rules, blame.shape):
                if (finding.focus, finding.path) not in told_already:
                    result.append(replace(blame, finding=_notice(finding, foreign[0], sent)))
                continue
        elif strange and _foreign(finding.value):
            near = neighbours.listed(finding.value, about[blame])
            told_already.add((finding.focus, finding.path))
            changed = (
                _meant(finding, near, neighbours, sent)
                if near
                else _notice(finding, finding.value, sent)
            )
            blame = replace(blame, finding=changed)
        elif strange:
            near = neighbours.ours(finding.value, about[blame])
            missing = _missing(finding, finding.value)
            blame = replace(blame, finding=_meant(missing, near, neighbours, sent))
        elif blame in about and finding.value in sent.gone:
            blame = replace(blame, finding=_taken(finding, finding.value, neighbours))
        result.append(blame)
    return sorted(result, key=lambda blame: blame.finding.order())


def unheard_of(
    found: Sequence[Blame], said: Iterable[Blame], neighbours: Neighbours, sent: Handed, on: Ground
) -> list[Finding]:
    """Find what the files point at and nobody describes, where no rule has told of it.

    Our own space is looked through for it; of what lies outside, that of which a rule would have
    asked something had somebody described it. `found` holds what rules said of all things, and
    `said` what is told of it already.
    """
    wanted = {thing for thing in sent.pointing if not _foreign(thing)}
    lacking = {Term("iri", blame.finding.focus) for blame in found} & sent.pointing.keys()
    unknown = neighbours.unknown((wanted | lacking) - sent.described)
    spots = _spots(blame.finding for blame in said)
    result = []
    for thing in sorted(unknown):
        if thing.value.startswith(GENID):
            continue
        for subject, predicate, _ in sent.pointing[thing]:
            if (subject.value, predicate.value, thing) in spots:
                continue
            finding = _pointer(subject, predicate, thing, on, "reference")
            if _foreign(thing):
                result.append(_notice(finding, thing, sent))
            else:
                near = neighbours.ours(thing, ())
                result.append(_meant(_missing(finding, thing), near, neighbours, sent))
    return result


def unknown_codes(
    told_of: Iterable[Finding], neighbours: Neighbours, sent: Handed, on: Ground
) -> list[Finding]:
    """Find codes that a list which the graph knows does not hold, whatever property has them."""
    things = {thing for thing in sent.pointing if _foreign(thing)} - sent.described
    things = {thing for thing in things if local_name(thing.value) != thing.value}
    if not things:
        return []
    unknown = neighbours.unknown(things)
    lists = neighbours.lists(unknown)
    spots = _spots(told_of)
    result = []
    for thing in sorted(unknown):
        codes = lists.get(space_of(thing.value))
        if not codes:
            continue
        by_key = {local_name(code): code for code in codes}
        near = [by_key[key] for key in nearest(local_name(thing.value), sorted(by_key))]
        for subject, predicate, _ in sent.pointing[thing]:
            if (subject.value, predicate.value, thing) in spots:
                continue
            finding = _pointer(subject, predicate, thing, on, "code")
            if near:
                written = sent.written(finding.focus, finding.path, thing)
                message = told("outside.code", value=compact(written.value))
                finding = replace(finding, severity="warning", message=message)
                result.append(_meant(finding, near, neighbours, sent))
            else:
                result.append(_notice(finding, thing, sent))
    return result


def _spots(findings: Iterable[Finding]) -> set[tuple[str, str, Term | None]]:
    """Give where values are told of already; of a path with choices, at any of them."""
    return {(f.focus, p, f.value) for f in findings for p in (f.path or "").split("|")}


def _pointer(subject: Term, predicate: Term, thing: Term, on: Ground, sort: str) -> Finding:
    return Finding(
        rule=f"{SHAPE}unknown-{sort}",
        severity="violation",
        focus=subject.value,
        message={},
        path=predicate.value,
        path_label=on.names.get(predicate, {}),
        value=thing,
    )


def _values(blame: Blame, said: Said) -> list[Term]:
    value = blame.finding.value
    found = said.at(blame.finding) if value is None else {value}
    return sorted(v for v in found if v.kind == "iri")


def _foreign(thing: Term) -> bool:
    return not thing.value.startswith((LGID, GENID))


def _notice(finding: Finding, value: Term, sent: Handed) -> Finding:
    written = sent.written(finding.focus, finding.path, value)
    return replace(
        finding,
        severity="info",
        value=value,
        outside=True,
        message=told("outside.message", value=compact(written.value)),
        fix=told("outside.fix"),
        example=None,
    )


def _missing(finding: Finding, value: Term) -> Finding:
    """Say plainly that nobody describes a thing of ours: all else that a rule asks follows."""
    return replace(
        finding,
        message=told("outside.missing", value=short(value.value)),
        fix=finding.fix or told("outside.describe"),
    )


def _taken(finding: Finding, value: Term, neighbours: Neighbours) -> Finding:
    """Say that a file takes away what something still points at."""
    names = neighbours.labels((value.value, finding.focus))
    what, by = (_called(name, names) for name in (value.value, finding.focus))
    return replace(
        finding,
        message=told("outside.taken", what=what, by=by),
        fix=told("outside.keep", by=by),
        example=None,
    )


def _called(name: str, names: Mapping[str, Texts]) -> Texts:
    return {lang: pick(names.get(name, {}), lang) or short(name) for lang in LANGUAGES}


def _meant(finding: Finding, near: Sequence[str], neighbours: Neighbours, sent: Handed) -> Finding:
    """Tell what was meant, as it is to be written: by address, or in a table by name."""
    if not near:
        return finding
    names = neighbours.labels(near)
    in_row = Term("iri", finding.focus) in sent.rows
    words = {}
    for lang in LANGUAGES:
        each = []
        for name in near:
            label = pick(names.get(name, {}), lang)
            mark = "“{}”" if lang == "en" else "«{}»"
            parts = [mark.format(label)] if label else []
            each.append(" ".join(parts if parts and in_row else [*parts, f"<{name}>"]))
        words[lang] = " / ".join(each)
    return replace(finding, fix=_joined(told("outside.meant", near=words), finding.fix))


def _joined(first: Texts, then: Texts) -> Texts:
    return {lang: f"{first[lang]} {then.get(lang, '')}".strip() for lang in LANGUAGES}
