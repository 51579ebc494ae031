"""The command line: arguments in, text out. Data on standard output, talk on standard error.

Exit status: 0 fine, with any number of rows; 1 only from `validate`, `check` and `--fail-on`;
2 what was given cannot be used; 3 our own fault.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from graph.cli.talk import Talk
from graph.errors import InternalError, LivsgrafError

OWN_FAULT = 3
_INTERRUPTED = 130
_ANYWHERE = ("--lang", "--store")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status; no fault of ours shows a stack trace unasked."""
    from graph import assets, config
    from graph.messages import load
    from graph.terms import LANGUAGES

    args, given = _settled(list(sys.argv[1:] if argv is None else argv))
    talk = Talk(load(config.load().lang))
    session = None
    try:
        lang = given.get("--lang")
        if lang is not None and lang not in LANGUAGES:
            from graph.cli.options import BadOption

            known = ", ".join(LANGUAGES)
            raise BadOption("bad-option", value=lang, name="--lang", known=known)
        settings = config.load(checkout=assets.checkout(), store=given.get("--store"), lang=lang)
        talk = Talk(load(settings.lang))

        from graph.cli.session import Session

        session = Session(settings, talk)
        status = _run(session, args)
        sys.stdout.flush()
        return status
    except LivsgrafError as error:
        if error.exit_status == OWN_FAULT and config.debug():
            raise
        talk.refuse(error)
        return error.exit_status
    except KeyboardInterrupt:
        talk.tell("says.interrupted")
        return _INTERRUPTED
    except BrokenPipeError:
        _silence()
        return 0
    except Exception as error:
        if config.debug():
            raise
        talk.refuse(InternalError(f"{type(error).__name__}: {error}"))
        return OWN_FAULT
    finally:
        if session is not None:
            session.close()


def _run(session: object, args: list[str]) -> int:
    import typer
    from typer import TyperException

    from graph.cli.app import make
    from graph.cli.session import Session
    from graph.cli.usage import readable

    assert isinstance(session, Session)  # noqa: S101
    command = typer.main.get_command(make(session))
    try:
        status = command.main(args, prog_name="livsgraf", standalone_mode=False)
    except TyperException as error:
        raise readable(error, command) from error
    except SystemExit:
        # Typer's own answer to a reader that went away, such as `head`, which is no fault.
        _silence()
        return 0
    return status if isinstance(status, int) else 0


def _settled(args: list[str]) -> tuple[list[str], dict[str, str]]:
    """Take language and store from wherever they stand, and put them where typer looks for them."""
    given: dict[str, str] = {}
    rest: list[str] = []
    at = 0
    while at < len(args):
        word, equals, value = args[at].partition("=")
        at += 1
        if args[at - 1] == "--":
            rest += args[at - 1 :]
            break
        if word not in _ANYWHERE or (not equals and at == len(args)):
            rest.append(args[at - 1])
            continue
        if not equals:
            value = args[at]
            at += 1
        given[word] = value
    return [part for pair in given.items() for part in pair] + rest, given


def _silence() -> None:
    """Keep Python from complaining about a reader that went away."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
