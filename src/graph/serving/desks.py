"""Desks behind walls, kept ready: starting one takes longer than judging a file at it.

Each is used for one file and then ended, so that nothing of one stranger's is left for the next.
Who only wants a file judged and who hands one in stand in two lines: a commit waits for the one
before it, and nobody else should have to wait for that.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from graph.config import Settings
from graph.errors import Busy
from graph.examining.desk import WalledDesk
from graph.store import version_of

HANDING_IN = 30.0
"""How many seconds who hands in waits in line; a commit takes some."""
_START = 15.0
_TRIES = 2
_AGAIN = 5

Sit = Callable[[Settings, Path | None], WalledDesk]


class Desks:
    """Desks by one store; `Serving.desks` files are in work in each line, and as many are warm."""

    def __init__(self, settings: Settings, root: Path | None = None) -> None:
        self._settings, self._root = settings, root
        self._most = settings.serving.desks
        self._judging = threading.BoundedSemaphore(self._most)
        self._handing_in = threading.BoundedSemaphore(self._most)
        self._lock = threading.Lock()
        self._ready: list[WalledDesk] = []
        self._stopped = True

    def start(self) -> None:
        """Start those that stand ready; they warm up while others go on."""
        self._stopped = False
        self._fill()

    def stop(self) -> None:
        """End those that stand ready; one that is in use is ended by its user."""
        self._stopped = True
        self._clear()

    def renew(self) -> None:
        """Let every file from now on be judged by the newest version of the store."""
        self._clear()
        self._fill()

    @contextlib.contextmanager
    def one(self) -> Iterator[WalledDesk]:
        """Lend a desk, to be used once; Busy when none comes free in time."""
        patience = self._settings.serving.patience
        with self._place(self._judging, patience), contextlib.closing(self._started()) as desk:
            # The next who asks finds a warm one, however long this file takes.
            self._fill()
            yield desk

    @contextlib.contextmanager
    def handing_in(self) -> Iterator[Sit]:
        """Lend a place in the other line, and what gives desks there, which their taker closes.

        Whoever holds the place gets every desk that one file needs without waiting again: the next
        in line may wait for the store, which this one holds. Busy when no place comes free in time.
        """
        with self._place(self._handing_in, HANDING_IN):
            yield self._sit

    def _sit(self, settings: Settings, root: Path | None) -> WalledDesk:
        """Give a desk by the service's own settings: who is an editor is nothing that it asks."""
        if (settings.store, root) != (self._settings.store, self._root):
            raise ValueError("a desk by another store")
        return self._started()

    @contextlib.contextmanager
    def _place(self, line: threading.BoundedSemaphore, seconds: float) -> Iterator[None]:
        if not line.acquire(timeout=seconds):
            raise Busy(_AGAIN)
        try:
            yield
        finally:
            line.release()
            self._fill()

    def _started(self) -> WalledDesk:
        """Give one that is ready for work; one that does not come up is no fault of the file's."""
        for _ in range(_TRIES):
            desk = self._taken()
            if desk.starts_within(_START):
                return desk
            desk.close()
        raise Busy(_AGAIN)

    def _taken(self) -> WalledDesk:
        """Take a warm one, the first that was started, or make one where none is of today."""
        digest = version_of(self._settings.store).digest
        with self._lock:
            ready, self._ready = self._ready, []
            good = [desk for desk in ready if desk.digest == digest]
            self._ready = good[1:]
        for old in ready:
            if old not in good:
                old.close()
        return good[0] if good else WalledDesk(self._settings, self._root)

    def _fill(self) -> None:
        # Without a process to spare, or a store to open, the next who asks makes one, or is told.
        with contextlib.suppress(Exception):
            while self._add():
                continue

    def _add(self) -> bool:
        with self._lock:
            if self._stopped or len(self._ready) >= self._most:
                return False
            self._ready.append(WalledDesk(self._settings, self._root))
            return True

    def _clear(self) -> None:
        with self._lock:
            old, self._ready = self._ready, []
        for desk in old:
            desk.close()
