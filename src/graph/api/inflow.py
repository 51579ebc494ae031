"""What a client sends: no more than it may, and no slower."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive

from graph.errors import RequestError, SentTooSlowly, TooMuchSent


class Inflow:
    """A body on its way in. `fault` is set, and raised, when it is too large or too slow.

    `gone` tells that who sent it left before all of it had come.
    """

    def __init__(self, receive: Receive, most: int, seconds: float) -> None:
        self._receive = receive
        self._most = most
        self._seconds = seconds
        self._ends: float | None = None
        self._come = 0
        self._whole = False
        self.fault: RequestError | None = None
        self.gone = False

    async def __call__(self) -> Message:
        """Give the next of it."""
        if self._whole:
            # What comes now is only word that the client has gone.
            return await self._receive()
        if self.fault is not None:
            raise self.fault
        loop = asyncio.get_running_loop()
        if self._ends is None:
            self._ends = loop.time() + self._seconds
        try:
            async with asyncio.timeout_at(self._ends):
                message = await self._receive()
        except TimeoutError:
            self.fault = SentTooSlowly(self._seconds)
            raise self.fault from None
        if message["type"] == "http.request":
            self._come += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._come > self._most:
                self.fault = TooMuchSent(self._most)
                raise self.fault
        else:
            self._whole = self.gone = True
        return message
