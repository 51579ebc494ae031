"""Read a checkout once, for all house rules: Turtle as triples, queries as `Query`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from graph import assets, rdf
from graph.errors import HeaderError, InputError, ParseError
from graph.findings import Finding
from graph.query import Query, load
from graph.terms import Term, Triple

TURTLE = ("ontology", "shapes", "house", "data")


@dataclass(frozen=True)
class Fault:
    """One break of one house rule: where, and the values that its text names.

    Where a shape of ours found it, `finding` has the words and the rule says the rest.
    """

    rule: str
    file: str
    line: int = 0
    values: dict[str, str] = field(default_factory=dict)
    finding: Finding | None = None


class Project:
    """The files below one root; what cannot be read is a fault and is left out of the rest."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.unreadable: list[Fault] = []

    def name(self, path: Path) -> str:
        """Name a file from the root."""
        return assets.relative(path, self.root)

    @cached_property
    def turtle(self) -> dict[str, dict[Path, list[Triple]]]:
        """The triples of every Turtle file, by kind."""
        return {kind: dict(self._read(kind)) for kind in TURTLE}

    def _read(self, kind: str) -> Iterator[tuple[Path, list[Triple]]]:
        for path in assets.files(kind, self.root):
            try:
                quads = rdf.parse(path)
            except ParseError as error:
                values = {"reason": error.reason}
                self.unreadable.append(Fault("turtle", self.name(path), error.line, values))
            except InputError as error:
                self.unreadable.append(Fault("turtle", self.name(path), 0, {"reason": str(error)}))
            else:
                yield path, [(s, p, o) for s, p, o, _ in quads]

    @cached_property
    def queries(self) -> dict[Path, Query]:
        """Every query and check whose header is right."""
        found: dict[Path, Query] = {}
        names: dict[str, Path] = {}
        paths = [*assets.files("queries", self.root), *assets.files("checks", self.root)]
        for path in paths:
            try:
                query = load(path)
            except HeaderError as error:
                values = {"reason": error.reason}
                self.unreadable.append(Fault("header", self.name(path), error.line, values))
            except InputError as error:
                self.unreadable.append(Fault("header", self.name(path), 1, {"reason": str(error)}))
            else:
                other = names.setdefault(query.name, path)
                if other != path:
                    values = {"name": query.name, "other": self.name(other)}
                    self.unreadable.append(Fault("one-name", self.name(path), 1, values))
                found[path] = query
        return found

    def triples(self, *kinds: str) -> Iterator[tuple[Path, Triple]]:
        """Walk the triples of some kinds of file."""
        for kind in kinds:
            for path, triples in self.turtle[kind].items():
                for triple in triples:
                    yield path, triple

    @cached_property
    def subjects(self) -> frozenset[str]:
        """Every IRI that something is said of in ontology, shapes or data."""
        walk = self.triples(*TURTLE)
        return frozenset(s.value for _, (s, _, _) in walk if s.kind == "iri")

    @cached_property
    def modules(self) -> list[Path]:
        """The Python files of the package, sorted; none where the root is no checkout."""
        return sorted((self.root / "src" / "graph").rglob("*.py"))

    def line_of(self, path: Path, term: Term) -> int:
        """Find the line where a term is described, else the first that names it; 0 for neither.

        It is looked for by its last part. A description begins without indentation.
        """
        last = term.value.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1]
        subject = re.compile(rf"(?:[^\s#]\S*[/#:])?{re.escape(last)}>?(?:\s|$)")
        lines = path.read_text("utf-8").splitlines()
        named = (n for n, line in enumerate(lines, 1) if last in line and line[:1] != "@")
        described = (n for n, line in enumerate(lines, 1) if subject.match(line))
        return next(described, next(named, 0))
