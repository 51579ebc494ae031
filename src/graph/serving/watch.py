"""Whether what is served may be relied on: looked through at the start, and until it is whole.

A thread of its own also looks for versions that others publish, so that they are in use before
anybody asks.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from graph.errors import (
    KeysDamaged,
    LivsgrafError,
    NotWhole,
    ServedReadOnly,
    StillChecking,
    StoreError,
    TrailBroken,
)
from graph.replay import recover
from graph.serving.journal import Journal
from graph.serving.whole import Wholeness, look_through, told_of

LOOK = 0.5
"""Seconds between two looks for a version that another process published."""
_AGAIN = 5.0
"""Seconds between two looks through a store that is not whole, in the hope that it was mended."""
_SHARE = 10
"""Looking again takes at most one part of so many of the time; much less where all was well."""
_NOW_AND_THEN = 300.0
"""Seconds between two looks through a store that was whole the last time."""


_MEND: Mapping[type[StoreError], str] = {
    KeysDamaged: "put keys.json back from a backup, or take it away and make new keys",
    TrailBroken: "put the folder audit back from a backup, or keep it elsewhere: a new one begins",
}


@dataclass(frozen=True)
class State:
    """What can be done now, and why what cannot be done cannot.

    `read` and `write` are None when it can, and else the error to answer with.
    """

    read: LivsgrafError | None = None
    write: LivsgrafError | None = None


class Watch:
    """Looks after one store while it is served."""

    def __init__(
        self,
        place: Path,
        journal: Journal,
        refresh: Callable[[], StoreError | None],
        read_only: bool = False,
        again: float = _AGAIN,
    ) -> None:
        self._place = place
        self._journal = journal
        self._refresh = refresh
        self._read_only = read_only
        self._again = again
        self._stop = threading.Event()
        self._done = threading.Event()
        self._found: Wholeness | None = None
        self._unopened: StoreError | None = None
        self._thread: threading.Thread | None = None
        self._looked_at = (0, 0)
        self._doubted = threading.Event()

    def start(self) -> None:
        """Begin to look, in the background."""
        self._unopened = self._refresh()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(LOOK)

    def wait(self, seconds: float) -> bool:
        """Wait until the store has been looked through once; tell whether it was."""
        return self._done.wait(seconds)

    def doubt(self) -> None:
        """Look through the store soon: somebody met what should not be there."""
        self._doubted.set()

    @property
    def state(self) -> State:
        """What can be done now."""
        found, unopened = self._found, self._unopened
        bad = unopened or (found.content if found else None)
        read = NotWhole("read", bad) if bad else None
        write: LivsgrafError | None = None
        if self._read_only:
            write = ServedReadOnly()
        elif found is None:
            write = StillChecking()
        elif found.record or bad:
            write = NotWhole("write", found.record or bad or StillChecking())
        return State(read, write)

    def _run(self) -> None:
        next_look = soonest = 0.0
        while not self._stop.is_set():
            self._settle()
            self._unopened = self._refresh()
            # A store that somebody has built anew is looked at at once.
            anew = self._published() != self._looked_at
            due = time.monotonic() >= next_look
            doubted = self._doubted.is_set() and time.monotonic() >= soonest
            if doubted or due or (anew and self._wanted()):
                self._doubted.clear()
                self._looked_at = self._published()
                begun = time.monotonic()
                self._look()
                took = time.monotonic() - begun
                wait = max(self._again, _SHARE * took)
                if not self._wanted():
                    wait = max(_NOW_AND_THEN, _SHARE * _SHARE * took)
                next_look = time.monotonic() + wait
                soonest = time.monotonic() + max(self._again, _SHARE * took)
            self._stop.wait(LOOK)

    def _settle(self) -> None:
        """Settle what another process left half done, once it does not hold the store any more."""
        if self._read_only:
            return
        # Whatever keeps us from it, the next look through the store tells.
        with contextlib.suppress(Exception):
            for receipt in recover(self._place):
                self._journal.tell("settled", receipt=receipt.id)

    def _published(self) -> tuple[int, int]:
        """Tell one publishing of a version from another."""
        with contextlib.suppress(OSError):
            seen = (self._place / "current").stat()
            return seen.st_ino, seen.st_mtime_ns
        return 0, 0

    def _wanted(self) -> bool:
        found = self._found
        return found is None or bool(self._unopened or found.content or found.record)

    def _look(self) -> None:
        before = self._found
        begun = time.monotonic()
        try:
            found = look_through(self._place, write=not self._read_only)
        except LivsgrafError as error:
            # Not a fault of the store's files, and yet it cannot be relied on.
            found = Wholeness(None, StoreError(self._place, reason=str(error)))
        except Exception as error:
            found = Wholeness(None, StoreError(self._place, reason=type(error).__name__))
        # What was looked through is served before it is said to be whole.
        self._unopened = self._refresh()
        self._found = found
        self._done.set()
        seconds = round(time.monotonic() - begun, 2)
        if before is not None and _codes(before) == _codes(found):
            return
        bad = found.content or found.record
        if bad is None:
            self._journal.tell("store-whole", seconds=seconds)
        else:
            closed = "read and write" if found.content else "write"
            self._journal.tell(
                "store-damaged",
                closed=closed,
                code=bad.code,
                **told_of(bad),
                mend=_MEND.get(type(bad), "livsgraf rebuild"),
            )


def _codes(found: Wholeness) -> tuple[str, ...]:
    return tuple("" if error is None else str(error) for error in found)
