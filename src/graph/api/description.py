"""What the endpoint is and holds: SPARQL 1.1 Service Description, with its limits."""

from __future__ import annotations

import hashlib
import math
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from graph import catalog, rdf
from graph.api import examples
from graph.api.answer import address, held, kept
from graph.api.media import CALLED, OFFERED, formats, given, media_of
from graph.api.negotiate import TAGS, accepted, language
from graph.api.question import FORM, FORMATS, GRAPHS, KNOWN, MOST_GRAPHS, QUERY, called
from graph.api.schemas import ANSWER
from graph.errors import NotAcceptable
from graph.messages import load
from graph.serving import Service, Snapshot
from graph.terms import DCT, LANGUAGES, LG, RDF_TYPE, XSD, Term, Triple, iri, literal

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
FORMATS_IRI = "http://www.w3.org/ns/formats/"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_PREFIXES = {"sd": SD, "void": VOID, "dct": DCT, "lg": LG, "formats": FORMATS_IRI}
_RESULTS = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "JSON-LD", "RDF_XML"),
)


def give(request: Request, service: Service) -> Response:
    """Give the description, in the format asked for."""
    now = service.now
    language(request)
    asked = {name: request.query_params.getlist(name) for name in FORMATS}
    form = dict(formats(accepted(request), called(asked))).get("triples")
    if form is None:
        raise NotAcceptable(given(["triples"]))
    where = f"{address(request)}/sparql"
    etag = f'"{now.tag}-{hashlib.sha256(f"{form} {where}".encode()).hexdigest()[:8]}"'
    headers = {
        "ETag": etag,
        "Vary": "Accept",
        "Cache-Control": kept(request),
        "X-Graph-Version": now.tag,
    }
    if held(request, etag):
        return Response(None, 304, headers)
    told = statements(service, now, where)
    return Response(rdf.write(told, form, _PREFIXES), 200, headers, media_of("triples", form))


def statements(service: Service, now: Snapshot, endpoint: str) -> list[Triple]:
    """Tell what the service can, what it limits, and which graphs there are and how large."""
    me, dataset = iri(endpoint), iri(f"{endpoint}#dataset")
    default = iri(f"{endpoint}#default")
    serving = service.settings.serving
    told: list[Triple] = [
        (me, RDF_TYPE, _sd("Service")),
        (me, _sd("endpoint"), me),
        (me, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        (me, _sd("feature"), _sd("UnionDefaultGraph")),
        *((me, _sd("resultFormat"), iri(FORMATS_IRI + name)) for name in _RESULTS),
        *((me, iri(DCT + "description"), text) for text in _limits(service)),
        (me, iri(f"{LG}querySeconds"), literal(math.ceil(serving.query_seconds))),
        (me, iri(f"{LG}answerRows"), literal(serving.rows)),
        (me, iri(f"{LG}answerBytes"), literal(serving.answer_bytes)),
        (me, iri(f"{LG}queryBytes"), literal(serving.query_bytes)),
        (me, _sd("defaultDataset"), dataset),
        (dataset, RDF_TYPE, _sd("Dataset")),
        (dataset, iri(DCT + "title"), literal("Livsgraf")),
        (dataset, iri(DCT + "license"), iri(LICENCE)),
        (dataset, _sd("defaultGraph"), default),
        (default, RDF_TYPE, _sd("Graph")),
    ]
    counts = now.once("graphs", lambda: catalog.graphs(now.ask))
    named = [iri(f"{endpoint}#named-{number}") for number, _ in enumerate(counts, 1)]
    told += [(dataset, _sd("namedGraph"), node) for node in named]
    for number, (node, count) in enumerate(zip(named, counts, strict=True), 1):
        graph = iri(f"{endpoint}#graph-{number}")
        told += [
            (node, RDF_TYPE, _sd("NamedGraph")),
            (node, _sd("name"), count.thing),
            (node, _sd("graph"), graph),
            (graph, RDF_TYPE, _sd("Graph")),
            (graph, iri(VOID + "triples"), Term("literal", str(count.n), XSD + "integer")),
        ]
    return told


def _sd(name: str) -> Term:
    return iri(SD + name)


def _limits(service: Service) -> list[Term]:
    serving = service.settings.serving
    values = {
        "seconds": f"{serving.query_seconds:g}",
        "rows": serving.rows,
        "megabytes": serving.answer_bytes // 1_000_000,
        "kilobytes": serving.query_bytes // 1024,
    }
    texts = ((lang, load(lang).text("serve.limits", **values)) for lang in LANGUAGES)
    return [Term("literal", text, None, lang) for lang, text in texts]


def operation(way: str) -> dict[str, Any]:
    """Describe one way of asking, for the document of the interface."""
    graphs = {
        "type": "array",
        "items": {"type": "string", "format": "graph"},
        "maxItems": MOST_GRAPHS,
    }
    names = {"type": "string", "enum": list(CALLED)}
    schemas: dict[str, dict[str, Any]] = {
        "query": {"type": "string", "format": "sparql", "minLength": 1, "example": EXAMPLE},
        **dict.fromkeys(GRAPHS, graphs),
        **dict.fromkeys(FORMATS, names),
        "lang": {"type": "string", "enum": [*LANGUAGES, *TAGS]},
    }

    def parameter(name: str) -> dict[str, Any]:
        schema = {k: v for k, v in schemas[name].items() if k != "example"}
        told = {"name": name, "in": "query", "description": _SAID[name], "schema": schema}
        return {**told, "example": EXAMPLE} if name == "query" else told

    headers = {
        name: {"description": said, "schema": {"type": kind}}
        for name, (kind, said) in _HEADERS.items()
        if way != "stream" or name == "X-Graph-Version"
    }
    answer = {media: dict[str, Any]() for offered in OFFERED.values() for media in offered}
    # Some tools ask for JSON alone, and get what the query makes: rows, or triples.
    answer["application/json"]["example"] = examples.ROWS
    answer["application/sparql-results+json"] |= {
        "schema": ANSWER,
        "example": examples.ROWS,
    }
    answer["application/ld+json"]["example"] = examples.TRIPLES
    whole = {"description": "An answer, in a format by Accept.", "content": answer}
    responses: dict[str, Any] = {"200": {**whole, "headers": headers}}
    if way == "get":
        responses["304"] = {"description": "The asker holds the answer already."}
        return {"responses": responses, "parameters": [parameter(name) for name in KNOWN]}
    form = {"type": "object", "required": ["query"], "properties": schemas}
    content: dict[str, dict[str, Any]] = {
        QUERY: {"schema": {"type": "string", "format": "sparql", "minLength": 1}},
        FORM: {"schema": {**form, "additionalProperties": False}},
    }
    content[QUERY]["example"], content[FORM]["example"] = EXAMPLE, {"query": EXAMPLE}
    described: dict[str, Any] = {
        "responses": responses,
        "parameters": [parameter(name) for name in KNOWN if name != "query"],
        "requestBody": {"required": True, "content": content},
    }
    return {**described, "security": [{"key": []}]} if way == "stream" else described


_SAID = {
    "query": "One query: SELECT, ASK, CONSTRUCT or DESCRIBE. Without it the service describes "
    "itself.",
    "default-graph-uri": "The graphs whose union is asked of. Unless given: all there are.",
    "named-graph-uri": "The graphs that GRAPH may choose among.",
    "format": "A format by its name, where no Accept can be sent. It goes before Accept.",
    "output": "The same as `format`, for tools that call it so.",
    "results": "The same as `format`, for tools that call it so.",
    "lang": "The language of refusals; else Accept-Language decides.",
}
_HEADERS = {
    "X-Total-Rows": ("integer", "How many rows or triples there are."),
    "X-Graph-Version": ("string", "Which version of the graph was asked."),
    "X-Query-Seconds": ("number", "How long a query may take."),
    "X-Query-Rows": ("integer", "How many rows or triples an answer may have."),
    "X-Query-Bytes": ("integer", "How large an answer may be."),
}
EXAMPLE = "SELECT ?event WHERE { ?event a <http://data.europa.eu/m8g/LifeEvent> }"
