"""Whether a store holds what its own records say: the content, the receipts, the kept bytes."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import NamedTuple

from graph.access import Keys, Trail
from graph.errors import (
    LivsgrafError,
    ReceiptDamaged,
    StoreAltered,
    StoreError,
)
from graph.replay import refuse_lost
from graph.store import Holding, Version, holding, open_store, version_of
from graph.store.folder import Folder
from graph.store.log import Log
from graph.store.sums import refuse_changed

_TRIES = 3
_PAUSE = 0.2
_LONGEST = 60.0
"""Seconds to wait for a time when nobody writes."""


class Wholeness(NamedTuple):
    """What is wrong with a store: with what is read, and with what is written to. None is whole."""

    content: StoreError | None
    record: StoreError | None


def look_through(place: Path, write: bool) -> Wholeness:
    """Look through a store, and change nothing.

    Each file of the copy that readers open is what was written. The digest of the content and the
    number of statements are those of VERSION; no receipt is missing, and what each stands for is
    there byte for byte; the store tells of no commit whose receipt is gone; the last receipt tells
    of the content there is. With `write` what the writer starts from is looked at too: those of its
    files that the copy has, and all that it states; so are the keys, and the trail of their use.
    """
    try:
        _compare_at_rest(place, own=False)
    except StoreError as error:
        return Wholeness(error, error)
    try:
        _refuse_damaged_record(place)
        if write:
            _compare_at_rest(place, own=True)
            _refuse_damaged_door(place)
    except StoreError as error:
        return Wholeness(None, error)
    return Wholeness(None, None)


def told_of(error: LivsgrafError) -> dict[str, str]:
    """Give what a log says of an error, without what only its text for people needs."""
    return {name: str(value) for name, value in error.params.items() if value not in (None, "")}


def _compare_at_rest(place: Path, own: bool) -> None:
    """Compare what there is with VERSION, at a time when nobody writes.

    Nobody is kept from writing: what is seen while somebody does is not believed, and neither is
    what is seen once. With a writer that never rests there is no verdict, and nothing is raised.
    """
    seen, until = 0, time.monotonic() + _LONGEST
    while time.monotonic() < until:
        before, fault = _at_rest(place), None
        try:
            if own and (place / "pending").exists():
                # A commit is under way, or was stopped: the next writer begins by going back.
                return
            told, folder = version_of(place), Folder(place)
            # Before the engine: what a damaged file makes it do is not foreseen.
            refuse_changed(place, folder.current(), folder.live if own else None)
            _compare(place, holding(place, own), told)
        except StoreError as error:
            fault = error
        if fault is None:
            return
        rests = before == _at_rest(place) and not (place / "pending").exists()
        seen = seen + 1 if rests else 0
        if seen >= _TRIES:
            raise fault
        time.sleep(_PAUSE)


def _at_rest(place: Path) -> tuple[object, ...]:
    found: list[object] = [(place / "pending").exists()]
    for name in ("VERSION", "current", "live"):
        with contextlib.suppress(OSError):
            seen = (place / name).stat()
            found += [name, seen.st_ino, 0 if name == "live" else seen.st_mtime_ns]
    return tuple(found)


def _compare(place: Path, held: Holding, told: Version) -> None:
    if held.triples != told.triples:
        reason = f"{held.triples} statements, where VERSION says {told.triples}"
        raise StoreAltered(place, reason=reason)
    if held.digest != told.digest:
        reason = f"digest {held.digest[:12]}, where VERSION says {told.digest[:12]}"
        raise StoreAltered(place, reason=reason)


def _refuse_damaged_record(place: Path) -> None:
    log = Log(place)
    receipts = log.receipts()
    for receipt, sha256 in log.kept(receipts):
        log.content(receipt, sha256)
    with contextlib.closing(open_store(place)) as store:
        refuse_lost(store, place)
    version = version_of(place)
    if receipts and not log.given_up() and not log.unsettled():
        last = receipts[-1]
        built = (last.built_from, last.software) == (version.assets, version.software)
        if built and last.digest and last.digest != version.digest:
            reason = f"its digest is not that of the content: {last.digest[:12]}"
            raise ReceiptDamaged(place, receipt=f"log/{last.name}", reason=reason)


def _refuse_damaged_door(place: Path) -> None:
    """Refuse what nobody can be let in by: then all that is handed in would be turned away."""
    Keys(place).listed()
    trail = Trail(place)
    if trail.begun:
        trail.verify()
