"""The log over a content → the content with everything that was accepted: `build` and `submit`.

What a file was read as is kept beside its bytes, so that taking it in again parses nothing foreign
and does not change when a reader of files does.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable
from pathlib import Path

from graph import assets, provenance, rdf
from graph.diff import Difference, Kept, Pair, diff, relied_on, with_nested
from graph.errors import ReceiptDamaged, ReceiptLost, StoreAbsent, StoreDamaged
from graph.receipt import Receipt
from graph.store import Store, open_store, version_of
from graph.store.folder import Folder
from graph.store.log import Log
from graph.terms import DCT, GRAPH, LG, RDF_TYPE, Quad, Term, Triple, literal

_EMPTIED = Term("iri", GRAPH + "emptied")
_KEPT = Term("iri", GRAPH + "kept")
_NOTHING = literal("")


def write_statements(
    said: Iterable[Triple], emptied: Iterable[Pair], kept: Iterable[Kept] = ()
) -> bytes:
    """Write what a file was read as: its statements, the pairs whose values it takes away, and the
    languages of a pair that it leaves alone.
    """
    quads: list[Quad] = [(s, p, o, None) for s, p, o in said]
    quads += [(s, p, _NOTHING, _EMPTIED) for s, p in emptied]
    quads += [(s, p, literal("", lang=lang), _KEPT) for s, p, lang in kept]
    return "".join(line + "\n" for line in rdf.nquads(quads)).encode()


def read_statements(content: bytes, name: str) -> tuple[list[Triple], list[Pair], frozenset[Kept]]:
    """Read what `write_statements` wrote."""
    said: list[Triple] = []
    emptied: list[Pair] = []
    kept: set[Kept] = set()
    for s, p, o, graph in rdf.parse(content, "nq", name=name):
        if graph == _EMPTIED:
            emptied.append((s, p))
        elif graph == _KEPT:
            kept.add((s, p, o.lang or ""))
        else:
            said.append((s, p, o))
    return said, emptied, frozenset(kept)


def replay(content: Iterable[Quad], log: Log) -> list[Quad]:
    """Take in again all that was accepted, in its order, and what tells of each commit."""
    held = _Held(content)
    _replay(held, log)
    return held.quads()


def replayed(folder: Path, base: str, log: Log) -> dict[str, Difference]:
    """Give what each commit changes, by its id, when it is taken in again on the files of a folder.

    It may differ from what it changed once, where the files say something else by now. What was
    erased changes nothing.
    """
    return _replay(_Held(_content(folder, base)), log)


def apart_without(
    folder: Path, base: str, log: Log, without: Collection[str]
) -> tuple[str, ...] | None:
    """Tell whether the content would be another if some commits had never been; None if it is not.

    Else the ids of the other commits that would have changed something else.
    """
    content = _content(folder, base)
    with_all, with_fewer = _Held(content), _Held(content)
    all_, fewer = _replay(with_all, log), _replay(with_fewer, log, without)
    if set(with_all.quads()) == set(with_fewer.quads()):
        return None
    return tuple(id_ for id_ in all_ if id_ not in without and all_[id_] != fewer[id_])


def _content(folder: Path, base: str) -> list[Quad]:
    content: list[Quad] = []
    for path in assets.data_files(folder):
        graph = Term("iri", assets.data_graph(path, folder))
        found = rdf.skolemise(rdf.parse(path, base=base), str(path))
        content += [(s, p, o, graph) for s, p, o, _ in found]
    return content


def _replay(held: _Held, log: Log, without: Collection[str] = ()) -> dict[str, Difference]:
    changes: dict[str, Difference] = {}
    receipts = log.receipts()
    there = {receipt.id: set[str]() for receipt in receipts}
    for receipt, sha256 in log.kept(receipts):
        there[receipt.id].add(sha256)
    for receipt in receipts:
        change = Difference()
        read = not receipt.read or receipt.read in there[receipt.id]
        if read and receipt.id not in without:
            for sha256 in sorted(there[receipt.id]) if receipt.read else ():
                log.content(receipt, sha256)
            change = _change(receipt, log, held, changes)
        held.apply(change)
        changes[receipt.id] = change
        held.apply(Difference(provenance.statements(receipt)))
    return changes


def _change(receipt: Receipt, log: Log, held: _Held, changes: dict[str, Difference]) -> Difference:
    if receipt.kind == "undo":
        undone = changes.get(receipt.undoes)
        if undone is None:
            reason = f"{receipt.undoes} is missing"
            raise ReceiptDamaged(log.path, receipt=f"log/{receipt.name}", reason=reason)
        return undone.back()
    name = f"accepted/{receipt.read}"
    said, emptied, kept = read_statements(log.content(receipt, receipt.read), name)
    home = Term("iri", receipt.home)
    subjects = {s for s, _, _ in said} | {s for s, _ in emptied}
    if receipt.complete:
        subjects |= held.living_in(home) - relied_on(said)
    return diff(with_nested(subjects, held.of), said, home, emptied, receipt.complete, kept)


class _Held:
    """A content by subject."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._of: dict[Term, dict[Quad, None]] = {}
        for quad in quads:
            self._of.setdefault(quad[0], {})[quad] = None

    def of(self, subjects: set[Term]) -> list[Quad]:
        return [quad for subject in subjects for quad in self._of.get(subject, ())]

    def living_in(self, home: Term) -> set[Term]:
        return {
            subject
            for subject, quads in self._of.items()
            if any(p == RDF_TYPE and g == home for _, p, _, g in quads)
        }

    def apply(self, change: Difference) -> None:
        for quad in change.removed:
            self._of.get(quad[0], {}).pop(quad, None)
        for quad in change.added:
            self._of.setdefault(quad[0], {})[quad] = None

    def quads(self) -> list[Quad]:
        return [quad for quads in self._of.values() for quad in quads]


def refuse_lost(store: Store, place: Path) -> None:
    """Raise ReceiptLost when the store tells of a commit whose receipt is gone from the log.

    ReceiptDamaged when what a receipt stands for is gone.
    """
    log = Log(place)
    receipts = log.receipts()
    log.refuse_missing(receipts)
    known = {provenance.commit_iri(receipt.id) for receipt in receipts}
    given_up = log.given_up() | _brought(place)
    rows = store.query(
        f"SELECT ?s ?id ?n WHERE {{ GRAPH <{provenance.PROVENANCE}>"
        f" {{ ?s <{DCT}identifier> ?id ; <{LG}commitNumber> ?n }} }} ORDER BY ?n"
    )
    for row in rows.dicts():
        if row["s"] not in known and row["id"].value not in given_up:
            name = f"log/{int(row['n'].value):06d}-{row['id'].value}.json"
            raise ReceiptLost(place, receipt=name)


def _brought(place: Path) -> frozenset[str]:
    """Give the commits of which a content that was brought in from elsewhere tells itself."""
    found: set[str] = set()
    for path in assets.data_files(Folder(place).content) if Folder(place).content.is_dir() else ():
        if provenance.PROVENANCE.endswith(f"/{path.stem}"):
            found |= {s.value.rpartition("/")[2] for s, _, _, _ in rdf.parse(path)}
    return frozenset(found)


def recover(place: Path) -> list[Receipt]:
    """Bring a commit that was stopped to its end, or undo it; give the receipts completed.

    Does nothing where no commit was stopped. StoreLocked while another process writes.
    """
    if not (place / "pending").exists() and not Log(place).unsettled():
        return []
    with contextlib.closing(open_store(place, write=True)) as store:
        completed = settle(store, place)
        # The writer's first look is what brings its own files back to the copy.
        store.graphs()
    return completed


def settle(store: Store, place: Path) -> list[Receipt]:
    """Complete or forget what a process that ended had announced; for the one writer.

    A commit that a damaged store cannot tell of was never acknowledged, and is forgotten.
    """
    log = Log(place)
    if not log.unsettled():
        log.finish_erasing()
        return []

    def holds(receipt: Receipt) -> bool:
        name = provenance.commit_iri(receipt.id).n3()
        try:
            return len(store.query(f"SELECT ?p WHERE {{ {name} ?p ?o }} LIMIT 1")) > 0
        except (StoreAbsent, StoreDamaged):
            return False

    completed = log.settle(holds, lambda: version_of(place).digest)
    log.finish_erasing()
    return completed
