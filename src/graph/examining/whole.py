"""A whole content → every finding about it, by the same law as a file is judged by.

What lies outside is a notice, what a catalogue spells in another way is read as ours, and one fault
is told once. So what the door let in stops no build.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from graph.examining.ground import ground
from graph.examining.handed import Handed
from graph.examining.nearest import Neighbours
from graph.examining.outside import led_nowhere, pointed_out
from graph.examining.telling import worded
from graph.examining.views import beside
from graph.faults import Said, once
from graph.findings import Finding
from graph.reckoning import reckon_in, together
from graph.terms import Rows, Triple
from graph.validate import blame_all

Ask = Callable[..., Rows]


def judge_whole(
    content: Sequence[Triple],
    made: Sequence[tuple[str, Triple]],
    ask: Ask,
    sources: Mapping[str, str],
    root: Path | None = None,
) -> list[Finding]:
    """Judge a content that lies in the store that `ask` asks, with what the views made of it."""
    base = ground(root)
    view = beside(content, made)
    own = [t for t in (*content, *view.triples) if t not in view.aside] if made else content
    said = Said(own)
    blamed = blame_all(own, base.rules, base.vocabulary, sources=sources)
    sent = Handed(tuple(content), frozenset(subject for subject, _, _ in content))
    told = once(led_nowhere(blamed, base.rules, said), base.rules, said)
    found = pointed_out(told, base.rules, said, Neighbours(ask, base), sent)
    by_shapes = [worded(blame, base.rules, base, said) for blame in found]
    return together(by_shapes, reckon_in(ask, base.checks, content, sources))
