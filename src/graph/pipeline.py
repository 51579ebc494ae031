"""The whole path from files to a store that answers. The only caller of apply and replace."""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from graph import __version__, assets, rdf
from graph.config import Settings
from graph.derive import run
from graph.errors import (
    HasReceipts,
    NotAnExport,
    ReceiptDamaged,
    StoreAbsent,
    StoreDamaged,
    StoreError,
    ValidationFailed,
)
from graph.findings import Finding
from graph.replay import recover, refuse_lost, replay, settle
from graph.store import Source, Stamp, Store, Version, open_store
from graph.store.folder import Folder
from graph.store.log import Log
from graph.terms import DERIVED, OWL_VERSION, RDF_TYPE, VOCABULARY, Quad, Term, Triple

# step ("read", "validate", "derive", "write"), how much is done, of how much
Progress = Callable[[str, int, int], None]

# Longer than a build takes; a process that waits uses what the other one built.
_PATIENCE = 300.0


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build read, derived and found, and the seconds each step took."""

    version: Version
    files: int
    derived: dict[str, int]
    findings: tuple[Finding, ...]
    validated: bool
    seconds: dict[str, float]


def build(
    settings: Settings,
    validate: bool = True,
    progress: Progress | None = None,
    root: Path | None = None,
    content: Path | None = None,
) -> BuildReport:
    """Build the store anew from the files; the old one stays whole until the new one is complete.

    `content` is a folder as `export.write_folder` writes it, to take instead of data/: a copy is
    kept in the store, which is built of that from then on. HasReceipts when the store has taken in
    files, NotAnExport when the folder holds none.

    ValidationFailed when the data breaks a shape or a check of severity violation; StoreLocked at
    once when another process writes. A build that dies, by whatever cause, changes nothing.
    """
    store = open_store(settings.store, write=True)
    try:
        settle(store, settings.store)
        with _without_collector():
            return _Build(settings, progress, root, content).run(store, validate)
    finally:
        store.close()


def ensure(
    settings: Settings, progress: Progress | None = None, root: Path | None = None
) -> BuildReport | None:
    """Build, without validation, only if there is no store or its files have changed since.

    A commit that was stopped is settled first. When another process builds at the same time, wait
    for it and use its result. A store of another format is left alone: StoreVersionMismatch says
    how to replace it.
    """
    # A commit at work is its writer's; and what cannot be settled is told by whoever meets it.
    with contextlib.suppress(StoreError):
        recover(settings.store)
    wanted = assets.digest(root, _kept_content(settings.store))
    if _is_fresh(settings.store, wanted):
        return None
    store = open_store(settings.store, write=True, wait=_PATIENCE)
    try:
        if _is_fresh(settings.store, wanted):
            return None
        settle(store, settings.store)
        with _without_collector():
            return _Build(settings, progress, root).run(store, validate=False)
    finally:
        store.close()


def _is_fresh(place: Path, wanted: str) -> bool:
    folder = Folder(place)
    try:
        version = folder.version()
    except (StoreAbsent, StoreDamaged):
        return False
    return version.assets == wanted and version.software == __version__ and folder.whole()


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the collector of reference cycles from walking a million living terms again and again.

    It costs a build a fifth of its time and finds nothing.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class _Build:
    """One build: its files, its clock, and what it found."""

    def __init__(
        self,
        settings: Settings,
        progress: Progress | None,
        root: Path | None,
        content: Path | None = None,
    ) -> None:
        self._settings = settings
        self._root = root
        self._brought = content
        self._data = content or _kept_content(settings.store) or assets.data(root)
        self._tell = progress or _say_nothing
        self._seconds: dict[str, float] = {}
        self._derived: dict[str, int] = {}
        self._stated: list[Quad] = []
        self._folder = Folder(settings.store)
        self._log = Log(settings.store)
        self._accepted = self._log.receipts()
        if content is not None and self._accepted:
            raise HasReceipts(settings.store, len(self._accepted))

    def run(self, store: Store, validate: bool) -> BuildReport:
        self._refuse_lost(store)
        # Before reading: a file that changes meanwhile makes the next `ensure` build again.
        digest = assets.digest(self._root, self._data)
        begin = start = time.perf_counter()
        files = self._read()
        vocabulary = _parsed(file for file in files if file.graph.startswith(VOCABULARY))
        content: list[Quad] = []
        if validate or self._accepted:
            # The engine loads files faster than Python hands it terms, so terms are made only
            # for who needs them.
            data = (file for file in files if not file.graph.startswith(VOCABULARY))
            self._stated = _parsed(data)
            content = list(replay(self._stated, self._log))
        start = self._clock("read", start)
        findings: list[Finding] = []
        stamp = Stamp(__version__, ontology_version(vocabulary), digest)

        def finish(draft: Store) -> Stamp:
            since = time.perf_counter()
            views = run(draft, assets.files("views", self._root), self._root)
            since = self._clock("derive", since)
            if validate:
                self._tell("validate", 0, 1)
                findings[:] = self._judged(draft, content, views)
                self._tell("validate", 1, 1)
                since = self._clock("validate", since)
            rules = assets.files("rules", self._root)
            found = run(draft, rules, self._root, lambda n, of: self._tell("derive", n, of))
            self._derived = {**views, **found}
            self._seconds["derive"] += time.perf_counter() - since
            if self._brought:
                self._folder.bring(self._brought)
            self._tell("write", 0, 1)
            return stamp

        if self._accepted:
            version = store.replace([*vocabulary, *content], finish)
        else:
            version = store.replace((), finish, files)
        if self._brought:
            self._folder.keep_brought()
        self._tell("write", 1, 1)
        total = time.perf_counter() - begin
        self._seconds["write"] = total - sum(self._seconds.values())
        return BuildReport(
            version, len(files), self._derived, tuple(findings), validate, self._seconds
        )

    def _refuse_lost(self, store: Store) -> None:
        """What the old store knows of, and the log does not, would be lost without a word."""
        try:
            refuse_lost(store, self._settings.store)
        except ReceiptDamaged:
            raise
        except StoreError:
            # There is none, or it cannot be asked.
            return

    def _clock(self, step: str, since: float) -> float:
        now = time.perf_counter()
        self._seconds[step] = now - since
        return now

    def _read(self) -> list[Source]:
        paths = [
            (path, assets.graph_iri(path, self._root))
            for path in assets.files("ontology", self._root)
        ]
        paths += self._content_files()
        sources: list[Source] = []
        for done, (path, graph) in enumerate(paths):
            self._tell("read", done, len(paths))
            shown = assets.relative(path, self._root)
            sources.append(Source(rdf.read(path), graph, self._settings.base, shown))
        self._tell("read", len(paths), len(paths))
        return sources

    def _content_files(self) -> list[tuple[Path, str]]:
        try:
            found = [(p, assets.data_graph(p, self._data)) for p in assets.data_files(self._data)]
        except ValueError as error:
            raise NotAnExport(self._data) from error
        if self._brought and not found:
            raise NotAnExport(self._data)
        return found

    def _judged(self, draft: Store, content: list[Quad], views: Iterable[str]) -> list[Finding]:
        """Judge the content; ValidationFailed when anything of the files is a violation.

        What was accepted was judged at the door, by the rules of its day, and stops no build.
        """
        from graph.examining.whole import judge_whole

        made = [(name, triple) for name in views for triple in draft.read(f"{DERIVED}view/{name}")]
        said = list(dict.fromkeys(_triples(content)))
        findings = judge_whole(said, made, draft.query, self._sources(content), self._root)
        accepted = self._handed_in(content)
        count = sum(f.severity == "violation" and f.focus not in accepted for f in findings)
        if count:
            raise ValidationFailed(tuple(findings), count)
        return findings

    def _handed_in(self, content: list[Quad]) -> set[str]:
        """Give the things that the files do not state as the content has them."""
        if not self._accepted:
            return set()
        differing = set(self._stated) ^ set(content)
        return {quad[0].value for quad in differing}

    def _sources(self, content: list[Quad]) -> dict[str, str]:
        files = {graph: assets.relative(path, self._root) for path, graph in self._content_files()}
        sources: dict[str, str] = {}
        for subject, predicate, _, graph in content:
            if graph is not None and graph.value in files:
                if predicate == RDF_TYPE:
                    sources[subject.value] = files[graph.value]
                else:
                    sources.setdefault(subject.value, files[graph.value])
        return sources


def _kept_content(store: Path) -> Path | None:
    """Give the content that a store was built from, where it is not the shipped one."""
    kept = Folder(store).content
    return kept if kept.is_dir() else None


def _say_nothing(_step: str, _done: int, _total: int) -> None:
    pass


def _parsed(sources: Iterable[Source]) -> list[Quad]:
    quads: list[Quad] = []
    for source in sources:
        graph = Term("iri", source.graph)
        found = rdf.parse(source.content, base=source.base, name=source.name)
        quads.extend((s, p, o, graph) for s, p, o, _ in rdf.skolemise(found, source.name))
    return quads


def _triples(quads: list[Quad]) -> Iterator[Triple]:
    for subject, predicate, object_, _ in quads:
        yield subject, predicate, object_


def ontology_version(vocabulary: Iterable[Quad] | None = None) -> str:
    """Give the version that the vocabulary says it has: of the files, where none is handed in."""
    if vocabulary is None:
        vocabulary = [quad for path in assets.files("ontology") for quad in rdf.parse(path)]
    return max((o.value for _, p, o, _ in vocabulary if p == OWL_VERSION), default="")
