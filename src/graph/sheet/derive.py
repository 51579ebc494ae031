"""The sheets and columns of a workbook, made from the shapes and the vocabulary.

No class of things is named here: a sheet is a node shape that ontology/sheets.ttl gives a place,
and its columns are the properties that the shapes of its classes speak of, in their own order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from graph import assets, rdf
from graph.messages import load
from graph.sheet.examples import values_in
from graph.sheet.headings import heading
from graph.sheet.known import fold
from graph.sheet.model import IDENTIFIER, TYPE, Column, Kind, Model, Need, Sheet, Within
from graph.terms import DCT, LANGUAGES, LG, RDF, RDF_TYPE, RDFS, SH, SKOS, XSD, Term, local_name

_LITERALS: dict[str, Kind] = {
    RDF + "langString": "text",
    XSD + "string": "string",
    XSD + "date": "date",
    XSD + "boolean": "boolean",
    XSD + "integer": "integer",
    XSD + "decimal": "decimal",
    XSD + "anyURI": "address",
}


class _Said:
    """Triples by subject and predicate."""

    def __init__(self, triples: Iterable[tuple[Term, Term, Term]]) -> None:
        self._held: dict[str, dict[str, list[Term]]] = {}
        for subject, predicate, value in triples:
            mine = self._held.setdefault(subject.value, {})
            mine.setdefault(predicate.value, []).append(value)

    def all(self, subject: str, predicate: str) -> list[Term]:
        return self._held.get(subject, {}).get(predicate, [])

    def iris(self, subject: str, predicate: str) -> list[str]:
        return sorted({term.value for term in self.all(subject, predicate)})

    def one(self, subject: str, predicate: str) -> str | None:
        return next((term.value for term in self.all(subject, predicate)), None)

    def texts(self, subject: str, predicate: str) -> dict[str, str]:
        return {term.lang: term.value for term in self.all(subject, predicate) if term.lang}

    def subjects(self, predicate: str) -> list[str]:
        return [subject for subject, said in self._held.items() if predicate in said]

    def members(self, subject: str, predicate: str) -> list[str]:
        """Walk the list that a property points at."""
        found: list[str] = []
        node = self.one(subject, predicate)
        while node is not None and node != RDF + "nil":
            found += [term.value for term in self.all(node, RDF + "first")]
            node = self.one(node, RDF + "rest")
        return found


def load_model(
    shapes: Sequence[Path] | None = None, ontology: Sequence[Path] | None = None
) -> Model:
    """Read the sheets from our shapes and vocabulary, or from those given."""
    paths = [
        *(assets.files("shapes") if shapes is None else shapes),
        *(assets.files("ontology") if ontology is None else ontology),
    ]
    said = _Said((s, p, o) for path in paths for s, p, o, _ in rdf.parse(path))
    above = _closed(said)
    found = [_sheet(said, shape) for shape in said.subjects(LG + "sheetOrder")]
    sheets = sorted(found, key=lambda sheet: (sheet.order, sheet.shape))
    inner = [s for s in sheets if said.one(s.shape, LG + "sheetWithin")]
    for part in inner:
        sheets = [s if s is part else _with(said, s, part) for s in sheets]
    classes = {name for sheet in sheets for name in sheet.classes}
    labels = {name: _label(said, name) for name in classes}
    return Model(tuple(replace(s, columns=_told_apart(s.columns)) for s in sheets), above, labels)


def _closed(said: _Said) -> dict[str, frozenset[str]]:
    above: dict[str, frozenset[str]] = {}
    for name in said.subjects(RDFS + "subClassOf"):
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            upper = set(said.iris(waiting.pop(), RDFS + "subClassOf")) - seen
            seen |= upper
            waiting += upper
        above[name] = frozenset(seen)
    return above


def _sheet(said: _Said, shape: str) -> Sheet:
    targets = said.iris(shape, SH + "targetClass")
    classes = tuple(dict.fromkeys([*targets, *said.iris(shape, LG + "sheetClass")]))
    default = said.one(shape, LG + "sheetDefault") or classes[0]
    columns = [_key(said, shape, classes), _types(said, shape, classes)]
    columns += _columns(said, shape, classes)
    return Sheet(
        shape=shape,
        name=said.texts(shape, LG + "sheetName") or said.texts(shape, SKOS + "prefLabel"),
        order=int(said.one(shape, LG + "sheetOrder") or 0),
        space=said.one(shape, LG + "sheetSpace") or local_name(shape).lower(),
        pattern=said.one(shape, LG + "sheetKey") or "",
        classes=classes,
        default=default,
        owners=tuple(said.iris(shape, LG + "sheetOf")),
        columns=tuple(columns),
    )


def _key(said: _Said, shape: str, classes: Sequence[str]) -> Column:
    """Make the column of keys; a demand for an identifier is met by it."""
    rules = [r for s in _shapes_of(said, classes) for r in said.iris(s, SH + "property")]
    mine = [rule for rule in rules if said.one(rule, SH + "path") == IDENTIFIER]
    stated = bool(mine) or IDENTIFIER in said.iris(shape, LG + "sheetColumn")
    example = next((v for rule in mine for v in _example(said, rule, IDENTIFIER)), None)
    return Column(
        path=IDENTIFIER if stated else "",
        kind="key",
        label={lang: load(lang)["sheet.key"] for lang in LANGUAGES},
        many=False,
        about={lang: load(lang)["sheet.key_help"] for lang in LANGUAGES},
        example=(example,) if example else (),
    )


def _types(said: _Said, shape: str, classes: Sequence[str]) -> Column:
    default = said.one(shape, LG + "sheetDefault") or classes[0]
    return Column(
        path=TYPE,
        kind="class",
        label={lang: load(lang)["sheet.type"] for lang in LANGUAGES},
        classes=tuple(classes),
        about={
            lang: load(lang).text("sheet.type_help", default=_label(said, default).get(lang, ""))
            for lang in LANGUAGES
        },
        example=(Term("iri", default),),
    )


def _shapes_of(said: _Said, classes: Sequence[str]) -> list[str]:
    wanted = set(classes)
    target = SH + "targetClass"
    return [shape for shape in said.subjects(target) if wanted & set(said.iris(shape, target))]


def _columns(said: _Said, shape: str, classes: Sequence[str]) -> list[Column]:
    """Give the columns that the shapes of the classes speak of, then the extra ones."""
    homes = _shapes_of(said, classes)
    homes.sort(key=lambda home: (home != shape, home))
    default = said.one(shape, LG + "sheetDefault") or classes[0]
    partly: dict[str, str] = {}
    rules: dict[str, list[str]] = {}
    places: dict[str, tuple[int, int]] = {}
    groups: dict[str, tuple[dict[str, str], Need]] = {}
    for rank, home in enumerate(homes):
        for rule in said.iris(home, SH + "property"):
            place = (min(rank, 1), int(said.one(rule, SH + "order") or 99))
            for path in _paths(said, rule):
                rules.setdefault(path, []).append(rule)
                places[path] = min(place, places.get(path, place))
            either, targets = _paths(said, rule), said.iris(home, SH + "targetClass")
            if default not in targets:
                # Needed only for things of some classes of the sheet.
                partly[rule] = next(name for name in targets if name in classes)
            elif said.all(rule, SH + "path")[0].kind != "iri" and (
                (need := _need(said, rule)) != "may"
            ):
                # Of several fields one will do; what is said backwards has no field here.
                name = said.texts(rule, SH + "name") if len(either) > 1 else {}
                for path in either:
                    groups.setdefault(path, (name, need))
    extra = [(path, False) for path in said.iris(shape, LG + "sheetColumn")]
    extra += [(path, True) for path in said.iris(shape, LG + "sheetText")]
    found = []
    for path in sorted(rules, key=lambda p: (places[p], p)):
        if path not in (IDENTIFIER, TYPE):
            found += _of(said, path, rules[path], partly, groups.get(path))
    for path, as_text in extra:
        if path not in rules and path != IDENTIFIER:
            found += _of(said, path, [], {}, None, as_text)
    return found


def _paths(said: _Said, rule: str) -> list[str]:
    """Give the properties a rule speaks of; none where its path leads on or only backwards."""
    if said.one(rule, SH + "deactivated") == "true":
        return []
    node = said.all(rule, SH + "path")[0]
    if node.kind == "iri":
        return [node.value]
    found = []
    for start in said.all(node.value, SH + "alternativePath"):
        first = start.value
        while first != RDF + "nil":
            member = said.all(first, RDF + "first")[0]
            # A source may stand on the thing itself, but its row has columns of their own for it.
            if member.kind == "iri" and not said.one(member.value, LG + "sheetMakes"):
                found.append(member.value)
            first = said.one(first, RDF + "rest") or RDF + "nil"
    return found


def _need(said: _Said, rule: str, lang: str | None = None) -> Need:
    grave = (said.one(rule, SH + "severity") or SH + "Violation").removeprefix(SH)
    least = int(said.one(rule, SH + "minCount") or 0)
    if lang is not None:
        wanted = said.one(rule, SH + "qualifiedValueShape")
        least = int(said.one(rule, SH + "qualifiedMinCount") or 0)
        if wanted is None or lang not in said.members(wanted, SH + "languageIn"):
            least = 0
    if not least:
        return "may"
    return "must" if grave == "Violation" else "should"


_NEEDS: tuple[Need, ...] = ("must", "should", "may")


def _of(
    said: _Said,
    path: str,
    rules: Sequence[str],
    partly: Mapping[str, str],
    group: tuple[Mapping[str, str], Need] | None,
    forced: bool = False,
) -> list[Column]:
    """Give the column of a property, or one for each language where its texts have one."""
    # A rule that speaks of this property alone knows its name; common ones tell its type.
    alone = [rule for rule in rules if said.one(rule, SH + "path") == path]
    common = [
        rule
        for home in said.subjects(SH + "targetSubjectsOf")
        if path in said.iris(home, SH + "targetSubjectsOf")
        or path in (p for r in said.iris(home, SH + "property") for p in _paths(said, r))
        for rule in said.iris(home, SH + "property")
        if said.one(rule, SH + "path") == path
    ]
    listed = [*alone, *common]
    kind, datatype, classes = _range(said, path, listed)
    by_language = any(said.one(rule, SH + "qualifiedValueShape") for rule in alone)
    if forced or (kind == "string" and by_language):
        kind = "text"
    once = any(said.one(rule, SH + "maxCount") == "1" for rule in [*rules, *common])
    examples = (_example(said, rule, path) for rule in listed)
    made = said.one(path, LG + "sheetMakes")
    always = [rule for rule in alone if rule not in partly]
    # Rules that demand come after those that only judge, so that their advice is the one told.
    telling = sorted(alone, key=lambda rule: _NEEDS.index(_need(said, rule)))
    column = Column(
        path=path,
        kind=kind,
        label=_label(said, path, listed),
        need=min((_need(said, rule) for rule in always), key=_NEEDS.index, default="may"),
        many=not once and kind not in ("text", "date", "boolean", "integer", "decimal"),
        datatype=datatype,
        classes=classes,
        scheme=said.one(path, LG + "codeList"),
        makes=made,
        fix=next((t for r in [*telling, *common] if (t := said.texts(r, LG + "fix"))), {}),
        about=said.texts(path, SKOS + "definition"),
        example=next((tuple(found) for found in examples if found), ()),
    )
    if group and column.need == "may":
        column = replace(column, need=group[1], group=group[0])
    some = [partly[rule] for rule in rules if rule in partly and _need(said, rule) == "must"]
    if some and column.need == "may":
        column = replace(column, when=_label(said, some[0]))
    if kind != "text":
        return [column]
    needs: dict[str, Need] = {
        lang: min((_need(said, r, lang) for r in alone), key=_NEEDS.index, default="may")
        for lang in LANGUAGES
    }
    return [
        replace(
            column,
            lang=lang,
            many=False,
            need=needs[lang],
            example=tuple(v for v in column.example if v.lang == lang),
        )
        for lang in LANGUAGES
    ]


def _range(
    said: _Said, path: str, rules: Sequence[str]
) -> tuple[Kind, str | None, tuple[str, ...]]:
    datatypes = [t for rule in rules for t in said.iris(rule, SH + "datatype")]
    classes = [c for rule in rules for c in said.iris(rule, SH + "class")]
    for rule in rules:
        classes += [c for m in said.members(rule, SH + "or") for c in said.iris(m, SH + "class")]
        datatypes += [
            t for m in said.members(rule, SH + "or") for t in said.iris(m, SH + "datatype")
        ]
    if not datatypes and not classes:
        for name in said.iris(path, RDFS + "range"):
            (datatypes if name.startswith((XSD, RDF)) else classes).append(name)
    if classes or said.one(path, LG + "codeList"):
        return "choice", None, tuple(dict.fromkeys(classes))
    if datatypes:
        return _LITERALS.get(datatypes[0], "string"), datatypes[0], ()
    nodes = {said.one(rule, SH + "nodeKind") for rule in rules}
    of_things = any(t.endswith("ObjectProperty") for t in said.iris(path, RDF_TYPE.value))
    if SH + "IRI" in nodes or of_things or path == DCT + "type":
        return "address", None, ()
    return "string", None, ()


def _label(said: _Said, name: str, rules: Sequence[str] = ()) -> dict[str, str]:
    for rule in rules:
        found = said.texts(rule, SH + "name")
        if found:
            return found
    for property_ in (SKOS + "prefLabel", RDFS + "label"):
        found = said.texts(name, property_)
        if found:
            return found
    # A foreign property is named by the first rule that speaks of it.
    for rule in said.subjects(SH + "path"):
        if said.one(rule, SH + "path") == name and (found := said.texts(rule, SH + "name")):
            return found
    return dict.fromkeys(LANGUAGES, local_name(name))


def _example(said: _Said, rule: str, path: str) -> list[Term]:
    """Give the values that a rule's example shows for a property."""
    return [v for text in said.all(rule, LG + "example") for v in values_in(text.value, path)]


def _with(said: _Said, sheet: Sheet, part: Sheet) -> Sheet:
    """Let the things of another sheet be written in this one's rows."""
    value = said.one(sheet.shape, LG + "sheetAspect")
    link, by = (said.one(part.shape, LG + name) or "" for name in ("sheetWithin", "sheetBy"))
    if not value:
        return sheet
    inner = [
        replace(column, within=True, need="must" if column.need == "must" else "may")
        for column in part.columns
        if column.kind not in ("key", "class") and column.path not in (link, by)
    ]
    # A source is what one looks for first.
    inner.sort(key=lambda column: column.makes is None)
    within = Within(link, by, value, part.default, part.space, part.pattern)
    return replace(sheet, columns=(*sheet.columns, *inner), within=within)


def _told_apart(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Give columns that bear one heading, in whatever languages, headings of their own."""
    taken: set[str] = set()
    found = []
    for column in columns:
        mine = {fold(heading(column, lang)) for lang in LANGUAGES}
        if mine & taken:
            tail = local_name(column.path)
            column = replace(column, label={k: f"{v} ({tail})" for k, v in column.label.items()})
            mine = {fold(heading(column, lang)) for lang in LANGUAGES}
        taken |= mine
        found.append(column)
    return tuple(found)
