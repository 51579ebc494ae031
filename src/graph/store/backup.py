"""A store → a folder that is a store's whole record, and back again.

    manifest.json   what it is a copy of, and the SHA-256 of every file
    store/          the files: the copy that readers open, and all that no build can make anew

It is made while the store is in use: whoever wants to write waits for as long as the copying takes.
What is there under the name asked for is whole and on disk.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from graph.errors import BackupDamaged, NotThere, PlaceTaken
from graph.store import Version
from graph.store.folder import Folder, faults, sync, sync_tree
from graph.store.log import Log
from graph.store.sums import FILE as SUMS

PATIENCE = 60.0
MANIFEST = "manifest.json"
_FORMAT = 1
_STORE = "store"
_BLOCK = 1_048_576
_TRAIL = "trail.jsonl"
_OF_DISKS = ("lost+found",)
_OF_PROCESSES = ("lock", "serve.lock", "pending")
_MADE_ANEW = ("live", "read", "gaps-by-thing.json")


class Backup(NamedTuple):
    """What was copied: of which content, how many files and bytes, and how many submissions."""

    version: Version
    files: int
    size: int
    receipts: int


def back_up(place: Path, to: Path) -> Backup:
    """Copy the store to a new folder; PlaceTaken when there is something already.

    StoreLocked when another process writes for longer than `PATIENCE`.
    """
    _refuse_taken(to)
    folder = Folder(place)
    folder.version()
    folder.lock(PATIENCE)
    try:
        version, current = folder.version(), folder.current()
        # What is noted as erased is in no copy.
        Log(place).finish_erasing()
        with faults(to):
            beside = _beside(to)
            try:
                (beside / _STORE).mkdir(parents=True, mode=0o700)
                told = dict(_copied(place, current, beside / _STORE))
                manifest = {"format": _FORMAT, "version": asdict(version), "files": told}
                _write(beside / MANIFEST, json.dumps(manifest, indent=2) + "\n")
                sync_tree(beside)
                _put(beside, to)
            finally:
                shutil.rmtree(beside, ignore_errors=True)
    finally:
        folder.unlock()
    return _counted(to, version, told)


def restore(backup: Path, place: Path) -> Backup:
    """Make a backup the store at a place where there is none; it is looked through first.

    NotThere when it is no backup, BackupDamaged when a file in it is gone or changed, PlaceTaken
    when there is a store.
    """
    told, version = _read(backup)
    for name, sha256 in told.items():
        if _digest(backup / _STORE / name) != sha256:
            raise BackupDamaged(backup, name)
    _refuse_taken(place)
    with faults(place):
        beside = _beside(place)
        try:
            for name, sha256 in told.items():
                to = beside / name
                to.parent.mkdir(parents=True, exist_ok=True)
                if _copy(backup / _STORE / name, to) != sha256:
                    raise BackupDamaged(backup, name)
            # The writer's own is made of the copy, as after a commit that was stopped.
            without = shutil.ignore_patterns(SUMS)
            shutil.copytree(Folder(beside).current(), beside / "live", ignore=without)
            (beside / "lock").touch()
            sync_tree(beside)
            _put(beside, place)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return _counted(backup, version, told)


def _copied(place: Path, current: Path, to: Path) -> Iterator[tuple[str, str]]:
    """Copy what a store is made of; give each file's name and digest."""
    left_out = {*_OF_DISKS, *_OF_PROCESSES, *_MADE_ANEW}
    tops = [path for path in sorted(place.iterdir()) if path.name not in left_out]
    for top in [*tops, current]:
        if top.name.startswith("building-") or top.name.endswith(".new"):
            continue
        with _still(top):
            for path in _files(top):
                name = path.relative_to(place)
                (to / name).parent.mkdir(parents=True, exist_ok=True)
                yield name.as_posix(), _copy(path, to / name)


@contextlib.contextmanager
def _still(top: Path) -> Iterator[None]:
    """Keep who writes to the trail waiting, so that its lines and its head belong together."""
    try:
        handle = os.open(top / _TRAIL, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        yield
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def _files(top: Path) -> Iterator[Path]:
    if top.is_symlink() or not top.is_dir():
        if top.is_file():
            yield top
        return
    for path in sorted(top.rglob("*")):
        # What is only on its way to its name may be gone before it is read.
        if path.name == "LOCK" or path.name.endswith(".new"):
            continue
        if path.is_file() and not path.is_symlink():
            yield path


def _read(backup: Path) -> tuple[dict[str, str], Version]:
    try:
        told: Any = json.loads((backup / MANIFEST).read_text("utf-8"))
        files, version = told["files"], Version(**told["version"])
        if told["format"] != _FORMAT or not files:
            raise NotThere(backup)
        names = {str(name): str(sha256) for name, sha256 in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotThere(backup) from error
    for name in names:
        # A manifest is a file like any other: it names no place outside the backup.
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise BackupDamaged(backup, MANIFEST)
    return names, version


def _copy(source: Path, to: Path) -> str:
    """Copy a file; give the digest of what was read."""
    found = hashlib.sha256()
    with source.open("rb") as file, to.open("wb") as copy:
        while block := file.read(_BLOCK):
            found.update(block)
            copy.write(block)
    shutil.copymode(source, to)
    return found.hexdigest()


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _refuse_taken(place: Path) -> None:
    if not os.path.lexists(place):
        return
    if not place.is_dir() or any(path.name not in _OF_DISKS for path in place.iterdir()):
        raise PlaceTaken(place)


def _beside(place: Path) -> Path:
    """Make an empty folder on the same disk, from which one rename leads to the place."""
    name = f"{place.absolute().name}.part-{secrets.token_hex(4)}"
    mounted = place.is_dir() and place.is_mount()
    found = place / name if mounted else place.absolute().with_name(name)
    found.mkdir(parents=True, mode=0o700)
    return found


def _put(beside: Path, place: Path) -> None:
    if beside.parent == place:
        # A disk of its own, which nothing can be put in the place of. VERSION comes last: without
        # it there is no store.
        for path in sorted(beside.iterdir(), key=lambda path: path.name in ("VERSION", MANIFEST)):
            path.rename(place / path.name)
        sync(place)
        return
    if place.is_dir():
        # An empty one, as a system makes it for a service; a rename takes its place.
        beside.chmod(place.stat().st_mode & 0o777)
    beside.rename(place)
    sync(place.absolute().parent)


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def _counted(place: Path, version: Version, told: dict[str, str]) -> Backup:
    size = sum((place / _STORE / name).stat().st_size for name in told)
    receipts = sum(name.startswith("log/") and name.endswith(".json") for name in told)
    return Backup(version, len(told), size, receipts)
