"""A folder for what is large and passing, outside the store; what a killed process left is swept.

livsgraf-<name>/lock    held by the process whose folder it is, for as long as it lives
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "livsgraf-"
_LOCK = "lock"


class Scratch:
    """One folder among the system's temporary ones (`TMPDIR`), until `drop`.

    Making one also removes those whose owners are no more.
    """

    def __init__(self) -> None:
        sweep()
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        # Held before it has its name: whoever finds it must not take it for one left behind.
        unnamed = self.path / "lock.new"
        self._handle = os.open(unnamed, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        unnamed.rename(self.path / _LOCK)

    def folder(self) -> Path:
        """Make an empty folder in it."""
        return Path(tempfile.mkdtemp(dir=self.path))

    def drop(self) -> None:
        """Remove it with all that is in it. Once, by whoever made it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._handle)


def sweep() -> None:
    """Remove the folders of ours that nobody holds any more; what cannot be removed stays."""
    for path in Path(tempfile.gettempdir()).glob(_PREFIX + "*"):
        with contextlib.suppress(OSError):
            if path.is_symlink() or path.lstat().st_uid != os.getuid():
                continue
            handle = os.open(path / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(handle)
