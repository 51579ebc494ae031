"""A merged submission, judged with the closure it needs: what it brings, and what was there."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from graph.closure import Ask, Reach, told_of
from graph.examining.ground import Ground
from graph.examining.merged import Merged, looking, touched
from graph.findings import Finding
from graph.terms import Term, Triple
from graph.validate import Blame, blames


@dataclass(frozen=True)
class Judgement:
    """The findings that the submission is to answer for, and how many of its things held before.

    `around` is all that was looked at, for whoever has to tell what a thing is.
    """

    found: tuple[Blame, ...]
    earlier: int
    around: tuple[Triple, ...]


def judge(ground: Ground, merged: Merged, ask: Ask) -> Judgement:
    """Judge a submission's things, and those of the store that it touches.

    A fault is the submission's when the submission describes the thing or settles the property,
    and otherwise when it did not hold before.
    """
    others = touched(merged, ground.rules, ask)
    told = told_of(others, ask)
    things = merged.subjects | others
    found, around = _judge(ground, (*merged.own, *told), things, ask)
    doubtful = [blame for blame in found if not _settled(blame.finding, merged)]
    if not doubtful:
        return Judgement(tuple(found), 0, around)
    # All things once more, not only the doubtful: a shape may blame what its focus leads to, and
    # so may it have done from things of the store's that nobody touched.
    led_to = {Term("iri", blame.finding.focus) for blame in doubtful}
    more = (led_to | looking(led_to, ground.rules, ask)) - things
    held, _ = _judge(ground, (*merged.before, *told, *told_of(more, ask)), things | more, ask)
    known = {_key(blame.finding) for blame in held}
    earlier = {_key(blame.finding) for blame in doubtful} & known
    brought = [blame for blame in found if _key(blame.finding) not in earlier]
    # Those of things that the file only touches are no news to who wrote it.
    own = {subject.value for subject, _ in merged.mentioned}
    old = [blame for blame in found if _key(blame.finding) in earlier]
    return Judgement(tuple(brought), sum(b.finding.focus in own for b in old), around)


def _judge(
    ground: Ground, own: Sequence[Triple], things: Set[Term], ask: Ask
) -> tuple[list[Blame], tuple[Triple, ...]]:
    reach = Reach(ground.rules, own, ask, things)
    reach.fetch(things, ground.above)
    triples = (*own, *reach.fetched)
    found = blames(ground.rules, triples, things, ground.above)
    # A check is silent of a value that a shape blames already: one fault is told once.
    told = {(b.finding.focus, b.finding.path, b.finding.value) for b in found}
    judged = [triple for triple in own if triple[0] in things]
    behind = [*(triple for triple in own if triple[0] not in things), *reach.fetched]
    by_checks = ground.bench.run(judged, behind)
    found += (
        Blame(f) for f in by_checks if f.value is None or (f.focus, f.path, f.value) not in told
    )
    return found, triples


def _settled(finding: Finding, merged: Merged) -> bool:
    focus = Term("iri", finding.focus)
    if focus in merged.described:
        return True
    return finding.path is not None and (focus, Term("iri", finding.path)) in merged.mentioned


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.focus, finding.path, finding.value
