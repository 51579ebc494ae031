"""Who may write over the network: keys, and what was done with them.

    keys     made, kept as hashes, looked up, taken back
    audit    one line for every act, each bound to the one before

A key stands for organisations and roles, never for a person.
"""

from graph.access.audit import Trail
from graph.access.keys import MOST_DAYS, PREFIX, Keys
from graph.access.model import ROLES, Key

__all__ = ["MOST_DAYS", "PREFIX", "ROLES", "Key", "Keys", "Trail"]
