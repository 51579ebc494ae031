"""The commands that turn gaps into decisions, and their options."""

# No `from __future__ import annotations` here: typer must see the options inside the functions.

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from graph.cli.help import TAKEN
from graph.cli.session import Session

_NAMES = {"help_option_names": ["-h", "--help"]}


def register(
    app: typer.Typer,
    session: Session,
    plain: type[Any],
    commands: Mapping[str, type[Any]],
    output: Any,
    drawn: Any,
    day: Any,
    given: Any,
) -> None:
    """Add the commands to an application.

    Args:
        app: the application.
        session: the run.
        plain: the class of a command that takes none of these.
        commands: by name the class of a command that takes the options of a question's header.
        output: the option of the format.
        drawn: that option with pictures among the formats.
        day: the option of the day asked about.
        given: the option of values by name.
    """
    texts = session.talk.messages

    @app.command(
        "scorecard",
        cls=commands["scorecard"],
        help=texts["help.scorecard"],
        context_settings=_NAMES,
    )
    def scorecard(
        ctx: typer.Context,
        date: day = None,
        param: given = None,
        kind: output = None,
    ) -> int:
        from graph.cli.scorecard import run

        return run(session, ctx.meta.get(TAKEN, {}), tuple(param or ()), date, kind)

    @app.command(
        "matrix", cls=commands["matrix"], help=texts["help.matrix"], context_settings=_NAMES
    )
    def matrix(
        ctx: typer.Context,
        by: Annotated[
            str | None,
            typer.Option(metavar="COLUMN", help=texts["help.matrix_by"]),
        ] = None,
        date: day = None,
        param: given = None,
        kind: drawn = None,
    ) -> int:
        from graph.cli.matrix import run

        return run(session, by, ctx.meta.get(TAKEN, {}), tuple(param or ()), date, kind)

    @app.command("why", cls=plain, help=texts["help.why"], context_settings=_NAMES)
    def why(
        gap: Annotated[str, typer.Argument(metavar="GAP", help=texts["help.why_gap"])],
        date: day = None,
        kind: output = None,
    ) -> int:
        from graph.cli.why import run

        return run(session, gap, date, kind)
