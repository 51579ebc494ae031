"""The store in our own process: pyoxigraph, in memory or on disk. The only importer of its Store.

Readers open a copy that nothing changes, because reading live/ beside its writer is undefined
behaviour; a writer reads what it writes.
"""

# ruff: noqa: A002  (`format` is what everybody calls it, the command line too)

from __future__ import annotations

import contextlib
import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, BinaryIO, cast

import pyoxigraph as ox

from graph import rdf
from graph.errors import (
    InternalError,
    NotCanonical,
    StoreError,
    TripleTerm,
    Unanswerable,
    UnknownFunction,
)
from graph.query.blame import blame
from graph.store import (
    FORMAT,
    MEMORY,
    Change,
    Dataset,
    Holding,
    Sink,
    Source,
    Stamp,
    Store,
    Version,
)
from graph.store.folder import Folder, faults
from graph.terms import DERIVED, PREFIXES, VOCABULARY, XSD, Quad, Rows, Term, Triple

_RESULTS = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
_TRIPLES = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "xml": ox.RdfFormat.RDF_XML,
}
_FUNCTION = re.compile(r"custom (?:aggregate )?function <(.*)> is not supported")
_APART = re.compile(rf"<(?:{re.escape(DERIVED)}|{re.escape(VOCABULARY)})[^>]*> \.$")
_BLANK = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o FILTER(isBlank(?s) || isBlank(?o)) } }"
_OPEN_TRIES = 5
_PIECE = 1 << 15
_QUOTE = '"'
_TO_QUOTE = re.compile(r'[",\r\n]')


class _Engine:
    """The reading verbs over whatever pyoxigraph store `_engine` gives."""

    def _engine(self) -> ox.Store:
        raise NotImplementedError

    def _place(self) -> Path:
        return Path(MEMORY)

    def query(self, text: str, name: str = "-") -> Rows:
        """Answer a SELECT, or an ASK as one row `answer`."""
        with _answering(name, self._place()):
            found = _ask(self._engine(), text, name)
            if isinstance(found, ox.QueryBoolean):
                answer = Term("literal", "true" if found else "false", XSD + "boolean")
                return Rows(("answer",), [(answer,)])
            if isinstance(found, ox.QueryTriples):
                raise InternalError("query() was given a CONSTRUCT or DESCRIBE")
            variables = found.variables
            convert = rdf.from_engine
            rows: list[tuple[Term | None, ...]] = [
                tuple(None if cell is None else convert(cell) for cell in row) for row in found
            ]
        return Rows(tuple(variable.value for variable in variables), rows)

    def construct(self, text: str, name: str = "-") -> list[Triple]:
        """Answer a CONSTRUCT or DESCRIBE without repeats."""
        with _answering(name, self._place()):
            found = _ask(self._engine(), text, name)
            if not isinstance(found, ox.QueryTriples):
                raise InternalError("construct() was given a SELECT or ASK")
            return list(dict.fromkeys(_triple(triple) for triple in found))

    def stream(self, text: str, format: str, file: BinaryIO) -> None:
        """Write an answer with the engine's own serialiser."""
        found = _ask(self._engine(), text, "-")
        if isinstance(found, ox.QueryTriples):
            if format not in _TRIPLES:
                raise InternalError(f"no triples as {format}")
            found.serialize(file, format=_TRIPLES[format])
        else:
            if format not in _RESULTS:
                raise InternalError(f"no rows as {format}")
            found.serialize(file, format=_RESULTS[format])

    def answer(
        self,
        text: str,
        name: str,
        dataset: Dataset | None,
        open_sink: Callable[[str], tuple[str, Sink]],
    ) -> str:
        """Write the answer to a question in any form, and give the form."""
        with _answering(name, self._place()):
            found = _ask(self._engine(), text, name, dataset)
            if isinstance(found, ox.QueryTriples):
                form, sink = open_sink("triples")
                out = cast("IO[bytes]", sink)
                ox.serialize(_once(found, sink), out, format=_TRIPLES[form], prefixes=_prefixes())
                return "triples"
            kind = "boolean" if isinstance(found, ox.QueryBoolean) else "rows"
            form, sink = open_sink(kind)
            if form == "csv" and not isinstance(found, ox.QueryBoolean):
                _write_csv(found, sink)
                return kind
            found.serialize(cast("IO[bytes]", sink), format=_RESULTS[form])
            return kind

    def graphs(self) -> list[str]:
        """Name the graphs that hold anything, sorted."""
        with faults(self._place()):
            engine = self._engine()
            named = (g for g in engine.named_graphs() if isinstance(g, ox.NamedNode))
            filled = (g.value for g in named if _any(engine.quads_for_pattern(None, None, None, g)))
            return sorted(filled)

    def read(self, graph: str) -> list[Triple]:
        """Give the triples of one graph; an unknown graph is empty."""
        with faults(self._place()):
            pattern = self._engine().quads_for_pattern(None, None, None, ox.NamedNode(graph))
            return [_triple(quad) for quad in pattern]


class MemoryStore(_Engine):
    """A store that lives as long as the object does."""

    def __init__(self) -> None:
        self._memory = ox.Store()

    def _engine(self) -> ox.Store:
        return self._memory

    def apply(self, change: Change) -> None:
        """Remove and add in one transaction."""
        _write(self._memory, _checked_change(change))

    def replace(
        self,
        quads: Iterable[Quad],
        finish: Callable[[Store], Stamp],
        files: Iterable[Source] = (),
    ) -> Version:
        """Put a whole new content in place of the old."""
        content, version = _draft(quads, finish, files)
        self._memory = content
        return version

    def forget(self, prefix: str) -> None:
        """Empty the graphs whose names begin so."""
        for name in self.graphs():
            if name.startswith(prefix):
                self._memory.remove_graph(ox.NamedNode(name))

    def size(self) -> int:
        """Count the statements, those that follow too."""
        return len(self._memory)

    def ahead_of(self, store: Store, prefix: str) -> Change:
        """Give what a store lacks, and has too much, of the graphs whose names begin so."""
        if not isinstance(store, _Engine):
            raise InternalError("a draft is ahead of an embedded store only")
        mine, theirs = _below(self._memory, prefix), _below(store._engine(), prefix)
        return Change(_quads(mine - theirs), _quads(theirs - mine))

    def close(self) -> None:
        """Forget the content."""
        self._memory = ox.Store()


def draft_of(store: Store) -> MemoryStore:
    """Copy a store's content into memory."""
    if not isinstance(store, _Engine):
        raise InternalError("a draft is made of an embedded store only")
    draft = MemoryStore()
    with faults(store._place()):
        draft._memory.bulk_extend(iter(store._engine()))
    return draft


class FolderStore(_Engine):
    """A store in a state folder: a reader of the newest copy, or the one writer."""

    def __init__(self, path: Path, write: bool = False, wait: float = 0.0) -> None:
        self._folder = Folder(path)
        self._write = write
        self._opened: ox.Store | None = None
        if write:
            self._folder.lock(wait)
        else:
            self._opened = self._open_copy()

    def _engine(self) -> ox.Store:
        if self._opened is None:
            if not self._write:
                raise InternalError("the store is closed")
            self._folder.version()
            with faults(self._folder.path):
                stopped = self._folder.roll_back()
                self._opened = ox.Store(str(self._folder.live))
                if stopped:
                    self._correct(self._opened)
        return self._opened

    def _correct(self, engine: ox.Store) -> None:
        """Let VERSION tell of the content that a stopped commit left, be it the old or the new."""
        told = self._folder.version()
        stamp = Stamp(told.software, told.ontology, told.assets)
        found = _version(engine, stamp)
        if found != told:
            self._folder.put_version(found)

    def _place(self) -> Path:
        return self._folder.path

    def _open_copy(self) -> ox.Store:
        folder = self._folder
        for left in reversed(range(_OPEN_TRIES)):
            # VERSION first: a build in between may make us see an older one than the copy's.
            folder.version()
            try:
                with faults(folder.path):
                    return ox.Store.read_only(str(folder.current()))
            except StoreError:
                # Two commits since `current` was read have swept the copy away: look again.
                if left == 0:
                    raise
        raise InternalError("unreachable")

    def apply(self, change: Change) -> None:
        """Remove and add in one transaction, synced to disk and published as a new read copy.

        After an error the store holds what it held before, on disk too.
        """
        if not self._write:
            raise InternalError("apply() on a store opened for reading")
        checked = _checked_change(change)
        folder, before = self._folder, self._folder.version()
        engine = self._engine()
        try:
            with folder.room() as room:
                folder.mark_pending()
                _write(engine, checked)
                engine.flush()
                engine.backup(str(room / "read"))
                stamp = Stamp(before.software, before.ontology, before.assets)
                folder.publish(room / "read", _version(engine, stamp))
        except BaseException as error:
            # The engine refuses further writes after a full disk; a new one starts from the copy.
            # It lets go of live/ only when nothing holds it, the error's own frames among them.
            del engine
            self._opened = None
            traceback.clear_frames(error.__traceback__)
            raise

    def replace(
        self,
        quads: Iterable[Quad],
        finish: Callable[[Store], Stamp],
        files: Iterable[Source] = (),
    ) -> Version:
        """Build the new content in memory, write it beside the old, then swap by rename."""
        if not self._write:
            raise InternalError("replace() on a store opened for reading")
        content, version = _draft(quads, finish, files)
        self._opened = None
        with self._folder.room() as room:
            _save(content, room)
            self._folder.swap(room, version)
        return version

    def close(self) -> None:
        """Let go of the copy, or of live/ and the lock."""
        self._opened = None
        self._folder.unlock()


def _draft(
    quads: Iterable[Quad], finish: Callable[[Store], Stamp], files: Iterable[Source]
) -> tuple[ox.Store, Version]:
    draft = MemoryStore()
    engine = draft._memory
    for source in files:
        with rdf.positions(source.content, source.name):
            engine.bulk_load(
                source.content,
                rdf.engine_format("ttl"),
                base_iri=source.base,
                to_graph=ox.NamedNode(source.graph),
            )
    for row in draft.query(_BLANK):
        _skolemise(draft, row[0])
    engine.bulk_extend(rdf.to_engine_quads(_checked(quads)))
    stamp = finish(draft)
    return engine, _version(engine, stamp)


def _skolemise(draft: MemoryStore, graph: Term | None) -> None:
    if graph is not None:
        triples = draft.read(graph.value)
        draft._memory.remove_graph(ox.NamedNode(graph.value))
        named = rdf.skolemise((s, p, o, graph) for s, p, o in triples)
        draft._memory.extend(rdf.to_engine_quads(named))


def _save(content: ox.Store, room: Path) -> None:
    live = ox.Store(str(room / "live"))
    live.bulk_extend(content)
    live.optimize()
    live.flush()
    live.backup(str(room / "read"))


def _ask(
    engine: ox.Store, text: str, name: str, dataset: Dataset | None = None
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    def again(other: str) -> str | None:
        try:
            engine.query(other, use_default_graph_as_union=True)
        except SyntaxError as error:
            return error.msg or str(error)
        return None

    try:
        if dataset is not None:
            # Both are given even when empty: the engine takes one left out for all there are.
            return engine.query(
                text,
                default_graph=[ox.NamedNode(graph) for graph in dataset.default],
                named_graphs=[ox.NamedNode(graph) for graph in dataset.named],
            )
        return engine.query(text, use_default_graph_as_union=True)
    except SyntaxError as error:
        raise blame(text, name, error.msg or str(error), again) from error


def _write_csv(found: ox.QuerySolutions, sink: Sink) -> None:
    """Write rows as SPARQL 1.1 CSV; the engine's own writer leaves an IRI with a comma unquoted."""
    variables = found.variables
    lines = [",".join(variable.value for variable in variables)]
    size = 0
    for row in found:
        line = ",".join([_csv_cell(cell) for cell in row])
        lines.append(line)
        size += len(line)
        if size > _PIECE:
            sink.write(("\r\n".join(lines) + "\r\n").encode())
            lines, size = [], 0
    if lines:
        sink.write(("\r\n".join(lines) + "\r\n").encode())


def _csv_cell(cell: object) -> str:
    if cell is None:
        return ""
    text = str(cell) if isinstance(cell, ox.BlankNode) else str(getattr(cell, "value", cell))
    return f'"{text.replace(_QUOTE, _QUOTE * 2)}"' if _TO_QUOTE.search(text) else text


def _once(found: Iterable[ox.Triple], sink: Sink) -> Iterator[ox.Triple]:
    """Walk triples without repeats, counting each."""
    seen: set[ox.Triple] = set()
    for triple in found:
        if triple not in seen:
            seen.add(triple)
            sink.count()
            yield triple


def _prefixes() -> dict[str, str]:
    return dict(PREFIXES)


@contextlib.contextmanager
def _answering(name: str, place: Path) -> Iterator[None]:
    """Turn what the engine refuses while it answers into an error of ours."""
    try:
        with faults(place):
            yield
    except TripleTerm as error:
        raise TripleTerm(name) from error
    except RuntimeError as error:
        unknown = _FUNCTION.search(str(error))
        if unknown:
            raise UnknownFunction(name, unknown[1]) from error
        raise Unanswerable(name, str(error)) from error


def _write(engine: ox.Store, change: Change) -> None:
    """Write a change in one transaction of the engine's."""
    if not change.removed:
        engine.extend(rdf.to_engine_quads(change.added))
        return
    # The engine's Python face has no transaction over several calls, but one update is one.
    parts = (("DELETE", change.removed), ("INSERT", change.added))
    engine.update(";\n".join(f"{verb} DATA {{\n{_data(quads)}}}" for verb, quads in parts if quads))


def _data(quads: Iterable[Quad]) -> str:
    lines = []
    for subject, predicate, object_, graph in quads:
        triple = f"{subject.n3()} {predicate.n3()} {object_.n3()}"
        lines.append(triple + "\n" if graph is None else f"GRAPH {graph.n3()} {{ {triple} }}\n")
    return "".join(lines)


def _checked(quads: Iterable[Quad]) -> Iterable[Quad]:
    for quad in quads:
        for term in quad:
            if term is not None and term.kind == "bnode":
                raise NotCanonical(term.n3(), "blank node")
        yield quad


def _checked_change(change: Change) -> Change:
    return Change(tuple(_checked(change.added)), tuple(_checked(change.removed)))


def _version(engine: ox.Store, stamp: Stamp) -> Version:
    return Version(FORMAT, *stamp, digest=content_digest(engine), triples=len(engine))


def hold(path: Path, own: bool) -> Holding:
    """Count and digest what a copy holds, or the writer's own."""
    folder = Folder(path)
    with faults(path):
        engine = ox.Store.read_only(str(folder.live)) if own else FolderStore(path)._engine()
        return Holding(content_digest(engine), len(engine))


def content_digest(engine: ox.Store) -> str:
    """Give the SHA-256 of the data's sorted N-Quads as the engine writes them.

    With no blank nodes that is the canonical form. Vocabulary and derived graphs are left out.
    """
    text = (engine.dump(format=ox.RdfFormat.N_QUADS) or b"").decode()
    # Only a line feed ends a line: a literal may hold other characters that Python splits at.
    return rdf.digest_lines(line for line in text.split("\n") if line and not _APART.search(line))


def _triple(found: ox.Triple | ox.Quad) -> Triple:
    convert = rdf.from_engine
    return convert(found.subject), convert(found.predicate), convert(found.object)


def _below(engine: ox.Store, prefix: str) -> set[ox.Quad]:
    found: set[ox.Quad] = set()
    for graph in engine.named_graphs():
        if graph.value.startswith(prefix):
            found.update(engine.quads_for_pattern(None, None, None, graph))
    return found


def _quads(found: Iterable[ox.Quad]) -> tuple[Quad, ...]:
    convert = rdf.from_engine
    return tuple((*_triple(quad), convert(quad.graph_name)) for quad in found)


def _any(found: Iterable[object]) -> bool:
    return next(iter(found), None) is not None
