"""What can be wrong with how findings are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from graph.errors.base import InputError


class NotForTerminal(InputError):
    """A format that is no text, asked for on a terminal."""

    code = "not-for-terminal"

    def __init__(self, output: str) -> None:
        super().__init__(format=output)


class NoReportFormat(InputError):
    """A file for a report whose ending tells no format, where no format was asked for."""

    code = "no-report-format"

    def __init__(self, file: Path | str, known: Sequence[str]) -> None:
        super().__init__(file=str(file), known=", ".join(known))


class OverInput(InputError):
    """A report that would be written over one of the files that it is about."""

    code = "over-input"

    def __init__(self, file: Path | str) -> None:
        super().__init__(file=str(file))
