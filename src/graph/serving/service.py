"""The newest version of the graph, when it is looked for anew, and whether it may be relied on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from graph.access import Keys, Trail
from graph.asking import Pool
from graph.config import Settings
from graph.errors import LivsgrafError, NotReady, ReadOnly
from graph.serving.checking import verdict
from graph.serving.desks import Desks
from graph.serving.snapshot import Snapshot
from graph.store import version_of

_LOOK = 0.5
"""Seconds between two looks for a version that another process published."""

Note = Callable[..., None]


def _silent(_: str, **__: object) -> None:
    """Note nothing."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the service may be asked and written to; `why` and `reason` tell what is in the way.

    `why` is one of checking, damaged, log-damaged, read-only, and empty when nothing is.
    """

    reads: bool
    writes: bool
    why: str = ""
    reason: str = ""


class Service:
    """The graph as it is served: `now` is the newest version, and a commit makes a newer one."""

    def __init__(self, settings: Settings, root: Path | None = None, note: Note = _silent) -> None:
        self.settings = settings
        self.root = root
        self.note = note
        self._lock = threading.Lock()
        self._looked = 0.0
        self._now: Snapshot | None = None
        self._verdict = ("checking", "")
        self._checked: object = None
        self._stopped = False
        self.pool = Pool(settings.store, settings.serving)
        self.desks = Desks(settings, root)
        self.keys = Keys(settings.store)
        self.trail = Trail(settings.store)

    def start(self) -> Self:
        """Open the store for asking, and begin to check it; StoreAbsent when there is none.

        A content that cannot even be opened is damaged: the service is there to say so.
        """
        try:
            self._now = Snapshot(self.settings.store, self.root)
            self._checked = self._now.version
        except LivsgrafError as error:
            version_of(self.settings.store)
            self._verdict = ("damaged", str(error))
            self.note("damaged", reason=str(error))
            return self
        self.pool.start()
        self.desks.start()
        threading.Thread(target=self._check, daemon=True).start()
        return self

    def stop(self) -> None:
        """Let go of everything."""
        self._stopped = True
        self.pool.stop()
        self.desks.stop()
        self._now = None

    @property
    def now(self) -> Snapshot:
        """The newest version; one that another process published is seen within half a second.

        NotReady where the content is not what it should be.
        """
        if time.monotonic() - self._looked > _LOOK:
            self.refresh()
        if self._verdict[0] == "damaged" or self._now is None:
            raise NotReady("damaged", 30)
        return self._now

    def refresh(self) -> None:
        """Take the newest version into use, if it is another than the one in use."""
        with self._lock:
            self._looked = time.monotonic()
            if self._stopped:
                return
            try:
                version = version_of(self.settings.store)
                if self._now is not None and version == self._now.version:
                    return
                newer = Snapshot(self.settings.store, self.root)
            except LivsgrafError as error:
                # A build at work is between two names; what is in use goes on.
                self.note("not-refreshed", reason=str(error))
                return
            mended = self._now is None or self._verdict[0] == "damaged"
            self._now = newer
            if mended:
                self._verdict = ("checking", "")
                self.pool.start()
                threading.Thread(target=self._check, daemon=True).start()
            else:
                self.pool.renew()
            self.desks.renew()
        self.note("version", version=newer.tag, statements=version.triples)

    def ready(self) -> Readiness:
        """Tell whether the service may be asked and written to."""
        if time.monotonic() - self._looked > _LOOK:
            self.refresh()
        why, reason = self._verdict
        if why == "damaged":
            return Readiness(False, False, why, reason)
        if self.settings.serving.read_only:
            return Readiness(True, False, "read-only")
        return Readiness(True, why == "whole", "" if why == "whole" else why, reason)

    def check_writing(self) -> None:
        """Raise where nothing may be handed in: ReadOnly, or NotReady with the reason."""
        if self.settings.serving.read_only:
            raise ReadOnly
        why = self._verdict[0]
        if why != "whole":
            raise NotReady(why)

    def _check(self) -> None:
        begun = time.monotonic()
        found = verdict(self.settings.store)
        if self._stopped:
            return
        self._verdict = found
        seconds = round(time.monotonic() - begun, 2)
        self.note("checked", verdict=found[0], reason=found[1], seconds=seconds)
