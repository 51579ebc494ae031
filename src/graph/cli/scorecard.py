"""The command `scorecard`: life event × EIF layer in needs, with a sentence for each cell."""

from __future__ import annotations

from collections.abc import Sequence

from graph import gaps
from graph.catalog import named
from graph.cli.commands import chosen
from graph.cli.present import Names, number
from graph.cli.present_gaps import Days, apart
from graph.cli.session import Session
from graph.describe import alphabetical
from graph.errors import UnknownName
from graph.gaps import CERTAINTIES, SUMS
from graph.messages import Messages
from graph.query import LAYER_IRIS
from graph.render import Cell, Column, Document, Sheet
from graph.scorecard import Card, Scorecard, scorecard, sentence
from graph.terms import Term, literal


def run(
    session: Session,
    words: dict[str, str],
    given: Sequence[str],
    day: str | None,
    output: str | None,
) -> int:
    """Show the scorecard of a day; of one life event where the words choose one."""
    states = session.query(named(list(session.paths), gaps.STATES))
    asked, wanted = chosen(session, states, words, given, day)
    card = scorecard(session.ask, states, session.queries("gaps"), asked, wanted)
    if not card.cards:
        raise UnknownName(", ".join(words.values()), "value")
    names = session.names_of([*(one.event for one in card.cards), *card.outside])
    days = Days(asked, gaps.data_date(session.ask))
    texts = session.talk.messages
    said = days.line(texts)
    if session.for_people(output):
        document = for_people(card, names, texts, said)
    else:
        document = Document((for_programs(card, names, texts),))
        session.talk.say(said)
    session.show(document, output, everything=True)
    return 0


def for_people(card: Scorecard, names: Names, texts: Messages, day: str) -> Document:
    """Give the cells at a glance, then a sentence for each."""
    cards = _ordered(card, names)
    layers = list(dict.fromkeys(one.layer for one in cards))
    cells = {(one.event, one.layer): one for one in cards}
    glance = Sheet(
        "glance",
        (
            Column("event", texts["gaps.event"]),
            *(Column(layer, texts[f"layer.{layer}"]) for layer in layers),
        ),
        [
            (
                Cell(event, _event(event, names, texts)),
                *(Cell(label=_brief(cells[event, layer], texts)) for layer in layers),
            )
            for event in dict.fromkeys(one.event for one in cards)
        ],
        notes=(texts["scorecard.glance"],),
        whole=True,
    )
    sentences = Sheet(
        "sentences",
        (*_heads(texts), Column("sentence", texts["scorecard.sentence"])),
        [(*_place(one, names, texts), Cell(label=sentence(one, texts))) for one in cards],
        notes=tuple(_below(card, names, texts)),
        grouped=1,
        heads=False,
        whole=True,
    )
    return Document((glance, sentences), texts["scorecard.title"], (), (day,))


def for_programs(card: Scorecard, names: Names, texts: Messages) -> Sheet:
    """Give a row for each cell, with every number and the sentence."""
    columns = (
        *_heads(texts),
        *(Column(name, texts[f"gaps.{name}"], number=True) for name in ("n", *SUMS[:3])),
        *(Column(f"missing-{s}", texts[f"scorecard.head-{s}"], number=True) for s in CERTAINTIES),
        Column(SUMS[-1], texts["gaps.reported"], number=True),
        *(Column(f"found-{s}", texts[f"scorecard.gaps-{s}"], number=True) for s in CERTAINTIES),
        Column("sentence", texts["scorecard.sentence"]),
    )
    rows = [
        (
            *_place(one, names, texts),
            number(one.n),
            *(number(one.sums[name]) for name in SUMS[:3]),
            *(number(one.missing.get(sure, 0)) for sure in CERTAINTIES),
            number(one.sums[SUMS[-1]]),
            *(number(one.found.get(sure, 0)) for sure in CERTAINTIES),
            Cell(literal(sentence(one, texts))),
        )
        for one in _ordered(card, names)
    ]
    return Sheet("scorecard", columns, rows)


def _ordered(card: Scorecard, names: Names) -> list[Card]:
    """Sort by the name of the life event; the layers keep their order, all events come last."""

    def place(one: Card) -> tuple[bool, object]:
        return one.event is None, alphabetical(names.get(one.event, "") if one.event else "")

    return sorted(card.cards, key=place)


def _heads(texts: Messages) -> tuple[Column, ...]:
    return Column("event", texts["gaps.event"]), Column("layer", texts["gaps.layer"])


def _event(event: Term | None, names: Names, texts: Messages) -> str:
    return names.get(event, event.value) if event else texts["says.all"]


def _place(one: Card, names: Names, texts: Messages) -> tuple[Cell, Cell]:
    layer = Term("iri", LAYER_IRIS[one.layer])
    return (
        Cell(one.event, _event(one.event, names, texts)),
        Cell(layer, texts[f"layer.{one.layer}"]),
    )


def _brief(one: Card, texts: Messages) -> str:
    if one.n:
        reported = one.sums[SUMS[-1]]
        key = "scorecard.brief-open" if reported else "scorecard.brief"
        return texts.text(key, whole=one.sums["whole"], n=one.n, reported=reported)
    reported = one.found.get(CERTAINTIES[-1], 0)
    key = "scorecard.brief-found-open" if reported else "scorecard.brief-found"
    return texts.text(key, n=sum(one.found.values()) - reported, reported=reported)


def _below(card: Scorecard, names: Names, texts: Messages) -> list[str]:
    notes = [texts["gaps.once"]] if any(one.event is None for one in card.cards) else []
    return notes + apart(card.outside, card.doubted, names, texts)
