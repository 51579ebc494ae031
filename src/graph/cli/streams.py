"""The standard streams: there, in UTF-8, and what to do when one of them takes no more."""

from __future__ import annotations

import errno
import io
import os
import sys

from graph.errors import InputError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class OutputClosed(InputError):
    """Nobody can read the answer: standard output was closed before we began."""

    code = "output-closed"


class OutputFailed(InputError):
    """Standard output took a part of the answer and no more."""

    code = "output-failed"

    def __init__(self, error: OSError) -> None:
        full = error.errno in _FULL
        super().__init__(reason="" if full else error.strerror or str(error))
        if full:
            self.code = "output-full"


def prepare() -> None:
    """Make the streams fit for our texts; OutputClosed when there is nowhere to write an answer."""
    closed = sys.stdout is None
    # A closed number is given to the next file that is opened, and a store must never be that.
    for name, stream in (("stdout", sys.stdout), ("stderr", sys.stderr)):
        if stream is None:
            setattr(sys, name, _nowhere())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A file name may hold bytes that are no text; they go out as they came in.
            errors = "surrogateescape" if stream is sys.stdout else "backslashreplace"
            if stream.isatty() and stream.encoding.lower() != "utf-8":
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8", errors=errors)
    if closed:
        raise OutputClosed


def _nowhere() -> io.TextIOWrapper:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123  (lives as long as we do)


def failed(error: Exception) -> bool:
    """Tell whether an error is standard output's: of a file of ours the system gives the name."""
    return isinstance(error, OSError) and error.errno is not None and error.filename is None


def silence() -> None:
    """Keep Python from complaining, when it ends, about an output that is no more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
