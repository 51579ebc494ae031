"""A submission judged with its closure as the whole merged graph would be, whatever the shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyshacl
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import rdf
from graph.examining.ground import Ground
from graph.examining.judging import judge
from graph.examining.merged import merge
from graph.findings import Finding
from graph.store import MEMORY, Change, Store, open_store
from graph.terms import GRAPH, RDF_TYPE, RDFS_SUBCLASS, SH, Rows, Term, Triple, iri, literal
from graph.validate import validate_by
from graph.validate.rulebook import Rulebook

X = "urn:x:"
HEAD = f"@prefix : <{X}> . @prefix sh: <{SH}> ."
THINGS = [iri(f"{X}n{number}") for number in range(4)]
CLASSES = [iri(f"{X}{name}") for name in ("A", "B", "C")]
VERBS = [iri(f"{X}{name}") for name in ("p", "q", "r")]
# C is a kind of A.
ONTOLOGY: tuple[Triple, ...] = ((CLASSES[2], RDFS_SUBCLASS, CLASSES[0]),)


def key(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.focus, finding.path, finding.value


verbs = st.sampled_from([":p", ":q", ":r"])
# The engine goes a sequence backwards in the order in which it is written, so only single steps are
# turned here.
paths = st.recursive(
    st.one_of(verbs, verbs.map(lambda verb: f"[ sh:inversePath {verb} ]")),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"( {two[0]} {two[1]} )"),
        st.tuples(inner, inner).map(lambda two: f"[ sh:alternativePath ( {two[0]} {two[1]} ) ]"),
        st.tuples(st.sampled_from(["zeroOrMore", "oneOrMore", "zeroOrOne"]), inner).map(
            lambda pair: f"[ sh:{pair[0]}Path {pair[1]} ]"
        ),
    ),
    max_leaves=3,
)
plain = st.sampled_from(
    [
        "sh:class :A",
        "sh:class :B",
        "sh:nodeKind sh:IRI",
        "sh:in ( :n0 :n1 )",
        "sh:node :Other",
        "sh:node :Far",
    ]
)
beside = st.sampled_from(["sh:disjoint :q", "sh:equals :p", "sh:lessThan :r"])
demands = st.one_of(
    beside,
    plain,
    st.sampled_from(
        [
            "sh:minCount 1",
            "sh:maxCount 1",
            "sh:hasValue :n2",
        ]
    ),
    st.tuples(plain, plain).map(lambda two: f"sh:or ( [ {two[0]} ] [ {two[1]} ] )"),
    st.tuples(plain, plain).map(lambda two: f"sh:xone ( [ {two[0]} ] [ {two[1]} ] )"),
    plain.map(lambda one: f"sh:not [ {one} ]"),
    plain.map(lambda one: f"sh:qualifiedValueShape [ {one} ] ; sh:qualifiedMinCount 1"),
    st.tuples(verbs, st.one_of(plain, beside)).map(
        lambda two: f"sh:property [ sh:path {two[0]} ; {two[1]} ]"
    ),
)
targets = st.sampled_from(
    [
        "sh:targetClass :A",
        "sh:targetClass :B",
        "sh:targetNode :n1",
        "sh:targetSubjectsOf :q",
        "sh:targetObjectsOf :p",
    ]
)


@st.composite
def rulebooks(draw: st.DrawFn) -> str:
    """Some node shapes with property shapes, and two that others refer to."""
    lines = [f":Far sh:property :Far-p . :Far-p sh:path {draw(paths)} ; {draw(plain)} ."]
    lines[0] = lines[0].replace("sh:node :Far", "sh:class :B").replace("sh:node :Other", ":x 1")
    inner = draw(demands).replace("sh:node :Other", "sh:class :A")
    shut = draw(st.sampled_from(["", " ; sh:closed true"]))
    lines.append(
        f":Other a sh:NodeShape{shut} ; sh:property :Other-p ."
        f" :Other-p sh:path {draw(verbs)} ; {inner} ."
    )
    for number in range(draw(st.integers(1, 3))):
        closed = draw(st.sampled_from(["", "", " ; sh:closed true"]))
        lines.append(f":S{number} a sh:NodeShape ; {draw(targets)}{closed} .")
        for part in range(draw(st.integers(1, 2))):
            name = f":S{number}-{part}"
            lines.append(f":S{number} sh:property {name} .")
            lines.append(f"{name} sh:path {draw(paths)} ; {draw(demands)} .")
    return "\n".join(lines)


def with_text(subject: Term, verb: Term, text: str) -> Triple:
    """Give a triple whose literal stands nowhere else: no path is followed out of a literal."""
    return subject, verb, literal(f"{text} {subject.value} {verb.value}")


triples = st.one_of(
    st.tuples(st.sampled_from(THINGS), st.just(RDF_TYPE), st.sampled_from(CLASSES)),
    st.tuples(st.sampled_from(THINGS), st.sampled_from(VERBS), st.sampled_from(THINGS)),
    st.tuples(st.sampled_from(THINGS), st.sampled_from(VERBS), st.sampled_from(THINGS)),
    st.builds(
        with_text, st.sampled_from(THINGS), st.sampled_from(VERBS), st.sampled_from(["a", "b"])
    ),
)


def asked(content: Sequence[Triple], derived: Sequence[Triple] = ()) -> Store:
    store = open_store(MEMORY)
    graphs = {"x": content, "ontology/core": ONTOLOGY, "derived/1": derived}
    for name, held in graphs.items():
        store.apply(Change(tuple((*triple, iri(GRAPH + name)) for triple in held)))
    return store


def over(
    held: Sequence[Triple], said: Sequence[Triple], emptied: Sequence[tuple[Term, Term]]
) -> list[Triple]:
    """Put a submission over a graph, told anew: values of what is mentioned are replaced."""
    settled = {(s, p) for s, p, _ in said} | set(emptied)
    return list(dict.fromkeys([*(t for t in held if (t[0], t[1]) not in settled), *said]))


def whole(rules: Rulebook, content: Sequence[Triple], ground: Ground) -> list[Finding]:
    things = {term for triple in content for term in (triple[0], triple[2]) if term.kind == "iri"}
    return validate_by(rules, content, things | set(THINGS), ground.above)


SITUATIONS = {
    "text": rulebooks(),
    "held": st.lists(triples, min_size=4, max_size=14, unique=True),
    "said": st.lists(triples, max_size=5, unique=True),
    "emptied": st.lists(
        st.tuples(st.sampled_from(THINGS[:3]), st.sampled_from([*VERBS, RDF_TYPE])), max_size=2
    ),
    "derived": st.lists(triples, max_size=3),
}
LOOSE = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def agree(
    text: str,
    held: list[Triple],
    said: list[Triple],
    emptied: list[tuple[Term, Term]],
    derived: list[Triple],
) -> None:
    """Whatever holds after and is settled by the file, or held not before, is found; no more."""
    emptied = [pair for pair in emptied if pair not in {(s, p) for s, p, _ in said}]
    rules = Rulebook(quad[:3] for quad in rdf.parse(f"{HEAD}\n{text}".encode()))
    ground = Ground(rules, (), ONTOLOGY)
    store = asked(held, derived)
    merged = merge([(*triple, None) for triple in said], emptied, store.query)
    found = judge(ground, merged, store.query)

    merged_graph = over(held, said, emptied)
    after = whole(rules, merged_graph, ground)
    earlier = {key(finding) for finding in whole(rules, held, ground)}
    described = {s.value for s, p, _ in said if p == RDF_TYPE}
    pairs = {(s.value, p.value) for s, p, _ in said} | {(s.value, p.value) for s, p in emptied}

    def settled(f: Finding) -> bool:
        return f.focus in described or (f.focus, f.path) in pairs

    own = {iri(subject) for subject, _ in pairs}
    of_own = validate_by(rules, merged_graph, own, ground.above)
    brought = {key(f) for f in after if key(f) not in earlier}
    told = {key(blame.finding) for blame in found.found}
    assert told >= brought | {key(f) for f in of_own if settled(f)}
    assert told <= brought | {key(f) for f in after if settled(f)}


@settings(max_examples=400, **LOOSE)
@given(**SITUATIONS)
def test_the_closure_finds_what_the_whole_merged_graph_would(**situation: Any) -> None:
    agree(**situation)


@pytest.mark.soak
@settings(max_examples=5000, **LOOSE)
@given(**SITUATIONS)
def test_the_closure_finds_it_in_thousands_of_situations(**situation: Any) -> None:
    agree(**situation)


N0, N1, N2, N3 = THINGS
A, B, _ = CLASSES
P, Q, R = VERBS
TOLD: dict[str, tuple[str, list[Triple], list[Triple], list[tuple[Term, Term]], int]] = {
    "what is closed, behind a path": (
        ":S sh:targetNode :n0 ; sh:property [ sh:path :p ; sh:node :Shut ] ."
        " :Shut a sh:NodeShape ; sh:closed true ; sh:property [ sh:path :q ] .",
        [(N1, R, N2)],
        [(N0, P, N1)],
        [],
        1,
    ),
    "two properties compared, behind a path": (
        ":S sh:targetNode :n0 ;"
        " sh:property [ sh:path :p ; sh:property [ sh:path :q ; sh:equals :r ] ] .",
        [(N1, Q, N2), (N1, R, N2)],
        [(N0, P, N1)],
        [],
        0,
    ),
    "a kind that is taken away": (
        ":S sh:targetNode :n1 ; sh:closed true .",
        [(N1, RDF_TYPE, A)],
        [],
        [(N1, RDF_TYPE)],
        0,
    ),
    "a kind that another thing relies on": (
        ":S sh:targetClass :A ; sh:property [ sh:path :p ; sh:class :B ] .",
        [(N0, RDF_TYPE, A), (N0, P, N1), (N1, RDF_TYPE, B)],
        [(N1, RDF_TYPE, A)],
        [],
        1,
    ),
    "a link that another thing relies on, two steps away": (
        ":S sh:targetClass :A ; sh:property [ sh:path ( :p :q ) ; sh:minCount 1 ] .",
        [(N0, RDF_TYPE, A), (N0, P, N1), (N1, Q, N2)],
        [],
        [(N1, Q)],
        1,
    ),
    "a link back to another thing": (
        ":S sh:targetClass :A ; sh:property [ sh:path [ sh:inversePath :p ] ; sh:minCount 1 ] .",
        [(N0, RDF_TYPE, A), (N1, P, N0)],
        [(N1, P, N3)],
        [],
        1,
    ),
    "an old fault that the file leads to, and was led to before": (
        ":S sh:targetClass :A ; sh:property [ sh:path [ sh:zeroOrMorePath :p ] ;"
        " sh:property [ sh:path :r ; sh:class :A ] ] .",
        [(N0, RDF_TYPE, B), (N2, RDF_TYPE, A), (N1, P, N2), (N2, R, N0)],
        [(N1, RDF_TYPE, A)],
        [],
        0,
    ),
    "an old fault that another thing led to": (
        ":S sh:targetClass :A ; sh:property [ sh:path :p ;"
        " sh:property [ sh:path :r ; sh:class :A ] ] .",
        [(N0, RDF_TYPE, B), (N3, RDF_TYPE, A), (N3, P, N2), (N1, P, N2), (N2, R, N0)],
        [(N1, RDF_TYPE, A)],
        [],
        0,
    ),
    "an old fault of the file's own thing that another thing led to": (
        ":S sh:targetClass :B ; sh:property [ sh:path :r ;"
        " sh:property [ sh:path :q ; sh:class :A ] ] .",
        [(N1, RDF_TYPE, B), (N0, Q, N0), (N1, R, N0), (N2, R, N0)],
        [(N2, RDF_TYPE, B)],
        [(N0, P)],
        0,
    ),
    "closed, with a property that is open": (
        ":S a sh:NodeShape ; sh:targetClass :A ; sh:closed true ;"
        " sh:ignoredProperties ( <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ) ;"
        " sh:property [ sh:path :p ] .",
        [],
        [(N0, RDF_TYPE, A), (N0, P, N1)],
        [],
        0,
    ),
}


@pytest.mark.parametrize("situation", TOLD)
def test_situations_that_chance_seldom_makes(situation: str) -> None:
    text, held, said, emptied, expected = TOLD[situation]
    agree(text, held, said, emptied, [])
    rules = Rulebook(quad[:3] for quad in rdf.parse(f"{HEAD}\n{text}".encode()))
    ask = asked(held).query
    merged = merge([(*triple, None) for triple in said], emptied, ask)
    assert len(judge(Ground(rules, (), ONTOLOGY), merged, ask).found) == expected


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=rulebooks(), held=st.lists(triples, max_size=14, unique=True))
def test_our_way_through_the_engine_finds_what_its_own_way_finds(
    text: str, held: list[Triple]
) -> None:
    """Choosing the focus ourselves, lifting and stripping shapes changes no finding."""
    shapes = rdflib.Graph().parse(data=f"{HEAD}\n{text}", format="turtle")
    lines = "\n".join(" ".join(term.n3() for term in triple) + " ." for triple in held)
    data = rdflib.Graph().parse(data=lines, format="turtle")
    data.add(tuple(rdflib.URIRef(term.value) for term in ONTOLOGY[0]))
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    assert isinstance(report, rdflib.Graph)
    sh = rdflib.Namespace(SH)
    by_engine = {
        (str(report.value(r, sh.focusNode)), str(report.value(r, sh.value) or ""))
        for r in report.objects(None, sh.result)
    }
    rules = Rulebook(quad[:3] for quad in rdf.parse(f"{HEAD}\n{text}".encode()))
    ground = Ground(rules, (), ONTOLOGY)
    terms = {term for triple in held for term in triple} | set(THINGS)
    found = validate_by(rules, held, terms, ground.above)
    ours = {(_bare(f.focus), "" if f.value is None else f.value.value) for f in found}
    assert ours == by_engine


def _bare(focus: str) -> str:
    return focus.split('"')[1] if focus.startswith('"') else focus


def test_what_is_asked_of_the_store_does_not_grow_with_it() -> None:
    """The number of questions and of rows is the same in a store ten times as large."""
    text = """:S sh:targetClass :A ; sh:property :S-p, :S-q .
    :S-p sh:path :p ; sh:class :B . :S-q sh:path [ sh:inversePath :q ] ; sh:maxCount 1 ."""
    rules = Rulebook(quad[:3] for quad in rdf.parse(f"{HEAD}\n{text}".encode()))
    said = [(iri(X + "new"), RDF_TYPE, CLASSES[0]), (iri(X + "new"), VERBS[0], iri(X + "t1"))]
    taken = []
    for size in (20, 200):
        held = [(iri(f"{X}t{n}"), RDF_TYPE, CLASSES[n % 2]) for n in range(size)]
        held += [(iri(f"{X}t{n}"), VERBS[0], iri(f"{X}t{n + 1}")) for n in range(size)]
        store = asked(held)
        answers: list[int] = []

        def ask(question: str, store: Store = store, got: list[int] = answers) -> Rows:
            rows = store.query(question)
            got.append(len(rows))
            return rows

        merged = merge([(*triple, None) for triple in said], (), ask)
        judge(Ground(rules, (), ONTOLOGY), merged, ask)
        taken.append(answers)
    assert taken[0] == taken[1]
