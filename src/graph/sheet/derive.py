"""The sheets and columns of a workbook, made from the shapes and the vocabulary.

No class of things is named here: a sheet is a node shape that ontology/sheets.ttl gives a place,
and its columns are the properties that the shapes of its classes speak of, in their own order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from graph import assets, rdf
from graph.messages import load
from graph.sheet.examples import values_in
from graph.sheet.joined import pointing, sampled, told_apart, written_within
from graph.sheet.model import IDENTIFIER, TYPE, Column, Kind, Model, Need, Sheet
from graph.sheet.said import Said
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


# Fields of which one will do: what they are called, how needed, and whether only one may be filled.
_Group = tuple[Mapping[str, str], Need, bool]


def load_model(
    shapes: Sequence[Path] | None = None, ontology: Sequence[Path] | None = None
) -> Model:
    """Read the sheets from our shapes and vocabulary, or from those given."""
    paths = [
        *(assets.files("shapes") if shapes is None else shapes),
        *(assets.files("ontology") if ontology is None else ontology),
    ]
    said = Said((s, p, o) for path in paths for s, p, o, _ in rdf.parse(path))
    above = _closed(said)
    found = [_sheet(said, shape) for shape in said.subjects(LG + "sheetOrder")]
    sheets = sorted(found, key=lambda sheet: (sheet.order, sheet.shape))
    inner = [s for s in sheets if said.one(s.shape, LG + "sheetWithin")]
    for part in (pointing(said, part, sheets) for part in inner):
        whole = sampled(said, part)
        sheets = [
            whole if s.shape == part.shape else written_within(said, s, whole) for s in sheets
        ]
    sheets = [sampled(said, sheet) for sheet in sheets]
    classes = {name for sheet in sheets for name in sheet.classes}
    labels = {name: _label(said, name) for name in classes}
    return Model(tuple(replace(s, columns=told_apart(s.columns)) for s in sheets), above, labels)


def _closed(said: Said) -> dict[str, frozenset[str]]:
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


def _sheet(said: Said, shape: str) -> Sheet:
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
        about=said.texts(shape, LG + "sheetAbout"),
    )


def _key(said: Said, shape: str, classes: Sequence[str]) -> Column:
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


def _types(said: Said, shape: str, classes: Sequence[str]) -> Column:
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


def _shapes_of(said: Said, classes: Sequence[str]) -> list[str]:
    wanted = set(classes)
    target = SH + "targetClass"
    return [shape for shape in said.subjects(target) if wanted & set(said.iris(shape, target))]


def _columns(said: Said, shape: str, classes: Sequence[str]) -> list[Column]:
    """Give the columns that the shapes of the classes speak of, then the extra ones."""
    homes = _shapes_of(said, classes)
    homes.sort(key=lambda home: (home != shape, home))
    default = said.one(shape, LG + "sheetDefault") or classes[0]
    partly: dict[str, str] = {}
    rules: dict[str, list[str]] = {}
    places: dict[str, tuple[int, int]] = {}
    groups: dict[str, _Group] = {}
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
                once = said.one(rule, SH + "maxCount") == "1" and len(either) > 1
                for path in either:
                    groups.setdefault(path, (name, need, once))
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


def _paths(said: Said, rule: str) -> list[str]:
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


def _need(said: Said, rule: str, lang: str | None = None) -> Need:
    grave = (said.one(rule, SH + "severity") or SH + "Violation").removeprefix(SH)
    least = int(said.one(rule, SH + "minCount") or 0)
    if lang is not None:
        least = int(said.one(rule, SH + "qualifiedMinCount") or 0)
        if lang not in _languages(said, rule):
            least = 0
    if not least:
        return "may"
    return "must" if grave == "Violation" else "should"


_NEEDS: tuple[Need, ...] = ("must", "should", "may")


def _of(
    said: Said,
    path: str,
    rules: Sequence[str],
    partly: Mapping[str, str],
    group: _Group | None,
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
        column = replace(column, need=group[1], group=group[0], only_one=group[2])
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
            fix=_advice(said, telling, lang) or column.fix,
            example=tuple(v for v in column.example if v.lang == lang),
        )
        for lang in LANGUAGES
    ]


def _advice(said: Said, rules: Sequence[str], lang: str) -> dict[str, str]:
    """Say what to write in one language, where the rules only say it for others."""
    asked = {rule: _languages(said, rule) for rule in rules}
    own = next((rule for rule in rules if lang in asked[rule] and len(asked[rule]) == 1), None)
    if own is not None:
        return said.texts(own, LG + "fix")
    if not any(len(found) == 1 for found in asked.values()):
        return {}
    same = {tongue: load(tongue) for tongue in LANGUAGES}
    return {
        tongue: texts.text("sheet.same", lang=texts[f"sheet.lang.{lang}"])
        for tongue, texts in same.items()
    }


def _languages(said: Said, rule: str) -> list[str]:
    wanted = said.one(rule, SH + "qualifiedValueShape")
    return said.members(wanted, SH + "languageIn") if wanted else []


def _range(said: Said, path: str, rules: Sequence[str]) -> tuple[Kind, str | None, tuple[str, ...]]:
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


def _label(said: Said, name: str, rules: Sequence[str] = ()) -> dict[str, str]:
    for rule in rules:
        found = said.texts(rule, SH + "name")
        if found:
            return found
    for property_ in (LG + "sheetName", SKOS + "prefLabel", RDFS + "label"):
        found = said.texts(name, property_)
        if found:
            return found
    # A foreign property is named by the first rule that speaks of it.
    for rule in said.subjects(SH + "path"):
        if said.one(rule, SH + "path") == name and (found := said.texts(rule, SH + "name")):
            return found
    return dict.fromkeys(LANGUAGES, local_name(name))


def _example(said: Said, rule: str, path: str) -> list[Term]:
    """Give the values that a rule's example shows for a property."""
    return [v for text in said.all(rule, LG + "example") for v in values_in(text.value, path)]
