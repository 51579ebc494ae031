"""What can be wrong with a workbook or a CSV file as a whole."""

from __future__ import annotations

from pathlib import Path

from graph.errors.base import InputError


class NotAWorkbook(InputError):
    """A file called .xlsx that is none, or that breaks off."""

    code = "not-a-workbook"

    def __init__(self, file: Path | str, reason: str = "") -> None:
        super().__init__(file=str(file), reason=reason)


class LockedWorkbook(NotAWorkbook):
    """A workbook with a password, or in the form from before 2007."""

    code = "locked-workbook"


class HostilePart(InputError):
    """A workbook in which a part declares a document type or an entity."""

    code = "hostile-part"

    def __init__(self, file: Path | str, part: str) -> None:
        super().__init__(file=str(file), part=part)


class TooManyParts(InputError):
    """A workbook made of more parts than we unpack."""

    code = "too-many-parts"

    def __init__(self, file: Path | str, count: int, limit: int) -> None:
        super().__init__(file=str(file), count=count, limit=limit)


class UnpacksTooLarge(InputError):
    """A workbook that grows beyond bounds when it is unpacked; sizes in bytes."""

    code = "unpacks-too-large"

    def __init__(self, file: Path | str, limit: int) -> None:
        super().__init__(file=str(file), limit=limit // 1_000_000 or 1)


class PackedTooTight(InputError):
    """A workbook with a part that grows more when unpacked than any table does."""

    code = "packed-too-tight"

    def __init__(self, file: Path | str, part: str, ratio: int, limit: int) -> None:
        super().__init__(file=str(file), part=part, ratio=ratio, limit=limit)


class TooManyRows(InputError):
    """A sheet with more rows than we read."""

    code = "too-many-rows"

    def __init__(self, file: Path | str, sheet: str, count: int, limit: int) -> None:
        super().__init__(file=str(file), sheet=sheet, count=count, limit=limit)


class TooManyColumns(InputError):
    """A sheet with more columns than we read."""

    code = "too-many-columns"

    def __init__(self, file: Path | str, sheet: str, count: int, limit: int) -> None:
        super().__init__(file=str(file), sheet=sheet, count=count, limit=limit)


class HugeArea(InputError):
    """A workbook in which one merged or linked range spans more cells than any table has."""

    code = "huge-area"

    def __init__(self, file: Path | str, part: str, area: str) -> None:
        super().__init__(file=str(file), part=part, area=area)


class NoKnownHeadings(InputError):
    """A table in which no row holds headings that we know."""

    code = "no-known-headings"

    def __init__(self, file: Path | str, known: str) -> None:
        super().__init__(file=str(file), known=known)


class NotATable(InputError):
    """A CSV file that no reader makes a table of."""

    code = "not-a-table"

    def __init__(self, file: Path | str, line: int, reason: str = "") -> None:
        super().__init__(file=str(file), line=line, reason=reason)


class TooLongForCell(InputError):
    """A value that is longer than a cell of a workbook can hold."""

    code = "too-long-for-cell"

    def __init__(self, thing: str, field: str, limit: int) -> None:
        super().__init__(thing=thing, field=field, limit=limit)
