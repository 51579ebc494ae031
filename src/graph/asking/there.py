"""What runs in a process of the pool: the store, opened once, and one question after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from graph import wall
from graph.asking.sinks import Counting, Held, Through
from graph.errors import NotAcceptable, NoWall, UnknownGraph
from graph.store import Dataset, Sink, Store, open_store, version_of


@dataclass(frozen=True, slots=True)
class Question:
    """One question as it is sent there; `folder` is where a large answer is written."""

    text: str
    name: str
    formats: Mapping[str, str]
    dataset: Dataset | None
    rows: int
    size: int
    folder: str
    through: str = ""
    """The pipe that the answer is written to piece by piece; empty where it is kept whole."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: in the answer itself, or in a file of the folder."""

    form: str
    format: str
    length: int
    rows: int
    tag: str
    content: bytes = b""
    file: str = ""


@dataclass
class _Seat:
    store: Store | None = None
    tag: str = ""
    graphs: frozenset[str] = field(default_factory=frozenset)


_SEAT = _Seat()


def sit_down(place: str) -> None:
    """Open the newest copy and warm up: the first thing a process does, before it is limited.

    NoWall where the system keeps nothing from the network: the engine would go where a text says.
    """
    if not wall.stands():
        raise NoWall
    _SEAT.tag = version_of(place).tag
    _SEAT.store = open_store(place)
    _SEAT.graphs = frozenset(_SEAT.store.graphs())
    # The engine is loaded by its first use, of which this is the smallest.
    _SEAT.store.query("SELECT ?s WHERE { ?s a <urn:none> } LIMIT 1")


def answer(question: Question) -> Written:
    """Answer one question, whole.

    Raises:
        AnswerTooLarge, NotAcceptable, UnknownGraph, and what the engine refuses.

    """
    if _SEAT.store is None:
        raise RuntimeError("nobody has sat down")
    _refuse_unknown(question.dataset)
    sinks: list[Counting] = []

    def open_sink(form: str) -> tuple[str, Sink]:
        chosen = question.formats.get(form)
        if chosen is None:
            raise NotAcceptable(sorted(set(question.formats.values())), form)
        sinks.append(_sink(question, form, chosen))
        return chosen, sinks[-1]

    form = _SEAT.store.answer(question.text, question.name, question.dataset, open_sink)
    sink = sinks[-1]
    written = Written(form, sink.format, sink.length, sink.rows, _SEAT.tag)
    if isinstance(sink, Held):
        content = sink.close()
        return Written(*_parts(written), content=content, file=sink.path)
    return written


def _parts(written: Written) -> tuple[str, str, int, int, str]:
    return written.form, written.format, written.length, written.rows, written.tag


def _sink(question: Question, form: str, chosen: str) -> Counting:
    if not question.through:
        folder = Path(question.folder)
        return Held(form, chosen, question.rows, question.size, folder)
    # The reader's end is open before we are asked; told of the form, it knows how to begin.
    out = Path(question.through).open("wb", buffering=0)  # noqa: SIM115
    out.write(f"{form} {chosen} {_SEAT.tag}\n".encode())
    return Through(form, chosen, question.size, out)


def _refuse_unknown(dataset: Dataset | None) -> None:
    from difflib import get_close_matches

    for graph in (*dataset.default, *dataset.named) if dataset else ():
        if graph not in _SEAT.graphs:
            near = get_close_matches(graph, _SEAT.graphs, 3, 0.75)
            raise UnknownGraph(graph, near)
