"""What a report on findings tells besides the findings: files, sums, remarks and versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graph.findings import SEVERITIES, Finding, Severity
from graph.messages import Messages
from graph.submission import Remark


@dataclass(frozen=True)
class Facts:
    """What was judged, and by what.

    `things` is how many things the files speak of and `known` how many of them some rule makes
    demands on; None where nobody counted. `before` is how many findings the graph had already,
    which are not told again. `versions` tells by name what judged: `software`, `ontology`,
    `shapes`. `tiers` are the added shape files. `root` is the folder that paths in a report are
    written from; None is the folder we stand in.
    """

    files: tuple[str, ...] = ()
    things: int | None = None
    known: int | None = None
    before: int = 0
    remarks: tuple[Remark, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    tiers: tuple[str, ...] = ()
    root: Path | None = None

    @property
    def many(self) -> bool:
        """Whether there are several files, so that a place must say in which of them it is."""
        return len(self.files) > 1


Counts = Mapping[Severity, int]


def count(findings: Sequence[Finding]) -> Counts:
    """Tell how many findings there are of each severity."""
    return {kind: sum(finding.severity == kind for finding in findings) for kind in SEVERITIES}


def tell_counts(counts: Counts, texts: Messages) -> str:
    """Say how many findings there are, the gravest first: what must be mended, what should."""
    if not any(counts.values()):
        return texts["finding.none"]
    first = [] if counts["violation"] else [texts["finding.no_violation"]]
    told = [tell_count(f"finding.n_{kind}", n, texts) for kind, n in counts.items() if n]
    return ", ".join([*first, *told]) + "."


def side(word: str, texts: Messages, many: bool) -> str:
    """Say `inside` or `outside` what was handed in, which may be one file or many."""
    return texts[f"finding.{word}_many" if many else f"finding.{word}"]


def tell_verdict(findings: Sequence[Finding], texts: Messages, many: bool = False) -> list[str]:
    """Say in one line what stands in the files, and in another what lies outside of them."""
    inside = [finding for finding in findings if not finding.outside]
    outside = [finding for finding in findings if finding.outside]
    lines = [tell_counts(count(inside), texts)]
    if outside:
        lines.append(f"{side('outside', texts, many)}: {tell_counts(count(outside), texts)}")
    return lines


def tell_facts(facts: Facts, texts: Messages) -> list[str]:
    """Say which files were read, how much of them was judged, and what else is to be known."""
    lines = []
    if facts.files:
        key = "finding.file" if len(facts.files) == 1 else "finding.files"
        lines.append(texts.text(key, file=facts.files[0], n=len(facts.files)))
    if facts.things is not None:
        known = facts.things if facts.known is None else facts.known
        lines.append(tell_count("finding.things", known, texts))
        if known < facts.things:
            lines[-1] += " " + tell_count("finding.unknown", facts.things - known, texts)
    if facts.before:
        lines.append(tell_count("finding.before", facts.before, texts))
    return lines + tell_remarks(facts, texts)


def tell_remarks(facts: Facts, texts: Messages) -> list[str]:
    """Say what the reader must know of the files as a whole."""
    return [texts.text(remark.key, **remark.params) for remark in facts.remarks]


def tell_versions(facts: Facts, texts: Messages) -> str:
    """Say in one line what judged, for two reports are alike only where this is."""
    told = [
        texts.maybe(f"finding.version_{name}", version=version) or f"{name} {version}"
        for name, version in facts.versions.items()
    ]
    return texts.text("finding.judged_by", versions=", ".join(told)) if told else ""


def tell_count(key: str, n: int, texts: Messages) -> str:
    """Say a number with its word, which for one thing may be another than for many."""
    return texts.text(f"{key}_one" if n == 1 and f"{key}_one" in texts else key, n=n)
