"""Findings as somebody reads them: in sections, by thing, with words in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from graph.findings import Finding, Texts
from graph.messages import Messages
from graph.names import short
from graph.render.findings.facts import count, side, tell_counts
from graph.terms import BASE, LANGUAGES, SHAPE, Term, compact, local_name

# A path of several steps is written without brackets, and an address begins with its scheme.
_BETWEEN = re.compile(r"([/|])(?=\^?[A-Za-z][A-Za-z0-9+.-]*:)")


@dataclass(frozen=True)
class Thing:
    """One thing with its findings, the gravest first; `named` is the one that names it best."""

    iri: str
    named: Finding
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Rest:
    """Findings of one rule that a shortened list leaves out: the first of them, and how many."""

    first: Finding
    n: int


@dataclass(frozen=True)
class Section:
    """The findings of one tier of rules, inside or outside what was handed in."""

    tier: str
    outside: bool
    found: tuple[Finding, ...]
    things: tuple[Thing, ...]
    rest: tuple[Rest, ...] = ()


def arrange(findings: Sequence[Finding], per_rule: int | None = None) -> list[Section]:
    """Put findings in sections and by thing; where `per_rule` is given, so many of each rule.

    Our own rules come first, and what stands in the files before what lies outside of them.
    """
    parts: dict[tuple[str, bool], list[Finding]] = {}
    named: dict[str, Finding] = {}
    for finding in sorted(findings, key=Finding.order):
        parts.setdefault((finding.tier, finding.outside), []).append(finding)
        best = named.setdefault(finding.focus, finding)
        if _told(finding) > _told(best):
            named[finding.focus] = finding
    return [_section(*key, parts[key], named, per_rule) for key in sorted(parts)]


def _told(finding: Finding) -> int:
    return 2 * bool(finding.label) + bool(finding.kind_label)


def _section(
    tier: str,
    outside: bool,
    found: list[Finding],
    named: Mapping[str, Finding],
    per_rule: int | None,
) -> Section:
    things: dict[str, list[Finding]] = {}
    met: dict[str, int] = {}
    left: dict[str, Rest] = {}
    for finding in found:
        met[finding.rule] = met.get(finding.rule, 0) + 1
        if per_rule is None or met[finding.rule] <= per_rule:
            things.setdefault(finding.focus, []).append(finding)
        else:
            first = left[finding.rule].first if finding.rule in left else finding
            left[finding.rule] = Rest(first, met[finding.rule] - per_rule)
    shown = tuple(Thing(focus, named[focus], tuple(of_one)) for focus, of_one in things.items())
    rest = sorted(left.values(), key=lambda part: -part.n)
    return Section(tier, outside, tuple(found), shown, tuple(rest))


def heading(section: Section, sections: Sequence[Section], texts: Messages, many: bool) -> str:
    """Give a section's heading with its sums; nothing where it is the only one."""
    if len(sections) == 1 and not section.outside and not section.tier:
        return ""
    place = side("outside" if section.outside else "inside", texts, many)
    tier = texts.text("finding.tier", file=section.tier) if section.tier else ""
    told = tell_counts(count(section.found), texts)
    return f"{tier} · {place}: {told}" if tier else f"{place}: {told}"


# -- words --------------------------------------------------------------------------------------


_LONG_VALUE, _LONG_TEXT = 300, 1_000
_OUR_RULES = ((SHAPE, ""), (BASE + "cell#", "cell-"), (BASE + "file#", "file-"))


def rule_id(finding: Finding) -> str:
    """Give a rule's short name, the same in every report; nothing for a rule without a name."""
    rule = finding.rule
    for space, before in _OUR_RULES:
        if rule.startswith(space):
            return before + rule.removeprefix(space)
    return compact(rule)


def choose(texts: Texts, lang: str) -> tuple[str, str]:
    """Choose the text for a reader as `pick` does, and tell its language; nothing is of none."""
    others = sorted(key for key in texts if key not in LANGUAGES)
    for key in (lang, *LANGUAGES, *others):
        if texts.get(key):
            return shortened(texts[key], _LONG_TEXT), key
    return "", ""


def shortened(text: str, most: int) -> str:
    """Cut a text that nobody would read to its end: what was handed in may be of any length."""
    return text if len(text) <= most else f"{text[:most]} … ({len(text)})"


def address_of(thing: str) -> str:
    """Write an address as briefly as our commands read it back."""
    return shortened(compact(short(thing)), _LONG_VALUE)


def name_of(thing: str, label: Texts, lang: str) -> tuple[str, str]:
    """Give what people call a thing and the language of it: its name, else its short address."""
    name, language = choose(label, lang)
    return (name, language) if name else (address_of(thing), "")


def title_of(finding: Finding, texts: Messages) -> str:
    """Name the thing of a finding with its kind: Kind «Name»."""
    name, _ = choose(finding.label, texts.language)
    kind, _ = choose(finding.kind_label, texts.language)
    if not name:
        return f"{_capital(kind)} {address_of(finding.focus)}".strip()
    return f"{_capital(kind)} {texts.text('finding.named', name=name)}" if kind else name


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def field_of(finding: Finding, lang: str) -> tuple[str, str]:
    """Name the field of a finding, and tell the language; nothing where it is of no field."""
    name, language = choose(finding.path_label, lang)
    return (name, language) if name else (_path(finding.path or ""), "")


def steps_of(path: str) -> tuple[list[str], list[str]]:
    """Split a property path of several steps into the steps and the signs between them."""
    parts = _BETWEEN.split(path)
    return parts[::2], parts[1::2]


def _path(path: str) -> str:
    """Write a path for people: of an address with no prefix of ours its last part."""
    steps, signs = steps_of(path)
    told = [_step(step) for step in steps]
    return told[0] + "".join(f" {s} {step}" for s, step in zip(signs, told[1:], strict=True))


def _step(step: str) -> str:
    inverse = "^" if step.startswith("^") else ""
    plain = step.removeprefix("^")
    told = compact(plain)
    return inverse + (told if told != plain else local_name(plain))


def value_of(term: Term) -> str:
    """Give a value as people write it: a text as it is, an address shortened."""
    return address_of(term.value) if term.kind == "iri" else shortened(term.value, _LONG_VALUE)


def found_of(finding: Finding, texts: Messages) -> str:
    """Say what stood there: the value, or how many values."""
    if finding.value is not None:
        value = value_of(finding.value)
        return value if finding.value.kind == "iri" else texts.text("finding.named", name=value)
    if finding.count is None:
        return ""
    return tell_number(finding.count, texts)


def tell_number(n: int, texts: Messages) -> str:
    """Say how many values stood there."""
    if n in (0, 1):
        return texts[("finding.values_none", "finding.values_one")[n]]
    return texts.text("finding.values", n=n)


def where_of(finding: Finding, many: bool) -> str:
    """Say where: the place in its file. Of a cell, or of no place, the file is told among many."""
    place = finding.place
    file = (place.file if place else "") or finding.source or ""
    if place is None or not (place.line or place.cell):
        return file if many else ""
    told = (place if place.file else replace(place, file=file)).text()
    return f"{file} {told}".strip() if place.cell is not None and many else told or file


def doc_of(finding: Finding) -> str:
    """Give the address at which one can read about the field, if the rule names one."""
    pages = (page for page in finding.see_also if page.startswith(("https://", "http://")))
    return next(pages, "")


def facts_of(finding: Finding, texts: Messages) -> Iterator[tuple[str, str, str]]:
    """Walk what is told of a finding besides its message: what it is, the text, its language."""
    lang = texts.language
    told: Mapping[str, tuple[str, str]] = {
        "found": (found_of(finding, texts), ""),
        "expected": choose(finding.expected, lang),
        "fix": choose(finding.fix, lang),
        "example": (finding.example or "", ""),
    }
    yield from ((key, *pair) for key, pair in told.items() if pair[0])
