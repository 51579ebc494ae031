"""Reading RDF and the canonical Turtle of data/."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import rdf
from graph.errors import (
    DocumentType,
    FileUnreadable,
    NotAFile,
    NotCanonical,
    ParseError,
    RemoteContext,
    TooDeep,
    TooTangled,
    TripleTerm,
    Unfinished,
    UnknownFormat,
    Utf16,
)
from graph.terms import (
    DCT,
    LG,
    LGID,
    PREFIXES,
    RDF_TYPE,
    XSD,
    Term,
    Triple,
    compact,
    date,
    iri,
    literal,
    local_name,
)

A = iri(LGID + "thing/a")
NAME = iri(DCT + "title")


def again(text: str) -> str:
    return rdf.write_turtle((quad[:3] for quad in rdf.parse(text.encode())), PREFIXES)


def test_the_written_form_is_this() -> None:
    triples = [
        (A, iri(LG + "n"), literal(7)),
        (A, iri(LG + "b"), literal(True)),
        (A, iri(LG + "day"), date("2024-02-29")),
        (A, NAME, literal("Sånn", lang="nb")),
        (A, NAME, literal("So", lang="en")),
        (A, NAME, literal("So", lang="en")),
        (A, RDF_TYPE, iri(LG + "Thing")),
        (A, iri(LG + "to"), iri(LGID + "other-kind/0301")),
        (A, iri(LG + "to"), iri("https://example.org/a.b")),
        (iri(LGID + "a/z"), NAME, literal('"\\\n')),
    ]
    assert rdf.write_turtle(triples, PREFIXES) == (
        "@prefix a: <https://w3id.org/livsgraf/id/a/> .\n"
        "@prefix dct: <http://purl.org/dc/terms/> .\n"
        "@prefix lg: <https://w3id.org/livsgraf/ns#> .\n"
        "@prefix other-kind: <https://w3id.org/livsgraf/id/other-kind/> .\n"
        "@prefix thing: <https://w3id.org/livsgraf/id/thing/> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "\n"
        "a:z\n"
        '  dct:title "\\"\\\\\\n" .\n'
        "\n"
        "thing:a\n"
        "  a lg:Thing ;\n"
        '  dct:title "So"@en, "Sånn"@nb ;\n'
        "  lg:b true ;\n"
        '  lg:day "2024-02-29"^^xsd:date ;\n'
        "  lg:n 7 ;\n"
        "  lg:to <https://example.org/a.b>, other-kind:0301 .\n"
    )


def test_long_lines_are_wrapped_and_nothing_else() -> None:
    short = rdf.write_turtle([(A, NAME, literal("x" * 200))], PREFIXES)
    assert "\n    " not in short
    two = [(A, NAME, literal("x" * 50)), (A, NAME, literal("y" * 50))]
    text = rdf.write_turtle(two, PREFIXES)
    assert f'  dct:title\n    "{"x" * 50}",\n    "{"y" * 50}" .\n' in text
    assert again(text) == text


def test_a_vocabularys_prefix_keeps_its_name_beside_a_type_of_the_same_name() -> None:
    mine = iri(LGID + "role/x")
    theirs = iri(PREFIXES["role"] + "x")
    text = rdf.write_turtle([(mine, NAME, theirs)], PREFIXES)
    assert "id-role:x\n  dct:title role:x ." in text
    assert again(text) == text


TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
KEYS = st.lists(st.sampled_from([*"abXZ09-_.~å:/", "%20"]), min_size=1).map("".join)
IRIS = st.builds(
    lambda space, key: iri(space + key),
    st.sampled_from([LGID, LGID + "thing/", LG, "https://example.org/", "urn:x:"]),
    KEYS,
)
LITERALS = st.one_of(
    st.builds(literal, TEXTS),
    st.builds(lambda text, lang: literal(text, lang=lang), TEXTS, st.sampled_from(["nb", "se"])),
    st.builds(literal, st.integers()),
    st.builds(literal, st.booleans()),
    st.builds(date, st.dates()),
)


@given(st.lists(st.tuples(IRIS, IRIS, st.one_of(IRIS, LITERALS)), max_size=12))
def test_what_is_written_reads_back_the_same_and_rewrites_the_same(triples: list[Triple]) -> None:
    text = rdf.write_turtle(triples, PREFIXES)
    assert {quad[:3] for quad in rdf.parse(text.encode())} == set(triples)
    assert again(text) == text
    assert rdf.write_turtle(reversed(triples), PREFIXES) == text


@given(st.one_of(IRIS, LITERALS))
def test_a_term_serialises_to_what_parses_back_as_it(term: Term) -> None:
    line = f"<urn:a:b> <urn:a:b> {term.n3()} ."
    assert rdf.parse(line.encode(), "nt")[0][2] == term


@pytest.mark.parametrize(
    ("term", "reason"),
    [
        (Term("bnode", "x"), "blank node"),
        (literal("007", XSD + "integer"), "lexical form"),
        (literal("-0", XSD + "integer"), "lexical form"),
        (literal("1", XSD + "boolean"), "lexical form"),
        (literal("2024-02-30", XSD + "date"), "no such day"),
        (literal("2024-02-03Z", XSD + "date"), "lexical form"),
        (literal("1.50", XSD + "decimal"), "datatype"),
    ],
)
def test_what_an_engine_would_rewrite_is_refused(term: Term, reason: str) -> None:
    with pytest.raises(NotCanonical) as error:
        rdf.write_turtle([(A, NAME, term)], PREFIXES)
    assert error.value.params["reason"] == reason


def test_sixty_thousand_triples_are_written_in_under_two_seconds() -> None:
    triples = [
        (iri(f"{LGID}thing/{n % 9000}"), iri(f"{LG}p{n % 7}"), literal(f"tekst {n}", lang="nb"))
        for n in range(60_000)
    ]
    start = time.process_time()
    rdf.write_turtle(triples, PREFIXES)
    assert time.process_time() - start < 2


def test_a_syntax_error_names_file_line_column_and_the_line(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text('@prefix a: <urn:a:> .\n\na:x a:y "ø", b:z .\n', "utf-8")
    with pytest.raises(ParseError) as error:
        rdf.parse(path)
    assert (error.value.file, error.value.line) == (str(path), 3)
    assert error.value.column == 14
    assert "b:" in error.value.reason
    assert error.value.source == 'a:x a:y "ø", b:z .'


def test_another_encoding_is_named_at_its_first_byte() -> None:
    with pytest.raises(ParseError) as error:
        rdf.parse('<urn:a:x> <urn:a:y>\n "blåbær" .'.encode("latin-1"), name="x.ttl")
    assert (error.value.line, error.value.column) == (2, 5)
    assert "UTF-8" in error.value.reason
    assert len(rdf.parse(b"\xef\xbb\xbf<urn:a:x> <urn:a:y> 1 .")) == 1


def test_files_that_cannot_be_read_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable):
        rdf.parse(tmp_path / "none.ttl")
    with pytest.raises(UnknownFormat):
        rdf.parse(tmp_path / "x.docx")


def test_blank_nodes_become_iris_that_depend_on_the_content_alone() -> None:
    one = rdf.parse(b"<urn:a:x> <urn:a:y> [ <urn:a:z> 1 ], _:b . _:b <urn:a:z> 2 .")
    two = rdf.parse(b"_:q <urn:a:z> 2 . <urn:a:x> <urn:a:y> _:q, [ <urn:a:z> 1 ] .")
    other = rdf.parse(b"<urn:a:x> <urn:a:y> [ <urn:a:z> 3 ], [ <urn:a:z> 2 ] .")
    assert rdf.nquads(rdf.skolemise(one)) == rdf.nquads(rdf.skolemise(two))
    assert rdf.digest(rdf.skolemise(one)) != rdf.digest(rdf.skolemise(other))
    assert not [t for q in rdf.skolemise(one) for t in q if t is not None and t.kind == "bnode"]


def test_the_marks_of_blank_nodes_do_not_hang_on_their_names() -> None:
    """Nodes that only their distance from something named tells apart, in any order."""
    chain = [f"_:n{n} <urn:p> _:n{n + 1} ." for n in range(40)] + ["<urn:a> <urn:p> _:n0 ."]
    other = [line.replace("_:n", "_:m7") for line in reversed(chain)]
    one, two = (rdf.skolemise(rdf.parse("\n".join(lines).encode())) for lines in (chain, other))
    assert rdf.nquads(one) == rdf.nquads(two)
    assert len(set(one)) == len(chain)


def test_blank_nodes_that_nothing_tells_apart_are_refused_in_time() -> None:
    for many in (5, 12):
        lines = [f"_:x{a} <urn:p> _:x{b} ." for a in range(many) for b in range(many) if a != b]
        quads = rdf.parse("\n".join(lines).encode())
        start = time.process_time()
        if many < 7:
            assert len(set(rdf.skolemise(quads))) == len(quads)
        else:
            with pytest.raises(TooTangled):
                rdf.skolemise(quads, "x.ttl")
        assert time.process_time() - start < 2


# -- what no parser should see ------------------------------------------------------------------

_XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:">'
_DEEP = {
    "ttl": ("<urn:a> <urn:b> ", "[ <urn:b> ", "1", "]", " ."),
    "trig": ("<urn:g> { <urn:a> <urn:b> ", "( ", "1", ")", " . }"),
    "nt": ("<urn:a> <urn:b> ", "<<( <urn:a> <urn:b> ", "<urn:c>", ")>>", " ."),
    "jsonld": ("", '{"@id":"urn:a","urn:b":', "1", "}", ""),
    "xml": (_XML, "<e:A><e:p>", "", "</e:p></e:A>", "</rdf:RDF>"),
}


@pytest.mark.parametrize("form", sorted(_DEEP))
@pytest.mark.parametrize("levels", [10, 100_000])
def test_what_is_too_deep_is_refused_before_it_is_read(form: str, levels: int) -> None:
    before, opens, inside, closes, after = _DEEP[form]
    text = before + opens * levels + inside + closes * levels + after
    if levels == 10 and form != "nt":
        assert rdf.parse(text.encode(), form)
        return
    with pytest.raises(TripleTerm if levels == 10 else TooDeep):
        rdf.parse(text.encode(), form, name="x")


def test_brackets_that_open_nothing_are_not_counted() -> None:
    many = "([{" * 1000
    texts = {
        "ttl": f'<urn:a> <urn:b> "{many}", """{many}""", \'{many}\' . # {many}',
        "jsonld": f'{{"@id": "urn:a", "urn:b": "{many}"}}',
        "xml": f'{_XML}<!-- {"<a>" * 2000} --><e:A e:p="{">" * 9}"><e:q><![CDATA[{"<a>" * 2000}]]>'
        f"</e:q>{'<e:p/>' * 2000}</e:A></rdf:RDF>",
    }
    for form, text in texts.items():
        assert rdf.parse(text.encode(), form)


def test_the_place_of_what_is_too_deep_counts_signs_and_lines() -> None:
    text = '<urn:a> <urn:b> "ø\n" ,\n "ø", ' + "(" * 1001
    with pytest.raises(TooDeep) as error:
        rdf.parse(text.replace('"ø\n"', '"ø"').encode(), name="x.ttl")
    assert (error.value.line, error.value.column) == (2, 1007)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"<!DOCTYPE a [<!ENTITY b 'c'>]>{_XML}</rdf:RDF>", DocumentType),
        (
            f"<?xml version='1.0'?><!DOCTYPE a SYSTEM 'file:///etc/passwd'>{_XML}</rdf:RDF>",
            DocumentType,
        ),
        (f"{_XML}<e:A><e:p>x</e:p></e:A>", Unfinished),
        (f"{_XML}<e:A>&b;</e:A></rdf:RDF>", ParseError),
    ],
)
def test_xml_that_reaches_out_or_breaks_off_is_refused(text: str, kind: type[ParseError]) -> None:
    with pytest.raises(kind):
        rdf.parse(text.encode(), "xml")


@pytest.mark.parametrize(
    "text",
    [
        '{"@context": "https://example.org/c", "@id": "urn:a"}',
        '{"@context": ["c.jsonld", {"a": "urn:a"}], "a": 1}',
        '{"@context": {"@import": "https://example.org/c"}}',
    ],
)
def test_a_context_that_lies_elsewhere_is_not_fetched(text: str) -> None:
    with pytest.raises(RemoteContext):
        rdf.parse(text.encode(), "jsonld")


def test_two_bytes_for_a_sign_are_told_from_other_encodings() -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        with pytest.raises(Utf16):
            rdf.parse("<urn:a> <urn:b> 1 .".encode(encoding))


def test_only_ordinary_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ttl")
    for path in (tmp_path, tmp_path / "pipe.ttl", Path("/dev/zero")):
        with pytest.raises(NotAFile):
            rdf.parse(path)


@pytest.mark.parametrize(
    "text", ["x", "/x", "http://a b", "http://a/<", "urn:x:\n", 'urn:"', "urn:%2", "urn:#a#"]
)
def test_iri_refuses_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="IRI"):
        iri(text)


@pytest.mark.parametrize("text", ["2024-2-1", "2024-02-30", "20240201", "i dag", "2024-02-01T00"])
def test_date_refuses_what_is_no_day(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|day|month"):
        date(text)


def test_names_for_people() -> None:
    assert local_name(LGID + "thing/0301") == "0301"
    assert local_name(LG) == "ns"
    assert compact(LG + "Thing") == "lg:Thing"
    assert compact("urn:x:y") == "urn:x:y"


def test_a_change_elsewhere_in_a_file_leaves_the_names_of_nameless_things_alone() -> None:
    kept = "<urn:a> <urn:p> [ <urn:q> [ <urn:r> 1 ] ] . [] a <urn:K> ; <urn:about> <urn:a> ."
    one = rdf.skolemise(rdf.parse((kept + " <urn:b> <urn:p> [ <urn:q> 2 ] .").encode()))
    two = rdf.skolemise(
        rdf.parse((kept + " <urn:b> <urn:p> [ <urn:q> 3 ] . <urn:c> a <urn:K> .").encode())
    )
    alone = rdf.skolemise(rdf.parse(kept.encode()))
    assert set(alone) == set(one) & set(two)
    assert len(set(one) - set(two)) == 2


def test_two_nameless_things_that_say_the_same_are_still_two() -> None:
    quads = rdf.parse(b"<urn:a> <urn:p> [ <urn:q> 1 ], [ <urn:q> 1 ] .")
    named = rdf.skolemise(quads)
    assert len(set(named)) == 4
    assert set(named) == set(rdf.skolemise(reversed(quads)))
