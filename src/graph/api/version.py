"""Which version of what is served."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from graph.api.answer import PAGE, Answer, address, respond
from graph.api.asked import SPEAKS, given_as
from graph.api.negotiate import language
from graph.api.problems import document
from graph.serving import Service


def routes(service: Service) -> APIRouter:
    """Give the routes of this group."""
    router = APIRouter(
        prefix=PAGE, tags=["about"], dependencies=[SPEAKS, given_as("json", "jsonld")]
    )

    @router.get(
        "/version",
        summary="Version of the graph, the vocabulary and the software",
        responses=document("The version.", "json", "jsonld"),
    )
    def version(request: Request) -> Response:
        now = service.now
        told = now.version
        body = {
            "id": f"{address(request)}{PAGE}/version",
            "graph_version": now.tag,
            "digest": told.digest,
            "statements": told.triples,
            "ontology": told.ontology,
            "software": told.software,
            "assets": told.assets,
        }
        return respond(request, Answer(lambda: body, now.tag, language(request)))

    return router
