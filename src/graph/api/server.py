"""The application on a port, until it is told to stop."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Generator
from dataclasses import replace

import uvicorn

from graph.api.app import create_app
from graph.api.protocol import protocol_of
from graph.config import Settings
from graph.errors import (
    CannotListen,
    NoSuchHost,
    PortForbidden,
    PortTaken,
)
from graph.serving import Claim, Journal, Service

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_IDLE = 5
"""Seconds that a connection may be without anything asked on it."""
_QUEUE = 2048
_LINGER = 3.0
"""Seconds for threads that nobody waits for any more, after the answers at work have had theirs."""


def serve(
    settings: Settings,
    ready: Callable[[str], None],
    prepare: Callable[[], None] = lambda: None,
) -> None:
    """Serve until a signal says stop; `ready` is told the address once it is listened on.

    `prepare` makes the store what it should be, after it is sure that we may serve it. What is
    being answered when the signal comes is answered, for as long as the settings say.

    Raises:
        CannotListen: the address is no address of ours, or another listens there.
        AlreadyServed: another server serves the store.

    """
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(contextlib.closing(listen(settings)))
        port = listening.getsockname()[1]
        settings = replace(settings, serving=replace(settings.serving, port=port))
        address = address_of(settings)
        if not settings.serving.read_only:
            _claim(settings, address, prepare, stack)
        journal = Journal(sys.stderr)
        service = Service(settings, journal=journal)
        stack.callback(service.stop)
        _hear(journal)
        service.start(watched=True)
        server = _Server(_config(settings, service), lambda: ready(address))
        server.run(sockets=[listening])
    _let_go(_LINGER)


def address_of(settings: Settings) -> str:
    """Give what the server is called: from outside where that is settled, else where it listens."""
    told = settings.serving
    host = f"[{told.host}]" if ":" in told.host else told.host
    return told.address or f"http://{host}:{told.port}"


def listen(settings: Settings) -> socket.socket:
    """Take the port; CannotListen says why it cannot be had."""
    host, port = settings.serving.host, settings.serving.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, place = found[0]
        taken = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise NoSuchHost(host, port, getattr(error, "strerror", None) or str(error)) from error
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(place)
        # Listening is part of taking it: two may bind, and one listens.
        taken.listen(_QUEUE)
    except OSError as error:
        taken.close()
        kind_of = {
            errno.EADDRINUSE: PortTaken,
            errno.EACCES: PortForbidden,
            errno.EPERM: PortForbidden,
            errno.EADDRNOTAVAIL: NoSuchHost,
        }.get(error.errno or 0, CannotListen)
        raise kind_of(host, port, error.strerror or str(error)) from error
    return taken


class _Server(uvicorn.Server):
    """Ends by itself on a signal, and leaves it at that: the process goes on to its own end."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {sign: signal.signal(sign, self.handle_exit) for sign in _SIGNALS}
        try:
            yield
        finally:
            for sign, handler in before.items():
                signal.signal(sign, handler)


def _config(settings: Settings, service: Service) -> uvicorn.Config:
    serving = settings.serving
    return uvicorn.Config(
        create_app(service),
        http=protocol_of(settings),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # Whom a proxy speaks for is settled by `caller`, by our own list.
        proxy_headers=False,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=max(1, round(serving.stop_seconds)),
    )


def _claim(
    settings: Settings, address: str, prepare: Callable[[], None], stack: contextlib.ExitStack
) -> None:
    """Take the right to serve the store, before it is touched where there is one already."""
    claim = Claim(settings.store)
    stack.callback(claim.drop)
    there = (settings.store / "lock").is_file()
    if there:
        claim.take(address)
    prepare()
    if not there:
        claim.take(address)


class _Heard(logging.Handler):
    """Brings what the libraries of the server say into the journal: what happened, and no more."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.WARNING)
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        fault = record.exc_info[0] if record.exc_info else None
        self._journal.tell(
            "server",
            level=record.levelname.lower(),
            said=record.getMessage().strip(),
            error=fault.__name__ if fault else None,
        )


def _hear(journal: Journal) -> None:
    handler = _Heard(journal)
    for name in ("uvicorn", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False


def _let_go(seconds: float) -> None:
    """End the process when threads go on that no answer waits for any more.

    Each had its time when the server stopped; what it was writing is whole or not at all.
    """
    lingering = [
        thread
        for thread in threading.enumerate()
        if thread is not threading.current_thread() and not thread.daemon
    ]
    if not lingering:
        return

    def end() -> None:
        sys.stderr.flush()
        os._exit(0)

    last = threading.Timer(seconds, end)
    last.daemon = True
    last.start()
