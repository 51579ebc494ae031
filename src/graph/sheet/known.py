"""What may be chosen in a cell: things by every way people write them, and how we write them.

Made once from the store and carried along, so that whoever reads a file needs no store.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graph.sheet.model import Model
from graph.terms import (
    DCT,
    LABEL_PROPERTIES,
    LANGUAGES,
    LG,
    LGID,
    SKOS,
    Rows,
    local_name,
)

Ask = Callable[[str], Rows]
Choice = tuple[str, ...]

_NEAR, _LOOSE = 3, 0.6
# XML holds no other control signs, and gives a carriage return back as a line feed.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_ALSO = (DCT + "identifier", SKOS + "notation", SKOS + "altLabel", SKOS + "hiddenLabel")


@dataclass
class Choices:
    """The things that one sort of cell chooses among.

    `labels` holds each thing's name by language, in the order of the list; `spelt` every spelling
    with the things it may mean.
    """

    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    spelt: dict[str, set[str]] = field(default_factory=dict)
    exact: dict[str, set[str]] = field(default_factory=dict)

    def add(self, thing: str, texts: Mapping[str, str], also: Iterable[str] = ()) -> None:
        """Take in a thing with its names by language and what else it is called."""
        mine = self.labels.setdefault(thing, {})
        for lang, text in texts.items():
            mine.setdefault(lang, text)
        for text in (*texts.values(), *also, thing, short(thing), local_name(thing)):
            self.spelt.setdefault(fold(text), set()).add(thing)

    def settle(self) -> None:
        """Settle how each thing is written, once all are there."""
        for thing in self.labels:
            for lang in LANGUAGES:
                self.exact.setdefault(self.written(thing, lang), set()).add(thing)

    def written(self, thing: str, lang: str) -> str:
        """Write a thing so that it is read back: its name, with its key where others bear it."""
        name = " ".join(_name(self.labels.get(thing, {}), lang).split())
        if not name or UNWRITABLE.search(name):
            return short(thing)
        if self.spelt.get(fold(name)) == {thing}:
            return name
        return f"{name} ({short(thing)})"

    def find(self, text: str) -> set[str]:
        """Give the things that a text may mean: one where it is as we write it."""
        text = text.strip()
        exact = self.exact.get(" ".join(text.split()), set())
        if len(exact) == 1:
            return exact
        found = self.spelt.get(fold(text), set())
        if not found and text.endswith(")"):
            name, _, inner = text[:-1].rpartition("(")
            found = self.spelt.get(fold(inner), set()) or self.spelt.get(fold(name), set())
        return found

    def nearest(self, text: str, lang: str) -> list[str]:
        """Give the names most like a text, best first."""
        names = {fold(name): self.written(t, lang) for t in self.labels for name in self._names(t)}
        wanted = fold(text)
        close = difflib.get_close_matches(wanted, names, _NEAR, _LOOSE)
        if len(wanted) > 2:
            close += [name for name in names if wanted in name and name not in close]
        return list(dict.fromkeys(names[name] for name in close))[:_NEAR]

    def _names(self, thing: str) -> list[str]:
        return [*self.labels[thing].values(), short(thing)]


@dataclass
class Known:
    """All that may be chosen, by sort of cell."""

    by_choice: dict[Choice, Choices] = field(default_factory=dict)

    def of(self, choice: Choice | None) -> Choices:
        """Give what one sort of cell chooses among; nothing where none is known."""
        return self.by_choice.get(choice or (), _NONE)


_NONE = Choices()


def known_of(ask: Ask, model: Model) -> Known:
    """Ask the store for all that may be chosen in the cells of a model."""
    wanted = {c.choice for s in model.sheets for c in s.columns if c.choice}
    known = Known()
    for choice in sorted(wanted):
        found = known.by_choice[choice] = Choices()
        if choice[0] == "class":
            for name in choice[1:]:
                found.add(name, model.labels.get(name, {}))
        else:
            _fill(found, ask, _pattern(choice, model))
        found.settle()
    return known


def _pattern(choice: Choice, model: Model) -> str:
    if choice[0] == "scheme":
        return f"?s <{SKOS}inScheme> <{choice[1]}> ."
    below = {name for name, up in model.above.items() if not up.isdisjoint(choice[1:])}
    # What is made from a title is of the class itself; things of a narrower class are others.
    classes = set() if choice[0] == "made" else below
    listed = " ".join(f"<{name}>" for name in sorted(classes | set(choice[1:])))
    return f"VALUES ?class {{ {listed} }} ?s a ?class ." if listed else ""


def _fill(found: Choices, ask: Ask, pattern: str) -> None:
    if not pattern:
        return
    ranks = {term.value: rank for rank, term in enumerate(LABEL_PROPERTIES)}
    named = " ".join(f"<{name}>" for name in (*ranks, *_ALSO))
    rows = ask(
        f"SELECT DISTINCT ?s ?order ?p ?o WHERE {{ {pattern} FILTER(isIRI(?s)) "
        f"OPTIONAL {{ ?s <{LG}order> ?order }} "
        f"OPTIONAL {{ VALUES ?p {{ {named} }} ?s ?p ?o }} }}"
    )
    names: dict[str, list[tuple[int, str, str]]] = {}
    also: dict[str, list[str]] = {}
    places: dict[str, int] = {}
    for s, order, p, o in rows:
        if s is None:
            continue
        names.setdefault(s.value, [])
        if order is not None and re.fullmatch(r"-?\d+", order.value):
            places[s.value] = int(order.value)
        if p is not None and o is not None:
            if p.value in ranks:
                names[s.value].append((ranks[p.value], o.lang or "", o.value))
            else:
                also.setdefault(s.value, []).append(o.value)
    texts = {
        thing: {lang: text for _, lang, text in sorted(listed, reverse=True)}
        for thing, listed in names.items()
    }
    order_of = {t: (places.get(t, 0), fold(_name(texts[t], LANGUAGES[0])), t) for t in texts}
    for thing in sorted(texts, key=order_of.__getitem__):
        # Names that lose to a better property still are spellings.
        found.add(thing, texts[thing], [*also.get(thing, ()), *(n for _, _, n in names[thing])])


def _name(texts: Mapping[str, str], lang: str) -> str:
    order: Sequence[str] = (lang, *LANGUAGES, "")
    return next((texts[name] for name in order if texts.get(name)), "")


def short(thing: str) -> str:
    """Write a thing as briefly as can be read back: `type/key` for our own, else the IRI."""
    return thing.removeprefix(LGID)


def fold(text: str) -> str:
    """Bring spellings together: case, spaces, signs; a number may have spaces within."""
    text = unicodedata.normalize("NFC", text).casefold().strip()
    if re.fullmatch(r"[\d \u00a0]+", text):
        return re.sub(r"\D", "", text)
    return re.sub(r"[\W_]+", "-", text).strip("-") or text


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Give the name most like a word, if any is like it."""
    folded = {fold(name): name for name in names}
    close = difflib.get_close_matches(fold(word), folded, 1, _LOOSE)
    return folded[close[0]] if close else None


def slug(text: str) -> str:
    """Make a key of a text: small letters, digits and hyphens."""
    text = text.casefold().replace("æ", "ae").replace("ø", "o").replace("å", "a")
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")
