"""A change and who makes it → a commit: tried on a draft, then landed in one step."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from graph import __version__, provenance
from graph.config import Settings
from graph.derive import derive
from graph.diff import Difference, write_change
from graph.errors import LivsgrafError, StoreAltered
from graph.examining import Examined
from graph.findings import Finding
from graph.ownership import bearer_of
from graph.query import today
from graph.receipt import OWN_HOMES, Lacks, Receipt
from graph.replay import refuse_lost, settle
from graph.store import Change, Draft, Store, open_draft, open_store, version_of
from graph.store.log import Log
from graph.submitting import lacking
from graph.submitting.who import Who
from graph.terms import DERIVED, LGID, VOCABULARY, Quad, Rows, Term

# Longer than a commit takes, so that two at once both come through, one after the other.
PATIENCE = 60.0
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of handing something in.

    `receipt` is None when nothing was committed: `refused` by a violation among the findings,
    without any change to make, or only tried (`dry_run`), where `lacks` tells what would come.
    """

    change: Difference
    examined: Examined | None = None
    receipt: Receipt | None = None
    lacks: Lacks | None = None
    shifts: tuple[lacking.Shift, ...] = ()
    refused: bool = False
    dry_run: bool = False
    new: frozenset[Term] = frozenset()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found in the file, if one was handed in."""
        return self.examined.findings if self.examined else ()


class Room:
    """One commit at work: the store, a draft of it, and the log.

    With `write` it is the one writer, and whatever a killed commit left behind is settled first.
    """

    def __init__(self, settings: Settings, store: Store, write: bool, root: Path | None) -> None:
        self.settings = settings
        self.root = root
        self.store = store
        self.write = write
        self.log = Log(settings.store)
        if write:
            settle(store, settings.store)
            # A commit on top of a log that lost one would make the loss for ever.
            refuse_lost(store, settings.store)

    @cached_property
    def draft(self) -> Draft:
        """A copy to try the change on, made when there is a change to try.

        StoreAltered when it holds more or less than the store's own record says: an engine that has
        lost something on a bad disk does not always tell.
        """
        found, told = open_draft(self.store), version_of(self.settings.store).triples
        if found.size() != told:
            reason = f"{found.size()} statements, where VERSION says {told}"
            raise StoreAltered(self.settings.store, reason=reason)
        return found

    def ask(self, text: str, name: str = "-") -> Rows:
        """Ask the store as it was before the commit."""
        return self.store.query(text, name)

    def stated(self, subjects: Iterable[Term]) -> list[Quad]:
        """Give all that is stated of some things, wherever: not what follows from it."""
        quads: list[Quad] = []
        for names in _batches(subjects):
            rows = self.ask(
                f"SELECT ?s ?p ?o ?g WHERE {{ VALUES ?s {{ {names} }} GRAPH ?g {{ ?s ?p ?o }} }}"
            )
            for row in rows.dicts():
                if not row["g"].value.startswith(DERIVED):
                    quads.append((row["s"], row["p"], row["o"], row["g"]))
        return quads

    def living_in(self, home: str) -> set[Term]:
        """Give the things whose home a graph is."""
        rows = self.ask(f"SELECT DISTINCT ?s WHERE {{ GRAPH <{home}> {{ ?s a ?kind }} }}")
        return {row["s"] for row in rows.dicts()}

    def actor(self, who: Who) -> Term:
        """Give the thing that an organisation number stands for, known to the graph or not."""
        return bearer_of(self.ask, who.organisation) or Term(
            "iri", f"{LGID}actor/{who.organisation}"
        )

    def commit(
        self,
        who: Who,
        change: Difference,
        kind: Literal["submit", "undo"],
        kept: Mapping[str, bytes],
        touched: Iterable[Term],
        day: datetime.date | None,
        examined: Examined | None = None,
        **told: Any,
    ) -> Outcome:
        """Try the change on the draft, and land it unless only trying was asked for."""
        on = day or today()
        things = set(touched)
        asked = lacking.queries(self.root)
        before = lacking.found(self.draft.query, asked, on)
        new = frozenset(change.subjects - {quad[0] for quad in self.stated(change.subjects)})
        self.draft.apply(Change(change.added, change.removed))
        self.draft.forget(DERIVED)
        derive(self.draft, self.root)
        after = lacking.found(self.draft.query, asked, on)
        lacks = lacking.counted(before, after, things)
        shifts = lacking.shifts(before, after)
        tried = Outcome(change, examined, None, lacks, shifts, False, True, new)
        if not self.write:
            return tried
        content = write_change(change)
        sha256 = hashlib.sha256(content).hexdigest()
        version = version_of(self.settings.store)
        earlier = self.log.receipts()
        receipt = Receipt(
            number=self.log.next_number(earlier),
            id=_new_id({other.id for other in earlier}),
            kind=kind,
            at=now(),
            organisation=who.organisation,
            actor=self.actor(who).value,
            function=who.function,
            software=__version__,
            ontology=version.ontology,
            built_from=version.assets,
            change=sha256,
            added=len(change.added),
            removed=len(change.removed),
            unchanged=change.unchanged,
            things=len(change.subjects),
            new=len(new),
            warnings=sum(finding.severity == "warning" for finding in tried.findings),
            lacks=lacks,
            **told,
        )
        derived = self.draft.ahead_of(self.store, DERIVED)
        done = self._land(receipt, {sha256: content, **kept}, change, derived)
        return replace(tried, receipt=done, dry_run=False)

    def _land(
        self, receipt: Receipt, kept: dict[str, bytes], change: Difference, derived: Change
    ) -> Receipt:
        """Announce, keep, change the store in one step, and only then write the receipt."""
        told = provenance.statements(receipt)
        try:
            self.log.stage(receipt, kept)
            self.store.apply(
                Change((*change.added, *told, *derived.added), (*change.removed, *derived.removed))
            )
        except BaseException as error:
            # Whether it landed is for the store to say; the next writer asks, if we cannot.
            landed: list[Receipt] = []
            with contextlib.suppress(LivsgrafError, OSError):
                landed = settle(self.store, self.settings.store)
            if landed and isinstance(error, Exception):
                return landed[-1]
            raise
        return self.log.finish(receipt, version_of(self.settings.store).digest)


@contextlib.contextmanager
def room(settings: Settings, write: bool, root: Path | None = None) -> Iterator[Room]:
    """Open the store, for the one writer or for trying only; StoreLocked after `PATIENCE`."""
    store = open_store(settings.store, write=write, wait=PATIENCE if write else 0.0)
    try:
        yield Room(settings, store, write, root)
    finally:
        store.close()


def is_data(graph: Term) -> bool:
    """Tell a graph that files may speak of from the vocabulary and what tells of commits."""
    return graph.value != provenance.PROVENANCE and not graph.value.startswith(VOCABULARY)


def own_home(who: Who) -> Term:
    """Give the graph in which an organisation's new things live."""
    return Term("iri", OWN_HOMES + who.organisation)


def _new_id(taken: set[str]) -> str:
    while (found := secrets.token_hex(4)) in taken or found.isdigit():
        # Digits alone could be taken for a number.
        continue
    return found


def now() -> str:
    """Give the moment as a receipt tells it."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _batches(things: Iterable[Term]) -> Iterator[str]:
    names = sorted(thing.n3() for thing in set(things))
    for start in range(0, len(names), _BATCH):
        yield " ".join(names[start : start + _BATCH])
