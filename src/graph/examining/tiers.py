"""Shape files that somebody adds → a second tier of findings, apart from those of our own rules.

Such files come from elsewhere and may be broken. What is wrong with them is told as their fault,
with file and line, and never as that of the file that is judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from graph import rdf
from graph.closure import CLASS, Reach
from graph.errors import FileUnreadable, InputError, NotAFile
from graph.examining.ground import Ground
from graph.examining.handed import Handed
from graph.examining.nearest import Neighbours
from graph.examining.outside import led_nowhere, pointed_out
from graph.examining.telling import told, worded
from graph.faults import Said, once
from graph.findings import Finding, Place, Texts
from graph.terms import (
    LANGUAGES,
    RDF,
    RDF_TYPE,
    RDFS,
    SH,
    SHAPE,
    XSD,
    Term,
    Triple,
    compact,
    local_name,
)
from graph.validate import Blame, blames, try_out
from graph.validate.rulebook import Rulebook

_SEVERITY = Term("iri", SH + "severity")
_SEVERITIES = {SH + name for name in ("Violation", "Warning", "Info")}
_SHAPES = frozenset({SH + "NodeShape", SH + "PropertyShape"})
_SPEAKING = frozenset({SH + "path", SH + "property"})
_TARGET_CLASS = SH + "targetClass"
_LITERALS = (XSD, RDF + "langString", RDFS + "Literal", RDFS + "Datatype")
_LACKS, _EXCESS = ("MinCount", "QualifiedMinCount"), ("MaxCount", "QualifiedMaxCount")
_PREFIX = re.compile(r"^\s*@?prefix\s+([\w.-]*):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Tier:
    """One added shape file: its rules, none where it cannot be read, and what is wrong with it."""

    name: str
    rules: Rulebook
    faults: tuple[Finding, ...]
    text: str = ""

    @property
    def empty(self) -> bool:
        """Tell a file that is read and holds no rule."""
        return not self.rules.targets and not self.faults


def read_tier(path: Path) -> Tier:
    """Read a shape file; one that does not parse is a tier without rules that says why.

    FileUnreadable or NotAFile where there is no such file: that is for who named it to mend.
    """
    name = str(path)
    try:
        triples = [quad[:3] for quad in rdf.parse(path)]
    except (FileUnreadable, NotAFile):
        raise
    except InputError as error:
        line = error.params.get("line")
        column = error.params.get("column")
        reason = str(error.params.get("reason") or error.code)
        place = Place(
            name,
            line if isinstance(line, int) else None,
            column if isinstance(column, int) else None,
        )
        fault = _fault(name, "unreadable", place, reason=reason)
        return Tier(name, Rulebook((), {}), (fault,))
    text = rdf.read(path).decode("utf-8", "replace")
    rules = Rulebook(triples, {})
    return Tier(name, rules, tuple(_faults(name, rules, text)), text)


@dataclass(frozen=True)
class ByTier:
    """What an added shape file finds; `unusable` is one that nothing could be judged by."""

    findings: tuple[Finding, ...]
    unusable: bool = False


def judge_tier(
    tier: Tier,
    own: Sequence[Triple],
    ground: Ground,
    neighbours: Neighbours,
    sent: Handed,
    things: Set[Term],
) -> ByTier:
    """Judge things by an added shape file; its own faults come last.

    A thing is judged by the kinds that the file itself gives it: to mix our vocabulary in would
    make foreign shapes fire twice. What it points at may be of a kind below the one asked for.
    """
    if not tier.rules.triples:
        return ByTier(tier.faults, not tier.empty)
    reach = Reach(tier.rules, own, neighbours.ask, {subject for subject, _, _ in own} | things)
    reach.fetch(things)
    triples = (*own, *reach.fetched)
    said = Said(triples)
    blamed = led_nowhere(
        blames(tier.rules, triples, things, ground.above, aimed={}), tier.rules, said
    )
    if not tier.rules.ran:
        # Nothing here is what a rule is about; those that cannot be used are so all the same.
        try_out(tier.rules)
    blamed = once(blamed, tier.rules, said)
    found = pointed_out(blamed, tier.rules, said, neighbours, sent)
    mine = {thing.value for thing in things}
    findings = [
        replace(_explained(worded(blame, tier.rules, ground, said), blame, ground), tier=tier.name)
        for blame in found
    ]
    findings = [f if f.focus in mine else replace(f, outside=True) for f in findings]
    broken = [
        _fault(
            tier.name,
            "broken",
            Place(tier.name, line_of(tier.text, shape)),
            shape=_short(shape),
            reason=reason.split("\n")[0],
        )
        for shape, reason in (tier.rules.refused or {}).items()
    ]
    return ByTier((*findings, *tier.faults, *broken), bool(broken) and not tier.rules.ran)


def _explained(finding: Finding, blame: Blame, ground: Ground) -> Finding:
    """Give a finding of a foreign shape the words that the shape itself lacks."""
    field = _field(finding, ground)
    if blame.demand in _LACKS:
        key = "missing"
    elif blame.demand in _EXCESS:
        key = "excess"
    else:
        key = "value" if finding.path else "whole"
    message = {**_filled(f"tier.{key}", field), **_spoken(finding.message)}
    if finding.expected:
        expected = {lang: finding.expected.get(lang, "") for lang in LANGUAGES}
        fix: Texts = told("tier.fix", field=field, expected=expected)
    else:
        fix = _filled("tier.fix_open", field)
    return replace(
        finding,
        message=finding.message if finding.outside else message,
        fix=finding.fix or fix,
        path_label=finding.path_label or field,
    )


def _spoken(message: Texts) -> Texts:
    """Leave out what the engine says in its own words, for readers of shapes."""
    engine = re.compile(r"^(Value|Less|More|Node|Property|Data|Focus|Closed|Literal)\b.*")
    return {lang: text for lang, text in message.items() if lang and not engine.match(text)}


def _filled(key: str, field: Texts) -> Texts:
    return told(key, field=field)


def _field(finding: Finding, ground: Ground) -> Texts:
    if finding.path_label and all(finding.path_label.get(lang) for lang in LANGUAGES):
        return finding.path_label
    path = finding.path or ""
    names = ground.names.get(Term("iri", path), {})
    own = finding.path_label.get("nb") or finding.path_label.get("en")
    return {lang: names.get(lang) or own or compact(path) for lang in LANGUAGES}


# -- what is wrong with a shape file ----------------------------------------------------------


def _faults(name: str, rules: Rulebook, text: str) -> Iterator[Finding]:
    strange = {
        value
        for said in rules.said.values()
        for value in said.get(_SEVERITY, ())
        if value.value not in _SEVERITIES
    }
    for severity in sorted(strange):
        lines = _lines_of(text, local_name(severity.value))
        place = Place(name, lines[0] if lines else None)
        told_lines = ", ".join(map(str, lines))
        yield _fault(name, "severity", place, severity=_short(severity), lines=told_lines)
    asked = {value for said in rules.said.values() for value in said.get(CLASS, ())}
    by_name = {local_name(kind.value): kind for kind in asked}
    for shape, targets in rules.targets.items():
        for sort, kind in targets:
            if sort != _TARGET_CLASS:
                continue
            place = Place(name, line_of(text, shape))
            near = by_name.get(local_name(kind.value))
            if kind.value.startswith(_LITERALS):
                yield _fault(name, "literal", place, shape=_short(shape), kind=_short(kind))
            elif near is not None and kind not in asked:
                words = {"shape": _short(shape), "kind": _short(kind), "near": _short(near)}
                yield _fault(name, "elsewhere", place, **words)
    pointed = {object_ for _, _, object_ in rules.triples}
    idle = [
        (line_of(text, shape) or 0, shape)
        for shape, said in rules.said.items()
        if shape not in pointed
        and shape not in rules.targets
        and not _SHAPES.isdisjoint(kind.value for kind in said.get(RDF_TYPE, ()))
        and not _SPEAKING.isdisjoint(predicate.value for predicate in said)
    ]
    if idle:
        line, shape = min(idle)
        words = {"shape": _short(shape), "n": str(len(idle))}
        key = "idle_one" if len(idle) == 1 else "idle"
        yield replace(
            _fault(name, "idle", Place(name, line or None)), message=told(f"tier.{key}", **words)
        )


def _fault(name: str, key: str, place: Place, **values: str) -> Finding:
    return Finding(
        rule=f"{SHAPE}shape-file-{key}",
        severity="warning",
        focus=name,
        message=told(f"tier.{key}", **values),
        fix=told("tier.owner"),
        source=name,
        place=place,
        outside=True,
        tier=name,
    )


def _short(term: Term) -> str:
    return compact(term.value) if term.kind == "iri" else "[ ]"


def _lines_of(text: str, word: str) -> list[int]:
    looked = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
    return [number for number, line in enumerate(text.splitlines(), 1) if looked.search(line)]


def line_of(text: str, shape: Term) -> int | None:
    """Give the line that begins with the name of a shape, as its file writes it."""
    names = {f"<{shape.value}>"}
    for prefix, space in _PREFIX.findall(text):
        if shape.value.startswith(space):
            names.add(f"{prefix}:{shape.value[len(space) :]}")
    for number, line in enumerate(text.splitlines(), 1):
        if (line.split() or [""])[0] in names:
            return number
    return None
