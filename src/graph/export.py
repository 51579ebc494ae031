"""The store's content → files. The vocabulary and what is derived stay out: they are made anew."""

from __future__ import annotations

import io
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from graph import rdf
from graph.store import Store
from graph.terms import DERIVED, GRAPH, PREFIXES, VOCABULARY, iri

FORMATS = ("trig", "nquads", "turtle")


def stated(store: Store) -> list[str]:
    """Name the graphs that hold what was handed in, sorted."""
    return [name for name in store.graphs() if not name.startswith((DERIVED, VOCABULARY))]


def write(store: Store, output: str, out: TextIO) -> int:
    """Write every stated graph as `trig` or `nquads`; gives how many graphs there were."""
    names = stated(store)
    write_graphs(store, names, {"nquads": "nq"}.get(output, output), out)
    return len(names)


def write_graphs(store: Store, names: Iterable[str], output: str, out: TextIO) -> None:
    """Write these graphs in canonical order, as `trig` or `nq`, or as one graph in `ttl`."""
    if output == "ttl":
        triples = {triple for name in names for triple in store.read(name)}
        out.write(rdf.write_turtle(triples, PREFIXES, any_literal=True))
        return
    writer = {"trig": _trig, "nq": _nquads}[output]
    for name in names:
        out.writelines(writer(store, name))


def strangers(store: Store, folder: Path) -> list[Path]:
    """List the Turtle files in a folder that `write_folder` would leave: they are no part of it."""
    ours = {_place(folder, name) for name in stated(store)}
    found = folder.rglob("*.ttl") if folder.is_dir() else ()
    return sorted(path for path in found if path not in ours)


def _place(folder: Path, name: str) -> Path:
    return folder / (name.removeprefix(GRAPH).replace(":", "/").strip("/") + ".ttl")


def write_folder(store: Store, folder: Path, told: Callable[[Path], None] | None = None) -> int:
    """Write one Turtle file per stated graph, under the folders of its name; gives how many.

    A build from the folder gives the same content, digest for digest.
    """
    names = stated(store)
    for name in names:
        path = _place(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path) as out:
            out.write(rdf.write_turtle(store.read(name), PREFIXES, any_literal=True))
        if told:
            told(path)
    return len(names)


@contextmanager
def whole(path: Path) -> Iterator[TextIO]:
    """Open a text file that takes its place only when all of it is written; see `_whole`."""
    with _whole(path) as raw:
        out = io.TextIOWrapper(raw, encoding="utf-8", newline="\n", write_through=True)
        yield out
        out.detach()


def write_whole(path: Path, content: bytes) -> None:
    """Write bytes to a file that takes its place only when all of them are written."""
    with _whole(path) as out:
        out.write(content)


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside another and put it in its place when all is on disk.

    What is no ordinary file, such as a pipe, is written as it is.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as out:
            yield out
        return
    # A link stays a link: what it names is what is replaced.
    place = path.resolve()
    beside = place.with_name(f".{place.name[:60]}.{secrets.token_hex(4)}")
    try:
        with beside.open("xb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        if place.exists():
            shutil.copymode(place, beside)
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)


def _nquads(store: Store, name: str) -> Iterator[str]:
    graph = iri(name)
    lines = rdf.nquads((s, p, o, graph) for s, p, o in store.read(name))
    return (line.rstrip("\n") + "\n" for line in lines)


def _trig(store: Store, name: str) -> Iterator[str]:
    """Give one graph block; TriG lets prefixes stand before each block, so each brings its own."""
    lines = rdf.write_turtle(store.read(name), PREFIXES, any_literal=True).splitlines(keepends=True)
    yield from (line for line in lines if line.startswith("@prefix"))
    yield f"\n<{name}> {{\n"
    yield from (line for line in lines if not line.startswith("@prefix"))
    yield "}\n\n"
