"""Parameters that many addresses share, declared once so that the interface's document has them."""

# No `from __future__ import annotations` here: FastAPI must see the types inside the functions.

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import Depends, Query

from graph.api.paging import CURSOR, LIMIT, MOST

Limit = Annotated[
    int, Query(ge=1, le=MOST, description=f"How many on a page; {LIMIT} unless given.")
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
