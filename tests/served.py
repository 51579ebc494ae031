"""A server to ask in a test: the shipped content, built once, and an application over it."""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from fastapi.testclient import TestClient

from graph.api import create_app
from graph.config import Serving, Settings
from graph.serving import Service


@contextlib.contextmanager
def served(
    store: Path, serving: Serving | None = None, **others: Any
) -> Iterator[tuple[TestClient, Service]]:
    """Lend a client of an application that serves a store; what ours raises is an answer there."""
    settings = replace(Settings(store=store, **others), serving=serving or Serving())
    service = Service(settings).start()
    try:
        with TestClient(create_app(service), raise_server_exceptions=False) as client:
            yield client, service
    finally:
        service.stop()


@contextlib.contextmanager
def listening(store: Path, serving: Serving) -> Iterator[tuple[str, Service]]:
    """Lend the address of a server on a port of its own, and what answers there."""
    settings = replace(Settings(store=store), serving=serving)
    service = Service(settings).start()
    server = uvicorn.Server(uvicorn.Config(create_app(service), port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        yield f"http://{host}:{port}", service
    finally:
        server.should_exit = True
        thread.join()
        service.stop()


def a_copy(store: Path, to: Path) -> Path:
    """Copy a store, for a test that writes to it."""
    shutil.copytree(store, to, symlinks=True)
    return to
