"""What gaps add up to: where each life event stands in each layer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from graph import assets
from graph import matrix as flow_matrix
from graph.api import examples, schemas
from graph.api.answer import PAGE, Answer, respond
from graph.api.asked import SPEAKS, given_as
from graph.api.context import described, envelope
from graph.api.gaps import COUNTS, chosen_by, day_of, parameters, wanted_of
from graph.api.negotiate import language
from graph.api.tables import table_writers
from graph.errors import BadParameter
from graph.gaps import STATES
from graph.query import load
from graph.serving import Service, lacks
from graph.serving import flows as in_flows
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

    flows = [
        load(path)
        for path in assets.files("questions", service.root)
        if path.stem == flow_matrix.STATES
    ]
    if not flows:
        # A content of one's own may come without the question.
        return router
    known_of_flows = chosen_by(flows)
    by_word = {side.word: side for question in flows for side in flow_matrix.sides(question)}

    by = {
        "name": "by",
        "in": "query",
        "required": False,
        "description": "What is crossed; the first unless given.",
        "schema": {"type": "string", "enum": list(by_word)},
    }

    @router.get(
        "/flow-matrix",
        summary="Who gives and who gets, in flows",
        dependencies=[given_as(*COUNTS)],
        openapi_extra={"parameters": [by, *parameters(known_of_flows, day=True)]},
        responses=described(
            "The pairs with flows; one that is not there needs none that we know of.",
            *("by", "rows", "columns", "sums", "total", "items"),
            formats=COUNTS,
            example=examples.FLOW_MATRIX,
            members=schemas.FLOW_MATRIX,
        ),
    )
    def crossing(request: Request) -> Response:
        """Count the flows that are needed between two, and how many are missing or not reported."""
        word = request.query_params.get("by", next(iter(by_word)))
        if word not in by_word:
            raise BadParameter("by", word[:80], list(by_word))
        lang, now, day = language(request), service.now, day_of(request)
        told = in_flows.crossing(
            now, by_word[word], day, wanted_of(request, now, known_of_flows), lang
        )

        def body() -> dict[str, Any]:
            return envelope(request, now, lang, f"{PAGE}/flow-matrix", told, day)

        tables = table_writers("matrix", in_flows.HEADS, in_flows.cells(told, lang))
        return respond(request, Answer(body, now.tag, lang, day.isoformat(), tables))

    return router
