"""The example that a finding shows is one that the shape would let through."""

from __future__ import annotations

from graph import assets, rdf
from graph.terms import LG, Term

SH = "http://www.w3.org/ns/shacl#"
FIRST = "http://www.w3.org/1999/02/22-rdf-syntax-ns#first"


def test_an_example_is_in_the_language_that_is_asked_for() -> None:
    said: dict[Term, dict[str, Term]] = {}
    for path in assets.files("shapes"):
        for s, p, o, _ in rdf.parse(path):
            said.setdefault(s, {})[p.value] = o
    asked = 0
    for shape, words in said.items():
        wanted = said.get(words.get(SH + "qualifiedValueShape", shape), {}).get(SH + "languageIn")
        example = words.get(LG + "example")
        if wanted is None or example is None:
            continue
        asked += 1
        language = said[wanted][FIRST].value
        assert f'"@{language}' in example.value, f"{shape.value}: {example.value}"
    assert asked > 20
