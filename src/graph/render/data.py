"""The formats that programs read: CSV, JSON and JSON lines.

An IRI that has a label gives two fields: `name` holds the IRI, `nameLabel` the label.
"""

import json
from collections.abc import Iterable, Iterator
from typing import TextIO

from graph.render import Cell, Column, Document, Sheet, Style, columns_of

_NUMBERS = {
    "http://www.w3.org/2001/XMLSchema#integer": int,
    "http://www.w3.org/2001/XMLSchema#decimal": float,
    "http://www.w3.org/2001/XMLSchema#double": float,
}
_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"

Value = str | int | float | bool | None


def write_csv(document: Document, out: TextIO, _: Style) -> None:
    """Write the main rows under one header line, as RFC 4180 but with a plain line feed."""
    sheets = document.rows_for_machines()
    labelled = _labelled(sheets)
    header = [name for column in columns_of(sheets) for name in _fields(column, labelled)]
    out.write(csv_line(header))
    for sheet in sheets:
        for row in sheet.rows:
            values = dict(_pairs(sheet, row, labelled))
            out.write(csv_line(_plain(values.get(name)) for name in header))


def csv_line(values: Iterable[str]) -> str:
    """Give one line of CSV, quoted where it must be."""
    # The standard library leaves a lone carriage return unquoted, and readers then see two rows.
    return ",".join(_quoted(value) for value in values) + "\n"


def _quoted(value: str) -> str:
    if not any(sign in value for sign in ',"\r\n'):
        return value
    return '"' + value.replace('"', '""') + '"'


def write_jsonl(document: Document, out: TextIO, _: Style) -> None:
    """Write one object per row and line; what is not known is left out."""
    sheets = document.rows_for_machines()
    labelled = _labelled(sheets)
    for sheet in sheets:
        out.writelines(
            json.dumps(_object(sheet, row, labelled), ensure_ascii=False) + "\n"
            for row in sheet.rows
        )


def write_json(document: Document, out: TextIO, _: Style) -> None:
    """Write one list of rows; an object of lists by name where sheets are of several kinds."""
    labelled = _labelled(document.sheets)
    lists: dict[str, list[dict[str, Value]]] = {}
    for sheet in document.sheets:
        rows = [_object(sheet, row, labelled) for row in sheet.rows]
        lists.setdefault(sheet.name, []).extend(rows)
    answer: object = next(iter(lists.values())) if len(lists) == 1 else lists
    json.dump(answer, out, ensure_ascii=False, indent=2)
    out.write("\n")


def _object(sheet: Sheet, row: tuple[Cell, ...], labelled: frozenset[str]) -> dict[str, Value]:
    return {name: value for name, value in _pairs(sheet, row, labelled) if value is not None}


def _pairs(
    sheet: Sheet, row: tuple[Cell, ...], labelled: frozenset[str]
) -> Iterator[tuple[str, Value]]:
    for column, cell in zip(sheet.columns, row, strict=True):
        fields = _fields(column, labelled)
        if len(fields) == 1:
            yield fields[0], _value(cell)
        else:
            yield fields[0], _value(cell) if cell.term else None
            yield fields[1], cell.label


def _fields(column: Column, labelled: frozenset[str]) -> tuple[str, ...]:
    name = column.name
    return (name, f"{name}Label") if name in labelled else (name,)


def _labelled(sheets: tuple[Sheet, ...]) -> frozenset[str]:
    return frozenset(
        column.name
        for sheet in sheets
        for place, column in enumerate(sheet.columns)
        if any(row[place].label and row[place].term and _is_iri(row[place]) for row in sheet.rows)
    )


def _is_iri(cell: Cell) -> bool:
    return cell.term is not None and cell.term.kind == "iri"


def _value(cell: Cell) -> Value:
    term = cell.term
    if term is None:
        return cell.label
    try:
        if term.datatype == _BOOLEAN:
            return term.value in ("true", "1")
        return _NUMBERS[term.datatype](term.value) if term.datatype in _NUMBERS else term.value
    except ValueError:
        return term.value


def _plain(value: Value) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
