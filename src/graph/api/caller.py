"""Who asks, and by which name of ours: a proxy is believed only when it is one of those we know."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import Scope

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")
_ONE_OWNER = 64
"""So many bits of an address of version 6 one owner has alone."""


class Callers:
    """Settles the address of a client, with the proxies that may speak for others."""

    def __init__(self, proxies: Iterable[str]) -> None:
        self._proxies: list[Network] = [ipaddress.ip_network(p, strict=False) for p in proxies]

    def client(self, scope: Scope, headers: Headers) -> str:
        """Give the address of the client: of who connects, or of whom a known proxy names.

        The list a proxy sends is read from its end, past the proxies we know; what stands before
        that anybody may have written.
        """
        there = scope.get("client")
        found = str(there[0]) if there else ""
        if not self.known(found):
            return found
        for told in reversed(",".join(headers.getlist("x-forwarded-for")).split(",")):
            address = _address(told)
            if address is None:
                break
            found = str(address)
            if not self.known(found):
                break
        return found

    def scheme(self, scope: Scope, headers: Headers) -> str:
        """Give how the client asks, by a known proxy's word where there is one."""
        there = scope.get("client")
        told = headers.get("x-forwarded-proto", "")
        if told in ("http", "https") and there and self.known(str(there[0])):
            return told
        return str(scope.get("scheme", "http"))

    def known(self, told: str) -> bool:
        """Tell whether an address is that of a proxy of ours."""
        if not self._proxies:
            return False
        address = _address(told)
        return address is not None and any(address in network for network in self._proxies)


def owner(client: str) -> str:
    """Give what requests are counted by: the address, or the network that one owner has."""
    address = _address(client)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, _ONE_OWNER), strict=False))
    return client


def names_a_host(host: str | None) -> bool:
    """Tell whether a Host header may be one; without any there is nothing to be led astray by."""
    return not host or _HOST.fullmatch(host) is not None


def _address(told: str) -> Address | None:
    told = told.strip()
    if told.startswith("[") and "]" in told:
        told = told[1 : told.index("]")]
    elif told.count(":") == 1:
        told = told.partition(":")[0]
    try:
        found = ipaddress.ip_address(told)
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found
