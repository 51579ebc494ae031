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
import shlex
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TypedDict

from graph import assets, catalog, gaps, options
from graph.cli.present_page import Lack
from graph.cli.session import Session
from graph.errors import LivsgrafError
from graph.names import short
from graph.terms import LG, Term

FILE = "gaps-by-thing.json"
FORM = 2
"""What the file looks like; one of another form is made anew."""

OPTIONS = 3
"""How many ways to see the rows of a thing its page tells of."""
_OWN = frozenset({"layer", "certainty", "query", "date", "param", "summary", "format", "all"})
"""What the options of `gaps` are called; a column of such a name is no option."""


class Touch(TypedDict):
    """Of a thing: by query how many gaps of each certainty, by column how many gaps hold it."""

    counts: dict[str, list[int]]
    columns: dict[str, int]


Found = dict[str, Touch]
"""By the IRI of a thing."""


@dataclass(frozen=True)
class Touched:
    """What is missing about a thing, and about the groups it is a member of.

    `columns` are those in which the thing stands, most gaps first; a group is named by its IRI.
    """

    lacks: list[Lack]
    groups: list[Lack]
    columns: list[str]


def stamp(session: Session) -> str:
    """Say which content the store holds; nothing where there is no state folder, or none yet."""
    from graph.store import version_of

    try:
        return repr(astuple(version_of(session.settings.store)))
    except LivsgrafError:
        return ""


def touching(session: Session, thing: Term, day: datetime.date, before: str) -> Touched:
    """Give what each gap query that finds anything finds about a thing on a day.

    Args:
        session: the run.
        thing: what the gaps must hold in some column.
        day: the day asked about.
        before: the stamp of the content from before the store was opened. What is kept is used and
            renewed only while it still holds, so no answer is kept under the name of another.
    """
    found = _found(session, day, before)
    own = found.get(thing.value, Touch(counts={}, columns={}))
    chosen = gaps.choose(session.query(name) for name in own["counts"])
    lacks = [
        Lack(
            query.name, catalog.text_in(query.title, session.lang), tuple(own["counts"][query.name])
        )
        for query in chosen
    ]
    columns = sorted(own["columns"], key=lambda name: (-own["columns"][name], name))
    return Touched(lacks, _of_groups(session, thing, found), columns)


def _of_groups(session: Session, thing: Term, found: Found) -> list[Lack]:
    """Give the sums of each group that the vocabulary says the thing is a member of."""
    rows = session.ask(
        f"SELECT DISTINCT ?group WHERE {{ ?p <{LG}givesGaps> true . {thing.n3()} ?p ?group }}"
    )
    groups = [row[0] for row in rows if row[0] and row[0] != thing and row[0].value in found]
    names = session.names_of(groups)
    lacks = []
    for group in groups:
        counts = found[group.value]["counts"].values()
        title = session.talk.text("describe.gaps_member", group=names.get(group, group.value))
        lacks.append(Lack(group.value, title, tuple(sum(n) for n in zip(*counts, strict=True))))
    return sorted(lacks, key=lambda lack: (-sum(lack.counts), lack.title))


def hints(
    session: Session, thing: Term, touched: Touched, day: datetime.date | None
) -> tuple[str, ...]:
    """Say which commands show the rows: those of the thing alone, where an option gives them."""
    texts, dated = session.talk.messages, f" --date {day}" if day else ""
    lines = []
    if touched.lacks:
        listed = {
            option.name: option for option in options.of(session.queries("gaps"), columns=True)
        }
        said = [listed[name].words[0] for name in touched.columns if name in listed]
        word = shlex.quote(short(thing.value))
        commands = [f"livsgraf gaps --{name} {word}{dated}" for name in said if name not in _OWN]
        if commands:
            told = "".join(f"\n  {command}" for command in commands[:OPTIONS])
            lines.append(texts.text("describe.gaps_rows", commands=told))
        else:
            lines.append(texts.text("describe.gaps_among", command=f"livsgraf gaps{dated}"))
    if touched.groups:
        group = shlex.quote(short(touched.groups[0].name))
        command = f"\n  livsgraf describe {group}{dated}"
        lines.append(texts.text("describe.gaps_groups", command=command))
    return tuple(lines)


def _found(session: Session, day: datetime.date, before: str) -> Found:
    sure = before if before and before == stamp(session) else ""
    place = Path(session.settings.store) / FILE
    texts = b"\0".join(path.read_bytes() for path in assets.files("gaps"))
    key = hashlib.sha256(f"{FORM}\0{sure}\0{day}\0".encode() + texts).hexdigest()
    found = _read(place, key) if sure else None
    if found is None:
        found = _asked(session, day)
        if sure and before == stamp(session):
            _keep(place, key, found)
    return found


def _asked(session: Session, day: datetime.date) -> Found:
    sets: dict[str, dict[str, list[set[str]]]] = {}
    standing: dict[str, dict[str, set[str]]] = {}
    for query in session.queries("gaps"):
        answer = gaps.find(session.ask, query, day)
        for gap in answer.gaps if answer else ():
            at = gaps.CERTAINTIES.index(gap.certainty)
            for column, term in gap.values.items():
                if term.kind == "iri":
                    standing.setdefault(term.value, {}).setdefault(column, set()).add(gap.id)
                    by_query = sets.setdefault(term.value, {})
                    empty: list[set[str]] = [set() for _ in gaps.CERTAINTIES]
                    by_query.setdefault(query.name, empty)[at].add(gap.id)
    return {
        thing: Touch(
            counts={name: [len(ids) for ids in found] for name, found in by_query.items()},
            columns={name: len(ids) for name, ids in standing[thing].items()},
        )
        for thing, by_query in sets.items()
    }


def _read(place: Path, key: str) -> Found | None:
    try:
        kept = json.loads(place.read_text("utf-8"))
        things: Found = kept["things"]
        return things if kept["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(place: Path, key: str, found: Found) -> None:
    beside = place.with_name(f"{place.name}.{os.getpid()}")
    # It is only quicker with the file; the answer is the same without.
    with contextlib.suppress(OSError):
        beside.write_text(json.dumps({"key": key, "things": found}), "utf-8")
        beside.replace(place)
    with contextlib.suppress(OSError):
        beside.unlink(missing_ok=True)
