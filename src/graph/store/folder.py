"""The state folder: who may write, which copy is read, and how a new content takes its place.

    VERSION      format, software, vocabulary, digests, as JSON
    live/        the writer's own
    read/<n>/    whole copies that nothing changes; the two newest are kept, with SUMS
    current      names one of them
    accepted/    what was handed in, byte for byte, by its SHA-256
    log/         a receipt for each, in the order of acceptance
    content/     what it is built from, where that is not the shipped data/
    lock         held by the one writer
    pending      there while live/ is ahead of the copies; whoever finds it starts from `current`
    building-*/  a build at work, or what a killed one left behind

Beside these stands what a command remembers, `gaps-by-thing.json`; it may be removed at any time.
A hand may put `editors` there: who may change records that are not their own; and `livsgraf.toml`:
how it is served. `serve.lock` is held by the server, and tells its address.

Everything that decides anything is put in place by one rename, and `current` before VERSION: a
kill between the two leaves a VERSION that asks for a build, never one that promises too much.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO

from graph.errors import (
    DiskFull,
    StoreAbsent,
    StoreDamaged,
    StoreError,
    StoreForeign,
    StoreIsFile,
    StoreLocked,
    StoreNotReadable,
    StoreNotWritable,
    StoreUnmakable,
    StoreVersionMismatch,
)
from graph.store import FORMAT, Version
from graph.store.sums import FILE as SUMS
from graph.store.sums import write_sums

_KEPT_COPIES = 2
_POLL = 0.05
_SHOWN = 20
_ENDLESS = 10**6
_NUMBER = re.compile(r"[0-9]{1,18}")
_BY_HAND = frozenset({"editors", "livsgraf.toml", "keys.json", "serve.lock", "lost+found"})
"""What may be there before the first build, and makes no folder another's."""
_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class Folder:
    """One state folder; it reads and renames, and knows nothing of the engine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.live = path / "live"
        self.content = path / "content"
        self._copies = path / "read"
        self._current = path / "current"
        self._version = path / "VERSION"
        self._pending = path / "pending"
        self._lock: IO[str] | None = None

    def version(self) -> Version:
        """Read VERSION; StoreAbsent without one, StoreVersionMismatch for another format."""
        with self._opened():
            text = self._version.read_bytes()
        try:
            told: object = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise StoreDamaged(self.path, reason="VERSION is not JSON") from error
        found = told.get("format") if isinstance(told, dict) else None
        if not isinstance(told, dict) or type(found) is not int or not 0 < found < _ENDLESS:
            raise StoreDamaged(self.path, reason="VERSION names no format")
        if found != FORMAT:
            raise StoreVersionMismatch(self.path, found=found, expected=FORMAT)
        for field in fields(Version):
            # A kind of value that no program of ours writes is damage, whatever else it may mean.
            kind = int if field.type == "int" else str
            if type(told.get(field.name)) is not kind:
                raise StoreDamaged(self.path, reason=f"VERSION lacks {field.name}")
        return Version(**{field.name: told[field.name] for field in fields(Version)})

    def current(self) -> Path:
        """Give the copy that readers open; StoreAbsent when none is published."""
        with self._opened():
            name = self._current.read_bytes().decode("ascii", "replace").strip()
            copy = self._copies / name
            if not _NUMBER.fullmatch(name) or not copy.is_dir():
                raise StoreDamaged(self.path, reason=f"current names no copy: {_short(name)!r}")
        return copy

    @contextlib.contextmanager
    def _opened(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise StoreAbsent(self.path) from error
        except NotADirectoryError as error:
            raise StoreIsFile(_file_above(self.path)) from error
        except OSError as error:
            told = translate(error, self.path)
            forbidden = isinstance(told, StoreNotWritable)
            raise (StoreNotReadable(self.path) if forbidden else told) from error

    def whole(self) -> bool:
        """Tell whether readers and the writer both find what they open."""
        try:
            self.version()
            self.current()
        except StoreError:
            return False
        return self.live.is_dir()

    # -- the one writer ---------------------------------------------------------------------

    def lock(self, wait: float = 0.0) -> None:
        """Become the one writer, making the folder if need be; StoreLocked after `wait` seconds."""
        with faults(self.path):
            self._refuse_foreign()
            _away(self.path / "lock", folders=True)
            try:
                self.path.mkdir(parents=True, exist_ok=True)
            except FileNotFoundError as error:
                raise StoreUnmakable(self.path) from error
            # Left behind on purpose: removing a lock file lets two processes lock two files.
            handle = (self.path / "lock").open("a", encoding="ascii")
        until = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= until:
                    handle.close()
                    raise StoreLocked(self.path) from error
                time.sleep(_POLL)
        self._lock = handle

    def unlock(self) -> None:
        """Stop being the writer."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _refuse_foreign(self) -> None:
        file = _file_above(self.path)
        if file.exists() and not file.is_dir():
            raise StoreIsFile(file)
        if not self.path.is_dir() or self._ours():
            return
        if any(path.name not in _BY_HAND for path in self.path.iterdir()):
            raise StoreForeign(self.path)

    def _ours(self) -> bool:
        """Tell our own folder from another's that happens to hold a file of the same name.

        The log alone is ours too: it is what a backup brings back.
        """
        if any((self.path / "log").glob("[0-9]*-*.json")) and (self.path / "accepted").is_dir():
            return True
        if not (self.path / "lock").is_file():
            try:
                told = json.loads(self._version.read_bytes())
            except (OSError, ValueError, RecursionError):
                return False
            return isinstance(told, dict) and "format" in told
        there = [path for path in self.path.iterdir() if path.name not in {"lock", *_BY_HAND}]
        ours = (self.live, self._copies, self._current, self._version)
        return (
            not there
            or any(path.exists() for path in ours)
            or all(path.name.startswith("building-") for path in there)
        )

    # -- building and publishing ------------------------------------------------------------

    @contextlib.contextmanager
    def room(self) -> Iterator[Path]:
        """Lend an empty folder beside live/, removed afterwards; sweeps what dead builds left."""
        with faults(self.path):
            for left in self.path.glob("building-*"):
                shutil.rmtree(left, ignore_errors=True)
            room = self.path / f"building-{os.getpid()}-{secrets.token_hex(4)}"
            room.mkdir()
            try:
                yield room
            finally:
                shutil.rmtree(room, ignore_errors=True)

    def swap(self, room: Path, version: Version) -> None:
        """Put live/ and read/ of a room in the place of the folder's own, and publish them."""
        sync_tree(room)
        if os.path.lexists(self.live):
            self.live.rename(room / "replaced")
        (room / "live").rename(self.live)
        _away(self._pending, files=True, folders=True)
        self.publish(room / "read", version)

    def publish(self, copy: Path, version: Version) -> None:
        """Make a finished copy the one that readers open, and forget copies nobody needs."""
        write_sums(copy)
        sync_tree(copy)
        _away(self._copies, files=True)
        self._copies.mkdir(exist_ok=True)
        number = max(self._numbers(), default=0) + 1
        copy.rename(self._copies / str(number))
        sync(self._copies)
        self._put(self._current, f"{number}\n")
        self.put_version(version)
        self._pending.unlink(missing_ok=True)
        sync(self.path)
        for old in sorted(self._numbers())[:-_KEPT_COPIES]:
            shutil.rmtree(self._copies / str(old), ignore_errors=True)

    def forget_older(self) -> None:
        """Remove the copies from before the one that readers open now."""
        with faults(self.path):
            kept = int(self.current().name)
            for number in self._numbers():
                # One with a higher number is about to be published.
                if number < kept:
                    shutil.rmtree(self._copies / str(number), ignore_errors=True)
            sync(self._copies)

    def put_version(self, version: Version) -> None:
        """Write VERSION."""
        told = json.dumps(asdict(version), indent=2, ensure_ascii=False)
        self._put(self._version, told + "\n")

    def mark_pending(self) -> None:
        """Say on disk that live/ is about to be ahead of the copies."""
        self._put(self._pending, "")

    def roll_back(self) -> bool:
        """Make live/ what the current copy holds, if a write did not reach its end."""
        if not self._pending.exists() and self.live.is_dir():
            return False
        with self.room() as room:
            shutil.copytree(self.current(), room / "live", ignore=shutil.ignore_patterns(SUMS))
            sync_tree(room)
            if os.path.lexists(self.live):
                self.live.rename(room / "replaced")
            (room / "live").rename(self.live)
            self._pending.unlink(missing_ok=True)
            sync(self.path)
        return True

    # -- a content of its own ---------------------------------------------------------------

    def bring(self, source: Path) -> None:
        """Copy a content beside the one in use; nobody builds from it yet."""
        with faults(self.path):
            beside = self.content.with_suffix(".new")
            _away(beside, files=True, folders=True)
            for path in sorted(source.rglob("*.ttl")):
                if path.is_file():
                    place = beside / path.relative_to(source)
                    place.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, place)
            sync_tree(beside)

    def keep_brought(self) -> None:
        """Let the content that was brought take the place of the one in use."""
        with faults(self.path):
            old = self.content.with_suffix(".old")
            _away(old, files=True, folders=True)
            if self.content.exists():
                self.content.rename(old)
            self.content.with_suffix(".new").rename(self.content)
            sync(self.path)
            _away(old, files=True, folders=True)

    def _numbers(self) -> list[int]:
        if not self._copies.is_dir():
            return []
        names = (path.name for path in self._copies.iterdir())
        return [int(name) for name in names if _NUMBER.fullmatch(name)]

    def _put(self, path: Path, text: str) -> None:
        beside = path.with_name(path.name + ".new")
        _away(beside, folders=True)
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _away(path, folders=True)
        beside.replace(path)
        sync(self.path)


@contextlib.contextmanager
def faults(path: Path) -> Iterator[None]:
    """Turn what the system or the engine reports about files into an error of ours."""
    try:
        yield
    except OSError as error:
        raise translate(error, path) from error
    except RuntimeError as error:
        # The engine has no error of its own for a file that does not hold what it should.
        if not str(error).startswith("Corruption"):
            raise
        raise StoreDamaged(path, reason=str(error)) from error


def translate(error: OSError, path: Path) -> StoreError:
    """Say which of our errors a system error is; the engine's carry a text and no number."""
    text = str(error)
    if error.errno in _FULL or "No space left" in text or "quota exceeded" in text.lower():
        return DiskFull(path)
    if error.errno in _FORBIDDEN or "Permission denied" in text or "Read-only file" in text:
        return StoreNotWritable(path)
    if "lock hold by current process" in text or "LOCK: Resource temporarily" in text:
        return StoreLocked(path)
    if error.errno == errno.ENOTDIR or (error.errno == errno.EEXIST and not path.is_dir()):
        return StoreIsFile(_file_above(path))
    return StoreDamaged(path, reason=error.strerror or text)


def _file_above(path: Path) -> Path:
    """Give the first of the folders above a path, or the path itself, that is no folder."""
    for above in reversed(path.parents):
        if above.exists() and not above.is_dir():
            return above
    return path


def _away(path: Path, files: bool = False, folders: bool = False) -> None:
    """Take away what stands where something of another kind belongs; nothing of ours is lost."""
    if path.is_dir() and not path.is_symlink():
        if folders:
            shutil.rmtree(path)
    elif files and os.path.lexists(path):
        path.unlink()


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def sync(path: Path) -> None:
    """Put a file, or the names in a folder, on disk before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(top: Path) -> None:
    """Put a folder with all that is in it on disk before going on."""
    for folder, _, names in os.walk(top):
        for name in names:
            sync(Path(folder, name))
        sync(Path(folder))
