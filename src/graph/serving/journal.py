"""What a server tells its operator: one line of JSON for each thing that happened.

A line holds numbers, names of ours and texts in which nothing can end a line or steer a terminal.
No bodies, no questions, no keys.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import queue
import threading
from collections.abc import Callable
from typing import TextIO

_WAITING = 10_000
_LONGEST = 300
"""Signs of one value; what is longer is cut."""


class Journal:
    """Lines onto a stream, written by a thread of its own: who tells never waits for who reads.

    Without a stream nothing is written. When the reader is too slow, lines are left out and the
    next one says how many.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._lines: queue.Queue[str | None] = queue.Queue(_WAITING)
        self._left_out = 0
        self._thread: threading.Thread | None = None
        if stream is not None:
            self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
            self._thread.start()

    def tell(self, kind: str, **told: object) -> None:
        """Tell that something happened; `kind` says what, and the rest is what is known of it."""
        if self._thread is None:
            return
        if self._left_out:
            told["left_out"] = self._left_out
        line = line_of(kind, told)
        try:
            self._lines.put_nowait(line)
            self._left_out = 0
        except queue.Full:
            self._left_out += 1

    def close(self) -> None:
        """Write what waits, and end."""
        thread, self._thread = self._thread, None
        if thread is not None:
            with contextlib.suppress(queue.Full):
                self._lines.put(None, timeout=1)
            thread.join(2)

    def _write(self) -> None:
        stream = self._stream
        while stream is not None:
            lines = [self._lines.get()]
            with contextlib.suppress(queue.Empty):
                while len(lines) < _WAITING:
                    lines.append(self._lines.get_nowait())
            # A stream that went away is no reason to stop serving.
            with contextlib.suppress(OSError, ValueError):
                stream.write("".join(line for line in lines if line is not None))
                stream.flush()
            if None in lines:
                return


def line_of(
    kind: str,
    told: dict[str, object],
    now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
) -> str:
    """Write one line: `time`, `kind`, and what is told and known, all of it in plain ASCII."""
    said: dict[str, object] = {"time": now().isoformat(timespec="milliseconds")[:23] + "Z"}
    said["kind"] = kind
    for name, value in told.items():
        if value is None:
            continue
        if isinstance(value, bool | int | float):
            said[name] = value
        elif isinstance(value, list | tuple):
            said[name] = [str(part)[:_LONGEST] for part in value]
        else:
            said[name] = str(value)[:_LONGEST]
    return json.dumps(said, ensure_ascii=True) + "\n"
