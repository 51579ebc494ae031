"""The log: one JSON object a line on standard error, which nothing that a stranger writes can end.

No content, no question, nothing after the `?` of an address and nothing of a key but its number.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import logging
import sys
import threading
from typing import TextIO

_LONGEST = 300
_LOCK = threading.Lock()


def note(event: str, /, **told: object) -> None:
    """Write a line of the log; a log that cannot be written to stops nothing."""
    line = {"at": _now(), "event": event, **{name: _plain(value) for name, value in told.items()}}
    # ASCII alone: no sign that steers a terminal, and no other way to end a line.
    text = json.dumps(line, ensure_ascii=True) + "\n"
    with _LOCK, contextlib.suppress(OSError, ValueError):
        out: TextIO = sys.stderr
        out.write(text)
        out.flush()


class Handler(logging.Handler):
    """Puts what the libraries say in the same log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write what a library says."""
        told: dict[str, object] = {"logger": record.name, "message": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            told["error"] = type(record.exc_info[1]).__name__
        note(record.levelname.lower(), **told)


def take_over() -> None:
    """Let everything that any library logs, from warnings up, come as lines of ours."""
    logging.basicConfig(handlers=[Handler()], level=logging.WARNING, force=True)
    logging.captureWarnings(True)


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
