"""Who asks: the key in the header, as RFC 6750 section 2.1 says; never in an address or a form."""

from __future__ import annotations

from fastapi import Security
from fastapi.security import HTTPBearer
from starlette.requests import Request

from graph.access import Key
from graph.errors import Forbidden, NotAuthorised
from graph.serving import Service

KEY = Security(
    HTTPBearer(
        scheme_name="key",
        description="A key that whoever runs the service has made with `livsgraf key create`.",
        auto_error=False,
    )
)
"""Put this among the dependencies of what needs a key, so that the interface's document says so."""


def bearer(request: Request, service: Service, role: str) -> Key:
    """Give the key that the request bears.

    Raises:
        NotAuthorised: it bears none that holds.
        Forbidden: it bears one that does not have the role.

    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthorised
    key = service.keys.known(token.strip())
    # Log and trail name the key, never what opens with it; also where it does not open this.
    request.state.key = key.id
    if role not in key.roles:
        raise Forbidden(role)
    return key
