"""Reading RDF and writing it canonically. The only module that names RDF formats.

A store and a diff both need one spelling for one fact, so what is written here is sorted, has no
blank nodes and only literals that an engine gives back unchanged.
"""

# ruff: noqa: A002  (`format` is what everybody calls it, the command line too)

from __future__ import annotations

import contextlib
import datetime
import hashlib
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from graph.errors import (
    DocumentType,
    FileUnreadable,
    NotAFile,
    NotCanonical,
    NotText,
    ParseError,
    RemoteContext,
    TooDeep,
    TooLarge,
    TooTangled,
    TripleTerm,
    Unfinished,
    UnknownFormat,
    Unplaced,
    Utf16,
)
from graph.rdf import guard, tangle
from graph.terms import BASE, GENID, LGID, RDF_TYPE, XSD, Quad, Term, Triple, quote

if TYPE_CHECKING:
    import pyoxigraph as ox

    EngineTerm = ox.NamedNode | ox.BlankNode | ox.Literal

# suffix -> the format's name, as people write it after --format
SUFFIXES: Mapping[str, str] = {
    ".ttl": "ttl",
    ".nt": "nt",
    ".nq": "nq",
    ".trig": "trig",
    ".rdf": "xml",
    ".xml": "xml",
    ".jsonld": "jsonld",
}
_WIDTH = 100
_ELSEWHERE = re.compile(rb'"@(?:context|import)"\s*:\s*(?:\[\s*)?"')

_SAFE_LOCAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_LOCAL_AT_END = re.compile(r"[A-Za-z0-9_-]*\Z")
_TYPE_FOLDER = re.compile(r"[a-z](?:[a-z0-9-]*[a-z0-9])?")
_CANONICAL = {
    XSD + "integer": re.compile(r"0|-?[1-9][0-9]*"),
    XSD + "boolean": re.compile(r"true|false"),
    XSD + "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    XSD + "gYear": re.compile(r"[0-9]{4}"),
}
# Turtle reads these without quotes and datatype.
_BARE = frozenset({XSD + "integer", XSD + "boolean"})


def format_of(path: Path | str) -> str:
    """Tell a file's RDF format by its ending; UnknownFormat when no reader has it."""
    name = SUFFIXES.get(Path(path).suffix.lower())
    if name is None:
        raise UnknownFormat(path, sorted(SUFFIXES))
    return name


def parse(
    source: Path | str | bytes,
    format: str | None = None,
    base: str = BASE,
    name: str | None = None,
) -> list[Quad]:
    """Read a file, or bytes in a named format, into quads in the order they are written.

    ParseError names file, line and column, both from 1; text that is not UTF-8 is refused at its
    first bad byte, and nesting beyond `guard.DEPTH` (TooDeep) before any parser sees it. Nothing
    is fetched. Blank nodes get fresh names, so that two files never share one.
    """
    import pyoxigraph as ox

    if isinstance(source, bytes):
        content, shown = source.removeprefix(b"\xef\xbb\xbf"), name or "-"
        form = format or "ttl"
    else:
        shown = name or str(source)
        # What is no file at all is told before what its name ends in.
        _refuse_endless(source)
        form = format or format_of(source)
        content = read(source)
    with positions(content, shown, form):
        return [
            _quad(quad)
            for quad in ox.parse(
                content, format=engine_format(form), base_iri=base, rename_blank_nodes=True
            )
        ]


def read(path: Path | str) -> bytes:
    """Read an ordinary file whole, without a byte order mark.

    FileUnreadable when the system refuses; NotAFile for what could go on for ever, such as a pipe.
    """
    _refuse_endless(path)
    try:
        return Path(path).read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise FileUnreadable(path, error.strerror or "") from error
    except ValueError as error:
        raise FileUnreadable(path, str(error)) from error
    except MemoryError as error:
        raise TooLarge(path) from error


def _refuse_endless(path: Path | str) -> None:
    with contextlib.suppress(OSError, ValueError):
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise NotAFile(path)


@contextlib.contextmanager
def positions(content: bytes, shown: str, form: str = "ttl") -> Iterator[None]:
    """Refuse what no parser should see, and turn what one says into an error with its place."""
    text(content, shown)
    _refuse_dangers(content, shown, form)
    try:
        yield
    except SyntaxError as error:
        raise _told(error, content, shown) from error
    except ValueError as error:
        raise Unplaced(shown, str(error)) from error
    except TripleTerm as error:
        raise TripleTerm(shown) from error
    if form == "xml" and guard.left_open(content):
        raise Unfinished(shown)


def text(content: bytes, shown: str) -> str:
    """Give the text that bytes hold; NotText at the first byte that is not UTF-8."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in content[:2]:
        raise Utf16(shown, 1, 1, "", "")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        place = _place(content, error.start)
        raise NotText(
            shown, *place, f"0x{content[error.start]:02X}", _line(content, place[0])
        ) from (error)


def _refuse_dangers(content: bytes, shown: str, form: str) -> None:
    start = guard.doctype(content) if form == "xml" else None
    if start is not None:
        place = _place(content, start)
        raise DocumentType(shown, *place, _line(content, place[0]))
    start = guard.too_deep(content, form)
    if start is not None:
        place = _place(content, start)
        raise TooDeep(shown, *place, guard.DEPTH, _line(content, place[0]))


def _told(error: SyntaxError, content: bytes, shown: str) -> ParseError:
    reason = re.sub(r"^Parser error .*?: ", "", error.msg)
    if "LoadDocumentCallback" in reason:
        found = _ELSEWHERE.search(content)
        place = _place(content, found.start() if found else 0)
        return RemoteContext(shown, *place, _line(content, place[0]))
    if error.lineno is None:
        return Unplaced(shown, reason)
    line, column = error.lineno, error.offset or 1
    return ParseError(shown, line, column, reason, _line(content, line))


def _place(content: bytes, start: int) -> tuple[int, int]:
    """Give line and column, both from 1, of a byte; the column counts signs."""
    before = content[:start]
    line = before.count(b"\n") + 1
    return line, len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1


def _line(content: bytes, number: int) -> str:
    lines = content.split(b"\n", number)
    return lines[number - 1].decode("utf-8", "replace").rstrip("\r") if number <= len(lines) else ""


def engine_format(name: str) -> ox.RdfFormat:
    """Give the engine's own name for a format."""
    import pyoxigraph as ox

    formats = {
        "ttl": ox.RdfFormat.TURTLE,
        "nt": ox.RdfFormat.N_TRIPLES,
        "nq": ox.RdfFormat.N_QUADS,
        "trig": ox.RdfFormat.TRIG,
        "xml": ox.RdfFormat.RDF_XML,
        "jsonld": ox.RdfFormat.JSON_LD,
    }
    if name not in formats:
        raise UnknownFormat(name, sorted(formats))
    return formats[name]


def from_engine(term: object) -> Term:
    """Make our term of the engine's; TripleTerm for a triple used as a term."""
    import pyoxigraph as ox

    if isinstance(term, ox.NamedNode):
        return Term("iri", term.value)
    if isinstance(term, ox.Literal):
        if term.language is not None:
            return Term("literal", term.value, None, term.language)
        datatype = term.datatype.value
        return Term("literal", term.value, None if datatype == XSD + "string" else datatype)
    if isinstance(term, ox.BlankNode):
        return Term("bnode", term.value)
    raise TripleTerm("")


def to_engine(term: Term) -> EngineTerm:
    """Make the engine's term of ours."""
    import pyoxigraph as ox

    if term.kind == "iri":
        return ox.NamedNode(term.value)
    if term.kind == "bnode":
        return ox.BlankNode(term.value)
    if term.lang is not None:
        return ox.Literal(term.value, language=term.lang)
    if term.datatype is not None:
        return ox.Literal(term.value, datatype=ox.NamedNode(term.datatype))
    return ox.Literal(term.value)


def _quad(quad: ox.Quad) -> Quad:
    import pyoxigraph as ox

    named = not isinstance(quad.graph_name, ox.DefaultGraph)
    return (
        from_engine(quad.subject),
        from_engine(quad.predicate),
        from_engine(quad.object),
        from_engine(quad.graph_name) if named else None,
    )


def to_engine_quads(quads: Iterable[Quad]) -> Iterable[ox.Quad]:
    """Make the engine's quads of ours, one at a time; a term that comes again is made once."""
    import pyoxigraph as ox

    made: dict[Term, EngineTerm] = {}
    for subject, predicate, object_, graph in quads:
        for term in (subject, predicate, object_):
            if term not in made:
                made[term] = to_engine(term)
        place = ox.DefaultGraph() if graph is None else ox.NamedNode(graph.value)
        # The parser has already refused a literal as subject or predicate.
        yield ox.Quad(made[subject], made[predicate], made[object_], place)  # type: ignore[arg-type]


def skolemise(quads: Iterable[Quad], name: str = "-") -> list[Quad]:
    """Replace blank nodes by IRIs that depend on the content alone (RDFC-1.0, then its hash).

    The same content gives the same IRIs whatever its blank nodes were called, so taking in a file
    twice changes nothing. TooTangled, with the file's name, where nothing tells them apart.
    """
    import pyoxigraph as ox

    given = list(quads)
    if not any(term is not None and term.kind == "bnode" for quad in given for term in quad):
        return given
    mark = Term("iri", tangle.MARK)
    try:
        marks = tangle.marks(given)
    except tangle.Tangled as error:
        raise TooTangled(name) from error
    marked = [(node, mark, Term("literal", said), None) for node, said in marks.items()]
    dataset = ox.Dataset(to_engine_quads([*given, *marked]))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    named = [quad for quad in map(_quad, dataset) if quad[1] != mark]
    seal = digest(named)[:32]

    def place(term: Term) -> Term:
        return Term("iri", f"{GENID}{seal}-{term.value}") if term.kind == "bnode" else term

    return [(place(s), p, place(o), g and place(g)) for s, p, o, g in named]


def nquads(quads: Iterable[Quad]) -> list[str]:
    """Write quads as sorted N-Quads lines without repeats; canonical when no blank node is left."""
    return sorted({" ".join(t.n3() for t in quad if t is not None) + " ." for quad in quads})


def digest(quads: Iterable[Quad]) -> str:
    """Give the SHA-256 of the quads' N-Quads lines."""
    return digest_lines(nquads(quads))


def digest_lines(lines: Iterable[str]) -> str:
    """Give the SHA-256 of N-Quads lines, sorted, each ended by a line feed."""
    total = hashlib.sha256()
    for line in sorted(lines):
        total.update(line.encode() + b"\n")
    return total.hexdigest()


def refuse_noncanonical(term: Term) -> None:
    """Raise NotCanonical for a term that an engine would rewrite or that has no fixed name."""
    if term.kind == "bnode":
        raise NotCanonical(term.n3(), "blank node")
    if term.kind == "iri" or term.datatype is None or term.datatype == XSD + "string":
        return
    form = _CANONICAL.get(term.datatype)
    if form is None:
        raise NotCanonical(term.n3(), "datatype")
    if not form.fullmatch(term.value):
        raise NotCanonical(term.n3(), "lexical form")
    if term.datatype == XSD + "date":
        try:
            datetime.date.fromisoformat(term.value)
        except ValueError as error:
            raise NotCanonical(term.n3(), "no such day") from error


def write_turtle(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> str:
    """Write triples as Turtle in the one form that data/ has: write(parse(write(x))) == write(x).

    Sorted subjects, `a` first, predicates by IRI, IRIs before literals, literals by language. Only
    prefixes that are used are declared. An IRI `…/id/{type}/{key}` gets the prefix `{type}:`
    without being asked. Blank nodes and literals that are not canonical are refused.
    """
    names = _Names(prefixes)
    subjects: dict[Term, dict[Term, set[Term]]] = {}
    for subject, predicate, object_ in triples:
        subjects.setdefault(subject, {}).setdefault(predicate, set()).add(object_)
    blocks = [
        _block(subject, subjects[subject], names)
        for subject in sorted(subjects, key=lambda term: term.value)
    ]
    head = "".join(f"@prefix {name}: <{space}> .\n" for name, space in names.declared())
    return head + "".join("\n" + block for block in blocks)


def _block(subject: Term, said: Mapping[Term, set[Term]], names: _Names) -> str:
    lines: list[str] = []
    for predicate in sorted(said, key=lambda term: (term != RDF_TYPE, term.value)):
        verb = "a" if predicate == RDF_TYPE else names.text(predicate)
        objects = [names.text(term) for term in sorted(said[predicate], key=_object_order)]
        line = f"  {verb} " + ", ".join(objects)
        if len(objects) > 1 and len(line) + 2 > _WIDTH:
            line = f"  {verb}\n    " + ",\n    ".join(objects)
        lines.append(line)
    return names.text(subject) + "\n" + " ;\n".join(lines) + " .\n"


def _object_order(term: Term) -> tuple[bool, str, str, str]:
    return term.kind != "iri", term.lang or "", term.value, term.datatype or ""


class _Names:
    """How each term of one file is spelt, and which prefixes that used."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._spaces = {space: name for name, space in prefixes.items()}
        self._taken = dict(prefixes)
        self._used: set[str] = set()
        self._spelt: dict[Term, str] = {}

    def declared(self) -> list[tuple[str, str]]:
        """List the prefixes used so far, by name."""
        return sorted((self._spaces[space], space) for space in self._used)

    def text(self, term: Term) -> str:
        """Spell a term; NotCanonical when it must not be written."""
        spelt = self._spelt.get(term)
        if spelt is None:
            refuse_noncanonical(term)
            spelt = self._iri(term.value) if term.kind == "iri" else self._literal(term)
            self._spelt[term] = spelt
        return spelt

    def _literal(self, term: Term) -> str:
        if term.datatype in _BARE:
            return term.value
        text = quote(term.value)
        if term.lang is not None:
            return f"{text}@{term.lang.lower()}"
        if term.datatype is None or term.datatype == XSD + "string":
            return text
        return f"{text}^^{self._iri(term.datatype)}"

    def _iri(self, text: str) -> str:
        cut = _LOCAL_AT_END.search(text)
        local = cut.group() if cut else ""
        space = text[: len(text) - len(local)]
        if not _SAFE_LOCAL.fullmatch(local) or not self._known(space):
            return f"<{text}>"
        self._used.add(space)
        return f"{self._spaces[space]}:{local}"

    def _known(self, space: str) -> bool:
        if space in self._spaces:
            return True
        folder = space.removeprefix(LGID).removesuffix("/")
        if not space.startswith(LGID) or not _TYPE_FOLDER.fullmatch(folder):
            return False
        # A vocabulary may already own the short name; both must be readable in one file.
        name = folder if folder not in self._taken else f"id-{folder}"
        if name in self._taken:
            return False
        self._spaces[space], self._taken[name] = name, space
        return True
