"""What is done with keys, noted in the trail: that it begins, how it ends, or what refused it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping

import anyio.to_thread
from starlette.requests import Request

from graph.errors import LivsgrafError
from graph.serving import Service


def begin(
    request: Request, service: Service, act: str, told: Mapping[str, object]
) -> Mapping[str, object]:
    """Write that something begins, and give the values that its end is told with too.

    DiskFull, TrailBroken and other faults of the store: then nothing may be done.
    """
    line = {**who_asks(request), **told}
    # However it ends, whoever began it tells.
    request.state.noted = True
    service.trail.add(act, {**line, "outcome": "begun"})
    return line


def end(
    service: Service, act: str, line: Mapping[str, object], ended: Mapping[str, object]
) -> None:
    """Write how it ended; what was done stands though the trail cannot be written to."""
    with contextlib.suppress(LivsgrafError, OSError):
        service.trail.add(act, {**line, **ended})


@contextlib.contextmanager
def noted(
    request: Request, service: Service, act: str, told: Mapping[str, object]
) -> Iterator[dict[str, object]]:
    """Write that something begins, and how it ended: with what is put in the values lent."""
    line = begin(request, service, act, told)
    ended: dict[str, object] = {"outcome": "failed"}
    try:
        yield ended
    except LivsgrafError as error:
        ended["outcome"] = error.code
        raise
    finally:
        end(service, act, line, ended)


@contextlib.asynccontextmanager
async def refusals_noted(request: Request, service: Service, act: str) -> AsyncIterator[None]:
    """Write with which word a good key was refused, where nothing had begun."""
    try:
        yield
    except Exception as error:
        state = request.state
        if getattr(state, "key", None) and not getattr(state, "noted", False):
            told = {"outcome": error.code if isinstance(error, LivsgrafError) else "failed"}
            await anyio.to_thread.run_sync(end, service, act, who_asks(request), told)
        raise


def who_asks(request: Request) -> dict[str, object]:
    """Give what tells whose key it is, and where it was used."""
    client = request.client.host if request.client else ""
    return {
        "request": getattr(request.state, "number", ""),
        "key": request.state.key,
        "client": getattr(request.state, "client", client),
    }
