"""Findings of a judgement → findings for the one who handed the file in: what a rule expects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from graph.closure import CLASS, INNER, INNER_LISTS
from graph.examining.ground import Ground
from graph.faults import Said, least, number_of
from graph.findings import Finding, Texts
from graph.messages import load
from graph.terms import LANGUAGES, RDF, SH, XSD, Term, local_name
from graph.validate import Blame
from graph.validate.rulebook import Rulebook

_IN, _DATATYPE = Term("iri", SH + "in"), Term("iri", SH + "datatype")
_QUALIFIED, _LANGUAGES = Term("iri", SH + "qualifiedValueShape"), Term("iri", SH + "languageIn")
_MOST = tuple(Term("iri", SH + name) for name in ("maxCount", "qualifiedMaxCount"))
_LACKS = frozenset({"MinCount", "QualifiedMinCount"})
_FEW = 8


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


def counted(key: str, n: int, **values: object) -> Texts:
    """Give a text of ours about a number of things; of one thing it has words of its own."""
    return told(f"{key}_one" if n == 1 else key, n=n, **values)


def _plain(path: str) -> bool:
    """Tell a path of one property, or of some to choose from."""
    return not any(sign in path for sign in "^|*+?") and path.count("://") <= 1
