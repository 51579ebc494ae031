"""What cannot be read of a request, told in words that are ours and never the library's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from graph.errors import (
    BadContent,
    BadLength,
    BadParameter,
    LivsgrafError,
    MissingParameter,
    OutOfBounds,
    StrangeValue,
    WrongKind,
)

_QUOTED = re.compile(r"'([^']*)'")
_NUMBER = "0, 1, 2 …"
_YES_OR_NO = ("true", "false")
_KINDS = {
    "string_type": "string",
    "string_sub_type": "string",
    "string_unicode": "string",
    "list_type": "list",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
}
_WHOLE = ("json_invalid", "json_type", "recursion_loop")
_BOUNDS: Mapping[str, tuple[Literal["below", "above"], str]] = {
    "greater_than_equal": ("below", "ge"),
    "less_than_equal": ("above", "le"),
}
_LENGTHS: Mapping[str, tuple[Literal["short", "long"], str]] = {
    "string_too_short": ("short", "min_length"),
    "too_short": ("short", "min_length"),
    "string_too_long": ("long", "max_length"),
    "too_long": ("long", "max_length"),
}


def unreadable(found: Mapping[str, Any]) -> LivsgrafError:
    """Give the error that tells one thing that cannot be read; `found` is as the library has it."""
    kind, told = str(found["type"]), found.get("ctx") or {}
    where = [str(part) for part in found["loc"][1:] if not isinstance(part, int)]
    if kind in _WHOLE or not where:
        return BadContent()
    name = ".".join(where)
    # JSON may hold half a sign, which no answer can.
    value = str(found.get("input", "")).encode("utf-8", "replace").decode()
    if kind == "missing":
        return MissingParameter(name)
    if kind in _LENGTHS:
        way, limit = _LENGTHS[kind]
        return BadLength(way, name, int(told[limit]))
    if kind in _BOUNDS:
        side, limit = _BOUNDS[kind]
        return OutOfBounds(side, name, value, int(told[limit]))
    if kind == "literal_error":
        return BadParameter(name, value, _QUOTED.findall(str(told["expected"])))
    if kind.startswith("int_"):
        return BadParameter(name, value, [_NUMBER])
    if kind.startswith("bool_"):
        return BadParameter(name, value, _YES_OR_NO)
    if kind in _KINDS:
        return WrongKind(name, _KINDS[kind])
    return StrangeValue(name, value)
