"""The whole graph as files: each written once for a version, when somebody first asks for it.

They lie in a folder of their own outside the store, so that a server that may not write there has
them too; the folder goes when the server stops.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, cast

from graph import export
from graph.scratch import Scratch
from graph.serving.snapshot import Snapshot
from graph.store.folder import faults

FORMATS: Mapping[str, str] = MappingProxyType(
    {"trig": "application/trig", "nq": "application/n-quads", "ttl": "text/turtle"}
)
"""The formats by suffix, with their media types; `ttl` is all graphs as one."""
PACKED = "gz"
NAMES = tuple(f"livsgraf.{form}{packed}" for form in FORMATS for packed in ("", f".{PACKED}"))
"""The files that there are of each version."""
_VERSIONS = 2
"""So many versions are kept: whoever is fetching the one before the newest gets all of it."""
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Dump:
    """One file: its name, where it lies, its media type, how long it is, and its SHA-256."""

    name: str
    derived: bool
    path: Path
    media: str
    length: int
    sha256: str


class Dumps:
    """The files of the newest versions. Asked by many threads; each file is written by one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scratch: Scratch | None = None
        self._gone: list[Dump] = []
        self._made: dict[str, dict[tuple[str, bool], Dump]] = {}

    def one(self, now: Snapshot, name: str, derived: bool) -> Dump:
        """Give one of `NAMES` for a version, with what follows from the content or without.

        StoreError when it cannot be written, DiskFull among them; nothing half is kept.
        """
        with self._lock:
            made = self._of(now.tag)
            if (name, derived) not in made:
                made[name, derived] = self._make(now, name, derived)
            return made[name, derived]

    def every(self, now: Snapshot, derived: bool) -> list[Dump]:
        """Give all the files of a version."""
        return [self.one(now, name, derived) for name in NAMES]

    def stop(self) -> None:
        """Remove the files."""
        with self._lock:
            if self._scratch is not None:
                self._scratch.drop()
            self._scratch, self._made, self._gone = None, {}, []

    def _of(self, tag: str) -> dict[tuple[str, bool], Dump]:
        """Give what there is of a version, and let go of the oldest beyond those kept."""
        if tag not in self._made:
            while len(self._made) >= _VERSIONS:
                # Whoever was told of a file a moment ago has not opened it yet: it stays for one
                # version more.
                for dump in self._gone:
                    dump.path.unlink(missing_ok=True)
                self._gone = list(self._made.pop(next(iter(self._made))).values())
            self._made[tag] = {}
        return self._made[tag]

    def _make(self, now: Snapshot, name: str, derived: bool) -> Dump:
        _, form, *packed = name.split(".")
        with faults(Path(tempfile.gettempdir())):
            if self._scratch is None:
                self._scratch = Scratch()
            path = self._scratch.path / f"{now.tag}-{'all' if derived else 'stated'}-{name}"
            try:
                if packed:
                    plain = self._of(now.tag).get((f"livsgraf.{form}", derived))
                    source = plain or self._make(now, f"livsgraf.{form}", derived)
                    self._of(now.tag)[source.name, derived] = source
                    _pack(source.path, path)
                else:
                    with path.open("w", encoding="utf-8", newline="\n") as out:
                        names = now.store.graphs() if derived else export.stated(now.store)
                        export.write_graphs(now.store, names, form, out)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
            media = "application/gzip" if packed else FORMATS[form]
            return Dump(name, derived, path, media, path.stat().st_size, _sum(path))


def _pack(source: Path, path: Path) -> None:
    """Pack a file; the same content gives the same bytes, so no time is written into it."""
    with source.open("rb") as given, path.open("wb") as raw:
        packed = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0)
        with packed:
            shutil.copyfileobj(given, cast(BinaryIO, packed), _PIECE)


def _sum(path: Path) -> str:
    with path.open("rb") as given:
        return hashlib.file_digest(given, "sha256").hexdigest()
