"""What can be wrong with a build or a store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from graph.errors.base import InputError


class ValidationFailed(InputError):
    """A build stopped by violations; `findings` holds them all, warnings too."""

    code = "validation-failed"

    def __init__(self, findings: Sequence[object], count: int) -> None:
        super().__init__(count=count)
        self.findings = tuple(findings)


class StoreError(InputError):
    """The store cannot be used as asked."""

    code = "store"

    def __init__(self, path: Path | str, **params: object) -> None:
        super().__init__(path=str(path), **params)
        self.path = Path(path)


class StoreAbsent(StoreError):
    """No whole store at this place; a build makes one."""

    code = "store-absent"


class StoreLocked(StoreError):
    """Another process writes to this store; reading goes on beside it."""

    code = "store-locked"


class StoreVersionMismatch(StoreError):
    """A store whose format another version of the software wrote; a build replaces it."""

    code = "store-version"


class StoreNotWritable(StoreError):
    """The system will not let us write where the store is or should be."""

    code = "store-not-writable"


class StoreUnmakable(StoreError):
    """The system has no room for a folder of that name, as in /proc."""

    code = "store-unmakable"


class StoreNotReadable(StoreError):
    """The system will not let us read the store."""

    code = "store-not-readable"


class StoreForeign(StoreError):
    """A folder that is not empty and holds no store of ours; we put nothing into it."""

    code = "store-foreign"


class StoreIsFile(StoreError):
    """A file where the store's folder is or should be."""

    code = "store-is-file"


class StoreDamaged(StoreError):
    """A store that does not hold what its own records say; a build replaces it."""

    code = "store-damaged"


class ReceiptDamaged(StoreDamaged):
    """Something handed in earlier that is gone or changed; no build can make it anew."""

    code = "receipt-damaged"


class StoreAltered(StoreDamaged):
    """A store that holds more or less than its own record says; a rebuild puts it right."""

    code = "store-altered"


class ReceiptLost(ReceiptDamaged):
    """A commit that the store tells of, whose receipt is gone from the log."""

    code = "receipt-lost"


class DiskFull(StoreError):
    """The disk filled up while writing; what was there before is whole."""

    code = "disk-full"
