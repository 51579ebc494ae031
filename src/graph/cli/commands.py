"""What each command does: settle the choice, ask, hand the answer to be written.

Each function gives the exit status: 0 for any answer, 1 where what was found fails a gate.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graph import assets, catalog, options
from graph.cli import present
from graph.cli.session import Session
from graph.errors import BadDate, FileUnreadable, InputError, LivsgrafError, StoreAbsent
from graph.options import BadOption
from graph.query import ASKABLE, MAKERS, Query, today
from graph.terms import Rows, Term, date

_HOUSE = ("ontology", "shapes", "queries", "data", "src")
FEW = 5
"""How many of a long list a page shows unasked."""


def build(session: Session, validate: bool, content: Path | None = None) -> int:
    """Build the store anew, of the shipped content or of one in a folder."""
    from graph.cli import present_findings
    from graph.errors import ValidationFailed
    from graph.findings import Finding
    from graph.pipeline import build as build_store
    from graph.render.findings import Facts

    talk = session.talk
    try:
        with talk.progress() as progress:
            report = build_store(
                session.settings, validate=validate, progress=progress, content=content
            )
    except ValidationFailed as error:
        # What stops the build; `validate data/` shows the rest.
        stopping = (f for f in error.findings if isinstance(f, Finding))
        findings = [finding for finding in stopping if finding.severity == "violation"]
        present_findings.show(session, findings, Facts(), None)
        raise
    talk.tell(
        "build.done",
        seconds=f"{sum(report.seconds.values()):.1f}",
        triples=report.version.triples,
        files=report.files,
        derived=sum(report.derived.values()),
        store=session.settings.store,
    )
    warnings = sum(finding.severity == "warning" for finding in report.findings)
    if not report.validated:
        talk.tell("build.not_validated")
    elif warnings:
        talk.tell("build.warnings", n=warnings)
    return 0


def check(session: Session, root: Path | None, output: str | None, everything: bool) -> int:
    """Hold our own files against the house rules."""
    from graph.check import check as check_files
    from graph.cli import present_findings
    from graph.render.findings import Facts

    if root is not None and not any((root / name).is_dir() for name in _HOUSE):
        raise BadOption("no-house", folder=root)
    found = check_files(root)
    # A program gets its empty list or its header line, whatever was found.
    present_findings.show(session, found, Facts(), output, everything)
    return 1 if found else 0


@dataclass(frozen=True)
class Asked:
    """What a person asks of `query`."""

    arg: str | None
    file: Path | None
    given: tuple[str, ...]
    words: dict[str, str]
    day: str | None


def query(session: Session, asked: Asked, output: str | None, everything: bool) -> int:
    """Answer a shipped query by name, or a text or a file of SPARQL."""
    from graph.query.free import is_text

    if asked.arg and asked.file:
        raise BadOption("both-given")
    free = asked.arg is not None and is_text(asked.arg)
    own = asked.file is not None or free
    if own and (asked.given or asked.words or asked.day):
        name = f"-p {asked.given[0]}" if asked.given else next(iter(asked.words.values()), "--date")
        raise BadOption("no-parameters", name=getattr(name, "after", name))
    if asked.file:
        return _free(session, _text_of(asked.file), str(asked.file), output, everything)
    if not asked.arg:
        raise BadOption("none-given")
    if free:
        return _free(session, asked.arg, session.talk.text("says.given"), output, everything)
    shipped = session.query(catalog.named(session.paths, asked.arg))
    listed = options.of([shipped])
    words = options.pairs(asked.given, listed, asked.words)
    if asked.day is not None:
        if "date" in words:
            raise BadOption("twice", name="--date")
        words["date"] = asked.day
    unknown = [name for name in words if name not in shipped.parameters]
    if unknown:
        raise BadOption("no-option", name=f"--{unknown[0]}", command="livsgraf query")
    return _shipped(session, shipped, listed, words, output, everything)


def _shipped(
    session: Session,
    shipped: Query,
    listed: Sequence[options.Option],
    words: dict[str, str],
    output: str | None,
    everything: bool,
) -> int:
    from graph.query import bind, defaults

    values: dict[str, Term | None] = {**defaults(shipped)}
    values.update(options.read_all(session.ask, listed, words, session.lang))
    text = bind(shipped, values)
    if shipped.kind in MAKERS:
        return _free(session, text, shipped.path.name, output, everything)
    rows = session.ask(text, name=assets.relative(shipped.path))
    document = present.answer(rows, _names(session, rows), session.talk.messages, shipped)
    session.show(document, output, everything)
    for name, term in values.items():
        if term is not None and term.datatype and term.datatype.endswith("date"):
            _say_days(session, name, term)
    return 0


def _say_days(session: Session, name: str, term: Term) -> None:
    from graph.cli.present_gaps import Days
    from graph.gaps import data_date

    if name == "date":
        days = Days(datetime.date.fromisoformat(term.value), data_date(session.ask))
        session.talk.say(days.line(session.talk.messages))


def _free(session: Session, text: str, name: str, output: str | None, everything: bool) -> int:
    from graph.query.free import vet

    texts = session.talk.messages
    vet(text, name)
    if catalog.form(text) in ("CONSTRUCT", "DESCRIBE"):
        found = session.construct(text, name)
        if output == "ttl":
            from graph.rdf import skolemise, write_turtle
            from graph.terms import PREFIXES

            clean = skolemise((s, p, o, None) for s, p, o in found)
            session.out.write(write_turtle([(s, p, o) for s, p, o, _ in clean], PREFIXES))
            return 0
        names = session.names_of(term for triple in found for term in triple)
        session.show(present.triples(found, names, texts), output, everything)
        return 0
    rows = session.ask(text, name)
    session.show(present.answer(rows, _names(session, rows), texts), output, everything)
    return 0


def _names(session: Session, rows: Rows) -> dict[Term, str]:
    return session.names_of(term for row in rows for term in row)


def _text_of(file: Path) -> str:
    from graph import rdf

    if str(file) != "-":
        return rdf.text(rdf.read(file), str(file))
    if sys.stdin is None:
        raise BadOption("input-closed")
    try:
        # A test may have put a stream of text there, which has no bytes.
        taken = getattr(sys.stdin, "buffer", sys.stdin).read()
    except OSError as error:
        raise FileUnreadable(file, error.strerror or str(error)) from error
    content = taken if isinstance(taken, bytes) else taken.encode()
    return rdf.text(content.removeprefix(b"\xef\xbb\xbf"), str(file))


def queries_list(session: Session, kind: str | None, output: str | None, everything: bool) -> int:
    """List the queries."""
    # Rules and checks are no questions; whoever wants them says so.
    kinds = [kind] if kind else ASKABLE
    found = [query for name in kinds for query in session.queries(name)]
    session.show(present.listed(found, session.talk.messages), output, everything)
    return 0


def queries_show(session: Session, name: str, output: str | None) -> int:
    """Show one query whole, with what it is measured against."""
    if not name.strip():
        raise BadOption("missing-argument", name=session.talk.text("type.iri"))
    shipped = session.query(catalog.named(session.paths, name))
    names = catalog.worded(shipped.measures, session.lang)
    file, people = assets.relative(shipped.path), session.for_people(output)
    document = present.shown(shipped, file, names, session.talk.messages, people)
    session.show(document, output, everything=True)
    if session.for_people(output):
        body = "".join(
            line for line in shipped.text.splitlines(keepends=True) if not line.startswith("#+")
        )
        session.out.write(f"\n{body}" if output != "md" else f"\n```sparql\n{body}```\n")
    return 0


def describe(
    session: Session, word: str, day: str | None, output: str | None, everything: bool
) -> int:
    """Show the page of one thing; of its gaps those of a day."""
    from graph.cli import page_gaps, present_page
    from graph.cli.present_gaps import Days
    from graph.describe import describe as describe_thing
    from graph.gaps import data_date
    from graph.names import resolve

    if not word.strip():
        raise BadOption("missing-argument", name=session.talk.text("type.iri"))
    asked = day_of(day)
    before = page_gaps.stamp(session)
    thing = resolve(session.ask, word, lang=session.lang)
    if output == "ttl":
        from graph.rdf import write_turtle
        from graph.terms import PREFIXES

        name = thing.n3()
        found = session.construct(
            f"CONSTRUCT {{ {name} ?p ?o . ?s ?q {name} }} WHERE "
            f"{{ {{ {name} ?p ?o }} UNION {{ ?s ?q {name} }} }}"
        )
        session.out.write(write_turtle(found, PREFIXES))
        return 0
    page = describe_thing(session.ask, thing, session.labels)
    if session.for_people(output):
        few = None if everything else FEW
        texts = session.talk.messages
        touched = page_gaps.touching(session, thing, asked, before)
        hints = page_gaps.hints(session, thing, touched, asked if day else None)
        gaps = present_page.lacks(touched.lacks, texts, touched.groups, hints)
        line = Days(asked, data_date(session.ask)).line(texts)
        # What a page leaves out is settled list by list, so no list is cut once more.
        session.show(present_page.page(page, texts, few, gaps, (line,)), output, everything=True)
    else:
        session.show(present_page.relations(page), output, everything=True)
    return 0


def stats(session: Session, output: str | None, everything: bool) -> int:
    """Count what the store holds."""
    by_class, by_graph = catalog.classes(session.ask), catalog.graphs(session.ask)
    names = session.names_of(count.thing for count in by_class)
    document = present.counted(by_class, by_graph, names, session.talk.messages)
    session.show(document, output, everything)
    return 0


def export(session: Session, output: str, place: Path | None) -> int:
    """Write the whole content out."""
    from graph import export as exporting

    if output == "turtle":
        if place is None:
            raise BadOption("no-folder")
        left = exporting.strangers(session.store, place)
        if left:
            raise BadOption("strangers", folder=place, files=", ".join(map(str, left[:FEW])))
        try:
            exporting.write_folder(session.store, place)
        except OSError as error:
            raise NotWritten(place, error) from error
        return 0
    if place is None:
        exporting.write(session.store, output, session.out)
        return 0
    try:
        with exporting.whole(place) as out:
            exporting.write(session.store, output, out)
    except OSError as error:
        raise NotWritten(place, error) from error
    return 0


class NotWritten(InputError):
    """A file or folder that the system will not let us write."""

    code = "not-written"

    def __init__(self, file: Path, error: OSError) -> None:
        super().__init__(file=str(file), reason=error.strerror or str(error))


def version(session: Session) -> int:
    """Say which software, vocabulary and data these are."""
    from graph import __version__
    from graph.pipeline import ontology_version
    from graph.store import open_store, version_of

    talk = session.talk
    session.out.write(talk.text("version.software", version=__version__) + "\n")
    try:
        built = version_of(session.settings.store)
        store = open_store(session.settings.store)
        data, day = catalog.data_version(store.query)
        store.close()
    except StoreAbsent:
        # The vocabulary comes with the software; only the content waits for a store.
        session.out.write(talk.text("version.ontology", version=ontology_version()) + "\n")
        session.out.write(talk.text("version.no_store", build=talk.build) + "\n")
        return 0
    except LivsgrafError as error:
        # Which software this is can be told whatever the store is like.
        said = talk.text(f"error.{error.code}", **error.params)
        hint = talk.text(f"error.{error.code}-hint", build=talk.build)
        session.out.write(talk.text("version.unusable", reason=said, hint=hint) + "\n")
        return 0
    unknown = talk.text("version.unknown")
    session.out.write(talk.text("version.ontology", version=built.ontology or unknown) + "\n")
    line = talk.text(
        "version.data", version=data or unknown, date=day or unknown, digest=built.digest[:12]
    )
    session.out.write(line + "\n")
    return 0


def chosen(
    session: Session,
    question: Query,
    words: dict[str, str],
    given: Sequence[str],
    day: str | None,
) -> tuple[datetime.date, dict[str, Term]]:
    """Read the day asked about and what chooses, by the header of a question.

    Args:
        session: the run.
        question: whose parameters may choose.
        words: what stood as options of the header.
        given: what stood as `--param NAME=VALUE`.
        day: what stood as `--date`.
    """
    listed = options.of([question])
    words = options.pairs(given, listed, words)
    if day is not None and "date" in words:
        raise options.BadOption("twice", name="--date")
    asked = day_of(words.pop("date", day))
    return asked, options.read_all(session.ask, listed, words, session.lang)


def day_of(text: str | None) -> datetime.date:
    """Read the day asked about; today in Oslo where nothing is said."""
    if text is None:
        return today()
    try:
        return datetime.date.fromisoformat(date(text).value)
    except ValueError as error:
        raise BadDate(text) from error
