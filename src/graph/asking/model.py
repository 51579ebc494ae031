"""What a stranger asks, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Literal

Form = Literal["rows", "boolean", "triples"]
"""What a question gives: SELECT rows, ASK a boolean, CONSTRUCT and DESCRIBE triples."""
ROWS = ("json", "xml", "csv", "tsv")
"""The formats of rows and booleans, by name; a boolean has no csv and no tsv by the standard."""
TRIPLES = ("ttl", "nt", "jsonld", "xml")
"""The formats of triples, by name; `xml` is RDF/XML."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: its text, the graphs it is asked of, and the format for each form of answer.

    `default_graphs` and `named_graphs` are the protocol's; when either is given they replace the
    FROM clauses of the text, as SPARQL 1.1 Protocol section 2.1.4 says. With none anywhere the
    default graph is the union of all graphs.
    """

    text: str
    formats: tuple[tuple[Form, str], ...]
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer: its form, the format it is written in, its size, and the bytes.

    `content` holds a small answer; a large one lies in `file`, unlinked, from its beginning, and
    is the taker's to close. `tag` names the version of the graph that was asked.
    """

    form: Form
    format: str
    length: int
    rows: int
    tag: str
    content: bytes = b""
    file: BinaryIO | None = None
