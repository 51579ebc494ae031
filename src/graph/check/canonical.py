"""One way to write data/: no blank node, canonical literals, and the writer's own layout."""

from __future__ import annotations

from collections.abc import Iterator

from graph import rdf
from graph.check.project import Fault, Project
from graph.errors import NotCanonical
from graph.terms import PREFIXES


def canonical(project: Project) -> Iterator[Fault]:
    """Find data files that are not, byte for byte, what writing their own triples gives."""
    for path, triples in project.turtle["data"].items():
        name = project.name(path)
        blank = next((t for triple in triples for t in triple if t.kind == "bnode"), None)
        if blank is not None:
            yield Fault("blank-node", name)
            continue
        try:
            wanted = rdf.write_turtle(triples, PREFIXES)
        except NotCanonical as error:
            values = {key: str(value) for key, value in error.params.items()}
            yield Fault("literal", name, 0, values)
            continue
        given = path.read_text("utf-8")
        if given != wanted:
            pairs = enumerate(zip(given.split("\n"), wanted.split("\n"), strict=False), 1)
            line = next((number for number, (a, b) in pairs if a != b), 0)
            yield Fault("canonical", name, line)
