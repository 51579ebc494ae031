"""What was judged → what a report tells besides its findings."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from graph.examining import Examined
from graph.render.findings import Facts


def facts_of(files: Iterable[Path | str], done: Examined) -> Facts:
    """Give what a report tells besides its findings."""
    return Facts(
        files=tuple(str(path) for path in files),
        things=done.judged,
        known=done.known,
        before=done.earlier,
        remarks=done.remarks,
        versions=done.versions,
        tiers=done.tiers,
    )
