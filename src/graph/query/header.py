"""Read the TOML that stands in the `#+` lines on top of a query file; refuse with file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final, NoReturn

from graph.errors import HeaderError
from graph.terms import LANGUAGES

REQUIRED: Final = ("nb", "en")
VARIABLE: Final = re.compile(r"[A-Za-z]\w*")


class Header:
    """The header of one file: its values, and the line on which each stands."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines: list[str] = []
        lines = text.splitlines()
        for line in lines:
            if not line.startswith("#+"):
                break
            self.lines.append(line[2:].removeprefix(" "))
        for number, line in enumerate(lines[len(self.lines) :], len(self.lines) + 1):
            if line.lstrip().startswith("#+"):
                self.refuse(number, "a header line below the header, which is one block on top")
        if not self.lines:
            self.refuse(1, "no header: the file must begin with #+ lines")
        self.table = self._toml()

    def refuse(self, line: int, reason: str) -> NoReturn:
        """Refuse the file at a line."""
        raise HeaderError(self.path, line, reason)

    def line_of(self, *keys: str) -> int:
        """Find the line that sets a key, or failing that, the nearest key around it."""
        section: list[str] = []
        best, line = 0, 1
        for number, text in enumerate(self.lines, 1):
            bare = text.split("#")[0].strip()
            if bare.startswith("["):
                section = [part.strip(" \"'") for part in bare.strip("[]").split(".")]
                here = section
            elif "=" in bare:
                parts = bare.split("=")[0].split(".")
                here = section + [part.strip(" \"'") for part in parts]
            else:
                continue
            shared = 0
            while shared < min(len(here), len(keys)) and here[shared] == keys[shared]:
                shared += 1
            if shared > best:
                best, line = shared, number
        return line

    def _toml(self) -> dict[str, Any]:
        try:
            return tomllib.loads("\n".join(self.lines))
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"\(at line (\d+)", str(error))
            line = int(at[1]) if at else len(self.lines)
            self.refuse(line, re.sub(r" \(at .*\)$", "", str(error)))

    def texts(self, value: object, *keys: str) -> dict[str, str]:
        """Check a table of texts by language and give it in the order of `LANGUAGES`."""
        if not isinstance(value, dict):
            self.refuse(self.line_of(*keys), f"{'.'.join(keys)} holds no texts by language")
        for language, text in value.items():
            if language not in LANGUAGES:
                self.refuse(self.line_of(*keys, language), f"unknown language {language!r}")
            if not isinstance(text, str) or not text.strip():
                self.refuse(self.line_of(*keys, language), f"{'.'.join(keys)}.{language} is empty")
        for language in REQUIRED:
            if language not in value:
                self.refuse(self.line_of(*keys), f"{'.'.join(keys)}.{language} is missing")
        return {language: value[language] for language in LANGUAGES if language in value}

    def one_of(self, key: str, known: Collection[str]) -> str | None:
        """Give a value that is one of the known ones, or None where the key is absent."""
        value = self.table.get(key)
        if value is not None and value not in known:
            self.refuse(self.line_of(key), f"{key} {value!r} is none of {', '.join(known)}")
        return value

    def text(self, key: str) -> str | None:
        """Give a text that is the same in every language, or None where the key is absent."""
        value = self.table.get(key)
        if value is not None and not (isinstance(value, str) and value.strip()):
            self.refuse(self.line_of(key), f"{key} is not a text")
        return value

    def names(self, key: str) -> tuple[str, ...]:
        """Give a list of names; one name alone is a list of one, an absent key none."""
        value = self.table.get(key, [])
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            self.refuse(self.line_of(key), f"{key} is not a list of names")
        if key in self.table and not value:
            self.refuse(self.line_of(key), f"{key} is empty")
        return tuple(value)

    def tables(self, key: str) -> dict[str, dict[str, Any]]:
        """Give a table of tables, each named like a variable; an absent key gives none."""
        value = self.table.get(key, {})
        if not isinstance(value, dict):
            self.refuse(self.line_of(key), f"{key} is not a table")
        for name, inner in value.items():
            if not isinstance(inner, dict) or not VARIABLE.fullmatch(name):
                self.refuse(self.line_of(key, name), f"{key}.{name} is not a table by variable")
        return value
