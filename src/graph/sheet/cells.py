"""Terms ↔ what stands in a cell. What a cell cannot say plainly it says as `<…>` or `"…"@nb`.

The law: what `to_cell` writes, `from_cell` reads back, term for term.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from graph import rdf
from graph.errors import LivsgrafError
from graph.messages import load
from graph.sheet.days import counted, day_of, fault_of
from graph.sheet.known import UNWRITABLE, Choices, Known
from graph.sheet.model import Column
from graph.terms import DCT, LANGUAGES, LGID, PREFIXES, RDF_TYPE, RDFS, XSD, Term, Triple
from graph.terms import iri as make_iri

Cell = str | int | float | bool | datetime.datetime | datetime.date | datetime.time | None
Find = Callable[[Column, str], set[str]]

_PLAIN_TERM = re.compile(r'<[^<>"{}|^`\\\s]+>|".*"(?:@[A-Za-z0-9-]+|\^\^<[^<>\s]+>)?')
_ADDRESS = re.compile(r"https?://[^\s<>\"|\\^`{}]+")
_NUMBER = re.compile(r"[+-]?\d{1,300}")
_DECIMAL = re.compile(r"[+-]?\d+(?:\.\d+)?")
_SPACES = " \u00a0\u202f"
_TRUE = {"ja", "yes", "true", "sant", "1", "x"}
_FALSE = {"nei", "no", "false", "usant", "0"}


@dataclass(frozen=True)
class Fault:
    """What is wrong with one value of a cell; `code` names the texts, `row` another row."""

    code: str
    value: str
    near: tuple[str, ...] = ()
    row: int = 0


@dataclass
class Got:
    """What a cell says: terms, the things it makes, and its faults."""

    terms: list[Term] = field(default_factory=list)
    made: list[Triple] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def to_cell(terms: Iterable[Term], column: Column, known: Known, lang: str) -> Cell:
    """Write terms as one cell; None where there are none."""
    listed = sorted(set(terms), key=lambda term: term.n3())
    if not listed:
        return None
    choices = known.of(column.choice)
    written = [_plainly(term, column, choices, lang) for term in listed]
    cell: Cell = written[0] if len(written) == 1 else "\n".join(str(part) for part in written)
    told = from_cell(cell, column, lambda c, text: known.of(c.choice).find(text), choices)
    unsafe = isinstance(cell, str) and UNWRITABLE.search(cell)
    if unsafe or told.faults or told.made or set(told.terms) != set(listed):
        return "\n".join(_escaped(term) for term in listed)
    return cell


def _escaped(term: Term) -> str:
    """Write a term as in Turtle, with nothing that a workbook would change."""

    def escape(match: re.Match[str]) -> str:
        return "".join(f"\\u{ord(sign):04X}" if sign == "_" else sign for sign in match.group())

    return re.sub(r"_x[0-9A-Fa-f]{4}_", escape, term.n3()) if term.kind == "literal" else term.n3()


def _plainly(term: Term, column: Column, choices: Choices, lang: str) -> Cell:
    if column.choice and term.kind == "iri":
        return choices.written(term.value, lang) if term.value in choices.labels else term.n3()
    if column.kind == "address" and term.kind == "iri":
        return term.value
    if column.kind == "boolean":
        return load(lang)["sheet.yes" if term.value == "true" else "sheet.no"]
    if column.kind == "date":
        day = day_of(term.value)
        # A workbook counts days from 1900 and takes that year for a leap year.
        return day if day and day.year > 1900 else term.value
    if column.kind == "integer" and re.fullmatch(r"-?[1-9]\d{0,14}|0", term.value):
        return int(term.value)
    return term.value


def from_cell(
    cell: Cell,
    column: Column,
    find: Find,
    choices: Choices | None = None,
    lang: str = LANGUAGES[0],
    also: Callable[[Column], Iterable[str]] = lambda _: (),
) -> Got:
    """Read what a cell says in a column.

    `find` gives the things a text may mean in the column; `choices` helps to name the nearest, in
    the language `lang`, and `also` gives other names that would do.
    """
    got = Got()
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return got
    terms = _as_terms(cell) if isinstance(cell, str) else None
    if terms is not None:
        got.terms = terms
    elif column.choice:
        _read_choices(text_of(cell), column, find, choices, lang, also, got)
    elif column.kind == "date":
        _read_date(cell, got)
    elif column.kind == "boolean":
        _read_boolean(cell, got)
    elif column.kind in ("integer", "decimal"):
        _read_number(cell, column, got)
    elif column.kind == "address":
        for part in re.split(r"[\s;]+", text_of(cell).strip()):
            _read_address(part, got)
    else:
        text = text_of(cell).strip()
        parts = text.split("\n") if column.many and column.kind == "string" else [text]
        got.terms = [_literal(part.strip(), column) for part in parts if part.strip()]
    return got


def _literal(text: str, column: Column) -> Term:
    if column.lang is not None:
        return Term("literal", text, None, column.lang)
    datatype = None if column.datatype == XSD + "string" else column.datatype
    return Term("literal", text, datatype)


def _as_terms(cell: str) -> list[Term] | None:
    """Read a cell every line of which is a term as in Turtle; None for any other."""
    lines = cell.strip().split("\n")
    if not all(_PLAIN_TERM.fullmatch(line) for line in lines):
        return None
    text = "".join(f"<urn:x-example:s> <urn:x-example:p> {line} .\n" for line in lines)
    try:
        return [o for _, _, o, _ in rdf.parse(text.encode("utf-8", "replace"), "nt")]
    except LivsgrafError:
        return None


def text_of(cell: Cell) -> str:
    """Write what stands in a cell: a whole number without a point, a day without a time."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    return str(cell)


def _read_choices(
    text: str,
    column: Column,
    find: Find,
    choices: Choices | None,
    lang: str,
    also: Callable[[Column], Iterable[str]],
    got: Got,
) -> None:
    for part in _parts(text, column, find):
        found = find(column, part)
        direct = _direct(part) if not found else None
        if len(found) == 1:
            got.terms.append(Term("iri", next(iter(found))))
        elif direct is not None and not (column.makes and _ADDRESS.match(part)):
            got.terms.append(direct)
        elif found:
            ways = [choices.written(thing, lang) if choices else thing for thing in found]
            got.faults.append(Fault("ambiguous", part, tuple(sorted(ways)[:5])))
        elif column.makes:
            made = _made(part, column)
            got.made += made
            got.terms.append(made[0][0])
        else:
            near = choices.nearest(part, lang, also(column)) if choices is not None else []
            got.faults.append(Fault("unknown-choice", part, tuple(near)))


def _parts(text: str, column: Column, find: Find) -> list[str]:
    """Part a cell into values: by line; a line that means nothing as it stands, by semicolon."""
    if find(column, text):
        return [text]
    found: list[str] = []
    for line in text.split("\n"):
        if column.makes or find(column, line) or ";" not in line:
            found.append(line)
        else:
            found += line.split(";")
    return [part.strip() for part in found if part.strip()]


def _direct(text: str) -> Term | None:
    """Read an IRI, or `prefix:name`, or `type/key`, written out."""
    prefix, colon, rest = text.partition(":")
    if colon and not rest.startswith("//") and prefix in PREFIXES:
        text = PREFIXES[prefix] + rest
    elif not colon and re.fullmatch(r"[a-z][a-z0-9-]*/[^\s/]+", text):
        text = LGID + text
    elif not rest.startswith("//"):
        return None
    try:
        return make_iri(text)
    except ValueError:
        return None


def _made(text: str, column: Column) -> list[Triple]:
    """Make a thing from its title: its key follows from the title, so that it is made once."""
    key = hashlib.sha256(text.encode()).hexdigest()[:10]
    thing = Term("iri", f"{LGID}{column.makes}/{key}")
    triples: list[Triple] = [(thing, RDF_TYPE, Term("iri", name)) for name in column.classes[:1]]
    triples.append((thing, Term("iri", DCT + "title"), Term("literal", text)))
    for address in _ADDRESS.findall(text):
        clean = address.rstrip(".,;:)]")
        triples.append((thing, Term("iri", RDFS + "seeAlso"), Term("iri", clean)))
    return triples


def _read_date(cell: Cell, got: Got) -> None:
    text = text_of(cell).strip()
    if isinstance(cell, datetime.datetime) and cell.time() != datetime.time():
        got.faults.append(Fault("with-time", text, (cell.date().isoformat(),)))
        return
    day = day_of(text)
    if day is not None:
        got.terms.append(Term("literal", day.isoformat(), XSD + "date"))
        return
    code, meant = fault_of(text)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        code, meant = "number-for-date", counted(cell)
    got.faults.append(Fault(code, text, (meant.isoformat(),) if meant else ()))


def _read_boolean(cell: Cell, got: Got) -> None:
    text = text_of(cell).strip()
    word = text.casefold()
    if word in _TRUE or word in _FALSE:
        got.terms.append(Term("literal", "true" if word in _TRUE else "false", XSD + "boolean"))
    else:
        got.faults.append(Fault("not-yes-or-no", text))


def _read_number(cell: Cell, column: Column, got: Got) -> None:
    text = text_of(cell).strip()
    bare = text.translate(dict.fromkeys(map(ord, _SPACES)))
    if column.kind == "decimal":
        bare = bare.replace(",", ".")
    form = _NUMBER if column.kind == "integer" else _DECIMAL
    if isinstance(cell, bool) or not form.fullmatch(bare):
        got.faults.append(Fault("not-a-number", text))
    else:
        whole = str(int(bare)) if column.kind == "integer" else bare
        got.terms.append(Term("literal", whole, column.datatype or XSD + column.kind))


def _read_address(text: str, got: Got) -> None:
    found = _direct(text)
    if found is None:
        got.faults.append(Fault("not-an-address", text))
    else:
        got.terms.append(found)


def wanted(column: Column) -> Sequence[str]:
    """Name the texts that say what may stand in a column's cells."""
    kind = "makes" if column.makes else "choice" if column.choice else column.kind
    keys = [f"sheet.kind.{kind}"]
    if column.many:
        keys.append("sheet.kind.many")
    return keys
