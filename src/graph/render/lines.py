"""Lines of text for people: one console, broken between words, with nothing that steers it."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

_LETTERS = re.compile(r"\W*[^\W\d_]+\W*")
STRANGE = "\N{REPLACEMENT CHARACTER}"
_REST = 3
"""A hyphen leaves at least so many letters on either side."""


@contextmanager
def unsteered(out: TextIO) -> "Iterator[TextIO]":
    """Lend a place to write to; on a terminal what comes of it steers nothing."""
    if not out.isatty():
        yield out
        return
    held = StringIO()
    try:
        yield held
    finally:
        out.write(printable(held.getvalue()))


def printable(text: str) -> str:
    """Give a text with a mark for every sign that could steer a terminal instead of being seen."""
    return "".join(
        sign
        if sign == "\n" or sign.isprintable() or unicodedata.category(sign) == "Zs"
        else " "
        if sign == "\t"
        else STRANGE
        for sign in text
    )


def open_console(out: TextIO, width: int, terminal: bool) -> "Console":
    """Open a console as wide as asked for; only a terminal gets colours."""
    from rich.console import Console

    return Console(
        file=out,
        width=width,
        force_terminal=terminal,
        color_system="auto" if terminal else None,
        highlight=False,
        markup=False,
        emoji=False,
    )


def put(console: "Console", line: str, look: str | None = None) -> None:
    """Put one line as it is."""
    from rich.text import Text

    console.print(Text(printable(line), style=look or ""), soft_wrap=True)


def say(console: "Console", line: str, look: str | None = None) -> None:
    """Put a text, broken between words where the console ends."""
    # A line that begins with spaces is a command to copy, and stays whole.
    for text in line.split("\n"):
        for part in [text] if text.startswith(" ") else broken(text, console.width):
            put(console, part, look)


def one_line(text: str, none: str = "") -> str:
    """Give a text on one line, in which nothing steers a terminal; `none` where nothing is left."""
    # A control sign in a value must not steer the terminal.
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(shown.split()) or none


def broken(text: str, width: int) -> list[str]:
    """Break between words; inside a word only where it is longer than a whole line."""
    lines = [""]
    for word in text.split():
        for part in _parts(word, max(width, 1)):
            if not lines[-1]:
                lines[-1] = part
            elif len(lines[-1]) + 1 + len(part) <= width:
                lines[-1] += f" {part}"
            else:
                lines.append(part)
    return lines


def _parts(word: str, width: int) -> list[str]:
    """Cut a word that is longer than a line: with a hyphen, but a name or an address as it is."""
    hyphen = width > 2 * _REST and _LETTERS.fullmatch(word) is not None
    parts = []
    while len(word) > width:
        at = min(width - 1, len(word) - _REST) if hyphen else width
        parts.append(word[:at] + ("-" if hyphen else ""))
        word = word[at:]
    return [*parts, word]
