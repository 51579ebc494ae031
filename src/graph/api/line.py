"""Long work in threads, for so many at a time and so many of each; more may wait for that."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from graph.api.caller import owner
from graph.errors import Busy

T = TypeVar("T")
_AGAIN = 5


async def in_line(work: Callable[[], T], threads: anyio.CapacityLimiter, waiting: int) -> T:
    """Do it in one of the threads; Busy at once where more wait already than may."""
    if threads.statistics().tasks_waiting >= waiting:
        raise Busy(_AGAIN)
    return await anyio.to_thread.run_sync(work, limiter=threads)


class Shares:
    """So many of each client's at a time; its next one waits here, and in nobody's line.

    A client is what requests are counted by. For the one thread of a server's loop.
    """

    def __init__(self, most: int, patience: float) -> None:
        self._most, self._patience = most, patience
        self._here: dict[str, tuple[anyio.Semaphore, list[None]]] = {}

    @contextlib.asynccontextmanager
    async def one(self, client: str) -> AsyncIterator[None]:
        """Lend one of a client's places; Busy when none of them comes free in time."""
        known = owner(client)
        room, here = self._here.setdefault(known, (anyio.Semaphore(self._most), []))
        here.append(None)
        try:
            try:
                # Without patience too: a place that is free is not waited for.
                room.acquire_nowait()
            except anyio.WouldBlock:
                with anyio.move_on_after(self._patience) as waited:
                    await room.acquire()
                if waited.cancelled_caught:
                    raise Busy(_AGAIN) from None
            try:
                yield
            finally:
                room.release()
        finally:
            here.pop()
            if not here:
                # Of who is gone nothing is kept.
                del self._here[known]
