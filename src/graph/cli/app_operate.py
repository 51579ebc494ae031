"""The commands of who runs a server, and their options."""

# No `from __future__ import annotations` here: typer must see the options inside the functions.

from typing import Annotated

import typer

from graph.cli.app_submit import Register
from graph.cli.session import Session
from graph.options import a_path


def register(command: Register, session: Session) -> None:
    """Add the commands to the command line."""
    texts = session.talk.messages

    @command("serve", "help.serve")
    def serve(
        host: Annotated[
            str | None, typer.Option("--host", metavar="HOST", help=texts["help.serve_host"])
        ] = None,
        port: Annotated[
            # A word, as every value is here: no type of typer's would be looked at.
            str | None,
            typer.Option("--port", metavar="PORT", help=texts["help.serve_port"]),
        ] = None,
        read_only: Annotated[
            bool, typer.Option("--read-only", help=texts["help.serve_read_only"])
        ] = False,
    ) -> int:
        from graph.cli.operate import serve

        return serve(session, host, port, read_only)

    @command("backup", "help.backup")
    def backup(
        place: Annotated[
            str, typer.Option("-o", "--output", metavar="DIR", help=texts["help.backup_output"])
        ],
    ) -> int:
        from graph.cli.operate import backup

        return backup(session, a_path(place, "--output"))

    @command("restore", "help.restore")
    def restore(
        folder: Annotated[str, typer.Argument(metavar="DIR", help=texts["help.restore_folder"])],
    ) -> int:
        from graph.cli.operate import restore

        return restore(session, a_path(folder, "DIR"))
