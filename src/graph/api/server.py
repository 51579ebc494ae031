"""The application on a port, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from graph.api.app import create_app
from graph.api.log import note, take_over
from graph.config import Serving, Settings
from graph.errors import AlreadyServed, CannotListen
from graph.serving import Service
from graph.store.folder import faults

_BACKLOG = 2048
_KEPT_OPEN = 15
"""Seconds for which a connection is kept for the next request."""
_LONGEST_HEAD = 65_536


def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until a signal says stop; `ready` is told the address once it is listened on.

    Raises:
        AlreadyServed: another server has the store, and this one would write to it.
        CannotListen: the port is taken, or the system does not let us have it.
        StoreAbsent: there is nothing to serve.

    """
    asked = settings.serving
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(_listening(asked))
        shown = asked.address or _shown(place)
        if not asked.read_only:
            stack.enter_context(_holding(settings.store, shown))
        take_over()
        service = Service(settings, note=note)
        stack.callback(service.stop)
        service.start()
        server = _Server(_config(service, asked), lambda: ready(shown))
        note("start", address=shown, store=settings.store, read_only=asked.read_only)
        server.run(sockets=[place])
        note("stop")


def _config(service: Service, asked: Serving) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(service),
        http=_protocol(asked.header_seconds),
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        # Whom a proxy asks for is settled by ourselves, from the addresses we know.
        proxy_headers=False,
        timeout_keep_alive=_KEPT_OPEN,
        timeout_graceful_shutdown=int(max(1, asked.stop_seconds)),
        h11_max_incomplete_event_size=_LONGEST_HEAD,
    )


class _Server(uvicorn.Server):
    """A server that says when it listens, and ends with 0 when it is told to stop."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals that say stop; to be told so is no fault, so none is passed on."""
        signals = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _protocol(seconds: float) -> type[asyncio.Protocol]:
    """Make the protocol that waits so long for the head of a request, and no longer.

    Without it whoever sends one sign a minute holds a connection for ever.
    """

    class Patient(HttpToolsProtocol):
        _timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._wait()

        def connection_lost(self, exc: Exception | None) -> None:
            self._cancel()
            super().connection_lost(exc)

        def on_message_begin(self) -> None:
            self._wait()
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            self._cancel()
            super().on_headers_complete()

        def _wait(self) -> None:
            self._cancel()
            self._timer = self.loop.call_later(seconds, self._give_up)

        def _cancel(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

        def _give_up(self) -> None:
            if not self.transport.is_closing():
                self.transport.close()

    return Patient


@contextlib.contextmanager
def _listening(asked: Serving) -> Iterator[socket.socket]:
    """Lend a socket that is bound; CannotListen."""
    try:
        family, kind, _, _, where = socket.getaddrinfo(
            asked.host, asked.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        place = socket.socket(family, kind)
    except OSError as error:
        raise CannotListen(asked.host, asked.port, error.strerror or str(error)) from error
    with place:
        try:
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            place.bind(where)
            place.listen(_BACKLOG)
        except OSError as error:
            raise CannotListen(asked.host, asked.port, error.strerror or str(error)) from error
        place.set_inheritable(False)
        yield place


def _shown(place: socket.socket) -> str:
    host, port = place.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.contextmanager
def _holding(store: Path, address: str) -> Iterator[None]:
    """Be the one server of a store; AlreadyServed names the address of the one that is.

    The lock of the store itself is taken for each commit alone, so that the command line can hand
    in, build and make backups beside a server.
    """
    with faults(store):
        handle = os.open(store / "serve.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            told = os.pread(handle, 500, 0).decode("utf-8", "replace").strip()
            raise AlreadyServed(store, told) from error
        with contextlib.suppress(OSError):
            os.ftruncate(handle, 0)
            os.pwrite(handle, address.encode() + b"\n", 0)
        yield
    finally:
        os.close(handle)
