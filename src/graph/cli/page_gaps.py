"""Which gaps a thing takes part in, remembered beside the store.

Every gap query must be run to know, and their answers change only with the content and the day. So
what they say of each thing is kept in one file of the state folder, under a key that names both;
the file may be removed at any time, and a folder that may not be written in is left as it is.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
from dataclasses import astuple
from pathlib import Path

from graph import assets, catalog, gaps
from graph.cli.present_page import Lack
from graph.cli.session import Session
from graph.errors import LivsgrafError
from graph.terms import Term

FILE = "gaps-by-thing.json"

Counts = dict[str, dict[str, list[int]]]
"""By the IRI of a thing and the name of a query: how many gaps of each certainty."""


def stamp(session: Session) -> str:
    """Say which content the store holds; nothing where there is no state folder, or none yet."""
    from graph.store import version_of

    try:
        return repr(astuple(version_of(session.settings.store)))
    except LivsgrafError:
        return ""


def touching(session: Session, thing: Term, day: datetime.date, before: str) -> list[Lack]:
    """Give what each gap query that finds anything finds about a thing on a day.

    Args:
        session: the run.
        thing: what the gaps must hold in some column.
        day: the day asked about.
        before: the stamp of the content from before the store was opened. What is kept is used and
            renewed only while it still holds, so no answer is kept under the name of another.
    """
    counts = _counts(session, day, before).get(thing.value, {})
    chosen = gaps.choose(session.query(name) for name in counts)
    return [
        Lack(query.name, catalog.text_in(query.title, session.lang), tuple(counts[query.name]))
        for query in chosen
    ]


def _counts(session: Session, day: datetime.date, before: str) -> Counts:
    sure = before if before and before == stamp(session) else ""
    place = Path(session.settings.store) / FILE
    texts = b"\0".join(path.read_bytes() for path in assets.files("gaps"))
    key = hashlib.sha256(f"{sure}\0{day}\0".encode() + texts).hexdigest()
    found = _read(place, key) if sure else None
    if found is None:
        found = _asked(session, day)
        if sure and before == stamp(session):
            _keep(place, key, found)
    return found


def _asked(session: Session, day: datetime.date) -> Counts:
    sets: dict[str, dict[str, list[set[str]]]] = {}
    for query in session.queries("gaps"):
        answer = gaps.find(session.ask, query, day)
        for gap in answer.gaps if answer else ():
            at = gaps.CERTAINTIES.index(gap.certainty)
            for term in gap.values.values():
                if term.kind == "iri":
                    by_query = sets.setdefault(term.value, {})
                    empty: list[set[str]] = [set() for _ in gaps.CERTAINTIES]
                    by_query.setdefault(query.name, empty)[at].add(gap.id)
    return {
        thing: {name: [len(ids) for ids in found] for name, found in by_query.items()}
        for thing, by_query in sets.items()
    }


def _read(place: Path, key: str) -> Counts | None:
    try:
        kept = json.loads(place.read_text("utf-8"))
        things: Counts = kept["things"]
        return things if kept["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(place: Path, key: str, found: Counts) -> None:
    beside = place.with_name(f"{place.name}.{os.getpid()}")
    # It is only quicker with the file; the answer is the same without.
    with contextlib.suppress(OSError):
        beside.write_text(json.dumps({"key": key, "things": found}), "utf-8")
        beside.replace(place)
    with contextlib.suppress(OSError):
        beside.unlink(missing_ok=True)
