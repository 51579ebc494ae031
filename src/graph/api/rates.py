"""How much one client, and all of them, may ask for in a minute."""

from __future__ import annotations

from typing import NamedTuple

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from graph.api.caller import owner
from graph.config import Serving
from graph.errors import Overloaded, RequestError, TooManyRequests

WINDOW = 60


class Left(NamedTuple):
    """What a client has left: of how many, how many more, and in how many seconds it is anew."""

    policy: str
    limit: int
    more: int
    seconds: int
    refused: RequestError | None = None

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Tell it as the IETF's draft on RateLimit headers does."""
        policy, told = f'"{self.policy}"', f";r={self.more};t={self.seconds}"
        return [
            (b"ratelimit-policy", f"{policy};q={self.limit};w={WINDOW}".encode()),
            (b"ratelimit", f"{policy}{told}".encode()),
        ]


class Rates:
    """Counts requests in windows of a minute that begin with the first request."""

    def __init__(self, serving: Serving) -> None:
        self._limits = FixedWindowRateLimiter(MemoryStorage())
        self._client = _item(serving.rate)
        self._writing = _item(serving.write_rate)
        self._all = _item(serving.all_rate)

    def count(self, client: str, writing: bool) -> Left | None:
        """Count one request; None when the client has no limit."""
        known = owner(client)
        left = self._hit("client", self._client, known)
        if writing and (left is None or left.refused is None):
            left = self._hit("writing", self._writing, known) or left
        refused = left is not None and left.refused is not None
        if self._all is None or refused or self._limits.hit(self._all, "all"):
            return left
        too_many = Overloaded(self._until(self._all, "all"))
        return left._replace(refused=too_many) if left else _of_all(self._all, too_many)

    def _hit(self, policy: str, item: RateLimitItem | None, known: str) -> Left | None:
        if item is None:
            return None
        allowed = self._limits.hit(item, policy, known)
        more = max(0, self._limits.get_window_stats(item, policy, known).remaining)
        seconds = self._until(item, policy, known)
        refused = None if allowed else TooManyRequests(item.amount, seconds)
        return Left(policy, item.amount, more, seconds, refused)

    def _until(self, item: RateLimitItem, *names: str) -> int:
        import time

        ends = self._limits.get_window_stats(item, *names).reset_time
        return min(WINDOW, max(1, int(ends - time.time()) + 1))


def _of_all(item: RateLimitItem, refused: Overloaded) -> Left:
    return Left("all", item.amount, 0, int(refused.retry_after or 1), refused)


def _item(amount: int) -> RateLimitItem | None:
    return RateLimitItemPerMinute(amount) if amount else None
