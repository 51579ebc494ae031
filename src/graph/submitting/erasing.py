"""What was taken back and must not even be kept → a note in its place, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graph.config import Settings
from graph.diff import Difference
from graph.errors import CannotErase
from graph.receipt import Erasure, Receipt, in_force
from graph.replay import apart_without
from graph.submitting.committing import Room, now, room
from graph.submitting.undoing import change_of, content_of, named
from graph.submitting.who import a_function
from graph.terms import Triple

_MADE_ANEW = "gaps-by-thing.json"


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: of which receipts, and how many files are gone."""

    receipts: tuple[Receipt, ...]
    files: int


def erase(settings: Settings, name: str, function: str, root: Path | None = None) -> Erased:
    """Erase the kept bytes of a submission that was taken back, and the changes that hold them.

    The receipts stay, each with a note of when its bytes were erased and by which function. The
    content is the same, and a build gives it again.

    Raises:
        UnknownName: no such receipt.
        NamesAPerson, BadFunction: the function is no function.
        CannotErase: an undoing, something that stands, that another that stands has the bytes of or
            rests on, or erased already.

    """
    by = a_function(function)
    with room(settings, write=True, root=root) as at:
        receipts = at.log.receipts()
        receipt = named(receipts, name)
        if receipt.undoes:
            raise CannotErase(receipt.id, "undoing", other=receipt.undoes)
        group = _group(receipts, receipt)
        standing = {one.id for one in in_force(receipts)}
        for one in group:
            if one.id in standing and not one.undoes:
                why = "standing" if one is receipt else "shared"
                raise CannotErase(receipt.id, why, other=one.id)
        noted, moment = at.log.erasures(), now()
        wanted = {one.id: set(one.kept) for one in group}
        for other in _holding(at, receipts, receipt, group):
            wanted.setdefault(other.id, set()).add(other.change)
        fresh: list[tuple[Receipt, Erasure]] = []
        for one in receipts:
            known = set(noted[one.id].files) if one.id in noted else set()
            if one.id in wanted and wanted[one.id] - known:
                files = tuple(sorted(wanted[one.id] | known))
                fresh.append((one, Erasure(one.id, moment, by, files)))
        if not fresh:
            raise CannotErase(receipt.id, "already", at=noted[receipt.id].at)
        _refuse_relied_on(at, receipt, group)
        gone = at.log.erase(fresh)
        (settings.store / _MADE_ANEW).unlink(missing_ok=True)
        return Erased(tuple(one for one, _ in fresh), gone)


def _group(receipts: Sequence[Receipt], receipt: Receipt) -> list[Receipt]:
    """Give what goes with a receipt: what took it back, and others with the very same bytes."""
    group, before = {receipt.id}, 0
    while len(group) > before:
        before = len(group)
        files = {name for one in receipts if one.id in group for name in one.kept}
        group |= {one.id for one in receipts if one.undoes in group or files & set(one.kept)}
        # What an undoing took back is of its group, too.
        group |= {one.undoes for one in receipts if one.id in group and one.undoes}
    return [one for one in receipts if one.id in group]


def _holding(
    at: Room, receipts: Sequence[Receipt], receipt: Receipt, group: Sequence[Receipt]
) -> list[Receipt]:
    """Give others that took away what it said, while that stood, and those that brought it back."""
    said = _triples(change_of(at.settings, receipt), added=True)
    last = max(one.number for one in group)
    ids = {one.id for one in group}
    between = [one for one in receipts if receipt.number < one.number < last and one.id not in ids]
    return [
        one for one in between if said & _triples(change_of(at.settings, one), bool(one.undoes))
    ]


def _triples(change: Difference, added: bool) -> set[Triple]:
    return {(s, p, o) for s, p, o, _ in (change.added if added else change.removed)}


def _refuse_relied_on(at: Room, receipt: Receipt, group: Sequence[Receipt]) -> None:
    """Refuse where another said the same while it stood: alone it would have said more."""
    ids = {one.id for one in group}
    apart = apart_without(content_of(at), at.settings.base, at.log, ids)
    if apart is not None:
        raise CannotErase(receipt.id, "relied", other=", ".join(apart))
