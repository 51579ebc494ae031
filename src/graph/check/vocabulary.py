"""The closed vocabulary: a word that nobody defined is a misspelt word.

Own terms are those that ontology/core.ttl defines. Other people's terms are allowed when they
stand in ontology/external-terms.txt, one IRI a line, sorted. An IRI of ours that is only pointed
at, and that nothing is said of, is refused as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from graph import sparql
from graph.check.project import TURTLE, Fault, Project
from graph.query import Query
from graph.terms import LANGUAGES, LG, LGID, OWL, PREFIXES, RDF_TYPE, SH, SHAPE, SKOS, Term

EXTERNAL = "ontology/external-terms.txt"
_SPARQL_IN_SHAPES = {SH + "select", SH + "ask", SH + "construct"}
_LABEL, _DEFINITION = SKOS + "prefLabel", SKOS + "definition"


class Vocabulary:
    """What may be said: own terms, allowed foreign terms, and things that are described."""

    def __init__(self, project: Project) -> None:
        core = project.root / "ontology" / "core.ttl"
        triples = project.turtle["ontology"].get(core, [])
        self.own = {s.value for s, _, _ in triples if s.value.startswith(LG)}
        self.external = frozenset(external_terms(project.root))
        self.spaces = {space_of(term) for term in self.external}
        self.subjects = project.subjects

    def refuses(self, iri: str, *, term: bool) -> bool:
        """Say whether an IRI is unknown.

        Args:
            iri: the IRI.
            term: it is used as a property, a class, a datatype or in a query, so that it must be a
                known word even where its namespace is strange to us.

        """
        if iri.startswith(LG):
            return iri not in self.own
        if iri in self.external or iri in self.subjects:
            return False
        return term or iri.startswith((LGID, SHAPE)) or space_of(iri) in self.spaces


def space_of(iri: str) -> str:
    """Give the part of an IRI up to and with its last `#` or `/`."""
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def external_terms(root: Path) -> list[str]:
    """Read the foreign terms that may be used, in the order of the file."""
    path = root / EXTERNAL
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def closed(project: Project) -> Iterator[Fault]:
    """Find every word that is not defined, and every thing pointed at that is not described."""
    words = Vocabulary(project)
    listed = external_terms(project.root)
    if listed != sorted(set(listed)):
        yield Fault("external-sorted", EXTERNAL)
    seen: set[tuple[Path, str]] = set()
    for path, (s, p, o) in project.triples(*TURTLE):
        is_type = p == RDF_TYPE
        used = [(p, True), (o, is_type)] if o.kind == "iri" else [(p, True)]
        if s.value.startswith(LG):
            used.append((s, True))
        if o.datatype is not None:
            used.append((Term("iri", o.datatype), True))
        if p.value in _SPARQL_IN_SHAPES:
            used += [(Term("iri", iri), True) for _, iri in _named(o.value, PREFIXES)]
        for used_term, as_term in used:
            key = (path, used_term.value)
            if used_term.kind == "iri" and key not in seen:
                seen.add(key)
                if words.refuses(used_term.value, term=as_term):
                    line = project.line_of(path, used_term)
                    values = {"term": used_term.value}
                    yield Fault("vocabulary", project.name(path), line, values)
    for path, query in project.queries.items():
        yield from _in_query(project.name(path), query, words)


def _in_query(name: str, query: Query, words: Vocabulary) -> Iterator[Fault]:
    known = sparql.prefixes(query.tree)
    if query.result_path and words.refuses(query.result_path, term=True):
        line = query.text[: query.text.index(query.result_path)].count("\n") + 1
        yield Fault("vocabulary", name, line, {"term": query.result_path})
    for line, iri in _named(query.text, known):
        if iri.endswith(":"):
            yield Fault("prefix", name, line, {"term": iri})
        elif iri not in known.values() and words.refuses(iri, term=True):
            yield Fault("vocabulary", name, line, {"term": iri})


def _named(text: str, known: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Walk the IRIs of a SPARQL text with their lines; an unknown prefix comes back as `name:`."""
    for token in sparql.tokens(text):
        if token.kind in {"iri", "pname"}:
            try:
                yield token.line, sparql.expand(token, known)
            except ValueError:
                if not token.text.endswith(":"):
                    yield token.line, token.text.partition(":")[0] + ":"


def complete(project: Project) -> Iterator[Fault]:
    """Find own terms without label, definition or kind, and own code lists without labels."""
    texts: dict[tuple[str, str], list[str]] = {}
    kinds: dict[str, set[str]] = {}
    homes: dict[str, Path] = {}
    for path, (s, p, o) in project.triples("ontology", "data"):
        if p.value in {_LABEL, _DEFINITION} and o.lang is not None:
            texts.setdefault((s.value, p.value), []).append(o.lang)
        listed = "ontology" in path.parts or "code-lists" in path.parts
        if p == RDF_TYPE and listed:
            kinds.setdefault(s.value, set()).add(o.value)
            homes.setdefault(s.value, path)
    for iri in sorted(Vocabulary(project).own | set(homes)):
        mine = iri.startswith(LG)
        if not mine and not (iri.startswith(LGID) and SKOS + "Concept" in kinds[iri]):
            continue
        path = homes.get(iri, project.root / "ontology" / "core.ttl")
        name, line = project.name(path), project.line_of(path, Term("iri", iri))
        if mine and not _named_by_kind(iri.removeprefix(LG), kinds.get(iri, set())):
            yield Fault("term-kind", name, line, {"term": iri})
        wanted = [(_LABEL, "label", LANGUAGES)]
        if mine:
            wanted.append((_DEFINITION, "definition", ("nb", "en")))
        for prop, what, languages in wanted:
            found = texts.get((iri, prop), [])
            for language in languages:
                if found.count(language) != 1:
                    values = {
                        "term": iri,
                        "language": language,
                        "count": str(found.count(language)),
                    }
                    yield Fault(f"term-{what}", name, line, values)


def _named_by_kind(local: str, kinds: set[str]) -> bool:
    """Say whether a class begins with a capital and a property with a small letter."""
    if OWL + "Class" in kinds:
        return local[:1].isupper()
    properties = {OWL + "ObjectProperty", OWL + "DatatypeProperty", OWL + "AnnotationProperty"}
    return bool(kinds & properties) and local[:1].islower()
