"""A process that hands files in and is killed: at a step of its writing, or after a while.

Run as a program it reads one order a line, as JSON, and forks a child for each, so that the heavy
imports are done once. The child counts its steps that reach the disk and kills itself before the
one that is named; or it is killed after some seconds. The answer tells what was acknowledged.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STEPS = ((os, "fsync"), (Path, "replace"), (Path, "rename"), (Path, "unlink"), (Path, "mkdir"))


@dataclass(frozen=True)
class Told:
    """What is known of a child: the receipt it acknowledged, its steps, and how it ended."""

    acknowledged: str | None
    steps: int
    killed: bool


class Killer:
    """The parent's end: one process that forks a child for each order."""

    def __enter__(self) -> Killer:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def submit(self, store: Path, root: Path, file: Path, who: str, **kill: float | None) -> Told:
        """Hand a file in; `at` is the step before which to die, `after` the seconds until then."""
        order = {"store": str(store), "root": str(root), "file": str(file), "who": who, **kill}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Told(**json.loads(self._process.stdout.readline()))


def _counted(die_at: int | None, counter: list[int]) -> None:
    """Count every step, and die before the one that is named."""
    from graph.store import embedded

    def step(owner: Any, name: str) -> None:
        real: Callable[..., Any] = getattr(owner, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            counter[0] += 1
            if counter[0] == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)

        setattr(owner, name, wrapped)

    for owner, name in (*STEPS, (embedded, "_write"), (embedded, "_version")):
        step(owner, name)


def _child(order: dict[str, Any], out: int) -> None:
    from graph import submitting
    from graph.config import Settings
    from graph.examining.desk import OpenDesk, WalledDesk

    counter = [0]
    _counted(order.get("at"), counter)
    # A process that counts its steps does all of them itself.
    counting = order.get("after") is None
    outcome = submitting.submit(
        Settings(Path(order["store"])),
        Path(order["file"]),
        submitting.who(order["who"]),
        root=Path(order["root"]),
        sit=OpenDesk if counting else WalledDesk,
    )
    acknowledged = outcome.receipt.id if outcome.receipt else None
    os.write(out, json.dumps([acknowledged, counter[0]]).encode())


def main() -> None:
    """Do each order."""
    import pyshacl  # noqa: F401
    import rdflib  # noqa: F401

    from graph import pipeline, submitting  # noqa: F401

    for line in sys.stdin:
        order = json.loads(line)
        read, write = os.pipe()
        child = os.fork()
        if not child:
            os.close(read)
            try:
                _child(order, write)
            finally:
                os._exit(0)
        os.close(write)
        if order.get("after") is not None:
            time.sleep(order["after"])
            os.kill(child, signal.SIGKILL)
        said = b""
        while part := os.read(read, 4096):
            said += part
        os.close(read)
        _, status = os.waitpid(child, 0)
        acknowledged, steps = json.loads(said) if said else (None, 0)
        told = {
            "acknowledged": acknowledged,
            "steps": steps,
            "killed": os.WIFSIGNALED(status),
        }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
