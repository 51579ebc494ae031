"""The example that a finding shows is one that its own rule lets through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from graph import assets, rdf
from graph.query import load
from graph.terms import LANGUAGES, LG, LGID, PREFIXES, RDF_TYPE, SH, SHAPE, XSD, Term, Triple, date
from graph.validate import validate

FIRST = "http://www.w3.org/1999/02/22-rdf-syntax-ns#first"
REST = "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest"
EX = "https://example.org/"
_PREFIX = re.compile(r"^@prefix\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE)

Said = dict[Term, dict[str, list[Term]]]


@cache
def said() -> Said:
    """Give what the shape files say, by subject and predicate."""
    found: Said = {}
    for path in shape_files():
        for s, p, o, _ in rdf.parse(path):
            found.setdefault(s, {}).setdefault(p.value, []).append(o)
    return found


def shape_files() -> list[Path]:
    return [*assets.files("shapes"), *assets.files("house")]


@cache
def data() -> tuple[dict[str, str], frozenset[Triple]]:
    """Give the prefixes that our files use, and the type of every thing that they describe."""
    prefixes = dict(PREFIXES)
    types: set[Triple] = set()
    for path in [*assets.files("data"), *assets.files("ontology"), *shape_files()]:
        prefixes.update(_PREFIX.findall(path.read_text("utf-8")))
        types.update((s, p, o) for s, p, o, _ in rdf.parse(path) if p == RDF_TYPE)
    return prefixes, frozenset(types)


def rules() -> list[tuple[Term, Term]]:
    """List each property shape with the node shape that it stands in."""
    pairs = {
        (rule, shape) for shape, words in said().items() for rule in words.get(SH + "property", [])
    }
    return sorted(pairs, key=lambda pair: (pair[0].value, pair[1].value))


def steps(path: Term, *, back: bool = False) -> Iterator[tuple[Term, bool]]:
    """Walk the properties of a path, each with whether it is gone backwards."""
    if path.kind == "iri":
        yield path, back
        return
    for name, values in said()[path].items():
        turned = back != (name == SH + "inversePath")
        for value in values:
            if value.kind != "literal" and not value.value.startswith(FIRST[:-5]):
                yield from steps(value, back=turned)


@cache
def read(example: str, thing: str) -> list[Triple]:
    """Read an example: whole statements when it ends with a full stop, else what a thing says."""
    prefixes, _ = data()
    body = example if example.endswith(" .") else f"<{thing}> {example} ."
    heads = "".join(f"@prefix {name}: <{space}> .\n" for name, space in prefixes.items())
    return [(s, p, o) for s, p, o, _ in rdf.parse((heads + body).encode(), name="example.ttl")]


def target(shape: Term, rule: Term, triples: list[Triple], focus: Term) -> Triple | None:
    """Give the triple by which a node shape takes a thing for one of its own."""
    words, used = said()[shape], {p for _, p, _ in triples}
    for kind in words.get(SH + "targetClass", []):
        return focus, RDF_TYPE, kind
    own = {step for step, _ in steps(said()[rule][SH + "path"][0])}
    for predicate in words.get(SH + "targetSubjectsOf", []):
        if used.isdisjoint(words[SH + "targetSubjectsOf"]) and predicate not in own:
            return focus, predicate, date("2025-01-01")
    for predicate in words.get(SH + "targetObjectsOf", []):
        return Term("iri", EX + "other"), predicate, focus
    return None


def judged() -> tuple[dict[tuple[str, str], str], list[Triple]]:
    """Give each example's thing and rule, and all that the examples say."""
    expected, triples = {}, []
    for number, (rule, shape) in enumerate(rules()):
        for example in said()[rule].get(LG + "example", []):
            thing = f"{EX}{number}"
            found = read(example.value, thing)
            focus = Term("iri", thing)
            if example.value.endswith(" ."):
                # The thing that it points to gets a name of its own, or one example judges another.
                backwards = {p for p, back in steps(said()[rule][SH + "path"][0]) if back}
                named = next(o for _, p, o in found if p in backwards)
                found = [(s, p, focus if o == named else o) for s, p, o in found]
            extra = target(shape, rule, found, focus)
            triples += [*found, *([extra] if extra else [])]
            expected[focus.value, rule.value] = example.value
    return expected, triples


def test_every_rule_has_one_example() -> None:
    several = [rule.value for rule, _ in rules() if len(said()[rule].get(LG + "example", [])) != 1]
    assert not several
    assert len(rules()) > 500


def judge(triples: list[Triple]) -> set[tuple[str, str]]:
    """Judge triples by every shape; give each thing found fault with, and the rule."""
    words = [(s, p, o) for path in assets.files("ontology") for s, p, o, _ in rdf.parse(path)]
    pointed = {term for triple in triples for term in triple}
    behind = [triple for triple in data()[1] if triple[0] in pointed]
    findings = validate(triples, shape_files(), ontology=words, background=behind)
    return {(finding.focus, finding.rule) for finding in findings}


def test_an_example_passes_its_own_rule() -> None:
    expected, triples = judged()
    found = judge(triples)
    failed = [f"{name[1]}: {text}" for name, text in expected.items() if name in found]
    assert not failed, "\n".join(sorted(failed))
    # Where an example describes a thing of its own, as evidence, it describes it in full.
    things = {thing for thing, _ in expected}
    whole = {s.value for s, p, _ in triples if p == RDF_TYPE} - things
    assert len(whole) > 20
    assert not [name for name in found if name[0] in whole]


def test_a_wrong_value_does_not_pass_the_same_rule() -> None:
    expected, triples = judged()
    demands = [SH + name for name in ("class", "pattern", "nodeKind", "or", "minInclusive")]
    asked = {}
    for focus, rule in expected:
        words = said()[Term("iri", rule)]
        if words[SH + "path"][0].kind == "iri" and any(name in words for name in demands):
            asked[focus] = (rule, words[SH + "path"][0])
    wrong = Term("literal", "?", None, "se")
    changed = [
        (s, p, wrong if s.value in asked and p == asked[s.value][1] else o) for s, p, o in triples
    ]
    found = judge(changed)
    missed = [rule for focus, (rule, _) in asked.items() if (focus, rule) not in found]
    assert not missed
    assert len(asked) > 150


def test_an_example_of_a_whole_thing_passes() -> None:
    own = [shape for shape, words in said().items() if SH + "message" in words]
    whole = [shape for shape in own if SH + "path" not in said()[shape]]
    assert whole
    for shape in whole:
        triples = read(said()[shape][LG + "example"][0].value, EX + "thing")
        things = {s.value for s, _, _ in triples}
        changed = [(Term("iri", EX + "other"), p, o) for _, p, o in triples]
        assert not {(thing, shape.value) for thing in things} & judge(triples)
        assert (EX + "other", shape.value) in judge(changed)


def test_an_example_is_about_the_field_of_its_rule() -> None:
    for rule, _ in rules():
        fields = {step for step, _ in steps(said()[rule][SH + "path"][0])}
        example = said()[rule][LG + "example"][0].value
        used = {p for _, p, _ in read(example, EX + "thing")}
        assert fields & used, f"{rule.value}: {example}"


def test_an_example_points_to_things_that_are_there() -> None:
    known = {s for s, _, _ in data()[1]}
    for rule, _ in rules():
        example = said()[rule][LG + "example"][0].value
        for s, _, o in read(example, EX + "thing"):
            ours = o.kind == "iri" and o.value.startswith(LGID)
            # Nobody has reported an accession yet, so the evidence of one is about an invented one.
            invented = o.value.startswith(LGID + "accession/")
            assert not ours or o in known or invented or o == s, f"{rule.value}: {o.value}"


def test_an_example_is_in_the_language_that_is_asked_for() -> None:
    asked = 0
    for rule, _ in rules():
        words = said()[rule]
        inner = words.get(SH + "qualifiedValueShape", [rule])[0]
        # One that asks for all three languages at once is no question of one language.
        if inner == rule:
            continue
        language = said()[said()[inner][SH + "languageIn"][0]][FIRST][0].value
        asked += 1
        example = words[LG + "example"][0].value
        assert f'"@{language}' in example, f"{rule.value}: {example}"
    assert asked > 60


@pytest.mark.parametrize("path", assets.files("checks"), ids=lambda path: path.stem)
def test_a_check_says_how_to_mend_and_shows_it(path: Path) -> None:
    check = load(path)
    refused = re.compile(plain_words())
    assert set(check.remedy) == set(LANGUAGES)
    for text in check.remedy.values():
        assert text.strip()
        assert not refused.search(text), text
    assert check.example is not None
    example = read(check.example, EX + "thing")
    assert check.result_path in {None, *(p.value for _, p, _ in example)}
    assert not [o for _, _, o in example if o.datatype == XSD + "date" and date(o.value) != o]


def plain_words() -> str:
    """Give the pattern of words that a fix may not use, as the house shape has it."""
    rule = said()[Term("iri", SHAPE + "House-PropertyShape-plain")]
    return said()[rule[SH + "not"][0]][SH + "pattern"][0].value


def test_no_text_is_the_same_in_two_languages_by_neglect() -> None:
    for rule, _ in rules():
        texts = {text.lang: text.value for text in said()[rule][LG + "fix"]}
        assert texts["en"] not in {texts["nb"], texts["nn"]}, rule.value
        for bokmal in re.findall(r"\b(?:ikke|hvilken|hva|hvor|gjelder|samme)\b", texts["nn"]):
            raise AssertionError(f"{rule.value}: {bokmal!r} is not nynorsk")
