"""What every judgement stands on: our shapes, checks and vocabulary, read once in a process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from graph import assets, rdf
from graph.findings import Texts
from graph.reckoning import Bench
from graph.terms import LABEL_PROPERTIES, OWL_VERSION, Term, Triple
from graph.validate.rulebook import Rulebook, rulebook, superclasses

_KINDS = ("ontology", "shapes", "checks")
_KEPT: dict[tuple[object, ...], Ground] = {}


@dataclass(frozen=True)
class Ground:
    """Rules and vocabulary; what is costly to make is made when it is first asked for."""

    rules: Rulebook
    checks: tuple[Path, ...]
    vocabulary: tuple[Triple, ...]
    root: Path | None = None

    @cached_property
    def above(self) -> Mapping[str, frozenset[str]]:
        """The classes above each class."""
        return superclasses(self.vocabulary)

    @cached_property
    def bench(self) -> Bench:
        """Where the checks are run."""
        return Bench(self.checks, self.vocabulary)

    @cached_property
    def names(self) -> Mapping[Term, Texts]:
        """What the vocabulary calls its terms, by language."""
        found: dict[Term, dict[str, str]] = {}
        for wanted in LABEL_PROPERTIES:
            for subject, predicate, object_ in self.vocabulary:
                if predicate == wanted and object_.kind == "literal":
                    found.setdefault(subject, {}).setdefault(object_.lang or "", object_.value)
        return found

    @cached_property
    def terms(self) -> frozenset[str]:
        """The terms that the vocabulary speaks of, and those of others that files may use."""
        names = {subject.value for subject, _, _ in self.vocabulary if subject.kind == "iri"}
        listed = assets.ontology(self.root) / "external-terms.txt"
        if listed.is_file():
            names |= {line for line in listed.read_text("utf-8").split() if "://" in line}
        for path in assets.files("contexts", self.root):
            names.update(_named(json.loads(path.read_text("utf-8"))["@context"]))
        return frozenset(names)

    @cached_property
    def version(self) -> str:
        """The version that the vocabulary says it has."""
        return max((o.value for _, p, o in self.vocabulary if p == OWL_VERSION), default="")


def _named(context: object) -> Iterator[str]:
    """Give the terms that a context of JSON-LD names."""
    if isinstance(context, dict):
        for value in context.values():
            yield from _named(value)
    elif isinstance(context, str) and "://" in context and not context.endswith(("#", "/")):
        yield context


def ground(root: Path | None = None) -> Ground:
    """Give the ground; it is read anew when one of its files has changed."""
    files = {kind: assets.files(kind, root) for kind in _KINDS}
    stats = [(path, path.stat()) for found in files.values() for path in found]
    key = tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)
    if key not in _KEPT:
        triples = (quad[:3] for path in files["ontology"] for quad in rdf.parse(path))
        made = Ground(rulebook(files["shapes"]), tuple(files["checks"]), tuple(triples), root)
        _KEPT.clear()
        _KEPT[key] = made
    return _KEPT[key]
