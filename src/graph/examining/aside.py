"""What stands in a file and is no statement: comments, properties of a workbook, cells unread.

The bytes of a file are kept as they came, so what must not be said must not stand there either. The
same checks look at it, as texts of the file's own.
"""

from __future__ import annotations

import codecs
import contextlib
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from graph.examining.ground import Ground
from graph.examining.telling import told
from graph.findings import Finding, Place
from graph.plain import may_tell, plain
from graph.submission import Submission
from graph.terms import DCT, RDFS, Term, Triple, literal

_TEXT, _AUTHOR = Term("iri", RDFS + "comment"), Term("iri", DCT + "creator")
_LONG = 300
_MOST = 20_000_000
_SHOWN = 120
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PARTS = re.compile(
    r"xl/(sharedStrings|(threaded)?comments/?\w*|worksheets/\w+)\.xml|docProps/.*", re.IGNORECASE
)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)
_STRING = re.compile(r"<(?:\w+:)?(t|text)\b[^>]*>([^<]*)</")
_OWN = re.compile(r"<(?:\w+:)?(creator|lastModifiedBy|manager)\b[^>]*>([^<]*)</", re.IGNORECASE)


class _Piece(NamedTuple):
    file: Submission
    text: str
    line: int | None
    path: Term


def aside(
    files: Sequence[Submission], found: Sequence[Finding], ground: Ground
) -> tuple[Finding, ...]:
    """Judge what stands in files beside their statements by the checks of the ground.

    `found` is what was found in the statements, with places: that is not told once more.
    """
    pieces = [piece for file in files for piece in _pieces(file)]
    if not pieces:
        return ()
    things = [Term("iri", f"urn:piece:{number}") for number in range(len(pieces))]
    said: list[Triple] = [
        (thing, piece.path, literal(piece.text))
        for thing, piece in zip(things, pieces, strict=True)
    ]
    by_name = dict(zip((thing.value for thing in things), pieces, strict=True))
    judged = ((by_name.get(finding.focus), finding) for finding in ground.bench.run(said))
    made = [
        _of(piece, finding)
        for piece, finding in judged
        if piece is not None and not any(_covers(other, finding, piece) for other in found)
    ]
    return tuple(_once(made))


def _once(findings: Sequence[Finding]) -> Iterator[Finding]:
    seen: set[tuple[object, ...]] = set()
    for finding in findings:
        key = (finding.rule, finding.place, finding.value)
        if key not in seen:
            seen.add(key)
            yield finding


def _of(piece: _Piece, finding: Finding) -> Finding:
    """Give a finding about a text of a file itself."""
    text = piece.text.strip()
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    key = "aside.author" if piece.path == _AUTHOR else "aside.text"
    return replace(
        finding,
        focus=piece.file.name,
        label={},
        path=None,
        path_label={},
        value=literal(shown),
        fix=told(key, fix=finding.fix),
        example=None,
        source=piece.file.name,
        place=Place(piece.file.name, piece.line, 1 if piece.line else None),
    )


def _covers(other: Finding, finding: Finding, piece: _Piece) -> bool:
    """Tell whether a finding about a statement is about the same text."""
    place = other.place
    if other.rule != finding.rule or place is None or place.file != piece.file.name:
        return False
    value = "" if other.value is None else other.value.value
    if place.line is not None and piece.line is not None:
        if place.line <= piece.line <= place.line + value.count("\n"):
            return True
        # An address is written wherever it is used, often without its beginning.
        last = re.split(r"[/#]", value)[-1]
        return other.value is not None and other.value.kind == "iri" and last in piece.text
    return bool(value) and plain(value).strip() in plain(piece.text)


# -- the pieces of a file -----------------------------------------------------------------------


def _pieces(file: Submission) -> Iterator[_Piece]:
    if file.format == "xlsx":
        yield from _of_workbook(file)
        return
    coding = next((name for mark, name in _MARKS if file.content.startswith(mark)), "utf-8")
    lines = file.content.decode(coding, "replace").split("\n")
    for number, line in enumerate(lines, 1):
        parts = [line] if len(line) <= _LONG else line.split('"')
        for part in parts:
            if may_tell(part):
                yield _Piece(file, part.rstrip("\r"), number, _TEXT)


def _of_workbook(file: Submission) -> Iterator[_Piece]:
    """Give who a workbook says made it, and the texts of its cells and their comments."""
    with contextlib.suppress(*_BROKEN), zipfile.ZipFile(io.BytesIO(file.content)) as packed:
        for name in filter(_PARTS.fullmatch, packed.namelist()):
            with packed.open(name) as part:
                text = part.read(_MOST).decode("utf-8", "replace")
            own = name.startswith("docProps/")
            for _, found in (_OWN if own else _STRING).findall(text):
                said = html.unescape(found).strip()
                if own or may_tell(said):
                    yield _Piece(file, said, None, _AUTHOR if own else _TEXT)
