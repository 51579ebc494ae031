"""One application: the groups of routes, and what surrounds them all."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from graph import __version__
from graph.api import sparql, submissions, validate, version
from graph.api.answer import PAGE
from graph.api.problems import problem
from graph.errors import (
    BadParameter,
    InternalError,
    LivsgrafError,
    MethodNotAllowed,
    NoSuchPage,
)
from graph.serving import Service


def create_app(service: Service) -> FastAPI:
    """Make the application that asks one service, which has been started."""
    app = FastAPI(
        title="Livsgraf",
        version=__version__,
        openapi_url=f"{PAGE}/openapi.json",
        # The pages of both come from elsewhere on the net.
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    app.state.routers = [
        group.routes(service) for group in (version, sparql, validate, submissions)
    ]
    for router in app.state.routers:
        app.include_router(router)
    app.add_exception_handler(LivsgrafError, _told)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _other)
    app.add_exception_handler(Exception, _unforeseen)
    return app


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


async def _unforeseen(request: Request, error: Exception) -> Response:
    return problem(request, InternalError(type(error).__name__))


def methods_at(request: Request) -> list[str]:
    """Give every way of asking that an address takes, not only those of its first route."""
    found: set[str] = set()
    for route in (route for router in request.app.state.routers for route in router.routes):
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    if "GET" in found:
        found.add("HEAD")
    return sorted({*found, "OPTIONS"})
