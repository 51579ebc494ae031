"""What a person writes → the one thing it means: by key, number, name in any language, or IRI.

Which properties hold names is said by the vocabulary: the few standard ones below, and every
property that is declared a sub-property of one of them.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

from graph.errors import InputError, UnknownName
from graph.terms import DCT, FOAF, LGID, PREFIXES, RDFS, SKOS, Rows, Term, iri, quote

Ask = Callable[[str], Rows]

# The nearer the front, the surer a hit: a number or key, then names, then search words.
_RANKS: tuple[tuple[str, ...], ...] = (
    (DCT + "identifier", SKOS + "notation"),
    (SKOS + "prefLabel", DCT + "title", RDFS + "label", FOAF + "name"),
    (SKOS + "altLabel",),
    (SKOS + "hiddenLabel",),
    ("(…)",),
)
_IN_BRACKETS = _RANKS[-1][0]
_LOOSE = 0.6
_NEAREST = 3
_SHOWN = 5
_BRACKETS = re.compile(r"(.+?)\s*\(([^()]+)\)\s*$")


class AmbiguousName(InputError):
    """A name that several things bear; `suggestions` holds a way to write each of them."""

    code = "ambiguous-name"

    def __init__(self, name: str, suggestions: Iterable[str]) -> None:
        self.suggestions = tuple(suggestions)
        super().__init__(name=name, suggestions=", ".join(self.suggestions))


def resolve(ask: Ask, word: str, kind: str | None = None) -> Term:
    """Give the one thing that the word names.

    An IRI, or a `type/key` below our own, must be in the store. Otherwise the surest sort of name
    that fits one thing alone decides: a key or number before a name, a name before a search word.
    Case, spaces and the spelling of æ, ø and å do not matter, and what stands in brackets at the
    end of a name is a name too.

    Args:
        ask: runs a query on the store.
        word: what the person wrote.
        kind: the IRI of a class, or of a concept scheme, that the thing must belong to.

    Raises:
        UnknownName: nothing bears the name; holds the nearest names.
        AmbiguousName: several things bear it and no sort of name tells them apart.
    """
    word = word.strip()
    direct = _as_iri(word)
    if direct is not None and _exists(ask, direct):
        return direct
    ranks = _ranks(ask)
    spellings = _spellings(word)
    names = [] if not spellings else _names(ask, ranks)
    hits: dict[str, int] = {}
    for thing, property_, name in names:
        if spellings & _spellings(name):
            rank = ranks[property_]
            hits[thing] = min(rank, hits.get(thing, rank))
    found = _of_kind(ask, hits, kind)
    for rank in sorted({hits[thing] for thing in found}):
        sure = [thing for thing in found if hits[thing] == rank]
        if len(sure) == 1:
            return iri(sure[0])
    if found:
        raise AmbiguousName(word, [short(thing) for thing in found[:_SHOWN]])
    keyed = _of_kind(ask, _keyed(ask, word), kind)
    if len(keyed) == 1:
        return iri(keyed[0])
    raise UnknownName(word, suggestions=_nearest(ask, word, names, kind))


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
    ranks: dict[str, int] = {}
    for rank, bases in enumerate(_RANKS[:-1]):
        values = " ".join(f"<{base}>" for base in bases)
        rows = ask(
            f"SELECT DISTINCT ?p WHERE {{ VALUES ?base {{ {values} }} "
            f"?p <{RDFS}subPropertyOf>+ ?base }} ORDER BY ?p"
        )
        for name in [*bases, *(row[0].value for row in rows if row[0])]:
            ranks.setdefault(name, rank)
    ranks[_IN_BRACKETS] = len(_RANKS) - 1
    return ranks


def _names(ask: Ask, ranks: Iterable[str]) -> list[tuple[str, str, str]]:
    values = " ".join(f"<{name}>" for name in ranks if name != _IN_BRACKETS)
    rows = ask(
        f"SELECT ?thing ?p ?name WHERE {{ VALUES ?p {{ {values} }} ?thing ?p ?name "
        "FILTER(isIRI(?thing) && isLiteral(?name)) }"
    )
    found = [(s.value, p.value, o.value) for s, p, o in rows if s and p and o]
    parted = ((thing, _BRACKETS.match(name)) for thing, _, name in found if name.endswith(")"))
    found += [
        (thing, _IN_BRACKETS, part) for thing, match in parted if match for part in match.groups()
    ]
    return found


def _of_kind(ask: Ask, things: Iterable[str], kind: str | None) -> list[str]:
    listed = sorted(things)
    if kind is None or not listed:
        return listed
    values = " ".join(f"<{thing}>" for thing in listed)
    rows = ask(
        f"SELECT DISTINCT ?thing WHERE {{ VALUES ?thing {{ {values} }} "
        f"{{ ?thing a ?class . ?class <{RDFS}subClassOf>* <{kind}> }} "
        f"UNION {{ ?thing <{SKOS}inScheme> <{kind}> }} }} ORDER BY ?thing"
    )
    return [row[0].value for row in rows if row[0]]


def _nearest(ask: Ask, word: str, names: list[tuple[str, str, str]], kind: str | None) -> list[str]:
    """Give the names, as they are written, that are most like the word."""
    allowed = None
    if kind is not None:
        allowed = set(_of_kind(ask, {thing for thing, _, _ in names}, kind))
    written: dict[str, tuple[str, str]] = {}
    for thing, _, name in names:
        if allowed is None or thing in allowed:
            written.setdefault(_fold(name), (thing, name))
    wanted = _fold(word)
    close = difflib.get_close_matches(wanted, written, _NEAREST, _LOOSE)
    if len(wanted) > 2:
        starts = sorted((key for key in written if key.startswith(wanted)), key=len)
        holds = sorted((key for key in written if wanted in key), key=len)
        close += [key for key in starts + holds if key not in close]
    best: dict[str, str] = {}
    for thing, name in (written[key] for key in close):
        best.setdefault(thing, name)
    return list(best.values())[:_NEAREST]


def _spellings(text: str) -> frozenset[str]:
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
