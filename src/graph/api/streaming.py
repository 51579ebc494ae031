"""An answer piece by piece, for whoever may have more than is kept whole.

It is begun before anyone knows that it ends well. When it does not, the connection is broken, so
that nobody takes what came for all there is.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from typing import cast

from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from graph.api.media import media_of
from graph.asking import Asked, Form, Pool
from graph.errors import Busy

_AHEAD = 16
"""How many pieces are made before the first of them is taken."""


def stream(pool: Pool, asked: Asked, ended: Callable[[str], None]) -> Response:
    """Begin an answer; a refusal before its first piece is raised.

    `ended` is told once, with a word, how the question ended: before the asker is.
    """
    pieces = _Handed()
    told: list[tuple[str, str, str]] = []

    def begin(form: str, chosen: str, tag: str) -> Callable[[bytes], None]:
        told.append((form, chosen, tag))
        pieces.begun.set()
        return pieces.put

    def work() -> None:
        failed: Exception | None = None
        try:
            pool.stream(asked, begin)
        except Exception as error:
            failed = error
        word = "done" if failed is None else getattr(failed, "code", "failed")
        try:
            ended("left" if isinstance(failed, BrokenPipeError) else word)
        finally:
            # Nobody waits for ever, whatever becomes of the note.
            pieces.end(failed)

    threading.Thread(target=work, daemon=True).start()
    pieces.begun.wait()
    if not told:
        raise pieces.error or Busy()
    form, chosen, tag = told[0]
    headers = {"X-Graph-Version": tag, "Cache-Control": "no-store", "Vary": "Accept"}
    return _Unkept(pieces, headers, media_of(cast(Form, form), chosen))


class _Unkept(StreamingResponse):
    """What is sent as it comes; the connection is broken where it does not come to its end."""

    def __init__(self, pieces: _Handed, headers: Mapping[str, str], media: str) -> None:
        self._handed = pieces
        super().__init__(pieces.walk(), 200, headers, media)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and note in the log what broke it."""
        await super().__call__(scope, receive, send)
        error = self._handed.error
        if error is not None and not isinstance(error, BrokenPipeError):
            number = scope.get("state", {}).get("number", "")
            code = getattr(error, "code", type(error).__name__)
            scope["app"].state.service.journal.tell("broken", number=number, error=code)

    async def stream_response(self, send: Send) -> None:
        """Send it; without the last word, by which the asker would know that this is all."""

        async def unless_broken(message: Message) -> None:
            last = message["type"] == "http.response.body" and not message.get("more_body")
            if not (last and self._handed.error):
                await send(message)

        await super().stream_response(unless_broken)


class _Handed:
    """Pieces on their way from a thread that makes them to the loop that sends them."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.error: Exception | None = None
        self._turn = threading.Condition()
        self._pieces: list[bytes] = []
        self._ended = self._left = False

    def put(self, piece: bytes) -> None:
        """Hand over a piece, or none to see whether anybody is there; waits for a slow asker.

        BrokenPipeError when the asker has left.
        """
        with self._turn:
            while len(self._pieces) >= _AHEAD and not self._left:
                self._turn.wait(1)
            if self._left:
                raise BrokenPipeError
            if piece:
                self._pieces.append(piece)
                self._turn.notify_all()

    def end(self, error: Exception | None) -> None:
        """Say that there is no more, and why."""
        with self._turn:
            self.error, self._ended = error, True
            self.begun.set()
            self._turn.notify_all()

    def _next(self) -> bytes | None:
        with self._turn:
            while not self._pieces and not self._ended and not self._left:
                self._turn.wait(1)
            if self._pieces and not self._left:
                self._turn.notify_all()
                return self._pieces.pop(0)
        return None

    async def walk(self) -> AsyncIterator[bytes]:
        """Walk the pieces, as far as they go; `error` tells whether that is all of them."""
        try:
            while (piece := await asyncio.to_thread(self._next)) is not None:
                yield piece
        finally:
            with self._turn:
                self._left = True
                self._turn.notify_all()
