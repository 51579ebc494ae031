"""Parameters that many addresses share, declared once so that the interface's document has them."""

# No `from __future__ import annotations` here: FastAPI must see the types inside the functions.

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import Depends, Query
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from graph.api.paging import CURSOR, LIMIT, MOST


def _plain(value: Any) -> Any:
    """Refuse what reads as a number by leave of the library alone: 1_0, +5, 5.0."""
    if isinstance(value, str) and not re.fullmatch("-?[0-9]+", value):
        raise PydanticCustomError("int_parsing", "not a whole number")
    return value


Limit = Annotated[
    int,
    # The bounds first: the interface's document has them only where they lie inside.
    Query(ge=1, le=MOST, description=f"How many on a page; {LIMIT} unless given."),
    BeforeValidator(_plain),
]
Cursor = Annotated[
    str | None,
    Query(
        description="Where to go on, as a link gave it.",
        json_schema_extra={"pattern": CURSOR, "maxLength": 600},
    ),
]


def _speaks(
    lang: Annotated[
        Literal["nb", "nn", "en", "no"] | None,
        Query(description="The language of texts; else Accept-Language decides."),
    ] = None,
) -> None:
    """Take a language."""


SPEAKS = Depends(_speaks)
"""Put this among the dependencies of whatever has texts."""


def given_as(*formats: str) -> Any:
    """Take a format by name; for the dependencies of an address that gives these."""
    return Depends(_format(formats))


def _format(formats: tuple[str, ...]) -> Callable[..., None]:
    kind: Any = Literal[formats]

    def choose(
        format: Annotated[  # noqa: A002
            kind | None, Query(description="The format; else Accept decides.")
        ] = None,
    ) -> None:
        """Take a format."""

    return choose
