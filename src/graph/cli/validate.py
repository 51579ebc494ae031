"""The validate command: read the files, judge them, say what to mend."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graph import assets
from graph.cli.session import Session
from graph.errors import InputError, NotAFile
from graph.options import BadOption

if TYPE_CHECKING:
    from graph.examining import Examined
    from graph.examining.desk import Desk
    from graph.submission import Given

ENDINGS = ("ttl", "trig", "nt", "nq", "jsonld", "rdf", "xlsx", "csv")
"""What is looked for in a folder; .json and .xml there are most often something else."""
_WORKBOOK = "xlsx"


@dataclass(frozen=True)
class Asked:
    """What a person asks of `validate`."""

    files: tuple[Path, ...]
    shapes: tuple[Path, ...] = ()
    fail_on: str = "violation"


def validate(
    session: Session,
    asked: Asked,
    output: str | None,
    everything: bool,
    place: Path | None = None,
) -> int:
    """Judge files, all as one submission, against the store as it would be with them.

    Exit status 1 when something in the files is as grave as `fail_on`; what is wrong with an added
    shape file, or lies outside the files, does not count. 2 when a file cannot be read, or a shape
    file is one by which nothing could be judged; the report is written all the same. One workbook
    with its report in another comes back marked.
    """
    from graph.cli import present_findings
    from graph.examining.desk import OpenDesk, WalledDesk
    from graph.examining.facts import facts_of
    from graph.submission import take_in

    paths = [path for given in asked.files for path in below(given)]
    for_report = place is not None or output not in (None, *present_findings.STYLED)
    output = present_findings.settle(session, output, place, (*paths, *asked.shapes))
    # Asked for its store, a session builds it where it is absent or old.
    _ = session.store
    settings = session.settings
    files = [take_in(path, settings.limits, settings.base) for path in paths]
    trusted = not asked.shapes and all(map(_is_ours, paths))
    with OpenDesk(settings) if trusted else WalledDesk(settings) as desk:
        # One broken file is told with the line at fault; a report tells of all there is.
        whole = not for_report and len(files) == 1
        done = desk.look_at(files, asked.shapes, whole)
        facts = facts_of(paths, done)
        markable = output == _WORKBOOK and [f.format for f in files] == [output]
        if place is not None and markable and not done.unread:
            content = _marked(session, desk, files[0], done)
            present_findings.show_made(session, done.findings, facts, content, place)
        else:
            present_findings.show(session, done.findings, facts, output, everything, place)
    if done.unread or done.unusable:
        return InputError.exit_status
    return 1 if done.fails(asked.fail_on) else 0


def _is_ours(path: Path) -> bool:
    """Tell a file of our own content, which needs no wall: there are many, and we wrote them."""
    return path.resolve().is_relative_to(assets.data().resolve())


def _marked(session: Session, desk: Desk, given: Given, done: Examined) -> bytes:
    made = desk.mark(given, done.findings, session.lang, done.remarks)
    if made.separate:
        texts = session.talk.messages
        reasons = ", ".join(texts[f"sheet.lost.{reason}"] for reason in made.reasons)
        session.talk.tell("sheet.mark.why", what=reasons)
    return made.content


def below(given: Path) -> list[Path]:
    """Give the files that a path means: itself, or those that the folder holds."""
    if str(given) == "-":
        # What comes on standard input has no ending that tells its format.
        raise NotAFile(given)
    # A path that we may not follow is told of by whoever reads it.
    if not os.path.isdir(given):  # noqa: PTH112
        return [given]
    found = (path for end in ENDINGS for path in given.rglob(f"*.{end}") if path.is_file())
    # A spreadsheet program leaves a file of this name beside the one it has open.
    files = sorted(path for path in found if not path.name.startswith(("~$", ".~lock.")))
    if not files:
        raise BadOption("no-files", folder=given)
    return files
