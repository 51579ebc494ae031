"""What the words of a JSON-LD text stand for: its contexts, as far as placing statements asks.

The parser has judged the text already. What is left out here (protection, versions, direction)
does not change which IRI a key stands for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urljoin

from graph.rdf.contexts import Known, address

KEYWORD: Final = re.compile(r"@[A-Za-z]+")
"""What is, or looks like, a word of JSON-LD itself."""
KEYWORDS: Final = frozenset({"@context", "@id", "@type", "@value", "@language", "@direction"}) | {
    *("@index", "@graph", "@included", "@nest", "@reverse", "@list", "@set", "@json", "@none")
}
_MOST_PARTS: Final = 100


@dataclass(frozen=True)
class Meaning:
    """What a context says of one word."""

    iri: str | None
    type: str | None = None
    container: frozenset[str] = frozenset()
    reverse: bool = False
    context: Any = None
    scoped: bool = False


@dataclass(frozen=True)
class Words:
    """The meanings in force at one place of a text."""

    base: str
    known: Known
    vocab: str | None = None
    said: Mapping[str, Meaning | None] = field(default_factory=dict)
    # What holds again inside, where a context only goes for things of one type.
    around: Words | None = None

    def with_context(self, context: Any, *, inside: bool = True) -> Words:
        """Give the words as one more context leaves them; `inside` tells whether it goes on."""
        words = self._taken(context, 0)
        return words if inside else replace(words, around=self.around or self)

    def _taken(self, context: Any, depth: int) -> Words:
        if depth > _MOST_PARTS:
            return self
        if context is None:
            return Words(self.base, self.known)
        if isinstance(context, list):
            words = self
            for part in context:
                words = words._taken(part, depth + 1)
            return words
        if isinstance(context, str):
            found = self.known.get(address(context))
            return self if found is None else self._taken(found, depth + 1)
        return self._defined(context) if isinstance(context, dict) else self

    def _defined(self, context: dict[str, Any]) -> Words:
        words = self
        if isinstance(context.get("@base"), str):
            words = replace(words, base=urljoin(words.base, context["@base"]))
        if "@vocab" in context:
            vocab = context["@vocab"]
            iri = (
                (words.iri(vocab, vocab=True) or words.iri(vocab))
                if isinstance(vocab, str)
                else None
            )
            words = replace(words, vocab=iri)
        said = dict(words.said)
        words = replace(words, said=said)
        waiting = {key: value for key, value in context.items() if not KEYWORD.fullmatch(key)}
        for key in context:
            words._define(key, waiting, said)
        return words

    def _define(self, key: str, waiting: dict[str, Any], said: dict[str, Meaning | None]) -> None:
        """Settle one word, and before it the words that it is written with."""
        if key not in waiting:
            return
        value = waiting.pop(key)
        spelt = {"@id": value} if isinstance(value, str) else value
        if not isinstance(spelt, dict):
            said[key] = None
            return
        reverse = isinstance(spelt.get("@reverse"), str)
        name = spelt["@reverse"] if reverse else spelt.get("@id", key)
        kind = spelt.get("@type")
        for text in (name, kind):
            if isinstance(text, str) and text != key:
                self._define(text, waiting, said)
                self._define(text.partition(":")[0], waiting, said)
        said.pop(key, None)
        if isinstance(name, str) and KEYWORD.fullmatch(name) and name not in KEYWORDS:
            # What only looks like a word of JSON-LD itself is passed over.
            return
        container = spelt.get("@container")
        said[key] = Meaning(
            iri=self.iri(name, vocab=True) if isinstance(name, str) else None,
            type=self.iri(kind, vocab=True) if isinstance(kind, str) else None,
            container=frozenset([container] if isinstance(container, str) else container or ()),
            reverse=reverse,
            context=spelt.get("@context"),
            scoped="@context" in spelt,
        )

    def iri(self, text: str, *, vocab: bool = False) -> str | None:
        """Give what a text stands for where an IRI is asked for; `vocab` for keys and types."""
        if KEYWORD.fullmatch(text):
            return text
        if vocab and text in self.said:
            meaning = self.said[text]
            return None if meaning is None else meaning.iri
        prefix, colon, rest = text.partition(":")
        if colon and prefix:
            meaning = self.said.get(prefix)
            if prefix == "_" or rest.startswith("//") or meaning is None or meaning.iri is None:
                return text
            return meaning.iri + rest
        if vocab:
            if self.vocab is None:
                return None
            whole = self.vocab + text
            return whole if ":" in whole else urljoin(self.base, whole)
        return urljoin(self.base, text)

    def meaning(self, key: str) -> Meaning | None:
        """Give what a key stands for; None where it stands for nothing."""
        if key in self.said:
            return self.said[key]
        iri = self.iri(key, vocab=True)
        return None if iri is None else Meaning(iri)

    def keyword(self, key: str) -> str:
        """Give the keyword that a key is another word for, or the key itself."""
        meaning = self.said.get(key)
        iri = None if meaning is None else meaning.iri
        return iri if iri is not None and KEYWORD.fullmatch(iri) else key
