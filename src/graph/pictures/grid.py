"""A grid of squares, such as who gives × who gets; one without anything is drawn as empty."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_WIDTH, _HEIGHT = 54, 30
"""The size of a square, in the picture's own units."""
_SIGN = 7.0
"""How wide a sign is on average, in letters of 12 units."""
_LEAST = 560
_LONGEST, _LINES = 34, 2
"""How many signs of a name stand on a line, and how many lines it has."""
_SHADES = ("#ffffff", "#fde8e3", "#f9c6bb", "#f19d8d", "#e8755f")
"""From none to all; dark letters are read on each of them."""


@dataclass(frozen=True)
class Square:
    """One square: the words in it, the share that colours it (0 to 1), whether it is hatched.

    `told` is the sentence of it, for those who cannot see it or who point at it.
    """

    text: str
    share: float
    hatched: bool
    told: str


@dataclass(frozen=True)
class Grid:
    """A grid with its words: `legend` tells what colour, hatching and the empty square mean.

    `squares` are by row; None is an empty one, which `empty` says in words.
    """

    title: str
    sentence: str
    down: str
    across: str
    rows: Sequence[str]
    columns: Sequence[str]
    squares: Sequence[Sequence[Square | None]]
    legend: Sequence[str]
    empty: str


def draw_grid(grid: Grid) -> str:
    """Draw a grid as SVG 1.1, one document, which holds no style, script or address to fetch."""
    rows, columns = [_lines(name) for name in grid.rows], [_lines(name) for name in grid.columns]
    longest = max((len(line) for name in rows for line in name), default=0)
    left = 24 + round(max(longest, len(grid.down) + 3) * _SIGN)
    # The names of columns stand aslant, so that they need less room upwards.
    high = round(max((len(line) for name in columns for line in name), default=0) * _SIGN * 0.72)
    top = 72 + high + 18
    width = max(left + len(columns) * _WIDTH + high + 16, _LEAST)
    width = max(width, 24 + round(len(grid.sentence) * _SIGN))
    legend = [line for text in grid.legend for line in textwrap.wrap(text, int(width / _SIGN))]
    drawn: str = _template().render(
        grid=grid,
        rows=[(top + at * _HEIGHT, name) for at, name in enumerate(rows)],
        columns=[(left + at * _WIDTH, name) for at, name in enumerate(columns)],
        squares=[
            (left + across * _WIDTH, top + down * _HEIGHT, square, _shade(square))
            for down, row in enumerate(grid.squares)
            for across, square in enumerate(row)
        ],
        left=left,
        top=top,
        width=width,
        height=top + len(rows) * _HEIGHT + 24 + 18 * len(legend) + 8,
        foot=top + len(rows) * _HEIGHT + 24,
        legend=legend,
        across=_WIDTH,
        down=_HEIGHT,
    )
    return drawn


def _shade(square: Square | None) -> str:
    if square is None or square.share <= 0:
        return _SHADES[0]
    return _SHADES[min(len(_SHADES) - 1, 1 + int(square.share * (len(_SHADES) - 1)))]


def _lines(name: str) -> list[str]:
    """Break a name; what XML cannot hold is left out, and a long one is cut."""
    said = " ".join("".join(sign for sign in name if sign.isprintable()).split())
    lines = textwrap.wrap(said, _LONGEST) or [""]
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], lines[_LINES - 1][: _LONGEST - 1] + "…"]
    return lines


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("grid.svg")
