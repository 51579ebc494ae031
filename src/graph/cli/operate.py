"""What who runs a server does: serve, copy the store, and bring it back."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

from graph import values
from graph.cli.session import Session
from graph.config import Serving
from graph.errors import BadValue
from graph.store.backup import Backup, back_up
from graph.store.backup import restore as bring_back

_SHORT = 12


def serve(session: Session, host: str | None, port: str | None, read_only: bool) -> int:
    """Build the store where it is needed, and serve it until a signal says stop."""
    from graph.api.server import serve as run
    from graph.pipeline import ensure

    told = session.settings.serving
    serving = replace(
        told,
        host=told.host if host is None else host,
        port=told.port if port is None else _port(port),
        read_only=told.read_only or read_only,
    )
    settings = replace(session.settings, serving=serving)

    def prepare() -> None:
        with session.talk.progress() as progress:
            ensure(settings, progress=progress)

    run(settings, lambda address: session.talk.tell("serve.ready", address=address), prepare)
    session.talk.tell("serve.stopped")
    return 0


def _port(told: str) -> int:
    """Read a port by the rule that the setting is read by."""
    setting = next(setting for setting in fields(Serving) if setting.name == "port")
    try:
        return int(values.read(setting, told))
    except ValueError as error:
        raise BadValue("--port", told, str(error)) from error


def backup(session: Session, to: Path) -> int:
    """Copy the store to a new folder; one that is not whole is refused, and not copied as if."""
    from graph.serving import look_through

    found = look_through(session.settings.store, write=False)
    if found.record is not None:
        raise found.record
    _told(session, "operate.backed_up", to, back_up(session.settings.store, to))
    return 0


def restore(session: Session, folder: Path) -> int:
    """Make a backup the store."""
    place = session.settings.store
    _told(session, "operate.restored", place, bring_back(folder, place))
    return 0


def _told(session: Session, key: str, folder: Path, made: Backup) -> None:
    session.talk.tell(
        key,
        folder=folder,
        files=made.files,
        size=f"{made.size / 1e6:.1f}",
        receipts=made.receipts,
        digest=made.version.digest[:_SHORT],
    )
