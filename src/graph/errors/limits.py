"""What goes beyond the limits set for files that somebody hands in."""

from __future__ import annotations

from pathlib import Path

from graph.errors.asked import BadSetting
from graph.errors.base import InputError


class BadLimit(BadSetting):
    """A limit in the environment that is no whole number above zero."""

    code = "bad-limit"

    def __init__(self, name: str, value: str) -> None:
        super().__init__(name, value, ())


class TooManyBytes(InputError):
    """A file with more bytes than we take in."""

    code = "too-many-bytes"

    def __init__(self, file: Path | str, limit: int) -> None:
        super().__init__(file=str(file), limit=limit, variable="LIVSGRAF_LIMIT_FILE_BYTES")


class WorkerError(InputError):
    """Work that had to be stopped; what was asked for is to blame, and nothing was changed."""

    code = "worker"

    def __init__(self, file: Path | str, **params: object) -> None:
        super().__init__(file=str(file), **params)


class WorkerTimeout(WorkerError):
    """Work that took longer than it may."""

    code = "worker-timeout"

    def __init__(self, file: Path | str, limit: int) -> None:
        super().__init__(file, limit=limit, variable="LIVSGRAF_LIMIT_SECONDS")


class WorkerMemory(WorkerError):
    """Work that asked for more memory than it may have."""

    code = "worker-memory"

    def __init__(self, file: Path | str, limit: int) -> None:
        super().__init__(file, limit=f"{limit / 1e6:.0f}", variable="LIVSGRAF_LIMIT_MEMORY_BYTES")


class WorkerDied(WorkerError):
    """Work that ended the process it ran in; `how` names the signal or the exit status."""

    code = "worker-died"

    def __init__(self, file: Path | str, how: str) -> None:
        super().__init__(file, how=how)
