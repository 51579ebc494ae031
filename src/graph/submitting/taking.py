"""A file and who hands it in → what came of it."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from graph import provenance
from graph.config import Settings
from graph.diff import Difference, Kept, Pair, applied, diff, homes, relied_on, with_nested
from graph.errors import NotData, NothingIn, NotOwned
from graph.examining import Settled
from graph.examining.desk import Desk, WalledDesk
from graph.findings import pick
from graph.names import short
from graph.ownership import not_owned, owned
from graph.replay import write_statements
from graph.store import MEMORY, Change, open_store, version_of
from graph.submission import Given, Submission, take_in
from graph.submitting.committing import Outcome, Room, is_data, own_home, room
from graph.submitting.who import Who, file_name
from graph.terms import GRAPH, LG, SHAPE, Quad, Term, Triple
from graph.validate import names_by_language

_DRAFT = Term("iri", GRAPH + "draft")


def submit(
    settings: Settings,
    file: Path | Given,
    who: Who,
    *,
    dry_run: bool = False,
    complete: bool = False,
    day: datetime.date | None = None,
    root: Path | None = None,
    sit: Callable[[Settings, Path | None], Desk] = WalledDesk,
) -> Outcome:
    """Take a file in: all of it, or nothing.

    A violation refuses the file and leaves no trace. The same file twice changes nothing.
    `complete` says that the file is all there is to say: of its things, and of what the
    organisation has handed in. `sit` gives the desk where the file is read and judged. A file that
    came over the network is `Given`.

    Raises:
        NothingIn: the file states nothing.
        NotData: it speaks of the vocabulary or of commits.
        NotOwned: it would change records of others, and the organisation is no editor.

    """
    # Read from disk once: what is judged must be what is kept.
    given = file if isinstance(file, Given) else take_in(file, settings.limits, settings.base)
    with contextlib.ExitStack() as stack:
        desk = stack.enter_context(contextlib.closing(sit(settings, root)))
        submission = _read(desk, given)
        at = stack.enter_context(room(settings, write=not dry_run, root=root))
        if desk.digest != version_of(settings.store).digest:
            # Somebody committed meanwhile: look at it anew, by what the store holds now.
            desk = stack.enter_context(contextlib.closing(sit(settings, root)))
            submission = _read(desk, given)
        return _Taking(at, submission, who, complete, desk).run(day)


def _read(desk: Desk, given: Given) -> Submission:
    submission = desk.read(given)
    if not submission.quads and not submission.emptied and not submission.findings:
        raise NothingIn(given.name)
    return submission


class _Taking:
    """One file on its way in."""

    def __init__(
        self, at: Room, submission: Submission, who: Who, complete: bool, desk: Desk
    ) -> None:
        self._at = at
        self._desk = desk
        self._submission = submission
        self._who = who
        self._complete = complete
        self._home = own_home(who)
        self._said, self._emptied, self._kept = spelt(submission)
        self._things = {s for s, _, _ in self._said} | {s for s, _ in self._emptied}

    def run(self, day: datetime.date | None) -> Outcome:
        at, reach = self._at, set(self._things)
        if self._complete:
            reach |= at.living_in(self._home.value) - relied_on(self._said)
        before = with_nested(reach, at.stated)
        self._refuse_vocabulary(before)
        change = diff(before, self._said, self._home, self._emptied, self._complete, self._kept)
        if not change and not self._submission.findings:
            return Outcome(change, dry_run=not at.write)
        self._refuse_foreign(before, change)
        touched = self._things | set(change.subjects)
        held = [quad for quad in before if quad[0] in touched]
        done = self._desk.judge(change=Settled(_triples(held), _triples(applied(held, change))))
        if done.fails():
            return Outcome(change, done, refused=True, dry_run=not at.write)
        if not change:
            return Outcome(change, done, dry_run=not at.write)
        read = write_statements(self._said, self._emptied, self._kept)
        statements_hash = hashlib.sha256(read).hexdigest()
        submission = self._submission
        return at.commit(
            self._who,
            change,
            "submit",
            {submission.sha256: submission.content, statements_hash: read},
            touched,
            day,
            done,
            file=file_name(Path(submission.name).name),
            format=submission.format,
            sha256=submission.sha256,
            read=statements_hash,
            complete=self._complete,
        )

    def _refuse_vocabulary(self, before: list[Quad]) -> None:
        """A word's meaning, a shape or a commit is nothing that a file may change."""
        defined = {quad[0].value for quad in before if quad[3] and not is_data(quad[3])}
        spaces = (LG, SHAPE, provenance.commit_iri("").value)
        found = {s.value for s in self._things if s.value.startswith(spaces)} | defined
        if found:
            raise NotData(sorted(found))

    def _refuse_foreign(self, before: list[Quad], change: Difference) -> None:
        if self._who.organisation in self._at.settings.editors:
            return
        own = owned(self._at.ask, self._at.actor(self._who), self._at.root)
        foreign = not_owned(change.subjects, homes(before), self._home, own)
        if foreign:
            told = [self._told(thing, before) for thing in foreign]
            raise NotOwned([t.value for t in foreign], self._who.organisation, told)

    def _told(self, thing: Term, before: list[Quad]) -> str:
        """Name a thing as its reader knows it, with its place in the file."""
        names = names_by_language([(s, p, o) for s, p, o, _ in before], {thing})
        name = pick(names.get(thing.value, {}), self._at.settings.lang)
        place = self._submission.places.locate(thing)
        shown = f"«{name}»" if name else short(thing.value)
        if place is None:
            return shown
        where = place.text() if place.cell else f"{Path(place.file).name}:{place.line}"
        return f"{shown} ({where})"


def _triples(quads: Iterable[Quad]) -> tuple[Triple, ...]:
    return tuple(dict.fromkeys((s, p, o) for s, p, o, _ in quads))


def spelt(submission: Submission) -> tuple[list[Triple], list[Pair], frozenset[Kept]]:
    """Give what a file says as the store spells it, so that a value is compared with itself.

    The engine writes "01" as 1 and "nb-NO" as nb-no.
    """
    memory = open_store(MEMORY)
    memory.apply(Change(added=tuple((s, p, o, _DRAFT) for s, p, o, _ in submission.quads)))
    return memory.read(_DRAFT.value), sorted(submission.emptied), submission.kept
