"""Who asks, and how often: an address that cannot be made up, and a count of requests."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from functools import cached_property

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from graph.config import Serving
from graph.errors import TooManyRequests

_ALL = "all"


def client_of(peer: str, forwarded: str, proxies: Sequence[str]) -> str:
    """Give the address of who asks.

    Only a proxy of ours may say for whom it asks, in X-Forwarded-For, and only the last address
    there that is no proxy of ours was written by one: those before it are the asker's own words.
    """
    networks = [ipaddress.ip_network(proxy) for proxy in proxies]
    address = peer
    for told in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not _within(address, networks):
            break
        try:
            ipaddress.ip_address(told)
        except ValueError:
            break
        address = told
    return address


def _within(
    address: str, networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]
) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)


class Counter:
    """Counts requests in a minute: of each client, of each client that writes, and of all."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    @cached_property
    def _limiter(self) -> FixedWindowRateLimiter:
        return FixedWindowRateLimiter(MemoryStorage())

    def count(self, client: str, writes: bool) -> Mapping[str, str]:
        """Count one request, and give the headers that tell how many are left.

        TooManyRequests when it is one too many.
        """
        serving = self._serving
        kinds = [(_ALL, serving.all_rate, ""), ("asks", serving.rate, client)]
        if writes:
            kinds.append(("writes", serving.write_rate, client))
        headers: dict[str, str] = {}
        for kind, most, who in kinds:
            item = RateLimitItemPerMinute(most)
            good = self._limiter.hit(item, kind, _network(who))
            left = self._limiter.get_window_stats(item, kind, _network(who))
            seconds = max(1, int(left.reset_time - _now()) + 1)
            if not good:
                raise TooManyRequests(most, seconds)
            if kind != _ALL:
                headers = {
                    "RateLimit-Limit": str(most),
                    "RateLimit-Remaining": str(left.remaining),
                    "RateLimit-Reset": str(seconds),
                }
        return headers


def _network(address: str) -> str:
    """Give what one client holds: an IPv6 address is one of very many that it has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network(f"{found}/64", strict=False))
    return address


def _now() -> float:
    import time

    return time.time()
