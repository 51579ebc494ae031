"""What a wrong name may have meant: the nearest names that the store and the vocabulary hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from graph.closure import STATED, Ask, batches
from graph.examining.ground import Ground
from graph.findings import Texts
from graph.terms import LABEL_PROPERTIES, LGID, RDF_TYPE, SKOS, Term, local_name, quote
from graph.validate import names_by_language

_NEAREST = 3
# How many slips of the pen a word of some length may hold before it is another word.
_ONE, _TWO = 4, 8
_MOST_CANDIDATES = 20_000
# To hold a word against more than these, letter by letter, takes too long.
_MOST_COMPARED = 1_000
_MOST_SPACES = 50
_OTHER_NAME = Term("iri", SKOS + "altLabel")
_CONCEPT = Term("iri", SKOS + "Concept")
_IN_SCHEME = Term("iri", SKOS + "inScheme")


def distance(one: str, other: str, most: int) -> int:
    """Count the slips that make one word of the other; more than `most` are told as one more.

    A slip is a letter too many, one too few, a wrong one, or two neighbours that changed places.
    """
    if one == other:
        return 0
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        above, row = row, [i]
        for j, its in enumerate(other, 1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        # Two rows, since a swap reaches back beyond the last.
        if min(row) > most and min(above) > most:
            return most + 1
        before = above
    return min(row[-1], most + 1)


def slips(word: str) -> int:
    """Give how many slips a word may hold: none when short, two when long."""
    return 2 if len(word) >= _TWO else 1 if len(word) >= _ONE else 0


def nearest(word: str, others: Iterable[str]) -> list[str]:
    """Give the words that a slip of the pen makes this one of, the likeliest first; few, or none.

    Capitals are no difference.
    """
    plain, most = word.casefold(), slips(word)
    near = ((distance(plain, other.casefold(), most), other) for other in others)
    return [other for far, other in sorted(near) if far <= most][:_NEAREST]


def space_of(name: str) -> str:
    """Give the namespace of an IRI: up to its last `#` or `/`."""
    return name[: max(name.rfind("#"), name.rfind("/")) + 1]


class Keys:
    """Keys to look a slip of the pen up among: by what is left when one letter is taken away."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.names = dict(pairs)
        self._shorter: dict[str, list[str]] = {}
        for key in self.names:
            for part in _shortened(key.casefold()):
                self._shorter.setdefault(part, []).append(key)

    def near(self, key: str) -> list[str]:
        """Give what bears the keys nearest one: a letter off, or two where there are few keys."""
        if key in self.names:
            return [self.names[key]]
        parts = _shortened(key.casefold())
        alike = {found for part in parts for found in self._shorter.get(part, ())}
        if not alike and len(self.names) <= _MOST_COMPARED:
            alike = set(self.names)
        found = nearest(key, sorted(alike)[:_MOST_COMPARED])
        return list(dict.fromkeys(self.names[each] for each in found))


def _shortened(key: str) -> set[str]:
    return {key, *(key[:place] + key[place + 1 :] for place in range(len(key)))}


class Neighbours:
    """Looks in the store for what a wrong name may have meant; only faults are looked up."""

    def __init__(self, ask: Ask, ground: Ground) -> None:
        self.ask = ask
        self._ground = ground
        self._kept: dict[tuple[object, ...], Keys] = {}
        self._labels: dict[str, Texts] = {}

    def unknown(self, things: Iterable[Term]) -> set[Term]:
        """Give those of the things of which nobody states anything in the store."""
        wanted = {thing for thing in things if thing.kind == "iri"}
        known: set[Term] = set()
        for names in batches(wanted):
            rows = self.ask(
                f"SELECT DISTINCT ?s WHERE {{ VALUES ?s {{ {names} }}"
                f" GRAPH ?g {{ ?s ?p ?o }} {STATED} }}"
            )
            known.update(row["s"] for row in rows.dicts())
        return wanted - known

    def ours(self, thing: Term, classes: Sequence[Term]) -> list[str]:
        """Give our own things whose key or name is nearest that of a thing.

        Those of the classes asked for, first of the thing's own namespace; where no class is asked
        for, only those.
        """
        key, space = local_name(thing.value), space_of(thing.value)
        asked = tuple(classes)
        found = self._keyed(asked, space).near(key)
        if not found and asked:
            found = self._keyed(asked, LGID).near(key)
        return found or self._named(asked, space if not asked else LGID).near(_plain(key))

    def listed(self, thing: Term, classes: Sequence[Term] = ()) -> list[str]:
        """Give the codes of the same list, or things of some classes there, nearest a thing."""
        return self._keyed((*classes, _CONCEPT), space_of(thing.value)).near(
            local_name(thing.value)
        )

    def lists(self, things: Collection[Term]) -> dict[str, set[str]]:
        """Give the codes that the store holds in the namespaces of some things, by namespace."""
        spaces = sorted({space_of(thing.value) for thing in things} - {""})
        if not spaces:
            return {}
        tests = " || ".join(f"STRSTARTS(STR(?s), {quote(space)})" for space in spaces)
        narrow = f"FILTER({tests})" if len(spaces) <= _MOST_SPACES else ""
        rows = self.ask(
            f"SELECT DISTINCT ?s WHERE {{ {{ ?s {RDF_TYPE.n3()} {_CONCEPT.n3()} }} UNION"
            f" {{ ?s {_IN_SCHEME.n3()} ?any }} {narrow} }}"
        )
        found: dict[str, set[str]] = {}
        for row in rows.dicts():
            found.setdefault(space_of(row["s"].value), set()).add(row["s"].value)
        return {space: found[space] for space in spaces if space in found}

    def labels(self, things: Iterable[str]) -> Mapping[str, Texts]:
        """Give the names of things by language."""
        wanted = {Term("iri", name) for name in things if name not in self._labels}
        verbs = " ".join(term.n3() for term in LABEL_PROPERTIES)
        said = []
        for names in batches(wanted):
            rows = self.ask(
                f"SELECT DISTINCT ?s ?p ?name WHERE {{ VALUES ?s {{ {names} }}"
                f" VALUES ?p {{ {verbs} }} ?s ?p ?name }}"
            )
            said += [(row["s"], row["p"], row["name"]) for row in rows.dicts()]
        self._labels |= {name.value: {} for name in wanted}
        self._labels |= names_by_language(said, wanted)
        return self._labels

    def _keyed(self, classes: tuple[Term, ...], space: str) -> Keys:
        asked = ("key", space, *classes)
        if asked not in self._kept:
            found = (row["s"].value for row in self._of(classes, space, "", ""))
            self._kept[asked] = Keys((local_name(name), name) for name in sorted(found))
        return self._kept[asked]

    def _named(self, classes: tuple[Term, ...], space: str) -> Keys:
        """Give the things of some classes by their names, for who wrote a name as a key."""
        asked = ("name", space, *classes)
        if asked not in self._kept:
            verbs = "|".join(term.n3() for term in (*LABEL_PROPERTIES, _OTHER_NAME))
            found = self._of(classes, space, "?name", f"?s {verbs} ?name .")
            self._kept[asked] = Keys(
                sorted((_plain(row["name"].value), row["s"].value) for row in found)
            )
        return self._kept[asked]

    def _of(
        self, classes: tuple[Term, ...], space: str, more: str, pattern: str
    ) -> Iterable[dict[str, Term]]:
        names = {kind.value for kind in classes}
        above = self._ground.above
        wide = names | {kind for kind, upper in above.items() if not names.isdisjoint(upper)}
        values = " ".join(f"<{name}>" for name in sorted(wide))
        kinds = f"VALUES ?kind {{ {values} }}" if values else ""
        return self.ask(
            f"SELECT DISTINCT ?s {more} WHERE {{ {kinds} ?s a ?kind . {pattern}"
            f" FILTER(STRSTARTS(STR(?s), {quote(space)})) }} LIMIT {_MOST_CANDIDATES}"
        ).dicts()


def _plain(name: str) -> str:
    """Write a name as a key would be written."""
    folded = name.casefold()
    for letter, instead in (("æ", "ae"), ("ø", "o"), ("å", "a")):
        folded = folded.replace(letter, instead)
    return re.sub(r"[\W_]+", "-", folded).strip("-")
