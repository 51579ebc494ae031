"""The application on a port, until it is told to stop."""

from __future__ import annotations

from collections.abc import Callable

import uvicorn

from graph.api.app import create_app
from graph.config import Settings
from graph.serving import Service


def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until a signal says stop; `ready` is told the address once it is listened on."""
    asked = settings.serving
    service = Service(settings).start()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
            await super().startup(sockets)  # type: ignore[arg-type]
            if self.started:
                ready(asked.address or f"http://{asked.host}:{asked.port}")

    config = uvicorn.Config(
        create_app(service), host=asked.host, port=asked.port, log_config=None, server_header=False
    )
    try:
        Server(config).run()
    finally:
        service.stop()
