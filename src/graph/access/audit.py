"""What was done with keys, one line for each act, each bound to the line before.

    audit/trail.jsonl    JSON lines; `before` is the SHA-256 of the line before, from its first sign

Whoever changes, removes or puts in a line breaks the chain behind it, and `verify` says where. A
line is JSON, so nothing that a stranger writes can end it or begin another.
"""

from __future__ import annotations

import datetime
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from graph.errors import TrailBroken
from graph.store.folder import faults, sync

_FIRST = "0" * 64
_LONGEST = 500
_TAIL = 1 << 16


class Trail:
    """The trail of one store; several processes may write to it."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self.path = store / "audit" / "trail.jsonl"

    def add(self, act: str, told: Mapping[str, object]) -> None:
        """Write a line and sync it; DiskFull and other faults of the store when that fails.

        `told` holds plain values; a text is cut at some hundreds of signs.
        """
        with faults(self._store):
            if not self.path.parent.is_dir():
                self.path.parent.mkdir(parents=True)
                sync(self._store)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                before, torn = _last(handle)
                values = {name: _plain(value) for name, value in told.items()}
                line = json.dumps(
                    {"at": _now(), "act": act, **values, "before": before}, ensure_ascii=True
                )
                start = os.fstat(handle).st_size
                content = (b"\n" if torn else b"") + line.encode() + b"\n"
                try:
                    _write_all(handle, content)
                    os.fsync(handle)
                except OSError:
                    # A line by halves would be taken for a broken trail.
                    os.ftruncate(handle, start)
                    raise
            finally:
                os.close(handle)

    def lines(self) -> Iterator[tuple[int, dict[str, object]]]:
        """Walk the lines with their numbers; TrailBroken names the first that does not hold."""
        if not self.path.is_file():
            return
        before = _FIRST
        with faults(self._store), self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                whole = line.rstrip(b"\n")
                try:
                    told = json.loads(whole)
                except ValueError as error:
                    raise TrailBroken(self._store, line=number) from error
                if not isinstance(told, dict) or told.get("before") != before:
                    raise TrailBroken(self._store, line=number)
                before = hashlib.sha256(whole).hexdigest()
                yield number, told

    def verify(self) -> int:
        """Give how many lines there are, all of which hold; TrailBroken."""
        return sum(1 for _ in self.lines())


def _last(handle: int) -> tuple[str, bool]:
    """Give the hash of the last line, and whether its end was never written."""
    size = os.fstat(handle).st_size
    if size == 0:
        return _FIRST, False
    tail = os.pread(handle, min(size, _TAIL), max(0, size - _TAIL))
    torn = not tail.endswith(b"\n")
    line = tail.rstrip(b"\n").rpartition(b"\n")[2]
    return hashlib.sha256(line).hexdigest(), torn


def _write_all(handle: int, content: bytes) -> None:
    while content:
        content = content[os.write(handle, content) :]


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value[:100]]
    text = str(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
