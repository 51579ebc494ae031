"""Difference and its laws: what a file says stands afterwards, and what it does not mention too."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graph.diff import Difference, applied, diff, homes, read_change, with_nested, write_change
from graph.terms import GENID, GRAPH, RDF_TYPE, Quad, Term, Triple, iri, literal

EX = "https://example.org/"
A, B, C = (iri(EX + name) for name in "abc")
P, Q = iri(EX + "p"), iri(EX + "q")
HOME, OTHER, NEW = (iri(GRAPH + name) for name in ("registers/x", "registers/y", "org/910000004"))
KIND = iri(EX + "Kind")
SUBJECTS, PROPERTIES = [A, B, C], [P, Q, RDF_TYPE]

values = st.sampled_from([A, B, literal("x"), literal("x\x85y\u2028z\n"), literal("å", lang="nb")])
triples = st.tuples(st.sampled_from(SUBJECTS), st.sampled_from(PROPERTIES), values)
quads = st.tuples(
    st.sampled_from(SUBJECTS), st.sampled_from(PROPERTIES), values, st.sampled_from([HOME, OTHER])
)
contents = st.lists(quads, max_size=12, unique=True)
files = st.lists(triples, max_size=8)
pairs = st.lists(st.tuples(st.sampled_from(SUBJECTS), st.sampled_from(PROPERTIES)), max_size=2)


def said(quads: list[Quad]) -> set[Triple]:
    return {(s, p, o) for s, p, o, _ in quads}


@given(contents, files, pairs)
def test_a_file_replaces_what_it_mentions_and_nothing_else(
    before: list[Quad], file: list[Triple], emptied: list[tuple[Term, Term]]
) -> None:
    after = applied(before, diff(before, file, NEW, emptied))
    mentioned = {triple[:2] for triple in file} | set(emptied)
    assert {t for t in said(after) if t[:2] in mentioned} == set(file)
    untouched = [quad for quad in before if quad[:2] not in mentioned]
    assert [quad for quad in after if quad[:2] not in mentioned] == untouched


@given(contents, files, pairs, st.booleans())
def test_a_file_taken_in_twice_changes_nothing(
    before: list[Quad], file: list[Triple], emptied: list[tuple[Term, Term]], complete: bool
) -> None:
    once = applied(before, diff(before, file, NEW, emptied, complete))
    again = diff(once, file, NEW, emptied, complete)
    assert not again
    assert again.unchanged == len(set(file))


@given(contents, files, st.booleans())
def test_a_change_backwards_gives_what_there_was(
    before: list[Quad], file: list[Triple], complete: bool
) -> None:
    change = diff(before, file, NEW, (), complete)
    assert set(applied(applied(before, change), change.back())) == set(before)


@given(contents, files)
def test_a_complete_file_is_all_that_stands(before: list[Quad], file: list[Triple]) -> None:
    assert said(applied(before, diff(before, file, NEW, (), complete=True))) == set(file)


@given(contents, files)
def test_a_change_is_read_as_it_was_written(before: list[Quad], file: list[Triple]) -> None:
    change = diff(before, file, NEW)
    assert read_change(write_change(change)) == change
    assert write_change(read_change(write_change(change))) == write_change(change)


def test_a_new_thing_gets_the_home_of_who_hands_it_in_and_an_old_one_keeps_its_own() -> None:
    before = [(A, RDF_TYPE, KIND, HOME), (A, P, literal("1"), OTHER), (B, P, literal("1"), OTHER)]
    change = diff(before, [(A, Q, B), (B, Q, A), (C, Q, A)], NEW)
    assert change.added == ((A, Q, B, HOME), (B, Q, A, OTHER), (C, Q, A, NEW))
    assert change.removed == ()
    assert homes(before) == {A: HOME, B: OTHER}


def test_an_emptied_cell_takes_its_values_away() -> None:
    before = [(A, P, literal("1"), HOME), (A, Q, literal("2"), HOME)]
    assert diff(before, [], NEW, [(A, P)]) == Difference((), (before[0],), 0)


def test_what_hung_on_a_nameless_thing_goes_with_the_last_that_points_at_it() -> None:
    inner, inmost = iri(GENID + "1"), iri(GENID + "2")
    before = [
        (A, P, inner, HOME),
        (B, Q, inner, HOME),
        (inner, P, inmost, NEW),
        (inmost, P, literal("x"), NEW),
    ]
    content = {q[0]: [quad for quad in before if quad[0] == q[0]] for q in before}

    def of(subjects: set[Term]) -> list[Quad]:
        return [quad for subject in sorted(subjects) for quad in content.get(subject, [])]

    reached = with_nested({A, B}, of)
    assert set(reached) == set(before)
    # One of two lets go: the nameless thing stays.
    assert diff(reached, [(A, P, literal("now"))], NEW).removed == (before[0],)
    both = diff(reached, [(A, P, literal("now")), (B, Q, literal("now"))], NEW)
    assert set(both.removed) == set(before)
