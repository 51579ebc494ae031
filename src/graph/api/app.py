"""One application: the groups of routes, and what surrounds them all."""

from __future__ import annotations

import difflib

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match

from graph import __version__
from graph.api import health, sparql, submissions, validate, version
from graph.api.answer import PAGE
from graph.api.around import Around
from graph.api.problems import problem
from graph.errors import (
    BadParameter,
    LivsgrafError,
    MethodNotAllowed,
    NoSuchPage,
    UnknownParameter,
)
from graph.serving import Service

GROUPS = (
    health,
    version,
    sparql,
    validate,
    submissions,
)
"""The groups of routes, in the order of the interface's document."""


def create_app(service: Service) -> Around:
    """Make the application that asks one service, which has been started."""
    return Around(inner(service), service)


def inner(service: Service) -> FastAPI:
    """Make the routes, without what surrounds every request."""
    app = FastAPI(
        title="Livsgraf",
        version=__version__,
        openapi_url=f"{PAGE}/openapi.json",
        # The pages of both come from elsewhere on the net.
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(refuse_unknown)],
        description=ABOUT,
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    app.state.service = service
    app.state.parameters = {}
    app.state.routers = [group.routes(service) for group in GROUPS]
    for router in app.state.routers:
        app.include_router(router)
    app.add_exception_handler(LivsgrafError, _told)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _other)
    app.add_exception_handler(ClientDisconnect, _left)
    return app


ABOUT = """What must flow between Norwegian public bodies in seven life events, and what is missing.

Every document names the EIF layer that it belongs to, the version of the graph and the day asked
about. It comes as JSON, which is JSON-LD by the context it names, as Turtle, CSV and XLSX where
that makes sense, by `Accept`, `format` or the ending of its address.
"""


def refuse_unknown(request: Request) -> None:
    """Raise UnknownParameter for a parameter that the address does not declare."""
    route = request.scope["route"]
    if route.path_format.startswith(sparql.PATH):
        # What may stand there is the protocol's to say, and in which order it is refused.
        return
    known = request.app.state.parameters.get((route.path_format, request.method))
    if known is None:
        known = _declared(request.app, route.path_format, request.method)
        request.app.state.parameters[route.path_format, request.method] = known
    for name in request.query_params:
        if name not in known:
            near = difflib.get_close_matches(name, known, 3)
            raise UnknownParameter(name, sorted(known), near)


def _declared(app: FastAPI, path: str, method: str) -> frozenset[str]:
    """Give the parameters of an address, as the document of the interface tells them."""
    told = app.openapi()["paths"].get(path, {}).get(method.lower(), {})
    return frozenset(one["name"] for one in told.get("parameters", ()) if one["in"] == "query")


async def _told(request: Request, error: Exception) -> Response:
    if not isinstance(error, LivsgrafError):
        raise error
    return problem(request, error)


async def _unreadable(request: Request, error: Exception) -> Response:
    """Tell the first parameter that cannot be read."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"][1:])
    return problem(request, BadParameter(name, str(first.get("input", "")), [first["msg"]]))


async def _other(request: Request, error: Exception) -> Response:
    """Tell what the routing refuses: an address or a way of asking that there is not."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == MethodNotAllowed.status:
        allowed = methods_at(request)
        told = MethodNotAllowed(request.method, allowed)
        return problem(request, told, {"Allow": ", ".join(allowed)})
    return problem(request, NoSuchPage(request.url.path))


async def _left(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """End what an asker left in the middle of: no fault of ours, and nobody hears the answer."""
    return Response(None, 400)


def methods_at(request: Request) -> list[str]:
    """Give every way of asking that an address takes, not only those of its first route."""
    found: set[str] = set()
    for route in (route for router in request.app.state.routers for route in router.routes):
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    if "GET" in found:
        found.add("HEAD")
    return sorted({*found, "OPTIONS"})
