"""The whole content as files to download."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from graph.api.answer import PAGE, Answer, address, held, respond
from graph.api.asked import SPEAKS, given_as
from graph.api.negotiate import language
from graph.api.problems import ANYWHERE, document, told_of
from graph.serving import Service
from graph.serving.dumping import FORMATS

MEDIA = {"trig": "application/trig", "nq": "application/n-quads"}


def routes(service: Service) -> APIRouter:
    """Give the routes of this group."""
    router = APIRouter(prefix=f"{PAGE}/dumps", tags=["dumps"], dependencies=[SPEAKS])
    content: dict[str, Any] = {media: {} for media in MEDIA.values()}

    @router.get(
        "",
        summary="What can be downloaded",
        dependencies=[given_as("json", "jsonld")],
        responses=document("The files of this version.", "json", "jsonld"),
    )
    def listed(request: Request) -> Response:
        """Give the files of the whole content: what is stated, without what follows from it."""
        now, lang = service.now, language(request)

        def body() -> dict[str, Any]:
            files = {form: service.dumps.file(now, form) for form in FORMATS}
            return {
                "id": f"{address(request)}{PAGE}/dumps",
                "graph_version": now.tag,
                "lang": lang,
                "items": [
                    {
                        "id": f"{address(request)}{PAGE}/dumps/livsgraf.{form}",
                        "format": MEDIA[form],
                        "bytes": file.size,
                    }
                    for form, file in files.items()
                ],
            }

        return respond(request, Answer(body, now.tag, lang))

    @router.get(
        "/livsgraf.{form}",
        summary="The whole content",
        responses={
            200: {"description": "The file, whole.", "content": content},
            206: {"description": "A part of it, as Range asks.", "content": content},
            304: {"description": "As the asker has it already."},
            416: {"description": "A part that there is not."},
            **told_of(*ANYWHERE, 507),
        },
    )
    def download(request: Request, form: Literal["trig", "nq"]) -> Response:
        """Give every graph of what is stated, in one file; Range may ask for a part of it."""
        now = service.now
        headers = {
            "ETag": f'"{now.tag}-{form}"',
            "Cache-Control": "public, max-age=60",
            "X-Graph-Version": now.tag,
        }
        if held(request, headers["ETag"]):
            return Response(None, 304, headers)
        file = service.dumps.file(now, form)
        return FileResponse(file.path, 200, headers, MEDIA[form], filename=f"livsgraf.{form}")

    return router
