"""RDF terms, the namespaces, and the few IRIs that Python must name.

Everything above this floor passes terms around as `Term`; no engine's own classes leave the
module that imports the engine.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple

BASE = "https://w3id.org/livsgraf/"
LG = BASE + "ns#"
LGID = BASE + "id/"
GRAPH = BASE + "graph/"
SHAPE = BASE + "shape#"
# What follows from the rest, and our own vocabulary: neither is part of the data's digest.
DERIVED = GRAPH + "derived/"
VOCABULARY = GRAPH + "ontology/"
# Blank nodes become IRIs below this one, as RDF 1.1 Concepts section 3.5 advises.
GENID = BASE + ".well-known/genid/"

DCT = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
OWL = "http://www.w3.org/2002/07/owl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SH = "http://www.w3.org/ns/shacl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
XSD = "http://www.w3.org/2001/XMLSchema#"

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "access": "http://publications.europa.eu/resource/authority/access-right/",
        "adms": "http://www.w3.org/ns/adms#",
        "cpsv": "http://purl.org/vocab/cpsv#",
        "cpsvno": "https://data.norge.no/vocabulary/cpsvno#",
        "cv": "http://data.europa.eu/m8g/",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcatap": "http://data.europa.eu/r5r/",
        "dct": DCT,
        "dpv": "https://w3id.org/dpv#",
        "eif": "http://data.europa.eu/",
        "eira": "http://data.europa.eu/dr8/",
        "eli": "http://data.europa.eu/eli/ontology#",
        "foaf": FOAF,
        "graph": GRAPH,
        "lg": LG,
        "lgid": LGID,
        "odrl": "http://www.w3.org/ns/odrl/2/",
        "org": "http://www.w3.org/ns/org#",
        "owl": OWL,
        "prov": "http://www.w3.org/ns/prov#",
        "rdf": RDF,
        "rdfs": RDFS,
        "role": "https://data.norge.no/vocabulary/role-type#",
        "rov": "http://www.w3.org/ns/regorg#",
        "sh": SH,
        "shape": SHAPE,
        "skos": SKOS,
        "xsd": XSD,
    }
)

Kind = Literal["iri", "literal", "bnode"]

# RFC 3987: these characters, half a percent sign, and a second number sign.
_ILLEGAL_IN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\\[\]]|%(?![0-9A-Fa-f]{2})|#.*#')
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_TO_ESCAPE = re.compile(r'[\\"\x00-\x1f\x7f]')


class Term(NamedTuple):
    """An IRI, a literal or a blank node; a plain string has neither datatype nor language."""

    kind: Kind
    value: str
    datatype: str | None = None
    lang: str | None = None

    def n3(self) -> str:
        """Serialise to text that SPARQL, Turtle and N-Quads all read back as this term."""
        if self.kind == "iri":
            return f"<{self.value}>"
        if self.kind == "bnode":
            return f"_:{self.value}"
        text = quote(self.value)
        if self.lang is not None:
            return f"{text}@{self.lang}"
        if self.datatype is not None and self.datatype != XSD + "string":
            return f"{text}^^<{self.datatype}>"
        return text


Triple = tuple[Term, Term, Term]
# The last member is the graph; None is the default graph of the file that was read.
Quad = tuple[Term, Term, Term, Term | None]


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer to a SELECT: names, and one tuple per row; an unbound cell is None."""

    variables: tuple[str, ...]
    rows: list[tuple[Term | None, ...]]

    def __iter__(self) -> Iterator[tuple[Term | None, ...]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def dicts(self) -> Iterator[dict[str, Term]]:
        """Give each row as a mapping that holds bound variables only."""
        for row in self.rows:
            yield {
                name: cell
                for name, cell in zip(self.variables, row, strict=True)
                if cell is not None
            }


def quote(text: str) -> str:
    """Put text in double quotes, with every character escaped that would end or bend them."""
    return '"' + _TO_ESCAPE.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    return _ESCAPES.get(character) or f"\\u{ord(character):04X}"


def iri(text: str) -> Term:
    """Make an IRI; ValueError when it is relative or holds a character no IRI may hold."""
    if _ILLEGAL_IN_IRI.search(text) or not _SCHEME.match(text):
        raise ValueError(f"not an absolute IRI: {text!r}")
    return Term("iri", text)


def literal(value: str | int | bool, datatype: str | None = None, lang: str | None = None) -> Term:
    """Make a literal; a Python int or bool brings its own datatype, a language is lower-cased."""
    if lang is not None:
        if datatype is not None or not isinstance(value, str):
            raise ValueError("a literal has a language or a datatype, not both")
        if not _LANGUAGE.fullmatch(lang):
            raise ValueError(f"not a language tag: {lang!r}")
        return Term("literal", value, None, lang.lower())
    if isinstance(value, bool):
        return Term("literal", "true" if value else "false", datatype or XSD + "boolean")
    if isinstance(value, int):
        return Term("literal", str(value), datatype or XSD + "integer")
    return Term("literal", value, None if datatype == XSD + "string" else datatype)


def date(text: str | datetime.date) -> Term:
    """Make an xsd:date without a zone; ValueError unless it is a real day as YYYY-MM-DD."""
    if isinstance(text, datetime.date):
        text = text.isoformat()[:10]
    if not _DATE.fullmatch(text):
        raise ValueError(f"not a date as YYYY-MM-DD: {text!r}")
    datetime.date.fromisoformat(text)
    return Term("literal", text, XSD + "date")


RDF_TYPE = Term("iri", RDF + "type")
RDFS_SUBCLASS = Term("iri", RDFS + "subClassOf")
OWL_VERSION = Term("iri", OWL + "versionInfo")
# In the order a reader trusts them: the first that a node has is its name.
LABEL_PROPERTIES: tuple[Term, ...] = (
    Term("iri", SKOS + "prefLabel"),
    Term("iri", DCT + "title"),
    Term("iri", RDFS + "label"),
    Term("iri", FOAF + "name"),
)
LANGUAGES: tuple[str, ...] = ("nb", "nn", "en")


def local_name(text: str) -> str:
    """Give the part of an IRI after its last `#`, `/` or `:`, or all of it when that is empty."""
    return re.split(r"[#/:]", text.rstrip("#/"))[-1] or text


def compact(text: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """Shorten an IRI to prefix:rest for people's eyes; the longest namespace wins."""
    best = max(
        ((name, space) for name, space in prefixes.items() if text.startswith(space)),
        key=lambda pair: len(pair[1]),
        default=None,
    )
    return text if best is None else f"{best[0]}:{text[len(best[1]) :]}"
