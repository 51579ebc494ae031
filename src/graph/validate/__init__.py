"""Triples and shapes → findings. The only importer of pyshacl. Pure.

What counts is the findings, never the engine's own `conforms`: it turns false on a mere remark.
Each shape gets the things that it is about handed to it, for the engine would look for them in
every class; and a shape that is about nothing here is never run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from graph.errors import InternalError
from graph.findings import Finding
from graph.terms import DCT, LG, RDF, RDF_TYPE, RDFS, SH, SKOS, Term, Triple
from graph.validate.nodes import graph_of, node_of, term_of
from graph.validate.rulebook import Content, Rulebook, rulebook, superclasses
from graph.validate.words import Result, Words, names_by_language

if TYPE_CHECKING:
    from rdflib.term import Node

__all__ = [
    "Blame",
    "blames",
    "names_by_language",
    "superclasses",
    "try_out",
    "validate",
    "validate_by",
]

_ENGINE, _WORDS = "engine", "words"
# What a shape says for people; the engine looks at each such line as if it were a demand.
_FOR_PEOPLE = tuple(
    SH + name for name in ("name", "message", "description", "order", "group", "defaultValue")
)
_ASIDE = (LG, RDFS, SKOS, DCT)


def validate(
    triples: Iterable[Triple],
    shapes: Sequence[Path],
    ontology: Sequence[Triple] = (),
    background: Iterable[Triple] = (),
    sources: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Judge triples by all shapes in one pass; one finding per fault, the gravest first.

    `ontology` lends nothing but what it says of subclasses, and the types of the things that it
    names: a vocabulary mixed into the data would be judged with it. `background` is what the
    triples point at; it helps to judge and is not judged. `sources` tells the file of a focus.
    """
    found = blame_all(triples, rulebook(shapes), ontology, background, sources)
    return [blame.finding for blame in found]


def blame_all(
    triples: Iterable[Triple],
    rules: Rulebook,
    ontology: Sequence[Triple] = (),
    background: Iterable[Triple] = (),
    sources: Mapping[str, str] | None = None,
) -> list[Blame]:
    """Judge as `validate` does, and tell which demand each finding breaks."""
    said = list(triples)
    behind = [*background]
    pointed = {object_ for triples in (said, behind) for _, _, object_ in triples}
    behind += (t for t in ontology if t[1] == RDF_TYPE and t[0] in pointed and _thing(t))
    subjects = {subject for subject, _, _ in said}
    above = superclasses(ontology)
    return blames(rules, [*said, *behind], subjects, above, sources)


@dataclass(frozen=True, slots=True, eq=False)
class Blame:
    """A finding, which demand it breaks (a local name such as `MinCount`), and by which shape.

    The shape is the one that made the demand; a finding's rule is the nearest with a name.
    """

    finding: Finding
    demand: str = ""
    shape: Term | None = None


def validate_by(
    rules: Rulebook,
    triples: Sequence[Triple],
    things: Collection[Term],
    above: Mapping[str, frozenset[str]],
    sources: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Judge some of the things that the triples speak of; the rest of the triples helps."""
    return [blame.finding for blame in blames(rules, triples, things, above, sources)]


def blames(
    rules: Rulebook,
    triples: Sequence[Triple],
    things: Collection[Term],
    above: Mapping[str, frozenset[str]],
    sources: Mapping[str, str] | None = None,
    aimed: Mapping[str, frozenset[str]] | None = None,
) -> list[Blame]:
    """Judge as `validate_by` does, and tell which demand each finding breaks.

    `aimed`, if given, holds the classes above others by which a shape is about a thing.
    """
    chosen = set(things)
    content = Content(triples, above)
    if aimed is not None:
        content.aim(aimed)
    names: Mapping[str, Mapping[str, str]] | None = None
    found: dict[tuple[object, ...], Blame] = {}
    for result in _results(rules, content, chosen):
        if names is None:
            names = names_by_language(triples, chosen)
        focus = term_of(result.focus)
        finding = _words(rules).finding(result, focus, names, sources or {})
        # The gravest of several results that blame one value there for one rule stands.
        key = (finding.focus, finding.rule, finding.path, finding.value)
        if key not in found or finding.order() < found[key].finding.order():
            source = result.one("sourceShape")
            demand = str(result.one("sourceConstraintComponent") or "").removeprefix(SH)
            demand = demand.removesuffix("ConstraintComponent")
            found[key] = Blame(finding, demand, None if source is None else term_of(source))
    return sorted(found.values(), key=lambda blame: blame.finding.order())


def _thing(triple: Triple) -> bool:
    """Tell a thing that the vocabulary names from the vocabulary's own classes and properties."""
    about_itself = ("http://www.w3.org/2002/07/owl#", RDFS, RDF)
    return triple[0].kind == "iri" and not triple[2].value.startswith(about_itself)


# -- the engine -----------------------------------------------------------------------------


def _words(rules: Rulebook) -> Words:
    if _WORDS not in rules.made:
        rules.made[_WORDS] = Words(rules)
    return cast(Words, rules.made[_WORDS])


def _engine(rules: Rulebook) -> Any:
    """Give the engine's own reading of the shapes, made once for each rulebook."""
    from pyshacl.shapes_graph import ShapesGraph

    if _ENGINE not in rules.made:
        _quicken()
        triples, targets = rules.lifted
        engine = ShapesGraph(graph_of(t for t in triples if t[0] not in targets or _demands(t)))
        # Reading the shapes is what the engine does when it is first asked for them.
        _ = engine.shapes
        rules.made[_ENGINE] = engine
    return rules.made[_ENGINE]


def _demands(triple: Triple) -> bool:
    name = triple[1].value
    # A subclass relation may be what makes a class its own target.
    return name not in _FOR_PEOPLE and (not name.startswith(_ASIDE) or name.endswith("subClassOf"))


def _quicken() -> None:
    """Let the engine look its demands up in a set; in its own list that is a third of its time."""
    from pyshacl import constraints, shape

    known = (
        frozenset(constraints.ALL_CONSTRAINT_PARAMETERS),
        constraints.CONSTRAINT_PARAMETERS_MAP,
    )
    # Where the engine itself keeps the two; one that kept them elsewhere would only be slower.
    vars(shape)["CONSTRAINT_PARAMS"] = known


def _results(
    rules: Rulebook,
    content: Content,
    chosen: set[Term],
    aims: Mapping[Term, list[tuple[str, Term]]] | None = None,
) -> Iterator[Result]:
    from pyshacl.pytypes import SHACLExecutor

    aimed: dict[tuple[tuple[str, Term], ...], list[Term]] = {}
    runs: list[tuple[Term, list[Term]]] = []
    for shape, targets in (aims or rules.lifted[1]).items():
        key = tuple(targets)
        if key not in aimed:
            aimed[key] = content.aimed_at(targets, chosen)
        if aimed[key]:
            runs.append((shape, aimed[key]))
    if not runs:
        return
    graph = graph_of([*content.triples, *content.classes()])
    executor = SHACLExecutor()
    for shape, things in runs:
        try:
            run = _engine(rules).lookup_shape_from_node(node_of(shape))
            _, reports = run.validate(executor, graph, focus=[node_of(thing) for thing in things])
        except Exception as error:
            if rules.refused is None:
                raise InternalError(f"shapes: {error}") from error
            rules.refused[shape] = str(error)
            continue
        rules.ran.add(shape)
        for _, node, triples in reports:
            yield Result(_members(node, triples))


def try_out(rules: Rulebook) -> None:
    """Run shapes on a thing of which nothing is said; those that cannot be run are `refused`."""
    nobody = Term("iri", "urn:nobody")
    aims = {shape: [(SH + "targetNode", nobody)] for shape in rules.lifted[1]}
    for _ in _results(rules, Content(()), {nobody}, aims):
        pass


def _members(node: Node, triples: Iterable[tuple[Any, Any, Any]]) -> dict[str, list[Node]]:
    """Give what is said of one result; a nested sh:detail is said of another node."""
    members: dict[str, list[Node]] = {}
    for subject, predicate, object_ in triples:
        if subject == node:
            value = object_[1] if isinstance(object_, tuple) else object_
            members.setdefault(str(predicate).removeprefix(SH), []).append(value)
    return members
