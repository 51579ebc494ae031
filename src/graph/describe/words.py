"""What the vocabulary says of how pages speak, read in one query."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from graph.terms import LANGUAGES, LG, OWL, PREFIXES, RDFS, Rows, Term

Ask = Callable[[str], Rows]

LAST = 10_000
"""The place of a property that the vocabulary gives none."""

_ORDER, _INWARD, _PLURAL = LG + "order", LG + "inwardLabel", LG + "pluralLabel"
_KEY, _TELLING = LG + "keyLabel", LG + "telling"
_INVERSE, _BELOW = OWL + "inverseOf", RDFS + "subClassOf"
_ASKED = (_ORDER, _INWARD, _PLURAL, _KEY, _TELLING, _INVERSE, _BELOW)
_PARTS = re.compile(r"\[([^\[\]]*)\]|([^\[\]]+)")
_PLACE = re.compile(r"\{([\w-]+):([\w-]+)\}")
_BATCH = 1000


class Part(NamedTuple):
    """A piece of a telling: text with places for properties, and whether it may be left out."""

    text: str
    optional: bool

    def properties(self) -> list[str]:
        """Give the properties that the piece tells, in their order."""
        return [PREFIXES[m[1]] + m[2] for m in _PLACE.finditer(self.text) if m[1] in PREFIXES]

    def filled(self, values: Sequence[str]) -> str:
        """Put a text in each place; what names no vocabulary of ours is no place."""
        left = iter(values)
        return _PLACE.sub(lambda m: next(left) if m[1] in PREFIXES else m[0], self.text)


class Words:
    """Orders, headings, plurals and tellings, in one language where there is a choice."""

    def __init__(self, ask: Ask, lang: str) -> None:
        self.orders: dict[str, int] = {}
        self._inverses: dict[str, set[str]] = {}
        self._above: dict[str, set[str]] = {}
        texts: dict[tuple[str, str], list[Term]] = {}
        asked = " ".join(f"<{name}>" for name in _ASKED)
        for s, p, o in ask(f"SELECT ?s ?p ?o WHERE {{ VALUES ?p {{ {asked} }} ?s ?p ?o }}"):
            if not s or not p or not o:
                continue
            if p.value == _ORDER:
                if o.value.lstrip("-").isdigit():
                    self.orders[s.value] = int(o.value)
            elif p.value == _INVERSE:
                self._inverses.setdefault(s.value, set()).add(o.value)
                self._inverses.setdefault(o.value, set()).add(s.value)
            elif p.value == _BELOW:
                self._above.setdefault(s.value, set()).add(o.value)
            else:
                texts.setdefault((p.value, s.value), []).append(o)
        self._texts = {key: spoken(found, lang)[0].value for key, found in texts.items()}

    def order(self, name: str) -> int:
        """Give the place of a property; below zero it is not shown."""
        return self.orders.get(name, LAST)

    def heading(self, name: str) -> str:
        """Give the heading over what stands in this relation to a thing; nothing when unsaid."""
        return self._texts.get((_INWARD, name), "")

    def plural(self, kind: str) -> str:
        """Give what several things of a class are called; nothing when unsaid."""
        return self._texts.get((_PLURAL, kind), "")

    def key_label(self, kinds: Iterable[str]) -> str:
        """Give what the identifier of a thing of these classes is called; nothing when unsaid."""
        return next((t for kind in kinds if (t := self._texts.get((_KEY, kind)))), "")

    def telling(self, kinds: Sequence[str]) -> list[Part]:
        """Give the pieces in which a thing of these classes is told; the narrowest class first."""
        for kind in (*self.narrowest(kinds), *kinds):
            text = self._texts.get((_TELLING, kind))
            if text:
                return [Part(m[1] or m[2] or "", m[1] is not None) for m in _PARTS.finditer(text)]
        return []

    def inverses(self, name: str) -> set[str]:
        """Give the properties that say the same from the other end."""
        return self._inverses.get(name, set())

    def narrowest(self, kinds: Sequence[str]) -> list[str]:
        """Leave out the classes that another of these is a sort of."""
        wide: set[str] = set()
        for kind in kinds:
            wide |= self._all_above(kind)
        return [kind for kind in kinds if kind not in wide]

    def _all_above(self, kind: str) -> set[str]:
        found: set[str] = set()
        waiting = [kind]
        while waiting:
            for other in self._above.get(waiting.pop(), ()):
                if other not in found and other != kind:
                    found.add(other)
                    waiting.append(other)
        return found


def spoken(terms: Sequence[Term], lang: str) -> list[Term]:
    """Of texts in several languages keep the reader's, else the first we have; keep the rest."""
    tagged = [term for term in terms if term.lang]
    for wanted in (lang, *LANGUAGES, *(term.lang for term in tagged)):
        chosen = [term for term in tagged if term.lang == wanted]
        if chosen:
            return [term for term in terms if not term.lang] + chosen
    return list(terms)


def listed(names: Iterable[str], between: str = " ") -> str:
    """Write IRIs one after the other, as VALUES and IN hold them."""
    return between.join(f"<{name}>" for name in names)


def batches(names: Iterable[str]) -> Iterator[Sequence[str]]:
    """Cut a list into pieces short enough for one query, sorted, each name once."""
    once = sorted(set(names))
    return (once[at : at + _BATCH] for at in range(0, len(once), _BATCH))
