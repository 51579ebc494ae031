"""What SARIF 2.1.0 demands of the objects that we write: members, types, and which must be there.

Written from the standard's own sections, for a test that must not fetch anything. An object that is
not listed here, or a member that its object does not have, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

URI = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?#]|%[0-9A-Fa-f]{2})*"
)
LANGUAGE = re.compile(r"[a-zA-Z]{2}(-[a-zA-Z]{2})?")
LEVELS = ("none", "note", "warning", "error")


class Positive(int):
    """A whole number from 1."""


class Natural(int):
    """A whole number from 0."""


class Address(str):
    """A URI or a relative reference."""


class Tongue(str):
    """Two letters for a language, and two for a land."""


# By object: its members, each with what it holds. A name that ends in `!` must be there.
# A list in a list means that no two of its values are alike.
OBJECTS: dict[str, dict[str, Any]] = {
    "sarifLog": {"version!": ("2.1.0",), "$schema": Address, "runs!": ["run"]},  # 3.13
    "run": {  # 3.14
        "tool!": "tool",
        "language": Tongue,
        "columnKind": ("utf16CodeUnits", "unicodeCodePoints"),
        "originalUriBaseIds": {"": "artifactLocation"},
        "invocations": ["invocation"],
        "artifacts": ["artifact"],
        "results": ["result"],
        "properties": "propertyBag",
    },
    "tool": {"driver!": "toolComponent"},  # 3.18
    "toolComponent": {  # 3.19
        "name!": str,
        "version": str,
        "rules": ["reportingDescriptor"],
    },
    "reportingDescriptor": {  # 3.49
        "id!": str,
        "shortDescription": "multiformatMessageString",
        "help": "multiformatMessageString",
        "helpUri": Address,
        "defaultConfiguration": "reportingConfiguration",
        "properties": "propertyBag",
    },
    "reportingConfiguration": {"level": LEVELS},  # 3.50
    "multiformatMessageString": {"text!": str},  # 3.12
    "message": {"text!": str},  # 3.11
    "invocation": {  # 3.20
        "executionSuccessful!": bool,
        "toolExecutionNotifications": ["notification"],
    },
    "notification": {"level": LEVELS, "message!": "message"},  # 3.58
    "artifact": {"location": "artifactLocation", "roles": [("analysisTarget",)]},  # 3.24
    "artifactLocation": {  # 3.4
        "uri": Address,
        "uriBaseId": str,
        "index": Natural,
        "description": "message",
    },
    "result": {  # 3.27
        "ruleId": str,
        "ruleIndex": Natural,
        "level": LEVELS,
        "message!": "message",
        "locations": ["location"],
        "partialFingerprints": {"": str},
        "properties": "propertyBag",
    },
    "location": {  # 3.28
        "physicalLocation": "physicalLocation",
        "logicalLocations": ["logicalLocation"],
    },
    "physicalLocation": {"artifactLocation": "artifactLocation", "region": "region"},  # 3.29
    "region": {"startLine": Positive, "startColumn": Positive},  # 3.30
    "logicalLocation": {"name": str, "fullyQualifiedName": str, "kind": str},  # 3.33
}


def faults(value: object, kind: Any = "sarifLog", where: str = "") -> Iterator[str]:
    """Walk what is wrong with a log: where, and what should stand there."""
    if kind == "propertyBag":
        yield from _bag(value, where)
    elif isinstance(kind, str):
        yield from _object(value, kind, where)
    elif isinstance(kind, dict):
        if isinstance(value, dict):
            for name, member in value.items():
                yield from faults(member, kind[""], f"{where}/{name}")
        else:
            yield f"{where}: no object"
    elif isinstance(kind, list):
        if isinstance(value, list):
            for at, member in enumerate(value):
                yield from faults(member, kind[0], f"{where}/{at}")
        else:
            yield f"{where}: no list"
    elif isinstance(kind, tuple):
        if value not in kind:
            yield f"{where}: {value!r} is none of {kind}"
    elif not _is(value, kind):
        yield f"{where}: {value!r} is no {kind.__name__}"


def _object(value: object, kind: str, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: no {kind}"
        return
    members = {name.rstrip("!"): inner for name, inner in OBJECTS[kind].items()}
    for name in OBJECTS[kind]:
        if name.endswith("!") and name.rstrip("!") not in value:
            yield f"{where}: no {name}"
    for name, member in value.items():
        if name in members:
            yield from faults(member, members[name], f"{where}/{name}")
        else:
            yield f"{where}: {kind} has no {name}"


def _bag(value: object, where: str) -> Iterator[str]:
    # 3.8: any members, but `tags` is a list of texts, no two alike.
    if not isinstance(value, dict):
        yield f"{where}: no property bag"
        return
    tags = value.get("tags", [])
    if not isinstance(tags, list) or len({*tags}) != len(tags):
        yield f"{where}/tags: no list of different texts"


def _is(value: object, kind: type) -> bool:
    if kind in (Positive, Natural):
        return type(value) is int and value >= (1 if kind is Positive else 0)
    if kind is Address:
        return isinstance(value, str) and URI.fullmatch(value) is not None
    if kind is Tongue:
        return isinstance(value, str) and LANGUAGE.fullmatch(value) is not None
    return type(value) is kind
