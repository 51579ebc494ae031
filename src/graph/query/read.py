"""Read a query file strictly: header, parameters and columns must agree with the text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from graph import assets, pattern, sparql, terms
from graph.errors import FileUnreadable, HeaderError
from graph.query.bind import values_of
from graph.query.header import Header
from graph.query.model import (
    KINDS,
    LAYERS,
    MAKERS,
    SEVERITIES,
    TYPES,
    UNITS,
    YES_OR_NO,
    Parameter,
    Query,
)
from graph.terms import SHAPE, Term

_EVERY_GAP: Final = ("focus", "certainty", "event")
_EVERY_NEED_OR_FLOW: Final = (
    "provider",
    "consumer",
    "providerSector",
    "consumerSector",
    *YES_OR_NO,
)

# Which keys each kind of query has: those that must be there, and those that may.
_KEYS: Final[dict[str, tuple[frozenset[str], frozenset[str]]]] = {
    "rules": (frozenset({"title", "why"}), frozenset()),
    "views": (frozenset({"title", "why"}), frozenset()),
    "gaps": (
        frozenset({"title", "why", "remedy", "severity", "eif", "unit", "columns"}),
        frozenset({"layer", "eira", "closes", "empty", "member", "parameters", "order"}),
    ),
    "questions": (
        frozenset({"title", "why", "columns"}),
        frozenset({"layer", "unit", "empty", "parameters", "order"}),
    ),
    "networks": (
        frozenset({"title", "why", "columns"}),
        frozenset({"layer", "parameters", "order"}),
    ),
    "checks": (
        frozenset({"title", "why", "remedy", "layer", "severity", "columns", "shape"}),
        frozenset({"path", "see", "example"}),
    ),
    "ownership": (frozenset({"title", "why", "columns", "parameters"}), frozenset()),
}
_CHECK_COLUMNS: Final = (("focus", "value"), ("focus", "value", "path"))
_FORMS: Final = ("SELECT", "CONSTRUCT", "ASK", "DESCRIBE")
_EIF = re.compile(r"(Rec|UP|IL|BC)[1-9]\d?")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def load(path: Path) -> Query:
    """Read one query file strictly.

    Raises:
        HeaderError: the header or the parameters break a rule; carries file and line.
        FileUnreadable: the file is absent or not UTF-8.

    """
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileUnreadable(path, str(error)) from error
    return _Reader(path, text).read()


def load_all(base: Path | None = None) -> dict[str, Query]:
    """Read every shipped query, by name, in the order of `KINDS`.

    Raises:
        HeaderError: as `load`, or two files bear one name.

    """
    found: dict[str, Query] = {}
    for kind in KINDS:
        for path in assets.files(kind, base):
            query = load(path)
            if query.name in found:
                other = assets.relative(found[query.name].path, base)
                raise HeaderError(path, 1, f"the name {query.name!r} is taken by {other}")
            found[query.name] = query
    return found


class _Reader:
    """One file on its way to a Query; every refusal names a line."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text
        self.header = Header(path, text)
        self.refuse = self.header.refuse
        self.line_of = self.header.line_of

    def read(self) -> Query:
        kind, layer = self.place()
        name = self.path.stem
        if not _NAME.fullmatch(name):
            self.refuse(1, f"the file name {name!r} is not lower-case words joined by hyphens")
        header, table = self.header, self.header.table
        required, allowed = _KEYS[kind]
        for key in table:
            if key not in required | allowed:
                self.refuse(self.line_of(key), f"unknown key {key!r} for {kind}")
        for key in sorted(required - table.keys()):
            self.refuse(1, f"{key!r} is missing")
        said = header.one_of("layer", LAYERS) or layer
        if layer is not None and said != layer:
            self.refuse(self.line_of("layer"), f"layer {said!r} in a folder named {layer!r}")
        order = table.get("order", 0)
        if not isinstance(order, int) or isinstance(order, bool):
            self.refuse(self.line_of("order"), "order is not a whole number")
        eif = header.names("eif")
        for item in eif:
            if not _EIF.fullmatch(item):
                self.refuse(self.line_of("eif"), f"{item!r} is no recommendation, such as Rec26")
        try:
            tree = sparql.tree(sparql.tokens(self.text))
            form = self.form(kind, tree)
            top = pattern.parts(tree)
        except sparql.SparqlReadError as error:
            self.refuse(error.line, error.reason)
        query = Query(
            name=name,
            kind=kind,
            path=self.path,
            text=self.text,
            title=header.texts(table["title"], "title"),
            why=header.texts(table["why"], "why"),
            remedy=header.texts(table["remedy"], "remedy") if "remedy" in table else {},
            empty=header.texts(table["empty"], "empty") if "empty" in table else {},
            layer=said,
            severity=header.one_of("severity", SEVERITIES),
            eif=eif,
            eira=header.names("eira"),
            closes=header.names("closes"),
            unit=header.one_of("unit", UNITS),
            member=header.names("member"),
            order=order,
            parameters=self.parameters(tree),
            columns=self.columns(),
            shape=self.iri("shape", SHAPE),
            result_path=self.iri("path"),
            example=header.text("example"),
            see=self.iris("see"),
        )
        if kind not in MAKERS:
            self.agree(query, pattern.projection(top.select), form.line)
        return query

    def place(self) -> tuple[str, str | None]:
        """Read kind and layer from the folders."""
        folder, above = self.path.parent.name, self.path.parent.parent.name
        if above == "gaps":
            if folder not in LAYERS:
                self.refuse(1, f"the folder {folder!r} is none of {', '.join(LAYERS)}")
            return "gaps", folder
        if folder in KINDS and folder != "gaps":
            return folder, None
        return self.refuse(1, f"the folder {folder!r} holds no kind of query")

    def parameters(self, tree: sparql.Group) -> dict[str, Parameter]:
        """Read the parameters, each with the default that its VALUES hold."""
        given = self.header.tables("parameters")
        prefixes = sparql.prefixes(tree)
        written: dict[str, Term | None] = {}
        for name, data in values_of(tree):
            words = [item for item in data.items if isinstance(item, sparql.Token)]
            if name not in given:
                if len(words) == 1 and words[0].is_word("UNDEF"):
                    self.refuse(data.line, f"VALUES ?{name} {{ UNDEF }} for no parameter")
                continue
            try:
                term = _term(words, prefixes)
            except ValueError:
                self.refuse(data.line, f"VALUES ?{name} does not hold one term or UNDEF")
            if written.setdefault(name, term) != term:
                self.refuse(data.line, f"VALUES ?{name} differs from the one above")
        found: dict[str, Parameter] = {}
        for name, value in given.items():
            if name not in written:
                line = self.line_of("parameters", name)
                self.refuse(line, f"parameter ?{name} has no VALUES ?{name} {{ … }} in the query")
            found[name] = self.parameter(name, value, written[name])
            if not found[name].accepts(written[name]):
                line = next(data.line for other, data in values_of(tree) if other == name)
                self.refuse(line, f"VALUES ?{name} does not hold one {found[name].type}")
        return found

    def parameter(self, name: str, value: dict[str, Any], default: Term | None) -> Parameter:
        at = ("parameters", name)
        for key in value:
            if key not in {"type", "label", "default", "scheme", "option", "minimum"}:
                self.refuse(self.line_of(*at, key), f"unknown key {key!r} of a parameter")
        for key in ("type", "label"):
            if key not in value:
                self.refuse(self.line_of(*at), f"parameter {name!r} has no {key}")
        kind = value["type"]
        if kind not in TYPES:
            self.refuse(self.line_of(*at, "type"), f"type {kind!r} is none of {', '.join(TYPES)}")
        today_wanted = "default" in value
        if today_wanted and (value["default"] != "today" or kind != "date"):
            reason = 'default is only for dates and only "today"; others stand in the VALUES'
            self.refuse(self.line_of(*at, "default"), reason)
        scheme = value.get("scheme")
        if scheme is not None and not (isinstance(scheme, str) and kind == "iri"):
            self.refuse(self.line_of(*at, "scheme"), "scheme is an IRI, of an iri parameter")
        option = value.get("option")
        if option is not None and not (isinstance(option, str) and _NAME.fullmatch(option)):
            reason = f"option {option!r} is not lower-case words joined by hyphens"
            self.refuse(self.line_of(*at, "option"), reason)
        minimum = value.get("minimum")
        if minimum is not None and not (type(minimum) is int and kind == "integer"):
            reason = "minimum is a whole number, of an integer parameter"
            self.refuse(self.line_of(*at, "minimum"), reason)
        label = self.header.texts(value["label"], *at, "label")
        return Parameter(name, kind, label, default, today_wanted, scheme, option, minimum)

    def iri(self, key: str, space: str = "") -> str | None:
        """Give one IRI of a namespace, or None where the key is absent."""
        if key in self.header.table and not isinstance(self.header.table[key], str):
            self.refuse(self.line_of(key), f"{key} is not one IRI")
        return next(iter(self.iris(key, space)), None)

    def iris(self, key: str, space: str = "") -> tuple[str, ...]:
        """Give a list of IRIs of a namespace; an absent key gives none."""
        found = self.header.names(key)
        for name in found:
            try:
                terms.iri(name)
            except ValueError as error:
                self.refuse(self.line_of(key), str(error))
            if not name.startswith(space) or name == space:
                self.refuse(self.line_of(key), f"{key} {name!r} is not in {space}")
        return found

    def columns(self) -> dict[str, dict[str, str]]:
        given = self.header.tables("columns")
        return {name: self.header.texts(value, "columns", name) for name, value in given.items()}

    def form(self, kind: str, tree: sparql.Group) -> sparql.Token:
        """Find the word that says what the query gives; each kind of query gives one thing."""
        wanted = "CONSTRUCT" if kind in MAKERS else "SELECT"
        words = (item for item in tree.items if isinstance(item, sparql.Token))
        form = next((word for word in words if word.is_word(*_FORMS)), None)
        if form is None or not form.is_word(wanted):
            self.refuse(form.line if form else 1, f"{kind} holds {wanted} queries only")
        return form

    def agree(self, query: Query, columns: tuple[str, ...] | None, line: int) -> None:
        """Hold the columns of the header against those of the text."""
        if columns is None:
            self.refuse(line, "SELECT * names no columns")
        for name in columns:
            if name not in query.columns:
                self.refuse(line, f"column ?{name} has no title in the header")
        for name in query.columns:
            if name not in columns:
                self.refuse(self.line_of("columns", name), f"column {name!r} is not selected")
        if query.kind == "checks" and columns not in _CHECK_COLUMNS:
            self.refuse(line, "the columns of a check are ?focus ?value, and ?path if rows differ")
        if query.kind == "ownership" and (
            columns != ("focus",) or set(query.parameters) != {"organisation"}
        ):
            self.refuse(line, "an ownership query gives ?focus for the parameter organisation")
        if query.kind != "gaps":
            return
        if columns[0] != "focus":
            self.refuse(line, "the first column of a gap query is ?focus")
        for name in query.member:
            if name in _EVERY_GAP or name not in columns:
                reason = f"member {name!r} is no column that tells the rows of one focus apart"
                self.refuse(self.line_of("member"), reason)
        for name in _EVERY_GAP if query.unit == "thing" else _EVERY_GAP + _EVERY_NEED_OR_FLOW:
            if name not in columns:
                self.refuse(line, f"a gap query of unit {query.unit} has a column ?{name}")


def _term(words: list[sparql.Token], prefixes: Mapping[str, str]) -> Term | None:
    """Read the one term that a VALUES holds; None for UNDEF, ValueError for anything else."""
    first, rest = (words[0], words[1:]) if words else (None, [])
    if first is None:
        raise ValueError("empty")
    if first.kind in {"iri", "pname"} and not rest:
        return terms.iri(sparql.expand(first, prefixes))
    if first.is_word("UNDEF") and not rest:
        return None
    if first.is_word("TRUE", "FALSE") and not rest:
        return terms.literal(first.text.lower() == "true")
    if first.kind == "number" and not rest:
        return terms.literal(int(first.text))
    if first.kind == "string" and (not rest or (len(rest) == 2 and rest[0].text == "^^")):
        datatype = sparql.expand(rest[1], prefixes) if rest else None
        return terms.literal(sparql.unquote(first), datatype)
    raise ValueError("not one term")
