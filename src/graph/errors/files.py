"""What can be wrong with a file that is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from graph.errors.base import AtPosition, InputError


class FileUnreadable(InputError):
    """A file that is not there or that the system will not let us read."""

    code = "file-unreadable"

    def __init__(self, file: Path | str, reason: str = "") -> None:
        super().__init__(file=str(file), reason=reason)


class NotAFile(InputError):
    """A folder, a pipe or a device where an ordinary file was asked for."""

    code = "not-a-file"

    def __init__(self, file: Path | str) -> None:
        super().__init__(file=str(file))


class TooLarge(InputError):
    """A content that does not fit in the memory there is."""

    code = "too-large"

    def __init__(self, file: Path | str = "") -> None:
        super().__init__(file=str(file))


class UnknownFormat(InputError):
    """A file whose ending names no RDF format that we read."""

    code = "unknown-format"

    def __init__(self, file: Path | str, known: Sequence[str] = ()) -> None:
        super().__init__(file=str(file), known=", ".join(known))


class OtherTable(UnknownFormat):
    """A spreadsheet in a form that we do not read, though its program can save it in one we do."""

    code = "other-table"

    def __init__(self, file: Path | str, ending: str) -> None:
        InputError.__init__(self, file=str(file), ending=ending)


class MacroTable(OtherTable):
    """A workbook of a kind that may hold macros."""

    code = "macro-table"


_FORMATS = {
    "ttl": "Turtle (.ttl)",
    "trig": "TriG (.trig)",
    "nt": "N-Triples (.nt)",
    "nq": "N-Quads (.nq)",
    "xml": "RDF/XML (.rdf)",
    "jsonld": "JSON-LD (.jsonld)",
    "xlsx": "Excel (.xlsx)",
    "csv": "CSV (.csv)",
    "html": "HTML",
}


class WrongFormat(InputError):
    """A file whose content is another format than its name says; `found` is what it looks like."""

    code = "wrong-format"

    def __init__(self, file: Path | str, format: str, found: str) -> None:  # noqa: A002
        super().__init__(
            file=str(file), format=_FORMATS.get(format, format), found=_FORMATS.get(found, found)
        )


class ParseError(AtPosition):
    """An RDF file that breaks its format's grammar or is not UTF-8."""

    code = "parse"


class NotText(ParseError):
    """A file that is not UTF-8; `byte` is the first that says so, empty where all of it does."""

    code = "not-utf8"

    def __init__(self, file: Path | str, line: int, column: int, byte: str, source: str) -> None:
        super().__init__(file, line, column, f"not UTF-8 (byte {byte})", source)
        del self.params["reason"]
        self.params["byte"] = byte


class Utf16(NotText):
    """A file in two bytes for every sign."""

    code = "utf-16"


class Unplaced(ParseError):
    """An RDF file that its parser refuses without saying where."""

    code = "parse-unplaced"

    def __init__(self, file: Path | str, reason: str) -> None:
        super().__init__(file, 0, 0, reason)


class Unfinished(ParseError):
    """An RDF file that ends before it has closed what it opened at this place."""

    code = "parse-unfinished"

    def __init__(self, file: Path | str, line: int, column: int, source: str = "") -> None:
        super().__init__(file, line, column, "an element is never closed", source)
        del self.params["reason"]


class DocumentType(ParseError):
    """An XML file with a DOCTYPE, which may fetch files and grow beyond all memory."""

    code = "document-type"

    def __init__(self, file: Path | str, line: int, column: int, source: str) -> None:
        super().__init__(file, line, column, "DOCTYPE", source)
        del self.params["reason"]


class RemoteContext(ParseError):
    """A JSON-LD file whose context lies on the net and is not known here; we fetch nothing."""

    code = "remote-context"

    def __init__(
        self, file: Path | str, line: int, column: int, source: str, address: str = ""
    ) -> None:
        super().__init__(file, line, column, "a context that lies elsewhere", source)
        del self.params["reason"]
        self.params["address"] = address


class BadIri(ParseError):
    """A JSON-LD file with an IRI that is none, which its parser would leave out without a word."""

    code = "bad-iri"

    def __init__(
        self, file: Path | str, line: int, column: int, value: str, source: str = ""
    ) -> None:
        super().__init__(file, line, column, "not an IRI", source)
        del self.params["reason"]
        self.params["value"] = value


class BadLanguage(BadIri):
    """A JSON-LD file with a language that is none; its parser would leave the value out."""

    code = "bad-language"


class TooManyContexts(ParseError):
    """A JSON-LD file that names a context that we know far too many times."""

    code = "too-many-contexts"

    def __init__(self, file: Path | str, line: int, column: int, source: str) -> None:
        super().__init__(file, line, column, "contexts named too many times", source)
        del self.params["reason"]


class TripleTerm(InputError):
    """A file, or an answer, in which a triple is a term (RDF 1.2)."""

    code = "triple-term"

    def __init__(self, file: Path | str) -> None:
        super().__init__(file=str(file))


class TooDeep(AtPosition):
    """A text with more levels inside one another than a parser bears."""

    code = "too-deep"

    def __init__(
        self, file: Path | str, line: int, column: int, limit: int, source: str = ""
    ) -> None:
        super().__init__(file, line, column, f"more than {limit} levels", source)
        del self.params["reason"]
        self.params["limit"] = limit


class TooTangled(InputError):
    """A file with blank nodes that nothing tells apart, more than can be put in order."""

    code = "too-tangled"

    def __init__(self, file: Path | str) -> None:
        super().__init__(file=str(file))


class NotCanonical(InputError):
    """A term that the canonical Turtle writer refuses, because an engine would rewrite it."""

    code = "not-canonical"

    def __init__(self, term: str, reason: str) -> None:
        super().__init__(term=term, reason=reason)
