"""The core question, rules and query, against its literal form, over small graphs of every kind."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from casefolders import background, query_named, rules
from graph.query import bind
from graph.terms import LG, RDF_TYPE, date

NAME = "flows-without-agreement"
ORACLE = (Path(__file__).parent / "oracle" / f"{NAME}.rq").read_text("utf-8")
ASKED = "2026-11-25"
# A day before, between and after the days that start or end anything, and two of those days.
DAYS = ("2022-06-01", "2024-01-01", "2024-06-30", "2025-03-03", ASKED)
TURNS = ("2024-01-01", "2024-06-30", "2026-01-01", "2027-01-01")

HEAD = """
@prefix : <https://example.org/> .
@prefix access: <http://publications.europa.eu/resource/authority/access-right/> .
@prefix answer: <https://w3id.org/livsgraf/id/answer/> .
@prefix confidence: <https://w3id.org/livsgraf/id/confidence/> .
@prefix cpsv: <http://purl.org/vocab/cpsv#> .
@prefix cpsvno: <https://data.norge.no/vocabulary/cpsvno#> .
@prefix cv: <http://data.europa.eu/m8g/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix eif: <http://data.europa.eu/> .
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix kind: <https://w3id.org/livsgraf/id/group-kind/> .
@prefix lack: <https://w3id.org/livsgraf/id/reading-kind/> .
@prefix level: <https://w3id.org/livsgraf/id/level/> .
@prefix lg: <https://w3id.org/livsgraf/ns#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix status: <https://w3id.org/livsgraf/id/arrangement-status/> .
@prefix way: <https://w3id.org/livsgraf/id/practice-way/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
# What stands still: two laws, three datasets inside each other, an actor in an inner group of an
# outer one, an actor that belongs to a group by its kind, and one that belongs nowhere.
STAGE = """
:p1 lg:level level:state . :p2 lg:level level:state . :c1 lg:level level:state .
:c2 lg:level level:municipality . :c3 lg:level level:private .
:inner lg:level level:mixed . :outer lg:level level:mixed . :class lg:level level:mixed .
:event a cv:LifeEvent ; cpsvno:mayTriggerNeedFor :s1, :s2 .
:law1 a eli:LegalResource . :sec1 a eli:LegalResourceSubdivision ; eli:is_part_of :law1 .
:law2 a eli:LegalResource . :sec2 a eli:LegalResourceSubdivision ; eli:is_part_of :law2 .
:d1 a dcat:Dataset . :d2 a dcat:Dataset ; dct:isPartOf :d1 .
:d3 a dcat:Dataset ; dct:isPartOf :d2 .
:inner a lg:ActorGroup ; lg:member :c2 .
:outer a lg:ActorGroup ; lg:member :inner .
:wide a skos:Concept . :narrow a skos:Concept ; skos:broader :wide .
:class a lg:ActorGroup ; lg:everyMemberOf :wide .
:c3 org:classification :narrow .
"""
PROVIDERS = ("p1", "p2")
MEMBERS = ("c1", "c2", "c3")
GROUPS = ("inner", "outer", "class")
CONSUMERS = MEMBERS + GROUPS
KINDS = ("actor", "binds-members", "offered-to", "offered-to", "contact-role")
DATASETS = ("d1", "d2", "d3")
SERVICES = ("s1", "s2")
SOURCES = ("law1", "law2", "sec1", "sec2")
STATUSES = ("in-force",) * 4 + ("partly-in-use", "ended", "ended", "draft", "unknown")

maybe = st.sampled_from((True, False, False))


def day(name: str) -> st.SearchStrategy[str]:
    """A triple with one of the days, or none."""
    turns = st.sampled_from(TURNS).map(lambda turn: f' ; lg:{name} "{turn}"^^xsd:date')
    return st.one_of(st.just(""), st.just(""), turns)


def one_of(names: tuple[str, ...], lead: str = ":") -> st.SearchStrategy[str]:
    """Any of the names."""
    return st.sampled_from(names).map(lambda name: lead + name)


@st.composite
def services(draw: st.DrawFn) -> str:
    """Two services and the law that each follows."""
    said = []
    for service in SERVICES:
        follows = draw(st.sets(st.sampled_from(SOURCES), max_size=3))
        # A service that follows a section follows the law that the section is in.
        follows |= {source.replace("sec", "law") for source in follows}
        said.append(f":{service} a cpsv:PublicService .")
        said += [f":{service} cv:hasLegalResource :{source} ." for source in sorted(follows)]
    return "\n".join(said)


class Need(NamedTuple):
    """A need and the flow that serves it: what a source must name to cover it."""

    name: str
    service: str
    provider: str
    consumer: str
    dataset: str


def near(value: str, others: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Mostly the value that fits, now and then any of the others."""
    return st.one_of(*[st.just(value)] * 4, one_of(others))


@st.composite
def needs(draw: st.DrawFn) -> tuple[str, list[Need]]:
    """Needs, each with a flow, some doubted, some held by somebody, some said to be lacking."""
    said, drawn = [], []
    for number in range(draw(st.integers(2, 10))):
        need = Need(
            f":need{number}",
            draw(one_of(SERVICES)),
            draw(one_of(PROVIDERS)),
            draw(one_of(CONSUMERS)),
            draw(one_of(DATASETS)),
        )
        drawn.append(need)
        said.append(f"{need.name} a lg:DataNeed ; lg:neededBy {need.service} .")
        said.append(f"{need.name} lg:soughtIn {need.dataset} .")
        said.append(
            f":flow{number} a lg:DataFlow ; lg:serves {need.name} ; lg:carries {need.dataset} ;"
            f" lg:provider {need.provider} ; lg:consumer {need.consumer} ."
        )
        more = draw(st.integers(0, 9))
        if more == 9:
            said.append(f'{need.name} lg:doubt "really?"@en .')
        elif more == 8:
            said.append(f"{need.name} lg:heldBy {need.consumer} .")
        elif more == 7:
            said.append(
                f":reading{number} a lg:Reading ; lg:about {need.name} ; lg:readAs lack:lack ;"
                ' lg:eifLayer eif:IL4 ; lg:readOn "2024-01-01"^^xsd:date .'
            )
    return "\n".join(said), drawn


@st.composite
def grants(draw: st.DrawFn, needed: list[Need]) -> str:
    """Grants that fit a need or nearly so: kinds, tasks, packages, periods, counts, accessions."""
    said = []
    for number in range(draw(st.integers(2, 10))):
        grant, need = f":grant{number}", draw(st.sampled_from(needed))
        kind = draw(st.sampled_from(KINDS))
        # What is offered to a group is joined by a member.
        wanted = need.consumer if kind != "offered-to" else draw(near(need.consumer, GROUPS))
        said.append(
            f"{grant} a lg:Grant ; lg:provider {draw(near(need.provider, PROVIDERS))} ;"
            f" lg:consumer {draw(near(wanted, CONSUMERS))} ;"
            f" lg:carries {draw(near(need.dataset, DATASETS))} ;"
            f" lg:groupKind kind:{kind} ; lg:arrangementStatus {draw(one_of(STATUSES, 'status:'))}"
            f"{draw(day('from'))}{draw(day('firstObserved'))}{draw(day('until'))} ."
        )
        tasks = {draw(near(need.service, SERVICES + SOURCES))}
        tasks |= draw(st.sets(one_of(SOURCES), max_size=1)) if draw(maybe) else set()
        said += [f"{grant} lg:forTask {task} ." for task in sorted(tasks)]
        if draw(maybe):
            said.append(f'{grant} lg:packageText "package" .')
        if draw(maybe):
            said.append(
                f":count{number} a lg:CoverageCount ; lg:countOf {grant} ;"
                f" lg:coveredCount {draw(st.integers(0, 2))} ; lg:totalCount 3 ;"
                ' lg:asOf "2024-01-01"^^xsd:date .'
            )
        if kind == "offered-to" and draw(st.booleans()):
            said.append(
                f":accession{number} a lg:Accession ; lg:accessionTo {grant} ;"
                f" lg:accedingMember {draw(near(need.consumer, MEMBERS))}"
                f"{draw(day('from'))}{draw(day('until'))} ."
            )
    return "\n".join(said)


@st.composite
def statements(draw: st.DrawFn, needed: list[Need]) -> str:
    """What arrangements say of the needs, what practice shows, what provisions open."""
    said = []
    for number in range(draw(st.integers(0, 2))):
        how = draw(st.sampled_from(("covers", "coversPartly", "permits")))
        said.append(
            f":arrangement{number} a lg:Arrangement ;"
            f" lg:{how} {draw(st.sampled_from(needed)).name} ;"
            f" lg:arrangementStatus {draw(one_of(STATUSES, 'status:'))}"
            f"{draw(day('from'))}{draw(day('firstObserved'))}{draw(day('until'))} ."
        )
        if draw(maybe):
            said.append(f":arrangement{number} lg:seenInUse true .")
    if draw(maybe):
        way = draw(st.sampled_from(("automatic", "prefilled", "typed", "document", "manual")))
        sure = draw(st.sampled_from(("sourced", "sourced", "known")))
        said.append(
            f":report a lg:PracticeReport ; lg:reportsOn {draw(st.sampled_from(needed)).name} ;"
            f' lg:practiceWay way:{way} ; lg:asOf "{draw(st.sampled_from(TURNS))}"^^xsd:date .'
            f" :evidence a lg:Evidence ; lg:about :report ; lg:confidence confidence:{sure} ."
        )
        if draw(maybe):
            said.append(":report lg:withConsent true .")
    for number in range(draw(st.integers(0, 3))):
        need = draw(st.sampled_from(needed))
        overrides = draw(st.sampled_from(("yes", "no", "unclear")))
        said.append(
            f":provision{number} a lg:DisclosureProvision ;"
            f" lg:provisionIn {draw(one_of(('sec1', 'sec2')))} ;"
            f" lg:disclosesDataset {draw(near(need.dataset, DATASETS))} ;"
            f" lg:overridesSecrecy answer:{overrides}{draw(day('from'))} ."
        )
        for entitled in sorted(draw(st.sets(near(need.consumer, CONSUMERS), max_size=2))):
            said.append(f":provision{number} lg:entitles {entitled} .")
    return "\n".join(said)


@st.composite
def worlds(draw: st.DrawFn) -> str:
    """A small public sector: the stage, and what the draws put on it."""
    said, needed = draw(needs())
    parts = [STAGE, said, draw(services()), draw(grants(needed)), draw(statements(needed))]
    more = draw(st.integers(0, 9))
    if more == 9:
        parts.append(f"{draw(one_of(DATASETS))} dct:accessRights access:PUBLIC .")
    elif more == 8:
        parts.append(f"{draw(one_of(PROVIDERS))} lg:controller {draw(one_of(('c1', 'p1')))} .")
    elif more == 7:
        parts.append(f":c1 lg:controller {draw(one_of(('over', 'p1')))} .")
        parts.append(f"{draw(one_of(PROVIDERS))} lg:controller :over .")
    return "\n".join(parts)


@cache
def _ranked() -> tuple[ox.Quad, ...]:
    """The steps and grades of the vocabulary, all of it that rules and query look up."""
    ranked = {s.value for s, p, _, _ in background() if p.value == f"{LG}rank"}
    kept = "\n".join(
        f"{s.n3()} {p.n3()} {o.n3()} ."
        for s, p, o, _ in background()
        if s.value in ranked and (p.value.startswith(LG) or p == RDF_TYPE)
    )
    return tuple(ox.parse(kept, format=ox.RdfFormat.N_TRIPLES))


def gaps(world: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Which needs lack an agreement on each day: by rules and query, and by the literal form."""
    store = ox.Store()
    store.extend(_ranked())
    store.extend(ox.parse(HEAD + world, format=ox.RdfFormat.TURTLE))
    literal = {on: _needs(store, ORACLE.replace(f'"{ASKED}"', f'"{on}"'), "need") for on in DAYS}
    for _, graph, text in rules():
        into = ox.NamedNode(graph.value)
        made = store.query(text, use_default_graph_as_union=True)
        assert isinstance(made, ox.QueryTriples)
        store.extend([ox.Quad(t.subject, t.predicate, t.object, into) for t in made])
    query = query_named(NAME)
    shipped = {on: _needs(store, bind(query, {"date": date(on)}), "focus") for on in DAYS}
    return shipped, literal


def _needs(store: ox.Store, text: str, column: str) -> list[str]:
    rows = store.query(text, use_default_graph_as_union=True)
    assert isinstance(rows, ox.QuerySolutions)
    return sorted({row[column].value.rsplit("/", 1)[-1] for row in rows})


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(world=worlds())
def test_rules_and_query_say_what_the_literal_form_says(world: str) -> None:
    """On every day, the needs without an agreement are the same by both ways."""
    shipped, literal = gaps(world)
    assert shipped == literal, world


def test_both_ways_see_what_is_rare_in_the_drawn_graphs() -> None:
    """Covered now, from a later day, by joining an offer that opens later, through the whole."""
    world = (
        STAGE
        + """
    :s1 a cpsv:PublicService ; cv:hasLegalResource :law1, :sec1 .
    :bare a lg:DataNeed ; lg:neededBy :s1 ; lg:soughtIn :d1 .
    :fb a lg:DataFlow ; lg:serves :bare ; lg:provider :p1 ; lg:consumer :c3 ; lg:carries :d1 .

    :now a lg:DataNeed ; lg:neededBy :s1 ; lg:soughtIn :d2 .
    :fn a lg:DataFlow ; lg:serves :now ; lg:provider :p1 ; lg:consumer :c1 ; lg:carries :d2 .
    :gn a lg:Grant ; lg:provider :p1 ; lg:consumer :c1 ; lg:carries :d2 ; lg:forTask :sec1 ;
      lg:groupKind kind:actor ; lg:arrangementStatus status:in-force .

    :later a lg:DataNeed ; lg:neededBy :s1 ; lg:soughtIn :d3 .
    :fl a lg:DataFlow ; lg:serves :later ; lg:provider :p2 ; lg:consumer :c2 ; lg:carries :d3 .
    :gl a lg:Grant ; lg:provider :p2 ; lg:consumer :inner ; lg:carries :d3 ; lg:forTask :s1 ;
      lg:groupKind kind:binds-members ; lg:arrangementStatus status:in-force ;
      lg:from "2024-06-30"^^xsd:date .

    :joined a lg:DataNeed ; lg:neededBy :s1 ; lg:soughtIn :d1 .
    :fj a lg:DataFlow ; lg:serves :joined ; lg:provider :p2 ; lg:consumer :c3 ; lg:carries :d1 .
    :silent a lg:DataNeed ; lg:neededBy :s1 ; lg:soughtIn :d1 .
    :fs a lg:DataFlow ; lg:serves :silent ; lg:provider :p2 ; lg:consumer :c2 ; lg:carries :d1 .
    :gj a lg:Grant ; lg:provider :p2 ; lg:consumer :class ; lg:carries :d1 ; lg:forTask :s1 ;
      lg:groupKind kind:offered-to ; lg:arrangementStatus status:in-force ;
      lg:packageText "package" ;
      lg:from "2024-01-01"^^xsd:date ; lg:until "2026-01-01"^^xsd:date .
    :aj a lg:Accession ; lg:accessionTo :gj ; lg:accedingMember :c3 ;
      lg:from "2021-01-01"^^xsd:date .

    :part a lg:DataNeed ; lg:neededBy :s1 ; lg:soughtIn :d3 .
    :fp a lg:DataFlow ; lg:serves :part ; lg:provider :p2 ; lg:consumer :c1 ; lg:carries :d3 .
    :gp a lg:Grant ; lg:provider :p2 ; lg:consumer :c1 ; lg:carries :d1 ; lg:forTask :s1 ;
      lg:groupKind kind:actor ; lg:arrangementStatus status:in-force .
    :packed a lg:DataNeed ; lg:neededBy :s1 ; lg:soughtIn :d3 .
    :fk a lg:DataFlow ; lg:serves :packed ; lg:provider :p1 ; lg:consumer :c2 ; lg:carries :d3 .
    :gk a lg:Grant ; lg:provider :p1 ; lg:consumer :c2 ; lg:carries :d1 ; lg:forTask :s1 ;
      lg:groupKind kind:actor ; lg:arrangementStatus status:in-force ; lg:packageText "one" .
    """
    )
    shipped, literal = gaps(world)
    # :gk names a package of the whole, so it never covers the part.
    always = ["bare", "packed", "silent"]
    assert literal == {
        "2022-06-01": sorted([*always, "joined", "later"]),
        "2024-01-01": sorted([*always, "later"]),
        "2024-06-30": always,
        "2025-03-03": always,
        ASKED: sorted([*always, "joined"]),
    }
    assert shipped == literal
