"""What strace wrote: which calls were made on which files, and whether all was synced in turn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

CALLS = (
    "fsync,fdatasync,write,writev,pwrite64,copy_file_range,sendfile,"
    "rename,renameat,renameat2,link,linkat,sendto,sendmsg"
)
_LINE = re.compile(r"(\d+)\s+(\w+)\((.*)\)\s+= (-?\d+)")
_BEGUN = re.compile(r"(\d+)\s+(\w+)\((.*)<unfinished \.\.\.>")
_ENDED = re.compile(r"(\d+)\s+<\.\.\. \w+ resumed>(.*)\)\s+= (-?\d+)")
_FILE, _NAME = re.compile(r"\d+<([^>]*)>"), re.compile(r'"([^"]*)"')
# The engine's own record of its doings, which nobody needs.
_UNNEEDED = {"LOG", "LOCK"}


class Call(NamedTuple):
    """One call that went well: its name, what it was on, and the lines it began and ended at."""

    name: str
    on: tuple[str, ...]
    text: str
    begun: int
    ended: int

    @property
    def syncs(self) -> bool:
        """Tell whether it puts a file on disk."""
        return self.name in ("fsync", "fdatasync")

    @property
    def renames(self) -> bool:
        """Tell whether it gives a file its name."""
        return self.name.startswith(("rename", "link"))


def before(*options: str) -> tuple[str, ...]:
    """Give the program that starts another one under trace; `-o` and a file are still to come."""
    return ("strace", "-f", "-y", "-qq", "-s", "60", "-e", f"trace={CALLS}", *options)


def calls(trace: Path) -> list[Call]:
    """Read a trace that was made with the names of files (`strace -f -y`)."""
    waiting: dict[str, tuple[str, str, int]] = {}
    found = []
    for at, line in enumerate(trace.read_text("utf-8", "replace").splitlines()):
        if (begun := _BEGUN.match(line)) is not None:
            waiting[begun[1]] = (begun[2], begun[3], at)
        elif (ended := _ENDED.match(line)) is not None and ended[1] in waiting:
            name, text, since = waiting.pop(ended[1])
            if int(ended[3]) >= 0:
                found.append(_call(name, text + ended[2], since, at))
        elif (whole := _LINE.match(line)) is not None and int(whole[4]) >= 0:
            found.append(_call(whole[2], whole[3], at, at))
    return sorted(found, key=lambda call: call.begun)


def _call(name: str, text: str, begun: int, ended: int) -> Call:
    found = (_NAME if name.startswith(("rename", "link")) else _FILE).findall(text)
    return Call(name, tuple(found), text, begun, ended)


class Order:
    """What was done before an acknowledgement, looked through for what was not synced."""

    def __init__(self, made: Iterable[Call], said: str) -> None:
        made = list(made)
        # Of the answer to a request its head is the first piece that is written.
        self.said = next(call.begun for call in made if f'"{said}' in call.text)
        self._made = [call for call in made if call.ended < self.said]

    def put(self, path: Path) -> Iterator[str]:
        """Tell what is amiss with a file that must be written, synced and named, in this order."""
        named = self.named(path)
        if named is None:
            yield f"{path.name}: not named"
            return
        yield from self._synced(named.on[0], named)
        yield from self._folder(path, named)

    def put_folder(self, path: Path) -> Iterator[str]:
        """Tell what is amiss with a folder that must be named when all that is in it is synced."""
        named = self.named(path)
        if named is None:
            yield f"{path.name}: not named"
            return
        for file in sorted(path.iterdir()):
            if file.name not in _UNNEEDED:
                yield from self._synced(f"{named.on[0]}/{file.name}", named)
        yield from self._synced(named.on[0], named)
        yield from self._folder(path, named)

    def lines(self, path: Path) -> Iterator[str]:
        """Tell whether a file that only grows was written to and not synced after that."""
        mine = [call for call in self._made if str(path) in call.on]
        if not mine or not mine[-1].syncs:
            yield f"{path}: not synced after the last line"

    def named(self, path: Path) -> Call | None:
        """Give the last call that gave a file its name."""
        found = [call for call in self._made if call.renames and call.on[-1] == str(path)]
        return found[-1] if found else None

    def safe_at(self, path: Path) -> int:
        """Give the line at which the name of a file was on disk."""
        named = self.named(path)
        assert named is not None
        return min(call.ended for call in self._made if self._holds(call, path, named))

    def _synced(self, path: str, named: Call) -> Iterator[str]:
        before = [call for call in self._made if path in call.on and call.ended < named.begun]
        written = [call.ended for call in before if not call.syncs and not call.renames]
        since = max(written, default=0)
        if not any(call.syncs and call.begun > since for call in before):
            yield f"{path}: not synced before it got its name"

    def _folder(self, path: Path, named: Call) -> Iterator[str]:
        if not any(self._holds(call, path, named) for call in self._made):
            yield f"{path.parent}: not synced after {path.name} got its name"

    def _holds(self, call: Call, path: Path, named: Call) -> bool:
        return call.syncs and str(path.parent) in call.on and call.begun > named.ended
