"""What somebody asked for that cannot be: a day, a value, a setting."""

from __future__ import annotations

from collections.abc import Sequence

from graph.errors.base import InputError


class BadDate(InputError):
    """A text that is no day of the calendar written as YYYY-MM-DD."""

    code = "bad-date"

    def __init__(self, value: str) -> None:
        super().__init__(value=value)


class BadValue(InputError):
    """A value that does not have the type its parameter asks for."""

    code = "bad-value"

    def __init__(self, name: str, value: str, wanted: str) -> None:
        super().__init__(name=name, value=value, type=wanted)


class TooLow(BadValue):
    """A whole number below the least that its parameter allows."""

    code = "too-low"

    def __init__(self, name: str, value: str, wanted: str, minimum: int) -> None:
        super().__init__(name, value, wanted)
        self.params["minimum"] = minimum
        self.minimum = minimum


class BadSetting(InputError):
    """A variable of the environment that holds what we cannot use."""

    code = "bad-setting"

    def __init__(self, name: str, value: str, known: Sequence[str]) -> None:
        super().__init__(name=name, value=value, known=", ".join(known))
