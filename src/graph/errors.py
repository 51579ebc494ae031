"""What can go wrong, as one tree; the texts are in messages/, found by `code`.

    LivsgrafError                      (exit status)
    ├── InputError                     2  what the user gave cannot be used
    │   ├── UnknownName                   name, kind; suggestions
    │   ├── BadDate                       value
    │   ├── BadValue                      name, value, type
    │   ├── FileUnreadable                file, reason
    │   ├── UnknownFormat                 file; known
    │   ├── ParseError                    file, line, column, reason; source
    │   ├── QuerySyntaxError              file, line, column, reason; source
    │   ├── HeaderError                   file, line, reason
    │   ├── NotCanonical                  term, reason
    │   ├── ValidationFailed              count; findings
    │   └── StoreError                 2  the store cannot be used as asked
    │       ├── StoreAbsent               path
    │       ├── StoreLocked               path
    │       ├── StoreVersionMismatch      path, found, expected
    │       ├── StoreNotWritable          path
    │       ├── StoreForeign              path
    │       ├── StoreDamaged              path, reason
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
    """A name that nothing here bears; `suggestions` holds the nearest ones, best first."""

    code = "unknown-name"

    def __init__(self, name: str, kind: str = "", suggestions: Sequence[str] = ()) -> None:
        super().__init__(name=name, kind=kind, suggestions=", ".join(suggestions))
        self.name = name
        self.kind = kind
        self.suggestions = tuple(suggestions)


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


class FileUnreadable(InputError):
    """A file that is not there or that the system will not let us read."""

    code = "file-unreadable"

    def __init__(self, file: Path | str, reason: str = "") -> None:
        super().__init__(file=str(file), reason=reason)


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


class QuerySyntaxError(_AtPosition):
    """A query that is not SPARQL 1.1; `source` is the line at fault, for a caret below it."""

    code = "query-syntax"


class QueryOutside(_AtPosition):
    """A query that would ask beyond the graph; nothing a person writes makes us go out."""

    code = "query-outside"


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


class StoreForeign(StoreError):
    """A folder that is not empty and holds no store of ours; we put nothing into it."""

    code = "store-foreign"


class StoreDamaged(StoreError):
    """A store that does not hold what its own records say; a build replaces it."""

    code = "store-damaged"


class DiskFull(StoreError):
    """The disk filled up while writing; what was there before is whole."""

    code = "disk-full"


class InternalError(LivsgrafError):
    """Our own fault; nothing the user gave explains it."""

    code = "internal"
    exit_status = 3

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
