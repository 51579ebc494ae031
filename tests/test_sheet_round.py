"""The law of sheets: what is written is read back, term for term."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import assets, rdf
from graph.names import resolve
from graph.sheet import fill_template, held, known_of, load_model, read_table
from graph.sheet.cells import from_cell, to_cell
from graph.store import MEMORY, Change, open_store
from graph.terms import DCT, LANGUAGES, RDF_TYPE, XSD, Rows, Term, Triple
from sheetworld import EX, ID, World, boats, world

_SIGNS = st.characters(exclude_categories=("Cs",))
_WILD = st.text(_SIGNS, max_size=12) | st.sampled_from(
    ["=1+1", "+1", "-x", "@x", "'x", "#N/A", "_x000D_", " a ", "a\r\nb", "a;b", "<a:b>", '"x"@nb']
)
_IRIS = st.sampled_from(
    ["harbour/nord", "harbour/sor", "harbour/sor-2", "harbour/rart", "x/ukjent"]
)
_THINGS = _IRIS.map(lambda key: Term("iri", ID + key)) | st.just(Term("iri", "urn:example:a"))
_DAYS = st.dates().map(lambda day: Term("literal", day.isoformat(), XSD + "date"))
_TEXTS = st.builds(
    lambda text, lang: Term("literal", text, None, lang), _WILD, st.sampled_from(["nb", "en", "se"])
)
# An engine brings numbers to one spelling, so only those spelt so can be compared.
_NUMBERS = st.integers(-(10**9), 10**9).map(lambda n: Term("literal", str(n), XSD + "integer"))
_TERMS = st.one_of(
    _THINGS,
    _DAYS,
    _TEXTS,
    _WILD.map(lambda text: Term("literal", text)),
    st.integers().map(lambda n: Term("literal", str(n), XSD + "integer")),
    st.booleans().map(lambda yes: Term("literal", str(yes).lower(), XSD + "boolean")),
    st.sampled_from(["007", "tre", "2026-02-30"]).map(
        lambda t: Term("literal", t, XSD + "integer")
    ),
    st.just(Term("literal", "2026-02-30", XSD + "date")),
)
_COLUMNS = [column for column in boats().sheets[0].columns if column.kind != "key"]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(_COLUMNS), st.sets(_TERMS, max_size=3), st.sampled_from(LANGUAGES))
def test_any_terms_in_any_column_come_back(column: object, terms: set[Term], lang: str) -> None:
    """Whatever the graph holds, a cell says it."""
    known = world().known
    cell = to_cell(terms, column, known, lang)  # type: ignore[arg-type]
    got = from_cell(cell, column, lambda c, text: known.of(c.choice).find(text))  # type: ignore[arg-type]
    assert set(got.terms) == terms
    assert not got.faults
    assert not got.made


def _boat(draw: st.DrawFn, key: str) -> list[Triple]:
    thing = Term("iri", ID + "boat/" + key)
    said: list[tuple[str, Term]] = [
        (RDF_TYPE.value, Term("iri", EX + kind))
        for kind in draw(st.sampled_from([["Boat"], ["Ferry"], ["Boat", "Ferry"], ["Boat", "Old"]]))
    ]
    said.append((EX + "harbour", Term("iri", ID + "harbour/nord")))
    said.append((DCT + "identifier", Term("literal", draw(st.sampled_from([key, key, "annet"])))))
    for path, values in (
        (DCT + "title", st.sets(_TEXTS, max_size=3)),
        (EX + "harbour", st.sets(_THINGS, max_size=2)),
        (EX + "built", st.sets(_DAYS, max_size=1)),
        (EX + "notes", st.sets(_WILD.map(lambda t: Term("literal", t)), max_size=2)),
        (EX + "seats", st.sets(_NUMBERS, max_size=1)),
    ):
        said += [(path, value) for value in draw(values)]
    triples = [(thing, Term("iri", path), value) for path, value in said]
    proof = Term("iri", f"{ID}proof/boat-{key}-{draw(st.sampled_from(['main', 'other']))}")
    if draw(st.booleans()):
        sort = proof.value.rpartition("-")[2]
        triples += [
            (proof, RDF_TYPE, Term("iri", EX + "Proof")),
            (proof, Term("iri", EX + "of"), thing),
            (proof, Term("iri", EX + "sort"), Term("iri", ID + "sort/" + sort)),
            (proof, Term("iri", EX + "paper"), Term("iri", ID + "paper/abc")),
        ]
    return triples


@st.composite
def _fleets(draw: st.DrawFn) -> list[Triple]:
    keys = draw(st.sets(st.sampled_from(["mor", "m-2", "007", "åre", "a.b", "=x"]), max_size=3))
    return [triple for key in sorted(keys) for triple in _boat(draw, key)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_fleets(), st.sampled_from(LANGUAGES))
def test_a_fleet_in_a_workbook_comes_back_whole(fleet: list[Triple], lang: str) -> None:
    """The workbook filled in for a harbour says what the store holds of its boats, no more."""
    here = World(fleet)
    nord = Term("iri", ID + "harbour/nord")
    made = fill_template(here.model, lang, here.ask, nord.value, "Nord", known=here.known)
    read = read_table(made.content, "x.xlsx", "xlsx", here.model, here.known)
    assert {quad[:3] for quad in read.quads} == set(held(here.ask, here.model, nord).triples())
    assert {quad[:3] for quad in read.quads} >= set(fleet)
    assert not read.findings
    assert not {(s, p) for s, p, _ in fleet} & read.emptied


@pytest.mark.parametrize(("number", "lang"), [("889640782", "nb"), ("974761076", "en")])
def test_what_the_shipped_graph_holds_for_an_organisation_comes_back(
    number: str, lang: str
) -> None:
    """The real data, in a workbook and back: the same statements, and no fault."""
    ask = _shipped()
    model = load_model()
    organisation = resolve(ask, number)
    known = known_of(ask, model)
    made = fill_template(model, lang, ask, organisation.value, number, known=known)
    read = read_table(made.content, "x.xlsx", "xlsx", model, known)
    wanted = set(held(ask, model, organisation).triples())
    assert len(wanted) > 1000
    assert {quad[:3] for quad in read.quads} == wanted
    assert not read.findings


def _shipped() -> object:
    store = open_store(MEMORY)
    files: list[Path] = [*assets.files("data"), *assets.files("ontology")]
    quads = [
        (s, p, o, Term("iri", assets.graph_iri(path)))
        for path in files
        for s, p, o, _ in rdf.skolemise(rdf.parse(path))
    ]
    store.apply(Change(added=tuple(quads)))

    def ask(text: str) -> Rows:
        return store.query(text, "-")

    return ask
