"""What files say themselves: what they describe and point at, as it is judged and as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from graph.examining.merged import Merged
from graph.examining.views import View
from graph.findings import Finding
from graph.submission import Submission
from graph.terms import DCT, RDF_TYPE, Term, Triple

_REPLACED = Term("iri", DCT + "isReplacedBy")


@dataclass(frozen=True)
class Handed:
    """The statements of some files, with the values that are judged in their place.

    `described` are the things of which they, or the store before them, say anything: what the view
    adds makes nothing known. `gone` are those that lose their kind by it. `rows` are things that
    stand in a table, where people write names and not addresses. `instead` holds, for a statement
    whose value the view wrote anew, the value that stands in the file.
    """

    triples: tuple[Triple, ...] = ()
    described: frozenset[Term] = frozenset()
    gone: frozenset[Term] = frozenset()
    rows: frozenset[Term] = frozenset()
    instead: Mapping[Triple, Term] = field(default_factory=dict)

    @cached_property
    def pointing(self) -> Mapping[Term, Sequence[Triple]]:
        """Where the files point at a thing, other than to say what kind something is of."""
        found: dict[Term, list[Triple]] = {}
        for triple in dict.fromkeys(self.triples):
            if triple[2].kind == "iri" and triple[1] != RDF_TYPE:
                found.setdefault(triple[2], []).append(triple)
        return found

    def written(self, focus: str, path: str | None, value: Term) -> Term:
        """Give a value as it stands in the file."""
        return self.instead.get((Term("iri", focus), Term("iri", path or ""), value), value)

    def as_written(self, finding: Finding) -> Finding:
        """Tell a finding of the value that stands in the file."""
        if finding.value is None:
            return finding
        value = self.written(finding.focus, finding.path, finding.value)
        return finding if value == finding.value else replace(finding, value=value)


def handed(files: Iterable[Submission], merged: Merged, view: View) -> Handed:
    """Gather what the files say; `merged` and `view` are what came of it."""
    read = list(files)
    said = dict.fromkeys((s, p, o) for file in read for s, p, o, _ in file.quads)
    anew: dict[Term, list[Term]] = {}
    new = set(view.triples)
    for _, (subject, predicate, object_) in view.made:
        if predicate == _REPLACED:
            anew.setdefault(subject, []).append(object_)
    triples: list[Triple] = []
    instead: dict[Triple, Term] = {}
    for s, p, o in said:
        right = next((r for r in anew.get(o, ()) if (s, p, r) in new or (s, p, r) in said), None)
        triples.append((s, p, right or o))
        if right is not None and (s, p, right) not in said:
            instead[s, p, right] = o
    kinds = {s for s, p, _ in merged.own if p == RDF_TYPE}
    return Handed(
        tuple(triples),
        frozenset([*(s for s, _, _ in said), *(s for s, _, _ in merged.before)]),
        frozenset(s for s, p, _ in merged.before if p == RDF_TYPE and s not in kinds),
        frozenset(s for file in read if file.kind == "table" for s, _, _, _ in file.quads),
        instead,
    )
