"""The commands about handing in, and their options."""

# No `from __future__ import annotations` here: typer must see the options inside the functions.

from collections.abc import Callable
from typing import Annotated, Any

import typer

from graph.cli.session import Session
from graph.options import a_path

Register = Callable[[str, str], Callable[[Callable[..., Any]], Callable[..., Any]]]


def register(command: Register, session: Session, Output: Any, All: Any) -> None:  # noqa: N803
    """Add the commands to the command line."""
    texts = session.talk.messages
    Function = Annotated[  # noqa: N806
        str, typer.Option("--function", metavar="TEXT", help=texts["help.submit_function"])
    ]
    Dry = Annotated[bool, typer.Option("--dry-run", help=texts["help.submit_dry"])]  # noqa: N806
    Name = Annotated[  # noqa: N806
        str, typer.Argument(metavar=texts["help.receipt_metavar"], help=texts["help.receipt"])
    ]

    @command("submit", "help.submit")
    def submit(
        file: Annotated[str, typer.Argument(metavar="FILE", help=texts["help.submit_file"])],
        as_: Annotated[str, typer.Option("--as", metavar="ORGNR", help=texts["help.submit_as"])],
        function: Function = "",
        dry_run: Dry = False,
        complete: Annotated[
            bool, typer.Option("--complete", help=texts["help.submit_complete"])
        ] = False,
        output: Output = None,
        everything: All = False,
    ) -> int:
        from graph.cli.submit import submit

        path = a_path(file, "FILE")
        return submit(session, path, as_, function, dry_run, complete, output, everything)

    @command("history", "help.history")
    def history(output: Output = None, everything: All = False) -> int:
        from graph.cli.submit import history

        return history(session, output, everything)

    @command("show", "help.show")
    def show(name: Name, output: Output = None, everything: All = False) -> int:
        from graph.cli.submit import show

        return show(session, name, output, everything)

    @command("undo", "help.undo")
    def undo(
        name: Name,
        as_: Annotated[
            str | None, typer.Option("--as", metavar="ORGNR", help=texts["help.submit_as"])
        ] = None,
        function: Function = "",
        dry_run: Dry = False,
        output: Output = None,
        everything: All = False,
    ) -> int:
        from graph.cli.submit import undo

        return undo(session, name, as_, function, dry_run, output, everything)

    @command("erase", "help.erase")
    def erase(
        name: Name,
        function: Annotated[
            str, typer.Option("--function", metavar="TEXT", help=texts["help.erase_function"])
        ],
    ) -> int:
        from graph.cli.submit import erase

        return erase(session, name, function)

    @command("rebuild", "help.rebuild")
    def rebuild() -> int:
        from graph.cli.submit import rebuild

        return rebuild(session)
