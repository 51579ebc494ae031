"""The command `matrix`: who gives × who gets, in flows."""

from __future__ import annotations

from collections.abc import Sequence

from graph import gaps, options
from graph.catalog import named
from graph.cli.commands import chosen
from graph.cli.present import Names, number
from graph.cli.present_gaps import Days
from graph.cli.session import Session
from graph.gaps import CERTAINTIES, SUMS
from graph.matrix import STATES, Matrix, Side, matrix, sides
from graph.messages import Messages
from graph.query import Query
from graph.render import Cell, Column, Document, Sheet
from graph.terms import Term

SVG = "svg"
"""The format of a picture; the others are those of every command."""
_WIDE = 8
"""A grid of more columns than this is told as a list: it would not fit a terminal."""


def run(
    session: Session,
    by: str | None,
    words: dict[str, str],
    given: Sequence[str],
    day: str | None,
    output: str | None,
) -> int:
    """Show the matrix of a day; of one life event where the words choose one."""
    states = session.query(named(list(session.paths), STATES))
    known = {side.word: side for side in sides(states)}
    word = next(iter(known)) if by is None else by
    if word not in known:
        raise options.BadOption("bad-option", value=word, name="--by", known=", ".join(known))
    asked, wanted = chosen(session, states, words, given, day)
    made = matrix(session.ask, states, known[word], asked, wanted)
    names = session.names_of([*made.gives, *made.gets])
    texts = session.talk.messages
    said = Days(asked, gaps.data_date(session.ask)).line(texts)
    if output == SVG:
        session.out.write(picture(made, states, known[word], names, texts, said))
        return 0
    if session.for_people(output):
        document = for_people(made, states, known[word], names, texts, said)
    else:
        document = Document((for_programs(made, states, known[word], names, texts),))
        session.talk.say(said)
    session.show(document, output, everything=True)
    return 0


def for_people(
    made: Matrix, states: Query, side: Side, names: Names, texts: Messages, day: str
) -> Document:
    """Give a grid where it fits, else a list of the pairs that lack most, and the total."""
    total = _total(made, texts)
    if not made.cells:
        sheet = Sheet("matrix", (), [], notes=(texts["matrix.none"],))
    elif len(made.gets) <= _WIDE:
        sheet = _grid(made, states, side, names, texts, total)
    else:
        sheet = _list(made, states, side, names, texts, total)
    return Document((sheet,), texts["matrix.title"], (), (day,))


def _grid(
    made: Matrix, states: Query, side: Side, names: Names, texts: Messages, total: str
) -> Sheet:
    head = Column("gives", _title(states, side.gives, texts))
    columns = (head, *(Column(str(at), _name(t, names, texts)) for at, t in enumerate(made.gets)))
    rows = [
        (
            Cell(gives, _name(gives, names, texts)),
            *(Cell(label=_brief(made, gives, gets, texts)) for gets in made.gets),
        )
        for gives in made.gives
    ]
    legend = texts.text("matrix.legend", gets=_title(states, side.gets, texts))
    return Sheet("matrix", columns, rows, notes=(legend, total), whole=True)


def _list(
    made: Matrix, states: Query, side: Side, names: Names, texts: Messages, total: str
) -> Sheet:
    columns = (
        Column("gives", _title(states, side.gives, texts)),
        Column("gets", _title(states, side.gets, texts)),
        Column("needed", texts["matrix.needed"], number=True),
        Column("missing", texts["matrix.missing"], number=True),
        Column(SUMS[-1], texts["gaps.reported"], number=True),
    )
    rows = [
        (
            Cell(gives, _name(gives, names, texts)),
            Cell(gets, _name(gets, names, texts)),
            number(cell.needed),
            number(cell.sums["missing"]),
            number(cell.sums[SUMS[-1]]),
        )
        for gives in made.gives
        for gets in made.gets
        if (cell := made.cells.get((gives, gets))) is not None and cell.lacking
    ]
    empty = len(made.gives) * len(made.gets) - len(made.cells)
    covered = sum(not cell.lacking for cell in made.cells.values())
    left = texts.text("matrix.left-out", covered=covered, empty=empty)
    return Sheet("matrix", columns, rows, notes=(left, total), grouped=1, whole=True)


def for_programs(made: Matrix, states: Query, side: Side, names: Names, texts: Messages) -> Sheet:
    """Give a row for every pair, those that need nothing too, with every number."""
    columns = (
        Column("gives", _title(states, side.gives, texts)),
        Column("gets", _title(states, side.gets, texts)),
        Column("needed", texts["matrix.needed"], number=True),
        *(Column(name, texts[f"gaps.{name}"], number=True) for name in SUMS[:3]),
        *(Column(f"missing-{s}", texts[f"scorecard.head-{s}"], number=True) for s in CERTAINTIES),
        Column(SUMS[-1], texts["gaps.reported"], number=True),
    )
    rows = []
    for gives in made.gives:
        for gets in made.gets:
            cell = made.cells.get((gives, gets))
            sums = cell.sums if cell else dict.fromkeys(SUMS, 0)
            missing = cell.missing if cell else dict.fromkeys(CERTAINTIES, 0)
            rows.append(
                (
                    Cell(gives, _name(gives, names, texts)),
                    Cell(gets, _name(gets, names, texts)),
                    number(cell.needed if cell else 0),
                    *(number(sums[name]) for name in SUMS[:3]),
                    *(number(missing[sure]) for sure in CERTAINTIES),
                    number(sums[SUMS[-1]]),
                )
            )
    return Sheet("matrix", columns, rows)


def picture(
    made: Matrix, states: Query, side: Side, names: Names, texts: Messages, day: str
) -> str:
    """Draw the grid: missing of needed in each square, hatched where some are not reported."""
    from graph.pictures import Grid, Square, draw_grid

    def square(gives: Term | None, gets: Term | None) -> Square | None:
        cell = made.cells.get((gives, gets))
        if cell is None:
            return None
        told = texts.text(
            "matrix.told",
            gives=_name(gives, names, texts),
            gets=_name(gets, names, texts),
            n=cell.needed,
            missing=cell.sums["missing"],
            reported=cell.sums[SUMS[-1]],
        )
        reported = cell.sums[SUMS[-1]]
        share = cell.sums["missing"] / cell.needed
        return Square(_brief(made, gives, gets, texts), share, reported > 0, told)

    return draw_grid(
        Grid(
            title=texts["matrix.title"],
            sentence=_total(made, texts),
            down=_title(states, side.gives, texts),
            across=_title(states, side.gets, texts),
            rows=[_name(gives, names, texts) for gives in made.gives],
            columns=[_name(gets, names, texts) for gets in made.gets],
            squares=[[square(gives, gets) for gets in made.gets] for gives in made.gives],
            legend=(texts["matrix.drawn"], day),
            empty=texts["matrix.no-need"],
        )
    )


def _total(made: Matrix, texts: Messages) -> str:
    return texts.text(
        "matrix.total",
        n=made.total.needed,
        missing=made.total.sums["missing"],
        reported=made.total.sums[SUMS[-1]],
        whole=made.total.sums["whole"],
    )


def _title(states: Query, column: str, texts: Messages) -> str:
    from graph.catalog import text_in

    return text_in(states.columns[column], texts.language)


def _name(term: Term | None, names: Names, texts: Messages) -> str:
    return names.get(term, term.value) if term else texts["matrix.unknown"]


def _brief(made: Matrix, gives: Term | None, gets: Term | None, texts: Messages) -> str:
    cell = made.cells.get((gives, gets))
    if cell is None:
        return texts["matrix.empty"]
    told = f"{cell.sums['missing']}/{cell.needed}"
    return f"{told} ?{cell.sums[SUMS[-1]]}" if cell.sums[SUMS[-1]] else told
