"""Room for few at a time where an answer costs the server's own time; the rest wait, not for long.

What is asked in the server's own threads shares one interpreter, so working out many answers at
once makes all of them late, and holds all of them in memory.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from graph.errors import Busy


class Gate:
    """Lets so many threads in at a time. A thread that is in may enter again.

    Busy when there was no room within `patience` seconds.
    """

    def __init__(self, room: int, patience: float) -> None:
        self._room = threading.Semaphore(room)
        self.patience = patience
        self._mine = threading.local()

    def __enter__(self) -> Self:
        times = getattr(self._mine, "times", 0)
        if not times and not self._room.acquire(timeout=self.patience):
            raise Busy
        self._mine.times = times + 1
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._mine.times -= 1
        if not self._mine.times:
            self._room.release()
