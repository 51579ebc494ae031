"""Any file in: its statements with their places, or a clear refusal; never a look at the net."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from graph import config, rdf
from graph.config import Limits
from graph.errors import (
    BadIri,
    BadLanguage,
    BadLimit,
    DocumentType,
    FileUnreadable,
    InputError,
    NotAFile,
    ParseError,
    RemoteContext,
    TooDeep,
    TooManyBytes,
    TooManyContexts,
    UnknownFormat,
    WrongFormat,
)
from graph.messages import LANGUAGES, load
from graph.submission import Given, Submission, known_contexts, read_given, read_rdf, take_in
from graph.terms import XSD, Term
from graph.validate import validate

E = "http://example.org/e#"
SHAPES = """
@prefix e: <http://example.org/e#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
e:ThingShape a sh:NodeShape ; sh:targetClass e:Thing ;
  sh:property [ sh:path e:name ; sh:minCount 1 ; sh:maxCount 1 ; sh:maxLength 8 ] ;
  sh:property [ sh:path e:day ; sh:datatype xsd:date ] ;
  sh:property [ sh:path e:part ; sh:class e:Part ] .
e:PartShape a sh:NodeShape ; sh:targetClass e:Part ;
  sh:property [ sh:path e:size ; sh:datatype xsd:integer ; sh:minCount 1 ] .
"""
TURTLE = """@prefix e: <http://example.org/e#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
e:good a e:Thing ; e:name "good" ; e:day "2024-01-01"^^xsd:date .
e:unnamed a e:Thing ;
  e:day "2024-01-01"^^xsd:date .
e:twice a e:Thing ;
  e:name "one" ,
    "two" .
e:wrong a e:Thing ;
  e:name
    "much too long" ;
  e:part [ a e:Part ; e:size 1 ] ,
    [ a e:Part ;
      e:size "big" ] ,
    [
      a e:Part ] ;
  e:day "2024-01-01"^^xsd:date ,
    "yesterday" .
"""
# Where each of the five faults stands: the thing, the property and what is on the line.
FAULTS = {
    ("unnamed", "name"): "e:unnamed a",
    ("twice", "name"): "e:name",
    ("wrong", "name"): "much too long",
    ("wrong", "day"): "yesterday",
    ("", "size"): "big",
}
JSON = json.dumps(
    {
        "@context": {
            "@vocab": E,
            "e": E,
            "day": {"@id": "e:day", "@type": XSD + "date"},
            "id": "@id",
            "type": "@type",
        },
        "@graph": [
            {"id": "e:good", "type": "Thing", "name": "good", "day": "2024-01-01"},
            {"id": "e:unnamed", "type": "Thing", "day": "2024-01-01"},
            {"id": "e:twice", "type": "Thing", "name": ["one", "two"]},
            {
                "id": "e:wrong",
                "type": "Thing",
                "name": "much too long",
                "part": [
                    {"type": "Part", "size": 1},
                    {"type": "Part", "size": "big"},
                    {"type": "Part"},
                ],
                "day": ["2024-01-01", {"@value": "yesterday"}],
            },
        ],
    },
    indent=1,
)
XML = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/e#">
<e:Thing rdf:about="http://example.org/e#good"><e:name>good</e:name></e:Thing>
<e:Thing rdf:about="http://example.org/e#unnamed">
  <e:day rdf:datatype="http://www.w3.org/2001/XMLSchema#date">2024-01-01</e:day>
</e:Thing>
<e:Thing rdf:about="http://example.org/e#twice">
  <e:name>one</e:name>
  <e:name>two</e:name>
</e:Thing>
<e:Thing rdf:about="http://example.org/e#wrong">
  <e:name>
    much too long</e:name>
  <e:part><e:Part><e:size rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">1</e:size></e:Part></e:part>
  <e:part><e:Part>
    <e:size>big</e:size></e:Part></e:part>
  <e:part>
    <e:Part/></e:part>
  <e:day rdf:datatype="http://www.w3.org/2001/XMLSchema#date">2024-01-01</e:day>
  <e:day>yesterday</e:day>
</e:Thing>
</rdf:RDF>
"""


def read(text: str | bytes, form: str, **limits: int) -> Submission:
    content = text.encode() if isinstance(text, str) else text
    return read_rdf(content, f"given.{form}", form, Limits(**limits))


def ntriples(submission: Submission) -> str:
    return "\n".join(rdf.nquads((s, p, o, None) for s, p, o, _ in submission.quads))


@pytest.mark.parametrize(
    ("text", "form", "unnamed", "twice", "part"),
    [
        (TURTLE, "ttl", "e:unnamed a", "e:name", "[\n      a e:Part ]"),
        (f"e:g {{ {TURTLE} }}", "trig", "e:unnamed a", "e:name", "[\n      a e:Part ]"),
        (JSON, "jsonld", '"e:unnamed"', '"name": [', '{\n     "type": "Part"\n    }'),
        (
            XML,
            "xml",
            '<e:Thing rdf:about="http://example.org/e#unnamed"',
            "<e:name>one",
            "<e:Part/>",
        ),
    ],
)
def test_every_seeded_fault_is_found_on_its_line(
    text: str, form: str, unnamed: str, twice: str, part: str, tmp_path: Path
) -> None:
    if form == "trig":
        head, _, body = TURTLE.partition("e:good")
        text = f"{head}e:graph {{ e:good{body} }}"
    (tmp_path / "shapes.ttl").write_text(SHAPES, "utf-8")
    given = read(text, form)
    found = validate([quad[:3] for quad in given.quads], [tmp_path / "shapes.ttl"])
    assert len(found) == 6
    lines = []
    for finding in found:
        assert finding.path is not None
        focus = Term("iri", finding.focus)
        place = given.places.locate(focus, Term("iri", finding.path), finding.value)
        assert place is not None
        assert place.line is not None
        assert place.file == f"given.{form}"
        lines.append(text.split("\n")[place.line - 1][(place.column or 1) - 1 :])
        # What has no name of its own is told of as part of what has one.
        assert given.places.named(focus).value.startswith(E)
    rest = "\n".join(lines)
    for wanted in (unnamed, twice, "much too long", "yesterday", "big"):
        assert sum(wanted in line for line in lines) == 1, (wanted, rest)
    assert any(line.startswith(part.split("\n")[0]) for line in lines), rest


def test_statements_one_a_line_have_their_faults_on_their_lines(tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(SHAPES, "utf-8")
    text = ntriples(read(TURTLE, "ttl"))
    given = read(text, "nt")
    found = validate([quad[:3] for quad in given.quads], [tmp_path / "shapes.ttl"])
    assert len(found) == 6
    for finding in found:
        focus, path = Term("iri", finding.focus), Term("iri", finding.path or "")
        place = given.places.locate(focus, path, finding.value)
        assert place is not None
        line = text.split("\n")[(place.line or 1) - 1]
        assert finding.focus in line
        assert finding.value is None or finding.value.n3() in line


BASE = """@prefix e: <http://example.org/e#> .
e:a e:p "one" ;
  e:q "two"@nb ,
    "three" ;
  e:r [ e:s 4 ] ;
  e:t ( 5 6 ) .
# a remark
e:b e:p e:a .
"""


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('"one"', "x:one"),
        ('"two"@nb', '"two"@no_language'),
        ('"three"', r'"thr\ee"'),
        ('"three"', '"three'),
        ("e:s 4", "e:s 4."),
        ("e:s 4", "e:s 4 4"),
        ("( 5 6 )", "( 5 <a b> )"),
        ("( 5 6 )", "( 5 6"),
        ("e:b e:p", "e:b"),
        ("e:b e:p", "e:b <{}>"),
        ("e:b e:p", "@prefiks e: "),
        ("e:b e:p", r"e:b <\u0020>"),
    ],
)
def test_every_seeded_fault_of_grammar_is_told_with_its_line(good: str, bad: str) -> None:
    assert BASE.count(good) == 1
    line = BASE[: BASE.index(good)].count("\n") + 1
    with pytest.raises(ParseError) as caught:
        read(BASE.replace(good, bad), "ttl")
    assert caught.value.line in (line, line + bad.endswith(("4.", "6")))
    assert caught.value.column > 0


def with_context(context: object, **said: object) -> str:
    return json.dumps({"@context": context, "@id": "http://example.org/s", **said}, indent=1)


def json_fault(good: str, bad: str) -> tuple[str, str, int]:
    assert JSON.count(good) == 1
    return JSON.replace(good, bad), "jsonld", JSON[: JSON.index(good)].count("\n") + 1


@pytest.mark.parametrize(
    ("text", "form", "line"),
    [
        (XML.replace("<e:name>two</e:name>", "<e:name>two</e:nam>"), "xml", 9),
        (XML.replace("<e:name>two</e:name>", "<f:name>two</f:name>"), "xml", 9),
        (XML.replace("<e:name>two", "<e:name>a & b"), "xml", 9),
        (XML.replace("<e:name>two", "<e:name>\x01"), "xml", 9),
        (XML.replace("<e:name>two", '<e:name xml:lang="no_language">two'), "xml", 9),
        (XML.replace("<e:name>two</e:name>", '<e:name rdf:resource="a b"/>'), "xml", 9),
        json_fault('"name": "good"', '"name": "good" "'),
        json_fault('"id": "e:good"', '"id": 5'),
        json_fault('"id": "e:good"', '"id": "e:a b"'),
        json_fault('"type": "Thing",\n   "name": "good"', '"type": 7'),
        json_fault('"@value": "yesterday"', '"@value": "x", "id": "e:x"'),
        json_fault('"id": "e:good"', '"id": ":good"'),
        (with_context("https://example.org/c", a=[1]).replace("1", "1,"), "jsonld", 6),
        json_fault('"@type": "http://www.w3.org/2001/XMLSchema#date"', '"@type": 4'),
    ],
)
def test_faults_of_other_syntaxes_are_told_with_their_line(text: str, form: str, line: int) -> None:
    with pytest.raises(ParseError) as caught:
        read(text, form)
    assert (caught.value.line, caught.value.column > 0) == (line, True)


def test_a_file_cut_short_is_told_where_it_is_left_open() -> None:
    with pytest.raises(ParseError) as caught:
        read(XML[: XML.index("<e:name>two")], "xml")
    assert (caught.value.line, caught.value.column) == (7, 1)


def test_a_comment_in_a_value_of_xml_is_no_fault() -> None:
    text = XML.replace("<e:name>two", "<e:name>t<!-- w -->w<![CDATA[o & <]]>")
    assert {q[2].value for q in read(text, "xml").quads} >= {"tw" + "o & <"}


def test_the_three_ways_of_writing_say_the_same_and_name_the_unnamed_alike() -> None:
    turtle, json_ld = read(TURTLE, "ttl"), read(JSON, "jsonld")
    same = [line for line in ntriples(turtle).split("\n") if "yesterday" not in line]
    assert [line for line in ntriples(json_ld).split("\n") if "yesterday" not in line]
    assert len(same) == len(json_ld.quads) - 1
    again = read(TURTLE.replace("e:part [", "e:part\n\n["), "ttl")
    assert ntriples(again) == ntriples(turtle)
    assert not any(t.kind == "bnode" for quad in turtle.quads for t in quad[:3])


def test_what_has_no_name_and_nothing_above_it_is_itself() -> None:
    given = read("[ <http://example.org/p> [ <http://example.org/q> 1 ] ] .", "ttl")
    assert {given.places.named(quad[0]) for quad in given.quads} == {
        quad[0] for quad in given.quads
    }


def test_a_graph_without_a_name_gets_one() -> None:
    given = read("_:g { <urn:a> <urn:p> [ <urn:q> _:g ] }", "trig")
    graphs = {quad[3] for quad in given.quads}
    assert len(graphs) == 1
    (graph,) = graphs
    assert graph is not None
    assert graph.kind == "iri"
    assert graph in {quad[2] for quad in given.quads}
    # And one of which nothing else is said.
    assert read("_:g { <urn:a> <urn:p> <urn:b> }", "trig").quads[0][3] is not None


def test_bytes_are_kept_and_a_byte_order_mark_moves_nothing() -> None:
    plain = read(BASE, "ttl")
    marked = read(b"\xef\xbb\xbf" + BASE.encode(), "ttl")
    assert marked.content.startswith(b"\xef\xbb\xbf")
    assert marked.sha256 != plain.sha256
    assert marked.places == plain.places


@pytest.mark.parametrize(
    ("content", "form", "found"),
    [
        (b'<?xml version="1.0"?><a/>', "ttl", "RDF/XML"),
        (b'\n{"@id": "x"}', "ttl", "JSON-LD"),
        (b'[{"@id": "x"}]', "xml", "JSON-LD"),
        (b"# hello\n@prefix e: <urn:e> .", "jsonld", "Turtle"),
        (b"<urn:a> <urn:b> <urn:c> .", "xml", "N-Triples"),
        (b"PK\x03\x04\x14\x00\xff\xfe", "ttl", "Excel"),
        (b"<!DOCTYPE html><html><p></html>", "ttl", "HTML"),
    ],
)
def test_a_wrong_ending_is_told(content: bytes, form: str, found: str) -> None:
    with pytest.raises(WrongFormat) as caught:
        read(content, form)
    assert found in str(caught.value.params["found"])


def test_content_in_a_related_format_is_no_wrong_ending() -> None:
    with pytest.raises(ParseError):
        read("@prefix e: <urn:e> .", "nt")
    assert len(read("<urn:a> <urn:b> <urn:c> .", "ttl").quads) == 1


def test_formats_by_ending() -> None:
    endings = ["ttl", "nt", "nq", "trig", "rdf", "xml", "jsonld", "json", "xlsx", "CSV"]
    wanted = ["ttl", "nt", "nq", "trig", "xml", "xml", "jsonld", "jsonld", "xlsx", "csv"]
    assert [rdf.format_of(f"a.{ending}") for ending in endings] == wanted
    with pytest.raises(UnknownFormat):
        rdf.format_of("a.docx")


# Contexts that lie elsewhere

KNOWN = "https://semiceu.github.io/CPSV-AP/releases/3.2.0/context/cpsv-ap.jsonld"


@pytest.mark.parametrize(
    "context",
    [KNOWN, [KNOWN, {"e": E}], KNOWN.replace("https", "http") + "#", [{"e": E}, KNOWN]],
)
def test_a_context_that_we_know_is_resolved_here(context: object) -> None:
    text = with_context(
        context, **{"@type": "PublicService", "PublicService.hasChannel": "http://example.org/c"}
    )
    given = read(text, "jsonld")
    assert {quad[1].value for quad in given.quads} == {
        "http://data.europa.eu/m8g/hasChannel",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
    }
    channel = next(quad for quad in given.quads if quad[1].value.endswith("hasChannel"))
    place = given.places.locate(*channel[:3])
    assert place is not None
    assert text.split("\n")[(place.line or 1) - 1].endswith('"http://example.org/c"')
    assert given.remarks == ()


def test_words_that_go_only_for_things_of_one_type() -> None:
    context = "https://semiceu.github.io/DCAT-AP/releases/3.0.0/context/dcat-ap.jsonld"
    given = read(with_context(context, **{"@type": "Dataset", "title": "x"}), "jsonld")
    assert len(given.quads) == 2
    given = read(with_context(context, title="x"), "jsonld")
    assert [remark.key for remark in given.remarks] == [
        "validate.empty",
        "remark.ignored-keys_one",
    ]
    assert "title" in str(given.remarks[1].params["keys"])


def test_every_context_shipped_can_be_used_and_every_word_means_something() -> None:
    assert len(known_contexts()) > 10
    for address in known_contexts():
        words = known_contexts()[address]
        text = with_context(f"https://{address}", **{"@type": next(iter(words))})
        assert len(read(text, "jsonld").quads) == 1
        for meaning in words.values():
            name = meaning if isinstance(meaning, str) else meaning["@id"]
            assert name.startswith("http"), name


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (with_context("https://example.org/c"), 2),
        (with_context({"a": {"@id": "urn:a", "@context": "../c.jsonld"}}), 5),
        (with_context({"@import": KNOWN}), 3),
        (with_context([{}, "file:///etc/passwd"]), 4),
        (with_context(KNOWN, inner={"@context": "https://example.org/c"}), 5),
    ],
)
def test_any_other_context_is_refused_where_it_is_named(text: str, line: int) -> None:
    if KNOWN in text and "@import" in text:
        text = text.replace(KNOWN, "https://example.org/c")
    with pytest.raises(RemoteContext) as caught:
        read(text, "jsonld")
    assert caught.value.line == line


def test_faults_behind_a_context_that_was_put_in_stand_where_they_stood() -> None:
    text = f'{{"@context": "{KNOWN}", "@id": "http://example.org/s" "x": 1}}'
    with pytest.raises(ParseError) as caught:
        read(text, "jsonld")
    assert caught.value.column == text.index('"x"') + 1
    text = f'{{"@context": "{KNOWN}",\n"@id": "http://example.org/s",\n"@type": 5}}'
    with pytest.raises(ParseError) as caught:
        read(text, "jsonld")
    assert caught.value.line == 3


def test_a_context_named_over_and_over_is_no_bomb() -> None:
    inner = ", ".join(f'{{"@context": "{KNOWN}"}}' for _ in range(1000))
    with pytest.raises(TooManyContexts):
        read(f"[{inner}]", "jsonld")


def test_an_iri_that_is_none_is_refused_and_not_left_out() -> None:
    with pytest.raises(BadIri) as caught:
        read(
            with_context({"p": {"@id": "urn:p", "@type": "@id"}}, p="http://example.org/a b"),
            "jsonld",
        )
    assert caught.value.params["value"] == "http://example.org/a b"


@pytest.mark.parametrize(
    "value", [{"@value": "x", "@language": "no lang"}, {"@value": "x", "@language": "norsk_nb"}]
)
def test_a_language_that_is_none_is_refused_and_the_value_not_left_out(value: object) -> None:
    with pytest.raises(BadLanguage) as caught:
        read(with_context({"p": "urn:p"}, p=value), "jsonld")
    assert caught.value.line == 8
    words = {"p": {"@id": "urn:p", "@container": "@language"}}
    with pytest.raises(BadLanguage):
        read(with_context(words, p={"no lang": "x", "nb": "y"}), "jsonld")


# Nothing that is read opens a door


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (with_context("http://127.0.0.1:9/c"), "jsonld"),
        ("<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/d'><a/>", "xml"),
        ("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "xml"),
        ("<urn:a> <http://www.w3.org/2002/07/owl#imports> <http://127.0.0.1:9/o> .", "ttl"),
        ('<?xml-stylesheet href="http://127.0.0.1:9/"?><rdf:RDF xmlns:rdf="urn:x"/>', "xml"),
    ],
)
def test_nothing_is_fetched(text: str, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("went out")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    try:
        read(text, form)
    except InputError as error:
        assert isinstance(error, RemoteContext | DocumentType | ParseError)  # noqa: PT017


# Limits


def nested(form: str, depth: int) -> str:
    if form == "ttl":
        return "<urn:a> <urn:p> " + "[ <urn:p> " * depth + "1" + " ]" * depth + " ."
    if form == "jsonld":
        return '{"urn:p": ' * depth + "1" + "}" * depth
    return "<a>" * depth + "</a>" * depth


@pytest.mark.parametrize("form", ["ttl", "jsonld", "xml"])
def test_depth_has_a_limit_that_can_be_set(form: str) -> None:
    with pytest.raises(TooDeep) as caught:
        read(nested(form, 100_000), form)
    assert caught.value.params["limit"] == 64
    if form != "xml":
        assert read(nested(form, 60), form).quads
        assert read(nested(form, 90), form, depth=200).quads


def test_size_has_a_limit_and_no_more_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.ttl"
    with path.open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(TooManyBytes) as caught:
        take_in(path, Limits())
    assert caught.value.params["limit"] == 10_000_000
    with pytest.raises(TooManyBytes):
        read(BASE, "ttl", file_bytes=10)
    path.write_text(BASE, "utf-8")
    given = take_in(path, Limits(file_bytes=len(BASE)))
    assert given == Given(BASE.encode(), str(path), "ttl", Limits(file_bytes=len(BASE)))
    assert read_given(given).quads


def test_what_is_no_file_is_not_taken_in(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable):
        take_in(tmp_path / "absent.ttl", Limits())
    with pytest.raises(NotAFile):
        take_in(tmp_path, Limits())
    os.mkfifo(tmp_path / "pipe.ttl")
    with pytest.raises(NotAFile):
        take_in(tmp_path / "pipe.ttl", Limits())


def test_limits_come_from_the_environment(tmp_path: Path) -> None:
    assert config.limits({}) == Limits()
    seen = {"LIVSGRAF_LIMIT_ROWS": "7", "LIVSGRAF_LIMIT_SECONDS": "", "OTHER": "x"}
    assert config.limits(seen) == Limits(rows=7)
    assert config.load(store=tmp_path, environ=seen).limits.rows == 7
    for value in ("0", "-1", "ten", "1.5", "9" * 30, "٣"):
        with pytest.raises(BadLimit) as caught:
            config.load(store=tmp_path, environ={"LIVSGRAF_LIMIT_DEPTH": value})
        assert caught.value.exit_status == 2


def test_every_error_and_remark_has_its_words() -> None:
    errors: list[Callable[[], InputError]] = [
        lambda: BadLimit("A", "x"),
        lambda: TooManyBytes("f", 1),
        lambda: WrongFormat("f", "ttl", "xml"),
        lambda: RemoteContext("f", 1, 1, "", "a"),
        lambda: TooManyContexts("f", 1, 1, ""),
        lambda: BadIri("f", 1, 1, "x"),
        lambda: BadLanguage("f", 1, 1, "x"),
    ]
    for lang in LANGUAGES:
        texts = load(lang)
        for make in errors:
            error = make()
            for key in (f"error.{error.code}", f"error.{error.code}-hint"):
                told = texts.text(key, **error.params)
                assert told != key
                assert "{" not in told.replace("{ … }", "")
        assert "{" not in texts.text("remark.ignored-keys", file="f", count=1, keys="k")
