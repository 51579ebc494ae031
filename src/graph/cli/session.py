"""What one run of the command line has at hand: settings, words, queries, the store."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from graph import assets
from graph.cli.stop import at_once
from graph.cli.talk import Talk
from graph.config import Settings
from graph.query import KINDS, Query, load
from graph.render import FORMATS, Document, Style, write
from graph.render.lines import unsteered
from graph.terms import Rows, Term, Triple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graph.describe import Namer
    from graph.labels import Labels
    from graph.store import Store

LIMIT = 20
"""How many rows of a list a terminal shows unasked."""

OUTPUTS = tuple(FORMATS)


@dataclass
class Session:
    """One run. The store is opened, and built where needed, when it is first asked for."""

    settings: Settings
    talk: Talk

    @property
    def lang(self) -> str:
        """The reader's language."""
        return self.settings.lang

    @property
    def out(self) -> TextIO:
        """Where data goes; looked up late, because tests exchange the stream."""
        return sys.stdout

    @cached_property
    def paths(self) -> dict[str, Path]:
        """Where each shipped query is, by name; no header is read for this."""
        return {path.stem: path for kind in KINDS for path in assets.files(kind)}

    @cached_property
    def _read(self) -> dict[str, Query]:
        return {}

    def query(self, name: str) -> Query:
        """Read one shipped query, once."""
        if name not in self._read:
            self._read[name] = load(self.paths[name])
        return self._read[name]

    def queries(self, kind: str) -> list[Query]:
        """Read the shipped queries of one kind."""
        return [self.query(path.stem) for path in assets.files(kind)]

    @cached_property
    def store(self) -> Store:
        """The store, for reading, built first where it is absent or older than the files."""
        from graph.pipeline import ensure
        from graph.store import open_store

        with self.talk.progress() as progress:
            ensure(self.settings, progress=progress)
        return open_store(self.settings.store)

    def ask(self, text: str, name: str = "-") -> Rows:
        """Run a query on the store; an interrupt ends it at once."""
        store = self.store
        with at_once():
            return store.query(text, name)

    def construct(self, text: str, name: str = "-") -> list[Triple]:
        """Run a query that makes triples; an interrupt ends it at once."""
        store = self.store
        with at_once():
            return store.construct(text, name)

    @cached_property
    def labels(self) -> Labels:
        """Names in the reader's language."""
        from graph.labels import Labels

        return Labels(self.ask, self.lang)

    @cached_property
    def namer(self) -> Namer:
        """Names, with a telling for what has no name of its own."""
        from graph.describe import Namer

        return Namer(self.ask, self.labels)

    def names_of(self, terms: Iterable[Term | None]) -> dict[Term, str]:
        """Name many things at once."""
        wanted = list(dict.fromkeys(t for t in terms if t is not None and t.kind == "iri"))
        return {value.term: value.label for value in self.namer.told(wanted)}

    def close(self) -> None:
        """Let go of the store, if it was opened."""
        if "store" in self.__dict__:
            self.store.close()

    def show(self, document: Document, output: str | None, everything: bool = False) -> None:
        """Write a document to standard output in the format asked for, or the one that fits."""
        terminal = self.out.isatty()
        output = output or ("table" if terminal else "jsonl")
        if output == "table":
            # It styles its lines itself, and lets nothing else through.
            write(document, output, self.out, self.style(everything))
            return
        with unsteered(self.out) as out:
            write(document, output, out, self.style(everything))

    def style(self, everything: bool = False) -> Style:
        """Give width and limit for standard output as it is."""
        import shutil

        terminal = self.out.isatty()
        return Style(
            width=max(40, shutil.get_terminal_size((80, 24)).columns),
            terminal=terminal,
            limit=None if everything or not terminal else LIMIT,
            cut=lambda shown, total: self.talk.text("says.cut", more=total - shown, total=total),
            none=self.talk.text("says.none"),
        )

    def for_people(self, output: str | None) -> bool:
        """Tell whether a person reads the answer, so that lines around the rows are welcome."""
        from graph.render import FOR_PEOPLE

        return (output or ("table" if self.out.isatty() else "jsonl")) in FOR_PEOPLE
