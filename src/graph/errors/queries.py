"""What can be wrong with a query."""

from __future__ import annotations

from pathlib import Path

from graph.errors.base import AtPosition, InputError
from graph.errors.files import TooDeep


class QueryTooDeep(TooDeep):
    """A query with more brackets inside one another than the engine bears."""

    code = "query-too-deep"


class QuerySyntaxError(AtPosition):
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


class QueryOutside(AtPosition):
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
