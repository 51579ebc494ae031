"""Findings for people: sums first, by thing, and nothing in a value becomes more than a text."""

from __future__ import annotations

import html
import io
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import findingsmade as made
import smallproject
from findingsmade import ALL, FACTS
from graph.cli import main
from graph.errors import InternalError
from graph.findings import SEVERITIES, Finding, Place
from graph.messages import load
from graph.render.findings import Facts, Look, tell_verdict, write_findings
from graph.render.findings.view import arrange
from graph.render.lines import one_line
from graph.terms import LANGUAGES, literal
from smallproject import Line

CSS = Path(__file__).parents[1] / "src" / "graph" / "render" / "findings" / "page.css"
ODD = st.text(st.characters(codec="utf-8"), max_size=30)


def written(
    output: str,
    findings: Sequence[Finding] = ALL,
    lang: str = "nb",
    look: Look | None = None,
    facts: Facts = FACTS,
) -> str:
    out = io.StringIO()
    write_findings(findings, facts, output, lang, out, look)
    return out.getvalue()


# -- order ----------------------------------------------------------------------------------------

SOME = st.lists(
    st.builds(
        Finding,
        rule=st.sampled_from(["r1", "r2"]),
        severity=st.sampled_from(SEVERITIES),
        focus=st.sampled_from(["a", "b", "c"]),
        message=st.just({"nb": "Galt."}),
        outside=st.booleans(),
        tier=st.sampled_from(["", "t.ttl"]),
        example=st.integers().map(str),
    ),
    max_size=12,
)


@given(SOME, st.sampled_from([None, 1, 2]))
def test_every_finding_is_shown_once_or_counted_as_left_out(
    findings: list[Finding], few: int | None
) -> None:
    sections = arrange(findings, few)
    shown = [f for section in sections for thing in section.things for f in thing.findings]
    left = sum(rest.n for section in sections for rest in section.rest)
    assert len(shown) + left == len(findings)
    assert not Counter(map(id, shown)) - Counter(map(id, findings))
    if few is None:
        assert left == 0
    for section in sections:
        rules = Counter(f.rule for thing in section.things for f in thing.findings)
        assert not few or all(n <= few for n in rules.values())
        assert len({thing.iri for thing in section.things}) == len(section.things)
        for thing in section.things:
            assert {(f.focus, f.tier, f.outside) for f in thing.findings} == {
                (thing.iri, section.tier, section.outside)
            }
            assert list(thing.findings) == sorted(thing.findings, key=Finding.order)
    assert [(s.tier, s.outside) for s in sections] == sorted(
        {(f.tier, f.outside) for f in findings}
    )


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (
            "nb",
            ["3 feil må rettes, 1 advarsel bør rettes.", "Utenfor filen din: Ingen feil, 1 tips."],
        ),
        (
            "nn",
            ["3 feil må rettast, 1 åtvaring bør rettast.", "Utanfor fila di: Ingen feil, 1 tips."],
        ),
        (
            "en",
            [
                "3 errors must be fixed, 1 warning should be fixed.",
                "Outside your file: No errors, 1 tip.",
            ],
        ),
    ],
)
def test_the_sums_are_said_first_inside_and_outside_apart(lang: str, told: list[str]) -> None:
    assert tell_verdict(ALL, load(lang)) == told
    assert tell_verdict((), load("nb")) == ["Ingen feil og ingen advarsler."]
    assert written("text", lang=lang).startswith(told[0])


# -- text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_line_is_wider_than_the_terminal(width: int, lang: str) -> None:
    long = replace(
        made.NUMBER, value=literal("ord " * 300), rule="x" * 200, focus="urn:" + "y" * 99
    )
    for line in written("text", (*ALL, long), lang, Look(width)).splitlines():
        assert len(line) <= width


@given(ODD)
def test_no_value_steers_the_terminal(text: str) -> None:
    finding = replace(
        made.CELL,
        value=literal(text + "\x1b[2J\r"),
        message={"nb": text},
        label={"nb": text},
        place=Place(text, 1),
        example=text,
    )
    told = written("text", (finding,), facts=Facts(files=(text, "\x1b")))
    assert all(sign == "\n" or sign.isprintable() for sign in told)


def test_a_terminal_gets_colours_and_the_same_words() -> None:
    plain, coloured = written("text"), written("text", look=Look(terminal=True))
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_a_short_list_says_what_it_leaves_out() -> None:
    many = [replace(made.TITLE, focus=f"urn:{n}", label={}) for n in range(9)]
    told = written("text", many, look=Look(per_rule=2))
    assert told.count("Tjenesten mangler tittel") == 3
    assert "7 funn til er ikke vist" in told
    assert "7 av regelen Thing-title" in told
    assert "ikke vist" not in written("text", many)


# -- Markdown -------------------------------------------------------------------------------------


@given(ODD)
def test_no_value_becomes_a_mark_up_in_markdown(text: str) -> None:
    from markdown_it import MarkdownIt

    finding = replace(made.CELL, message={"nb": text}, example=None, fix={"nb": text}, label={})
    page = written("md", (finding,), facts=Facts())
    tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(page)
    kinds = {"heading", "paragraph", "bullet_list", "list_item", "inline"}
    assert {re.sub("_(open|close)$", "", token.type) for token in tokens} <= kinds
    inner = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inner} <= {
        *("text", "text_special", "strong_open", "strong_close", "code_inline"),
    }
    lines = ["".join(child.content for child in token.children or ()) for token in tokens]
    if one_line(text):
        assert f"Slik retter du: {one_line(text)}" in lines


def test_an_example_stands_as_it_is_in_markdown() -> None:
    from markdown_it import MarkdownIt

    for example in ("a `b` ``c``", "`", '*x* "y"@nb', "\\"):
        page = written("md", (replace(made.CELL, example=example),))
        tokens = MarkdownIt("commonmark").parse(page)
        codes = [c.content for t in tokens for c in t.children or () if c.type == "code_inline"]
        assert example in codes


# -- HTML -----------------------------------------------------------------------------------------


class Page(HTMLParser):
    """A page as its tags: whether they close, what they refer to, what is read aloud."""

    EMPTY = frozenset({"meta"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.spoken: list[str] = []
        self.faults: list[str] = []
        self._tongues: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        self.faults += [f"{tag} is never closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"{tag} closes another")

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    def all(self, name: str) -> list[str]:
        return [told[name] or "" for _, told in self.tags if name in told]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_stands_alone_and_runs_nothing(lang: str) -> None:
    text = written("html", lang=lang)
    page = Page(text)
    assert page.faults == []
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "form", "svg", "base"}
    assert not page.all("src")
    assert not [name for _, told in page.tags for name in told if name.startswith("on")]
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text
    for target in page.all("href"):
        assert target.startswith(("#", "https://example.org/"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_can_be_read_without_eyes_or_mouse(lang: str) -> None:
    page = Page(written("html", lang=lang))
    assert page.tags[0] == ("html", {"lang": lang})
    assert "".join(page.words).strip().startswith(load(lang)["finding.title"])
    ids = page.all("id")
    assert len(set(ids)) == len(ids)
    links = [target.removeprefix("#") for target in page.all("href") if target.startswith("#")]
    assert set(links) | set(page.all("aria-labelledby")) <= set(ids)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert [tag for tag, _ in page.tags].count("main") == 1


def test_what_is_in_another_language_is_marked_as_such() -> None:
    text = written("html", lang="en")
    assert '<span lang="nb">Skriv bare sifre.</span>' in text
    assert '<span lang="en">' not in text
    assert '<span lang="en">This lies in the register of another body.</span>' in written("html")


@given(ODD)
def test_no_value_becomes_a_tag(text: str) -> None:
    nasty = text + "</style><script>x</script>\"'<b>"
    finding = replace(
        made.CELL,
        message={"nb": nasty},
        label={"nb": nasty},
        value=literal(nasty),
        example=nasty,
        see_also=("https://example.org/" + nasty, "javascript:x"),
        tier=nasty,
    )
    facts = replace(FACTS, files=(nasty,), versions={"software": nasty})
    page = Page(written("html", (finding,), facts=facts))
    assert page.faults == []
    assert not {tag for tag, _ in page.tags} & {"script", "b"}
    assert "".join(page.words).count("<script>x</script>") >= 5
    assert not [target for target in page.all("href") if target.startswith("javascript")]


def test_colours_can_be_told_from_their_ground() -> None:
    # WCAG 2.1, 1.4.3: at least 4.5 to 1, in the light and in the dark.
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(one: str, other: str) -> float:
        low, high = sorted((light(one), light(other)))
        return (high + 0.05) / (low + 0.05)

    themes = re.findall(r":root \{(.*?)\}", CSS.read_text("utf-8"), re.DOTALL)
    assert len(themes) == 2
    for theme in themes:
        colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", theme))
        for ink in ("ink", "link", "violation", "warning", "info", "none"):
            for ground in ("paper", "soft"):
                assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
        assert contrast(colours["line"], colours["paper"]) >= 3


def test_many_things_are_a_folded_list() -> None:
    many = [replace(made.TITLE, focus=f"urn:{n}") for n in range(21)]
    assert "<details>" in written("html", many)
    assert "<details>" not in written("html", many[:20])


# -- workbook -------------------------------------------------------------------------------------


def opened(findings: Sequence[Finding] = ALL, lang: str = "nb") -> Any:
    from openpyxl import load_workbook

    held = io.BytesIO()
    out = io.TextIOWrapper(held, "utf-8")
    write_findings(findings, FACTS, "xlsx", lang, out)
    return load_workbook(io.BytesIO(held.getvalue()))


def column(sheet: Any, head: str) -> list[Any]:
    heads, *rows = sheet.iter_rows(values_only=True)
    return [row[heads.index(head)] for row in rows]


def test_a_workbook_reads_back_row_by_row() -> None:
    sheet = opened()["Funn"]
    head, *rows = sheet.iter_rows(values_only=True)
    told = [dict(zip(head, row, strict=True)) for row in rows]
    assert len(told) == len(ALL)
    first = told[0]
    assert (first["Alvor"], first["Sted"], first["Felt"]) == ("Feil", "Tjenester!D7", "nivå")
    title = next(row for row in told if row["Regel"] == "Thing-title")
    assert title["Hva er galt"] == made.TITLE.message["nb"]
    assert title["Sted"] == "12:5"
    assert title["Fil"] == "mappe/min fil.ttl"
    assert title["Fant"] == "ingen verdi"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:P{len(ALL) + 1}"
    links = [cell for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert [cell.value for cell in links] == list(made.TITLE.see_also)
    grounds = {row[0].fill.fgColor.rgb for row in sheet.iter_rows(min_row=2)}
    assert len(grounds) == 3
    assert opened()["Sammendrag"]["A1"].value == "3 feil må rettes, 1 advarsel bør rettes."


def test_a_row_is_as_high_as_its_texts_and_an_empty_column_is_left_out() -> None:
    sheet = opened((made.NUMBER, replace(made.NUMBER, message={"nb": "ord " * 60})))["Funn"]
    assert sheet.row_dimensions[2].height < sheet.row_dimensions[3].height
    head = [cell.value for cell in sheet[1]]
    assert "Regler fra" not in head
    assert "Eksempel" not in head
    assert "Slik retter du" in head


def test_a_clean_workbook_opens_on_its_summary() -> None:
    clean = opened((), "en")
    assert clean.sheetnames == ["Summary", "Findings"]
    assert clean["Summary"]["A1"].value == "No errors and no warnings."


@given(st.lists(st.text(max_size=8), min_size=1, max_size=4))
def test_no_cell_is_a_formula_and_every_text_is_kept(texts: list[str]) -> None:
    findings = [replace(made.CELL, message={"nb": t}, example="=" + t) for t in texts]
    sheet = opened(findings)["Funn"]
    assert not [c for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    told = set(column(sheet, "Eksempel"))
    for text in texts:
        if all(sign.isprintable() for sign in text):
            assert "=" + text in told


def test_a_text_longer_than_a_cell_is_cut() -> None:
    long = replace(made.CELL, message={"nb": "\N{SNOWMAN}\N{GRINNING FACE}" * 20_000})
    (told,) = column(opened((long,))["Funn"], "Hva er galt")
    assert " … (" in told
    assert len(told.encode("utf-16-le")) // 2 <= 32_767


def test_a_workbook_is_no_text() -> None:
    with pytest.raises(InternalError):
        written("xlsx")


# -- the command ----------------------------------------------------------------------------------

FAULTY = 'body:9 a ex:Body ; skos:prefLabel "Sjøvesenet"@nb .\n'


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("small")
    smallproject.make(top / "project")
    with pytest.MonkeyPatch.context() as patch:
        line = smallproject.on(patch, top / "project", top / "store")
        assert line.run("build").status == 0
    return top


@pytest.fixture
def line(built: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    return smallproject.on(monkeypatch, built / "project", built / "store")


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("a.html", b"<!DOCTYPE html>"),
        ("a.sarif", b'{\n  "$schema"'),
        ("a.json", b'{\n  "files"'),
        ("a.csv", b"id,severity,"),
        ("a.md", b"# Funn"),
        ("a.ttl", b"@prefix"),
        ("a.xlsx", b"PK"),
        ("a.txt", b"1 feil"),
    ],
)
def test_a_report_goes_to_a_file_by_its_ending(
    line: Line, tmp_path: Path, name: str, begins: bytes
) -> None:
    file, place = smallproject.write(tmp_path, "new.ttl", FAULTY), tmp_path / name
    ran = line.run("validate", str(file), "-o", str(place))
    assert (ran.status, ran.out) == (1, "")
    assert place.read_bytes().startswith(begins)
    assert "1 feil må rettes." in ran.err
    assert str(place) in ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "new.ttl"])


def test_a_report_that_cannot_be_written_is_told(line: Line, tmp_path: Path) -> None:
    file = smallproject.write(tmp_path, "new.ttl", FAULTY)
    ran = line.run("validate", str(file), "-o", str(tmp_path / "none" / "a.html"))
    assert ran.status == 2
    assert "a.html" in ran.err
    assert "Traceback" not in ran.err
    ran = line.run("validate", str(file), "--format", "docx")
    assert ran.status == 2
    assert "sarif" in ran.err


def test_a_report_never_replaces_what_it_is_about(line: Line, tmp_path: Path) -> None:
    file = smallproject.write(tmp_path, "new.ttl", FAULTY)
    before = file.read_bytes()
    (tmp_path / "link.ttl").symlink_to(file)
    for judged in (str(file), str(tmp_path)):
        for place in ("new.ttl", "link.ttl"):
            ran = line.run("validate", judged, "-o", str(tmp_path / place))
            assert ran.status == 2
            assert "Velg et annet navn" in ran.err
    assert file.read_bytes() == before


def test_a_report_without_a_known_ending_must_be_told_its_format(
    line: Line, tmp_path: Path
) -> None:
    file, place = smallproject.write(tmp_path, "new.ttl", FAULTY), tmp_path / "rapport.pdf"
    ran = line.run("validate", str(file), "-o", str(place))
    assert ran.status == 2
    assert ".html" in ran.err
    assert not place.exists()
    assert line.run("validate", str(file), "-o", str(place), "--format", "md").status == 1
    assert place.read_text("utf-8").startswith("# Funn")


@pytest.mark.parametrize("output", ["text", "json", "jsonl", "csv", "md", "html", "sarif", "shacl"])
def test_a_file_whose_name_is_no_text_is_told_too(output: str) -> None:
    name = "a\udcff.ttl"
    finding = replace(made.TITLE, source=name, place=Place(name, 1))
    facts = Facts(files=(name,), root=Path("/r"))
    written(output, (finding,), facts=facts).encode("utf-8")


def test_the_house_speaks_the_same_way(line: Line) -> None:
    ran = line.run("check", "--format", "html")
    assert html.escape("Funn") in ran.out
    assert Page(ran.out).faults == []


def test_a_workbook_goes_through_a_pipe(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openpyxl import load_workbook

    file = smallproject.write(tmp_path, "new.ttl", FAULTY)
    held = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(held, "utf-8"))
    words = ["--store", str(line.store), "validate", str(file), "--format", "xlsx"]
    assert main(words) == 1
    assert load_workbook(io.BytesIO(held.getvalue())).sheetnames == ["Funn", "Sammendrag"]


def test_a_place_without_a_file_stands_in_the_file_of_its_finding() -> None:
    told = written("text", (replace(made.TITLE, place=Place(line=3, column=4)),))
    assert "mappe/min fil.ttl:3:4" in told


def test_what_nobody_would_read_to_its_end_is_cut_for_people_and_whole_for_programs() -> None:
    long = "x" * 50_000
    one = replace(ALL[0], value=literal(long), label={"nb": long}, message={"nb": long})
    for output in ("text", "md", "html"):
        assert len(written(output, findings=[one])) < 30_000
    assert long in written("json", findings=[one])
