"""The roots of all errors, and those that any part may raise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any


class LivsgrafError(Exception):
    """The root of all errors that are ours; `code` names a message, `params` fill it."""

    code = "error"
    exit_status = 3

    def __init__(self, **params: object) -> None:
        self.params: dict[str, object] = params
        super().__init__(self.code)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes whole, whatever the class asks for when it is made."""
        return revive, (type(self), self.__dict__)

    def __str__(self) -> str:
        """Tell developers and logs what happened; users read the text behind `code`."""
        told = ", ".join(f"{k}={v}" for k, v in self.params.items() if v not in (None, "", ()))
        return f"{self.code}: {told}" if told else self.code


def revive(kind: type[LivsgrafError], said: dict[str, object]) -> LivsgrafError:
    """Make an error again from its class and what it carried."""
    error = kind.__new__(kind, kind.code)
    error.__dict__.update(said)
    return error


class InputError(LivsgrafError):
    """What the user gave cannot be used; the user can put it right."""

    code = "input"
    exit_status = 2


class AtPosition(InputError):
    """A fault at a place in a text; lines and columns count from 1."""

    def __init__(
        self, file: Path | str, line: int, column: int, reason: str, source: str = ""
    ) -> None:
        super().__init__(file=str(file), line=line, column=column, reason=reason, source=source)
        self.file = str(file)
        self.line = line
        self.column = column
        self.reason = reason
        self.source = source


class InternalError(LivsgrafError):
    """Our own fault; nothing the user gave explains it."""

    code = "internal"
    exit_status = 3

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class UnknownName(InputError):
    """A name that nothing here bears; `suggestions` holds the nearest ones, best first.

    `known` holds every name that could have stood there, where they are few.
    """

    code = "unknown-name"

    def __init__(
        self,
        name: str,
        kind: str = "",
        suggestions: Sequence[str] = (),
        known: Sequence[str] = (),
    ) -> None:
        super().__init__(name=name, kind=kind, suggestions=", ".join(suggestions))
        self.name = name
        self.kind = kind
        self.suggestions = tuple(suggestions)
        self.known = tuple(known)
