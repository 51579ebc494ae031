"""The commands that make a backup of a store, and put one in place."""

from __future__ import annotations

import time
from pathlib import Path

from graph.cli.session import Session
from graph.serving.backup import back_up, put_back

_SHORT = 12


def backup(session: Session, place: Path) -> int:
    """Copy the store, whole or not at all; a server goes on meanwhile."""
    begun = time.monotonic()
    version, receipts = back_up(session.settings.store, place)
    session.talk.tell(
        "backup.done",
        folder=place,
        digest=version.digest[:_SHORT],
        receipts=receipts,
        seconds=f"{time.monotonic() - begun:.1f}",
    )
    return 0


def restore(session: Session, folder: Path) -> int:
    """Put a backup in place, where no store is."""
    version, receipts = put_back(folder, session.settings.store)
    session.talk.tell(
        "backup.restored",
        folder=session.settings.store,
        digest=version.digest[:_SHORT],
        receipts=receipts,
    )
    return 0
