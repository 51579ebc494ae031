"""Personal data at the door: the ways of writing it that are seen, and what is none."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from examiningworld import HEAD
from graph.config import Limits, Settings
from graph.examining import Examined, examine, ground
from graph.plain import plain
from graph.store import MEMORY, open_store
from graph.submission import read_rdf
from graph.terms import LANGUAGES, SHAPE

NUMBER, PHONE = "Literal-personalNumber", "Literal-personalPhone"
ADDRESS, NAME = "Literal-personalAddress", "Contact-personalName"
OURS = {NUMBER, PHONE, ADDRESS, NAME}
SPACE, NARROW, NOTHING, DASH, MINUS = "\u00a0", "\u202f", "\u200b", "\u2013", "\u2212"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
HEADS = (
    HEAD + "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
    "@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .\n"
)

# Invented numbers: one that begins with the 31st of a month, and one with a month above 80, whose
# control digits hold. Nobody bears either.
SEEN = {
    NUMBER: [
        "dct:title '31129900000'",
        "dct:title 'Gjelder 311299 00000 i dag'",
        f"dct:title '311299{SPACE}00000'",
        f"dct:title '311299{NARROW}00000'",
        f"dct:title '311299{NOTHING}00000'",
        f"dct:title '3112{NOTHING}99{SPACE}{SPACE}000{NOTHING}00'",
        f"dct:title '311299{DASH}00000'",
        f"dct:title '311299{MINUS}00000'",
        f"dct:title '{'31129900000'.translate(WIDE)}'",
        "dct:title 'fnr31129900000'",
        "dct:title 31129900000",
        "dct:relation <https://example.org/p/311299%2000000>",
        "dct:relation <https://example.org/p/3112%39900000>",
        "dct:relation <https://example.org/?id=311299-00000>",
        "dct:title 'https://example.org/p/311299%2000000'",
    ],
    PHONE: [
        "dct:title '+4791234567'",
        "dct:title 'ring +47 912 34 567'",
        "dct:title '0047 91234567'",
        "dct:title '(+47) 91234567'",
        "dct:title '91234567'",
        "dct:title '9123 4567'",
        "dct:title '912-34-567'",
        "dct:title '912.34.567'",
        f"dct:title 'Ring 912{DASH}34{DASH}567'",
        f"dct:title '912{SPACE}34{SPACE}567'",
        f"dct:title '91{NARROW}23{NARROW}45{NARROW}67'",
        f"dct:title '{'91234567'.translate(WIDE)}'",
        "dct:title 'Mobil: 41234567'",
        "dct:title 'tlf. 41234567, hele dagen'",
        "dct:title 'Telefonnummer 412 34567'",
        "dct:relation <tel:+4791234567>",
        "dct:relation <tel:91234567>",
        "dct:relation <tel:0047-912-34-567>",
    ],
    ADDRESS: [
        "dct:title 'kari@nav.no'",
        "dct:title 'Skriv til kari@nav.no.'",
        "dct:title 'kari.nordmann@nav.no'",
        "dct:title 'kari.nordmann (at) nav.no'",
        "dct:title 'kari.nordmann[at]nav.no'",
        "dct:title 'kari (at) nav (dot) no'",
        "dct:title 'kari＠nav.no'",
        "dct:title 'post@nav.no eller ola@nav.no'",
        "dct:relation <mailto:kari@nav.no>",
        "dct:relation <mailto:kari%40nav.no>",
        "dct:title 'annette@example.org'",
    ],
    NAME: [
        "foaf:name 'Kari Nordmann'",
        f"foaf:name 'Kari{SPACE}Nordmann'",
        "vcard:fn 'Kari Nordmann'",
        "dct:creator 'Kari Åse Nordmann-Hansen'",
    ],
}
UNSEEN = [
    "dct:identifier '974761076'",
    "dct:title 'Organisasjonsnummer 974 761 076 og konto 8601 11 17947'",
    "dct:title 'sak 2026/123456-78901'",
    "dct:title '3f31129900000a9be0'",
    "dct:title '0f8e4c2a-4123-4567-9a1b-311299000001'",
    "dct:identifier 'sha256:91234567311299000009123456731129900000abcdef0123456789abcdef0123'",
    "dct:title '3112990000012'",
    "dct:title 1612345678",
    "dct:title 91234567",
    "dct:identifier '91234567'",
    "dct:title '40 000 000 kroner, 400 000 000 kroner'",
    "dct:title 'Fra 2024-11-22 til 20241122'",
    "dct:title '20241122'",
    "dct:title '21 00 00 00'",
    "dct:title '+47 21 00 00 00'",
    "dct:title 'tlf 80000000'",
    "dct:title 'ISBN 978-82-450-1234-5'",
    "dct:title 'kapittel 91234567 og 45678901'",
    "dct:title '0484 Oslo, 4012 Stavanger'",
    "dct:relation <tel:+4721000000>",
    "dct:relation <https://data.brreg.no/enhetsregisteret/api/enheter/974761076>",
    "dct:relation <https://example.org/key/a31129900000b>",
    "dct:relation <https://lovdata.no/lov/2016-05-27-14>",
    "dct:title 'post@example.org, postmottak@nav.no, support@digdir.no'",
    "dct:title 'digitalarkitektur@example.org'",
    "dct:title 'post.bergen@example.org, it@example.org, firmapost@example.org'",
    "dct:title 'kundeservice (at) example.org'",
    "dct:title 'post＠example.org'",
    "dct:relation <mailto:postmottak@nav.no>",
    "dct:relation <https://www.npmjs.com/package/@types/node@20.1.3>",
    "foaf:name 'Statens Skogvesen'",
    "foaf:name 'Skogvesenet'",
    "a foaf:Organization ; foaf:name 'Grønne Skoger'",
    f"a foaf:Organization ; foaf:name 'Grønne{SPACE}Skoger'",
    "dct:title 'Kari Nordmann'",
]


def judged(text: str | bytes, form: str = "ttl", name: str = "a.ttl") -> Examined:
    content = text if isinstance(text, bytes) else text.encode()
    sent = read_rdf(content, name, form, Limits())
    store = open_store(MEMORY)
    return examine(sent, Settings(store=Path(MEMORY)), store.query, on=ground())


def told(done: Examined) -> set[str]:
    return {f.rule.removeprefix(SHAPE) for f in done.findings} & OURS


@pytest.mark.parametrize("said", [(rule, said) for rule, all_ in SEEN.items() for said in all_])
def test_a_way_of_writing_it_is_seen_once_and_has_its_line(said: tuple[str, str]) -> None:
    rule, text = said
    done = judged(f"{HEADS}\n:thing {text} .\n")
    found = [f for f in done.findings if f.rule.removeprefix(SHAPE) in OURS]
    assert [f.rule for f in found] == [SHAPE + rule], found
    assert {f.line for f in found} == {HEADS.count("\n") + 2}
    assert found[0].focus == "https://example.org/thing"


def test_the_control_digits_give_a_number_its_nought_back() -> None:
    """Written as a number it has ten digits; only one whose control digits hold is seen."""
    done = judged(f"{HEADS} :a :code 01819000049 . :b :code 01819000040 .")
    found = [(f.focus, f.line) for f in done.findings if f.rule == SHAPE + NUMBER]
    assert found == [("https://example.org/a", HEADS.count("\n") + 1)]


@pytest.mark.parametrize("said", UNSEEN)
def test_what_is_none_is_left_alone(said: str) -> None:
    assert told(judged(f"{HEADS}\n:thing {said} .\n")) == set()


@pytest.mark.parametrize(
    ("comment", "rule"),
    [
        ("# Ola Nordmann, 31129900000", NUMBER),
        (f"# 311299{SPACE}00000", NUMBER),
        ("# ring +47 912 34 567", PHONE),
        ("# spør kari@nav.no", ADDRESS),
        ("@prefix p: <https://example.org/31129900000/> .", NUMBER),
    ],
)
def test_what_stands_in_the_file_and_in_no_statement_is_seen(comment: str, rule: str) -> None:
    done = judged(f"{HEADS}{comment}\n:thing dct:title 'Ting'@nb .\n")
    [found] = [f for f in done.findings if f.rule.removeprefix(SHAPE) in OURS]
    assert (found.rule, found.focus) == (SHAPE + rule, "a.ttl")
    assert found.line == HEADS.count("\n") + 1
    assert set(found.message) == set(found.fix) == set(LANGUAGES)
    assert done.fails() == (rule == NUMBER)


def test_a_comment_of_nothing_personal_is_none() -> None:
    text = "# 974761076, 2024-11-22, post@example.org, a31129900000b, kapittel 91234567\n"
    assert told(judged(f"{HEADS}{text}:thing dct:title 'Ting'@nb .\n")) == set()


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("xml", "<!-- 31129900000 --><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>"),
        ("nt", "# 31129900000\n<urn:a> <urn:b> <urn:c> .\n"),
        ("jsonld", '{"@id": "urn:a", "@type": "urn:b", "unknown": "31129900000"}'),
    ],
)  # fmt: skip
def test_other_texts_are_looked_through_too(form: str, text: str) -> None:
    assert told(judged(text, form, f"a.{form}")) == {NUMBER}


def test_a_value_over_lines_and_one_named_again_are_told_once() -> None:
    text = ':thing dct:title """En\nto 31129900000\ntre""" .\n:p31129900000 :q :r .\n'
    text += (
        "<https://example.org/x/31129900000> a :T .\n:u :v <https://example.org/x/31129900000> ."
    )
    done = judged(HEADS + text)
    found = [(f.focus, f.rule) for f in done.findings if f.rule == SHAPE + NUMBER]
    assert sorted(focus.rpartition("/")[2] for focus, _ in found) == ["31129900000", "thing", "u"]


def test_who_a_workbook_says_made_it_is_seen() -> None:
    from openpyxl import Workbook

    from graph.examining.aside import aside
    from graph.submission import Places, Submission

    def found(creator: str, cell: str) -> set[tuple[str, str]]:
        book, out = Workbook(), io.BytesIO()
        book.properties.creator = creator
        book.active["A1"] = cell
        book.save(out)
        sent = Submission("b.xlsx", "xlsx", out.getvalue(), "", (), Places("b.xlsx"))
        return {(f.rule.removeprefix(SHAPE), f.fix["nb"][:9]) for f in aside([sent], [], ground())}

    assert found("openpyxl", "974761076") == set()
    assert {rule for rule, _ in found("Kari Nordmann", "311299 00000")} == {NAME, NUMBER}
    broken = Submission("b.xlsx", "xlsx", b"PK\x03\x04 no book", "", (), Places("b.xlsx"))
    assert not zipfile.is_zipfile(io.BytesIO(broken.content))
    assert aside([broken], [], ground()) == ()


@pytest.mark.parametrize(
    ("written", "usual"),
    [
        (f"a{SPACE}{SPACE}b{DASH}c", "a b-c"),
        ("12".translate(WIDE) + "\u0663", "123"),
        (f"1{NOTHING}2\u00ad3", "123"),
        ("k (AT) n [dot] no", "k@n.no"),
        ("a%20b%C3%A5", "a bå"),
        ("100 % sikker (dot)", "100 % sikker (dot)"),
        ("linje\nto", "linje\nto"),
    ],
)
def test_a_text_is_written_in_one_way(written: str, usual: str) -> None:
    assert plain(written) == usual
    assert plain(usual) == usual
