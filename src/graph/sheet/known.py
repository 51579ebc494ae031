"""What may be chosen in a cell: things by every way people write them, and how we write them.

How it is asked of a store: `asked`.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from graph.terms import (
    LANGUAGES,
    LGID,
    Rows,
    local_name,
)

Ask = Callable[[str], Rows]
Choice = tuple[str, ...]

_NEAR, _LOOSE = 3, 0.6
# XML holds no other control signs, and gives a carriage return back as a line feed.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")


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
        name = " ".join(name_in(self.labels.get(thing, {}), lang).split())
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

    def nearest(self, text: str, lang: str, also: Iterable[str] = ()) -> list[str]:
        """Give the names most like a text, best first; those of `also` come in as they are."""
        names = {fold(name): name for name in also}
        names |= {fold(name): self.written(t, lang) for t in self.labels for name in self._names(t)}
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


def name_in(texts: Mapping[str, str], lang: str) -> str:
    """Give the name for a reader of a language: in it, in another of ours, or in none."""
    order: Sequence[str] = (lang, *LANGUAGES, "")
    return next((texts[name] for name in order if texts.get(name)), "")


def short(thing: str) -> str:
    """Write a thing as briefly as can be read back: `type/key` for our own, else the IRI."""
    return thing.removeprefix(LGID)


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Bring spellings together: case, spaces, signs; a number may have spaces within."""
    text = unicodedata.normalize("NFC", text).casefold().strip()
    if re.fullmatch(r"[\d \u00a0]+", text):
        return re.sub(r"\D", "", text)
    return re.sub(r"[\W_]+", "-", text).strip("-") or text


def nearest(word: str, names: Iterable[str], least: float = _LOOSE) -> str | None:
    """Give the name most like a word, if any is like it, on a scale from 0 to 1."""
    folded = {fold(name): name for name in names}
    close = difflib.get_close_matches(fold(word), folded, 1, least)
    return folded[close[0]] if close else None


def slug(text: str) -> str:
    """Make a key of a text: small letters, digits and hyphens."""
    text = text.casefold().replace("æ", "ae").replace("ø", "o").replace("å", "a")
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")
