"""Where files are read and judged: at a desk in our own process, or at one behind a wall.

A file may be made to do harm, so what strangers hand in is read, judged and marked in a process
with limits; our own files are many and take as long as they take.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol, Self, cast

from graph import assets
from graph.config import Settings
from graph.errors import InputError
from graph.examining import Examined, Settled, examine, ground, read_tier
from graph.examining.unread import unread
from graph.findings import Finding
from graph.store import Store, open_store, version_of
from graph.submission import TABLES, Given, Remark, Submission, read_given
from graph.terms import Rows
from graph.worker import Worker

_HERE = "graph.examining.desk:"


@dataclass(frozen=True, slots=True)
class Marked:
    """The user's own workbook with its faults marked, or one of findings where that cannot be.

    `reasons` names, as keys of texts, what of the user's own would have been lost.
    """

    content: bytes
    separate: bool
    reasons: tuple[str, ...]


class Desk(Protocol):
    """Reads files, and judges all that it has read as one submission."""

    digest: str
    """Of the content of the store that it judges by."""

    def read(self, given: Given) -> Submission:
        """Read one file; what no reader takes is refused with its place."""

    def judge(self, shapes: Sequence[Path] = (), change: Settled | None = None) -> Examined:
        """Judge what was read, against the store as it would be with it, and by added shapes."""

    def look_at(
        self, files: Sequence[Given], shapes: Sequence[Path] = (), whole: bool = True
    ) -> Examined:
        """Read files and judge them; for who has no use for their statements.

        Without `whole` a file that no reader takes is a finding, and the others are judged.
        """

    def mark(
        self, given: Given, findings: Sequence[Finding], lang: str, remarks: Sequence[Remark] = ()
    ) -> Marked:
        """Mark findings in the cells of a workbook, and list the keys that were made."""

    def close(self) -> None:
        """Let go of the store."""


class OpenDesk:
    """A desk in our own process."""

    def __init__(self, settings: Settings, root: Path | None = None) -> None:
        self._root = root or assets.root()
        self._settings = settings
        self.digest = version_of(settings.store).digest
        self._store: Store = open_store(settings.store)
        self._read: list[Submission] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, given: Given) -> Submission:
        """See `Desk`."""
        submission = self._table(given) if given.format in TABLES else read_given(given)
        self._read.append(submission)
        return submission

    def judge(self, shapes: Sequence[Path] = (), change: Settled | None = None) -> Examined:
        """See `Desk`."""
        tiers = [read_tier(path) for path in shapes]
        base = ground(self._root)
        return examine(self._read, self._settings, self._ask, tiers, on=base, change=change)

    def look_at(
        self, files: Sequence[Given], shapes: Sequence[Path] = (), whole: bool = True
    ) -> Examined:
        """See `Desk`."""
        # A broken shape file is told of before a broken file: it was named to judge by.
        tiers = [read_tier(path) for path in shapes]
        read: list[Submission] = []
        broken: list[Finding] = []
        for given in files:
            try:
                read.append(self.read(given))
            except InputError as error:
                if whole:
                    raise
                broken.append(unread(error, given.name))
        done = examine(read, self._settings, self._ask, tiers, on=ground(self._root))
        if not broken:
            return done
        names = tuple(finding.focus for finding in broken)
        return replace(done, findings=(*broken, *done.findings), unread=names)

    def mark(
        self, given: Given, findings: Sequence[Finding], lang: str, remarks: Sequence[Remark] = ()
    ) -> Marked:
        """See `Desk`."""
        from graph.messages import load
        from graph.sheet import mark

        made = mark(given.content, findings, lang, load(lang), remarks)
        return Marked(made.content, made.separate, made.reasons)

    def close(self) -> None:
        """See `Desk`."""
        self._store.close()

    def _ask(self, text: str) -> Rows:
        return self._store.query(text)

    def _table(self, given: Given) -> Submission:
        from graph.sheet import known_of, load_model, read_table

        model = load_model(assets.files("shapes", self._root), assets.files("ontology", self._root))
        known = known_of(self._ask, model)
        form: Literal["csv", "xlsx"] = "csv" if given.format == "csv" else "xlsx"
        return read_table(given.content, given.name, form, model, known, given.limits)


class WalledDesk:
    """A desk in a process with limits; what a file sets off there ends there."""

    def __init__(self, settings: Settings, root: Path | None = None) -> None:
        self.digest = version_of(settings.store).digest
        start = (_HERE + "sit_down", (settings, root or assets.root()))
        self._worker = Worker(settings.limits, prepare=start)
        self._name = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, given: Given) -> Submission:
        """See `Desk`; WorkerError when the file sets off more than the limits allow."""
        self._name = given.name
        found = self._worker.call(_HERE + "read_there", given, file=given.name)
        return cast(Submission, found)

    def judge(self, shapes: Sequence[Path] = (), change: Settled | None = None) -> Examined:
        """See `Desk`."""
        asked = (tuple(shapes), change)
        name = ", ".join([self._name, *map(str, shapes)])
        return cast(Examined, self._worker.call(_HERE + "judge_there", asked, file=name))

    def look_at(
        self, files: Sequence[Given], shapes: Sequence[Path] = (), whole: bool = True
    ) -> Examined:
        """See `Desk`."""
        name = files[0].name if len(files) == 1 else ""
        # Rules of somebody else's may be what takes the time.
        name = ", ".join([name, *map(str, shapes)]) if shapes and name else name
        asked = (tuple(files), tuple(shapes), whole)
        return cast(Examined, self._worker.call(_HERE + "look_there", asked, file=name))

    def mark(
        self, given: Given, findings: Sequence[Finding], lang: str, remarks: Sequence[Remark] = ()
    ) -> Marked:
        """See `Desk`."""
        asked = (given, tuple(findings), lang, tuple(remarks))
        return cast(Marked, self._worker.call(_HERE + "mark_there", asked, file=given.name))

    def starts_within(self, seconds: float) -> bool:
        """Tell whether its process is ready for work, or is within so many seconds."""
        return self._worker.starts_within(seconds)

    def close(self) -> None:
        """See `Desk`."""
        self._worker.close()


# What follows runs behind the wall, at the one desk that there is.

_DESK: list[OpenDesk] = []


def sit_down(where: tuple[Settings, Path]) -> None:
    """Open the store and warm up: the first thing a process does, before it is limited."""
    from graph.validate import validate_by

    _DESK[:] = [OpenDesk(*where)]
    base = ground(where[1])
    # The engine is loaded by its first use, of which this is the smallest.
    validate_by(base.rules, (), (), base.above)


def read_there(given: Given) -> Submission:
    """Read one file at the desk."""
    return _DESK[-1].read(given)


def judge_there(asked: tuple[tuple[Path, ...], Settled | None]) -> Examined:
    """Judge what was read at the desk."""
    return _DESK[-1].judge(*asked)


def look_there(asked: tuple[tuple[Given, ...], tuple[Path, ...], bool]) -> Examined:
    """Read and judge at the desk."""
    return _DESK[-1].look_at(*asked)


def mark_there(asked: tuple[Given, tuple[Finding, ...], str, tuple[Remark, ...]]) -> Marked:
    """Mark a workbook at the desk."""
    return _DESK[-1].mark(*asked)
