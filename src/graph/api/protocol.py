"""HTTP on a connection, with patience that ends: with who asks slowly, and who listens slowly."""

from __future__ import annotations

import asyncio
from collections import Counter

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from graph.api.caller import Callers, owner
from graph.api.problems import unasked
from graph.config import Settings
from graph.errors import AddressTooLong, HeadersTooLarge, NotHttp, Overloaded, SentTooSlowly

_HEADER_ROOM = 32_768
_LONGEST = 10
"""How many times as long an answer may take that is taken bit by bit."""
_LONGEST_ADDRESS = 65_535
"""The reader of addresses counts their signs in two bytes."""


def protocol_of(settings: Settings) -> type[asyncio.Protocol]:
    """Make the class that speaks HTTP on each connection, with the limits of the settings."""
    serving = settings.serving
    # A question may stand in the first line, each of its signs written as three.
    most = 3 * serving.query_bytes + _HEADER_ROOM
    callers = Callers(serving.proxies)
    open_of: Counter[str] = Counter()
    too_slow = unasked(SentTooSlowly(serving.header_seconds))
    too_large = unasked(HeadersTooLarge(most))
    full, too_long = unasked(Overloaded()), unasked(AddressTooLong(_LONGEST_ADDRESS))

    class Patient(HttpToolsProtocol):
        """Ends a connection that is slow to say what it asks for, or to take what it is sent."""

        _timer: asyncio.TimerHandle | None = None
        _stuck: asyncio.TimerHandle | None = None
        _asking = True
        _come = _held = 0
        _late: asyncio.TimerHandle | None = None
        _owner = ""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            there = str((self.client or ("",))[0])
            self._owner = "" if callers.known(there) else owner(there)
            open_of[self._owner] += 1
            # A proxy speaks for many; so does whoever has no address.
            too_many = self._owner and 0 < serving.client_connections < open_of[self._owner]
            if too_many or len(self.connections) > serving.connections:
                self._end(full)
                return
            self._wait()

        def connection_lost(self, exc: Exception | None) -> None:
            open_of[self._owner] -= 1
            if not open_of[self._owner]:
                del open_of[self._owner]
            self._calm()
            self._flow()
            self._done()
            super().connection_lost(exc)

        def on_response_complete(self) -> None:
            self._done()
            super().on_response_complete()

        def data_received(self, data: bytes) -> None:
            if self.transport.is_closing():
                return
            self._held = 0
            super().data_received(data)
            # Within the content all that is not content counts: frames of parts, and what follows
            # them. A part of one byte has a frame of five, and begins the count anew.
            self._come = self._come + len(data) if self._asking or not self._held else 0
            if self._come > most:
                self._end(too_large)

        def send_400_response(self, msg: str) -> None:  # noqa: ARG002
            self._end(unasked(NotHttp()))

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._asking, self._come = True, 0
            if self._timer is None:
                self._wait()

        def on_header(self, name: bytes, value: bytes) -> None:
            # What comes behind the content is no header (RFC 9110 section 6.5.1).
            if self._asking:
                super().on_header(name, value)

        def on_headers_complete(self) -> None:
            self._asking, self._come = False, 0
            self._calm()
            if len(self.url) > _LONGEST_ADDRESS:
                self._end(too_long)
            else:
                super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            self._held += len(body)
            if not self.transport.is_closing():
                super().on_body(body)

        def on_message_complete(self) -> None:
            if not self.transport.is_closing():
                super().on_message_complete()

        def pause_writing(self) -> None:
            super().pause_writing()
            if self._late is None:
                longest = _LONGEST * serving.body_seconds
                self._late = self.loop.call_later(longest, self.transport.abort)
            if self._stuck is None:
                self._stuck = self.loop.call_later(serving.body_seconds, self.transport.abort)

        def resume_writing(self) -> None:
            self._flow()
            super().resume_writing()

        def _wait(self) -> None:
            self._timer = self.loop.call_later(serving.header_seconds, self._end, too_slow)

        def _calm(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

        def _flow(self) -> None:
            if self._stuck is not None:
                self._stuck.cancel()
                self._stuck = None

        def _done(self) -> None:
            if self._late is not None:
                self._late.cancel()
                self._late = None

        def _end(self, told: bytes) -> None:
            self._calm()
            if not self.transport.is_closing():
                self.transport.write(told)
                self.transport.close()

    return Patient
