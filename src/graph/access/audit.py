"""What was done with keys, one line for each act, each bound to the line before.

    audit/trail.jsonl    JSON lines; `before` is the SHA-256 of the line before, from its first sign
    audit/head           how many lines were written, how long they are together, and the last hash

Whoever changes, removes or puts in a line breaks the chain behind it, and whoever cuts off its end
leaves less than the head says. One line may be ahead of the head, as a fall leaves it; more are
forged. Whoever copies the folder takes both files under the lock. Where keys were made and there
is no trail, it was taken away, and the new one that then begins says so in its first line. A line
is JSON in ASCII, so nothing that a stranger writes can end it or begin another. Against somebody
who may write to the disk and knows how this is made, it holds together with a copy of the last
hash that is kept elsewhere.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from graph.access.keys import Keys
from graph.errors import TrailBroken
from graph.store.folder import faults, sync

FIRST = "key-create"
"""What a trail begins with where nothing is amiss: a key is made before it is used."""
_NONE = "0" * 64
_AHEAD = 1
_LONGEST = 500
_MOST = 100


class Head(NamedTuple):
    """How many lines there are, how many bytes they take, and the SHA-256 of the last."""

    number: int = 0
    size: int = 0
    hash: str = _NONE

    def after(self, line: bytes) -> Head:
        """Give what it is with one more line."""
        return Head(self.number + 1, self.size + len(line) + 1, hashlib.sha256(line).hexdigest())


class Trail:
    """The trail of one store; several processes may write to it."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self.path = store / "audit" / "trail.jsonl"
        self._head = self.path.with_name("head")

    def add(self, act: str, told: Mapping[str, object]) -> None:
        """Write a line and sync it; DiskFull and other faults of the store when that fails.

        `told` holds plain values; a text is cut at some hundreds of signs. TrailBroken where there
        is less or more than was written: nothing is bound to what somebody has cut or forged.
        """
        values = {name: _plain(value) for name, value in told.items()}
        with faults(self._store):
            if not self.path.parent.is_dir():
                self.path.parent.mkdir(parents=True, exist_ok=True)
                sync(self._store)
            with self._opened(os.O_RDWR | os.O_CREAT, fcntl.LOCK_EX) as handle:
                head = self._end(handle)
                if head != self._told():
                    # A fall left the head behind. Twice behind would be taken for forged.
                    self._put(head)
                    sync(self._head.parent)
                if head.number == 0:
                    # Its name is on disk before anything in it is relied on.
                    sync(self.path.parent)
                    head = self._begun(handle, head, act)
                self._line(handle, head, act, values)

    def lines(self) -> Iterator[tuple[Head, dict[str, object]]]:
        """Walk the lines, each with what they come to so far; TrailBroken names the first bad one.

        What others write meanwhile is left out.
        """
        with faults(self._store):
            head, content = self._seen()
        if not head.number and not content and self._keys():
            raise TrailBroken(self._store, line=1)
        now = Head()
        for line in content.split(b"\n")[:-1]:
            told = _object(line)
            if told is None or told.get("before") != now.hash:
                raise TrailBroken(self._store, line=now.number + 1)
            now = now.after(line)
            if now.number > head.number + _AHEAD or (now.number == head.number and now != head):
                raise TrailBroken(self._store, line=now.number)
            yield now, told
        if now.number < head.number:
            raise TrailBroken(self._store, line=now.number + 1)

    @property
    def begun(self) -> bool:
        """Whether anything of it is there; where nothing is, the next line begins one."""
        with contextlib.suppress(FileNotFoundError):
            if self.path.stat().st_size:
                return True
        return self._head.exists()

    def verify(self) -> int:
        """Give how many lines there are, all of which hold; TrailBroken."""
        return sum(1 for _ in self.lines())

    def _begun(self, handle: int, head: Head, act: str) -> Head:
        """Say in the first line how many keys there were already; the first of all says itself."""
        keys = self._keys() - (act == FIRST)
        return self._line(handle, head, "trail-begun", {"keys": keys}) if keys > 0 else head

    def _keys(self) -> int:
        return len(Keys(self._store).listed())

    def _line(self, handle: int, head: Head, act: str, values: Mapping[str, object]) -> Head:
        told = json.dumps({"at": _now(), "act": act, **values, "before": head.hash}).encode()
        self._append(handle, head, told)
        return head.after(told)

    def _append(self, handle: int, head: Head, line: bytes) -> None:
        try:
            # What was never written to its end was never acknowledged either.
            os.ftruncate(handle, head.size)
            os.lseek(handle, head.size, os.SEEK_SET)
            _write_all(handle, line + b"\n")
            os.fsync(handle)
            self._put(head.after(line))
        except OSError:
            # A line by halves would be taken for a broken trail, and so would whole ones that the
            # head does not know: a line may find room where the head finds none.
            os.ftruncate(handle, head.size)
            raise
        sync(self._head.parent)

    def _end(self, handle: int) -> Head:
        """Give the head as the lines have it: a process may end between a line and its head."""
        head = self._told()
        if os.fstat(handle).st_size < head.size:
            raise TrailBroken(self._store, line=head.number)
        os.lseek(handle, head.size, os.SEEK_SET)
        rest = _read_all(handle)
        ahead = rest.split(b"\n")[:-1]
        if len(ahead) > _AHEAD:
            raise TrailBroken(self._store, line=head.number + _AHEAD + 1)
        for line in ahead:
            head = head.after(line)
        return head

    def _seen(self) -> tuple[Head, bytes]:
        """Read the head and the whole lines as they are together at one moment."""
        with contextlib.suppress(FileNotFoundError), self._opened(os.O_RDONLY, fcntl.LOCK_SH) as at:
            content = _read_all(at)
            return self._told(), content
        return self._told(), b""

    def _told(self) -> Head:
        try:
            number, size, last = self._head.read_text("ascii").split()
            return Head(int(number), int(size), last)
        except FileNotFoundError:
            return Head()
        except ValueError as error:
            raise TrailBroken(self._store, line=1) from error

    def _put(self, head: Head) -> None:
        """Write the head; all or nothing. It may be one line behind after a fall, never ahead."""
        beside = self._head.with_name("head.new")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            _write_all(handle, f"{head.number} {head.size} {head.hash}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        beside.replace(self._head)

    @contextlib.contextmanager
    def _opened(self, flags: int, lock: int) -> Iterator[int]:
        handle = os.open(self.path, flags | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, lock)
            yield handle
        finally:
            os.close(handle)


def _object(line: bytes) -> dict[str, object] | None:
    with contextlib.suppress(ValueError, RecursionError):
        told = json.loads(line)
        return told if isinstance(told, dict) else None
    return None


def _read_all(handle: int) -> bytes:
    return b"".join(iter(lambda: os.read(handle, 1 << 20), b""))


def _write_all(handle: int, content: bytes) -> None:
    while content:
        content = content[os.write(handle, content) :]


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value[:_MOST]]
    text = str(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
