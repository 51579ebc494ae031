"""Desks behind walls, kept ready: starting one takes longer than judging a file at it.

Each is used for one file and then ended, so that nothing of one stranger's is left for the next.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from graph.config import Settings
from graph.errors import Busy
from graph.examining.desk import WalledDesk


class Desks:
    """Desks by one store; at most `Serving.desks` are in use, and as many stand ready."""

    def __init__(self, settings: Settings, root: Path | None = None) -> None:
        self._settings, self._root = settings, root
        self._most = settings.serving.desks
        self._free = threading.BoundedSemaphore(self._most)
        self._lock = threading.Lock()
        self._ready: list[WalledDesk] = []
        self._stopped = False

    def start(self) -> None:
        """Start those that stand ready; they warm up while others go on."""
        for _ in range(self._most):
            self._add()

    def stop(self) -> None:
        """End those that stand ready."""
        with self._lock:
            self._stopped = True
            ready, self._ready = self._ready, []
        for desk in ready:
            desk.close()

    def renew(self) -> None:
        """Let every file from now on be judged by the newest version of the store."""
        with self._lock:
            old, self._ready = self._ready, []
        for desk in old:
            desk.close()
        self.start()

    @contextlib.contextmanager
    def one(self) -> Iterator[WalledDesk]:
        """Lend a desk, to be used once; Busy when none comes free in time."""
        if not self._free.acquire(timeout=self._settings.serving.patience):
            raise Busy(5)
        try:
            desk = self._take()
            try:
                yield desk
            finally:
                desk.close()
        finally:
            self._free.release()
            # Without a process to spare the next who asks makes one.
            with contextlib.suppress(OSError):
                self._add()

    def sit(self, settings: Settings, root: Path | None = None) -> WalledDesk:
        """Give a desk that its taker closes; for who hands in."""
        if settings.store == self._settings.store and root == self._root:
            return self._take()
        return WalledDesk(settings, root)

    def _take(self) -> WalledDesk:
        with self._lock:
            if self._ready:
                # The one that was started first is warm.
                return self._ready.pop(0)
        return WalledDesk(self._settings, self._root)

    def _add(self) -> None:
        with self._lock:
            if self._stopped or len(self._ready) >= self._most:
                return
            self._ready.append(WalledDesk(self._settings, self._root))
