"""How much of a table is read, where nobody has settled it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Limits(Protocol):
    """What the reader asks of the limits that are set for it."""

    @property
    def unpacked_bytes(self) -> int:
        """How large a workbook may be when it is unpacked."""

    @property
    def zip_parts(self) -> int:
        """How many parts a workbook may have."""

    @property
    def zip_ratio(self) -> int:
        """How many times larger than packed a part may be."""

    @property
    def rows(self) -> int:
        """How many rows a sheet may have."""

    @property
    def columns(self) -> int:
        """How many columns a sheet may have."""


@dataclass(frozen=True, slots=True)
class Usual:
    """The limits where nothing else is said."""

    unpacked_bytes: int = 20_000_000
    zip_parts: int = 200
    zip_ratio: int = 100
    rows: int = 20_000
    columns: int = 200


USUAL = Usual()
