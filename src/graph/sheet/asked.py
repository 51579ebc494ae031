"""What may be chosen, asked of the store: each sort of cell when first met, each thing once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graph.sheet.known import Ask, Choice, Choices, Known, fold, name_in
from graph.sheet.model import Model
from graph.terms import DCT, LABEL_PROPERTIES, LANGUAGES, LG, SKOS

_ALSO = (DCT + "identifier", SKOS + "notation", SKOS + "altLabel", SKOS + "hiddenLabel")
_RANKS = {term.value: rank for rank, term in enumerate(LABEL_PROPERTIES)}
_AT_ONCE = 1_000


@dataclass
class _Called:
    """What a thing is called: names with the rank of their property and their language."""

    names: list[tuple[int, str, str]] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    place: int = 0

    def texts(self) -> dict[str, str]:
        """Give the best name in each language."""
        return {lang: text for _, lang, text in sorted(self.names, reverse=True)}


def known_of(ask: Ask, model: Model) -> Known:
    """Give what may be chosen in the cells of a model; the store is asked when it is needed."""
    return _Asked(ask, model)


class _Asked(Known):
    def __init__(self, ask: Ask, model: Model) -> None:
        super().__init__()
        self._ask = ask
        self._model = model
        self._wanted = {c.choice for s in model.sheets for c in s.columns if c.choice}
        self._called: dict[str, _Called] = {}

    def __reduce__(self) -> tuple[type[Known], tuple[dict[Choice, Choices]]]:
        """Travel to another process with all that may be chosen, since there is no store there."""
        return Known, ({choice: self.of(choice) for choice in sorted(self._wanted)},)

    def of(self, choice: Choice | None) -> Choices:
        if choice in self._wanted and choice not in self.by_choice:
            self.by_choice[choice] = self._choices(choice)
        return super().of(choice)

    def _choices(self, choice: Choice) -> Choices:
        found = Choices()
        if choice[0] == "class":
            for name in choice[1:]:
                found.add(name, self._model.labels.get(name, {}))
        elif pattern := _pattern(choice, self._model):
            self._add(found, pattern)
        found.settle()
        return found

    def _add(self, found: Choices, pattern: str) -> None:
        rows = self._ask(f"SELECT DISTINCT ?s WHERE {{ {pattern} FILTER(isIRI(?s)) }}")
        things = [row[0].value for row in rows if row[0] is not None]
        self._learn(thing for thing in things if thing not in self._called)
        texts = {thing: self._called[thing].texts() for thing in things}

        def order(thing: str) -> tuple[int, str, str]:
            return self._called[thing].place, fold(name_in(texts[thing], LANGUAGES[0])), thing

        for thing in sorted(things, key=order):
            called = self._called[thing]
            # Names that lose to a better property still are spellings.
            also = [*called.also, *(name for _, _, name in called.names)]
            found.add(thing, texts[thing], also)

    def _learn(self, things: Iterable[str]) -> None:
        """Ask what things are called."""
        named = ", ".join(f"<{name}>" for name in (*_RANKS, *_ALSO, LG + "order"))
        for listed in _batches(list(things)):
            self._called |= {thing: _Called() for thing in listed}
            values = " ".join(f"<{thing}>" for thing in listed)
            rows = self._ask(
                f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?s {{ {values} }} "
                f"?s ?p ?o FILTER(?p IN ({named})) }}"
            )
            for s, p, o in rows:
                if s is None or p is None or o is None:
                    continue
                called = self._called[s.value]
                if p.value in _RANKS:
                    called.names.append((_RANKS[p.value], o.lang or "", o.value))
                elif p.value in _ALSO:
                    called.also.append(o.value)
                elif re.fullmatch(r"-?\d+", o.value):
                    called.place = int(o.value)


def _batches(things: list[str]) -> Iterator[list[str]]:
    return (things[start : start + _AT_ONCE] for start in range(0, len(things), _AT_ONCE))


def _pattern(choice: Choice, model: Model) -> str:
    if choice[0] == "scheme":
        return f"?s <{SKOS}inScheme> <{choice[1]}> ."
    below = {name for name, up in model.above.items() if not up.isdisjoint(choice[1:])}
    # What is made from a title is of the class itself; things of a narrower class are others.
    classes = set() if choice[0] == "made" else below
    listed = " ".join(f"<{name}>" for name in sorted(classes | set(choice[1:])))
    return f"VALUES ?class {{ {listed} }} ?s a ?class ." if listed else ""
