"""A receipt: what was accepted, from whom, when, and what it changed. Kept as JSON in the log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from graph.terms import GRAPH

FORMAT = 1
OWN_HOMES = GRAPH + "org/"
"""Below this lie the homes of what organisations handed in, one graph each."""


@dataclass(frozen=True, slots=True)
class Lacks:
    """How many gaps there were and are: those that touch what was handed in, and all of them.

    `closed` and `opened` hold the names of the gaps that came and went, anywhere in the graph.
    """

    before: int = 0
    after: int = 0
    before_in_all: int = 0
    after_in_all: int = 0
    closed: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """One commit.

    `number` counts from 1 in the order of acceptance. `sha256` is that of the bytes handed in,
    `read` of the statements they were read as, `change` of what changed; all three lie in
    `accepted/`. `built_from` is the digest of the files that the store was built from at the time.
    An undoing has no bytes of its own and names what it undoes. `digest` is that of
    the content after it, without what is derived.
    """

    number: int
    id: str
    kind: Literal["submit", "undo"]
    at: str
    organisation: str
    actor: str
    function: str
    software: str
    ontology: str
    built_from: str
    change: str
    added: int
    removed: int
    unchanged: int
    things: int
    new: int
    file: str = ""
    format: str = ""
    sha256: str = ""
    read: str = ""
    complete: bool = False
    undoes: str = ""
    warnings: int = 0
    digest: str = ""
    lacks: Lacks = field(default_factory=Lacks)

    @property
    def home(self) -> str:
        """The graph in which new things of this organisation live."""
        return OWN_HOMES + self.organisation

    @property
    def kept(self) -> tuple[str, ...]:
        """The names of the files in `accepted/` that it stands for."""
        return tuple(name for name in (self.sha256, self.read, self.change) if name)

    @property
    def name(self) -> str:
        """The receipt's file name; sorted by name is sorted by order of acceptance."""
        return f"{self.number:06d}-{self.id}.json"

    @property
    def staged(self) -> str:
        """The name of the file that announces it before it is one."""
        return self.name + ".staged"


@dataclass(frozen=True, slots=True)
class Erasure:
    """A hand's word that kept bytes of a commit are gone for good: when, by which function, which.

    `files` are names in `accepted/`. The receipt still tells what their digests were.
    """

    receipt: str
    at: str
    function: str
    files: tuple[str, ...]

    def members(self, receipt: Receipt) -> tuple[str, ...]:
        """Give the members of the receipt whose bytes are gone: `sha256`, `read`, `change`."""
        return tuple(name for name in _KEPT if getattr(receipt, name) in self.files)


_KEPT = ("sha256", "read", "change")


def in_force(receipts: Sequence[Receipt]) -> Iterator[Receipt]:
    """Give, newest first, the commits whose change stands: neither taken back nor spent on that.

    An undoing stands as long as what it took back is not there again, so it is among them.
    """
    gone: set[str] = set()
    for receipt in reversed(receipts):
        if receipt.id in gone:
            continue
        if receipt.undoes:
            gone.add(receipt.undoes)
        yield receipt


def write_erasure(erasure: Erasure) -> str:
    """Write an erasure as JSON, in the order of its fields."""
    told = {"erasure": FORMAT, **asdict(erasure)}
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def read_erasure(text: str) -> Erasure:
    """Read what `write_erasure` wrote; ValueError for anything else."""
    told: object = json.loads(text)
    if not isinstance(told, dict) or told.get("erasure") != FORMAT:
        raise ValueError("no erasure of ours")
    files = told.get("files")
    if not isinstance(files, list) or not all(type(name) is str and name for name in files):
        raise ValueError("files is missing or of the wrong kind")
    return Erasure(**_checked(told, Erasure, {"files"}), files=tuple(files))


def write_receipt(receipt: Receipt) -> str:
    """Write a receipt as JSON, in the order of its fields."""
    told = {"receipt": FORMAT, **asdict(receipt)}
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def read_receipt(text: str) -> Receipt:
    """Read what `write_receipt` wrote; ValueError for anything else."""
    told: object = json.loads(text)
    if not isinstance(told, dict) or told.get("receipt") != FORMAT:
        raise ValueError("no receipt of ours")
    values = _checked(told, Receipt, {"lacks"})
    if values["kind"] not in ("submit", "undo"):
        raise ValueError("neither a submission nor an undoing")
    lacks = told.get("lacks")
    if not isinstance(lacks, dict):
        raise ValueError("lacks is missing")
    closed, opened = (
        tuple(str(one) for one in lacks.get(name, ())) for name in ("closed", "opened")
    )
    counted = _checked(lacks, Lacks, {"closed", "opened"})
    return Receipt(**values, lacks=Lacks(closed=closed, opened=opened, **counted))


def _checked(told: Mapping[str, Any], kind: type, apart: set[str]) -> dict[str, Any]:
    kinds = {"int": int, "bool": bool}
    values = {}
    for member in fields(kind):
        if member.name in apart:
            continue
        value = told.get(member.name)
        if type(value) is not kinds.get(str(member.type), str):
            raise ValueError(f"{member.name} is missing or of the wrong kind")
        values[member.name] = value
    return values
