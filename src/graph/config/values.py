"""A text or a value of a settings file → a setting of its kind; what cannot be one is refused."""

from __future__ import annotations

import difflib
import ipaddress
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

from graph.errors import BadConfig

_DIGITS = 12
_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
# The most that a setting may be where more could only be a slip; in the setting's own unit.
_MOST: Mapping[str, float] = {
    "port": 65_535,
    "workers": 256,
    "slow": 256,
    "desks": 64,
    "waiting": 100_000,
    "patience": 600,
    "seconds": 86_400,
}
_MOST_OF_ANY = 10**11
_MAY_BE_NONE = frozenset({"slow", "patience", "port"})


def read_file(path: Path) -> Mapping[str, Any]:
    """Read a settings file; BadConfig names the line at fault."""
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadConfig(path, "", "UTF-8") from error
    except OSError as error:
        raise BadConfig(path, "", error.strerror or "") from error
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(path, "", str(error)) from error


def told(kind: type, found: Mapping[str, Any], where: Path, table: str) -> dict[str, Any]:
    """Read the settings of one table of a file; BadConfig for an unknown name or a bad value."""
    known = [field.name for field in fields(kind)]
    values = {}
    for name, value in found.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            raise BadConfig(where, f"{table}.{name}", "unknown", near or sorted(known))
        bad = partial(BadConfig, where, f"{table}.{name}", "value")
        values[name] = _typed(kind, name, value, bad)
    return values


def of_text(kind: type, name: str, text: str, bad: Callable[[], Exception]) -> Any:
    """Read a setting from a variable of the environment."""
    annotated = _kinds(kind)[name]
    text = text.strip()
    if annotated == "bool":
        if text.lower() not in _WORDS:
            raise bad()
        return _WORDS[text.lower()]
    if annotated == "int":
        if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
            raise bad()
        return _typed(kind, name, int(text), bad)
    if annotated == "float":
        try:
            return _typed(kind, name, float(text), bad)
        except ValueError:
            raise bad() from None
    if annotated.startswith("tuple"):
        return _typed(kind, name, text.replace(",", " ").split(), bad)
    return _typed(kind, name, text, bad)


def _kinds(kind: type) -> dict[str, str]:
    return {field.name: str(field.type) for field in fields(kind)}


def _typed(kind: type, name: str, value: Any, bad: Callable[[], Exception]) -> Any:
    annotated = _kinds(kind)[name]
    if annotated == "bool":
        if not isinstance(value, bool):
            raise bad()
        return value
    if annotated in ("int", "float"):
        allowed = (int,) if annotated == "int" else (int, float)
        if isinstance(value, bool) or not isinstance(value, allowed):
            raise bad()
        least = 0 if name in _MAY_BE_NONE else 1e-9
        most = _MOST.get(name, _MOST["seconds"] if name.endswith("seconds") else _MOST_OF_ANY)
        # What is no number compares as neither.
        if not least <= value <= most:
            raise bad()
        return value
    if annotated.startswith("tuple"):
        return _addresses(value, bad)
    if not isinstance(value, str):
        raise bad()
    if name == "address":
        value = value.rstrip("/")
        if value and not value.startswith(("http://", "https://")):
            raise bad()
    return value


def _addresses(value: Any, bad: Callable[[], Exception]) -> tuple[str, ...]:
    """Read addresses of machines; each may be a whole network, as 10.0.0.0/8."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise bad()
    for one in value:
        try:
            ipaddress.ip_network(str(one))
        except ValueError:
            raise bad() from None
    return tuple(str(one) for one in value)
