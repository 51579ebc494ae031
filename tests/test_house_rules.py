"""The house rules hold here, and each of them bites: one bad sample per rule, one good house."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import graph.messages
from graph import rdf
from graph.check import Fault, check, faults, texts
from graph.check.layering import FLOORS, HEAVY, ONLY_IMPORTER, floor_of
from graph.check.words import Words
from graph.terms import LANGUAGES, PREFIXES

CORE = """\
@prefix lg: <https://w3id.org/livsgraf/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

lg:BigThing
  a owl:Class ;
  skos:definition "En ting."@nb , "A thing."@en ;
  skos:prefLabel "ting"@nb , "ting"@nn , "thing"@en .

lg:Widget
  a owl:Class ;
  skos:definition "En dings."@nb , "A widget."@en ;
  skos:prefLabel "dings"@nb , "dings"@nn , "widget"@en .

lg:from
  a owl:DatatypeProperty ;
  skos:definition "Fra."@nb , "From."@en ;
  skos:prefLabel "fra"@nb , "frå"@nn , "from"@en .

lg:plumbingWord
  a owl:DatatypeProperty ;
  skos:definition "Et ord i Python."@nb , "A word of the Python code."@en ;
  lg:plumbingWord true ;
  skos:prefLabel "rørord"@nb , "røyrord"@nn , "plumbing word"@en .

lg:restsOn
  a owl:ObjectProperty ;
  skos:definition "Bygger på."@nb , "Rests on."@en ;
  skos:prefLabel "bygger på"@nb , "byggjer på"@nn , "rests on"@en .
"""
EXTERNAL = """\
# Allowed.
http://www.w3.org/1999/02/22-rdf-syntax-ns#type
http://www.w3.org/2001/XMLSchema#boolean
http://www.w3.org/2001/XMLSchema#date
http://www.w3.org/2002/07/owl#Class
http://www.w3.org/2002/07/owl#DatatypeProperty
http://www.w3.org/2002/07/owl#ObjectProperty
http://www.w3.org/2002/07/owl#versionInfo
http://www.w3.org/2004/02/skos/core#definition
http://www.w3.org/2004/02/skos/core#prefLabel
"""
DATA = """\
@prefix lg: <https://w3id.org/livsgraf/ns#> .
@prefix thing: <https://w3id.org/livsgraf/id/thing/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

thing:a
  a lg:BigThing ;
  lg:from "2025-01-01"^^xsd:date .

thing:b
  a lg:BigThing ;
  lg:restsOn thing:a .
"""
QUERY = """\
#+ title = { nb = "T", nn = "T", en = "T" }
#+ why = { nb = "T", en = "T" }
#+ parameters.date = { type = "date", label = { nb = "T", en = "T" } }
#+ columns.thing = { nb = "T", en = "T" }
PREFIX lg: <https://w3id.org/livsgraf/ns#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?thing WHERE {
  ?thing a lg:BigThing .
  MINUS {
    VALUES ?date { "2025-01-01"^^xsd:date }
    ?thing lg:from ?start .
    FILTER(?start <= ?date)
  }
  FILTER NOT EXISTS { ?thing lg:restsOn ?other }
  OPTIONAL { ?thing lg:restsOn ?base FILTER(?base != ?thing) }
}
ORDER BY ?thing
"""
MODULE = '"""Says hello, as of today."""\n\nfrom graph.terms import LG\n\nGREETING = "hello"\n'
TEXTS = 'greeting = "hello {name}"\n'

GOOD = {
    "ontology/core.ttl": CORE,
    "ontology/external-terms.txt": EXTERNAL,
    "data/registers/things.ttl": DATA,
    "queries/questions/things.rq": QUERY,
    "src/graph/__init__.py": '__version__ = "1.2.3"\n',
    "src/graph/rdf.py": MODULE,
    "src/graph/messages/nb.toml": TEXTS,
    "src/graph/messages/nn.toml": TEXTS,
    "src/graph/messages/en.toml": TEXTS,
    "tests/cases/queries/things/a/given.ttl": "",
    "CHANGELOG.md": "# Changelog\n\n## 1.2.3\n",
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for name, text in GOOD.items():
        _put(tmp_path, name, text)
    return tmp_path


def _put(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, "utf-8")


def _told(found: list[Fault]) -> list[tuple[str, str, int]]:
    return [(fault.rule, fault.file, fault.line) for fault in found]


def test_a_good_house_has_no_faults(house: Path) -> None:
    assert rdf.write_turtle([q[:3] for q in rdf.parse(house / "data/registers/things.ttl")], {})
    assert _told(faults(house)) == []


D, Q, C = "data/registers/things.ttl", "queries/questions/things.rq", "ontology/core.ttl"
R = "src/graph/rdf.py"


@pytest.mark.parametrize(
    ("file", "old", "new", "rule", "line"),
    [
        # closed vocabulary
        (D, "lg:restsOn thing:a", "lg:restOn thing:a", "vocabulary", 11),
        (D, "a lg:BigThing ;\n  lg:from", "a lg:BigTing ;\n  lg:from", "vocabulary", 6),
        (D, "restsOn thing:a", "restsOn thing:c", "vocabulary", 11),
        (D, "^^xsd:date", "^^xsd:dato", "vocabulary", 7),
        (Q, "?thing lg:from ?start", "?thing lg:fram ?start", "vocabulary", 11),
        (Q, "?thing lg:from ?start", "?thing ex:from ?start", "prefix", 11),
        (C, 'skos:prefLabel "ting"', 'skos:preflabel "ting"', "vocabulary", 9),
        ("ontology/external-terms.txt", "# Allowed.\n", "http://z/\n", "external-sorted", 0),
        # labels and kinds
        (C, ', "ting"@nn', "", "term-label", 6),
        (C, '"Fra."@nb , ', "", "term-definition", 16),
        (C, '"Fra."@nb', '"Fra."@nb , "Ifra."@nb', "term-definition", 16),
        (C, "lg:from\n  a owl:DatatypeProperty", "lg:from\n  a owl:Class", "term-kind", 16),
        (C, "lg:Widget\n  a owl:Class ;", "lg:Widget", "term-kind", 11),
        # headers and forms
        (Q, 'nb = "T", nn = "T", en', 'nb = "T", en', "title-language", 1),
        (Q, "#+ why", "#+ whi", "header", 2),
        (Q, "ORDER BY ?thing\n", "", "query-order", 1),
        (Q, "?start <= ?date", "?start <= NOW()", "query-word", 12),
        (Q, "ORDER BY ?thing\n", "ORDER BY ?thing LIMIT 5\n", "query-word", 17),
        (
            Q,
            "  MINUS {",
            "  SERVICE <http://x/> { }\n  MINUS {",
            "query-word",
            9,
        ),
        (Q, "FILTER(?start <= ?date)", "FILTER(?start <= $date)", "query-dollar", 12),
        (Q, "restsOn ?other }", "restsOn ?o . ?o a lg:Widget }", "query-exists", 14),
        (Q, "lg:restsOn ?other }", "lg:restsOn/lg:restsOn ?other }", "query-exists", 14),
        (Q, "lg:restsOn ?other }", "lg:restsOn+ ?other }", "query-closure", 14),
        (Q, "?thing lg:from ?start", "?thing lg:restsOn*/lg:from ?start", "query-closure", 11),
        (Q, "?thing lg:from ?start", "?that lg:from ?start", "query-minus", 9),
        (Q, '    VALUES ?date { "2025-01-01"^^xsd:date }\n', "", "header", 3),
        (
            Q,
            "?thing a lg:BigThing .\n",
            "?thing a lg:BigThing ; lg:from ?date .\n",
            "query-parameter",
            7,
        ),
        (Q, "FILTER(?start <= ?date)", "FILTER(?end <= ?date)", "query-filter", 12),
        (
            Q,
            "FILTER(?start <= ?date)",
            "FILTER(?start <= ?date) { BIND(?start AS ?same) }",
            "query-bind",
            12,
        ),
        (Q, "FILTER(?start <= ?date)", "FILTER(?start <= ?date ?date)", "query-syntax", 12),
        # data/
        (D, "lg:restsOn thing:a", "lg:restsOn [ lg:from 1 ]", "blank-node", 0),
        (D, '"2025-01-01"', '"2025-01-32"', "literal", 0),
        (D, "thing:b\n  a lg:BigThing ;", "thing:b a lg:BigThing ;", "canonical", 9),
        (D, "thing:b\n", "\nthing:b\n", "canonical", 9),
        (D, "lg:restsOn thing:a .", "lg:restsOn thing:a", "turtle", 12),
        # floors and importers
        (R, "from graph.terms", "from graph.store", "floor", 3),
        (R, "from graph.terms import LG", "from graph import cli", "floor", 3),
        (R, "from graph.terms import LG", "from .cli import LG", "floor", 3),
        (R, "from graph.terms", "from graph.cellar", "floor-unknown", 3),
        (R, "from graph.terms import LG", "import rdflib", "heavy-import", 3),
        (R, "\nGREET", "\n\ndef f() -> None:\n    import networkx\n\n\nGREET", "only-importer", 7),
        (R, "\nGREET", "\nimport os\nos.environ['A']\nGREET", "only-importer", 6),
        (R, "\nGREET", "\nfrom os import getenv\nGREET", "only-importer", 5),
        (R, "\nGREET", "\nimport pyoxigraph as ox\nox.Store()\nGREET", "only-importer", 6),
        (R, "\nGREET", "\nfrom pyoxigraph import Store\nGREET", "only-importer", 5),
        # domain words
        (R, "hello,", "hello, big thing,", "domain-word", 1),
        (R, "GREETING", "BIG_THING", "domain-word", 5),
        (R, '"hello"', '"restsOn"', "domain-word", 5),
        (R, '"hello"', '"rests-on"', "domain-word", 5),
        (R, "GREETING", "widget", "domain-word", 5),
        (R, '"hello"', '"Widget"', "domain-word", 5),
        (R, '"hello"', 'LG + "from"', "domain-word", 5),
        (R, '"hello"', '"?x lg:from ?y"', "domain-word", 5),
        # coherence
        ("CHANGELOG.md", "## 1.2.3", "## 1.2.4", "version", 1),
        ("src/graph/messages/nn.toml", "greeting", "greetings", "message-missing", 0),
        ("src/graph/messages/nn.toml", "{name}", "{namn}", "message-names", 0),
    ],
)
def test_each_rule_bites(house: Path, file: str, old: str, new: str, rule: str, line: int) -> None:
    text = (house / file).read_text("utf-8")
    assert old in text
    _put(house, file, text.replace(old, new, 1))
    assert (rule, file, line) in _told(faults(house))


def test_what_looks_bad_and_is_not(house: Path) -> None:
    fine = (
        '"""Reads as of now; a member; from here; the widget."""\n\nfrom_ = "from"\nbigness = 1\n'
    )
    _put(house, "src/graph/terms.py", fine)
    layered = "def f() -> None:\n    import pyshacl\n\n    print(pyshacl)\n"
    _put(house, "src/graph/validate.py", layered)
    nested = QUERY.replace(
        "  MINUS {", "  { SELECT ?thing WHERE { ?thing lg:restsOn+ ?x } }\n  MINUS {"
    )
    _put(house, Q, nested)
    assert _told(faults(house)) == []


def test_a_file_without_case_and_a_case_without_file(house: Path) -> None:
    _put(house, "queries/questions/more.rq", QUERY)
    _put(house, "shapes/thing.ttl", "")
    _put(house, "tests/cases/shapes/other/a/given.ttl", "")
    assert _told(faults(house)) == [
        ("case-missing", "queries/questions/more.rq", 1),
        ("case-missing", "shapes/thing.ttl", 1),
        ("case-orphan", "tests/cases/shapes/other", 0),
    ]


CHECK = """\
#+ title = { nb = "T", nn = "T", en = "T" }
#+ why = { nb = "T", en = "T" }
#+ remedy = { nb = "T", en = "T" }
#+ layer = "semantic"
#+ severity = "violation"
#+ shape = "https://w3id.org/livsgraf/shape#Thing-from"
#+ path = "https://w3id.org/livsgraf/ns#from"
#+ columns = { focus = { nb = "T", en = "T" }, value = { nb = "T", en = "T" } }
PREFIX lg: <https://w3id.org/livsgraf/ns#>
SELECT ?focus ?value WHERE { ?focus lg:from ?value }
ORDER BY ?focus
"""


def test_a_check_is_held_to_the_rules_of_queries(house: Path) -> None:
    place = "shapes/checks/from-days.rq"
    _put(house, place, CHECK)
    assert _told(faults(house)) == [("case-missing", place, 1)]
    _put(house, "tests/cases/shapes/from-days/a/given.ttl", "")
    assert _told(faults(house)) == []
    for old, new, rule, line in (
        ("ns#from", "ns#form", "vocabulary", 7),
        ("lg:from", "lg:form", "vocabulary", 10),
        ("ORDER BY ?focus", "", "query-order", 1),
        ('layer = "semantic"', 'layer = "heavenly"', "header", 4),
        ("{ ?focus lg", "{ ?focus ; lg", "query-syntax", 10),
    ):
        _put(house, place, CHECK.replace(old, new))
        assert (rule, place, line) in _told(faults(house)), old


OWN_SHAPES = """\
@prefix lg: <https://w3id.org/livsgraf/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://w3id.org/livsgraf/shape#> .

shape:Own
  sh:targetClass owl:Class ; sh:property shape:Own-home .
shape:Own-home
  sh:path rdfs:isDefinedBy ; sh:minCount 1 ; sh:severity sh:Violation ;
  sh:message "Ordet har ikke noe hjem."@nb , "The term has no home."@en ;
  lg:fix "Gi det et."@nb .
"""


def test_our_own_words_are_held_to_our_own_shapes(house: Path) -> None:
    _put(house, "shapes/house/own.ttl", OWN_SHAPES)
    found = [finding for finding in check(house) if finding.rule.endswith("Own-home")]
    assert [(f.focus, f.source, f.line, f.severity) for f in found] == [
        ("https://w3id.org/livsgraf/ns#BigThing", C, 6, "violation"),
        ("https://w3id.org/livsgraf/ns#Widget", C, 11, "violation"),
    ]
    # Where the shape is silent in a language the rule itself speaks.
    assert found[0].message == {
        "nb": "Ordet har ikke noe hjem.",
        "nn": "lg:BigThing er ikkje omtalt slik forma shape:Own-home krev.",
        "en": "The term has no home.",
    }
    assert found[0].fix["nb"] == "Gi det et."
    assert "shape:Own-home" in found[0].fix["en"]
    home = "\n  a owl:Class ;\n  <http://www.w3.org/2000/01/rdf-schema#isDefinedBy> lg: ;"
    _put(house, C, CORE.replace("\n  a owl:Class ;", home))
    assert not [fault for fault in faults(house) if fault.rule == "described"]


def test_two_queries_of_one_name(house: Path) -> None:
    _put(house, "queries/networks/things.rq", QUERY)
    assert _told(faults(house)) == [("one-name", "queries/questions/things.rq", 1)]


def test_ontology_files_that_differ_in_version(house: Path) -> None:
    said = '<https://w3id.org/livsgraf/{}> <http://www.w3.org/2002/07/owl#versionInfo> "{}" .\n'
    _put(house, "ontology/a.ttl", said.format("a", "1"))
    _put(house, "ontology/b.ttl", said.format("b", "2"))
    assert _told(faults(house)) == [("version", "ontology/b.ttl", 1)]


def test_a_wheel_has_assets_only(house: Path) -> None:
    for name in GOOD:
        if name.startswith(("src", "tests", "CHANGELOG")):
            (house / name).unlink()
    (house / "tests/cases/queries/things/a").rmdir()
    for folder in ("tests/cases/queries/things", "tests/cases/queries", "tests/cases", "tests"):
        (house / folder).rmdir()
    assert faults(house) == []


def test_findings_speak_three_languages(house: Path) -> None:
    _put(house, D, DATA.replace("lg:restsOn", "lg:restOn"))
    [finding] = check(house)
    assert (finding.rule, finding.severity, finding.line) == ("house/vocabulary", "violation", 11)
    assert finding.source == finding.focus == D
    assert set(finding.message) == set(finding.fix) == set(LANGUAGES)
    assert all("restOn" in text for text in finding.message.values())


def test_every_rule_has_its_texts_in_three_languages() -> None:
    source = Path(faults.__code__.co_filename).parent
    told = {
        word.split('"')[1].replace("{what}", what)
        for path in source.glob("*.py")
        for word in path.read_text("utf-8").split("Fault(")[1:]
        if '"' in word[:3]
        for what in ("label", "definition")
    }
    for language in LANGUAGES:
        assert texts(language).keys() == told
        for rule in texts(language).values():
            assert set(rule) == {"text", "fix"}


def test_every_single_importer_has_a_floor() -> None:
    for module in ONLY_IMPORTER.values():
        assert floor_of(module) is not None
    assert len({name for floor in FLOORS for name in floor}) == sum(map(len, FLOORS))
    assert "rdflib" in HEAVY


def test_words_know_their_spellings() -> None:
    words = Words({"BigThing", "restsOn", "from", "Widget"})
    for refused in ("BigThing", "big thing", "big-thing", "make_big_things"[:14], "restsOn"):
        assert list(words.found_in(f"x = '{refused}'\n")), refused
    for fine in ("rests on", "from", "widgetry", "bigthingness"):
        assert not list(words.found_in(f"x = '{fine}'\n")), fine


def test_this_house_keeps_its_rules() -> None:
    found = check()
    lines = [f"{f.source}:{f.line or ''} {f.rule} {f.message['en']}" for f in found]
    assert not found, "\n".join(["", *lines])


def test_prefixes_are_each_used_for_one_namespace() -> None:
    assert len(set(PREFIXES.values())) == len(PREFIXES)


def test_no_text_is_said_by_two_topics() -> None:
    folder = Path(graph.messages.__file__).parent
    for lang in graph.messages.LANGUAGES:
        said: dict[str, str] = {}
        for path in sorted([folder / f"{lang}.toml", *folder.glob(f"*.{lang}.toml")]):
            if path.name.startswith("house."):
                continue
            for key, _ in graph.messages._flat(tomllib.loads(path.read_text("utf-8"))):
                assert key not in said, f"{key} stands in {said[key]} and {path.name}"
                said[key] = path.name
