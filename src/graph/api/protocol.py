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
_ASKING, _CONTENT, _BETWEEN = "asking", "content", "between"
"""Where a connection is: in the head of a request, in its content, or behind it."""
_FRAME = 8
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
        _late: asyncio.TimerHandle | None = None
        _stage = _ASKING
        _begun = False
        _come = _held = _content = _around = 0
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
            if self._stage == _CONTENT:
                # Answered before all of it came. The rest is read past, for so long.
                self._wait()

        def data_received(self, data: bytes) -> None:
            if self.transport.is_closing():
                return
            self._held, self._begun = 0, False
            super().data_received(data)
            self._count(len(data))
            if self._stage != _ASKING and not self._answering:
                # The library's clock for an idle connection stops at any byte.
                self._wait()

        def send_400_response(self, msg: str) -> None:  # noqa: ARG002
            self._end(unasked(NotHttp()))

        def on_message_begin(self) -> None:
            if self.transport.is_closing():
                return
            super().on_message_begin()
            self._stage, self._begun = _ASKING, True
            self._content = self._around = 0
            self._wait()

        def on_header(self, name: bytes, value: bytes) -> None:
            # What comes behind the content is no header (RFC 9110 section 6.5.1).
            if self._stage == _ASKING:
                super().on_header(name, value)

        def on_headers_complete(self) -> None:
            if self.transport.is_closing():
                # What stands behind a request that was refused with the connection is not done.
                return
            self._stage, self._come = _CONTENT, 0
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
            if self.transport.is_closing():
                return
            self._stage, self._come = _BETWEEN, 0
            self._calm()
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

        @property
        def _answering(self) -> bool:
            """Whether an answer is under way: then it is ours to be quick."""
            return self.cycle is not None and not self.cycle.response_complete

        @property
        def _speaking(self) -> bool:
            """Whether some of an answer may have been sent, and not all of it."""
            # With several asked for at once, the one that is answered is not told.
            return bool(self.pipeline) or (self._answering and self.cycle.response_started)

        def _count(self, size: int) -> None:
            """Count what is no content: headers, frames of parts, and what follows the content.

            A part of one byte has a frame of five; nothing may take more room between two.
            """
            if self._begun:
                # Where in these bytes it began is not told.
                self._come = 0
            elif self._stage == _CONTENT:
                self._come = 0 if self._held else self._come + size
                self._content += self._held
                self._around += size - self._held
            else:
                self._come += size
            if self._come > most or self._around > most + _FRAME * self._content:
                self._end(too_large)

        def _wait(self) -> None:
            if self._timer is None:
                content = self._stage == _CONTENT
                seconds = serving.body_seconds if content else serving.header_seconds
                self._timer = self.loop.call_later(seconds, self._too_late)

        def _too_late(self) -> None:
            self._timer = None
            if self._answering:
                self._wait()
            else:
                self._end(too_slow if self._stage == _ASKING else b"")

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
                if not self._speaking:
                    # Within an answer it would be read as a part of it.
                    self.transport.write(told)
                self.transport.close()

    return Patient
