"""A filled workbook or CSV file: every statement and every fault in its own cell."""

from __future__ import annotations

import datetime
import functools
import io
import zipfile
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import errors
from graph.findings import SEVERITIES
from graph.messages import load
from graph.sheet import USUAL, fill_template, read_table
from graph.submission import Submission
from graph.terms import DCT, LANGUAGES, RDF_TYPE, XSD, Term
from sheetworld import EX, ID, world

TITLE, HARBOUR = Term("iri", DCT + "title"), Term("iri", EX + "harbour")


def iri(key: str) -> Term:
    """Name a thing of the world."""
    return Term("iri", ID + key)


def book(rows: list[dict[str, Any]], sheet: str = "Båter", lang: str = "nb") -> Any:
    """Fill a template in with rows, by heading, from row 3 on."""
    made = fill_template(world().model, lang, world().ask, known=world().known)
    opened = openpyxl.load_workbook(io.BytesIO(made.content))
    page = opened[sheet]
    numbers = {str(cell.value).split("\n")[0]: cell.column for cell in page[1]}
    for row, cells in enumerate(rows, 3):
        for heading, value in cells.items():
            page.cell(row, numbers[heading], value)
    return opened


def read(opened: Any, **limits: int) -> Submission:
    """Save and read a workbook."""
    out = io.BytesIO()
    opened.save(out)
    here = world()
    bounds = replace(USUAL, **limits)
    return read_table(out.getvalue(), "inn.xlsx", "xlsx", here.model, here.known, bounds)


def read_csv(content: bytes, name: str = "inn.csv") -> Submission:
    """Read a CSV file."""
    return read_table(content, name, "csv", world().model, world().known)


def told(submission: Submission) -> list[tuple[str, str]]:
    """Give each finding's rule and cell."""
    return [
        (f.rule.rpartition("#")[2], f.place.text() if f.place else "") for f in submission.findings
    ]


GOOD = {"Nøkkel": "mor", "Navn (bokmål)": "Måken", "Havn": "Nordhavn"}


def test_a_row_becomes_statements_each_with_its_cell() -> None:
    """Thing, property and value are placed; an empty cell is placed too, and emptied."""
    row = {**GOOD, "Bygd": datetime.date(1999, 5, 1), "I fart": "ja", "Plasser": 12}
    got = read(
        book([{**row, "Nettside": "https://example.org/mor", "Havn": "Nordhavn\n987654321"}])
    )
    mor = iri("boat/mor")
    said = {quad[:3] for quad in got.quads}
    assert said == {
        (mor, RDF_TYPE, Term("iri", EX + "Boat")),
        (mor, Term("iri", DCT + "identifier"), Term("literal", "mor")),
        (mor, TITLE, Term("literal", "Måken", None, "nb")),
        (mor, HARBOUR, iri("harbour/nord")),
        (mor, Term("iri", EX + "built"), Term("literal", "1999-05-01", XSD + "date")),
        (mor, Term("iri", EX + "active"), Term("literal", "true", XSD + "boolean")),
        (mor, Term("iri", EX + "seats"), Term("literal", "12", XSD + "integer")),
        (mor, Term("iri", EX + "site"), Term("iri", "https://example.org/mor")),
    }
    assert not got.findings
    places = got.places
    assert places.locate(mor).text() == "Båter!A3"  # type: ignore[union-attr]
    assert places.locate(mor, TITLE, Term("literal", "Måken", None, "nb")).cell == "C3"  # type: ignore[union-attr]
    state = Term("iri", EX + "state")
    assert places.locate(mor, state).cell == "L3"  # type: ignore[union-attr]
    assert (mor, state) in got.emptied
    assert (mor, TITLE) not in got.emptied
    # What the thing lacks and its row should hold is found in the row's own columns.
    assert places.locate(mor, Term("iri", EX + "paper")).cell == "O3"  # type: ignore[union-attr]


def test_what_stands_in_the_row_of_another_is_a_thing_of_its_own() -> None:
    """A paper is made once from its title, with the address in it."""
    text = "Havnelisten 2026, https://example.org/liste."
    got = read(book([{**GOOD, "Papir": text, "Sett": "01.02.2026"}]))
    proof = iri("proof/boat-mor-main")
    said = {(p.value, o.value) for s, p, o, _ in got.quads if s == proof}
    paper = dict(said)[EX + "paper"]
    assert said == {
        (RDF_TYPE.value, EX + "Proof"),
        (EX + "of", ID + "boat/mor"),
        (EX + "sort", ID + "sort/main"),
        (EX + "paper", paper),
        (EX + "seen", "2026-02-01"),
    }
    about = {(p.value, o.value) for s, p, o, _ in got.quads if s.value == paper}
    assert (DCT + "title", text) in about
    assert (RDF_TYPE.value, EX + "Paper") in about
    assert ("http://www.w3.org/2000/01/rdf-schema#seeAlso", "https://example.org/liste") in about
    known = read(book([{**GOOD, "Papir": "Skipslisten"}]))
    assert (proof, Term("iri", EX + "paper"), iri("paper/abc"), None) in known.quads
    empty = read(book([GOOD]))
    assert (proof, Term("iri", EX + "paper")) in empty.emptied
    assert (proof, RDF_TYPE) in empty.emptied


def test_rows_name_one_another_by_title_also_across_sheets_and_without_keys() -> None:
    """A new trip points at a new boat that has no key yet."""
    opened = book([{"Navn (bokmål)": "Svanen", "Havn": "Nordhavn"}])
    page = opened["Turer"]
    numbers = {str(cell.value).split("\n")[0]: cell.column for cell in page[1]}
    page.cell(3, numbers["Med båt"], "svanen")
    page.cell(3, numbers["Dato"], "2026-03-01")
    got = read(opened)
    boat, trip = iri("boat/svanen-nord"), iri("trip/svanen-nord--2026-03-01")
    assert (trip, Term("iri", EX + "by"), boat, None) in got.quads
    assert not got.findings
    assert [remark.params["key"] for remark in got.remarks] == [
        "svanen-nord",
        "svanen-nord--2026-03-01",
    ]


FAULTS = [
    ("Havn", "Nordhavnn", "unknown-choice", "K3", "Nordhavn"),
    ("Havn", "Sørhavn", "ambiguous", "K3", "Sørhavn (harbour/sor)"),
    ("Tilstand", "slit", "unknown-choice", "L3", "slitt"),
    ("Bygd", "2026-02-30", "no-such-day", "G3", "2026-03-31"),
    ("Bygd", "31.2.2026", "no-such-day", "G3", "2026-03-31"),
    ("Bygd", "i fjor", "not-a-date", "G3", "ÅÅÅÅ-MM-DD"),
    (
        "Bygd",
        datetime.datetime(2026, 1, 1, 12, 30),
        "with-time",
        "G3",
        "bare datoen. Mente du «2026-01-01»",
    ),
    ("Plasser", "tolv", "not-a-number", "I3", "siffer"),
    ("Plasser", "12 stk", "not-a-number", "I3", "siffer"),
    ("Plasser", 12.5, "not-a-number", "I3", "siffer"),
    ("I fart", "kanskje", "not-yes-or-no", "H3", "ja eller nei"),
    ("Nettside", "www.example.org", "not-an-address", "J3", "https://"),
    ("Plasser", "=6+6", "formula", "I3", "verdi"),
    ("Slag", "ferga", "unknown-choice", "B3", "ferge"),
    ("Nøkkel", "Min båt", "bad-key", "A3", "min-bat"),
    ("Nøkkel", "=A1", "formula", "A3", "verdi"),
    ("Nøkkel", "eksempel", "example-row", "A3", "nøkkelfeltet"),
]


@pytest.mark.parametrize(("heading", "value", "rule", "cell", "fix"), FAULTS)
def test_a_fault_is_told_once_in_its_own_cell_with_the_way_to_mend_it(
    heading: str, value: object, rule: str, cell: str, fix: str
) -> None:
    """One fault, one finding, in the right cell, with texts in three languages."""
    got = read(book([{**GOOD, heading: value}]))
    assert told(got) == [(rule, f"Båter!{cell}")]
    finding = got.findings[0]
    assert fix in finding.fix["nb"]
    for texts in (finding.message, finding.fix, finding.path_label):
        assert set(texts) == set(LANGUAGES)
        assert not any("{" in text for text in texts.values())


def test_a_formula_text_is_a_text_when_it_was_written_as_one() -> None:
    """What the template wrote with `=` first is no formula."""
    got = read(book([{**GOOD, "Havn": "<https://w3id.org/livsgraf/id/harbour/rart>"}]))
    assert (iri("boat/mor"), HARBOUR, iri("harbour/rart"), None) in got.quads
    assert not got.findings


def test_broken_tables_are_told_cell_by_cell() -> None:
    """Merged cells, a key twice, an unknown heading and sheet, a heading twice, an error value."""
    rows = [GOOD, {**GOOD, "Navn (bokmål)": "Andre"}, {"Nøkkel": "tre", "Plasser": 3}]
    opened = book(rows)
    page = opened["Båter"]
    page.merge_cells("C5:C6")
    page["F1"] = "Merknadr"
    page["F3"] = "noe"
    page["G1"] = "Plasser"
    page["H3"] = "#N/A"
    opened.create_sheet("Turerr").append(["helt", "annet"])
    opened.create_sheet("Funn").append(["noe"])
    got = read(opened)
    assert sorted(told(got)) == [
        ("cell-error", "Båter!H3"),
        ("column-twice", "Båter!I1"),
        ("key-twice", "Båter!A4"),
        ("merged", "Båter!C5"),
        ("unknown-column", "Båter!F1"),
        ("unknown-sheet", "Turerr!A1"),
    ]
    by_rule = {rule: f for (rule, _), f in zip(told(got), got.findings, strict=True)}
    assert "«Merknader»" in by_rule["unknown-column"].fix["nb"]
    assert "«Turer»" in by_rule["unknown-sheet"].fix["nb"]
    assert by_rule["unknown-sheet"].severity == "warning"
    assert [SEVERITIES.index(f.severity) for f in got.findings] == sorted(
        SEVERITIES.index(f.severity) for f in got.findings
    )


def test_a_row_that_cannot_be_named_is_told() -> None:
    """Neither key nor anything to make one of."""
    assert told(read(book([{"Plasser": 3}]))) == [("no-key", "Båter!A3")]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_headings_in_any_language_mean_the_same(lang: str) -> None:
    """A template in another language gives the same statements."""
    names = {"nb": ("Nøkkel", "Navn (bokmål)", "Havn"), "nn": ("Nøkkel", "Namn (bokmål)", "Hamn")}
    key, name, harbour = names.get(lang, ("Key", "Name (bokmål)", "Harbour"))
    sheet = world().model.sheets[0].name[lang]
    got = read(book([{key: "mor", name: "Måken", harbour: "Nordhavn"}], sheet, lang))
    assert {quad[:3] for quad in got.quads} == {quad[:3] for quad in read(book([GOOD])).quads}


def test_the_nearest_names_are_in_the_language_of_the_headings() -> None:
    """Who fills in an English template is shown English names."""
    row = {"Key": "mor", "Name (bokmål)": "Måken", "Harbour": "North Harbur", "State": "wornn"}
    got = read(book([row], "Boats", "en"))
    assert [f.fix["en"].split("“")[1].split("”")[0] for f in got.findings] == [
        "North Harbour",
        "worn",
    ]


def test_a_language_without_a_column_is_kept() -> None:
    """Who hands in bokmål only does not thereby take the English away."""
    got = read_csv("Nøkkel;Navn (bokmål);Havn\nmor;Måken;Nordhavn\n".encode())
    mor = iri("boat/mor")
    assert {lang for s, p, lang in got.kept if (s, p) == (mor, TITLE)} == {"nn", "en"}
    assert not read(book([GOOD])).kept


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_is_read_whatever_separates_and_encodes_it(separator: str, encoding: str) -> None:
    """The same statements; an unusual encoding is said."""
    lines = [["Nøkkel", "Navn (bokmål)", "Havn", "Merknader"], ["mor", "Måken", "Nordhavn", "'=x"]]
    text = "".join(separator.join(line) + "\r\n" for line in lines)
    got = read_csv(text.encode(encoding))
    mor = iri("boat/mor")
    assert (mor, TITLE, Term("literal", "Måken", None, "nb"), None) in got.quads
    assert (mor, Term("iri", EX + "notes"), Term("literal", "=x"), None) in got.quads
    expected = {"cp1252": ["sheet.remark.windows-1252"], "utf-16": ["sheet.remark.utf-16"]}
    assert [remark.key for remark in got.remarks] == expected.get(encoding, [])
    place = got.places.locate(mor, TITLE)
    assert place is not None
    assert (place.text(), place.line, place.sheet) == ("B2", 2, "")
    texts = load("nb")
    assert all(texts.maybe(remark.key, **remark.params) for remark in got.remarks)


def test_a_record_over_several_lines_keeps_the_row_of_the_spreadsheet() -> None:
    """Row and line part ways after a quoted line break, and a fault knows both."""
    text = 'Nøkkel;Navn;Havn;Bygd\nmor;"Må\nken";Nordhavn;\nto;To;Nordhavn;2026-13-01\n'
    got = read_csv(text.encode())
    assert told(got) == [("no-such-day", "D3")]
    assert got.findings[0].line == 4


def test_the_name_of_a_csv_file_tells_when_its_headings_do_not() -> None:
    """A file of few headings is known by its name; one without any is refused."""
    got = read_csv(b"key;unknown;other;more\nmor;1;2;3\n", "boats.csv")
    assert (iri("boat/mor"), RDF_TYPE, Term("iri", EX + "Boat"), None) in got.quads
    with pytest.raises(errors.NoKnownHeadings):
        read_csv(b"a;b\n1;2\n")
    with pytest.raises(errors.NoKnownHeadings):
        read_csv(b"")


@pytest.mark.parametrize(
    ("content", "line"), [(b'N\xc3\xb8kkel;Havn\nmor;"Nord\n', 2), (b"N\xc3\xb8kkel\nm\0r\n", 2)]
)
def test_csv_that_breaks_off_tells_its_line(content: bytes, line: int) -> None:
    """An open quotation mark and a zero byte are refused with their line."""
    with pytest.raises(errors.NotATable) as caught:
        read_csv(content)
    assert caught.value.params["line"] == line


# -- files that are no workbooks, or hostile ones ---------------------------------------------


def packed(parts: dict[str, bytes]) -> bytes:
    """Pack parts into the file around a workbook."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in parts.items():
            box.writestr(name, content)
    return out.getvalue()


def parts_of(opened: Any) -> dict[str, bytes]:
    """Unpack a workbook."""
    out = io.BytesIO()
    opened.save(out)
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as box:
        return {name: box.read(name) for name in box.namelist()}


def refused(content: bytes, **limits: int) -> errors.LivsgrafError:
    """Give the error with which a workbook is refused; its text must be there in all languages."""
    here, bounds = world(), replace(USUAL, **limits)
    with pytest.raises(errors.InputError) as caught:
        read_table(content, "inn.xlsx", "xlsx", here.model, here.known, bounds)
    error = caught.value
    for lang in LANGUAGES:
        text = load(lang).text(f"error.{error.code}", **error.params)
        assert "inn.xlsx" in text
        assert "{" not in text
        assert load(lang).maybe(f"error.{error.code}-hint")
    return error


def test_what_is_no_workbook_is_refused() -> None:
    """Text, nothing, a broken file, a folder of other things, a locked or old one."""
    whole = packed(parts_of(book([GOOD])))
    for content in (b"", b"Navn;Havn\n", whole[: len(whole) // 2], packed({"a.txt": b"x"})):
        assert type(refused(content)) is errors.NotAWorkbook
    assert type(refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600)) is errors.LockedWorkbook
    broken = parts_of(book([GOOD]))
    broken["xl/worksheets/sheet2.xml"] = b"<worksheet><row>"
    assert type(refused(packed(broken))) is errors.NotAWorkbook


def test_each_limit_has_its_own_refusal() -> None:
    """Parts, size, ratio, rows and columns are counted before or while they are read."""
    parts = parts_of(book([GOOD, {**GOOD, "Nøkkel": "b"}]))
    content = packed(parts)
    assert type(refused(content, zip_parts=3)) is errors.TooManyParts
    assert type(refused(content, unpacked_bytes=4000)) is errors.UnpacksTooLarge
    assert type(refused(content, rows=2)) is errors.TooManyRows
    assert type(refused(content, columns=4)) is errors.TooManyColumns
    bomb = packed({**parts, "xl/media/a.xml": b"0" * 5_000_000})
    assert type(refused(bomb)) is errors.PackedTooTight
    assert type(refused(bomb, zip_ratio=10**6, unpacked_bytes=10**6)) is errors.UnpacksTooLarge


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "_rels/.rels"])
def test_a_document_type_in_any_part_is_refused(part: str, encoding: str) -> None:
    """No entity is ever looked up, and nothing grows."""
    parts = parts_of(book([GOOD]))
    bomb = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    parts[part] = bomb.encode(encoding)
    assert type(refused(packed(parts))) is errors.HostilePart


@pytest.mark.parametrize("element", ["mergeCell", "hyperlink"])
def test_a_range_as_large_as_the_sheet_is_refused(element: str) -> None:
    """Such a range would be filled with billions of cells by the library."""
    parts = parts_of(book([GOOD]))
    name = "xl/worksheets/sheet2.xml"
    area = f'<{element}s><{element} ref="A1:XFD1048576"/></{element}s></worksheet>'.encode()
    parts[name] = parts[name].replace(b"</worksheet>", area)
    assert type(refused(packed(parts))) is errors.HugeArea


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    """Whatever bytes are changed in its parts, the answer is a submission or an error of ours."""
    parts = dict(the_parts())
    name = data.draw(st.sampled_from(sorted(parts)))
    content = bytearray(parts[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    parts[name] = bytes(content)
    here = world()
    try:
        got = read_table(packed(parts), "inn.xlsx", "xlsx", here.model, here.known)
    except errors.InputError:
        return
    assert all(finding.place is not None for finding in got.findings)


@functools.cache
def the_parts() -> dict[str, bytes]:
    return parts_of(book([GOOD]))


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=60)
    | st.text(max_size=60).map(lambda text: f"Nøkkel;Navn;Havn;Bygd;Plasser\n{text}".encode())
)
def test_any_bytes_as_csv_are_read_or_refused(content: bytes) -> None:
    """No text is so strange that we break down over it."""
    try:
        got = read_csv(content)
    except errors.InputError:
        return
    assert all(finding.place is not None for finding in got.findings)


def test_one_cell_far_away_does_not_make_a_long_walk() -> None:
    """The last corner of a sheet costs no more than any cell; it is beyond the columns we read."""
    opened = book([GOOD])
    opened["Båter"]["XFD1048576"] = "x"
    out = io.BytesIO()
    opened.save(out)
    assert type(refused(out.getvalue())) is errors.TooManyColumns
