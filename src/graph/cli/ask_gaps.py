"""The command `gaps`: sums first, then the rows behind them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from graph import assets, catalog, gaps, options
from graph.cli import present_gaps, present_rank
from graph.cli.commands import day_of
from graph.cli.session import Session
from graph.gaps import CERTAINTIES, Answer
from graph.query import Query
from graph.ranking import BEHIND, ranked
from graph.render import Document, Sheet
from graph.terms import Term

ROWS = 3
"""How many rows of each query a terminal shows when many queries answer."""
MANY = 100
"""A list for people with more rows than this, not on a terminal, is told of another way."""


@dataclass(frozen=True)
class Asked:
    """What a person asks of `gaps`."""

    words: dict[str, str]
    given: tuple[str, ...] = ()
    layer: str | None = None
    certainties: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    day: str | None = None
    only_sums: bool = False
    rank: bool = False
    fail_on: str | None = None


def run(session: Session, asked: Asked, output: str | None, everything: bool) -> int:
    """Answer; 1 when `--fail-on` is given and some row is as sure as that, or surer."""
    texts = session.talk.messages
    known = [path.stem for path in assets.files("gaps")]
    names = [catalog.named(known, name) for name in asked.names]
    chosen = gaps.choose(session.queries("gaps"), asked.layer, names)
    listed = options.of([*chosen, *_states(session)], columns=True)
    words = options.pairs(asked.given, listed, asked.words)
    if asked.day is not None and "date" in words:
        raise options.BadOption("twice", name="--date")
    # However the day is given, it is one day for the queries and for the line that tells of it.
    day = day_of(words.pop("date", asked.day))
    wanted = options.read_all(session.ask, listed, words, session.lang)
    answers, passed = [], []
    if not asked.only_sums or asked.fail_on:
        for query in chosen:
            answer = gaps.find(session.ask, query, day, wanted, asked.certainties, asked.layer)
            if answer is None:
                passed.append(query.name)
            elif not answer.gaps and asked.layer not in (None, query.layer):
                continue
            else:
                answers.append(answer)
    summary = _summary(session, asked, day, wanted)
    days = present_gaps.Days(day, gaps.data_date(session.ask))
    if asked.rank:
        return _ranked(session, answers, day, output, everything)
    people = session.for_people(output)
    lines = [days.line(texts)]
    if passed:
        said = ", ".join(f"--{_word(listed, name)}" for name in wanted)
        lines.append(texts.text("gaps.passed_over", names=said, queries=", ".join(passed)))
    choice = ", ".join(asked.certainties) + ", ".join(words)
    if people:
        document = _for_people(session, asked, answers, summary, choice, everything)
        document = Document(document.sheets, texts["gaps.title"], (), tuple(lines))
        rows = sum(len(answer.gaps) for answer in answers)
        if summary and not asked.only_sums and rows > MANY and not session.out.isatty():
            session.talk.tell("gaps.many", n=rows)
    else:
        document = _for_programs(session, asked, answers, summary)
        for line in lines:
            session.talk.say(line)
        if not asked.only_sums and not any(answer.gaps for answer in answers):
            one = len(answers) == 1
            session.talk.tell("gaps.none_one" if one else "gaps.none", queries=len(answers))
            _explain(session, answers, choice)
    session.show(document, output, everything or not people or asked.only_sums)
    return _gate(session, asked, answers)


def _ranked(
    session: Session,
    answers: Sequence[Answer],
    day: datetime.date,
    output: str | None,
    everything: bool,
) -> int:
    """Show the gaps by the stated rule, each once, with what decides its place."""
    behind = session.query(BEHIND) if BEHIND in session.paths else None
    found = ranked(session.ask, answers, behind, day)
    terms = [one.row.values["focus"] for one in found]
    names = session.names_of([*terms, *(event for one in found for event in one.events)])
    texts = session.talk.messages
    said = present_gaps.Days(day, gaps.data_date(session.ask)).line(texts)
    people = session.for_people(output)
    sheet = present_rank.places(found, names, texts, people)
    if people:
        document = Document((sheet,), texts["rank.title"], (), (texts["rank.rule"], said))
    else:
        session.talk.say(said)
        document = Document((sheet,))
    session.show(document, output, everything)
    return 0


def _states(session: Session) -> list[Query]:
    return [session.query(gaps.STATES)] if gaps.STATES in session.paths else []


def _word(listed: Sequence[options.Option], name: str) -> str:
    return next((option.words[0] for option in listed if option.name == name), name)


def _summary(
    session: Session, asked: Asked, day: datetime.date, wanted: dict[str, Term]
) -> Sheet | None:
    states = _states(session)
    if asked.names or not states:
        return None
    summary = gaps.summarise(session.ask, states[0], day, wanted, asked.layer)
    if not summary.totals:
        return None
    terms = [
        *(line.event for line in summary.lines),
        *(line.layer for line in summary.lines),
        *summary.outside,
    ]
    return present_gaps.sums(summary, session.names_of(terms), session.talk.messages)


def _for_people(
    session: Session,
    asked: Asked,
    answers: Sequence[Answer],
    summary: Sheet | None,
    choice: str,
    everything: bool,
) -> Document:
    texts = session.talk.messages
    sheets = [summary] if summary else []
    if asked.only_sums:
        return Document(tuple(sheets))
    terms = [term for answer in answers for gap in answer.gaps for term in gap.values.values()]
    kinds = [answer.kind for answer in answers if answer.kind]
    measures = [term for answer in answers for term in answer.query.measures]
    names = session.names_of([*terms, *kinds, *measures])
    shown = [answer for answer in answers if answer.gaps or len(answers) == 1]
    if len(shown) > 1:
        sheets.append(present_gaps.counts(shown, texts, below_sums=summary is not None))
    many = len(shown) > 1 and not everything and session.out.isatty()
    for answer in shown:
        sheet = present_gaps.for_people(answer, names, texts, choice, session.namer.unnamed)
        sheets.append(present_gaps.shortened(sheet, answer.query, ROWS, texts) if many else sheet)
    empty = [answer for answer in answers if answer not in shown]
    if empty:
        sheets.append(present_gaps.without(empty, names, texts, choice))
    if not answers:
        sheets.append(Sheet("gaps", (), [], notes=(texts["gaps.no_queries"],)))
    return Document(tuple(sheets))


def _for_programs(
    session: Session, asked: Asked, answers: Sequence[Answer], summary: Sheet | None
) -> Document:
    if asked.only_sums:
        return Document((summary,) if summary else ())
    queries = [answer.query for answer in answers]
    shared = gaps.shared_columns(queries)
    titles = present_gaps.titles_of(queries, session.lang)
    found = [gap for answer in answers for gap in answer.gaps]
    kinds = gaps.kinds(session.ask, (gap.values["focus"] for gap in found))
    said = (gap.values.get(name) for gap in found for name in shared)
    names = session.names_of([*said, *kinds.values()])
    rows = present_gaps.for_programs(answers, shared, titles, kinds, names, session.talk.messages)
    return Document((*((summary,) if summary else ()), rows), main="gaps")


def _explain(session: Session, answers: Sequence[Answer], choice: str) -> None:
    names = session.names_of(answer.kind for answer in answers)
    sheet = present_gaps.without(answers, names, session.talk.messages, choice)
    for row in sheet.rows:
        session.talk.say(": ".join(cell.text for cell in row))


def _gate(session: Session, asked: Asked, answers: Sequence[Answer]) -> int:
    if asked.fail_on is None:
        return 0
    if asked.fail_on not in CERTAINTIES:
        known = ", ".join(CERTAINTIES)
        raise options.BadOption("bad-option", value=asked.fail_on, name="--fail-on", known=known)
    sure = CERTAINTIES[: CERTAINTIES.index(asked.fail_on) + 1]
    if any(gap.certainty in sure for answer in answers for gap in answer.gaps):
        word = session.talk.text(f"certainty.{asked.fail_on}")
        session.talk.tell("gaps.failed", certainty=word)
        return 1
    return 0
