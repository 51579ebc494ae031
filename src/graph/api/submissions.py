"""Handing in, looking back and taking back over the network."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from graph import submitting
from graph.access import Key
from graph.api.answer import Answer, address, respond
from graph.api.asked import SPEAKS, Cursor, Limit, given_as
from graph.api.bearer import KEY, bearer
from graph.api.context import envelope
from graph.api.line import in_line
from graph.api.negotiate import language
from graph.api.noted import noted, refusals_noted
from graph.api.paging import LIMIT, page
from graph.api.problems import PROBLEMS, problem, told_of
from graph.api.receipts import (
    CHANGE,
    EXAMPLE_OF_CHANGE,
    EXAMPLE_OF_LIST,
    EXAMPLE_OF_OUTCOME,
    EXAMPLE_OF_RECEIPT,
    HERE,
    LIST,
    OUTCOME,
    RECEIPT,
    bearers,
    given,
    read,
    statements,
    sums,
    told_of_erasure,
    told_of_receipt,
)
from graph.api.uploads import uploaded
from graph.api.validate import EXAMPLE, Name, body_of
from graph.config import Settings
from graph.errors import (
    BadFunction,
    BadParameter,
    NotAnOrganisation,
    NotYours,
    Refused,
    StrayContent,
)
from graph.findings import Finding
from graph.receipt import Receipt
from graph.render.findings.data import record
from graph.serving import Service, Snapshot
from graph.submission import Given
from graph.submitting import Outcome, Who
from graph.submitting.who import MOST_SIGNS

Organisation = Annotated[
    str | None,
    Query(
        description="Who hands in: a number. Needed where the key stands for several.",
        max_length=20,
    ),
]
# Ordinary signs, and never as many digits as a person's number has.
_SIGNS = "A-Za-z\u00c0-\u017f .,:;/()&+'\u2013-"
_FUNCTION = re.compile(f"[{_SIGNS}]*([0-9][{_SIGNS}]*){{0,10}}")
Function = Annotated[
    str,
    Query(
        description="The function that hands in, such as a unit. Never a person.",
        max_length=MOST_SIGNS,
        # Said here and checked by us, who can tell what is wrong with it.
        json_schema_extra={"pattern": f"^{_FUNCTION.pattern}$"},
    ),
]
Dry = Annotated[
    bool, Query(alias="dry-run", description="Only try it, and tell what would come of it.")
]
Id = Annotated[
    str,
    Path(description="The receipt's id, or its number.", max_length=64, examples=["1"]),
]


def routes(service: Service) -> APIRouter:
    """Give the routes of this group."""
    router = APIRouter(prefix=HERE, tags=["hand in"], dependencies=[SPEAKS])
    threads = anyio.CapacityLimiter(service.settings.serving.desks * 4)
    json_alone = [given_as("json")]
    done = {
        200: given(
            "Nothing was changed: it was only tried, or it says nothing new.",
            OUTCOME,
            {**EXAMPLE_OF_OUTCOME, "outcome": "nothing", "receipt": None},
        ),
        201: given("Taken in. `Location` is its receipt.", OUTCOME, EXAMPLE_OF_OUTCOME),
        **PROBLEMS,
        **told_of(409, 422, 507),
    }

    @router.post(
        "",
        summary="Hand in a file",
        openapi_extra=body_of(EXAMPLE),
        dependencies=[KEY],
        responses=done,
    )
    async def hand_in(
        request: Request,
        organisation: Organisation = None,
        function: Function = "",
        dry: Dry = False,
        complete: Annotated[
            bool, Query(description="The file is all there is to say of what it speaks of.")
        ] = False,
        name: Name = None,
    ) -> Response:
        """Take a file in: all of it, or nothing.

        A violation refuses it, with every reason. The same file twice changes nothing. What is
        acknowledged is on disk.
        """
        async with refusals_noted(request, service, "submit"):
            key = await anyio.to_thread.run_sync(bearer, request, service, "submit")
            service.check_writing()
            who = _who(key, organisation, function)
            file = await uploaded(request, service.settings, name)
            work = partial(_handed_in, request, service, key, who, file, dry, complete)
            return await in_line(work, threads, service.settings.serving.waiting)

    @router.get(
        "",
        summary="List what was handed in",
        dependencies=json_alone,
        responses=read("The receipts, the newest first.", LIST, EXAMPLE_OF_LIST),
    )
    def history(
        request: Request,
        limit: Limit = LIMIT,
        cursor: Cursor = None,
    ) -> Response:
        """Give the receipts, the newest first."""
        receipts = list(reversed(submitting.history(service.settings)))
        # A commit is in the list as soon as in the graph, whoever made it; the tag is to say so.
        service.refresh()
        now = service.now
        lang = language(request)
        shown = page(receipts, lambda one: one.id, cursor, limit, request, address(request) + HERE)
        names = bearers(now, shown.items, lang)
        erased = submitting.erasures(service.settings)
        own = {
            "total": shown.total,
            "items": [told_of_receipt(request, one, names, erased) for one in shown.items],
            "links": shown.links,
        }
        return _give(request, now, lang, HERE, own, _header(shown.links))

    @router.get(
        "/{id}",
        summary="One receipt",
        dependencies=json_alone,
        responses=read("The receipt.", RECEIPT, EXAMPLE_OF_RECEIPT),
    )
    def show(request: Request, id: Id) -> Response:  # noqa: A002
        """Give the receipt of what was handed in."""
        receipt = _named(service, id)
        now, lang = service.now, language(request)
        erased = submitting.erasures(service.settings)
        own = told_of_receipt(request, receipt, bearers(now, [receipt], lang), erased)
        return _give(request, now, lang, "", own)

    @router.get(
        "/{id}/difference",
        summary="What it changed",
        dependencies=json_alone,
        responses=read("Every statement that went and came.", CHANGE, EXAMPLE_OF_CHANGE),
    )
    def difference(request: Request, id: Id) -> Response:  # noqa: A002
        """Give every statement that was added or removed."""
        receipt = _named(service, id)
        change = submitting.change_of(service.settings, receipt)
        now, lang = service.now, language(request)
        own = {"receipt": receipt.id, **statements(now, change, lang)}
        own |= told_of_erasure(receipt, submitting.erasures(service.settings))
        return _give(request, now, lang, f"{HERE}/{receipt.id}/difference", own)

    @router.post(
        "/{id}/undo",
        summary="Take back what was handed in",
        dependencies=[KEY],
        responses=done,
    )
    async def undo(
        request: Request,
        id: Id,  # noqa: A002
        organisation: Organisation = None,
        function: Function = "",
        dry: Dry = False,
    ) -> Response:
        """Take it back, by a commit of its own; refused where others have built on it."""
        async with refusals_noted(request, service, "undo"):
            key = await anyio.to_thread.run_sync(bearer, request, service, "submit")
            service.check_writing()
            who = _who(key, organisation, function)
            async for piece in request.stream():
                if piece:
                    # That this is only a trial, say; it would else be passed over in silence.
                    raise StrayContent
            work = partial(_taken_back, request, service, key, who, id, dry)
            return await in_line(work, threads, service.settings.serving.waiting)

    return router


# -- who hands in -----------------------------------------------------------------------------


def _who(key: Key, organisation: str | None, function: str) -> Who:
    """Settle whom a key acts for: one of those that it stands for, and nobody else."""
    if organisation is None:
        if len(key.organisations) != 1:
            raise BadParameter("organisation", "", key.organisations)
        organisation = key.organisations[0]
    try:
        who = submitting.who(organisation, function)
    except NotAnOrganisation as error:
        raise NotYours(organisation, key.organisations) from error
    if who.organisation not in key.organisations:
        raise NotYours(who.organisation, key.organisations)
    if not _FUNCTION.fullmatch(function):
        raise BadFunction(MOST_SIGNS)
    return who


def _settings(service: Service, key: Key) -> Settings:
    """Give the settings that hold for a key: without its role nobody is an editor."""
    editors = service.settings.editors if "editor" in key.roles else frozenset()
    return replace(service.settings, editors=editors & set(key.organisations))


# -- what is done -----------------------------------------------------------------------------


def _handed_in(
    request: Request,
    service: Service,
    key: Key,
    who: Who,
    file: Given,
    dry: bool,
    complete: bool,
) -> Response:
    settings = _settings(service, key)
    told = {
        **asdict(who),
        "dry": dry,
        "complete": complete,
        "bytes": len(file.content),
        "sha256": hashlib.sha256(file.content).hexdigest(),
    }
    with (
        service.desks.handing_in() as sit,
        noted(request, service, "submit", told) as note,
    ):
        outcome = submitting.submit(
            settings, file, who, dry_run=dry, complete=complete, root=service.root, sit=sit
        )
        note |= _outcome_of(outcome)
    return _answered(request, service, outcome)


def _taken_back(
    request: Request, service: Service, key: Key, who: Who, name: str, dry: bool
) -> Response:
    settings = _settings(service, key)
    told = {**asdict(who), "dry": dry, "undoes": name}
    with noted(request, service, "undo", told) as note:
        outcome = submitting.undo(settings, name, who, dry_run=dry, root=service.root)
        note |= _outcome_of(outcome)
    return _answered(request, service, outcome)


def _outcome_of(outcome: Outcome) -> dict[str, object]:
    if outcome.receipt is not None:
        receipt = outcome.receipt
        return {"outcome": "done", "receipt": receipt.id, "number": receipt.number}
    if outcome.refused:
        return {"outcome": "refused"}
    return {"outcome": "tried" if outcome.dry_run and outcome.change else "nothing"}


def _answered(request: Request, service: Service, outcome: Outcome) -> Response:
    lang = language(request)
    findings = [record(finding) for finding in sorted(outcome.findings, key=Finding.order)]
    if outcome.refused:
        n = sum(finding.severity == "violation" for finding in outcome.findings)
        return problem(request, Refused(n), more={"findings": findings})
    if outcome.receipt is not None:
        # What is acknowledged is seen by whoever asks next.
        service.refresh()
    now = service.now
    own: dict[str, Any] = {
        "outcome": _outcome_of(outcome)["outcome"],
        "receipt": None,
        "change": sums(outcome.change, len(outcome.new)),
        "findings": findings,
    }
    lacks = outcome.lacks
    if lacks is not None:
        own["gaps"] = asdict(lacks)
    headers = {"Content-Language": lang, "Cache-Control": "no-store", "Vary": "Accept-Language"}
    status = 200
    if outcome.receipt is not None:
        names = bearers(now, [outcome.receipt], lang)
        own["receipt"] = told_of_receipt(request, outcome.receipt, names)
        headers["Location"] = f"{address(request)}{HERE}/{outcome.receipt.id}"
        status = 201
    else:
        own["change"] |= statements(now, outcome.change, lang)
    body = envelope(request, now, lang, HERE, own)
    content = json.dumps(body, ensure_ascii=False).encode()
    return Response(content, status, headers, "application/json")


# -- how it is told ---------------------------------------------------------------------------


def _give(
    request: Request,
    now: Snapshot,
    lang: str,
    path: str,
    own: Mapping[str, Any],
    links: Mapping[str, str] | None = None,
) -> Response:
    body = envelope(request, now, lang, path, own)
    # Erasing leaves the version as it is.
    told = [one["erased"] for one in (own, *own.get("items", ())) if "erased" in one]
    noted = json.dumps(told) if told else ""
    answer = Answer(lambda: body, now.tag, lang, body["date"], links=links or {}, noted=noted)
    return respond(request, answer)


def _named(service: Service, name: str) -> Receipt:
    return submitting.named(submitting.history(service.settings), name)


def _header(links: Mapping[str, str]) -> dict[str, str]:
    return {name: to for name, to in links.items() if name != "self"}
