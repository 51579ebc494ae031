"""How a receipt and a change are told, and how the document of the interface describes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from starlette.requests import Request

from graph.api.answer import PAGE, address
from graph.api.context import enveloped
from graph.api.examples import SHOWN_PLAIN
from graph.api.problems import ANYWHERE, told_of
from graph.diff import Difference
from graph.receipt import Erasure, Receipt
from graph.serving import Snapshot
from graph.terms import GRAPH, LGID, SKOS, Quad, Term

HERE = f"{PAGE}/submissions"


def bearers(now: Snapshot, receipts: Sequence[Receipt], lang: str) -> dict[str, str]:
    """Name the organisations that handed in, those that the graph has a name for."""
    labels = now.labels(lang)
    actors = {receipt.actor for receipt in receipts}
    named = labels.of(sorted(actors))
    return {actor: named[actor] for actor in actors - labels.nameless(actors)}


def told_of_receipt(
    request: Request,
    receipt: Receipt,
    names: Mapping[str, str],
    erased: Mapping[str, Erasure] = MappingProxyType({}),
) -> dict[str, Any]:
    """Give a receipt as documents do; `names` are those of `bearers`, `erased` what was erased."""
    here = f"{address(request)}{HERE}/{receipt.id}"
    told = asdict(receipt)
    told["key"] = told.pop("id")
    actor = {"id": told.pop("actor"), "label": names.get(receipt.actor, receipt.organisation)}
    links = {"self": here, "difference": f"{here}/difference", "undo": f"{here}/undo"}
    if receipt.undoes:
        links["undoes"] = f"{address(request)}{HERE}/{receipt.undoes}"
    return {"id": here, **told, "actor": actor, **told_of_erasure(receipt, erased), "links": links}


def told_of_erasure(receipt: Receipt, erased: Mapping[str, Erasure]) -> dict[str, Any]:
    """Give what was erased of a receipt, as a member of a document; nothing where nothing was."""
    if receipt.id not in erased:
        return {}
    note = erased[receipt.id]
    members = list(note.members(receipt))
    return {"erased": {"at": note.at, "function": note.function, "members": members}}


def sums(change: Difference, new: int) -> dict[str, int]:
    """Give how much changes: `new` is how many things the graph did not know."""
    return {
        "things": len(change.subjects),
        "new": new,
        "added": len(change.added),
        "removed": len(change.removed),
        "unchanged": change.unchanged,
    }


def statements(now: Snapshot, change: Difference, lang: str) -> dict[str, Any]:
    """Give every statement that goes and comes, with names."""
    terms = {t for quad in (*change.added, *change.removed) for t in quad[:3] if t.kind == "iri"}
    names = now.names(sorted(terms), lang)
    return {
        "statements": [
            *(_statement("removed", quad, names) for quad in change.removed),
            *(_statement("added", quad, names) for quad in change.added),
        ]
    }


def _statement(kind: str, quad: Quad, names: Mapping[Term, str]) -> dict[str, Any]:
    subject, predicate, value, graph = quad
    told: dict[str, Any] = {
        "kind": kind,
        "thing": {"id": subject.value, "label": names.get(subject, subject.value)},
        "field": {"id": predicate.value, "label": names.get(predicate, predicate.value)},
    }
    if value.kind == "iri":
        told["value"] = {"id": value.value, "label": names.get(value, value.value)}
    else:
        told["value"] = value.value
        told |= {"datatype": value.datatype} if value.datatype else {}
        told |= {"language": value.lang} if value.lang else {}
    return {**told, "graph": graph.value if graph else None}


# -- for the document of the interface --------------------------------------------------------

_TEXT, _COUNT = {"type": "string"}, {"type": "integer", "minimum": 0}
_IRI = {"type": "string", "format": "iri"}
_NAMED = {
    "type": "object",
    "required": ["id", "label"],
    "properties": {"id": _IRI, "label": _TEXT},
}
_SUMS = dict.fromkeys(("things", "new", "added", "removed", "unchanged"), _COUNT)
_CERTAIN = ("before", "after", "before_in_all", "after_in_all")
_GAPS = {
    "type": "object",
    "description": "How many gaps touch what was handed in, and all of them, before and after; "
    "the names of those that closed and opened.",
    "properties": {
        **dict.fromkeys(_CERTAIN, _COUNT),
        **{name: {"type": "array", "items": _TEXT} for name in ("closed", "opened")},
    },
}
_ERASED = {
    "type": "object",
    "description": "That kept bytes were erased for good: when, by which function, and of which "
    "members of the receipt.",
    "required": ["at", "function", "members"],
    "properties": {
        "at": {"type": "string", "format": "date-time"},
        "function": _TEXT,
        "members": {"type": "array", "items": {"enum": ["sha256", "read", "change"]}},
    },
}
RECEIPT: Mapping[str, Any] = {
    "type": "object",
    "required": ["id", "key", "number", "kind", "at", "organisation", "actor", "links"],
    "properties": {
        "id": _IRI,
        "key": _TEXT,
        "number": {"type": "integer", "minimum": 1},
        "kind": {"enum": ["submit", "undo"]},
        "at": {"type": "string", "format": "date-time"},
        "organisation": _TEXT,
        "actor": _NAMED,
        "function": _TEXT,
        "sha256": {"type": "string", "description": "Of the content handed in, byte for byte."},
        "undoes": _TEXT,
        "digest": {"type": "string", "description": "Of all that the graph holds after it."},
        "lacks": _GAPS,
        "erased": _ERASED,
        "links": {"type": "object", "additionalProperties": _IRI},
    },
}
_STATEMENT = {
    "type": "object",
    "required": ["kind", "thing", "field", "value", "graph"],
    "properties": {
        "kind": {"enum": ["added", "removed"]},
        "thing": _NAMED,
        "field": _NAMED,
        "value": {"anyOf": [_TEXT, _NAMED]},
        "datatype": _IRI,
        "language": _TEXT,
        "graph": _IRI,
    },
}
_STATEMENTS = {"type": "array", "items": _STATEMENT}
_OUTCOME: Mapping[str, Any] = {
    "type": "object",
    "required": ["outcome", "receipt", "change", "findings"],
    "properties": {
        "outcome": {"enum": ["done", "tried", "nothing"]},
        "receipt": {"anyOf": [RECEIPT, {"type": "null"}]},
        "change": {"type": "object", "properties": {**_SUMS, "statements": _STATEMENTS}},
        "findings": {"type": "array", "items": {"type": "object"}},
        "gaps": _GAPS,
    },
}
OUTCOME = enveloped(_OUTCOME)
LIST: Mapping[str, Any] = {
    "type": "object",
    "required": ["total", "items", "links"],
    "properties": {
        "total": _COUNT,
        "items": {"type": "array", "items": RECEIPT},
        "links": {"type": "object", "additionalProperties": _IRI},
    },
}
CHANGE: Mapping[str, Any] = {
    "type": "object",
    "required": ["receipt", "statements"],
    "properties": {"receipt": _TEXT, "statements": _STATEMENTS, "erased": _ERASED},
}
_ADDRESS = f"https://example.org{HERE}/4f1c2a9b"
EXAMPLE_OF_RECEIPT: Mapping[str, Any] = {
    "id": _ADDRESS,
    "key": "4f1c2a9b",
    "number": 12,
    "kind": "submit",
    "at": "2026-01-15T09:30:00Z",
    "organisation": "974761076",
    "actor": {"id": f"{LGID}actor/974761076", "label": "Skatteetaten"},
    "function": "dataforvalter",
    "added": 14,
    "removed": 0,
    "unchanged": 3,
    "things": 2,
    "new": 2,
    "links": {
        "self": _ADDRESS,
        "difference": f"{_ADDRESS}/difference",
        "undo": f"{_ADDRESS}/undo",
    },
}
EXAMPLE_OF_CHANGE: Mapping[str, Any] = {
    "id": f"{_ADDRESS}/difference",
    "receipt": "4f1c2a9b",
    "statements": [
        {
            "kind": "added",
            "thing": {"id": f"{LGID}service/ny-tjeneste", "label": "Ny tjeneste"},
            "field": {"id": f"{SKOS}altLabel", "label": "annet navn"},
            "value": "Nytt tilbud",
            "language": "nb",
            "graph": f"{GRAPH}org/974761076",
        }
    ],
}
EXAMPLE_OF_OUTCOME: Mapping[str, Any] = {
    **SHOWN_PLAIN,
    "id": f"https://example.org{HERE}",
    "outcome": "done",
    "receipt": EXAMPLE_OF_RECEIPT,
    "change": {"things": 2, "new": 2, "added": 14, "removed": 0, "unchanged": 3},
    "findings": [],
}
EXAMPLE_OF_LIST: Mapping[str, Any] = {
    "id": f"https://example.org{HERE}",
    "total": 1,
    "items": [EXAMPLE_OF_RECEIPT],
    "links": {"self": f"https://example.org{HERE}", "first": f"https://example.org{HERE}"},
}


def given(what: str, schema: Mapping[str, Any], example: Mapping[str, Any]) -> dict[str, Any]:
    """Describe an answer in JSON."""
    told = {"schema": dict(schema), "example": dict(example)}
    return {"description": what, "content": {"application/json": told}}


def read(
    what: str, schema: Mapping[str, Any], example: Mapping[str, Any]
) -> dict[int | str, dict[str, Any]]:
    """Describe what an address that is read answers with."""
    schema, example = enveloped(schema), {**SHOWN_PLAIN, **example}
    held: dict[int | str, dict[str, Any]] = {304: {"description": "As you have it."}}
    return {200: given(what, schema, example), **held, **told_of(*ANYWHERE)}
