"""What the command line says to a person: on standard error, in their language."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from graph.errors import LivsgrafError, ParseError, QuerySyntaxError, UnknownName
from graph.messages import Messages

Progress = Callable[..., None]
_AT = (ParseError, QuerySyntaxError)


class Talk:
    """One language and one stream to speak on."""

    def __init__(self, messages: Messages, err: TextIO | None = None) -> None:
        self.messages = messages
        self._err = err

    @property
    def err(self) -> TextIO:
        """Where to speak; looked up late, because tests exchange the stream."""
        return self._err or sys.stderr

    def text(self, key: str, /, **values: object) -> str:
        """Give a text with its names filled in."""
        return self.messages.text(key, **values)

    def say(self, line: str) -> None:
        """Speak one line."""
        print(line, file=self.err)

    def tell(self, key: str, /, **values: object) -> None:
        """Speak the text of a key."""
        self.say(self.text(key, **values))

    def refuse(self, error: LivsgrafError) -> None:
        """Say what is wrong, where, and how to mend it."""
        for line in self.lines_of(error):
            self.say(line)

    def lines_of(self, error: LivsgrafError) -> list[str]:
        """Give an error's lines: what and where, the place with a caret, why, how to mend it."""
        key = f"error.{error.code}"
        if isinstance(error, UnknownName) and f"error.unknown-{error.kind}" in self.messages:
            key = f"error.unknown-{error.kind}"
        values = {name: str(value) for name, value in error.params.items()}
        lines = [f"{self.text('says.error')} {self.text(key, **values)}"]
        if isinstance(error, _AT) and error.source:
            lines += _pointed(error.source, error.column)
        if values.get("reason"):
            lines.append(self.text("error.reason", reason=values["reason"]))
        if isinstance(error, UnknownName) and error.suggestions:
            lines.append(self.text("says.did_you_mean", suggestions=self.either(error.suggestions)))
        else:
            hint = self.messages.maybe(f"{key}-hint", **values)
            lines += [hint] if hint else []
        return lines

    def either(self, words: tuple[str, ...]) -> str:
        """Join words as one choice: a, b or c."""
        if len(words) < 2:
            return "".join(words)
        return f"{', '.join(words[:-1])} {self.text('says.or')} {words[-1]}"

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Give a function that shows how far long work has come; silent unless on a terminal."""
        if not self.err.isatty():
            yield lambda *_, **__: None
            return
        # Rich comes in only when there is something to show: most commands never build.
        from rich.console import Console

        status = Console(file=self.err, highlight=False).status("")
        begun = False

        def show(stage: str, done: int = 0, total: int = 0) -> None:
            nonlocal begun
            if not begun:
                status.start()
                begun = True
            name = self.messages.maybe(f"build.{stage}") or stage
            status.update(f"{name} {done}/{total}" if total > 1 else name)

        try:
            yield show
        finally:
            if begun:
                status.stop()


def _pointed(source: str, column: int) -> list[str]:
    """Give the line at fault with a caret below its column; a long line is cut around the place."""
    source = source.rstrip("\n").replace("\t", " ")
    place = max(column - 1, 0)
    start = max(0, place - 50)
    shown = source[start : start + 74]
    return [f"  {shown}", "  " + " " * (place - start) + "^"]
