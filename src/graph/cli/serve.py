"""The serve command: the graph over HTTP until Ctrl+C."""

from __future__ import annotations

from dataclasses import replace

from graph.cli.session import Session


def serve(session: Session, host: str | None, port: int | None) -> int:
    """Build the store where it is needed, and serve it until a signal says stop."""
    from graph.api.server import serve as run
    from graph.pipeline import ensure

    with session.talk.progress() as progress:
        ensure(session.settings, progress=progress)
    serving = session.settings.serving
    serving = replace(serving, host=host or serving.host, port=port or serving.port)
    settings = replace(session.settings, serving=serving)
    run(settings, lambda address: session.talk.tell("serve.ready", address=address))
    session.talk.tell("serve.stopped")
    return 0
