"""A copy of a store that can be put in its place; made while the store is in use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from graph.errors import BadBackup, StoreAbsent, StoreDamaged, StoreError
from graph.serving.checking import verdict
from graph.store import Version, version_of
from graph.store.folder import Folder, faults, sync
from graph.store.log import Log

_PATIENCE = 60.0
_FILES = ("VERSION", "current", "keys.json", "editors", "livsgraf.toml")
_FOLDERS = ("accepted", "log", "content", "audit")


def back_up(store: Path, place: Path) -> tuple[Version, int]:
    """Copy a store into a folder that does not exist; give its version and how many receipts.

    No commit happens meanwhile, so what is copied belongs together; reading goes on. The copy is
    there whole and synced, or not at all. It is itself a store, whose writer begins from its copy.

    Raises:
        StoreAbsent: there is no store.
        BadBackup: the folder exists.
        StoreLocked: somebody has been writing for a minute.

    """
    folder = Folder(store)
    folder.version()
    if os.path.lexists(place):
        raise BadBackup(place, "there")
    folder.lock(_PATIENCE)
    try:
        found = version_of(store)
        _copied(store, place, lambda beside: _copy(folder, beside))
    finally:
        folder.unlock()
    return found, len(Log(place).receipts())


def put_back(folder: Path, store: Path) -> tuple[Version, int]:
    """Put a backup where there is no store, after it has been checked; see `back_up`.

    Raises:
        BadBackup: the folder is no backup, holds another content than it says, or there is
            something in the store's place.

    """
    try:
        found = version_of(folder)
    except (StoreAbsent, StoreDamaged, StoreError) as error:
        raise BadBackup(folder, "none") from error
    if store.exists() and (not store.is_dir() or any(store.iterdir())):
        raise BadBackup(store, "there")
    if verdict(folder)[0] != "whole":
        raise BadBackup(folder, "damaged")
    if store.is_dir():
        store.rmdir()
    _copied(folder, store, lambda beside: _copy(Folder(folder), beside))
    return found, len(Log(store).receipts())


def _copied(store: Path, place: Path, copy: Callable[[Path], None]) -> None:
    beside = place.with_name(f".{place.name}.{os.getpid()}")
    with faults(store):
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.mkdir(mode=0o700)
            copy(beside)
            _sync_all(beside)
            beside.rename(place)
            sync(place.parent)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise


def _copy(folder: Folder, beside: Path) -> None:
    current = folder.current()
    shutil.copytree(current, beside / "read" / current.name)
    for name in _FOLDERS:
        if (folder.path / name).is_dir():
            shutil.copytree(folder.path / name, beside / name)
    for name in _FILES:
        if (folder.path / name).is_file():
            shutil.copy2(folder.path / name, beside / name)


def _sync_all(top: Path) -> None:
    for folder, _, names in os.walk(top):
        for name in names:
            sync(Path(folder, name))
        sync(Path(folder))
