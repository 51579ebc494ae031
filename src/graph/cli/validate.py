"""The validate command: read the files, judge them, say what to mend."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from graph.cli.options import BadOption
from graph.cli.session import Session
from graph.errors import NotAFile

ENDINGS = ("*.ttl",)
"""What is looked for in a folder."""


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
    shape file, or lies outside the files, does not count.
    """
    from graph.cli import present_findings
    from graph.examining.files import examine_files
    from graph.render.findings import Facts

    paths = [path for given in asked.files for path in below(given)]
    output = present_findings.settle(session, output, place, paths)
    # Asked for its store, a session builds it where it is absent or old.
    _ = session.store
    done = examine_files(paths, session.settings, asked.shapes)
    facts = Facts(
        files=tuple(str(path) for path in paths),
        things=done.judged,
        known=done.known,
        before=done.earlier,
        remarks=done.remarks,
        versions=done.versions,
        tiers=done.tiers,
    )
    present_findings.show(session, done.findings, facts, output, everything, place)
    return 1 if done.fails(asked.fail_on) else 0


def below(given: Path) -> list[Path]:
    """Give the files that a path means: itself, or those that the folder holds."""
    if str(given) == "-":
        # What comes on standard input has no ending that tells its format.
        raise NotAFile(given)
    # A path that we may not follow is told of by whoever reads it.
    if not os.path.isdir(given):  # noqa: PTH112
        return [given]
    found = sorted(path for end in ENDINGS for path in given.rglob(end) if path.is_file())
    if not found:
        raise BadOption("no-files", folder=given)
    return found
