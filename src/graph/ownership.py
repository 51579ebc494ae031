"""Whose a record is: an organisation may change its own, and an editor any.

What is an organisation's own is told by the queries in `queries/ownership`; whatever it handed in
itself, in its own home, is its own as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from graph import assets
from graph.query import bind, load
from graph.receipt import OWN_HOMES
from graph.terms import DCT, Rows, Term, literal

Ask = Callable[[str, str], Rows]

_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


def is_number(text: str) -> bool:
    """Tell whether a text is an organisation number, with the right control digit (mod 11)."""
    if len(text) != len(_WEIGHTS) + 1 or not (text.isascii() and text.isdigit()):
        return False
    rest = sum(w * int(d) for w, d in zip(_WEIGHTS, text, strict=False)) % 11
    return (11 - rest) % 11 == int(text[-1])


def bearer_of(ask: Ask, number: str) -> Term | None:
    """Give the thing that bears an organisation number, if the store knows one.

    What others handed in does not count, so that nobody can take another's number or act in the
    name of one that the graph does not know yet.
    """
    said = f"?s <{DCT}identifier> {literal(number).n3()}"
    text = f"SELECT DISTINCT ?s ?g WHERE {{ GRAPH ?g {{ {said} }} }}"
    bearers = [
        (home.startswith(OWN_HOMES), row["s"])
        for row in ask(text, "-").dicts()
        if not (home := row["g"].value).startswith(OWN_HOMES) or home == OWN_HOMES + number
    ]
    return min(bearers)[1] if bearers else None


def owned(ask: Ask, organisation: Term, root: Path | None = None) -> frozenset[Term]:
    """Give the records that are an organisation's own."""
    found: set[Term] = set()
    for path in assets.files("ownership", root):
        text = bind(load(path), {"organisation": organisation})
        found.update(row["focus"] for row in ask(text, assets.relative(path)).dicts())
    return frozenset(found)


def not_owned(
    changed: Iterable[Term], homes: dict[Term, Term], own_home: Term, own: frozenset[Term]
) -> list[Term]:
    """Give what an organisation would change without being its owner; a new thing is nobody's.

    What another organisation handed in is that one's to change, whomever it is about.
    """
    return sorted(
        thing
        for thing in changed
        if thing in homes
        and homes[thing] != own_home
        and (thing not in own or homes[thing].value.startswith(OWN_HOMES))
    )
