"""Where an answer is written: counted as it comes, and stopped where it grows too large.

The engine writes pieces of some kilobytes that end anywhere, so what is counted is told from what
is text by a state that lasts from piece to piece.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import BinaryIO

from graph.errors import AnswerTooLarge, DiskFull, Unwritable

SMALL = 1 << 18
"""An answer of so many bytes goes through the pipe; a larger one is written to a file."""
# XML 1.0 section 2.2 has no way to write these.
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_ESCAPE = re.compile(rb"\\.", re.DOTALL)


class Counting:
    """Counts rows and bytes, and raises AnswerTooLarge beyond either limit; the rest is `put`'s."""

    def __init__(self, form: str, format: str, rows: int, size: int) -> None:  # noqa: A002
        self.form, self.format = form, format
        self.rows = 1 if form == "boolean" else 0
        self.length = 0
        self._most_rows, self._most_bytes = rows, size
        self._quoted = False
        self._tail = b""
        self._header = format in ("csv", "tsv")

    def write(self, piece: bytes) -> int:
        """Take a piece from the engine."""
        taken = len(piece)
        if self.format == "xml":
            # Whoever reads XML takes a bare one for a line feed: XML 1.0 section 2.11.
            piece = piece.replace(b"\r", b"&#13;")
        self.length += len(piece)
        if self.length > self._most_bytes:
            raise AnswerTooLarge("byte", self._most_bytes)
        if self.format == "xml" and _NO_XML.search(self._tail[-2:] + piece):
            raise Unwritable("XML")
        if self.form == "rows":
            self.rows += self._rows_in(piece)
            self._refuse_many()
        self._tail = (self._tail + piece)[-16:]
        self.put(piece)
        return taken

    def count(self) -> None:
        """Count one triple."""
        self.rows += 1
        self._refuse_many()

    def flush(self) -> None:
        """Do nothing: the engine asks for it at the end."""

    def put(self, piece: bytes) -> None:
        """Keep a piece."""
        raise NotImplementedError

    def _refuse_many(self) -> None:
        if self.rows > self._most_rows:
            raise AnswerTooLarge("rows", self._most_rows)

    def _rows_in(self, piece: bytes) -> int:
        """Count the rows that begin (JSON, XML) or end (CSV, TSV) in a piece."""
        if self.format == "xml":
            # No text holds a bare <, so the tag is a row wherever it stands.
            before = self._tail[-8:]
            return _tags(before + piece) - _tags(before)
        if self.format == "tsv":
            return self._without_header(piece.count(b"\n"))
        if self.format == "csv":
            outside = self._outside(piece)
            return self._without_header(outside.count(b"\n"))
        return self._objects(piece)

    def _without_header(self, lines: int) -> int:
        if self._header and lines:
            self._header = False
            return lines - 1
        return lines

    def _outside(self, piece: bytes) -> bytes:
        """Give what stands outside quotes; a doubled quote leaves and enters again."""
        parts = piece.split(b'"')
        outside = parts[1 if self._quoted else 0 :: 2]
        if len(parts) % 2 == 0:
            self._quoted = not self._quoted
        return b"".join(outside)

    def _objects(self, piece: bytes) -> int:
        """Count the objects of JSON that are members of a list: each is one row."""
        text = self._held_back(piece)
        outside = self._outside(_ESCAPE.sub(b"", text))
        joined = self._last + outside
        self._last = outside[-1:] or self._last
        return joined.count(b"[{") + joined.count(b",{")

    _last = b""
    _half = b""

    def _held_back(self, piece: bytes) -> bytes:
        """Keep a backslash at the end of a piece for the next, whose first sign it escapes."""
        text = self._half + piece
        slashes = len(text) - len(text.rstrip(b"\\"))
        self._half = b"\\" if slashes % 2 else b""
        return text[:-1] if self._half else text


def _tags(text: bytes) -> int:
    return text.count(b"<result>") + text.count(b"<result/>")


class Held(Counting):
    """Keeps a small answer in memory, and moves to a file when it grows."""

    def __init__(self, form: str, format: str, rows: int, size: int, folder: Path) -> None:  # noqa: A002
        super().__init__(form, format, rows, size)
        self._pieces: list[bytes] = []
        self._folder = folder
        self._file: BinaryIO | None = None
        self.path = ""

    def put(self, piece: bytes) -> None:
        """Keep a piece; DiskFull where the file has no room."""
        if self._file is None:
            self._pieces.append(piece)
            if self.length <= SMALL:
                return
            place = self._folder / secrets.token_hex(8)
            handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._file = os.fdopen(handle, "wb")
            self.path = place.name
            piece, self._pieces = b"".join(self._pieces), []
        try:
            self._file.write(piece)
        except OSError as error:
            raise DiskFull(self._folder) from error

    def close(self) -> bytes:
        """Finish, and give what is kept in memory; nothing when it lies in the file."""
        if self._file is None:
            return b"".join(self._pieces)
        try:
            self._file.close()
        except OSError as error:
            raise DiskFull(self._folder) from error
        return b""


class Through(Counting):
    """Hands every piece on to whoever reads a pipe; for those who may have more than is kept."""

    def __init__(self, form: str, format: str, size: int, out: BinaryIO) -> None:  # noqa: A002
        super().__init__(form, format, 1 << 62, size)
        self._out = out

    def put(self, piece: bytes) -> None:
        """Write a piece to the pipe."""
        self._out.write(piece)
