"""What a person writes → the one thing it means: by key, number, name in any language, or IRI.

Which properties hold names is said by the vocabulary: the few standard ones below, and every
property that is declared a sub-property of one of them. So is which classes give way to others.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from graph.errors import InputError, UnknownName
from graph.terms import (
    DCT,
    FOAF,
    LANGUAGES,
    LG,
    LGID,
    PREFIXES,
    RDFS,
    SKOS,
    Rows,
    Term,
    iri,
    quote,
)

Ask = Callable[[str], Rows]

# The nearer the front, the surer a hit: a number or key, then names, then search words.
_RANKS: tuple[tuple[str, ...], ...] = (
    (DCT + "identifier", SKOS + "notation"),
    (SKOS + "prefLabel", DCT + "title", RDFS + "label", FOAF + "name"),
    (SKOS + "altLabel",),
    (SKOS + "hiddenLabel",),
    ("(…)",),
)
_KEY, _NAME, _HIDDEN = 0, 1, 3
_IN_BRACKETS = _RANKS[-1][0]
_LOOSE = 0.6
_NEAREST = 3
_SHOWN = 5
_FEW = 12
_BRACKETS = re.compile(r"(.+?)\s*\(([^()]+)\)\s*$")
# The letters that stand for one another in `spellings`, alone or two by two.
_VOWELS = "aeoæøå"
_PIECES = re.compile(rf"[{_VOWELS}]+|-|\d+|.")


class AmbiguousName(InputError):
    """A name that several things bear; `suggestions` holds a way to write each of them."""

    code = "ambiguous-name"

    def __init__(self, name: str, choices: Mapping[str, str]) -> None:
        """Take the name, and what each thing that bears it is, by the way to write it."""
        self.suggestions = tuple(choices)
        wide = max((len(word) for word in choices), default=0)
        lines = (f"  {word:<{wide}}  {told}".rstrip() for word, told in choices.items())
        super().__init__(name=name, suggestions="\n".join(lines))


class _Named(NamedTuple):
    thing: str
    rank: int
    text: str
    lang: str | None


def resolve(ask: Ask, word: str, kind: str | None = None, lang: str = LANGUAGES[0]) -> Term:
    """Give the one thing that the word names.

    An IRI, or a `type/key` below our own, must be in the store. Then a key or number decides, if it
    is that of one thing alone. Of the others that bear the name, those whose class gives way step
    aside, then those that point at another of them, for they are about it; and the surest sort of
    name that fits one thing alone decides. Case, spaces and the spelling of æ, ø and å do not
    matter, and what stands in brackets at the end of a name is a name too.

    Args:
        ask: runs a query on the store.
        word: what the person wrote.
        kind: the IRI of a class, or of a concept scheme, that the thing must belong to.
        lang: the language in which names are suggested.

    Raises:
        UnknownName: nothing bears the name; holds the nearest names.
        AmbiguousName: several things bear it and no sort of name tells them apart.
    """
    word = word.strip()
    direct = _as_iri(word)
    if direct is not None and _exists(ask, direct):
        return direct
    ranks = _ranks(ask)
    hits = _bearing(ask, word, ranks)
    found = _of_kind(ask, hits, kind)
    one = _decided(ask, {thing: hits[thing] for thing in found})
    if one is not None:
        return iri(one)
    if found:
        first = _yielding(ask, found)
        kept = [thing for thing in found if thing not in first] or found
        raise AmbiguousName(word, _choices(ask, kept[:_SHOWN], lang))
    keyed = _of_kind(ask, _keyed(ask, word), kind)
    if len(keyed) == 1:
        return iri(keyed[0])
    near = _nearest(ask, word, ranks, kind, lang)
    raise UnknownName(word, suggestions=near, known=() if near else _few(ask, kind))


def short(thing: str) -> str:
    """Write a thing as briefly as `resolve` reads back: `type/key` for our own, else the IRI."""
    return thing.removeprefix(LGID)


def _as_iri(word: str) -> Term | None:
    text = word.removeprefix("<").removesuffix(">")
    prefix, colon, rest = text.partition(":")
    if colon and not rest.startswith("//") and prefix in PREFIXES:
        text = PREFIXES[prefix] + rest
    elif not colon:
        text = LGID + text if "/" in text else ""
    try:
        return iri(text) if text else None
    except ValueError:
        return None


def _exists(ask: Ask, thing: Term) -> bool:
    return bool(len(ask(f"SELECT ?p WHERE {{ {thing.n3()} ?p ?o }} LIMIT 1")))


def _bearing(ask: Ask, word: str, ranks: Mapping[str, int]) -> dict[str, int]:
    """Give what bears the word as a name, with how sure the surest such name is."""
    wanted = spellings(word)
    if not wanted:
        return {}
    hits: dict[str, int] = {}
    # The engine looks through the names, and lets through a few too many rather than too few.
    for named in _names(ask, ranks, f'&& REGEX(STR(?name), {quote(_pattern(word))}, "i")'):
        if wanted & spellings(named.text):
            hits[named.thing] = min(named.rank, hits.get(named.thing, named.rank))
    return hits


def _pattern(word: str) -> str:
    """Give a regular expression that fits every name with a spelling in common with the word."""
    pieces = []
    for piece in _PIECES.findall(_fold(word)):
        if piece[0] in _VOWELS:
            pieces.append(f"[{_VOWELS}]+")
        elif piece == "-":
            pieces.append(r"[\W_]+")
        else:
            # A number may be written with spaces between its digits.
            pieces.append(" *".join(piece) if piece.isdigit() else re.escape(piece))
    return r"(^|\()[\W_]*" + "".join(pieces) + r"[\W_]*($|\()"


def _decided(ask: Ask, hits: Mapping[str, int]) -> str | None:
    """Give the thing that the surest sort of name leaves alone; None when no sort does."""
    keyed = [thing for thing, rank in hits.items() if rank == _KEY]
    if len(keyed) == 1:
        return keyed[0]
    back = _yielding(ask, hits) if len(hits) > 1 else set()
    kept = {thing: rank for thing, rank in hits.items() if thing not in back} or hits
    for rank in sorted(set(kept.values())):
        sure = [thing for thing, found in kept.items() if found == rank]
        sure = _pointed_at(ask, sure) if len(sure) > 1 else sure
        if len(sure) == 1:
            return sure[0]
    return None


def _yielding(ask: Ask, things: Iterable[str]) -> set[str]:
    """Give those of the things whose class gives way, and those that have no class at all."""
    rows = ask(
        f"SELECT DISTINCT ?thing WHERE {{ VALUES ?thing {{ {_values(things)} }} "
        f"OPTIONAL {{ ?thing a ?class . ?class <{LG}givesWay> ?gives }} "
        "OPTIONAL { ?thing a ?any } FILTER(BOUND(?gives) || !BOUND(?any)) }"
    )
    return {row[0].value for row in rows if row[0]}


def _pointed_at(ask: Ask, things: Sequence[str]) -> list[str]:
    """Leave out those that point at another of the things, unless they all do."""
    values = _values(things)
    rows = ask(
        f"SELECT DISTINCT ?one WHERE {{ VALUES ?one {{ {values} }} VALUES ?other {{ {values} }} "
        "?one ?p ?other FILTER(?one != ?other) }"
    )
    pointing = {row[0].value for row in rows if row[0]}
    return [thing for thing in things if thing not in pointing] or list(things)


def _keyed(ask: Ask, word: str) -> list[str]:
    """Give our own things whose IRI ends with the word: what bears no such name has it as key."""
    ending = quote("/" + word.casefold())
    rows = ask(
        f"SELECT DISTINCT ?thing WHERE {{ ?thing a ?class FILTER(isIRI(?thing) && "
        f"STRSTARTS(STR(?thing), {quote(LGID)}) && STRENDS(LCASE(STR(?thing)), {ending})) }}"
    )
    return [row[0].value for row in rows if row[0]]


def _ranks(ask: Ask) -> dict[str, int]:
    """Give the properties that hold names, with how sure each is."""
    bases = {base: rank for rank, found in enumerate(_RANKS) for base in found}
    ranks = dict(bases)
    values = _values(base for base in bases if base != _IN_BRACKETS)
    rows = ask(
        f"SELECT DISTINCT ?p ?base WHERE {{ VALUES ?base {{ {values} }} "
        f"?p <{RDFS}subPropertyOf>+ ?base }} ORDER BY ?p"
    )
    for p, base in rows:
        if p and base and p.value not in bases:
            ranks[p.value] = min(bases[base.value], ranks.get(p.value, len(_RANKS)))
    return ranks


def _names(ask: Ask, ranks: Mapping[str, int], condition: str = "") -> list[_Named]:
    values = _values(name for name in ranks if name != _IN_BRACKETS)
    rows = ask(
        f"SELECT ?thing ?p ?name WHERE {{ VALUES ?p {{ {values} }} ?thing ?p ?name "
        f"FILTER(isIRI(?thing) && isLiteral(?name) {condition}) }}"
    )
    found = [_Named(s.value, ranks[p.value], o.value, o.lang) for s, p, o in rows if s and p and o]
    parted = ((named, _BRACKETS.match(named.text)) for named in found if named.text.endswith(")"))
    inside = len(_RANKS) - 1
    found += [
        _Named(named.thing, inside, part, named.lang)
        for named, match in parted
        if match
        for part in match.groups()
    ]
    return found


def _of_kind(ask: Ask, things: Iterable[str], kind: str | None) -> list[str]:
    listed = sorted(things)
    if kind is None or not listed:
        return listed
    rows = ask(
        f"SELECT DISTINCT ?thing WHERE {{ VALUES ?thing {{ {_values(listed)} }} "
        f"{{ ?thing a ?class . ?class <{RDFS}subClassOf>* <{kind}> }} "
        f"UNION {{ ?thing <{SKOS}inScheme> <{kind}> }} }} ORDER BY ?thing"
    )
    return [row[0].value for row in rows if row[0]]


def _few(ask: Ask, kind: str | None) -> list[str]:
    """Give a way to write each thing of a kind where they are few, and nothing where they are many.

    The last part of an IRI of ours is a key that `resolve` reads within a kind.
    """
    if kind is None:
        return []
    rows = ask(
        f"SELECT ?thing (SAMPLE(STR(?key)) AS ?word) WHERE {{ "
        f"{{ ?thing a ?class . ?class <{RDFS}subClassOf>* <{kind}> }} "
        f"UNION {{ ?thing <{SKOS}inScheme> <{kind}> }} "
        f"OPTIONAL {{ ?thing {_either(_RANKS[_KEY])} ?key }} FILTER(isIRI(?thing)) }} "
        f"GROUP BY ?thing ORDER BY ?thing LIMIT {_FEW + 1}"
    )
    if len(rows) > _FEW:
        return []
    found = [(row[0].value, row[1]) for row in rows if row[0]]
    return [
        thing.rpartition("/")[2] if thing.startswith(LGID) else key.value if key else thing
        for thing, key in found
    ]


def _choices(ask: Ask, things: Sequence[str], lang: str) -> dict[str, str]:
    """Give a way to write each thing, with what it is and what it is called."""
    rows = ask(
        f"SELECT ?thing ?class ?word ?name WHERE {{ VALUES ?thing {{ {_values(things)} }} "
        f"OPTIONAL {{ ?thing {_either(_RANKS[_NAME])} ?name }} "
        f"OPTIONAL {{ ?thing a ?class . ?class {_either(_RANKS[_NAME])} ?word }} }}"
    )
    kinds: dict[str, dict[str, list[Term]]] = {}
    names: dict[str, list[Term]] = {}
    for thing, class_, word, name in rows:
        if thing and name:
            names.setdefault(thing.value, []).append(name)
        if thing and class_ and word:
            kinds.setdefault(thing.value, {}).setdefault(class_.value, []).append(word)
    told: dict[str, str] = {}
    for each in things:
        # Of several classes our own word says most.
        known = sorted(kinds.get(each, {}).items(), key=lambda k: (not k[0].startswith(LG), k[0]))
        words = [_in(known[0][1], lang)] if known else []
        words.append(_in(names.get(each, ()), lang))
        told[short(each)] = ": ".join(word for word in words if word)
    return told


def _in(texts: Iterable[Term], lang: str) -> str:
    order = [lang, *LANGUAGES]
    ranked = sorted(texts, key=lambda t: (order.index(t.lang) if t.lang in order else 9, t.value))
    return ranked[0].value if ranked else ""


def _nearest(
    ask: Ask, word: str, ranks: Mapping[str, int], kind: str | None, lang: str
) -> list[str]:
    """Give the names, as they are written, that are most like the word.

    Names in the reader's language come first; the keys of things and names in other languages are
    shown only when there are none, and what gives way only when nothing else is near. Search words
    and what stands in brackets are looked for, and not shown.
    """
    names = _names(ask, ranks)
    allowed = set(_of_kind(ask, {named.thing for named in names}, kind))
    back = _yielding(ask, allowed)
    order = [lang, *LANGUAGES]
    groups: dict[tuple[bool, bool, bool], list[_Named]] = {}
    for named in names:
        if named.thing in allowed and named.rank < _HIDDEN:
            other = named.lang is not None and named.lang != lang
            key = (named.thing in back, named.rank == _KEY, other)
            groups.setdefault(key, []).append(named)
    for key in sorted(groups):
        near = _like(word, sorted(groups[key], key=lambda n: _place(n, order)))
        if near:
            return near
    return []


def _place(named: _Named, order: Sequence[str]) -> tuple[int, int, str]:
    at = order.index(named.lang) if named.lang in order else len(order)
    return (at, named.rank, named.text)


def _like(word: str, names: Iterable[_Named]) -> list[str]:
    written: dict[str, _Named] = {}
    for named in names:
        written.setdefault(_plain(_fold(named.text), "o", "a"), named)
    wanted = _plain(_fold(word), "o", "a")
    close = difflib.get_close_matches(wanted, written, _NEAREST, _LOOSE)
    if len(wanted) > 2:
        starts = sorted((key for key in written if key.startswith(wanted)), key=len)
        holds = sorted((key for key in written if wanted in key), key=len)
        close += [key for key in starts + holds if key not in close]
    best: dict[str, str] = {}
    for named in (written[key] for key in close):
        best.setdefault(named.thing, named.text)
    return list(best.values())[:_NEAREST]


def spellings(text: str) -> frozenset[str]:
    """Give every form under which a name is looked for, so that dødsfall finds doedsfall."""
    folded = _fold(text)
    return frozenset({folded, _plain(folded, "o", "a"), _plain(folded, "oe", "aa")} - {""})


@lru_cache(maxsize=65536)
def _fold(text: str) -> str:
    text = unicodedata.normalize("NFC", text).casefold()
    if re.fullmatch(r"[\d ]+", text):
        return text.replace(" ", "")
    return re.sub(r"[^\w]+|_", "-", text).strip("-")


def _plain(text: str, o: str, a: str) -> str:
    return text.replace("æ", "ae").replace("ø", o).replace("å", a)


def _either(properties: Collection[str]) -> str:
    return "|".join(f"<{name}>" for name in properties)


def _values(names: Iterable[str]) -> str:
    return " ".join(f"<{name}>" for name in names)
