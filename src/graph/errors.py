"""What can go wrong, as one tree; the texts are in messages/, found by `code`.

    LivsgrafError                      (exit status)
    ├── InputError                     2  what the user gave cannot be used
    │   ├── UnknownName                   name, kind; suggestions
    │   ├── BadDate                       value
    │   ├── BadValue                      name, value, type
    │   │   └── TooLow                    minimum
    │   ├── BadSetting                    name, value, known
    │   ├── FileUnreadable                file, reason
    │   ├── NotAFile                      file
    │   ├── TooLarge                      file
    │   ├── UnknownFormat                 file; known
    │   ├── ParseError                    file, line, column, reason; source
    │   │   ├── NotText                   byte
    │   │   │   └── Utf16                 (the whole file)
    │   │   ├── Unplaced                  (no line)
    │   │   ├── Unfinished                (no line)
    │   │   ├── DocumentType
    │   │   └── RemoteContext
    │   ├── TripleTerm                    file
    │   ├── TooDeep                       file, line, column; source, limit
    │   │   └── QueryTooDeep
    │   ├── TooTangled                    file
    │   ├── QuerySyntaxError              file, line, column, reason; source, found
    │   │   └── UndeclaredPrefix          prefix
    │   ├── QueryOutside                  file, line, column, word; source
    │   ├── QueryWrites                   file, line, column, word; source
    │   ├── QueryTooLong                  file, signs, limit
    │   ├── UnknownFunction               file, function
    │   ├── Unanswerable                  file, reason
    │   ├── HeaderError                   file, line, reason
    │   ├── NotCanonical                  term, reason
    │   ├── ValidationFailed              count; findings
    │   └── StoreError                 2  the store cannot be used as asked
    │       ├── StoreAbsent               path
    │       ├── StoreLocked               path
    │       ├── StoreVersionMismatch      path, found, expected
    │       ├── StoreNotWritable          path
    │       ├── StoreUnmakable            path
    │       ├── StoreNotReadable          path
    │       ├── StoreForeign              path
    │       ├── StoreIsFile               path
    │       ├── StoreDamaged              path, reason
    │       │   └── ReceiptDamaged        path, receipt, reason
    │       └── DiskFull                  path
    └── InternalError                  3  our own fault: reason

An error carries a code and parameters and never a sentence for users: which language the user
reads is known only to the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class LivsgrafError(Exception):
    """The root of all errors that are ours; `code` names a message, `params` fill it."""

    code = "error"
    exit_status = 3

    def __init__(self, **params: object) -> None:
        self.params: dict[str, object] = params
        super().__init__(self.code)

    def __str__(self) -> str:
        """Tell developers and logs what happened; users read the text behind `code`."""
        told = ", ".join(f"{k}={v}" for k, v in self.params.items() if v not in (None, "", ()))
        return f"{self.code}: {told}" if told else self.code


class InputError(LivsgrafError):
    """What the user gave cannot be used; the user can put it right."""

    code = "input"
    exit_status = 2


class UnknownName(InputError):
    """A name that nothing here bears; `suggestions` holds the nearest ones, best first.

    `known` holds every name that could have stood there, where they are few.
    """

    code = "unknown-name"

    def __init__(
        self,
        name: str,
        kind: str = "",
        suggestions: Sequence[str] = (),
        known: Sequence[str] = (),
    ) -> None:
        super().__init__(name=name, kind=kind, suggestions=", ".join(suggestions))
        self.name = name
        self.kind = kind
        self.suggestions = tuple(suggestions)
        self.known = tuple(known)


class BadDate(InputError):
    """A text that is no day of the calendar written as YYYY-MM-DD."""

    code = "bad-date"

    def __init__(self, value: str) -> None:
        super().__init__(value=value)


class BadValue(InputError):
    """A value that does not have the type its parameter asks for."""

    code = "bad-value"

    def __init__(self, name: str, value: str, wanted: str) -> None:
        super().__init__(name=name, value=value, type=wanted)


class TooLow(BadValue):
    """A whole number below the least that its parameter allows."""

    code = "too-low"

    def __init__(self, name: str, value: str, wanted: str, minimum: int) -> None:
        super().__init__(name, value, wanted)
        self.params["minimum"] = minimum
        self.minimum = minimum


class BadSetting(InputError):
    """A variable of the environment that holds what we cannot use."""

    code = "bad-setting"

    def __init__(self, name: str, value: str, known: Sequence[str]) -> None:
        super().__init__(name=name, value=value, known=", ".join(known))


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


class _AtPosition(InputError):
    """A fault at a place in a text; lines and columns count from 1."""

    def __init__(
        self, file: Path | str, line: int, column: int, reason: str, source: str = ""
    ) -> None:
        super().__init__(file=str(file), line=line, column=column, reason=reason, source=source)
        self.file = str(file)
        self.line = line
        self.column = column
        self.reason = reason
        self.source = source


class ParseError(_AtPosition):
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
    """An RDF file that ends before it has closed what it opened."""

    code = "parse-unfinished"

    def __init__(self, file: Path | str) -> None:
        super().__init__(file, 0, 0, "an element is never closed")
        del self.params["reason"]


class DocumentType(ParseError):
    """An XML file with a DOCTYPE, which may fetch files and grow beyond all memory."""

    code = "document-type"

    def __init__(self, file: Path | str, line: int, column: int, source: str) -> None:
        super().__init__(file, line, column, "DOCTYPE", source)
        del self.params["reason"]


class RemoteContext(ParseError):
    """A JSON-LD file whose context lies on the net; we fetch nothing."""

    code = "remote-context"

    def __init__(self, file: Path | str, line: int, column: int, source: str) -> None:
        super().__init__(file, line, column, "a context that lies elsewhere", source)
        del self.params["reason"]


class TripleTerm(InputError):
    """A file, or an answer, in which a triple is a term (RDF 1.2)."""

    code = "triple-term"

    def __init__(self, file: Path | str) -> None:
        super().__init__(file=str(file))


class TooDeep(_AtPosition):
    """A text with more levels inside one another than a parser bears."""

    code = "too-deep"

    def __init__(
        self, file: Path | str, line: int, column: int, limit: int, source: str = ""
    ) -> None:
        super().__init__(file, line, column, f"more than {limit} levels", source)
        del self.params["reason"]
        self.params["limit"] = limit


class QueryTooDeep(TooDeep):
    """A query with more brackets inside one another than the engine bears."""

    code = "query-too-deep"


class TooTangled(InputError):
    """A file with blank nodes that nothing tells apart, more than can be put in order."""

    code = "too-tangled"

    def __init__(self, file: Path | str) -> None:
        super().__init__(file=str(file))


class QuerySyntaxError(_AtPosition):
    """A query that is not SPARQL 1.1; `source` is the line at fault, for a caret below it.

    `found` is what stands there where something else was expected; `ends` tells a text that stops
    before it is complete.
    """

    code = "query-syntax"

    def __init__(
        self,
        file: Path | str,
        line: int,
        column: int,
        reason: str,
        source: str = "",
        found: str = "",
        ends: bool = False,
    ) -> None:
        super().__init__(file, line, column, reason, source)
        self.found = found
        self.ends = ends


class UndeclaredPrefix(QuerySyntaxError):
    """A query that uses a prefix without a PREFIX line for it."""

    code = "query-prefix"

    def __init__(
        self, file: Path | str, line: int, column: int, prefix: str, source: str = ""
    ) -> None:
        super().__init__(file, line, column, f"the prefix {prefix}: is not declared", source)
        del self.params["reason"]
        self.params["prefix"] = prefix


class QueryOutside(_AtPosition):
    """A query that would ask beyond the graph; nothing a person writes makes us go out."""

    code = "query-outside"

    def __init__(self, file: Path | str, line: int, column: int, word: str, source: str) -> None:
        super().__init__(file, line, column, word, source)
        del self.params["reason"]
        self.params["word"] = word


class QueryWrites(QueryOutside):
    """An update where a question was asked for; nothing was changed."""

    code = "query-writes"


class QueryTooLong(InputError):
    """A query with more words and signs than the engine bears."""

    code = "query-too-long"

    def __init__(self, file: Path | str, signs: int, limit: int) -> None:
        super().__init__(file=str(file), signs=signs, limit=limit)


class UnknownFunction(InputError):
    """A query that calls a function which the engine does not have."""

    code = "unknown-function"

    def __init__(self, file: Path | str, function: str) -> None:
        super().__init__(file=str(file), function=function)


class Unanswerable(InputError):
    """A query in good SPARQL that the engine refuses to answer."""

    code = "query-unanswerable"

    def __init__(self, file: Path | str, reason: str) -> None:
        super().__init__(file=str(file), reason=reason)


class HeaderError(InputError):
    """A query file whose header breaks the rules for headers."""

    code = "header"

    def __init__(self, file: Path | str, line: int, reason: str) -> None:
        super().__init__(file=str(file), line=line, reason=reason)
        self.file = str(file)
        self.line = line
        self.reason = reason


class NotCanonical(InputError):
    """A term that the canonical Turtle writer refuses, because an engine would rewrite it."""

    code = "not-canonical"

    def __init__(self, term: str, reason: str) -> None:
        super().__init__(term=term, reason=reason)


class ValidationFailed(InputError):
    """A build stopped by violations; `findings` holds them all, warnings too."""

    code = "validation-failed"

    def __init__(self, findings: Sequence[object], count: int) -> None:
        super().__init__(count=count)
        self.findings = tuple(findings)


class StoreError(InputError):
    """The store cannot be used as asked."""

    code = "store"

    def __init__(self, path: Path | str, **params: object) -> None:
        super().__init__(path=str(path), **params)
        self.path = Path(path)


class StoreAbsent(StoreError):
    """No whole store at this place; a build makes one."""

    code = "store-absent"


class StoreLocked(StoreError):
    """Another process writes to this store; reading goes on beside it."""

    code = "store-locked"


class StoreVersionMismatch(StoreError):
    """A store whose format another version of the software wrote; a build replaces it."""

    code = "store-version"


class StoreNotWritable(StoreError):
    """The system will not let us write where the store is or should be."""

    code = "store-not-writable"


class StoreUnmakable(StoreError):
    """The system has no room for a folder of that name, as in /proc."""

    code = "store-unmakable"


class StoreNotReadable(StoreError):
    """The system will not let us read the store."""

    code = "store-not-readable"


class StoreForeign(StoreError):
    """A folder that is not empty and holds no store of ours; we put nothing into it."""

    code = "store-foreign"


class StoreIsFile(StoreError):
    """A file where the store's folder is or should be."""

    code = "store-is-file"


class StoreDamaged(StoreError):
    """A store that does not hold what its own records say; a build replaces it."""

    code = "store-damaged"


class ReceiptDamaged(StoreDamaged):
    """Something handed in earlier that is gone or changed; no build can make it anew."""

    code = "receipt-damaged"


class DiskFull(StoreError):
    """The disk filled up while writing; what was there before is whole."""

    code = "disk-full"


class InternalError(LivsgrafError):
    """Our own fault; nothing the user gave explains it."""

    code = "internal"
    exit_status = 3

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
