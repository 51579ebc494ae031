"""What a person writes → the one thing it means, or what it may have meant."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import names, rdf
from graph.errors import UnknownName
from graph.names import AmbiguousName, resolve
from graph.store import Change, Store, open_store
from graph.terms import GRAPH, LGID, iri
from smallproject import HEAD

DATA = """
@prefix thing: <https://w3id.org/livsgraf/id/thing/> .
ex:Need skos:prefLabel "behov"@nb, "need"@en . ex:Service skos:prefLabel "tjeneste"@nb .
ex:Report skos:prefLabel "praksis"@nb ; lg:givesWay true .
ex:Place lg:givesWay true .
thing:n1 a ex:Need ; dct:title "Sosialhjelp: lønn"@nb ; dct:identifier "sosialhjelp-01" .
thing:r1 a ex:Report ; dct:title "Sosialhjelp: lønn"@nb ; ex:on thing:n1 .
thing:r2 a ex:Report ; dct:title "Sosialhjelp: lønn"@nb ; ex:on thing:n1 .
thing:p a ex:Place ; skos:prefLabel "Oslo"@nb ; dct:identifier "03" .
thing:k a ex:Service ; skos:prefLabel "Oslo kommune"@nb ; skos:altLabel "Oslo"@nb .
thing:s a ex:Service ; dct:title "Barnepensjon"@nb, "Barnepensjon"@nn, "Child pension"@en ;
  dct:identifier "barnepensjon" .
thing:s2 a ex:Service ; dct:title "Barnetrygd"@nb, "Barnetrygd"@nn ; dct:identifier "barnetrygd" ;
  skos:hiddenLabel "barnepenger" .
thing:s3 a ex:Service ; dct:title "Helsehjelp til barn"@nb, "Helsehjelp til born"@nn .
thing:a a ex:Need ; skos:prefLabel "Felles"@nb ; ex:on thing:b .
thing:b a ex:Need ; skos:prefLabel "Felles"@nb .
thing:c a ex:Need ; skos:prefLabel "Likt"@nb, "Alike"@en .
thing:d a ex:Need ; skos:prefLabel "Likt"@nb .
thing:y1 a ex:Report ; skos:prefLabel "Bare praksis"@nb .
thing:num a ex:Service ; dct:title "Etaten"@nb ; dct:identifier "910000001" .
"""


@pytest.fixture(scope="module")
def store() -> Store:
    made = open_store(":memory:")
    graph = iri(GRAPH + "x")
    quads = rdf.parse((HEAD + DATA).encode(), "ttl")
    made.apply(Change(tuple((s, p, o, graph) for s, p, o, _ in quads)))
    return made


def found(store: Store, word: str) -> str:
    return resolve(store.query, word).value.removeprefix(LGID + "thing/")


@pytest.mark.parametrize(
    ("word", "thing"),
    [
        # What gives way steps aside, whatever sort of name it bears.
        ("Sosialhjelp: lønn", "n1"),
        ("Oslo", "k"),
        # A key decides first; what gives way is found where nothing else bears the name.
        ("03", "p"),
        ("bare praksis", "y1"),
        # Of those that are left, the one that the others are about.
        ("felles", "b"),
        ("910 000 001", "num"),
        ("child pension", "s"),
        ("barnepenger", "s2"),
        ("thing/r1", "r1"),
    ],
)
def test_one_thing_is_meant(store: Store, word: str, thing: str) -> None:
    assert found(store, word) == thing


def test_an_ambiguous_name_lists_what_to_write_and_what_each_is(store: Store) -> None:
    with pytest.raises(AmbiguousName) as caught:
        resolve(store.query, "likt")
    assert caught.value.suggestions == ("thing/c", "thing/d")
    told = str(caught.value.params["suggestions"]).splitlines()
    assert told == ["  thing/c  behov: Likt", "  thing/d  behov: Likt"]
    with pytest.raises(AmbiguousName) as caught:
        resolve(store.query, "likt", lang="en")
    assert "thing/c  need: Alike" in str(caught.value.params["suggestions"])


@pytest.mark.parametrize(
    ("word", "lang", "suggested"),
    [
        ("barnepensjn", "nb", ["Barnepensjon"]),
        ("helsehjelp til", "nb", ["Helsehjelp til barn"]),
        ("helsehjelp til", "nn", ["Helsehjelp til born"]),
        ("child pensjon", "en", ["Child pension"]),
        # Another language, and a key, only where the reader's own has nothing.
        ("child pensio", "nb", ["Child pension"]),
        ("sosialhjelp-0", "en", ["Sosialhjelp: lønn"]),
    ],
)
def test_suggestions_are_in_the_readers_language(
    store: Store, word: str, lang: str, suggested: list[str]
) -> None:
    with pytest.raises(UnknownName) as caught:
        resolve(store.query, word, lang=lang)
    assert list(caught.value.suggestions)[: len(suggested)] == suggested
    assert "barnepenger" not in caught.value.suggestions


LETTERS = st.text("aeoæøåAEOÆØÅbk 3-_.()/é", min_size=1, max_size=8)


@given(LETTERS, LETTERS, st.sampled_from(["", " ", "_"]))
def test_the_engine_lets_through_every_name_that_fits(word: str, other: str, around: str) -> None:
    """What `spellings` calls the same is never lost by the regular expression before it."""
    name = f"{around}{other}{around}"
    if names.spellings(word) & names.spellings(name):
        assert re.search(names._pattern(word), name, re.IGNORECASE)


@given(st.text("aeoæøåbk3 -", min_size=1, max_size=8))
def test_a_name_is_let_through_in_brackets_and_before_them(word: str) -> None:
    if names.spellings(word):
        pattern = re.compile(names._pattern(word), re.IGNORECASE)
        assert pattern.search(f"Etaten ({word})")
        assert pattern.search(f"{word} (Etaten)")
