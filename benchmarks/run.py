"""Measure what the project calls fast; each figure is the median of several runs.

Run `python benchmarks/run.py` from the checkout; it prints Markdown. Nothing here is a test.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from graph import __version__, assets, config
from graph.pipeline import build
from graph.query import bind, load_all
from graph.store import open_store

COMMAND = str(Path(sys.executable).with_name("livsgraf"))


def seconds(work: Callable[[], object], runs: int) -> list[float]:
    """Time a piece of work several times, in seconds."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return taken


def process(*arguments: str, store: Path, runs: int = 7) -> list[float]:
    """Time the command as a whole process, output thrown away."""
    environment = os.environ | {"LIVSGRAF_STORE": str(store)}

    def once() -> None:
        subprocess.run(
            [COMMAND, *arguments], env=environment, check=True, capture_output=True, timeout=120
        )

    once()
    return seconds(once, runs)


def row(name: str, taken: list[float], unit: float = 1.0, mark: str = "s") -> None:
    """Print one line of the table: median, lowest and highest."""
    middle, low, high = (x * unit for x in (statistics.median(taken), min(taken), max(taken)))
    print(f"| {name} | {middle:.2f} {mark} | {low:.2f}–{high:.2f} | {len(taken)} |")


def main() -> None:
    """Print every figure of the shipped graph."""
    print(f"livsgraf {__version__}, Python {platform.python_version()}, {os.cpu_count()} cores\n")
    print("| what | median | range | runs |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "store"
        settings = config.load(checkout=assets.checkout(), store=place)
        row("build without validation", seconds(lambda: build(settings, validate=False), 3))
        row("build with validation", seconds(lambda: build(settings), 3))
        for name, query in sorted(load_all().items()):
            if query.kind != "gaps":
                continue
            text = bind(query, {})

            def cold(text: str = text) -> None:
                store = open_store(place)
                store.query(text)
                store.close()

            store = open_store(place)
            warm = seconds(lambda text=text, store=store: store.query(text), 9)
            store.close()
            row(f"{name}, cold (store opened)", seconds(cold, 3), 1000, "ms")
            row(f"{name}, warm", warm[1:], 1000, "ms")
        row("`livsgraf describe NAV`, process", process("describe", "NAV", store=place))
        row(
            "`livsgraf gaps --format csv`, process", process("gaps", "--format", "csv", store=place)
        )
        row("`livsgraf --version`, process", process("--version", store=place))
        row("`livsgraf --help`, process", process("--help", store=place))


if __name__ == "__main__":
    main()
