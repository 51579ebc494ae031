"""Files as somebody hands them in → what was found, in a process with limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from graph import assets
from graph.config import Settings
from graph.examining import Examined, examine, ground, read_tier
from graph.store import Store, open_store
from graph.submission import Given, Submission, read_given, take_in
from graph.worker import Worker

_HELD: list[Store] = []


@dataclass(frozen=True, slots=True)
class Request:
    """What a process with limits is asked to judge."""

    files: tuple[Given, ...]
    shapes: tuple[Path, ...]
    settings: Settings
    root: Path


def load_file(path: Path, settings: Settings) -> Submission:
    """Read one file in this very process: for files that are our own."""
    return read_given(take_in(path, settings.limits, settings.base))


def examine_files(
    paths: Sequence[Path], settings: Settings, shapes: Sequence[Path] = ()
) -> Examined:
    """Read and judge files against the store, which must be there.

    What is not our own is read and judged in a process with limits, for a file may be made to do
    harm; our own files are many, and take as long as they take.

    Raises:
        WorkerError: a file set off more than the limits allow.
        InputError: a file, or an added shape file, cannot be read.

    """
    files = tuple(take_in(path, settings.limits, settings.base) for path in paths)
    root = assets.root()
    request = Request(files, tuple(shapes), settings, root)
    ours = root.resolve()
    if not shapes and all(path.resolve().is_relative_to(ours) for path in paths):
        open_up((settings, root))
        try:
            return judge_given(request)
        finally:
            _HELD.pop().close()
    start = ("graph.examining.files:open_up", (settings, root))
    named = files[0].name if len(files) == 1 else ""
    with Worker(settings.limits, prepare=start) as worker:
        answer = worker.call("graph.examining.files:judge_given", request, file=named)
    return cast(Examined, answer)


def open_up(where: tuple[Settings, Path]) -> None:
    """Open the store and warm up: the first thing a process does, before it is limited."""
    from graph.validate import validate_by

    settings, root = where
    _HELD.append(open_store(settings.store))
    base = ground(root)
    # The engine is loaded by its first use, of which this is the smallest.
    validate_by(base.rules, (), (), base.above)


def judge_given(request: Request) -> Examined:
    """Read and judge what was taken in, against the store that is open."""
    tiers = [read_tier(path) for path in request.shapes]
    read = [read_given(given) for given in request.files]
    base = ground(request.root)
    return examine(read, request.settings, _HELD[-1].query, tiers, on=base)
