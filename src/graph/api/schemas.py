"""What documents have besides their envelope, as the document of the interface tells it.

A schema names what is always there with its type, and stays open to what else the graph brings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graph.gaps import CERTAINTIES, SUMS
from graph.query import ASKABLE, LAYERS, SEVERITIES, TYPES, YES_OR_NO
from graph.serving.lacks import KINDS

Schema = dict[str, Any]
Members = Mapping[str, Any]


def _object(required: Iterable[str], properties: Members, told: str = "") -> Schema:
    made = {"type": "object", "required": list(required), "properties": dict(properties)}
    return {**made, "description": told} if told else made


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
_YES: Schema = {"type": "boolean"}
IRI: Schema = {"type": "string", "format": "iri"}
LINKS: Schema = {"type": "object", "additionalProperties": TEXT}
NAMED: Schema = _object(("id", "label"), {"id": IRI, "label": TEXT}, "A thing and its name.")
LAYER: Schema = _object(
    ("id", "name", "label"),
    {"id": IRI, "name": {"type": "string", "enum": list(LAYERS)}, "label": TEXT},
)
LAYER_OR_NONE: Schema = {**LAYER, "type": ["object", "null"]}
_PLAIN: Schema = {"type": ["string", "number", "boolean"]}
VALUE: Schema = {
    "description": "A thing with its name, a text, a day, a number, or yes or no.",
    "anyOf": [NAMED, _PLAIN],
}
_SEVERITY: Schema = {"type": "string", "enum": list(SEVERITIES)}
_CERTAINTY: Schema = {"type": "string", "enum": list(CERTAINTIES)}
_BY_CERTAINTY: Schema = _object(CERTAINTIES, dict.fromkeys(CERTAINTIES, COUNT))
_QUERY: Schema = _object(("name", "title"), {"name": TEXT, "title": TEXT})
_KEYED: Schema = {"type": "object", "additionalProperties": TEXT}

# -- gaps -------------------------------------------------------------------------------------

_TYPE: Schema = {
    "type": "string",
    "enum": list(KINDS),
    "description": "What nobody has reported is a question, and no gap.",
}
_GAP: Members = {
    "key": {"type": "string", "description": "The gap's name: query:key."},
    "label": TEXT,
    "layer": LAYER_OR_NONE,
    "severity": _SEVERITY,
    "certainty": _CERTAINTY,
    "certainty_label": TEXT,
    "query": _QUERY,
    "focus": {
        **NAMED,
        "description": "What lacks something.",
        "properties": {**NAMED["properties"], "kind": TEXT},
    },
}
_COLUMNS: Members = {
    **dict.fromkeys(("event", "provider", "consumer"), NAMED),
    **dict.fromkeys(YES_OR_NO, _YES),
}
_MORE = "Further members are columns of its query, which /queries/{name} tells of."
_ITEM: Schema = _object(
    ("id", "type", *_GAP, "links"),
    {"id": TEXT, "type": _TYPE, **_GAP, **_COLUMNS, "links": LINKS},
    _MORE,
)
GAPS: Members = {
    "counts": _object(
        ("layer", "severity", "certainty"),
        {
            "layer": _object(LAYERS, dict.fromkeys(LAYERS, COUNT)),
            "severity": _object(SEVERITIES, dict.fromkeys(SEVERITIES, COUNT)),
            "certainty": _BY_CERTAINTY,
        },
        "How many different gaps; one in several life events is a row for each.",
    ),
    "passed_over": _list(TEXT),
    "items": _list(_ITEM),
    "links": LINKS,
}
GAP: Members = {
    "type": _TYPE,
    **_GAP,
    "why": TEXT,
    "remedy": TEXT,
    "measures": _list(NAMED),
    "rows": _list({"type": "object", "properties": {**_GAP, **_COLUMNS}, "description": _MORE}),
    "sources": _list({"type": "object"}),
    "links": LINKS,
}
_LINE: Members = {
    "layer": LAYER_OR_NONE,
    **dict.fromkeys(("n", *SUMS), COUNT),
    "missing_by_certainty": _BY_CERTAINTY,
}
_SUMS: Schema = _object(("event", *_LINE), {"event": NAMED, **_LINE})
SUMMARY: Members = {
    "totals": _list(_object(("event", *_LINE), {"event": {"type": "null"}, **_LINE})),
    "outside": _list(_object(("id", "label", "count"), {**NAMED["properties"], "count": COUNT})),
    "doubted": COUNT,
    "items": _list(_SUMS),
}
_CARD: Members = {
    **_LINE,
    "found_by_certainty": _BY_CERTAINTY,
    "sentence": TEXT,
}
SCORECARD: Members = {
    "outside": SUMMARY["outside"],
    "doubted": COUNT,
    "items": _list(
        _object(("event", *_CARD), {"event": {"anyOf": [NAMED, {"type": "null"}]}, **_CARD})
    ),
}
_FLOWS: Members = {
    "needed": COUNT,
    **dict.fromkeys(SUMS, COUNT),
    "missing_by_certainty": _BY_CERTAINTY,
}
_ONE_OR_NONE: Schema = {"anyOf": [NAMED, {"type": "null"}]}
FLOW_MATRIX: Members = {
    "by": TEXT,
    "gives": TEXT,
    "gets": TEXT,
    "rows": _list(_ONE_OR_NONE),
    "columns": _list(_ONE_OR_NONE),
    "sums": _object(_FLOWS, _FLOWS),
    "items": _list(
        _object(("gives", "gets", *_FLOWS), {"gives": _ONE_OR_NONE, "gets": _ONE_OR_NONE, **_FLOWS})
    ),
}
_SIDE: Schema = {
    "description": "A thing with its name, or a plain value with what it is called.",
    "anyOf": [
        _object(("id", "label"), {"id": TEXT, "label": TEXT}),
        _object(("value", "label"), {"value": _PLAIN, "label": TEXT}),
    ],
}
MATRIX: Members = {
    "without": _list(TEXT),
    "items": _list(
        _object(
            ("row", "column", *CERTAINTIES),
            {"row": _SIDE, "column": _SIDE, **dict.fromkeys(CERTAINTIES, COUNT)},
        )
    ),
}

# -- queries ----------------------------------------------------------------------------------

_ASKED: Members = {
    "id": TEXT,
    "name": TEXT,
    "kind": {"type": "string", "enum": list(ASKABLE)},
    "layer": LAYER_OR_NONE,
    "severity": {"type": ["string", "null"], "enum": [*SEVERITIES, None]},
    "title": TEXT,
    "why": TEXT,
    "remedy": TEXT,
    "parameters": _list(
        _object(
            ("name", "label", "type"),
            {"name": TEXT, "label": TEXT, "type": {"type": "string", "enum": list(TYPES)}},
        )
    ),
    "columns": _KEYED,
    "links": LINKS,
}
QUERIES: Members = {"items": _list(_object(_ASKED, _ASKED))}
QUERY: Members = {**_ASKED, "text": TEXT}
RESULTS: Members = {
    "severity": _ASKED["severity"],
    "query": _QUERY,
    "columns": _KEYED,
    "items": _list({"type": "object", "additionalProperties": VALUE}),
    "links": LINKS,
}

# -- the rest ---------------------------------------------------------------------------------

LAYERS_TOLD: Members = {"items": _list(LAYER)}
# What is asked for by name comes back as it was written, IRI or not.
NAMES: Members = {"items": _list(_object(("id", "label"), {"id": TEXT, "label": TEXT}))}
START: Members = {
    "items": _list(
        _object(
            ("id", "label", "layer", "count"),
            {"id": IRI, "label": TEXT, "layer": LAYER_OR_NONE, "count": COUNT},
        )
    ),
    "links": LINKS,
}
VERSION: Members = {
    "digest": TEXT,
    "statements": COUNT,
    **dict.fromkeys(("ontology", "software", "assets"), TEXT),
}
POINTING: Members = {"label": TEXT, "of": NAMED, "names": _KEYED, "links": LINKS}
CONTEXT: Schema = _object(("@context",), {"@context": {"type": "object"}})
REPORT: Schema = _object(
    ("files", "counts", "findings"),
    {
        "files": _list(TEXT),
        "counts": {"type": "object"},
        "versions": {"type": "object"},
        "findings": _list(_object(("id", "severity"), {"id": TEXT, "severity": _SEVERITY})),
    },
)
_TERM: Schema = _object(
    ("type", "value"),
    {
        "type": {"type": "string", "enum": ["uri", "literal", "bnode"]},
        "value": TEXT,
        "datatype": TEXT,
        "xml:lang": TEXT,
    },
)
_ROW: Schema = {"type": "object", "additionalProperties": _TERM}
ANSWER: Schema = _object(
    ("head",),
    {
        "head": {"type": "object", "properties": {"vars": _list(TEXT)}},
        "results": _object(("bindings",), {"bindings": _list(_ROW)}),
        "boolean": _YES,
    },
    "SPARQL 1.1 Query Results JSON: rows in `results`, or yes or no in `boolean`.",
)
