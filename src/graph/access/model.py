"""What a key is, and what it lets its bearer do."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

ROLES = ("submit", "editor", "stream")
"""Hand files in and take them back; do so with others' records where the organisation is an
editor; ask for more than the limits.
"""


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `hash` is the SHA-256 of its secret, which nobody keeps.

    `name` says what it is for, never who bears it. Dates are the last day that it holds, and the
    day it was taken back; empty where there is none.
    """

    id: str
    name: str
    organisations: tuple[str, ...]
    roles: tuple[str, ...]
    hash: str
    created: str
    expires: str
    revoked: str = ""

    def holds(self, day: datetime.date) -> bool:
        """Tell whether it may be used on a day."""
        return not self.revoked and day.isoformat() <= self.expires
