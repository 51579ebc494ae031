"""Findings → standard output or a file, in the format asked for or the one that fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from graph.errors import NoReportFormat, NotAFile, NotForTerminal, OverInput
from graph.findings import Finding
from graph.render.findings import (
    BINARY,
    ENDINGS,
    FOR_PEOPLE,
    FORMATS,
    Facts,
    Look,
    format_for,
    tell_facts,
    tell_verdict,
    write_findings,
)
from graph.render.lines import unsteered

if TYPE_CHECKING:
    from graph.cli.session import Session

OUTPUTS = tuple(FORMATS)
"""What may stand after --format where findings are the answer."""

STYLED = frozenset({"text", "table"})
"""These style their lines themselves, and let nothing else steer a terminal."""

FEW = 3
"""How many findings of one rule a terminal shows unasked."""
MANY = 100
"""How many of them a page shows unasked; nobody reads more, and every one stands in the data."""


def settle(
    session: Session, output: str | None, place: Path | None = None, files: Iterable[Path] = ()
) -> str:
    """Settle the format before anything is judged; refuse what could not be written, or must not.

    NotForTerminal for a workbook on a terminal, NoReportFormat where nothing tells the format of
    `place`, OverInput where `place` is one of the `files` that are judged.
    """
    if place is None:
        terminal = session.out.isatty()
        output = output or ("text" if terminal else "jsonl")
        if output in BINARY and terminal:
            raise NotForTerminal(output)
        return output
    if any(_same(place, file) for file in files):
        raise OverInput(place)
    if place.exists() and not place.is_file() and place != Path("/dev/stdout"):
        # A pipe that nobody reads would make us wait for ever.
        raise NotAFile(place)
    output = output or format_for(place)
    if output is None:
        raise NoReportFormat(place, sorted(ENDINGS))
    return output


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def show(
    session: Session,
    findings: Sequence[Finding],
    facts: Facts,
    output: str | None,
    everything: bool = False,
    place: Path | None = None,
) -> None:
    """Write findings where they are to go, and say the sums to whoever does not see them.

    Args:
        session: the run.
        findings: what was found.
        facts: what was judged, and by what.
        output: one of `OUTPUTS`. Without one the ending of `place` decides; else it is text on a
            terminal and JSON lines in a pipe.
        everything: whether a list for people is shown whole.
        place: the file to write, which stands there whole or not at all.
    """
    output = settle(session, output, place, [Path(file) for file in facts.files])
    terminal = place is None and session.out.isatty()
    style = session.style()
    few = (FEW if terminal else None) if output in ("text", "table") else MANY
    look = Look(style.width, terminal, None if everything else few)
    if place is None:
        if output in STYLED or output in BINARY:
            write_findings(findings, facts, output, session.lang, session.out, look)
        else:
            with unsteered(session.out) as out:
                write_findings(findings, facts, output, session.lang, out, look)
    else:
        _to_file(session, findings, facts, output, look, place)
    if place is not None or output not in FOR_PEOPLE - BINARY:
        _tell_sums(session, findings, facts)
    if place is not None:
        session.talk.tell("finding.report", file=place)


def show_made(
    session: Session, findings: Sequence[Finding], facts: Facts, content: bytes, place: Path
) -> None:
    """Write a report that somebody else has made to its file, whole or not, and say the sums."""
    from graph.cli.commands import NotWritten
    from graph.export import write_whole

    try:
        write_whole(place, content)
    except OSError as error:
        raise NotWritten(place, error) from error
    _tell_sums(session, findings, facts)
    session.talk.tell("finding.report", file=place)


def _tell_sums(session: Session, findings: Sequence[Finding], facts: Facts) -> None:
    texts = session.talk.messages
    for line in (*tell_verdict(findings, texts, facts.many), *tell_facts(facts, texts)):
        session.talk.say(line)


def _to_file(
    session: Session,
    findings: Sequence[Finding],
    facts: Facts,
    output: str,
    look: Look,
    place: Path,
) -> None:
    from graph.cli.commands import NotWritten
    from graph.export import whole

    try:
        with whole(place) as out:
            write_findings(findings, facts, output, session.lang, out, look)
    except OSError as error:
        raise NotWritten(place, error) from error
