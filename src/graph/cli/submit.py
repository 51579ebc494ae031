"""The commands that hand in, look back and take back. Each gives the exit status."""

from __future__ import annotations

from pathlib import Path

from graph import submitting
from graph.catalog import text_in
from graph.cli import present_findings, present_submit
from graph.cli.session import Session
from graph.examining.facts import facts_of
from graph.pipeline import build, ensure
from graph.render import Document
from graph.store import version_of
from graph.store.folder import Folder
from graph.submitting import Outcome
from graph.terms import Term

_SHORT = 12


def submit(
    session: Session,
    file: Path,
    as_: str,
    function: str,
    dry_run: bool,
    complete: bool,
    output: str | None,
    everything: bool,
) -> int:
    """Hand in a file; 1 when a violation refuses it."""
    who = submitting.who(as_, function)
    _ready(session)
    outcome = submitting.submit(session.settings, file, who, dry_run=dry_run, complete=complete)
    talk = session.talk
    done = outcome.examined
    if outcome.refused and done is not None:
        facts = facts_of([file], done)
        present_findings.show(session, done.findings, facts, output, everything)
        violations = sum(finding.severity == "violation" for finding in done.findings)
        talk.tell("submit.refused", n=violations)
        return 1
    for remark in done.remarks if done else ():
        talk.tell(remark.key, **remark.params)
    if not outcome.change:
        talk.tell("submit.nothing")
        return 0
    _show(session, outcome, output, everything)
    warnings = sum(finding.severity == "warning" for finding in outcome.findings)
    if warnings:
        talk.tell("submit.warnings", n=warnings, file=file)
    _told(session, outcome, "submit.done")
    return 0


def undo(
    session: Session,
    name: str,
    as_: str | None,
    function: str,
    dry_run: bool,
    output: str | None,
    everything: bool,
) -> int:
    """Take a commit back."""
    who = submitting.who(as_, function) if as_ else None
    _ready(session)
    outcome = submitting.undo(session.settings, name, who, dry_run=dry_run)
    if outcome.refused and outcome.examined is not None:
        facts = facts_of([], outcome.examined)
        present_findings.show(session, outcome.examined.findings, facts, output, everything)
        session.talk.tell("submit.undo_breaks")
        return 1
    _show(session, outcome, output, everything)
    _told(session, outcome, "submit.undone")
    return 0


def erase(session: Session, name: str, function: str) -> int:
    """Erase the kept bytes of what was taken back, and make the engine's own files anew."""
    _ready(session)
    done = submitting.erase(session.settings, name, function)
    with session.talk.progress() as progress:
        build(session.settings, validate=False, progress=progress)
    # The copy before is of the content without it, in files that may hold what was there earlier.
    Folder(session.settings.store).forget_older()
    ids = ", ".join(receipt.id for receipt in done.receipts)
    session.talk.tell("submit.erased", ids=ids, files=done.files)
    return 0


def history(session: Session, output: str | None, everything: bool) -> int:
    """List the receipts."""
    receipts = submitting.history(session.settings)
    names = _bearers(session, [receipt.actor for receipt in receipts])
    erased = submitting.erasures(session.settings)
    told = present_submit.history(receipts, names, erased, session.talk.messages)
    session.show(told, output, everything)
    return 0


def show(session: Session, name: str, output: str | None, everything: bool) -> int:
    """Show one receipt, with every statement that it changed."""
    receipt = submitting.named(submitting.history(session.settings), name)
    change = submitting.change_of(session.settings, receipt)
    texts = session.talk.messages
    names = _names(session, Outcome(change))
    bearers = _bearers(session, [receipt.actor])
    erased = submitting.erasures(session.settings).get(receipt.id)
    told = present_submit.receipt(receipt, bearers, erased, texts, session.for_people(output))
    ids = (*receipt.lacks.closed, *receipt.lacks.opened)
    asked = {id_.partition(":")[0] for id_ in ids} & session.paths.keys()
    titles = {name: text_in(session.query(name).title, session.lang) for name in asked}
    gaps = present_submit.shifted(receipt, titles, texts)
    changes = present_submit.changes(change, names, texts, receipt.new)
    sheets = (told, *([gaps] if gaps.rows else []), changes)
    session.show(Document(sheets, main="receipt"), output, everything)
    return 0


def rebuild(session: Session) -> int:
    """Build the store anew; 1 when the content is another though the files are the same."""
    from graph.errors import StoreAbsent, StoreDamaged

    place = session.settings.store
    try:
        before = version_of(place)
    except (StoreAbsent, StoreDamaged):
        before = None
    with session.talk.progress() as progress:
        report = build(session.settings, validate=False, progress=progress)
    now = report.version
    key = "new" if before is None else "other"
    if before is not None and before.digest == now.digest:
        key = "same"
    elif before is not None and before.assets != now.assets:
        key = "files"
    session.talk.tell(
        f"submit.rebuild_{key}",
        seconds=f"{sum(report.seconds.values()):.1f}",
        files=report.files,
        receipts=len(submitting.history(session.settings)),
        before=before.digest[:_SHORT] if before else "",
        digest=now.digest[:_SHORT],
    )
    return 1 if key == "other" else 0


def _ready(session: Session) -> None:
    """Build first where it is needed; the store is opened for reading only afterwards."""
    with session.talk.progress() as progress:
        ensure(session.settings, progress=progress)


def _show(session: Session, outcome: Outcome, output: str | None, everything: bool) -> None:
    texts = session.talk.messages
    names = _names(session, outcome)
    sheets = [present_submit.changes(outcome.change, names, texts, len(outcome.new))]
    if outcome.lacks is not None:
        sheets.append(present_submit.gaps(outcome.lacks, outcome.shifts, names, texts))
    session.show(Document(tuple(sheets), main="changes"), output, everything)
    if outcome.lacks is not None and not session.for_people(output):
        session.talk.say(sheets[-1].intro[0])


def _told(session: Session, outcome: Outcome, key: str) -> None:
    if outcome.receipt is None:
        session.talk.tell("submit.dry")
    else:
        session.talk.tell(key, id=outcome.receipt.id, number=outcome.receipt.number)


def _names(session: Session, outcome: Outcome) -> dict[Term, str]:
    terms = {t for q in (*outcome.change.added, *outcome.change.removed) for t in q[:3]}
    terms |= {shift.gap.values["focus"] for shift in outcome.shifts}
    known = session.names_of(terms)
    own = present_submit.own_names(outcome.change, session.lang)
    unknown = {term for term in own if known.get(term) in (None, session.labels.one(term.value))}
    nameless = session.labels.nameless(term.value for term in unknown)
    return {**known, **{term: own[term] for term in unknown if term.value in nameless}}


def _bearers(session: Session, actors: list[str]) -> dict[str, str]:
    named = session.labels.of(actors)
    return {actor: named[actor] for actor in set(actors) - session.labels.nameless(actors)}
