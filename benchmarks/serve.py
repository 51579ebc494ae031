"""Measure the server over HTTP: quiet, and with two queries beside that would never end.

Run `python benchmarks/serve.py` from the checkout; it prints Markdown, and ends with 1 where the
goal is not held or the two did not run to their limit each time. It needs `wrk` (on Debian
`apt-get install wrk`), and builds a store of its own. Nothing here is a test.

What is compared is of one run: quiet and troubled in turn, round by round. The client shares the
machine with the server.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from graph import __version__
from graph.config import Settings
from graph.pipeline import build
from running import Running, running

ROUNDS, SECONDS, CONNECTIONS = 3, 5, 8
GOAL = 3.0
"""How many times the quiet figure the 99th percentile may be with two runaways beside."""

POINT = "SELECT ?p ?o WHERE { <https://psi.norge.no/los/hendelse/fa-barn> ?p ?o }"
RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
STOPPED = "query-too-slow"
PATHS = {
    "a point query at /sparql": "/sparql?query=" + urllib.parse.quote(POINT),
    "one thing": "/api/v1/life-events/fa-barn",
    "the gaps of one life event": "/api/v1/gaps?life-event=fa-barn&limit=20",
    "version": "/api/v1/version",
}
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
OPEN = dict.fromkeys(("LIVSGRAF_RATE", "LIVSGRAF_WRITE_RATE", "LIVSGRAF_ALL_RATE"), "1000000000")


def main() -> None:
    """Measure and print."""
    if shutil.which("wrk") is None:
        sys.exit("benchmarks/serve.py: wrk is missing. On Debian: apt-get install wrk")
    with tempfile.TemporaryDirectory() as top:
        store = Path(top) / "store"
        build(Settings(store=store), validate=False)
        with running(store, Path(top) / "log", environment=OPEN) as server:
            for path in PATHS.values():
                told = server.ask(path)
                assert told.status == 200, (path, told.status, told.content[:500])
            quiet: dict[str, list[tuple[float, float, float]]] = {name: [] for name in PATHS}
            beside: dict[str, list[tuple[float, float, float]]] = {name: [] for name in PATHS}
            for _ in range(ROUNDS):
                for name, path in PATHS.items():
                    quiet[name].append(measured(server, path))
                    with runaways(server, 2):
                        beside[name].append(measured(server, path))
            memory = peak(server)
    print(f"livsgraf {__version__}, Python {platform.python_version()}, {os.cpu_count()} cores")
    print(
        f"{ROUNDS} rounds of {SECONDS} s each, {CONNECTIONS} connections, wrk on the same cores\n"
    )
    print(
        "| what | requests/s | p50 ms | p99 ms | beside two runaways: requests/s | p99 ms | ratio |"
    )
    print("|---|---|---|---|---|---|---|")
    for name in PATHS:
        q, b = middle(quiet[name]), middle(beside[name])
        print(
            f"| {name} | {q[0]:.0f} | {q[1]:.2f} | {q[2]:.2f} | {b[0]:.0f} | {b[2]:.2f}"
            f" | {b[2] / q[2]:.2f} (goal {GOAL:g}) |"
        )
    print(f"\nMemory of the serving process at its most: {memory} MB.")
    slow = [name for name in PATHS if middle(beside[name])[2] > GOAL * middle(quiet[name])[2]]
    if slow:
        sys.exit(f"benchmarks/serve.py: more than {GOAL:g} times as slow: {', '.join(slow)}")


def middle(found: list[tuple[float, float, float]]) -> tuple[float, ...]:
    """Give the median of each figure."""
    return tuple(statistics.median(column) for column in zip(*found, strict=True))


def measured(server: Running, path: str) -> tuple[float, float, float]:
    """Give requests a second, and the 50th and 99th percentile in ms; no answer may fail."""
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{SECONDS}s",
        "--latency",
        server.address + path,
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said, said
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])  # type: ignore[index]
    return rate, percentile(said, 50), percentile(said, 99)


def percentile(said: str, share: int) -> float:
    """Read one percentile of wrk's report, in ms."""
    number, unit = re.search(rf"{share}%\s+([\d.]+)(us|ms|s|m)", said).groups()  # type: ignore[union-attr]
    return float(number) * _UNITS[unit]


@contextmanager
def runaways(server: Running, count: int) -> Iterator[None]:
    """Keep so many queries going that never end, from before the start until after the end."""
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            told = server.ask("/sparql?query=" + urllib.parse.quote(RUNAWAY), seconds=120)
            # One that was turned away at once troubled nobody.
            if told.status != 503 or told.json()["code"] != STOPPED:
                raise RuntimeError(f"a runaway was told {told.status} {told.content[:300]!r}")

    with ThreadPoolExecutor(count) as threads:
        asked = [threads.submit(ask) for _ in range(count)]
        # Until they are old and have given way.
        done.wait(2)
        try:
            yield
        finally:
            done.set()
    for one in asked:
        if (error := one.exception()) is not None:
            sys.exit(f"benchmarks/serve.py: {error}")


def peak(server: Running) -> int:
    """Give the most memory that the serving process has held, in MB."""
    said = Path(f"/proc/{server.pid}/status").read_text("ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", said)[1]) // 1024  # type: ignore[index]


if __name__ == "__main__":
    main()
