"""Receipts, and how a commit is taken back."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from graph import assets
from graph.config import Settings
from graph.diff import Difference, applied, read_change
from graph.errors import CannotUndo, NotYoursToUndo, StoreError, UnknownName
from graph.examining import Examined, Settled
from graph.examining.desk import OpenDesk
from graph.receipt import Erasure, Receipt, in_force
from graph.replay import replayed, settle
from graph.store import open_store, version_of
from graph.store.folder import Folder
from graph.store.log import Log
from graph.submitting.committing import Outcome, Room, is_data, room
from graph.submitting.who import Who
from graph.terms import RDF_TYPE, Quad, Triple

Changes = Callable[[Receipt], Difference]


def history(settings: Settings) -> list[Receipt]:
    """Give every receipt, in the order of acceptance."""
    log = Log(settings.store)
    if log.unsettled():
        # A killed commit is settled by whoever comes first; one at work is left to its process.
        with contextlib.suppress(StoreError):
            store = open_store(settings.store, write=True)
            try:
                settle(store, settings.store)
            finally:
                store.close()
    return log.receipts()


def erasures(settings: Settings) -> Mapping[str, Erasure]:
    """Give what was erased of the commits, by the ids of their receipts."""
    return Log(settings.store).erasures()


def named(receipts: Sequence[Receipt], name: str) -> Receipt:
    """Find a receipt by its id, the beginning of it, or its number; UnknownName."""
    wanted = name.strip().removesuffix(".json").rpartition("-")[2].lower()
    exact = [one for one in receipts if wanted in (one.id, str(one.number))]
    found = exact or [one for one in receipts if len(wanted) > 3 and one.id.startswith(wanted)]
    if len(found) != 1:
        latest = [one.id for one in receipts[-5:]]
        raise UnknownName(name, "receipt", (), latest)
    return found[0]


def change_of(settings: Settings, receipt: Receipt) -> Difference:
    """Give what a commit changed, to the statement; nothing where that was erased."""
    log = Log(settings.store)
    erased = log.erasures().get(receipt.id)
    if erased and receipt.change in erased.files:
        return Difference()
    content = log.content(receipt, receipt.change)
    return read_change(content, f"accepted/{receipt.change}")


def undo(
    settings: Settings,
    name: str,
    who: Who | None = None,
    *,
    dry_run: bool = False,
    day: datetime.date | None = None,
    root: Path | None = None,
) -> Outcome:
    """Take a commit back, by a commit of its own; without `who` its organisation does so itself.

    Raises:
        UnknownName: no such receipt.
        NotYoursToUndo: another organisation's.
        CannotUndo: taken back already, erased, built on, changed since.

    """
    with room(settings, write=not dry_run, root=root) as at:
        receipts = at.log.receipts()
        receipt = named(receipts, name)
        by = who or Who(receipt.organisation)
        if by.organisation not in {receipt.organisation, *settings.editors}:
            raise NotYoursToUndo(receipt.id, receipt.organisation)
        _refuse_erased(at, receipts, receipt)
        changes = _changes(at, receipts)
        _refuse_built_on(changes, receipts, receipt)
        back = changes(receipt).back()
        _refuse_changed(at, receipt, back)
        done = _judged(at, back)
        if done.fails():
            return Outcome(back, done, refused=True, dry_run=dry_run)
        return at.commit(by, back, "undo", {}, back.subjects, day, undoes=receipt.id)


def _judged(at: Room, back: Difference) -> Examined:
    """Judge what would stand there: what was taken away since may be what this would point at."""
    held = [quad for quad in at.stated(back.subjects) if quad[3] and is_data(quad[3])]
    change = Settled(_triples(held), _triples(applied(held, back)))
    with contextlib.closing(OpenDesk(at.settings, at.root)) as desk:
        return desk.judge(change=change)


def _triples(quads: Iterable[Quad]) -> tuple[Triple, ...]:
    return tuple(dict.fromkeys((s, p, o) for s, p, o, _ in quads))


def _changes(at: Room, receipts: Sequence[Receipt]) -> Changes:
    """Tell what each commit changed, as a build of today's files would have it.

    What it changed once is kept; where the files have changed since, or some of it was erased, all
    are reckoned anew.
    """
    settings = at.settings
    same = {receipt.built_from for receipt in receipts} <= {version_of(settings.store).assets}
    if same and not at.log.erasures():
        return lambda receipt: change_of(settings, receipt)
    found = replayed(content_of(at), settings.base, at.log)
    return lambda receipt: found[receipt.id]


def content_of(at: Room) -> Path:
    """Give the folder of the content that the store is built from."""
    kept = Folder(at.settings.store).content
    return kept if kept.is_dir() else assets.data(at.root)


def _refuse_erased(at: Room, receipts: Sequence[Receipt], receipt: Receipt) -> None:
    """Refuse where what an undoing took back, and would bring again, is there no more."""
    erased, by_id = at.log.erasures(), {one.id: one for one in receipts}
    taken: Receipt | None = receipt
    while taken is not None and taken.undoes:
        taken = by_id.get(taken.undoes)
    if taken is not None and taken.id in erased and taken.read in erased[taken.id].files:
        raise CannotUndo(receipt.id, "erased", other=taken.id, at=erased[taken.id].at)


def _refuse_built_on(changes: Changes, receipts: Sequence[Receipt], receipt: Receipt) -> None:
    change = changes(receipt)
    created = {quad[0] for quad in change.added if quad[1] == RDF_TYPE}
    created -= {quad[0] for quad in change.removed if quad[1] == RDF_TYPE}
    for later in in_force(receipts):
        if later.undoes == receipt.id:
            raise CannotUndo(receipt.id, "undone", other=later.id)
    numbers = {one.id: one.number for one in receipts}
    for later in in_force(receipts):
        # One that only took back another later one leaves nothing to build on.
        if later.number <= receipt.number or numbers.get(later.undoes, 0) > receipt.number:
            continue
        theirs = changes(later)
        shared = {s for s, _ in theirs.pairs & change.pairs}
        on_new = {term for quad in theirs.added for term in (quad[0], quad[2]) if term in created}
        if shared | on_new:
            things = sorted(term.value for term in shared | on_new)
            raise CannotUndo(receipt.id, "built-on", things, other=later.id)


def _refuse_changed(at: Room, receipt: Receipt, back: Difference) -> None:
    """Refuse where the content no longer is as the commit left it: the files have changed since."""
    there = set(at.stated(back.subjects))
    lost = [quad for quad in back.removed if quad not in there]
    again = [quad for quad in back.added if quad in there]
    if lost or again:
        things = sorted({quad[0].value for quad in (*lost, *again)})
        raise CannotUndo(receipt.id, "changed", things)
