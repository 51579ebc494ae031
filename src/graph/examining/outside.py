"""What a file points at and nobody here knows: a notice, or a slip of the pen with what was meant.

An IRI outside our own space may well name something; that we do not hold it is no fault of the
file's. One inside our space that nothing bears is a fault, and so is one that is almost, but not
quite, what a list of codes holds.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from graph.closure import Ask, batches
from graph.examining.ground import Ground
from graph.examining.telling import classes_of, told
from graph.faults import Said, least
from graph.findings import Finding, Texts
from graph.names import short
from graph.terms import (
    GENID,
    LABEL_PROPERTIES,
    LANGUAGES,
    LG,
    LGID,
    OWL,
    RDF,
    RDF_TYPE,
    RDFS,
    SHAPE,
    SKOS,
    Quad,
    Term,
    compact,
    local_name,
)
from graph.validate import Blame
from graph.validate.rulebook import Rulebook

_ABOUT_KINDS = frozenset({"Class", "Or", "Xone", "And", "Node", "QualifiedMinCount", "MinCount"})
_NEAREST = 3
_LOOSE, _CLOSE = 0.6, 0.8
# A term of another vocabulary is doubted only when it is all but the same as one that we know.
_ALL_BUT = 0.88
_MOST_CANDIDATES = 20_000
_OTHER_NAME = Term("iri", SKOS + "altLabel")
# To hold a word against more than these, letter by letter, takes too long.
_MOST_COMPARED = 1_000
_FOREVER = (RDF, RDFS, OWL)


class _Keys:
    """Keys to look a slip of the pen up among: by what is left when one letter is taken away."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.names = dict(pairs)
        self._shorter: dict[str, list[str]] = {}
        for key in self.names:
            for part in _shortened(key):
                self._shorter.setdefault(part, []).append(key)

    def near(self, key: str, least: float) -> list[str]:
        """Give the keys most like one: one letter off, or more where there are few to compare."""
        if key in self.names:
            return [key]
        alike = {found for part in _shortened(key) for found in self._shorter.get(part, ())}
        if not alike and len(self.names) <= _MOST_COMPARED:
            alike = set(self.names)
        return difflib.get_close_matches(key, sorted(alike)[:_MOST_COMPARED], _NEAREST, least)


def _shortened(key: str) -> set[str]:
    return {key, *(key[:place] + key[place + 1 :] for place in range(len(key)))}


class Neighbours:
    """Looks in the store for what a wrong name may have meant; only faults are looked up."""

    def __init__(self, ask: Ask, ground: Ground) -> None:
        self.ask = ask
        self._ground = ground
        self._keys: dict[tuple[Term, ...], _Keys] = {}
        self._lists: dict[str, list[str]] = {}
        self._names: dict[tuple[Term, ...], _Keys] = {}

    def unknown(self, things: Iterable[Term]) -> set[Term]:
        """Give those of the things of which the store says nothing at all."""
        wanted = {thing for thing in things if thing.kind == "iri"}
        known: set[Term] = set()
        for names in batches(wanted):
            rows = self.ask(f"SELECT DISTINCT ?s WHERE {{ VALUES ?s {{ {names} }} ?s ?p ?o }}")
            known.update(row["s"] for row in rows.dicts())
        return wanted - known

    def ours(self, thing: Term, classes: Sequence[Term]) -> list[str]:
        """Give the things of some classes whose key or name is most like that of a thing."""
        key = local_name(thing.value)
        keys = self._keyed(tuple(classes))
        close = keys.near(key, _LOOSE)
        if close:
            return [short(keys.names[found]) for found in close]
        named = self._named(tuple(classes))
        close = named.near(_plain(key), _LOOSE)
        return [short(named.names[found]) for found in close]

    def listed(self, thing: Term) -> list[str]:
        """Give the codes of the same list that are almost the same as a thing."""
        space = thing.value[: len(thing.value) - len(local_name(thing.value))]
        if space not in self._lists:
            rows = self.ask(
                f"SELECT DISTINCT ?s WHERE {{ ?s a <{SKOS}Concept>"
                f' FILTER(STRSTARTS(STR(?s), "{space}")) }} LIMIT {_MOST_CANDIDATES}'
            )
            self._lists[space] = [row["s"].value for row in rows.dicts()]
        keys = {local_name(name): name for name in self._lists[space]}
        close = difflib.get_close_matches(local_name(thing.value), keys, _NEAREST, _CLOSE)
        return [keys[found] for found in close]

    def _keyed(self, classes: tuple[Term, ...]) -> _Keys:
        if classes not in self._keys:
            found = self._of(classes, "", "")
            self._keys[classes] = _Keys(
                (local_name(row["s"].value), row["s"].value) for row in found
            )
        return self._keys[classes]

    def _named(self, classes: tuple[Term, ...]) -> _Keys:
        """Give the things of some classes by their names, for who wrote a name as a key."""
        if classes not in self._names:
            verbs = "|".join(term.n3() for term in (*LABEL_PROPERTIES, _OTHER_NAME))
            found = self._of(classes, "?name", f"?s {verbs} ?name .")
            self._names[classes] = _Keys(
                (_plain(row["name"].value), row["s"].value) for row in found
            )
        return self._names[classes]

    def _of(self, classes: tuple[Term, ...], more: str, pattern: str) -> Iterable[dict[str, Term]]:
        names = {kind.value for kind in classes}
        wide = names | {
            kind for kind, above in self._ground.above.items() if not names.isdisjoint(above)
        }
        values = " ".join(f"<{name}>" for name in sorted(wide))
        return self.ask(
            f"SELECT DISTINCT ?s {more} WHERE {{ VALUES ?kind {{ {values} }} ?s a ?kind . {pattern}"
            f' FILTER(STRSTARTS(STR(?s), "{LGID}")) }} LIMIT {_MOST_CANDIDATES}'
        ).dicts()


def _plain(name: str) -> str:
    """Write a name as a key would be written."""
    folded = name.casefold()
    for letter, instead in (("æ", "ae"), ("ø", "o"), ("å", "a")):
        folded = folded.replace(letter, instead)
    return re.sub(r"[\W_]+", "-", folded).strip("-")


def pointed_out(
    found: Sequence[Blame], rules: Rulebook, said: Said, neighbours: Neighbours
) -> list[Blame]:
    """Turn faults about what nobody knows into notices, or tell what was meant."""
    about = {
        blame: classes_of(rules, blame.shape)
        for blame in found
        if blame.demand in _ABOUT_KINDS and blame.shape is not None
    }
    about = {blame: classes for blame, classes in about.items() if classes}
    values = {v for blame in about for v in _values(blame, said)}
    known = {Term("iri", thing) for thing, _ in said.values}
    unknown = neighbours.unknown(values - known)
    told_already: set[tuple[str, str | None]] = set()
    result: list[Blame] = []
    for blame in sorted(found, key=lambda each: each.finding.value is None):
        finding = blame.finding
        strange = [v for v in _values(blame, said) if v in unknown] if blame in about else []
        if finding.value is None:
            # A lack: only where what nobody knows would fill it.
            foreign = [value for value in strange if _foreign(value)]
            if foreign and len(foreign) >= least(rules, blame.shape):
                if (finding.focus, finding.path) not in told_already:
                    result.append(replace(blame, finding=_notice(finding, foreign[0])))
                continue
        elif strange and _foreign(finding.value):
            near = neighbours.listed(finding.value)
            told_already.add((finding.focus, finding.path))
            changed = _meant(finding, near) if near else _notice(finding, finding.value)
            blame = replace(blame, finding=changed)
        elif strange:
            near = neighbours.ours(finding.value, about[blame])
            blame = replace(blame, finding=_meant(finding, near))
        result.append(blame)
    return sorted(result, key=lambda blame: blame.finding.order())


def _values(blame: Blame, said: Said) -> list[Term]:
    value = blame.finding.value
    found = said.at(blame.finding) if value is None else {value}
    return sorted(v for v in found if v.kind == "iri")


def _foreign(thing: Term) -> bool:
    return not thing.value.startswith((LGID, GENID))


def _notice(finding: Finding, value: Term) -> Finding:
    return replace(
        finding,
        severity="info",
        value=value,
        outside=True,
        message=told("outside.message", value=compact(value.value)),
        fix=told("outside.fix"),
        example=None,
    )


def _meant(finding: Finding, near: Sequence[str]) -> Finding:
    if not near:
        return finding
    asked = told("outside.meant", near=" / ".join(near))
    return replace(finding, fix=_joined(asked, finding.fix))


def _joined(first: Texts, then: Texts) -> Texts:
    return {lang: f"{first[lang]} {then.get(lang, '')}".strip() for lang in LANGUAGES}


# -- terms ----------------------------------------------------------------------------------


def unknown_terms(quads: Iterable[Quad], ground: Ground) -> list[Finding]:
    """Find fields and kinds that look like a slip of the pen: one finding for each such term."""
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
        space = _space(term.value)
        ours = space == LG
        # A kind begins with a capital and a field does not; the one is never meant for the other.
        keys = {
            key: name
            for name in known
            if _space(name) == space and (key := local_name(name))[:1].isupper() == is_kind
        }
        near = difflib.get_close_matches(
            local_name(term.value), keys, _NEAREST, _LOOSE if ours else _ALL_BUT
        )
        if ours or near:
            words = [compact(keys[key]) for key in near]
            found.append(_slip(term, is_kind, subjects, words, ours))
    return found


def _slip(
    term: Term, is_kind: bool, subjects: Sequence[Term], near: Sequence[str], ours: bool
) -> Finding:
    sort = "kind" if is_kind else "field"
    fix = told("unknown.fix", near=" / ".join(near)) if near else told("unknown.look")
    return Finding(
        rule=f"{SHAPE}unknown-{sort}",
        severity="warning" if ours else "info",
        focus=subjects[0].value,
        path=RDF_TYPE.value if is_kind else term.value,
        value=term if is_kind else None,
        message=told(f"unknown.{sort}", term=compact(term.value), n=len(subjects)),
        fix=fix,
        example=near[0] if near else None,
        count=len(subjects),
    )


def _space(name: str) -> str:
    return name[: max(name.rfind("#"), name.rfind("/")) + 1]
