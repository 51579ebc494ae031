"""A submission and the store → every finding about it: the one door that files come in by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import cast

from graph.closure import Ask
from graph.config import Settings
from graph.examining.aside import aside
from graph.examining.ground import Ground, ground
from graph.examining.handed import handed
from graph.examining.judging import judge
from graph.examining.merged import Settled, merge, settled
from graph.examining.nearest import Neighbours
from graph.examining.outside import led_nowhere, pointed_out, unheard_of, unknown_codes
from graph.examining.placing import Causes, owned, placed, steps_from, typed
from graph.examining.strange import unknown_terms
from graph.examining.telling import worded
from graph.examining.tiers import Tier, judge_tier, read_tier
from graph.examining.views import view_of
from graph.faults import Said, once
from graph.findings import SEVERITIES, Finding, Severity, Texts
from graph.submission import Remark, Submission
from graph.terms import Quad, Triple
from graph.validate import Blame, names_by_language
from graph.validate.rulebook import SUBJECTS_OF, Content

__all__ = ["Examined", "Ground", "Settled", "Tier", "examine", "ground", "read_tier"]


@dataclass(frozen=True)
class Examined:
    """What was found in some files, and how much of them could be judged.

    `judged` counts the things the files speak of, and `known` those of a kind that our rules make
    demands on. `earlier` counts findings about the same things that held before, at places the
    files do not change; `repeated` those of added shape files that our own rules, or the tier
    before, tell already. `unread` names the files that no reader takes, each with a finding that
    says why; `unusable` the added shape files that nothing can be judged by.
    """

    findings: tuple[Finding, ...]
    remarks: tuple[Remark, ...] = ()
    judged: int = 0
    known: int = 0
    earlier: int = 0
    repeated: int = 0
    tiers: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    unusable: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)

    def fails(self, least: str = "violation") -> bool:
        """Tell whether something in the files themselves is as grave as that, or graver."""
        grave = [*SEVERITIES].index(cast(Severity, least))
        inside = (finding for finding in self.findings if not finding.outside)
        return any(SEVERITIES.index(finding.severity) <= grave for finding in inside)


def examine(
    submissions: Submission | Sequence[Submission],
    settings: Settings,  # noqa: ARG001  (every door hands it in; limits and language hang on it)
    ask: Ask,
    tiers: Sequence[Tier] = (),
    *,
    complete: bool = False,
    on: Ground | None = None,
    change: Settled | None = None,
) -> Examined:
    """Judge files, all as one submission, against the store as it would be with them.

    The store is asked and never changed. `change` says what would come of it where somebody has
    reckoned that already. What the reader of a file found already is among the
    findings; what it could not make a statement of is not judged once more.
    """
    files = [submissions] if isinstance(submissions, Submission) else list(submissions)
    base = on or ground()
    quads = [quad for file in files for quad in file.quads]
    emptied = frozenset(pair for file in files for pair in file.emptied)
    view = view_of(quads, ask, base.root)
    if change is None:
        kept = frozenset(triple for file in files for triple in file.kept)
        merged = merge(quads, emptied, ask, complete, view, kept)
    else:
        merged = settled(change, quads, emptied, view, ask)
    judgement = judge(base, merged, ask)
    said = Said(judgement.around)
    sent = handed(files, merged, view)
    neighbours = Neighbours(ask, base)
    blamed = once(led_nowhere(judgement.found, base.rules, said), base.rules, said)
    found = pointed_out(blamed, base.rules, said, neighbours, sent)
    found += map(Blame, unheard_of(blamed, found, neighbours, sent, base))
    findings = [worded(blame, base.rules, base, said) for blame in found]
    findings += unknown_codes(findings, neighbours, sent, base)
    findings += unknown_terms(quads, base)
    read = [finding for file in files for finding in file.findings]
    unread = {(s.value, p.value) for file in files for s, p in file.unread}
    unread |= {(f.focus, f.path) for f in read if f.path}
    findings = [*read, *(f for f in findings if not _read_already(f, unread))]
    told = {_spot(finding) for finding in findings}
    repeated = 0
    subjects = frozenset([*(quad[0] for quad in quads), *(subject for subject, _ in emptied)])
    unusable: list[str] = []
    for tier in tiers:
        done = judge_tier(tier, merged.own, base, neighbours, sent, subjects)
        more = done.findings
        unusable += [tier.name] if done.unusable else []
        fresh = [finding for finding in more if finding.place or _spot(finding) not in told]
        repeated += len(more) - len(fresh)
        told |= {_spot(finding) for finding in fresh}
        findings += fresh
    labels = {f.focus: f.label for f in findings if f.label}
    # Without a title a thing is called by its row.
    labels |= {thing.value: label for file in files for thing, label in file.labels.items()}
    labels |= _owners(merged.own, files)
    told_to = []
    causes = Causes(merged.changed)
    cells = {f.place for f in read if f.place and f.place.cell}
    for finding in findings:
        label = finding.label or labels.get(finding.focus, {})
        full = replace(sent.as_written(finding), label=label)
        full = owned(placed(full, files, causes), files, labels)
        # Where a cell holds what nobody can read, a lack of the same cell is no second fault.
        if full.value is not None or full.place not in cells or finding in read:
            told_to.append(typed(full, files))
    findings = [*told_to, *aside(files, told_to, base)]
    remarks = [remark for file in files for remark in file.remarks]
    # To name one's life event on the service is our way too; only what steps aside is another's.
    remarks += _remarks(repeated, len(view.triples) if view.aside else 0)
    remarks += [Remark("tier.empty", {"file": tier.name}) for tier in tiers if tier.empty]
    return Examined(
        findings=tuple(sorted(findings, key=lambda finding: (finding.tier, finding.order()))),
        remarks=tuple(remarks),
        judged=len({quad[0] for quad in quads}),
        known=_known(quads, merged.own, base),
        earlier=judgement.earlier,
        repeated=repeated,
        tiers=tuple(tier.name for tier in tiers),
        unusable=tuple(unusable),
        versions={"software": _software(), "ontology": base.version},
    )


def _software() -> str:
    from graph import __version__

    return __version__


def _remarks(repeated: int, view: int) -> list[Remark]:
    counts = {"examine.repeated": repeated, "examine.view": view}
    return [Remark(f"{key}_one" if n == 1 else key, {"n": n}) for key, n in counts.items() if n]


def _owners(own: Sequence[Triple], files: Sequence[Submission]) -> dict[str, Texts]:
    """Give the names of things that have parts without a name."""
    owners = {owner for file in files for owner in file.places.above.values()}
    named = names_by_language(own, owners) if owners else {}
    return {owner: label for owner, label in named.items() if label}


def _known(quads: Sequence[Quad], own: Sequence[Triple], base: Ground) -> int:
    """Count the things that some rule is about for what they are, not for a word that they use."""
    content = Content(own, base.above)
    targets = [t for found in base.rules.targets.values() for t in found if t[0] != SUBJECTS_OF]
    return len(set(content.aimed_at(targets, {quad[0] for quad in quads})))


def _spot(finding: Finding) -> tuple[object, ...]:
    return finding.focus, finding.path, finding.value


def _read_already(finding: Finding, unread: Set[tuple[str, str]]) -> bool:
    """Tell whether something stands there that the reader of the file could not read."""
    if finding.value is not None:
        return False
    return any((finding.focus, path) in unread for path in steps_from(finding.path or ""))
