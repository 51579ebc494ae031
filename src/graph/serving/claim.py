"""One server for each store: who serves it says so in its folder, for as long as it lives."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from typing import IO, Self

from graph.errors import AlreadyServed
from graph.store.folder import faults

FILE = "serve.lock"
_LONGEST = 300


class Claim:
    """The right to serve a store and to write to it; the system takes it back when we die."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._file: IO[str] | None = None

    def take(self, address: str) -> Self:
        """Take it; AlreadyServed names the address of who has it."""
        with faults(self._place):
            # Left behind on purpose, as `lock` is: removing it lets two hold two files.
            file = (self._place / FILE).open("a+", encoding="utf-8")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.seek(0)
                told = file.read(_LONGEST).partition("\n")[0]
                file.close()
                raise AlreadyServed(self._place, told or "?") from error
            with contextlib.suppress(OSError):
                # Only a courtesy: a full disk is no reason not to serve.
                file.truncate(0)
                file.write(f"{address}\n{os.getpid()}\n")
                file.flush()
        self._file = file
        return self

    def drop(self) -> None:
        """Give it back."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None
