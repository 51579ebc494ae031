"""What a rule's example shows: its values, read as Turtle without a subject."""

from __future__ import annotations

import re

from graph import rdf
from graph.errors import LivsgrafError
from graph.terms import LGID, PREFIXES, Term

_PREFIX = re.compile(r"(?<![\w<:/])([a-z][a-z0-9-]*):(?!//)")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SUBJECT = "urn:x-example:this"


def values_in(text: str, path: str) -> list[Term]:
    """Give the values that a piece of Turtle, such as `dct:title "x"@nb`, gives a property.

    A prefix that is none of the known ones is that of a folder of ours. What is no such piece has
    no values.
    """
    names = set(_PREFIX.findall(_QUOTED.sub("", text)))
    lines = [f"@prefix {n}: <{PREFIXES.get(n, LGID + n + '/')}> ." for n in sorted(names)]
    body = text.strip().rstrip(".").rstrip()
    try:
        quads = rdf.parse("\n".join([*lines, f"<{_SUBJECT}> {body} ."]).encode(), "ttl")
    except LivsgrafError:
        return []
    return [o for s, p, o, _ in quads if p.value == path and s.value == _SUBJECT]
