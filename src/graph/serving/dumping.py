"""The whole content as files, made once for each version and kept until the next."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from graph import export
from graph.serving.snapshot import Snapshot
from graph.store.folder import faults

FORMATS = {"trig": "trig", "nq": "nquads"}
"""The formats by the ending of the file, as `export` calls them."""


@dataclass(frozen=True, slots=True)
class Dump:
    """One file, whole."""

    path: Path
    size: int


class Dumps:
    """The files of the newest version that was asked for; those of older ones are removed.

    Who is sent an older file goes on with it: what is open is there until it is closed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._tag = ""

    def file(self, now: Snapshot, form: str) -> Dump:
        """Give the content in a format by its ending; DiskFull where there is no room for it."""
        with self._lock:
            if self._folder is None or self._tag != now.tag:
                self.close()
                self._folder = tempfile.TemporaryDirectory(prefix="livsgraf-")
                self._tag = now.tag
            path = Path(self._folder.name) / f"livsgraf.{form}"
            if not path.is_file():
                with faults(path.parent), export.whole(path) as out:
                    export.write(now.store, FORMATS[form], out)
            return Dump(path, path.stat().st_size)

    def close(self) -> None:
        """Remove the files."""
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()
