"""What the program says, in bokmål, nynorsk and English: a TOML file per topic and language.

A file is called <topic>.<language>.toml, or <language>.toml for what every command says. The texts
of `house` are about our own files and are read by `check` alone. A text has a dotted key and may
hold `{names}` in braces. The three files of a topic hold the same keys with the same names in
braces; a house rule keeps it so.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("nb", "nn", "en")


class Messages(Mapping[str, str]):
    """The texts of one language; `text` fills in the names in braces."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = dict(texts)

    def __getitem__(self, key: str) -> str:
        return self._texts[key]

    def __iter__(self) -> Any:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def text(self, key: str, /, **values: object) -> str:
        """Give the text with every name in braces filled in.

        Args:
            key: the dotted key; an unknown key is given back as it is, so that an error message
                whose text is missing still says which one it was.
            **values: one value for each name; a name without value stays as it is.
        """
        return self._texts.get(key, key).format_map(_Kept(values))

    def maybe(self, key: str, /, **values: object) -> str | None:
        """Give the text, or None where there is no such key."""
        return self.text(key, **values) if key in self._texts else None


class _Kept(dict[str, object]):
    """Values by name; a name without one prints as itself: no talk may end in a crash."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@cache
def load(language: str) -> Messages:
    """Read the texts of one of `LANGUAGES`, every topic but `house`."""
    folder = Path(__file__).parent
    texts: dict[str, str] = {}
    for path in sorted([folder / f"{language}.toml", *folder.glob(f"*.{language}.toml")]):
        if not path.name.startswith("house."):
            texts.update(_flat(tomllib.loads(path.read_text("utf-8"))))
    return Messages(language, texts)


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in table.items():
        name = f"{prefix}{key}"
        pairs += _flat(value, f"{name}.") if isinstance(value, dict) else [(name, str(value))]
    return pairs
