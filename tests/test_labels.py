"""IRIs → names in the reader's language."""

from __future__ import annotations

import pytest

from graph.labels import Labels
from graph.store import Change, open_store
from graph.terms import DCT, FOAF, GRAPH, LGID, RDFS, SKOS, Rows, Term, iri, literal

A = LGID + "thing/a-b"
G = iri(GRAPH + "x")


def named(*labels: tuple[str, str, str | None]) -> tuple[list[str], Labels]:
    """Name one thing so and give the log of queries with the reader of names."""
    store = open_store(":memory:")
    store.apply(
        Change(tuple((iri(A), iri(p), literal(text, lang=lang), G) for p, text, lang in labels))
    )
    asked: list[str] = []

    def query(text: str) -> Rows:
        asked.append(text)
        return store.query(text)

    return asked, Labels(query, "nn")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([("nb", "Sak"), ("nn", "Sàk"), ("en", "Thing")], "Sàk"),
        ([("nb", "Sak"), ("en", "Thing")], "Sak"),
        ([("se", "Ášši"), ("en", "Thing")], "Thing"),
        ([("sma", "Aamhtese"), ("se", "Ášši")], "Ášši"),
        ([("se", "Ášši"), (None, "X 1")], "X 1"),
        ([("nn", "  "), ("en", "Thing")], "Thing"),
        ([("nn", "B"), ("nn", "A")], "A"),
        ([], "a-b"),
    ],
)
def test_the_readers_language_then_nb_nn_en_then_any_then_the_local_name(
    labels: list[tuple[str | None, str]], expected: str
) -> None:
    _, reader = named(*((SKOS + "prefLabel", text, lang) for lang, text in labels))
    assert reader.one(A) == expected


def test_the_preferred_property_wins_within_a_language() -> None:
    everything = [FOAF + "name", RDFS + "label", DCT + "title", SKOS + "prefLabel"]
    for number in range(1, len(everything) + 1):
        _, reader = named(*((p, p[-4:], "nb") for p in everything[:number]))
        assert reader.one(A) == everything[number - 1][-4:]
    _, reader = named((SKOS + "prefLabel", "Thing", "en"), (RDFS + "label", "Sak", "nb"))
    assert reader.one(A) == "Sak"


def test_many_names_are_one_query_and_are_asked_for_once() -> None:
    asked, reader = named((SKOS + "prefLabel", "Sak", "nb"))
    many = [A, *(f"urn:x:{n}" for n in range(50)), A]
    assert list(reader.of(many))[:2] == [A, "urn:x:0"]
    assert reader.of(many)[A] == "Sak"
    assert len(asked) == 1


def test_what_is_no_text_is_no_name() -> None:
    store = open_store(":memory:")
    store.apply(Change(((iri(A), iri(SKOS + "prefLabel"), Term("iri", "urn:x:y"), G),)))
    assert Labels(store.query, "nb").one(A) == "a-b"
