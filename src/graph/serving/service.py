"""The newest version of the graph, and when it is looked for anew."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Self

from graph.access import Keys, Trail
from graph.asking import Pool
from graph.config import Settings
from graph.errors import ReadOnly
from graph.serving.desks import Desks
from graph.serving.snapshot import Snapshot
from graph.store import version_of

_LOOK = 0.5
"""Seconds between two looks for a version that another process published."""


class Service:
    """The graph as it is served: `now` is the newest version, and a commit makes a newer one."""

    def __init__(self, settings: Settings, root: Path | None = None) -> None:
        self.settings = settings
        self.root = root
        self._lock = threading.Lock()
        self._looked = 0.0
        self._now: Snapshot | None = None
        self.pool = Pool(settings.store, settings.serving)
        self.desks = Desks(settings, root)
        self.keys = Keys(settings.store)
        self.trail = Trail(settings.store)

    def start(self) -> Self:
        """Open the store for reading; StoreAbsent when there is none."""
        self._now = Snapshot(self.settings.store, self.root)
        self.pool.start()
        self.desks.start()
        return self

    def stop(self) -> None:
        """Let go of everything."""
        self.pool.stop()
        self.desks.stop()
        self._now = None

    @property
    def now(self) -> Snapshot:
        """The newest version; one that another process published is seen within half a second."""
        if time.monotonic() - self._looked > _LOOK:
            self.refresh()
        if self._now is None:
            raise RuntimeError("the service has not been started")
        return self._now

    def refresh(self) -> None:
        """Take the newest version into use, if it is another than the one in use."""
        with self._lock:
            self._looked = time.monotonic()
            version = version_of(self.settings.store)
            if self._now is None or version != self._now.version:
                self._now = Snapshot(self.settings.store, self.root)
                self.pool.renew()
                self.desks.renew()

    def check_writing(self) -> None:
        """Raise ReadOnly where nothing may be handed in."""
        if self.settings.serving.read_only:
            raise ReadOnly
