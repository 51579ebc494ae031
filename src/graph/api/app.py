"""One application: the groups of routes, and what surrounds them all."""

from __future__ import annotations

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from graph import __version__
from graph.api import (
    context,
    decisions,
    dumps,
    gaps,
    health,
    labels,
    lists,
    queries,
    sparql,
    submissions,
    things,
    validate,
    version,
)
from graph.api.around import Around, ways
from graph.api.interface import Application
from graph.api.parameters import refuse_strange
from graph.api.problems import REFUSALS, problem
from graph.api.unreadable import unreadable
from graph.errors import (
    BadContent,
    InternalError,
    LivsgrafError,
    MethodNotAllowed,
    NoSuchPage,
    RequestError,
    StoreError,
)
from graph.serving import Service, told_of

GROUPS = (
    things,
    context,
    labels,
    lists,
    gaps,
    decisions,
    queries,
    dumps,
    health,
    version,
    sparql,
    validate,
    submissions,
)
"""The groups of routes, in the order of the interface's document."""

ABOUT = """What must flow between Norwegian public bodies in seven life events, and what is missing.

Every document names the EIF layer that it belongs to, the version of the graph and the day asked
about. It comes as JSON, which is JSON-LD by the context it names, as Turtle, CSV and XLSX where
that makes sense, by `Accept`, `format` or the ending of its address.
"""


def create_app(service: Service) -> FastAPI:
    """Make the application that asks one service, which has been started."""
    app = Application(
        title="Livsgraf",
        version=__version__,
        # The pages of both come from elsewhere on the net.
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(refuse_strange)],
        responses=REFUSALS,
        description=ABOUT,
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    app.state.service = service
    app.add_middleware(Around, service=service)
    for group in GROUPS:
        app.add(group.routes(service))
    app.add_exception_handler(LivsgrafError, _told)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _other)
    app.add_exception_handler(Exception, _unforeseen)
    return app


async def _told(request: Request, error: Exception) -> Response:
    if not isinstance(error, LivsgrafError):
        raise error
    if isinstance(error, StoreError | InternalError):
        service = request.app.state.service
        number = getattr(request.state, "number", "")
        told = told_of(error)
        service.journal.tell("trouble", number=number, code=error.code, told=told)
        if isinstance(error, StoreError):
            service.doubt()
    return problem(request, error)


async def _unreadable(request: Request, error: Exception) -> Response:
    """Tell the first of what cannot be read."""
    if not isinstance(error, RequestValidationError):
        raise error
    return problem(request, unreadable(error.errors()[0]))


async def _other(request: Request, error: Exception) -> Response:
    """Tell what the routing refuses: an address or a way of asking that there is not."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == MethodNotAllowed.status:
        allowed = ways(request.scope)
        told = MethodNotAllowed(request.method, allowed)
        return problem(request, told, {"Allow": ", ".join(allowed)})
    if error.status_code == BadContent.status:
        # JSON that ends the reader, as when it is too deep.
        return problem(request, BadContent())
    if error.status_code != NoSuchPage.status:
        return problem(request, RequestError())
    return problem(request, NoSuchPage(request.url.path))


async def _unforeseen(request: Request, error: Exception) -> Response:
    return problem(request, InternalError(type(error).__name__))
