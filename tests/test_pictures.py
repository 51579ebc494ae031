"""Pictures: well-formed, quiet, told in words, and harmless whatever the names hold."""

from __future__ import annotations

from pathlib import Path

import defusedxml.ElementTree as ElementTree
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.cli import main
from graph.pictures import Grid, Square, draw_grid

SVG = "{http://www.w3.org/2000/svg}"
SOME, NONE = Square("1/2 ?1", 0.5, True, "a to b: 2"), Square("0/1", 0.0, False, "a to c: 1")


def grid(rows: list[str], columns: list[str]) -> Grid:
    squares = [[SOME if not at else None for at, _ in enumerate(columns)] for _ in rows]
    return Grid("Flows", "In all 2.", "Gives", "Gets", rows, columns, squares, ("x",), "Nothing")


def test_a_grid_draws_every_square_the_empty_too_and_says_each_in_words() -> None:
    drawn = ElementTree.fromstring(draw_grid(grid(["a", "b"], ["c", "d", "e"])))
    titles = [title.text for title in drawn.iter(f"{SVG}title")]
    assert titles.count("Nothing") == 4
    assert titles.count("a to b: 2") == 2
    assert titles[0] == "Flows"
    assert drawn.find(f"{SVG}desc").text == "In all 2."
    assert drawn.get("role") == "img"


def test_what_is_not_reported_is_hatched_and_what_is_missing_is_coloured() -> None:
    one = Grid("t", "s", "d", "a", ["r"], ["c", "d"], [[SOME, NONE]], (), "e")
    drawn = ElementTree.fromstring(draw_grid(one))
    fills = [rect.get("fill") for rect in drawn.iter(f"{SVG}rect")]
    assert fills.count("url(#grid-hatch)") == 1
    # The ground, the coloured one, its hatching, and the one that lacks nothing.
    assert len(fills) == 4
    assert fills[1] != fills[3] == "#ffffff"


@given(st.lists(st.text(max_size=60), min_size=1, max_size=3))
def test_names_of_any_kind_are_harmless(names: list[str]) -> None:
    text = draw_grid(grid(names, names))
    drawn = ElementTree.fromstring(text)
    for element in drawn.iter():
        assert element.tag.removeprefix(SVG) in {
            *("svg", "title", "desc", "defs", "pattern", "line", "rect", "text", "circle", "g"),
        }
        assert not {name for name in element.attrib if name.startswith(("on", "style", "href"))}


@pytest.mark.parametrize(
    "name", ["</text><script>alert(1)</script>", "\u202eabc", "x" * 10_000, "&amp;", "\x00\x1b[31m"]
)
def test_hostile_names_stay_names(name: str) -> None:
    text = draw_grid(grid([name], ["c"]))
    ElementTree.fromstring(text)
    assert "<script" not in text
    assert "\u202e" not in text
    assert len(text) < 5_000


def test_the_command_writes_a_picture(shipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["matrix", "--by", "level", "--date", "2026-09-01", "--format", "svg"]
    assert main(["--lang", "en", *words, "--store", str(shipped)]) == 0
    drawn = ElementTree.fromstring(capsys.readouterr().out)
    told = drawn.find(f"{SVG}desc").text
    assert told.startswith("190 data flows are needed in all.")
    titles = [title.text for title in drawn.iter(f"{SVG}title")]
    assert "No need that we know of." in titles
    assert any("23 flows are needed, 16 not reported, 1 missing." in title for title in titles)
