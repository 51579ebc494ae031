"""The template command: a workbook to fill in, empty or with what the graph knows."""

from __future__ import annotations

import re
from pathlib import Path

from graph.cli.commands import NotWritten
from graph.cli.session import Session
from graph.options import BadOption

_NUMBER = re.compile(r"\d{9}")


def template(session: Session, place: Path, organisation: str | None) -> int:
    """Write the workbook to a file, whole or not at all."""
    from graph.export import write_whole
    from graph.names import resolve
    from graph.sheet import fill_template, load_model

    if place.suffix.lower() != ".xlsx":
        raise BadOption("template-not-xlsx", file=place)
    iri, name = None, ""
    if organisation is not None:
        number = re.sub(r"\s", "", organisation)
        if not _NUMBER.fullmatch(number):
            raise BadOption("template-number", value=organisation)
        thing = resolve(session.ask, number, lang=session.lang)
        iri, name = thing.value, session.names_of([thing])[thing]
    made = fill_template(load_model(), session.lang, session.ask, iri, name, place.name)
    try:
        write_whole(place, made.content)
    except OSError as error:
        raise NotWritten(place, error) from error
    session.talk.tell("template.done", file=place, sheets=made.sheets, rows=made.rows)
    if iri is not None and not made.rows:
        session.talk.tell("template.nothing_held", name=name)
    return 0
