"""A real server in a process of its own, to be asked, killed and started again."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

_PATIENCE = 30.0


class Told(NamedTuple):
    """A response as it came."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """Read the content."""
        return json.loads(self.content)


@dataclass
class Running:
    """One server: its process, its address, and how long it took until it could be asked."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path
    seconds: float = 0.0
    pid: int = field(default=0)

    def ask(
        self,
        path: str,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        method: str | None = None,
        seconds: float = _PATIENCE,
    ) -> Told:
        """Send one request; a status of whatever kind is an answer."""
        request = urllib.request.Request(  # noqa: S310
            self.address + path, data=content, headers=dict(headers or {}), method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310
                return Told(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Told(error.code, error.headers, error.read())

    def kill(self) -> None:
        """End it as the system does when the power goes."""
        os.kill(self.pid, signal.SIGKILL)
        self.process.wait(_PATIENCE)

    def stop(self) -> int:
        """Ask it to stop, and give its exit status."""
        os.kill(self.pid, signal.SIGTERM)
        return self.process.wait(_PATIENCE)


@contextlib.contextmanager
def running(
    store: Path,
    log: Path,
    *options: str,
    environment: Mapping[str, str] | None = None,
    before: Sequence[str] = (),
    writing: bool = False,
) -> Iterator[Running]:
    """Start a server over a store and wait until it can be read, or, if asked, written to.

    `before` is a program that starts it in its place, such as strace.
    """
    port = free_port()
    command = [*before, sys.executable, "-m", "graph", "serve", "--port", str(port), *options]
    given = {
        **os.environ,
        "LIVSGRAF_STORE": str(store),
        "LIVSGRAF_LANG": "en",
        **(environment or {}),
    }
    begun = time.monotonic()
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=given)
    server = Running(process, f"http://127.0.0.1:{port}", log, pid=process.pid)
    try:
        _await(server, writing)
        server.seconds = time.monotonic() - begun
        if before:
            server.pid = _child_of(process.pid)
        yield server
    finally:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(server.pid, signal.SIGTERM)
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await(server: Running, writing: bool) -> None:
    until = time.monotonic() + _PATIENCE / 2
    while time.monotonic() < until:
        if server.process.poll() is not None:
            raise AssertionError(server.log.read_text("utf-8", "replace")[-2000:])
        with contextlib.suppress(OSError):
            told = server.ask("/ready", seconds=2)
            if told.status == 200 and (not writing or told.json()["write"]):
                return
        time.sleep(0.02)
    raise AssertionError("no answer: " + server.log.read_text("utf-8", "replace")[-2000:])


def _child_of(pid: int) -> int:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return int(found.stdout.split()[0])


def free_port() -> int:
    """Give a port that nobody listens on just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
        return number
