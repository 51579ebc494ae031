"""The values of settings, as the environment and a file write them, and where they stand there."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Callable
from dataclasses import Field
from typing import Any
from urllib.parse import urlsplit

_MAY_BE_NONE = frozenset({"port", "slow", "waiting", "patience", "rate", "write_rate", "all_rate"})
"""The settings that may be 0; what that means stands by each in `graph.config`."""
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_WHOLE = re.compile(r"[0-9][0-9_]{0,14}")
_DECIMAL = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")
_LEAST_TIME = 0.01
_A_DAY = 86_400
_MOST = 10**11
_PROCESSES = frozenset({"workers", "slow", "desks"})
_MOST_PROCESSES = 256
_LEAST_MEMORY = 1 << 24
"""A process comes up with 1 MB; with this a question over the whole graph was answered too."""
_YES = frozenset({"true", "yes", "ja", "1"})
_NO = frozenset({"false", "no", "nei", "0"})


def read(setting: Field[Any], told: Any) -> Any:
    """Read one value, of the environment as text or of a file as what it is there.

    ValueError names the kind of value that is wanted.
    """
    name, default = setting.name, setting.default
    if isinstance(default, bool):
        word = str(told).casefold()
        if word not in _YES | _NO:
            raise ValueError("yes-no")
        return word in _YES
    if isinstance(default, int | float):
        return _number(name, told, whole=isinstance(default, int))
    if isinstance(default, tuple):
        listed = told.replace(",", " ").split() if isinstance(told, str) else told
        if not isinstance(listed, list) or not all(_is(ipaddress.ip_network, a) for a in listed):
            raise ValueError("networks")
        return tuple(listed)
    if not isinstance(told, str):
        raise ValueError("text")
    if name == "address":
        return _web_address(told)
    return told


def _number(name: str, told: Any, whole: bool) -> int | float:
    least = 0 if name in _MAY_BE_NONE else 1 if whole else _LEAST_TIME
    most = _MOST if whole else _A_DAY
    most = {"port": 65_535, "seconds": _A_DAY}.get(name, most)
    kind = "port" if name == "port" else "number" if whole else "seconds"
    if name in _PROCESSES:
        kind, most = "processes", _MOST_PROCESSES
    elif name == "query_memory":
        kind, least = "memory", _LEAST_MEMORY
    kind = kind if least or name == "port" else f"{kind}-or-none"
    if isinstance(told, str):
        form = _WHOLE if whole else _DECIMAL
        if not form.fullmatch(told.strip()):
            raise ValueError(kind)
        told = (int if whole else float)(told.strip().replace("_", ""))
    if isinstance(told, bool) or not isinstance(told, int if whole else (int, float)):
        raise ValueError(kind)
    if not least <= told <= most:
        raise ValueError(kind)
    number: int | float = told if whole else float(told)
    return number


def _web_address(told: str) -> str:
    told = told.rstrip("/")
    with contextlib.suppress(ValueError):
        parts = urlsplit(told)
        plain = not (parts.query or parts.fragment or parts.username) and told.isascii()
        if not told or (parts.scheme in ("http", "https") and parts.hostname and plain):
            return told
    raise ValueError("web-address")


def _is(reader: Callable[[Any], object], told: object) -> bool:
    if not isinstance(told, str):
        return False
    try:
        reader(told)
    except ValueError:
        return False
    return True


def line_of(text: str, table: str, name: str) -> int:
    """Give the line where a name is set; the first where it is not written plainly."""
    at = ""
    for number, line in enumerate(text.splitlines(), 1):
        opened = re.fullmatch(r"\s*\[\s*([\w.-]+)\s*\]\s*(#.*)?", line)
        if opened:
            at = opened[1]
        word = re.match(r"\s*[\"']?([\w.-]+)[\"']?\s*=", line)
        if (word and (at, word[1]) in {(table, name), ("", f"{table}.{name}")}) or (
            opened and not table and opened[1].partition(".")[0] == name
        ):
            return number
    return 1


def place_of(error: ValueError, text: str) -> tuple[int, int, str]:
    """Give line, column and reason of what the reader of TOML says; the end, when it says none."""
    place = _PLACE.search(str(error))
    line, column = map(int, place.groups()) if place else (text.count("\n") + 1, 1)
    return line, column, str(error).partition(" (at ")[0]
