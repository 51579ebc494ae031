"""Receipts, and how a commit is taken back."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from graph import assets
from graph.config import Settings
from graph.diff import Difference, applied, read_change
from graph.errors import CannotUndo, StoreError, UnknownName
from graph.examining import Examined, Settled
from graph.examining.desk import OpenDesk
from graph.receipt import Receipt
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
    """Give what a commit changed, to the statement."""
    content = Log(settings.store).content(receipt, receipt.change)
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
        CannotUndo: another organisation's, taken back already, built on, or changed since.

    """
    with room(settings, write=not dry_run, root=root) as at:
        receipts = at.log.receipts()
        receipt = named(receipts, name)
        by = who or Who(receipt.organisation)
        if by.organisation not in {receipt.organisation, *settings.editors}:
            raise CannotUndo(receipt.id, "not-yours", organisation=receipt.organisation)
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

    What it changed once is kept; where the files have changed since, all are reckoned anew.
    """
    settings = at.settings
    if {receipt.built_from for receipt in receipts} <= {version_of(settings.store).assets}:
        return lambda receipt: change_of(settings, receipt)
    kept = Folder(settings.store).content
    folder = kept if kept.is_dir() else assets.data(at.root)
    found = replayed(folder, settings.base, at.log)
    return lambda receipt: found[receipt.id]


def _refuse_built_on(changes: Changes, receipts: Sequence[Receipt], receipt: Receipt) -> None:
    change = changes(receipt)
    created = {quad[0] for quad in change.added if quad[1] == RDF_TYPE}
    created -= {quad[0] for quad in change.removed if quad[1] == RDF_TYPE}
    for later in _in_force(receipts):
        if later.undoes == receipt.id:
            raise CannotUndo(receipt.id, "undone", other=later.id)
    numbers = {one.id: one.number for one in receipts}
    for later in _in_force(receipts):
        # One that only took back another later one leaves nothing to build on.
        if later.number <= receipt.number or numbers.get(later.undoes, 0) > receipt.number:
            continue
        theirs = changes(later)
        shared = {s for s, _ in theirs.pairs & change.pairs}
        on_new = {term for quad in theirs.added for term in (quad[0], quad[2]) if term in created}
        if shared | on_new:
            things = sorted(term.value for term in shared | on_new)
            raise CannotUndo(receipt.id, "built-on", things, other=later.id)


def _in_force(receipts: Sequence[Receipt]) -> Iterator[Receipt]:
    """Give, newest first, the commits whose change stands: neither taken back nor spent on that.

    An undoing stands as long as what it took back is not there again, so it is among them.
    """
    gone: set[str] = set()
    for receipt in reversed(receipts):
        if receipt.id in gone:
            continue
        if receipt.undoes:
            gone.add(receipt.undoes)
        yield receipt


def _refuse_changed(at: Room, receipt: Receipt, back: Difference) -> None:
    """Refuse where the content no longer is as the commit left it: the files have changed since."""
    there = set(at.stated(back.subjects))
    lost = [quad for quad in back.removed if quad not in there]
    again = [quad for quad in back.added if quad in there]
    if lost or again:
        things = sorted({quad[0].value for quad in (*lost, *again)})
        raise CannotUndo(receipt.id, "changed", things)
