"""The commands about serving and keeping a store, and their options."""

# No `from __future__ import annotations` here: typer must see the options inside the functions.

from collections.abc import Callable
from typing import Annotated, Any

import typer

from graph.cli.options import a_path
from graph.cli.session import Session

Register = Callable[[str, str], Callable[[Callable[..., Any]], Callable[..., Any]]]


def register(command: Register, session: Session) -> None:
    """Add the commands to the command line."""
    texts = session.talk.messages

    @command("serve", "help.serve")
    def serve(
        host: Annotated[
            str | None, typer.Option("--host", metavar="HOST", help=texts["help.serve_host"])
        ] = None,
        port: Annotated[
            str | None, typer.Option("--port", metavar="PORT", help=texts["help.serve_port"])
        ] = None,
        config: Annotated[
            str | None, typer.Option("--config", metavar="FILE", help=texts["help.serve_config"])
        ] = None,
        read_only: Annotated[
            bool, typer.Option("--read-only", help=texts["help.serve_read_only"])
        ] = False,
    ) -> int:
        from graph.cli.serve import serve

        place = None if config is None else a_path(config, "--config")
        return serve(session, host, port, place, read_only)

    @command("backup", "help.backup")
    def backup(
        place: Annotated[
            str, typer.Option("-o", "--output", metavar="DIR", help=texts["help.backup_output"])
        ],
    ) -> int:
        from graph.cli.backup import backup

        return backup(session, a_path(place, "--output"))

    @command("restore", "help.restore")
    def restore(
        folder: Annotated[str, typer.Argument(metavar="DIR", help=texts["help.restore_folder"])],
    ) -> int:
        from graph.cli.backup import restore

        return restore(session, a_path(folder, "DIR"))
