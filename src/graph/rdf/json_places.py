"""Where each statement of a JSON-LD text stands.

The text is walked with the meanings of its words at hand, and every value is looked up among the
statements that the parser gave: what is not found there gets no place, so no place is a guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from graph.rdf.contexts import Known
from graph.rdf.json_terms import KEYWORD, KEYWORDS, Meaning, Words
from graph.rdf.json_text import Member, Node, NotJson, read
from graph.rdf.json_things import Pool, Statements, coerced
from graph.rdf.spots import Lines, Spot, Spots
from graph.terms import RDF, RDF_TYPE, Quad, Term, iri

_FIRST, _REST = Term("iri", RDF + "first"), Term("iri", RDF + "rest")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


def find(text: str, quads: Sequence[Quad], base: str, known: Known) -> Spots:
    """Find where each statement stands in the JSON-LD text it was parsed from."""
    walk = _Walk(text, quads)
    try:
        walk.top(read(text), Words(base, known))
    except (NotJson, RecursionError):
        # The parser accepted it, so this is about our own reader: what was found is still true.
        return walk.found
    return walk.found


class _Walk:
    def __init__(self, text: str, quads: Sequence[Quad]) -> None:
        self._text = text
        self._lines = Lines(text)
        self.found = Spots()
        self._said = Statements(quads)
        self._labels: dict[str, Term] = {}

    def top(self, node: Node, words: Words) -> None:
        """Walk the outermost things."""
        for each in node.each():
            if each.members is None:
                continue
            here = self._inside(each, words)
            graph = next((m.node for m in each.members if here.keyword(m.key) == "@graph"), None)
            plain = {here.keyword(m.key) for m in each.members} <= {"@context", "@graph"}
            if graph is not None and plain:
                self.top(graph, here)
            else:
                self._thing(each, words, self._said.roots)

    def _inside(self, node: Node, words: Words) -> Words:
        context = node.member("@context")
        return words if context is None else words.with_context(self._plain(context))

    def _plain(self, node: Node) -> Any:
        return json.loads(self._text[node.at : node.end], strict=False)

    def _thing(self, node: Node, words: Words, pool: Pool) -> Term | None:
        """Walk one thing and give the term that stands for it, if that is found."""
        words = self._inside(node, words)
        members = node.members or []
        kinds = [m for m in members if words.keyword(m.key) == "@type"]
        outer = words
        for name in sorted(
            n.value for m in kinds for n in m.node.each() if isinstance(n.value, str)
        ):
            meaning = outer.said.get(name)
            if meaning is not None and meaning.scoped:
                goes_on = isinstance(meaning.context, dict) and meaning.context.get("@propagate")
                words = words.with_context(meaning.context, inside=bool(goes_on))
        thing = self._named(node, words, pool)
        if thing is None:
            for member in members:
                if member.key != "@context":
                    self.top(member.node, words.around or words)
            return None
        named = next((m.node for m in members if words.keyword(m.key) == "@id"), None)
        if len(members) > (named is not None):
            self.found.of_subject.setdefault(thing, self._spot((named or node).at))
        self._members(thing, members, words, outer)
        return thing

    def _named(self, node: Node, words: Words, pool: Pool) -> Term | None:
        said = next((m.node for m in node.members or () if words.keyword(m.key) == "@id"), None)
        if said is None or not isinstance(said.value, str):
            return self._said.recognise(node, words, pool)
        name = said.value if said.value.startswith(":") else words.iri(said.value)
        if name is None or not name.startswith("_:"):
            return None if name is None else self._iri(name, said.at)
        if name not in self._labels:
            found = self._said.recognise(node, words, pool or self._said.unnamed)
            if found is None:
                return None
            self._labels[name] = found
        return self._labels[name]

    def _members(self, thing: Term, members: Sequence[Member], words: Words, outer: Words) -> None:
        inner = words.around or words
        for member in members:
            word = words.keyword(member.key)
            if word == "@type":
                self._pair(thing, RDF_TYPE, member.at)
                for each in member.node.each():
                    if isinstance(each.value, str):
                        # What a type means is settled before the type's own context is in force.
                        name = outer.iri(each.value, vocab=True) or outer.iri(each.value)
                        self._value(thing, RDF_TYPE, name or "", each.at)
            elif word in ("@graph", "@included"):
                self.top(member.node, inner)
            elif word == "@nest":
                for each in member.node.each():
                    self._members(thing, each.members or [], words, outer)
            elif word == "@reverse":
                for back in member.node.members or ():
                    meaning = words.meaning(back.key)
                    if meaning is not None:
                        self._property(thing, back, meaning, words, inner, reverse=True)
            elif not KEYWORD.fullmatch(word):
                meaning = words.meaning(member.key)
                if meaning is not None and ":" in (meaning.iri or ""):
                    self._property(thing, member, meaning, words, inner, reverse=meaning.reverse)
                else:
                    self._ignored(member, words)
                    # The engine reads on in there, although nothing leads to it any more.
                    self.top(member.node, inner)
            elif word not in KEYWORDS:
                self._ignored(member, words)

    def _property(
        self,
        thing: Term,
        member: Member,
        meaning: Meaning,
        words: Words,
        inner: Words,
        *,
        reverse: bool,
    ) -> None:
        if meaning.iri is None or ":" not in meaning.iri:
            return
        predicate = self._iri(meaning.iri, member.at) or Term("iri", meaning.iri)
        if meaning.scoped:
            words = words.with_context(meaning.context)
            inner = inner.with_context(meaning.context)
        if not reverse:
            self._pair(thing, predicate, member.at)
        maps = meaning.container & {"@language", "@index", "@id", "@type"}
        nodes = [member.node]
        if maps and member.node.members is not None:
            if "@id" in maps:
                for entry in member.node.members:
                    self._keyed(thing, predicate, entry, words, inner)
                return
            if "@language" in maps:
                for entry in member.node.members:
                    if words.keyword(entry.key) != "@none":
                        self._language(entry.key, entry.at)
            nodes = [entry.node for entry in member.node.members]
        for node in nodes:
            if "@list" in meaning.container and node.items is not None:
                self._list(thing, predicate, node, meaning, words, inner)
                continue
            for each in node.each():
                if reverse:
                    self._backward(thing, predicate, each, words, inner, member.at)
                else:
                    self._object(thing, predicate, each, meaning, words, inner)

    def _ignored(self, member: Member, words: Words) -> None:
        # A context may say outright that a word stands for nothing.
        if not (member.key in words.said and words.said[member.key] is None):
            self.found.ignored.append((member.key, self._spot(member.at)))

    def _iri(self, text: str, at: int) -> Term | None:
        """Make an IRI, or note that the text is none: the parser would only leave it out."""
        try:
            return iri(text)
        except ValueError:
            self.found.broken.append((text, self._spot(at)))
            return None

    def _language(self, text: str, at: int) -> None:
        """Note a language that is none: the parser would leave the whole value out."""
        if not _LANGUAGE.fullmatch(text):
            self.found.tongues.append((text, self._spot(at)))

    def _keyed(
        self, thing: Term, predicate: Term, entry: Member, words: Words, inner: Words
    ) -> None:
        """Walk a thing whose name is the key it stands under."""
        name = words.iri(entry.key)
        value = self._value(thing, predicate, name or "", entry.at)
        for each in entry.node.each():
            if value is not None and each.members is not None:
                self.found.of_subject.setdefault(value, self._spot(entry.at))
                here = self._inside(each, inner)
                self._members(value, each.members, here, here)

    def _backward(
        self, thing: Term, predicate: Term, node: Node, words: Words, inner: Words, at: int
    ) -> None:
        sources = self._said.sources.get((thing, predicate), [])
        if isinstance(node.value, str):
            name = words.iri(node.value)
            source = next((term for term in sources if term.value == name), None)
        else:
            pool = {term: None for term in sources if term.kind == "bnode"}
            source = self._thing(node, inner, pool) if node.members is not None else None
        if source is not None:
            self._pair(source, predicate, at)
            self._value(source, predicate, thing.value, node.at)
            self.found.of_subject.setdefault(source, self._spot(node.at))

    def _object(
        self,
        thing: Term,
        predicate: Term,
        node: Node,
        meaning: Meaning,
        words: Words,
        inner: Words,
    ) -> Term | None:
        if node.items is not None:
            # A list inside a list; elsewhere arrays are already taken apart.
            return self._list(thing, predicate, node, meaning, words, inner)
        if node.members is None:
            if isinstance(node.value, str):
                text = coerced(node.value, meaning, words)
                if meaning.type in ("@id", "@vocab") and not text.startswith("_:"):
                    self._iri(text, node.at)
                return self._value(thing, predicate, text, node.at)
            return self._number(thing, predicate, node)
        here = self._inside(node, words)
        said = {here.keyword(m.key): m.node for m in node.members}
        if "@value" in said:
            value, lang = said["@value"], said.get("@language")
            if lang is not None and isinstance(lang.value, str):
                self._language(lang.value, lang.at)
            if isinstance(value.value, str):
                return self._value(thing, predicate, value.value, value.at)
            return self._number(thing, predicate, value)
        if "@list" in said:
            return self._list(thing, predicate, said["@list"], meaning, words, inner)
        if "@set" in said:
            for each in said["@set"].each():
                self._object(thing, predicate, each, meaning, words, inner)
            return None
        value_term = self._thing(node, inner, self._said.below.get((thing, predicate), {}))
        if value_term is not None:
            self._value(thing, predicate, value_term.value, node.at)
        return value_term

    def _list(
        self,
        thing: Term,
        predicate: Term,
        node: Node,
        meaning: Meaning,
        words: Words,
        inner: Words,
    ) -> Term | None:
        items = [each for each in node.each() if each.value is not None]
        if not items:
            return self._value(thing, predicate, RDF + "nil", node.at)
        pool = self._said.below.get((thing, predicate), {})
        head = next((term for term in pool if term not in self._said.met), None)
        if head is None:
            return None
        self._value(thing, predicate, head.value, node.at)
        link: Term | None = head
        for each in items:
            if link is None:
                break
            self._said.met.add(link)
            self.found.of_subject.setdefault(link, self._spot(each.at))
            self._pair(link, _FIRST, each.at)
            self._object(link, _FIRST, each, meaning, words, inner)
            ahead = next(iter(self._said.values.get((link, _REST), {}).values()), [None])[0]
            if ahead is not None:
                self._pair(link, _REST, each.at)
                self._value(link, _REST, ahead.value, each.at)
            link = ahead
        return head

    def _number(self, thing: Term, predicate: Term, node: Node) -> Term | None:
        """Look a number, or yes or no, up by its worth: the parser writes it in its own way."""
        if node.value is None:
            return None
        for text in self._said.values.get((thing, predicate), {}):
            if _same_worth(node.value, text):
                return self._value(thing, predicate, text, node.at)
        return None

    def _value(self, thing: Term, predicate: Term, text: str, at: int) -> Term | None:
        """Note where a value stands, if the parser gave one with this text."""
        terms = self._said.values.get((thing, predicate), {}).get(text)
        if not terms:
            return None
        placed = self.found.of_triple
        term = next((t for t in terms if (thing, predicate, t) not in placed), terms[0])
        placed.setdefault((thing, predicate, term), self._spot(at))
        return term

    def _pair(self, thing: Term, predicate: Term, at: int) -> None:
        if (thing, predicate) in self._said.values:
            self.found.of_pair.setdefault((thing, predicate), self._spot(at))

    def _spot(self, at: int) -> Spot:
        return self._lines.spot(at)


def _same_worth(value: object, text: str) -> bool:
    if isinstance(value, bool):
        return text == ("true" if value else "false")
    try:
        return isinstance(value, int | float) and float(text) == float(value)
    except (ValueError, OverflowError):
        return False
