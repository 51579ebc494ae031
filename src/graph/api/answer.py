"""An envelope → a response: in the format asked for, with what a cache needs to know.

Every document has one envelope, which `context.envelope` makes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from graph.api.negotiate import FORMATS, accepted, pick
from graph.errors import BadParameter, NotAcceptable

PAGE = "/api/v1"
CONTEXT = f"{PAGE}/context.jsonld"
FRESH = 60
"""Seconds for which a copy may be used without asking whether it still holds."""

Body = Mapping[str, Any]
Writer = Callable[[], bytes]


@dataclass(frozen=True)
class Answer:
    """A document: its body, and how to write it in the formats that are not JSON.

    `others` holds a writer for each further format of `negotiate.FORMATS` that it can be given in.
    `links` are those of the header, by relation. `tag` names the version of the graph it tells of,
    `day` the day, both of which are in its ETag. `name` is the file name a browser saves it by.
    `context` is where its JSON-LD context lies; without one it is not given as JSON-LD. `noted` is
    what it tells that may change while the version does not; it is in the ETag too.
    """

    body: Callable[[], Body]
    tag: str
    lang: str
    day: str
    others: Mapping[str, Writer] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    context: str | None = None
    noted: str = ""


def respond(request: Request, answer: Answer) -> Response:
    """Give the document in the format asked for, or 304 where the asker has it already.

    NotAcceptable when it takes none of the formats there are.
    """
    offered = ("json", *(("jsonld",) if answer.context else ()), *answer.others)
    form = format_of(request, offered)
    etag = _etag(request, answer, form)
    headers = {
        "ETag": etag,
        "Vary": "Accept, Accept-Language",
        "Cache-Control": kept(request),
        "Content-Language": answer.lang,
        "X-Graph-Version": answer.tag,
    }
    links = [f'<{to}>; rel="{relation}"' for relation, to in answer.links.items()]
    if form == "json" and answer.context:
        links.append(
            f'<{address(request)}{answer.context}>; rel="http://www.w3.org/ns/json-ld#context"; '
            'type="application/ld+json"'
        )
    if links:
        headers["Link"] = ", ".join(links)
    if answer.name:
        headers["Content-Disposition"] = f'inline; filename="{answer.name}.{form}"'
    if held(request, etag):
        return Response(None, 304, headers)
    if form in answer.others:
        with request.app.state.service.gate:
            content = answer.others[form]()
    else:
        content = json.dumps(answer.body(), ensure_ascii=False).encode()
    media = FORMATS[form]
    return Response(content, 200, headers, f"{media}; charset=utf-8" if _text(media) else media)


def format_of(request: Request, offered: Sequence[str]) -> str:
    """Settle the format: `?format=` or the suffix of the address, else Accept, else the first."""
    asked = getattr(request.state, "suffix", None) or request.query_params.get("format")
    if asked is not None:
        if asked not in offered:
            raise BadParameter("format", asked, offered)
        return asked
    media = {FORMATS[form]: form for form in reversed(offered)}
    found = pick(accepted(request), [FORMATS[form] for form in offered])
    if found is None:
        raise NotAcceptable([FORMATS[form] for form in offered])
    return media[found]


def address(request: Request) -> str:
    """Give what the server is called from outside, without a slash at the end."""
    told: str = request.app.state.service.settings.serving.address
    return told or str(request.base_url).rstrip("/")


def kept(request: Request) -> str:
    """Say who may keep an answer that holds addresses of ours, and for how long.

    No cache that others share, unless our address is settled: else the asker has told it.
    """
    whose = "public" if request.app.state.service.settings.serving.address else "private"
    return f"{whose}, max-age={FRESH}"


def _etag(request: Request, answer: Answer, form: str) -> str:
    """Name the document as it is given: the version of the graph, and all that it varies by."""
    varies = [answer.day, answer.lang, form, address(request), str(request.url.query)]
    varies += [answer.noted] if answer.noted else []
    told = hashlib.sha256("\0".join(varies).encode()).hexdigest()[:8]
    return f'"{answer.tag}-{told}"'


def held(request: Request, etag: str, whatever: bool = True) -> bool:
    """Tell whether the asker holds it, as If-None-Match says; RFC 9110 section 13.1.2.

    `whatever`: an asker who holds whatever there is holds this.
    """
    held = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
    if "*" in held:
        return whatever
    return etag.removeprefix("W/") in [tag.removeprefix("W/") for tag in held]


def _text(media: str) -> bool:
    return media.startswith("text/")
