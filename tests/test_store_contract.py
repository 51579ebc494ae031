"""The same promises for every store."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.errors import (
    InternalError,
    NotCanonical,
    QuerySyntaxError,
    StoreAbsent,
    StoreError,
    StoreForeign,
    StoreIsFile,
    StoreLocked,
    StoreVersionMismatch,
    TripleTerm,
    UnknownFunction,
)
from graph.store import Change, Stamp, Store, open_store, version_of
from graph.terms import DERIVED, GRAPH, VOCABULARY, Quad, Term, iri, literal

Writing = Callable[[Path], Store]

P = iri("urn:x:p")
G = iri(GRAPH + "one")


def quad(name: str, value: str = "v", graph: Term = G) -> Quad:
    return iri(f"urn:x:{name}"), P, literal(value), graph


def stamp(_: Store | None = None) -> Stamp:
    return Stamp("0", "1", "assets")


def fill(store: Store, *quads: Quad) -> None:
    store.replace(quads or [quad("a"), quad("b", "w", iri(GRAPH + "two"))], stamp)


@pytest.fixture(params=["memory", "folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    address = ":memory:" if request.param == "memory" else tmp_path / "store"
    opened = open_store(address, write=True)
    fill(opened)
    yield opened
    opened.close()


def subjects(store: Store) -> list[str]:
    rows = store.query("SELECT ?s WHERE { ?s ?p ?o } ORDER BY ?s")
    return [row[0].value.removeprefix("urn:x:") for row in rows if row[0] is not None]


# -- every store ------------------------------------------------------------------------------


def test_questions_see_the_union_of_the_graphs(store: Store) -> None:
    assert subjects(store) == ["a", "b"]
    assert len(store.query(f"SELECT ?s WHERE {{ GRAPH {G.n3()} {{ ?s ?p ?o }} }}")) == 1


def test_rows_hold_terms_and_none_for_what_is_unbound(store: Store) -> None:
    rows = store.query("SELECT ?s ?none WHERE { ?s ?p 'v' }")
    assert rows.variables == ("s", "none")
    assert rows.rows == [(iri("urn:x:a"), None)]
    assert list(rows.dicts()) == [{"s": iri("urn:x:a")}]
    assert store.query("ASK { ?s ?p 'v' }").rows[0][0] == literal(True)


def test_construct_gives_triples_once(store: Store) -> None:
    found = store.construct("CONSTRUCT { <urn:x:t> <urn:x:p> 1 } WHERE { ?s ?p ?o }")
    assert found == [(iri("urn:x:t"), P, literal(1))]


def test_the_wrong_verb_is_our_own_fault(store: Store) -> None:
    with pytest.raises(InternalError):
        store.query("CONSTRUCT WHERE { ?s ?p ?o }")
    with pytest.raises(InternalError):
        store.construct("ASK {}")


def test_what_the_engine_cannot_answer_is_told_apart(store: Store) -> None:
    with pytest.raises(UnknownFunction) as error:
        store.query("SELECT (<urn:f>(1) AS ?x) {}", name="x.rq")
    assert error.value.params == {"file": "x.rq", "function": "urn:f"}
    for text in ("<urn:a>, <urn:b>, ?s", "?s, <urn:b>, 1"):
        with pytest.raises(TripleTerm):
            store.query(f"SELECT ?x {{ ?s ?p ?o BIND(TRIPLE({text}) AS ?x) }}")


@pytest.mark.parametrize(
    "text", ["SELECT ?s WHERE {\n  ?s ?p\n}", "SELECT ?s WHERE {\n ?s x:y 1 }"]
)
def test_a_syntax_error_names_the_query_line_and_column(store: Store, text: str) -> None:
    with pytest.raises(QuerySyntaxError) as error:
        store.query(text, name="x.rq")
    assert error.value.file == "x.rq"
    assert error.value.line in {2, 3}
    assert error.value.column > 0
    assert error.value.source == text.split("\n")[error.value.line - 1]


def test_graphs_and_their_triples(store: Store) -> None:
    assert store.graphs() == [GRAPH + "one", GRAPH + "two"]
    assert store.read(GRAPH + "one") == [(iri("urn:x:a"), P, literal("v"))]
    assert store.read(GRAPH + "none") == []


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("SELECT ?o { <urn:x:a> ?p ?o }", "csv", "o\r\nv\r\n"),
        ("SELECT ?o { <urn:x:a> ?p ?o }", "tsv", '?o\n"v"\n'),
        ("CONSTRUCT WHERE { <urn:x:a> ?p ?o }", "nt", '<urn:x:a> <urn:x:p> "v" .\n'),
    ],
)
def test_stream_writes_an_answer(store: Store, text: str, form: str, expected: str) -> None:
    out = io.BytesIO()
    store.stream(text, form, out)
    assert out.getvalue().decode() == expected


def test_apply_adds_and_removes_together(store: Store) -> None:
    store.apply(Change(added=(quad("c", 'æ"\n'),), removed=(quad("a"),)))
    assert subjects(store) == ["b", "c"]
    store.apply(Change(added=(quad("a"),)))
    store.apply(Change(removed=(quad("a"), quad("c", 'æ"\n'))))
    assert subjects(store) == ["b"]


def test_no_blank_node_gets_in_and_then_nothing_does(store: Store) -> None:
    bad = (Term("bnode", "x"), P, literal("v"), G)
    with pytest.raises(NotCanonical):
        store.apply(Change(added=(quad("c"), bad)))
    with pytest.raises(NotCanonical):
        store.replace([quad("c"), bad], stamp)
    assert subjects(store) == ["a", "b"]


def test_replace_lets_the_last_step_add_before_anybody_sees(store: Store) -> None:
    def finish(draft: Store) -> Stamp:
        assert subjects(draft) == ["z"]
        draft.apply(Change(added=(quad("y"),)))
        assert subjects(store) == ["a", "b"]
        return stamp()

    version = store.replace([quad("z")], finish)
    assert subjects(store) == ["y", "z"]
    assert version.triples == 2


def test_a_replace_that_fails_changes_nothing(store: Store) -> None:
    def finish(_: Store) -> Stamp:
        raise KeyError

    with pytest.raises(KeyError):
        store.replace([quad("z")], finish)
    assert subjects(store) == ["a", "b"]


def test_the_digest_is_of_the_data_and_not_of_what_follows(store: Store) -> None:
    def digest(*quads: Quad) -> str:
        return store.replace(quads, stamp).digest

    data = digest(quad("a"), quad("b"))
    assert digest(quad("b"), quad("a"), quad("a")) == data
    assert digest(quad("a"), quad("b"), quad("c", graph=iri(DERIVED + "x"))) == data
    assert digest(quad("a"), quad("b"), quad("c", graph=iri(VOCABULARY + "x"))) == data
    assert digest(quad("a"), quad("b", graph=iri(GRAPH + "two"))) != data
    assert digest(quad("a"), quad("b", "\u2028\x85")) != data


@pytest.fixture
def writing() -> Iterator[Writing]:
    """Open writers that are closed when the test ends, however it ends."""
    with contextlib.ExitStack() as stack:

        def opened(place: Path) -> Store:
            return stack.enter_context(contextlib.closing(open_store(place, write=True)))

        yield opened


# -- the state folder -------------------------------------------------------------------------


def test_the_state_folder_is_laid_out_as_decided(tmp_path: Path, writing: Writing) -> None:
    place = tmp_path / "deep" / "store"
    writer = writing(place)
    fill(writer)
    assert {p.name for p in place.iterdir()} == {"VERSION", "live", "read", "current", "lock"}
    version = json.loads((place / "VERSION").read_text("utf-8"))
    assert set(version) == {"format", "software", "ontology", "assets", "digest", "triples"}
    assert version_of(place).digest == version["digest"]
    for name in "cde":
        writer.apply(Change(added=(quad(name),)))
    assert (place / "current").read_text("ascii") == "4\n"
    assert {p.name for p in (place / "read").iterdir()} == {"3", "4"}
    assert version_of(place).triples == 5
    assert version_of(place).digest != version["digest"]
    writer.close()


def test_a_reader_keeps_what_it_opened_and_the_next_one_sees_more(
    tmp_path: Path, writing: Writing
) -> None:
    writer = writing(tmp_path / "s")
    fill(writer)
    reader = open_store(tmp_path / "s")
    for name in "cde":
        writer.apply(Change(added=(quad(name),)))
    fill(writer, quad("z"))
    assert subjects(reader) == ["a", "b"]
    assert reader.read(GRAPH + "one") == [(iri("urn:x:a"), P, literal("v"))]
    assert subjects(open_store(tmp_path / "s")) == ["z"]


def test_a_reader_cannot_write(tmp_path: Path, writing: Writing) -> None:
    writer = writing(tmp_path / "s")
    fill(writer)
    reader = open_store(tmp_path / "s")
    with pytest.raises(InternalError):
        reader.apply(Change(added=(quad("c"),)))
    with pytest.raises(InternalError):
        reader.replace([], stamp)


def test_a_second_writer_is_refused_and_the_lock_ends_with_the_first(
    tmp_path: Path, writing: Writing
) -> None:
    first = writing(tmp_path / "s")
    with pytest.raises(StoreLocked) as error:
        open_store(tmp_path / "s", write=True, wait=0.1)
    assert error.value.path == tmp_path / "s"
    first.close()
    open_store(tmp_path / "s", write=True).close()


def test_another_process_reads_while_this_one_writes(tmp_path: Path, writing: Writing) -> None:
    writer = writing(tmp_path / "s")
    fill(writer)
    script = textwrap.dedent(
        """
        import sys
        from graph.errors import StoreLocked
        from graph.store import open_store
        for _ in range(60):
            rows = open_store(sys.argv[1]).query("SELECT ?s WHERE { ?s ?p ?o }")
            assert len(rows) >= 2, len(rows)
        try:
            open_store(sys.argv[1], write=True)
        except StoreLocked:
            print("refused")
        """
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "s")], stdout=subprocess.PIPE, text=True
    )
    for number in range(15):
        writer.apply(Change(added=(quad(f"n{number}"),)))
        if number % 5 == 0:
            fill(writer)
    out, _ = reader.communicate(timeout=60)
    assert reader.returncode == 0
    assert out == "refused\n"


def test_what_is_no_store_is_told_apart(tmp_path: Path, writing: Writing) -> None:
    with pytest.raises(StoreAbsent):
        open_store(tmp_path / "none")
    with pytest.raises(StoreAbsent):
        open_store(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("x", "utf-8")
    with pytest.raises(StoreForeign):
        open_store(tmp_path / "mine", write=True)
    for below in ("letter.txt", "letter.txt/store"):
        for write in (True, False):
            with pytest.raises(StoreIsFile) as error:
                open_store(tmp_path / "mine" / below, write=write)
            assert error.value.path == tmp_path / "mine" / "letter.txt"
    for name in ("VERSION", "lock"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text("1.2.3\n", "utf-8")
        (tmp_path / name / "code.py").write_text("x", "utf-8")
        with pytest.raises(StoreForeign):
            open_store(tmp_path / name, write=True)
        assert (tmp_path / name / name).read_text("utf-8") == "1.2.3\n"
    empty = writing(tmp_path / "empty")
    with pytest.raises(StoreAbsent):
        empty.query("ASK {}")


def test_another_format_is_refused_until_it_is_replaced(tmp_path: Path, writing: Writing) -> None:
    place = tmp_path / "s"
    writer = writing(place)
    fill(writer)
    writer.close()
    text = (place / "VERSION").read_text("utf-8").replace('"format": 1', '"format": 99')
    (place / "VERSION").write_text(text, "utf-8")
    uses: list[Callable[[], object]] = [
        lambda: open_store(place),
        lambda: version_of(place),
    ]
    for use in uses:
        with pytest.raises(StoreVersionMismatch) as error:
            use()
        assert error.value.params["found"] == 99
    writer = writing(place)
    with pytest.raises(StoreError):
        writer.apply(Change(added=(quad("c"),)))
    fill(writer)
    assert subjects(writer) == ["a", "b"]
    assert subjects(open_store(place)) == ["a", "b"]
