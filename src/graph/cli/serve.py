"""The serve command: the graph over HTTP until Ctrl+C."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from graph.cli.options import BadOption
from graph.cli.session import Session
from graph.config import Settings

_PORTS = 65_535


def serve(
    session: Session,
    host: str | None,
    port: str | None,
    config: Path | None,
    read_only: bool,
) -> int:
    """Build the store where it is needed, and serve it until a signal says stop."""
    from graph.api.server import serve as run
    from graph.errors import StoreDamaged
    from graph.pipeline import ensure

    settings = _settled(session, host, port, config, read_only)
    if not settings.serving.read_only:
        try:
            with session.talk.progress() as progress:
                ensure(settings, progress=progress)
        except StoreDamaged as error:
            # The server is there to say so, until somebody rebuilds.
            session.talk.refuse(error)
    run(settings, lambda address: session.talk.tell("serve.ready", address=address))
    session.talk.tell("serve.stopped")
    return 0


def _settled(
    session: Session, host: str | None, port: str | None, config: Path | None, read_only: bool
) -> Settings:
    from graph import assets
    from graph.config import load

    settings = session.settings
    if config is not None:
        settings = load(
            checkout=assets.checkout(), store=settings.store, lang=settings.lang, config=config
        )
    serving = settings.serving
    if port is not None:
        if not (port.isascii() and port.isdigit() and int(port[:9]) <= _PORTS):
            raise BadOption("bad-port", value=port)
        serving = replace(serving, port=int(port))
    serving = replace(serving, host=host or serving.host, read_only=read_only or serving.read_only)
    return replace(settings, serving=serving)
