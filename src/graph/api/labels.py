"""The names of anything, few or many."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Request
from starlette.responses import Response

from graph.api import schemas
from graph.api.answer import PAGE, Answer, format_of, respond
from graph.api.asked import SPEAKS, given_as
from graph.api.context import described, envelope
from graph.api.examples import SHOWN_PLAIN
from graph.api.negotiate import FORMATS, language
from graph.api.problems import told_of
from graph.errors import UnsupportedMedia
from graph.query import today
from graph.serving import Service, Snapshot
from graph.serving import records as found_in

HERE = f"{PAGE}/labels"
_MOST, _MOST_SENT = 200, 2000
_READ = ("application/json",)
MOST_BYTES = 512_000
"""How large the content with names asked for may be."""
_EVENT = "https://psi.norge.no/los/hendelse/fa-barn"
_EXAMPLE = {
    **SHOWN_PLAIN,
    "id": f"https://livsgraf.example.org{HERE}",
    "total": 1,
    "items": [{"id": _EVENT, "label": "Having a child"}],
}
One = Annotated[str, Query(min_length=1, max_length=2000)]


def routes(service: Service) -> APIRouter:
    """Give the routes of this group."""
    router = APIRouter(tags=["things"], dependencies=[SPEAKS, given_as("json")])
    told = described(
        "A name for each, in the order asked.",
        *("total", "items"),
        example=_EXAMPLE,
        members=schemas.NAMES,
    )

    @router.get(HERE, summary="Names of things", responses=told)
    def labels(
        request: Request,
        iri: Annotated[
            list[One],
            Query(min_length=1, max_length=_MOST, description="An IRI; several are several `iri`."),
        ],
    ) -> Response:
        """Give the name of each IRI; one that the graph has no name for is told by its end."""
        lang, now = language(request), service.now
        day = today().isoformat()
        return respond(request, Answer(lambda: _named(request, now, iri, lang), now.tag, lang, day))

    @router.post(
        HERE,
        summary="Names of many things",
        dependencies=[Depends(_refuse_other_content)],
        responses={**told, **told_of(413, 415)},
    )
    def labels_of_many(
        request: Request,
        iri: Annotated[
            list[Annotated[str, Body(min_length=1, max_length=2000)]],
            Body(embed=True, min_length=1, max_length=_MOST_SENT, examples=[[_EVENT]]),
        ],
    ) -> Response:
        """Do as GET for more than an address has room for; nothing is kept.

        At most 2000 IRIs, and 512 000 bytes.
        """
        lang, now = language(request), service.now
        content = json.dumps(_named(request, now, iri, lang), ensure_ascii=False).encode()
        # What was asked is not in the address, so no cache may answer the next one with it.
        headers = {
            "Cache-Control": "no-store",
            "Content-Language": lang,
            "Vary": "Accept, Accept-Language",
            "X-Graph-Version": now.tag,
        }
        return Response(content, 200, headers, FORMATS[format_of(request, ("json",))])

    return router


def _refuse_other_content(request: Request) -> None:
    """Refuse what is not said to be JSON: it would be read as nothing, and told to lack its list.

    UnsupportedMedia, also where the content's kind is not told.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in _READ:
        raise UnsupportedMedia(media, _READ)


def _named(request: Request, now: Snapshot, asked: Sequence[str], lang: str) -> dict[str, Any]:
    names = found_in.named(now, asked, lang)
    items = [{"id": one, "label": names[one]} for one in asked]
    return envelope(request, now, lang, HERE, {"items": items})
