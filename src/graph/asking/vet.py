"""Look at a question before any parser does, and find the graphs that it names.

Refused is what would go beyond the graph, what would change it, and what the engine would not
survive. FROM is let through here: the graphs it names are given to the engine one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from graph import sparql
from graph.config import Serving
from graph.errors import QueryTooLarge
from graph.query.free import Bounds, look, unescaped

NAME = "SPARQL"
"""How a question that came over the network is called in a refusal."""


@dataclass(frozen=True, slots=True)
class Vetted:
    """What a question's own FROM and FROM NAMED clauses name; `any` tells whether it has one."""

    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Tell whether the question chooses its graphs itself."""
        return bool(self.default_graphs or self.named_graphs)


def vet(text: str, serving: Serving) -> Vetted:
    """Refuse what we do not ask the engine, and give the graphs that the text names.

    Raises:
        QueryTooLarge: more bytes than the limit.
        QueryTooDeep, QueryTooLong: more than the engine is asked to bear.
        QueryWrites: an update. QueryOutside: SERVICE, which goes out.

    """
    size = len(text.encode("utf-8", "replace"))
    if size > serving.query_bytes:
        raise QueryTooLarge(size, serving.query_bytes)
    bounds = Bounds(serving.query_depth, serving.query_tokens, ("SERVICE",))
    found = look(text, NAME, bounds)
    return _named(found) if found else Vetted()


def _named(found: list[sparql.Token]) -> Vetted:
    """Read the dataset clauses: SPARQL 1.1 section 13.2, their IRIs resolved by section 4.1.1."""
    base, prefixes = "", {}
    default: list[str] = []
    named: list[str] = []
    for place, token in enumerate(found):
        rest = found[place + 1 : place + 3]
        if token.is_word("BASE") and rest and rest[0].kind == "iri":
            base = urljoin(base, rest[0].text[1:-1])
        elif token.is_word("PREFIX") and len(rest) == 2 and rest[0].kind == "pname":
            prefixes[rest[0].text[:-1]] = urljoin(base, rest[1].text[1:-1])
        elif token.is_word("FROM") and rest:
            is_named = rest[0].is_word("NAMED")
            told = rest[-1] if is_named else rest[0]
            try:
                name = sparql.expand(told, prefixes)
            except ValueError:
                # The engine refuses it, with its place.
                continue
            whole = urljoin(base, name) if told.kind == "iri" else name
            (named if is_named else default).append(unescaped(whole))
    return Vetted(tuple(default), tuple(named))
