"""The parameters of an address: those that it declares, and no others."""

from __future__ import annotations

import difflib
from typing import Annotated, Any, Literal

from fastapi import Query, Request

from graph.errors import UnknownParameter

Lang = Annotated[
    Literal["nb", "nn", "en", "no"] | None,
    Query(description="Language of names and texts. Unless given: Accept-Language, else nb."),
]
PROTOCOL = "/sparql"
_KNOWN: dict[int, tuple[Any, frozenset[str]]] = {}


async def refuse_strange(request: Request) -> None:
    """Refuse a parameter that the address does not declare: it would be left out without a word.

    What an operation declares by hand, in `openapi_extra`, counts too.
    """
    if not request.scope["query_string"]:
        return
    route = request.scope["route"]
    if route.path.startswith(PROTOCOL):
        # What may stand there is the protocol's to say, and in which order it is refused.
        return
    known = declared(route)
    for name in request.query_params:
        if name not in known:
            near = difflib.get_close_matches(name, known, 3)
            raise UnknownParameter(name, sorted(known), near)


def declared(route: Any) -> frozenset[str]:
    """Name the parameters in the query that a route declares."""
    held = _KNOWN.get(id(route))
    if held is not None and held[0] is route:
        return held[1]
    names = set(_of(getattr(route, "dependant", None)))
    extra = getattr(route, "openapi_extra", None) or {}
    names |= {str(p["name"]) for p in extra.get("parameters", ()) if p.get("in") == "query"}
    _KNOWN[id(route)] = (route, frozenset(names))
    return frozenset(names)


def _of(dependant: Any) -> list[str]:
    if dependant is None:
        return []
    names = [field.alias for field in dependant.query_params]
    return names + [name for inner in dependant.dependencies for name in _of(inner)]
