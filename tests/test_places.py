"""Every statement of a file has its place: where its thing, its property and its value stand."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import rdf
from graph.rdf import places
from graph.rdf.spots import Spot, Spots
from graph.terms import RDF, Quad

BASE = "http://example.org/base/"
HEAD = (
    "@prefix e: <http://example.org/e#> . # e:not <a> statement .\n"
    "PREFIX : <http://example.org/d/>\n@base <http://example.org/base/> .\n"
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
)
GAPS = st.sampled_from([" ", "\n", "\n  ", "\t", " # e:x [ ( . ;\n", " \r\n "])


class Writer:
    """Writes Turtle, and knows every way in which it spelt a term."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.count = itertools.count(1)
        self.spelt: dict[str, set[str]] = {}

    def gap(self) -> str:
        return self.draw(GAPS)

    def noted(self, value: str, text: str) -> str:
        self.spelt.setdefault(value, set()).add(text)
        return text

    def iri(self) -> str:
        key = self.draw(st.integers(1, 6))
        value, text = self.draw(
            st.sampled_from(
                [
                    (f"http://example.org/e#i{key}", f"e:i{key}"),
                    (f"http://example.org/e#i{key}", f"<http://example.org/e#i{key}>"),
                    (f"http://example.org/e#i-{key}", rf"e:i\-{key}"),
                    (f"http://example.org/e#a.b{key}", f"e:a.b{key}"),
                    (f"http://example.org/d/æ{key}", f":æ{key}"),
                    (f"http://example.org/base/i{key}", f"<i{key}>"),
                    (f"http://example.org/base/#i{key}", rf"<#\u0069{key}>"),
                ]
            )
        )
        return self.noted(value, text)

    def literal(self) -> str:
        n = next(self.count)
        value, text = self.draw(
            st.sampled_from(
                [
                    (f"v{n}", f'"v{n}"'),
                    (f"v{n}", f"'v{n}'"),
                    (f"v{n}", f'"v{n}"@nb'),
                    (f"v{n}", f'"v{n}"@en-GB'),
                    (f"v{n}", f'"v{n}"^^xsd:date'),
                    (f"v{n}", f'"v{n}"^^<http://example.org/t>'),
                    (f'v{n}\n"#] x', f'"""v{n}\n"#] x"""'),
                    (f"v{n}\n.", f"'''v{n}\n.'''"),
                    (f'v"{n}\\', f'"v\\"{n}\\\\"'),
                    (f"😀{n}", f'"😀{n}"'),
                    (f"{n}", f"{n}"),
                    (f"-{n}.5", f"-{n}.5"),
                    (f"{n}.0e1", f"{n}.0e1"),
                    ("true", "true"),
                ]
            )
        )
        return self.noted(value, text)

    def object(self, depth: int) -> str:
        kinds = ["iri", "literal", "literal", "label", *(["props", "list"] if depth else [])]
        kind = self.draw(st.sampled_from(kinds))
        if kind == "iri":
            return self.iri()
        if kind == "literal":
            return self.literal()
        if kind == "label":
            return f"_:b{self.draw(st.integers(1, 3))}"
        if kind == "props":
            return f"[{self.gap()}{self.said(depth - 1, 0)}{self.gap()}]"
        items = [self.object(depth - 1) for _ in range(self.draw(st.integers(0, 3)))]
        return f"({self.gap()}{self.gap().join(items)}{self.gap()})"

    def said(self, depth: int, least: int = 1) -> str:
        parts = []
        for _ in range(self.draw(st.integers(least, 3))):
            verb = "a" if self.draw(st.booleans()) else self.iri()
            if verb == "a":
                self.noted(RDF + "type", "a")
            objects = [self.object(depth) for _ in range(self.draw(st.integers(1, 3)))]
            comma = self.gap() + "," + self.gap()
            parts.append(verb + self.gap() + comma.join(objects))
        return (self.gap() + ";" + self.gap()).join(parts)

    def statement(self) -> str:
        kind = self.draw(st.sampled_from(["iri", "iri", "label", "props", "list", "alone"]))
        if kind == "alone":
            return f"[{self.gap()}{self.said(1)}{self.gap()}]{self.gap()}."
        subject = {
            "iri": self.iri,
            "label": lambda: "_:b1",
            "props": lambda: f"[{self.gap()}{self.said(1, 0)} ]",
            "list": lambda: f"({self.gap()}{self.object(1)} )",
        }[kind]()
        return f"{subject}{self.gap()}{self.said(2)}{self.gap()}."


@st.composite
def turtle(draw: st.DrawFn, *, graphs: bool = False) -> tuple[str, dict[str, set[str]]]:
    writer = Writer(draw)
    parts = [HEAD]
    for _ in range(draw(st.integers(1, 4))):
        statement = writer.statement()
        if graphs and draw(st.booleans()):
            name = draw(st.sampled_from(["", "e:g", "GRAPH e:g", "graph _:g", "[]"]))
            statement = f"{name} {{ {statement} {writer.statement()[:-1]} }}"
        parts.append(statement)
    return writer.gap().join(parts), writer.spelt


def at(text: str, spot: Spot) -> str:
    """Give what stands at a spot, to the end of the text."""
    lines = text.split("\n")
    return "\n".join([lines[spot.line - 1][spot.column - 1 :], *lines[spot.line :]])


def starts(text: str, spot: Spot, value: str, kind: str, spelt: dict[str, set[str]]) -> bool:
    here = at(text, spot)
    if kind == "bnode" or value == RDF + "nil":
        # A link of a list begins where its item does.
        return here.startswith(("[", "(", "_:", ")")) or here[0] not in " \t\r\n#;,."
    return any(here.startswith(spelling) for spelling in spelt[value])


def check_turtle(text: str, spelt: dict[str, set[str]], form: str) -> None:
    quads = rdf.parse(text.encode(), form, BASE)
    found = places.find(text, form, quads)
    links = {RDF + "first", RDF + "rest"}
    for subject, predicate, value, _ in quads:
        spot = found.of_triple[subject, predicate, value]
        assert starts(text, spot, value.value, value.kind, spelt), (value, at(text, spot))
        spot = found.of_subject[subject]
        assert starts(text, spot, subject.value, subject.kind, spelt), (subject, at(text, spot))
        if predicate.value not in links:
            spot = found.of_pair[subject, predicate]
            assert starts(text, spot, predicate.value, "iri", spelt), (predicate, at(text, spot))


@given(turtle())
@settings(max_examples=150, deadline=None)
def test_each_statement_of_turtle_stands_where_its_value_is_spelt(
    made: tuple[str, dict[str, set[str]]],
) -> None:
    check_turtle(*made, "ttl")


@given(turtle(graphs=True))
@settings(max_examples=100, deadline=None)
def test_each_statement_of_trig_stands_where_its_value_is_spelt(
    made: tuple[str, dict[str, set[str]]],
) -> None:
    check_turtle(*made, "trig")


@pytest.mark.parametrize("form", ["nt", "nq"])
def test_statements_line_by_line(form: str) -> None:
    graph = " <urn:g>" if form == "nq" else ""
    values = ['"a"', '"b"@nb', '"c"^^<urn:t>', "<urn:o>", "_:o", '"\\n. <x>"']
    lines = [f"<urn:s{n}> <urn:p> {value}{graph} ." for n, value in enumerate(values)]
    lines.insert(2, "# <urn:not> <urn:a> <urn:statement> .")
    text = "\n".join([*lines, '<urn:s9> <urn:p> "plain" .'])
    quads = rdf.parse(text.encode(), form)
    found = places.find(text, form, quads)
    wanted = [1, 2, 4, 5, 6, 7, 8]
    assert [found.of_triple[quad[:3]].line for quad in quads] == wanted
    for number, value in zip(wanted, [*values, '"plain"'], strict=True):
        quad = quads[wanted.index(number)]
        assert at(text, found.of_triple[quad[:3]]).startswith(value)


def test_a_repeated_statement_stands_where_it_is_first_said() -> None:
    text = '<urn:a> <urn:p> "x" .\n<urn:a> <urn:p> "x" .\n<urn:a> <urn:p> "y" .'
    quads = rdf.parse(text.encode(), "ttl")
    found = places.find(text, "ttl", quads)
    assert [found.of_triple[quad[:3]] for quad in quads] == [(1, 17), (1, 17), (3, 17)]


def test_the_shipped_files_are_placed_whole() -> None:
    from graph import assets

    for path in [*assets.files("shapes")[:8], *assets.files("ontology")[:2]]:
        text = path.read_text("utf-8")
        quads = rdf.parse(path)
        found = places.find(text, "ttl", quads)
        assert all(quad[:3] in found.of_triple for quad in quads), path


def test_a_scan_that_disagrees_with_the_parser_places_nothing_after_it() -> None:
    text = '<urn:a> <urn:p> "x", "y" .'
    quads = rdf.parse(text.encode(), "ttl")
    assert len(places.find(text, "ttl", list(reversed(quads))).of_triple) == 0
    assert len(places.find(text, "ttl", quads).of_triple) == 2


# JSON-LD

WORDS = {
    "@vocab": "http://example.org/v/",
    "e": "http://example.org/e#",
    "id": "@id",
    "type": "@type",
    "link": {"@id": "e:link", "@type": "@id"},
    "day": {"@id": "e:day", "@type": "http://www.w3.org/2001/XMLSchema#date"},
    "list": {"@id": "e:list", "@container": "@list"},
    "by_lang": {"@id": "e:lang", "@container": "@language"},
    "by_index": {"@id": "e:index", "@container": "@index"},
    "part_of": {"@reverse": "e:part"},
    "Thing": {"@id": "e:Thing", "@context": {"name": "e:thingName"}},
}


@st.composite
def json_node(draw: st.DrawFn, count: Iterator[int], depth: int) -> dict[str, object]:
    node: dict[str, object] = {}
    if draw(st.booleans()):
        node[draw(st.sampled_from(["id", "@id"]))] = f"e:i{next(count)}"
    if draw(st.booleans()):
        node["type"] = draw(st.sampled_from(["Thing", "Other", ["Thing", "e:More"]]))

    def text() -> str:
        return f"v{next(count)}"

    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.integers(0, 11 if depth else 7))
        key = f"k{next(count)}"
        if kind == 0:
            node["name"] = text()
        elif kind == 1:
            node[key] = [text(), text(), next(count), next(count) + 0.5, True]
        elif kind == 2:
            node["link"] = [f"e:l{next(count)}", f"http://example.org/l{next(count)}"]
        elif kind == 3:
            node["day"] = text()
        elif kind == 4:
            node["list"] = [text(), next(count), text()]
        elif kind == 5:
            node["by_lang"] = {"nb": text(), "en": [text(), text()]}
        elif kind == 6:
            node[f"e:{key}"] = {"@value": text(), "@language": "nb"}
        elif kind == 7:
            node[key] = {"@set": [text()]}
        elif kind == 8:
            node[key] = [draw(json_node(count, depth - 1)) for _ in range(2)]
        elif kind == 9:
            node["list"] = [draw(json_node(count, depth - 1)), text()]
        elif kind == 10:
            # Among nameless things that point at one another backwards the scan may miss some: it
            # then gives no place, and never a wrong one.
            if not node.keys() & {"id", "@id"}:
                node["@id"] = f"e:i{next(count)}"
            node["part_of"] = draw(json_node(count, depth - 1))
        else:
            node["by_index"] = {"x": draw(json_node(count, depth - 1))}
    return node


@st.composite
def json_text(draw: st.DrawFn) -> str:
    count = itertools.count(1000)
    nodes = [draw(json_node(count, 2)) for _ in range(draw(st.integers(1, 3)))]
    whole = {"@context": WORDS, "@graph": nodes} if len(nodes) > 1 else {"@context": WORDS}
    whole |= nodes[0] if len(nodes) == 1 else {}
    return json.dumps(whole, indent=draw(st.sampled_from([1, 2, None])), ensure_ascii=False)


@given(json_text())
@settings(max_examples=150, deadline=None)
def test_each_statement_of_json_ld_stands_where_its_value_is_spelt(text: str) -> None:
    quads = rdf.parse(text.encode(), "jsonld", BASE)
    found = places.find(text, "jsonld", quads, BASE)
    check_unique(text, quads, found, '"')
    assert found.ignored == []


def check_unique(text: str, quads: list[Quad], found: Spots, quote: str) -> None:
    """Hold every place against its value; each text in the file comes only once."""
    for subject, predicate, value, _ in quads:
        assert subject in found.of_subject, subject
        assert (subject, predicate) in found.of_pair, predicate
        here = at(text, found.of_triple[subject, predicate, value])
        if value.kind == "literal" and value.value != "true":
            shown = value.value if value.datatype is None or value.lang else ""
            if shown or "v" in value.value:
                wanted = quote + value.value + quote
                assert here.startswith(wanted) or wanted in here.split("}")[0], (value, here)
            else:
                number = here.replace("]", ",").replace("}", ",").replace("\n", ",").split(",")[0]
                assert float(number.strip("<")) == float(value.value)


def test_words_that_stand_for_nothing_and_iris_that_are_none_are_noted() -> None:
    text = (
        '{"@context": {"name": "http://example.org/n", "silent": null},\n'
        ' "@id": "http://example.org/a b",\n "name": "x"}'
    )
    quads = rdf.parse(text.encode(), "jsonld")
    found = places.find(text, "jsonld", quads)
    assert quads == []
    assert found.broken == [("http://example.org/a b", (2, 9))]
    text = (
        '{"@context": {"name": "http://example.org/n", "silent": null},\n'
        ' "@id": "http://example.org/a",\n "naem": "x", "silent": 1, "@bad": 2}'
    )
    found = places.find(text, "jsonld", rdf.parse(text.encode(), "jsonld"))
    assert found.ignored == [("naem", (3, 2)), ("@bad", (3, 28))]


# RDF/XML


@st.composite
def xml_node(draw: st.DrawFn, count: Iterator[int], depth: int) -> str:
    name = draw(st.sampled_from(["e:Thing", "rdf:Description"]))
    attributes = []
    if draw(st.booleans()):
        attributes.append(f'rdf:about="http://example.org/i{next(count)}"')
    if draw(st.booleans()):
        attributes.append(f"e:a{next(count)}='v{next(count)}'")
    if draw(st.booleans()):
        attributes.append(f'rdf:type="http://example.org/T{next(count)}"')
    inside = [draw(xml_property(count, depth)) for _ in range(draw(st.integers(0, 3)))]
    gap = draw(st.sampled_from(["", "\n  ", "<!-- æ -->\n"]))
    body = gap + gap.join(inside) + gap
    return f"<{name} {' '.join(attributes)}>{body}</{name}>"


@st.composite
def xml_property(draw: st.DrawFn, count: Iterator[int], depth: int) -> str:
    key = draw(st.sampled_from([f"e:p{next(count)}", "rdf:li", "e:p"]))
    kind = draw(st.integers(0, 8 if depth else 4))
    if kind == 0:
        return f"<{key}>v{next(count)}</{key}>"
    if kind == 1:
        return f'<{key} xml:lang="nb">\nv{next(count)} æøå </{key}>'
    if kind == 2:
        return f'<{key} rdf:resource="http://example.org/r{next(count)}" e:x="v{next(count)}"/>'
    if kind == 3:
        return f"<{key}/>"
    if kind == 4:
        return f'<{key} rdf:datatype="http://example.org/t">v{next(count)}</{key}>'
    if kind == 5:
        return f"<{key}>{draw(xml_node(count, depth - 1))}</{key}>"
    if kind == 6:
        inner = draw(xml_property(count, depth - 1))
        return f'<{key} rdf:parseType="Resource">\n{inner}</{key}>'
    if kind == 7:
        inner = "\n".join(draw(xml_node(count, depth - 1)) for _ in range(draw(st.integers(0, 2))))
        return f'<{key} rdf:parseType="Collection">{inner}</{key}>'
    return f'<{key} rdf:parseType="Literal"><b>v{next(count)}</b></{key}>'


@st.composite
def xml_text(draw: st.DrawFn) -> str:
    count = itertools.count(1000)
    nodes = [draw(xml_node(count, 2)) for _ in range(draw(st.integers(1, 3)))]
    return (
        '<?xml version="1.0"?>\n<!-- ø -->'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"\n'
        '  xmlns:e="http://example.org/e#">' + "\n".join(nodes) + "</rdf:RDF>"
    )


@given(xml_text())
@settings(max_examples=150, deadline=None)
def test_each_statement_of_rdf_xml_stands_where_its_value_is_spelt(text: str) -> None:
    quads = rdf.parse(text.encode(), "xml", BASE)
    found = places.find(text, "xml", quads)
    for subject, predicate, value, _ in quads:
        assert subject in found.of_subject
        assert (subject, predicate) in found.of_pair
        here = at(text, found.of_triple[subject, predicate, value])
        if value.kind == "literal" and value.value and "<b" not in value.value:
            assert here.startswith(value.value.strip()), (value, here[:40])
        elif value.value.startswith("http://example.org/") and predicate.value != RDF + "type":
            assert value.value in here.split(">")[0], (value, here[:40])
