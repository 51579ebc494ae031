"""Handing in, looking back and taking back over the network."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from graph import submitting
from graph.access import Key
from graph.api.answer import PAGE, Answer, address, respond
from graph.api.asked import SPEAKS, Cursor, Limit, given_as
from graph.api.bearer import bearer
from graph.api.negotiate import language
from graph.api.paging import LIMIT, page
from graph.api.problems import ANYWHERE, PROBLEMS, problem, told_of
from graph.api.uploads import uploaded
from graph.api.validate import EXAMPLE, Name, body_of
from graph.config import Settings
from graph.diff import Difference
from graph.errors import BadParameter, LivsgrafError, NotYours, Refused
from graph.findings import Finding
from graph.receipt import Receipt
from graph.render.findings.data import record
from graph.serving import Service
from graph.submission import Given
from graph.submitting import Outcome, Who
from graph.terms import Quad, Term

HERE = f"{PAGE}/submissions"
Organisation = Annotated[
    str | None,
    Query(
        description="Who hands in: a number. Needed where the key stands for several.",
        max_length=20,
    ),
]
Function = Annotated[
    str,
    Query(
        description="The function that hands in, such as a unit. Never a person.", max_length=100
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
    read: dict[str, Any] = {
        "responses": told_of(*ANYWHERE),
        "dependencies": [given_as("json")],
    }
    secured: dict[str, Any] = {"security": [{"key": []}]}
    done = {
        200: {"description": "Nothing was changed: it was only tried, or it says nothing new."},
        201: {"description": "Taken in. `Location` is its receipt."},
        **PROBLEMS,
        **told_of(409, 422, 507),
    }

    @router.post(
        "",
        summary="Hand in a file",
        openapi_extra={**body_of(EXAMPLE), **secured},
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
        key = await anyio.to_thread.run_sync(bearer, request, service, "submit")
        service.check_writing()
        who = _who(key, organisation, function)
        given = await uploaded(request, service.settings, name)
        work = partial(_handed_in, request, service, key, who, given, dry, complete)
        return await anyio.to_thread.run_sync(work, limiter=threads)

    @router.get("", summary="List what was handed in", **read)
    def history(
        request: Request,
        limit: Limit = LIMIT,
        cursor: Cursor = None,
    ) -> Response:
        """Give the receipts, the newest first."""
        now = service.now
        receipts = list(reversed(submitting.history(service.settings)))
        here = address(request) + HERE
        shown = page(receipts, lambda one: one.id, cursor, limit, request, here)
        names = _bearers(service, shown.items, language(request))
        body = {
            "id": here,
            "graph_version": now.tag,
            "total": shown.total,
            "items": [_receipt(request, receipt, names) for receipt in shown.items],
            "links": shown.links,
        }
        tag = f"{now.tag}-{len(receipts)}"
        return respond(
            request, Answer(lambda: body, tag, language(request), links=_header(shown.links))
        )

    @router.get("/{id}", summary="One receipt", **read)
    def show(request: Request, id: Id) -> Response:  # noqa: A002
        """Give the receipt of what was handed in."""
        receipt = _named(service, id)
        lang_ = language(request)
        body = {
            **_receipt(request, receipt, _bearers(service, [receipt], lang_)),
            "graph_version": service.now.tag,
        }
        return respond(request, Answer(lambda: body, receipt.id, lang_))

    @router.get(
        "/{id}/difference",
        summary="What it changed",
        **read,
    )
    def difference(request: Request, id: Id) -> Response:  # noqa: A002
        """Give every statement that was added or removed."""
        receipt = _named(service, id)
        change = submitting.change_of(service.settings, receipt)
        lang_ = language(request)
        here = f"{address(request)}{HERE}/{receipt.id}/difference"
        body = {"id": here, "receipt": receipt.id, **_change(service, change, lang_)}
        return respond(request, Answer(lambda: body, receipt.id, lang_))

    @router.post(
        "/{id}/undo",
        summary="Take back what was handed in",
        openapi_extra=secured,
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
        key = await anyio.to_thread.run_sync(bearer, request, service, "submit")
        service.check_writing()
        who = _who(key, organisation, function)
        work = partial(_taken_back, request, service, key, who, id, dry)
        return await anyio.to_thread.run_sync(work, limiter=threads)

    return router


# -- who hands in -----------------------------------------------------------------------------


def _who(key: Key, organisation: str | None, function: str) -> Who:
    """Settle whom a key acts for: one of those that it stands for, and nobody else."""
    if organisation is None:
        if len(key.organisations) != 1:
            raise BadParameter("organisation", "", key.organisations)
        organisation = key.organisations[0]
    who = submitting.who(organisation, function)
    if who.organisation not in key.organisations:
        raise NotYours(who.organisation, key.organisations)
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
    given: Given,
    dry: bool,
    complete: bool,
) -> Response:
    settings = _settings(service, key)
    told = {"dry": dry, "complete": complete, "bytes": len(given.content)}
    with _noted(request, service, "submit", key, who, told) as note:
        outcome = submitting.submit(
            settings,
            given,
            who,
            dry_run=dry,
            complete=complete,
            root=service.root,
            sit=service.desks.sit,
        )
        note |= _outcome_of(outcome)
    return _answered(request, service, outcome)


def _taken_back(
    request: Request, service: Service, key: Key, who: Who, name: str, dry: bool
) -> Response:
    settings = _settings(service, key)
    with _noted(request, service, "undo", key, who, {"dry": dry, "undoes": name}) as note:
        outcome = submitting.undo(settings, name, who, dry_run=dry, root=service.root)
        note |= _outcome_of(outcome)
    return _answered(request, service, outcome)


@contextlib.contextmanager
def _noted(
    request: Request, service: Service, act: str, key: Key, who: Who, told: Mapping[str, object]
) -> Iterator[dict[str, object]]:
    """Write in the trail that something begins, and how it ended.

    Without the first line nothing is done. The receipt is the record of what was done, so a trail
    that cannot be written to afterwards undoes nothing.
    """
    client = request.client.host if request.client else ""
    line: dict[str, object] = {
        "request": getattr(request.state, "number", ""),
        "key": key.id,
        "organisation": who.organisation,
        "function": who.function,
        "client": getattr(request.state, "client", client),
        **told,
    }
    service.trail.add(act, {**line, "outcome": "begun"})
    ended: dict[str, object] = {"outcome": "failed"}
    try:
        yield ended
    except LivsgrafError as error:
        ended["outcome"] = error.code
        raise
    finally:
        with contextlib.suppress(LivsgrafError, OSError):
            service.trail.add(act, {**line, **ended})


def _outcome_of(outcome: Outcome) -> dict[str, object]:
    if outcome.receipt is not None:
        receipt = outcome.receipt
        return {"outcome": "done", "receipt": receipt.id, "sha256": receipt.sha256}
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
    body: dict[str, Any] = {
        "graph_version": service.now.tag,
        "lang": lang,
        "outcome": _outcome_of(outcome)["outcome"],
        "receipt": None,
        "change": _sums(outcome.change, len(outcome.new)),
        "findings": findings,
    }
    lacks = outcome.lacks
    if lacks is not None:
        body["gaps"] = asdict(lacks)
    headers = {"Content-Language": lang, "Cache-Control": "no-store", "Vary": "Accept-Language"}
    status = 200
    if outcome.receipt is not None:
        names = _bearers(service, [outcome.receipt], lang)
        body["receipt"] = _receipt(request, outcome.receipt, names)
        headers["Location"] = f"{address(request)}{HERE}/{outcome.receipt.id}"
        status = 201
    else:
        body["change"] |= _change(service, outcome.change, lang)
    content = json.dumps(body, ensure_ascii=False).encode()
    return Response(content, status, headers, "application/json")


# -- how it is told ---------------------------------------------------------------------------


def _named(service: Service, name: str) -> Receipt:
    return submitting.named(submitting.history(service.settings), name)


def _bearers(service: Service, receipts: Sequence[Receipt], lang: str) -> dict[str, str]:
    labels = service.now.labels(lang)
    actors = {receipt.actor for receipt in receipts}
    named = labels.of(sorted(actors))
    return {actor: named[actor] for actor in actors - labels.nameless(actors)}


def _receipt(request: Request, receipt: Receipt, names: Mapping[str, str]) -> dict[str, Any]:
    here = f"{address(request)}{HERE}/{receipt.id}"
    told = asdict(receipt)
    told["key"] = told.pop("id")
    actor = {"id": told.pop("actor"), "label": names.get(receipt.actor, receipt.organisation)}
    links = {"self": here, "difference": f"{here}/difference", "undo": f"{here}/undo"}
    if receipt.undoes:
        links["undoes"] = f"{address(request)}{HERE}/{receipt.undoes}"
    return {"id": here, **told, "actor": actor, "links": links}


def _sums(change: Difference, new: int) -> dict[str, Any]:
    return {
        "things": len(change.subjects),
        "new": new,
        "added": len(change.added),
        "removed": len(change.removed),
        "unchanged": change.unchanged,
    }


def _change(service: Service, change: Difference, lang: str) -> dict[str, Any]:
    terms = {t for quad in (*change.added, *change.removed) for t in quad[:3] if t.kind == "iri"}
    names = service.now.names(sorted(terms), lang)
    return {
        "statements": [
            *(_statement("removed", quad, names) for quad in change.removed),
            *(_statement("added", quad, names) for quad in change.added),
        ]
    }


def _statement(kind: str, quad: Quad, names: Mapping[Term, str]) -> dict[str, Any]:
    subject, predicate, value, graph = quad
    told: dict[str, Any] = {
        "kind": kind,
        "thing": {"id": subject.value, "label": names.get(subject, subject.value)},
        "field": {"id": predicate.value, "label": names.get(predicate, predicate.value)},
    }
    if value.kind == "iri":
        told["value"] = {"id": value.value, "label": names.get(value, value.value)}
    else:
        told["value"] = value.value
        told |= {"datatype": value.datatype} if value.datatype else {}
        told |= {"language": value.lang} if value.lang else {}
    return {**told, "graph": graph.value if graph else None}


def _header(links: Mapping[str, str]) -> dict[str, str]:
    return {name: to for name, to in links.items() if name != "self"}
