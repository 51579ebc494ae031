"""A file and who hands it in → what came of it."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path

from graph import provenance
from graph.config import Settings
from graph.diff import Difference, Pair, diff, homes, with_nested
from graph.errors import NotData, NothingIn, NotOwned
from graph.ownership import not_owned, owned
from graph.replay import write_statements
from graph.store import MEMORY, Change, open_store
from graph.submission import Submission
from graph.submitting.committing import Outcome, Room, is_data, own_home, room
from graph.submitting.judging import examine, read_file
from graph.submitting.who import Who, file_name
from graph.terms import GRAPH, LG, SHAPE, Quad, Term, Triple

_DRAFT = Term("iri", GRAPH + "draft")


def submit(
    settings: Settings,
    file: Path,
    who: Who,
    *,
    dry_run: bool = False,
    complete: bool = False,
    day: datetime.date | None = None,
    root: Path | None = None,
) -> Outcome:
    """Take a file in: all of it, or nothing.

    A violation refuses the file and leaves no trace. The same file twice changes nothing.
    `complete` says that the file is all there is to say: of its things, and of what the
    organisation has handed in.

    Raises:
        NothingIn: the file states nothing.
        NotData: it speaks of the vocabulary or of commits.
        NotOwned: it would change records of others, and the organisation is no editor.

    """
    submission = read_file(file, settings)
    if not submission.quads and not submission.emptied:
        raise NothingIn(file)
    with room(settings, write=not dry_run, root=root) as at:
        return _Taking(at, submission, who, complete).run(day)


class _Taking:
    """One file on its way in."""

    def __init__(self, at: Room, submission: Submission, who: Who, complete: bool) -> None:
        self._at = at
        self._submission = submission
        self._who = who
        self._complete = complete
        self._home = own_home(who)
        self._said, self._emptied = spelt(submission)
        self._things = {s for s, _, _ in self._said} | {s for s, _ in self._emptied}

    def run(self, day: datetime.date | None) -> Outcome:
        at, reach = self._at, set(self._things)
        if self._complete:
            reach |= at.living_in(self._home.value)
        before = with_nested(reach, at.stated)
        self._refuse_vocabulary(before)
        change = diff(before, self._said, self._home, self._emptied, self._complete)
        if not change and not self._submission.findings:
            return Outcome(change, dry_run=not at.write)
        self._refuse_foreign(before, change)
        touched = self._things | set(change.subjects)
        findings = examine(
            self._submission, [q for q in before if q[0] in touched], change, at.ask, at.root
        )
        if any(finding.severity == "violation" for finding in findings):
            return Outcome(change, tuple(findings), refused=True, dry_run=not at.write)
        if not change:
            return Outcome(change, tuple(findings), dry_run=not at.write)
        read = write_statements(self._said, self._emptied)
        statements_hash = hashlib.sha256(read).hexdigest()
        submission = self._submission
        return at.commit(
            self._who,
            change,
            "submit",
            {submission.sha256: submission.content, statements_hash: read},
            touched,
            day,
            findings,
            file=file_name(submission.name),
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
            raise NotOwned([thing.value for thing in foreign], self._who.organisation)


def spelt(submission: Submission) -> tuple[list[Triple], list[Pair]]:
    """Give what a file says as the store spells it, so that a value is compared with itself.

    The engine writes "01" as 1 and "nb-NO" as nb-no.
    """
    memory = open_store(MEMORY)
    memory.apply(Change(added=tuple((s, p, o, _DRAFT) for s, p, o, _ in submission.quads)))
    return memory.read(_DRAFT.value), sorted(submission.emptied)
