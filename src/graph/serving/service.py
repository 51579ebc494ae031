"""The newest version of the graph, and when it is looked for anew."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Self

from graph.access import Keys, Trail
from graph.asking import Pool
from graph.config import Settings
from graph.errors import StoreError
from graph.serving.desks import Desks
from graph.serving.dumps import Dumps
from graph.serving.gate import Gate
from graph.serving.journal import Journal
from graph.serving.snapshot import Snapshot
from graph.serving.watch import LOOK, State, Watch
from graph.store import version_of
from graph.store.folder import Folder
from graph.store.sums import refuse_changed


class Service:
    """The graph as it is served: `now` is the newest version, and a commit makes a newer one.

    `watched` says whether the store is looked through and looked after in the background, as a
    server does; one that is not trusts it. `journal` is where the operator reads what happened.
    """

    def __init__(
        self, settings: Settings, root: Path | None = None, journal: Journal | None = None
    ) -> None:
        self.settings = settings
        self.root = root
        self.journal = journal or Journal()
        self._lock = threading.Lock()
        self._looked = 0.0
        self._now: Snapshot | None = None
        self._copy: Path | None = None
        self._said = ""
        self._over = False
        self._watch: Watch | None = None
        # As many as there are cores: one interpreter does not do more at a time anyway.
        self.gate = Gate(os.cpu_count() or 1, settings.serving.patience)
        self.pool = Pool(settings.store, settings.serving, self.journal.tell)
        self.desks = Desks(settings, root)
        self.dumps = Dumps()
        self.keys = Keys(settings.store)
        self.trail = Trail(settings.store)

    def start(self, watched: bool = False) -> Self:
        """Open the store for reading; StoreAbsent when there is none.

        A damaged one is no reason for a watched service not to start: it says so, and takes the
        store into use when it has been mended.
        """
        if watched:
            self._watch = Watch(
                self.settings.store,
                self.journal,
                self._looked_for,
                self.settings.serving.read_only,
            )
            # An absent store is told at once, before anybody is promised anything.
            version_of(self.settings.store)
            self._watch.start()
        else:
            self.refresh()
        return self

    def stop(self) -> None:
        """Let go of everything."""
        if self._watch is not None:
            self._watch.stop()
        with self._lock:
            # Whoever is about to take a newer version into use finds that it is over.
            self._over = True
            self._now = None
        self.pool.stop()
        self.desks.stop()
        self.dumps.stop()
        self.journal.close()

    @property
    def now(self) -> Snapshot:
        """The newest version; one that another process published is seen within half a second.

        NotReady when what can be read is not what its record says.
        """
        if self._watch is not None:
            bad = self._watch.state.read
            if bad is not None:
                raise bad
        if time.monotonic() - self._looked > LOOK:
            self._looked_for()
        if self._now is None:
            raise RuntimeError("the service has not been started")
        return self._now

    @property
    def state(self) -> State:
        """What can be done now: reading, and writing."""
        if self._watch is not None:
            return self._watch.state
        return State()

    @property
    def tag(self) -> str | None:
        """The version in use, without looking for a newer; None when none could be opened."""
        return self._now.tag if self._now is not None else None

    def check_writing(self) -> None:
        """Raise NotReady, with the reason, when nothing can be handed in now."""
        bad = self.state.write
        if bad is not None:
            raise bad

    def doubt(self) -> None:
        """Have the store looked through soon: somebody met what should not be there."""
        if self._watch is not None:
            self._watch.doubt()

    def wait(self, seconds: float) -> bool:
        """Wait until the store has been looked through; tell whether it was. For who tests it."""
        return self._watch is None or self._watch.wait(seconds)

    def refresh(self) -> None:
        """Take the newest version into use, if it is another than the one in use."""
        with self._lock:
            if self._over:
                return
            self._looked = time.monotonic()
            version = version_of(self.settings.store)
            # A rebuilt store may say the same of itself as the damaged one did.
            copy = Folder(self.settings.store).current()
            if self._now is not None and (version, copy) == (self._now.version, self._copy):
                return
            if self._watch is not None:
                refuse_changed(self.settings.store, copy)
            first = self._now is None
            self._now, self._copy = Snapshot(self.settings.store, self.root, self.gate), copy
            if first:
                self.pool.start()
                self.desks.start()
            else:
                self.pool.renew()
                self.desks.renew()
            self.journal.tell("version", version=self._now.tag, statements=version.triples)

    def _looked_for(self) -> StoreError | None:
        """Refresh; give what kept us from it, unless there is an older version to go on with."""
        try:
            self.refresh()
        except StoreError as error:
            if self._now is None:
                return error
            if error.code != self._said:
                self._said = error.code
                self.journal.tell("version-unreadable", code=error.code)
            return None
        self._said = ""
        return None
