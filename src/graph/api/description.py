"""What the endpoint is and holds: SPARQL 1.1 Service Description, with its limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from graph import catalog, rdf
from graph.api.answer import address, held
from graph.api.negotiate import language, pick
from graph.errors import BadParameter, NotAcceptable
from graph.messages import load
from graph.serving import Service, Snapshot
from graph.terms import DCT, LANGUAGES, LG, RDF_TYPE, XSD, Term, Triple, iri, literal

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
FORMATS_IRI = "http://www.w3.org/ns/formats/"
_RESULTS = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "JSON-LD", "RDF_XML"),
)
OFFERED: Mapping[str, str] = {
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/ld+json": "jsonld",
    "application/rdf+xml": "xml",
}


def give(request: Request, service: Service) -> Response:
    """Give the description, in the format asked for."""
    lang, now = language(request), service.now
    asked = request.query_params.get("format")
    if asked is not None and asked not in OFFERED.values():
        raise BadParameter("format", asked, list(OFFERED.values()))
    media = pick(request.headers.get("accept", ""), tuple(OFFERED))
    if asked is None and media is None:
        raise NotAcceptable(list(OFFERED))
    form = asked or OFFERED[media or "text/turtle"]
    media = next(media for media, name in OFFERED.items() if name == form)
    etag = f'"{now.tag}-{form}-{lang}"'
    headers = {
        "ETag": etag,
        "Vary": "Accept",
        "Cache-Control": "public, max-age=60",
        "X-Graph-Version": now.tag,
    }
    if held(request, etag):
        return Response(None, 304, headers)
    told = statements(service, now, f"{address(request)}/sparql")
    return Response(rdf.write(told, form, {**_prefixes()}), 200, headers, f"{media}; charset=utf-8")


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
        (me, iri(f"{LG}querySeconds"), literal(int(serving.query_seconds))),
        (me, iri(f"{LG}answerRows"), literal(serving.rows)),
        (me, iri(f"{LG}answerBytes"), literal(serving.answer_bytes)),
        (me, iri(f"{LG}queryBytes"), literal(serving.query_bytes)),
        (me, _sd("defaultDataset"), dataset),
        (dataset, RDF_TYPE, _sd("Dataset")),
        (dataset, _sd("defaultGraph"), default),
        (default, RDF_TYPE, _sd("Graph")),
    ]
    counts = now.once("graphs", lambda: catalog.graphs(now.ask))
    for number, count in enumerate(counts, 1):
        node, graph = iri(f"{endpoint}#named-{number}"), iri(f"{endpoint}#graph-{number}")
        told += [
            (dataset, _sd("namedGraph"), node),
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


def _prefixes() -> dict[str, str]:
    return {"sd": SD, "void": VOID, "dct": DCT, "lg": LG, "formats": FORMATS_IRI}


def operation(
    way: str,
    known: Sequence[str],
    taken: Sequence[str],
    rows: Mapping[str, str],
    triples: Mapping[str, str],
) -> dict[str, Any]:
    """Describe one way of asking, for the document of the interface."""
    formats = sorted({*rows.values(), *triples.values()})
    schemas: dict[str, dict[str, Any]] = {
        "query": {"type": "string", "minLength": 1, "example": EXAMPLE},
        "default-graph-uri": {"type": "array", "items": {"type": "string", "format": "uri"}},
        "named-graph-uri": {"type": "array", "items": {"type": "string", "format": "uri"}},
        "format": {"type": "string", "enum": formats},
        "lang": {"type": "string", "enum": list(LANGUAGES)},
    }
    said = {
        "query": "One query: SELECT, ASK, CONSTRUCT or DESCRIBE.",
        "default-graph-uri": "The graphs whose union is asked of. Unless given: all there are.",
        "named-graph-uri": "The graphs that GRAPH may choose among.",
        "format": "A format by its name, where no Accept can be sent.",
        "lang": "The language of refusals.",
    }

    def parameter(name: str) -> dict[str, Any]:
        return {"name": name, "in": "query", "description": said[name], "schema": schemas[name]}

    answer: dict[str, Any] = {media: {} for media in (*rows, *triples)}
    described: dict[str, Any] = {
        "responses": {
            "200": {
                "description": "A whole answer, in a format by Accept.",
                "content": answer,
                "headers": {
                    "X-Total-Rows": {"schema": {"type": "integer"}},
                    "X-Graph-Version": {"schema": {"type": "string"}},
                    "X-Query-Seconds": {"schema": {"type": "number"}},
                },
            }
        }
    }
    in_address = [name for name in known if name != "query"]
    if way == "get":
        described["parameters"] = [parameter(name) for name in known]
        return described
    described["parameters"] = [parameter(name) for name in in_address]
    form = {"type": "object", "required": ["query"], "properties": schemas}
    described["requestBody"] = {
        "required": True,
        "content": {
            taken[0]: {"schema": {"type": "string", "minLength": 1}, "example": EXAMPLE},
            taken[1]: {"schema": {**form, "additionalProperties": False}},
        },
    }
    if way == "stream":
        described["security"] = [{"key": []}]
    return described


EXAMPLE = "SELECT ?event WHERE { ?event a <http://data.europa.eu/m8g/LifeEvent> }"
