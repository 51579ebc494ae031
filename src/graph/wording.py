"""An error → the lines that tell it: what and where, why, and how to mend it.

The command line and the pages of the server say the same words.
"""

from __future__ import annotations

import errno
import os

from graph.errors import LivsgrafError, ParseError, QuerySyntaxError, UnknownName
from graph.messages import Messages
from graph.render.lines import STRANGE, printable

_OWN_WORDS = 150
"""How much a parser says in its own words: the longest lists every sign that could have stood."""
_FOUND = 40
_WRITTEN = 200
# What the system says in English → the key of what we say instead.
_SYSTEM = {
    os.strerror(number): f"error.system-{name.lower()}"
    for number, name in (errno.errorcode.items())
}


class Wording:
    """One language, and what a person writes to build the store in use.

    `served` is for whoever asks over the network: other words help there than on a command line.
    """

    def __init__(
        self, messages: Messages, build: str = "livsgraf build", served: bool = False
    ) -> None:
        self.messages = messages
        self.build = build
        self.served = served

    def text(self, key: str, /, **values: object) -> str:
        """Give a text with its names filled in."""
        return self.messages.text(key, **values)

    def told(self, error: LivsgrafError) -> tuple[str, list[str]]:
        """Give what is wrong and where, and the lines below it: the place, why, how to mend it."""
        key = f"error.{error.code}"
        if isinstance(error, UnknownName) and f"error.unknown-{error.kind}" in self.messages:
            key = f"error.unknown-{error.kind}"
        values = {name: _shortened(name, str(value)) for name, value in error.params.items()}
        values["build"] = self.build
        if "type" in values:
            values["type"] = self.messages.maybe(f"error.type-{values['type']}") or values["type"]
        if "unit" in values:
            values["unit"] = self.messages.maybe(f"error.unit-{values['unit']}") or values["unit"]
        untold = f"{key}-untold"
        # A text with a hole in it says nothing of what is not there.
        lacking = error.params.get("value") == "" and untold in self.messages
        what = self.text(untold if lacking else key, **values).rstrip()
        lines: list[str] = []
        source = getattr(error, "source", "")
        if source:
            lines += _pointed(source, getattr(error, "column", 1))
        reason = values.get("reason", "")
        lines += self._why(error, "" if reason in what else reason)
        suggestions = getattr(error, "suggestions", ())
        if isinstance(error, UnknownName) and suggestions:
            lines.append(self.text("says.did_you_mean", suggestions=self.either(suggestions)))
        elif isinstance(error, UnknownName) and error.known:
            lines.append(self.text("says.choose", known=", ".join(error.known)))
        else:
            hint = self._hint(key, values)
            lines += [hint] if hint else []
        return what, lines

    def _hint(self, key: str, values: dict[str, str]) -> str | None:
        keys = (f"{key}-hint-served", f"{key}-hint") if self.served else (f"{key}-hint",)
        return next((self.text(one, **values) for one in keys if one in self.messages), None)

    def _why(self, error: LivsgrafError, reason: str) -> list[str]:
        """Say why, in the reader's language as far as we know; the rest is marked as English."""
        lines = []
        if isinstance(error, QuerySyntaxError) and error.ends:
            lines.append(self.text("error.ends"))
        elif isinstance(error, QuerySyntaxError) and error.found:
            lines.append(self.text("error.found", found=_cut(error.found, _FOUND)))
        if not reason:
            return lines
        if isinstance(error, ParseError | QuerySyntaxError):
            return [*lines, self.text("error.own-words", reason=_cut(reason, _OWN_WORDS))]
        known = self.messages.maybe(_SYSTEM.get(reason, ""))
        return [*lines, known or self.text("error.reason", reason=reason)]

    def either(self, words: tuple[str, ...]) -> str:
        """Join words as one choice: a, b or c."""
        if len(words) < 2:
            return "".join(words)
        return f"{', '.join(words[:-1])} {self.text('says.or')} {words[-1]}"


def _shortened(name: str, value: str) -> str:
    """Give what a person wrote, but not a whole book of it."""
    return _cut(value, _WRITTEN) if name in ("name", "value") else value


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most].rstrip() + " …"


def _pointed(source: str, column: int) -> list[str]:
    """Give the line at fault with a caret below its column; a long line is cut around the place."""
    source = source.rstrip("\n").replace("\t", " ")
    place = max(column - 1, 0)
    start = max(0, place - 50)
    shown = printable(source[start : start + 74])
    if shown.count(STRANGE) * 3 > len(shown):
        # Of what is no text at all there is nothing to see.
        return []
    return [f"  {shown}", "  " + " " * (place - start) + "^"]
