"""What every file of a read copy was when it was written, so that a bad disk is noticed in time.

The engine checks a block only when it reads it, and a question that meets a damaged one may take
all the memory there is before it fails. So the files are compared before anybody asks.

    read/<n>/SUMS    a line for each file, as `sha256sum -c` reads them
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from graph.errors import StoreAltered

FILE = "SUMS"
_OF_ENGINE = frozenset({FILE, "LOCK", "LOG"})
"""Files that say nothing of the content; the engine writes them as it likes."""


def write_sums(copy: Path) -> None:
    """Write down what each file of a copy is."""
    names = sorted(path.name for path in copy.iterdir() if path.name not in _OF_ENGINE)
    (copy / FILE).write_text("".join(f"{_sum(copy / name)}  {name}\n" for name in names), "utf-8")


def refuse_changed(place: Path, copy: Path, own: Path | None = None) -> None:
    """Raise StoreAltered when a file of a copy is not what was written.

    With `own`, of what the writer starts from: those of its files that the copy has too, and that
    the engine never changes. A copy that older software wrote has no sums, and is not compared.
    """
    for name, known in _read(copy).items():
        path = (own or copy) / name
        if own is not None and not (name.endswith(".sst") and path.exists()):
            continue
        if _sum(path) != known:
            shown = path.relative_to(place).as_posix()
            raise StoreAltered(place, reason=f"{shown} is not what was written")


def _read(copy: Path) -> dict[str, str]:
    try:
        lines = (copy / FILE).read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("  ") for line in lines)
    return {Path(name).name: known for known, _, name in pairs}


def _sum(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
