"""The canonical Turtle of data/: one spelling for one fact."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Final

from graph.errors import NotCanonical
from graph.terms import LGID, RDF_TYPE, XSD, Term, Triple, quote

_WIDTH: Final = 100
_SAFE_LOCAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_LOCAL_AT_END = re.compile(r"[A-Za-z0-9_-]*\Z")
_TYPE_FOLDER = re.compile(r"[a-z](?:[a-z0-9-]*[a-z0-9])?")
_CANONICAL = {
    XSD + "integer": re.compile(r"0|-?[1-9][0-9]*"),
    XSD + "boolean": re.compile(r"true|false"),
    XSD + "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    XSD + "gYear": re.compile(r"[0-9]{4}"),
}
# Turtle reads these without quotes and datatype.
_BARE = frozenset({XSD + "integer", XSD + "boolean"})


def refuse_noncanonical(term: Term) -> None:
    """Raise NotCanonical for a term that an engine would rewrite or that has no fixed name."""
    if term.kind == "bnode":
        raise NotCanonical(term.n3(), "blank node")
    if term.kind == "iri" or term.datatype is None or term.datatype == XSD + "string":
        return
    form = _CANONICAL.get(term.datatype)
    if form is None:
        raise NotCanonical(term.n3(), "datatype")
    if not form.fullmatch(term.value):
        raise NotCanonical(term.n3(), "lexical form")
    if term.datatype == XSD + "date":
        try:
            datetime.date.fromisoformat(term.value)
        except ValueError as error:
            raise NotCanonical(term.n3(), "no such day") from error


def write_turtle(
    triples: Iterable[Triple], prefixes: Mapping[str, str], any_literal: bool = False
) -> str:
    """Write triples as Turtle in the one form that data/ has: write(parse(write(x))) == write(x).

    Sorted subjects, `a` first, predicates by IRI, IRIs before literals, literals by language. Only
    prefixes that are used are declared. An IRI `…/id/{type}/{key}` gets the prefix `{type}:`
    without being asked. Blank nodes and literals that are not canonical are refused; with
    `any_literal` a literal is written as it is, which an engine's own spelling allows.
    """
    names = _Names(prefixes, any_literal)
    subjects: dict[Term, dict[Term, set[Term]]] = {}
    for subject, predicate, object_ in triples:
        subjects.setdefault(subject, {}).setdefault(predicate, set()).add(object_)
    blocks = [
        _block(subject, subjects[subject], names)
        for subject in sorted(subjects, key=lambda term: term.value)
    ]
    head = "".join(f"@prefix {name}: <{space}> .\n" for name, space in names.declared())
    return head + "".join("\n" + block for block in blocks)


def _block(subject: Term, said: Mapping[Term, set[Term]], names: _Names) -> str:
    lines: list[str] = []
    for predicate in sorted(said, key=lambda term: (term != RDF_TYPE, term.value)):
        verb = "a" if predicate == RDF_TYPE else names.text(predicate)
        objects = [names.text(term) for term in sorted(said[predicate], key=_object_order)]
        line = f"  {verb} " + ", ".join(objects)
        if len(objects) > 1 and len(line) + 2 > _WIDTH:
            line = f"  {verb}\n    " + ",\n    ".join(objects)
        lines.append(line)
    return names.text(subject) + "\n" + " ;\n".join(lines) + " .\n"


def _object_order(term: Term) -> tuple[bool, str, str, str]:
    return term.kind != "iri", term.lang or "", term.value, term.datatype or ""


class _Names:
    """How each term of one file is spelt, and which prefixes that used."""

    def __init__(self, prefixes: Mapping[str, str], any_literal: bool = False) -> None:
        self._any_literal = any_literal
        self._spaces = {space: name for name, space in prefixes.items()}
        self._taken = dict(prefixes)
        self._used: set[str] = set()
        self._spelt: dict[Term, str] = {}

    def declared(self) -> list[tuple[str, str]]:
        """List the prefixes used so far, by name."""
        return sorted((self._spaces[space], space) for space in self._used)

    def text(self, term: Term) -> str:
        """Spell a term; NotCanonical when it must not be written."""
        spelt = self._spelt.get(term)
        if spelt is None:
            if not (self._any_literal and term.kind == "literal"):
                refuse_noncanonical(term)
            spelt = self._iri(term.value) if term.kind == "iri" else self._literal(term)
            self._spelt[term] = spelt
        return spelt

    def _literal(self, term: Term) -> str:
        form = _CANONICAL.get(term.datatype or "")
        if term.datatype in _BARE and form and form.fullmatch(term.value):
            return term.value
        text = quote(term.value)
        if term.lang is not None:
            return f"{text}@{term.lang.lower()}"
        if term.datatype is None or term.datatype == XSD + "string":
            return text
        return f"{text}^^{self._iri(term.datatype)}"

    def _iri(self, text: str) -> str:
        cut = _LOCAL_AT_END.search(text)
        local = cut.group() if cut else ""
        space = text[: len(text) - len(local)]
        if not _SAFE_LOCAL.fullmatch(local) or not self._known(space):
            return f"<{text}>"
        self._used.add(space)
        return f"{self._spaces[space]}:{local}"

    def _known(self, space: str) -> bool:
        if space in self._spaces:
            return True
        folder = space.removeprefix(LGID).removesuffix("/")
        if not space.startswith(LGID) or not _TYPE_FOLDER.fullmatch(folder):
            return False
        # A vocabulary may already own the short name; both must be readable in one file.
        name = folder if folder not in self._taken else f"id-{folder}"
        if name in self._taken:
            return False
        self._spaces[space], self._taken[name] = name, space
        return True
