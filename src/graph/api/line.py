"""Long work in threads, for so many at a time; so many more may wait for that."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from graph.errors import Busy

T = TypeVar("T")
_AGAIN = 5


async def in_line(work: Callable[[], T], threads: anyio.CapacityLimiter, waiting: int) -> T:
    """Do it in one of the threads; Busy at once where more wait already than may."""
    if threads.statistics().tasks_waiting >= waiting:
        raise Busy(_AGAIN)
    return await anyio.to_thread.run_sync(work, limiter=threads)
