"""What gaps add up to: where each life event stands in each layer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from graph import assets
from graph.api import examples, schemas
from graph.api.answer import PAGE, Answer, respond
from graph.api.asked import SPEAKS, given_as
from graph.api.context import described, envelope
from graph.api.gaps import COUNTS, chosen_by, day_of, parameters, wanted_of
from graph.api.negotiate import language
from graph.api.tables import table_writers
from graph.gaps import STATES
from graph.query import load
from graph.serving import Service, lacks
from graph.serving.lacks import CARD_HEADS


def routes(service: Service) -> APIRouter:
    """Give the routes of this group; what one may choose by stands in the question's header."""
    router = APIRouter(prefix=PAGE, tags=["gaps"], dependencies=[SPEAKS])
    states = [load(path) for path in assets.files("questions", service.root) if path.stem == STATES]
    known = chosen_by(states)

    @router.get(
        "/scorecard",
        summary="Where each life event stands in each layer",
        dependencies=[given_as(*COUNTS)],
        openapi_extra={"parameters": parameters(known, day=True)},
        responses=described(
            "A card for each life event and layer, those of all of them last.",
            *("total", "items"),
            formats=COUNTS,
            example=examples.SCORECARD,
            members=schemas.SCORECARD,
        ),
    )
    def scorecard(request: Request) -> Response:
        """Count needs by life event and layer, and say each in a sentence."""
        lang, now, day = language(request), service.now, day_of(request)
        told = lacks.cards(now, day, wanted_of(request, now, known), lang)

        def body() -> dict[str, Any]:
            return envelope(request, now, lang, f"{PAGE}/scorecard", told, day)

        rows = [lacks.card_cells(item) for item in told["items"]]
        tables = table_writers("scorecard", CARD_HEADS, rows)
        return respond(request, Answer(body, now.tag, lang, day.isoformat(), tables))

    return router
