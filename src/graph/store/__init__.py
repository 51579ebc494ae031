"""The store: six verbs and close, and how to open one.

Questions see the union of the named graphs as the default graph. There are no blank nodes inside.
"""

# ruff: noqa: A002  (`format` is what everybody calls it, the command line too)

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from graph.terms import Quad, Rows, Triple

__all__ = [
    "Change",
    "Dataset",
    "Draft",
    "Holding",
    "Rows",
    "Sink",
    "Source",
    "Stamp",
    "Store",
    "Version",
    "holding",
    "open_draft",
    "open_store",
    "version_of",
]

MEMORY = ":memory:"
# Raised when the state folder changes so that older software would misread it.
FORMAT = 1
_SHOWN = 16


class Source(NamedTuple):
    """A Turtle text, the graph that it fills, the IRI its relative IRIs start from, its name."""

    content: bytes
    graph: str
    base: str
    name: str


class Stamp(NamedTuple):
    """What a build knows about its input: who built, from which vocabulary, from which files."""

    software: str
    ontology: str
    assets: str


@dataclass(frozen=True, slots=True)
class Version:
    """What VERSION says of a store; `digest` is that of the data, without what follows from it."""

    format: int
    software: str
    ontology: str
    assets: str
    digest: str
    triples: int

    @property
    def tag(self) -> str:
        """A brief name of content, vocabulary, shipped queries and software together."""
        whole = f"{self.digest} {self.assets} {self.software}"
        return hashlib.sha256(whole.encode()).hexdigest()[:_SHOWN]


@dataclass(frozen=True, slots=True)
class Dataset:
    """The graphs that a question is asked of: their union is its default graph; SPARQL 1.1 13.2."""

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


class Sink(Protocol):
    """Where an answer is written, piece by piece; what it raises stops the answer."""

    def write(self, piece: bytes) -> int:
        """Take a piece."""

    def count(self) -> None:
        """Note that one more triple was written; rows of other answers are the sink's to count."""


@dataclass(frozen=True, slots=True)
class Change:
    """Quads to add and quads to remove, which land together or not at all."""

    added: tuple[Quad, ...] = ()
    removed: tuple[Quad, ...] = ()


class Store(Protocol):
    """What every store can do; any engine behind it keeps the same promises."""

    def query(self, text: str, name: str = "-") -> Rows:
        """Answer a SELECT, or an ASK as one row `answer`; QuerySyntaxError blames `name`."""

    def construct(self, text: str, name: str = "-") -> list[Triple]:
        """Answer a CONSTRUCT or DESCRIBE without repeats."""

    def stream(self, text: str, format: str, file: BinaryIO) -> None:
        """Write an answer with the engine's own serialiser, in memory that does not grow with it.

        A SELECT or ASK goes out as csv, tsv, json or xml; a CONSTRUCT as ttl or nt.
        """

    def answer(
        self,
        text: str,
        name: str,
        dataset: Dataset | None,
        open_sink: Callable[[str], tuple[str, Sink]],
    ) -> str:
        """Write the answer to a question in any form, and give the form.

        The form is `rows`, `boolean` or `triples`. `open_sink` is told it and gives the format and
        the place to write to. Without a dataset the default graph is the union of all graphs.
        Triples are written without repeats.
        """

    def graphs(self) -> list[str]:
        """Name the graphs that hold anything, sorted."""

    def read(self, graph: str) -> list[Triple]:
        """Give the triples of one graph; an unknown graph is empty."""

    def apply(self, change: Change) -> None:
        """Remove and add in one transaction, synced to disk and seen by whoever opens next."""

    def replace(
        self,
        quads: Iterable[Quad],
        finish: Callable[[Store], Stamp],
        files: Iterable[Source] = (),
    ) -> Version:
        """Put a whole new content in place of the old, which stays until the new one is complete.

        The content is quads and files together; blank nodes in a file become IRIs. `finish` gets it
        before anybody else sees it, and may add to it.
        """

    def close(self) -> None:
        """Let go of files and locks."""


class Draft(Store, Protocol):
    """A store's content in memory, to try a change on before the store sees it."""

    def forget(self, prefix: str) -> None:
        """Empty the graphs whose names begin so."""

    def size(self) -> int:
        """Count the statements, those that follow too."""

    def ahead_of(self, store: Store, prefix: str) -> Change:
        """Give what a store lacks, and has too much, of the graphs whose names begin so."""


def open_draft(store: Store) -> Draft:
    """Copy a store's content into a draft."""
    from graph.store.embedded import draft_of

    return draft_of(store)


def open_store(address: Path | str, write: bool = False, wait: float = 0.0) -> Store:
    """Open the store at an address: a state folder, or `:memory:` for an empty one of our own.

    Without `write` the newest read copy is opened, and nothing is locked. With it the store's one
    writer is meant: StoreLocked when another process is that for longer than `wait` seconds.
    """
    from graph.store.embedded import FolderStore, MemoryStore

    if str(address) == MEMORY:
        return MemoryStore()
    return FolderStore(Path(address), write=write, wait=wait)


class Holding(NamedTuple):
    """What a store really holds: the digest of its data, and how many statements in all."""

    digest: str
    triples: int


def holding(address: Path | str, own: bool = False) -> Holding:
    """Count and digest what the newest read copy holds; with `own` what the writer's own holds.

    Nothing is written. For the writer's own no other process may write meanwhile.
    """
    from graph.store.embedded import hold

    return hold(Path(address), own)


def version_of(address: Path | str) -> Version:
    """Tell what the store at an address was built from; StoreAbsent, StoreVersionMismatch."""
    from graph.store.folder import Folder

    return Folder(Path(address)).version()
