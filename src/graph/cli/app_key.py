"""The commands about keys, and their options."""

# No `from __future__ import annotations` here: typer must see the options inside the functions.

from collections.abc import Callable
from typing import Annotated, Any

import typer

from graph.access import ROLES
from graph.cli.session import Session

Register = Callable[[str, str], Callable[[Callable[..., Any]], Callable[..., Any]]]
_DAYS = 365


def register(
    command: Register,
    top: Register,
    session: Session,
    Output: Any,  # noqa: N803
    All: Any,  # noqa: N803
) -> None:
    """Add the commands to the command line."""
    texts = session.talk.messages

    @command("create", "help.key_create")
    def create(
        name: Annotated[str, typer.Option("--name", metavar="TEXT", help=texts["help.key_name"])],
        organisation: Annotated[
            list[str],
            typer.Option("--organisation", metavar="ORGNR", help=texts["help.key_organisation"]),
        ],
        role: Annotated[
            list[str] | None,
            typer.Option(
                "--role",
                metavar="ROLE",
                help=texts.text("help.key_role", values=", ".join(ROLES)),
            ),
        ] = None,
        days: Annotated[
            str,
            typer.Option("--days", metavar="N", help=texts.text("help.key_days", days=_DAYS)),
        ] = str(_DAYS),
    ) -> int:
        from graph.cli.key import create

        return create(session, name, organisation, role or [], days)

    @command("list", "help.key_list")
    def listed(output: Output = None, everything: All = False) -> int:
        from graph.cli.key import listed

        return listed(session, output, everything)

    @command("revoke", "help.key_revoke")
    def revoke(
        name: Annotated[str, typer.Argument(metavar="ID", help=texts["help.key_id"])],
    ) -> int:
        from graph.cli.key import revoke

        return revoke(session, name)

    @top("audit", "help.audit")
    def audit(output: Output = None, everything: All = False) -> int:
        from graph.cli.key import audit

        return audit(session, output, everything)
