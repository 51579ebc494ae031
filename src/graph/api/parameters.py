"""The parameters of an address: those that it declares, and no others."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import Query, Request

from graph.errors import RepeatedParameter, UnknownParameter

Lang = Annotated[
    Literal["nb", "nn", "en", "no"] | None,
    Query(description="Language of names and texts. Unless given: Accept-Language, else nb."),
]
PROTOCOL = "/sparql"
_KNOWN: dict[int, tuple[Any, Mapping[str, bool]]] = {}


async def refuse_strange(request: Request) -> None:
    """Refuse a parameter that the address does not declare: it would be left out without a word.

    So is one that is given several times where only one would count.

    What an operation declares by hand, in `openapi_extra`, counts too.
    """
    if not request.scope["query_string"]:
        return
    route = request.scope["route"]
    if route.path.startswith(PROTOCOL):
        # What may stand there is the protocol's to say, and in which order it is refused.
        return
    known = declared(route)
    given = Counter(name for name, _ in request.query_params.multi_items())
    for name, times in given.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, 3)
            raise UnknownParameter(name, sorted(known), near)
        if times > 1 and not known[name]:
            raise RepeatedParameter(name)


def declared(route: Any) -> Mapping[str, bool]:
    """Name the parameters in the query that a route declares, and whether each may be repeated."""
    held = _KNOWN.get(id(route))
    if held is not None and held[0] is route:
        return held[1]
    names = _of(getattr(route, "dependant", None))
    extra = getattr(route, "openapi_extra", None) or {}
    names |= {
        str(p["name"]): p.get("schema", {}).get("type") == "array"
        for p in extra.get("parameters", ())
        if p.get("in") == "query"
    }
    _KNOWN[id(route)] = (route, names)
    return names


def _of(dependant: Any) -> dict[str, bool]:
    if dependant is None:
        return {}
    names = {
        field.alias: "list[" in str(field.field_info.annotation).lower()
        for field in dependant.query_params
    }
    for inner in dependant.dependencies:
        names |= _of(inner)
    return names
