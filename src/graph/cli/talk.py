"""What the command line says to a person: on standard error, in their language."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from graph.errors import LivsgrafError
from graph.messages import Messages
from graph.render.lines import printable
from graph.wording import Wording

Progress = Callable[..., None]


class Talk:
    """One language and one stream to speak on."""

    def __init__(self, messages: Messages, err: TextIO | None = None) -> None:
        self.messages = messages
        self.build = "livsgraf build"
        """What a person writes to build the store in use."""
        self._err = err

    @property
    def err(self) -> TextIO:
        """Where to speak; looked up late, because tests exchange the stream."""
        return self._err or sys.stderr

    def text(self, key: str, /, **values: object) -> str:
        """Give a text with its names filled in."""
        return self.messages.text(key, **values)

    def say(self, line: str) -> None:
        """Speak one line, in which nothing steers a terminal; who cannot be reached is not told."""
        with suppress(OSError):
            print(printable(line), file=self.err)

    def tell(self, key: str, /, **values: object) -> None:
        """Speak the text of a key."""
        self.say(self.text(key, **values))

    def refuse(self, error: LivsgrafError) -> None:
        """Say what is wrong, where, and how to mend it."""
        for line in self.lines_of(error):
            self.say(line)

    def lines_of(self, error: LivsgrafError) -> list[str]:
        """Give an error's lines: what and where, the place with a caret, why, how to mend it."""
        what, below = Wording(self.messages, self.build).told(error)
        return [f"{self.text('says.error')} {what}".rstrip(), *below]

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
