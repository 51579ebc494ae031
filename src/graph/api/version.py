"""Which version of what is served."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from graph.api import examples, schemas
from graph.api.answer import PAGE, Answer, respond
from graph.api.asked import SPEAKS, given_as
from graph.api.context import described, envelope
from graph.api.negotiate import language
from graph.serving import Service


def routes(service: Service) -> APIRouter:
    """Give the routes of this group."""
    router = APIRouter(prefix=PAGE, tags=["about"], dependencies=[SPEAKS, given_as("json")])

    @router.get(
        "/version",
        summary="Version of the graph, the vocabulary and the software",
        responses=described(
            "The version.",
            *("digest", "statements"),
            example=examples.VERSION,
            members=schemas.VERSION,
        ),
    )
    def version(request: Request) -> Response:
        now, lang = service.now, language(request)
        told = now.version
        own = {
            "digest": told.digest,
            "statements": told.triples,
            "ontology": told.ontology,
            "software": told.software,
            "assets": told.assets,
        }
        body = envelope(request, now, lang, f"{PAGE}/version", own)
        return respond(request, Answer(lambda: body, now.tag, lang, body["date"]))

    return router
