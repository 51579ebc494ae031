"""What documents look like, for the document of the interface: as a server answers, shortened."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from graph.api.answer import CONTEXT, PAGE
from graph.catalog import text_in
from graph.query import Query
from graph.serving.lacks import kind_of
from graph.serving.vocabulary import layer_in
from graph.terms import DCT, LGID

Example = Mapping[str, Any]
SERVER = "https://livsgraf.example.org"
_HERE = f"{SERVER}{PAGE}"
SHOWN: Example = MappingProxyType(
    {
        "@context": f"{SERVER}{CONTEXT}",
        "layer": None,
        "graph_version": "87984b2e450289d9",
        "date": "2026-11-25",
        "data_date": "2026-09-01",
        "lang": "en",
    }
)
"""The envelope of examples."""
SHOWN_PLAIN: Example = MappingProxyType({**SHOWN, "@context": None})
"""That of examples which are no JSON-LD."""
ONE: Example = MappingProxyType(
    {
        "id": "https://example.org/thing/1",
        "type": ["Thing"],
        "type_label": ["thing"],
        "label": "One of the things",
        "title": {"nb": "En av tingene", "en": "One of the things"},
        "publisher": {"id": "https://example.org/body/1", "label": "The body"},
    }
)
"""A thing of examples."""
_EVENT = {"id": "https://psi.norge.no/los/hendelse/fa-barn", "label": "Having a child"}
_TAX = {"id": f"{LGID}actor/974761076", "label": "Norwegian Tax Administration"}
_FINANCE = {"id": f"{LGID}actor/972417807", "label": "Ministry of Finance"}
_LEARNING = {"id": f"{LGID}actor/872417842", "label": "Ministry of Education and Research"}
_EACH = {"id": f"{LGID}group/kommune", "label": "The municipality (each)"}
_LEGAL = layer_in("legal", "en")


def _plain(path: str, **own: Any) -> dict[str, Any]:
    return {**SHOWN_PLAIN, "id": SERVER + path, **own}


# -- gaps -------------------------------------------------------------------------------------


def _gap(key: str, label: str, certainty: str, told: str, **columns: Any) -> dict[str, Any]:
    name = "confidential-data-without-disclosure-rule"
    whole, focus = f"{name}:{key}", f"{LGID}need/{key}"
    return {
        "id": f"{_HERE}/gaps/{quote(whole)}",
        "type": kind_of(certainty),
        "key": whole,
        "label": label,
        "layer": _LEGAL,
        "severity": "warning",
        "certainty": certainty,
        "certainty_label": told,
        "query": {"name": name, "title": "Confidential data with no disclosure rule registered"},
        "focus": {"id": focus, "label": label},
        "event": _EVENT,
        **columns,
        "links": {
            "self": f"{_HERE}/gaps/{quote(whole)}",
            "focus": f"{_HERE}/things?iri={quote(focus, safe='')}",
            "query": f"{_HERE}/queries/{name}",
        },
    }


_INFERRED = _gap(
    "foreldrebetaling-redusert-05",
    "Reduced kindergarten fee: pay and other income",
    "inferred",
    "inferred",
    provider=_TAX,
    consumer=_EACH,
    crossLevel=True,
    dataset={"id": f"{LGID}dataset/a-ordningen", "label": "A-scheme (employer monthly report)"},
    doubted=False,
)
_NOT_REPORTED = _gap(
    "barnehageplass-04",
    "Kindergarten place: basis for residence",
    "not-reported",
    "not reported",
    provider={"id": f"{LGID}actor/974760746", "label": "The Norwegian Directorate of Immigration"},
    consumer=_EACH,
    crossLevel=True,
    dataset={"id": f"{LGID}dataset/utlendingsdatabasen", "label": "Immigration Database"},
    doubted=False,
)
_LIST = f"{_HERE}/gaps?layer=legal&life-event=fa-barn"
GAPS: Example = {
    **SHOWN,
    "@context": f"{_HERE}/context-gaps.jsonld",
    "id": f"{_HERE}/gaps",
    "layer": _LEGAL,
    "total": 38,
    "counts": {
        "layer": {"legal": 38, "organisational": 0, "semantic": 0, "technical": 0, "governance": 0},
        "severity": {"violation": 19, "warning": 11, "info": 8},
        "certainty": {"confirmed": 0, "inferred": 10, "not-reported": 28},
    },
    "passed_over": [],
    "items": [_INFERRED, _NOT_REPORTED],
    "links": {"self": _LIST, "first": _LIST, "next": f"{_LIST}&cursor=2.Vl2cwBtEw3Z-q49D"},
}
_ROW = {name: told for name, told in _INFERRED.items() if name not in ("id", "type", "links")}
_COLUMNS = ("event", "provider", "consumer", "crossLevel", "dataset", "doubted")
GAP: Example = {
    **SHOWN,
    "@context": f"{_HERE}/context-gap.jsonld",
    **{name: told for name, told in _INFERRED.items() if name not in _COLUMNS},
    "why": "Data that is not open goes to another body. We have registered no provision that "
    "names the consumer. The law may still open for it.",
    "remedy": "Find the provision that lets the provider disclose in spite of secrecy and report "
    "it. If there is none, a change of law or consent is needed.",
    "measures": [{"id": "http://data.europa.eu/Rec27", "label": "Check legislation for barriers"}],
    "rows": [_ROW],
    "sources": [],
}


def _sums(event: Example | None) -> dict[str, Any]:
    sums = {"n": 89, "whole": 71, "partly": 0, "permitted": 0, "missing": 1, "not-reported": 17}
    sure = {"confirmed": 0, "inferred": 1, "not-reported": 0}
    return {"event": event, "layer": _LEGAL, **sums, "missing_by_certainty": sure}


SUMMARY: Example = _plain(
    f"{PAGE}/summary",
    layer=_LEGAL,
    total=1,
    totals=[_sums(None)],
    outside=[{"id": f"{LGID}step/internal", "label": "inside the body", "count": 2}],
    doubted=1,
    items=[_sums(_EVENT)],
)
SCORECARD: Example = _plain(
    f"{PAGE}/scorecard",
    layer=None,
    total=1,
    outside=SUMMARY["outside"],
    doubted=1,
    items=[
        {
            **_sums(_EVENT),
            "found_by_certainty": {"confirmed": 0, "inferred": 0, "not-reported": 0},
            "sentence": "71 of 89 needs are wholly in place, 17 are not reported and 1 is missing "
            "(1 inferred).",
        }
    ],
)
_FLOWS = {
    "needed": 9,
    "whole": 7,
    "partly": 0,
    "permitted": 0,
    "missing": 1,
    "not-reported": 1,
    "missing_by_certainty": {"confirmed": 0, "inferred": 1, "not-reported": 0},
}
FLOW_MATRIX: Example = _plain(
    f"{PAGE}/flow-matrix",
    layer=None,
    total=1,
    by="sector",
    gives="Provider’s sector",
    gets="Consumer’s sector",
    rows=[_FINANCE],
    columns=[_LEARNING],
    sums=_FLOWS,
    items=[{"gives": _FINANCE, "gets": _LEARNING, **_FLOWS}],
)
MATRIX: Example = _plain(
    f"{PAGE}/matrix",
    layer=_LEGAL,
    total=1,
    without=[],
    items=[
        {"row": _FINANCE, "column": _LEARNING, "confirmed": 0, "inferred": 3, "not-reported": 0}
    ],
)

# -- queries ----------------------------------------------------------------------------------

_ASKED = {
    "id": f"{_HERE}/queries/who-leads",
    "name": "who-leads",
    "kind": "questions",
    "layer": None,
    "severity": None,
    "title": "Who leads the life event",
    "why": "Responsibility changes. The answer holds for the day asked about.",
    "remedy": "",
    "parameters": [{"name": "life-event", "label": "Life event", "type": "iri"}],
    "columns": {"event": "Life event", "role": "Role", "actor": "Actor"},
    "links": {"results": f"{_HERE}/queries/who-leads/results"},
}
QUERIES: Example = _plain(f"{PAGE}/queries", total=1, items=[_ASKED])
QUERY: Example = {
    **SHOWN_PLAIN,
    **_ASKED,
    "text": '#+ title.en = "Who leads the life event"\nSELECT ?event ?role ?actor WHERE { … }\n',
}
# What may stand in columns that many queries have.
_CELLS = {
    "focus": _INFERRED["focus"],
    "certainty": {"id": f"{LGID}certainty/inferred", "label": "inferred"},
    "event": _EVENT,
    "provider": _TAX,
    "consumer": _EACH,
    "actor": _TAX,
    "owner": _TAX,
    "dataset": _INFERRED["dataset"],
    "crossLevel": True,
    "doubted": False,
}


def results_of(query: Query) -> Example:
    """Show a row of a query, with those of its columns that we can show a value of."""
    row = {name: told for name, told in _CELLS.items() if name in query.columns}
    here = f"{_HERE}/queries/{query.name}/results"
    return {
        **SHOWN_PLAIN,
        "id": here,
        "layer": layer_in(query.layer, "en"),
        "severity": query.severity,
        "query": {"name": query.name, "title": text_in(query.title, "en")},
        "total": 1 if row else 0,
        "columns": {name: text_in(told, "en") for name, told in query.columns.items()},
        "items": [row] if row else [],
        "links": {"self": here, "first": here},
    }


# -- the rest ---------------------------------------------------------------------------------

LAYERS: Example = _plain(f"{PAGE}/layers", total=1, items=[_LEGAL])
START: Example = _plain(
    PAGE,
    total=1,
    items=[
        {
            "id": f"{_HERE}/life-events",
            "label": "Life events",
            "layer": layer_in("governance", "en"),
            "count": 7,
        }
    ],
    links={"gaps": f"{_HERE}/gaps", "sparql": f"{SERVER}/sparql"},
)
VERSION: Example = _plain(
    f"{PAGE}/version",
    digest="52ce04822317d6d7067b550a873f1bfdb237a8ae7950d041e4996d16d89ff09c",
    statements=121018,
    ontology="1.0.0",
    software="0.1.0",
    assets="1dc5c7be1bef950958a1d9350448d166b7c3524a4f50b1e518c90cced5d376cd",
)
_OTHER = {"id": "https://example.org/thing/2", "label": "Another"}
_POINTING = f"{_HERE}/things/inward?iri={quote(_OTHER['id'], safe='')}&property=isPartOf"
POINTING: Example = {
    **SHOWN,
    "id": f"{_HERE}/things/inward",
    "label": "part of",
    "total": 1,
    "of": _OTHER,
    "names": {"isPartOf": "part of", "publisher": "publisher", "title": "title"},
    "items": [
        {
            **ONE,
            "isPartOf": _OTHER,
            "links": {"self": f"{_HERE}/things?iri={quote(str(ONE['id']), safe='')}"},
        }
    ],
    "links": {"self": _POINTING, "first": _POINTING},
}
CONTEXT_OF: Example = {
    "@context": {
        "@version": 1.1,
        "id": "@id",
        "type": "@type",
        "label": None,
        "items": "@included",
        "title": {"@id": f"{DCT}title", "@container": "@language"},
    }
}
_COUNTED = {"violation": 1, "warning": 0, "info": 0}
REPORT: Example = {
    "files": ["file.ttl"],
    "things": 1,
    "known": 1,
    "before": 0,
    "counts": {"inside": _COUNTED, "outside": {**_COUNTED, "violation": 0}},
    "versions": {"software": "0.1.0", "ontology": "1.0.0"},
    "findings": [
        {
            "id": "Thing-publisher",
            "severity": "violation",
            "thing": {"iri": "https://example.org/thing/1", "label": {"nb": "En av tingene"}},
            "field": {"iri": f"{DCT}publisher", "label": {"nb": "utgiver", "en": "publisher"}},
            "where": {"file": "file.ttl", "line": 2, "column": 1},
            "found": {"count": 0},
            "expected": {"nb": "minst 1", "nn": "minst 1", "en": "at least 1"},
            "message": {"en": "The thing lacks “publisher”."},
            "layer": "organisational",
            "outside": False,
        }
    ],
}
ROWS: Example = {
    "head": {"vars": ["event"]},
    "results": {"bindings": [{"event": {"type": "uri", "value": _EVENT["id"]}}]},
}
TRIPLES: list[Any] = [
    {
        "@id": _EVENT["id"],
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": [
            {"@id": "http://data.europa.eu/m8g/LifeEvent"}
        ],
    }
]
