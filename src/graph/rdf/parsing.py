"""Reading a file of RDF, or refusing it with the place of its fault."""

# ruff: noqa: A002  (`format` is what everybody calls it, the command line too)

from __future__ import annotations

import contextlib
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, cast

from graph.errors import (
    DocumentType,
    FileUnreadable,
    NotAFile,
    NotText,
    ParseError,
    TooDeep,
    TooLarge,
    TripleTerm,
    Unfinished,
    UnknownFormat,
    Unplaced,
    Utf16,
)
from graph.rdf import blame, contexts, guard
from graph.rdf.contexts import NOTHING, Filled, Known
from graph.rdf.engine import from_engine_quads
from graph.rdf.formats import SUFFIXES, TABLE_SUFFIXES, engine_format, format_of
from graph.terms import BASE, Quad


def parse(
    source: Path | str | bytes,
    format: str | None = None,
    base: str = BASE,
    name: str | None = None,
    depth: int = guard.DEPTH,
    known: Known = NOTHING,
) -> list[Quad]:
    """Read a file, or bytes in a named format, into quads in the order they are written.

    ParseError names file, line and column, both from 1; text that is not UTF-8 is refused at its
    first bad byte, and nesting beyond `depth` (TooDeep) before any parser sees it. Nothing is
    fetched; `known` holds the contexts of JSON-LD that may be named by their address. Blank nodes
    get fresh names, so that two files never share one.
    """
    if isinstance(source, bytes):
        content, shown = source.removeprefix(b"\xef\xbb\xbf"), name or "-"
        form = format or "ttl"
    else:
        shown = name or str(source)
        # What is no file at all is told before what its name ends in.
        refuse_endless(source)
        form = format or format_of(source)
        if form in TABLE_SUFFIXES.values():
            raise UnknownFormat(source, sorted(SUFFIXES))
        content = read(source)
    try:
        return _quads(content, shown, form, base, depth, known)
    except Unplaced as error:
        found = blame.not_json(text(content, shown)) if form == "jsonld" else None
        spot = found[0] if found else _searched(content, shown, form, base, known)
        if spot is None:
            raise
        reason = found[1] if found else str(error.params["reason"])
        raise ParseError(shown, *spot, reason, _line(content, spot[0])) from error


def _quads(
    content: bytes, shown: str, form: str, base: str, depth: int, known: Known
) -> list[Quad]:
    filled: list[Filled] = []
    with positions(content, shown, form, depth, filled):
        seen = content
        if form == "jsonld":
            filled.append(contexts.fill(text(content, shown), shown, known))
            seen = filled[0].text.encode()
        elif form == "xml":
            # The engine accepts signs that no XML may hold.
            fault = blame.ill_formed(content)
            if fault is not None:
                place, reason = fault
                raise ParseError(shown, *place, reason, _line(content, place.line))
        try:
            return _parsed(seen, form, base)
        except SyntaxError:
            plain = blame.joined(content) if form == "xml" else None
            if plain is None:
                raise
            with contextlib.suppress(SyntaxError):
                return _parsed(plain, form, base)
            raise


def _parsed(content: bytes | blame.Tags, form: str, base: str) -> list[Quad]:
    import pyoxigraph as ox

    return from_engine_quads(
        ox.parse(
            cast("IO[bytes] | bytes", content),
            format=engine_format(form),
            base_iri=base,
            rename_blank_nodes=True,
        )
    )


def _searched(
    content: bytes, shown: str, form: str, base: str, known: Known
) -> tuple[int, int] | None:
    """Find the place of a fault that the parser did not place."""
    if form == "xml":
        tags = blame.Tags(content)
        try:
            _parsed(tags, form, base)
        except SyntaxError:
            return tags.spot()
        return None

    def complaint(changed: str) -> str | None:
        try:
            _parsed(contexts.fill(changed, shown, known).text.encode(), form, base)
        except (SyntaxError, ValueError, ParseError) as error:
            return str(error)
        return None

    return blame.in_json(text(content, shown), complaint) if form == "jsonld" else None


def read(path: Path | str) -> bytes:
    """Read an ordinary file whole, without a byte order mark; see `read_bytes`."""
    return read_bytes(path).removeprefix(b"\xef\xbb\xbf")


def read_bytes(path: Path | str) -> bytes:
    """Read an ordinary file as it is.

    FileUnreadable when the system refuses; NotAFile for what could go on for ever, such as a pipe.
    """
    refuse_endless(path)
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise FileUnreadable(path, error.strerror or "") from error
    except ValueError as error:
        raise FileUnreadable(path, str(error)) from error
    except MemoryError as error:
        raise TooLarge(path) from error


def refuse_endless(path: Path | str) -> None:
    """Raise NotAFile for what could go on for ever, such as a pipe, or is a folder."""
    with contextlib.suppress(OSError, ValueError):
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise NotAFile(path)


@contextlib.contextmanager
def positions(
    content: bytes,
    shown: str,
    form: str = "ttl",
    depth: int = guard.DEPTH,
    filled: Sequence[Filled] = (),
) -> Iterator[None]:
    """Refuse what no parser should see, and turn what one says into an error with its place.

    `filled` holds what the parser saw instead of the content, if anything.
    """
    text(content, shown)
    _refuse_dangers(content, shown, form, depth)
    try:
        yield
    except SyntaxError as error:
        raise _told(error, content, shown, filled) from error
    except ValueError as error:
        raise Unplaced(shown, str(error)) from error
    except TripleTerm as error:
        raise TripleTerm(shown) from error
    start = guard.left_open(content) if form == "xml" else None
    if start is not None:
        place = _place(content, start)
        raise Unfinished(shown, *place, _line(content, place[0]))


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


def _refuse_dangers(content: bytes, shown: str, form: str, depth: int) -> None:
    start = guard.doctype(content) if form == "xml" else None
    if start is not None:
        place = _place(content, start)
        raise DocumentType(shown, *place, _line(content, place[0]))
    start = guard.too_deep(content, form, depth)
    if start is not None:
        place = _place(content, start)
        raise TooDeep(shown, *place, depth, _line(content, place[0]))


def _told(error: SyntaxError, content: bytes, shown: str, filled: Sequence[Filled]) -> ParseError:
    reason = re.sub(r"^Parser error .*?: ", "", error.msg)
    if error.lineno is None:
        return Unplaced(shown, reason)
    line, column = error.lineno, error.offset or 1
    for changed in filled:
        line, column = contexts.back(changed, content.decode("utf-8"), line, column)
    return ParseError(shown, line, column, reason, _line(content, line))


def _place(content: bytes, start: int) -> tuple[int, int]:
    """Give line and column, both from 1, of a byte; the column counts signs."""
    before = content[:start]
    line = before.count(b"\n") + 1
    return line, len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1


def _line(content: bytes, number: int) -> str:
    lines = content.split(b"\n", number)
    return lines[number - 1].decode("utf-8", "replace").rstrip("\r") if number <= len(lines) else ""
