"""The command line: arguments in, text out. Data on standard output, talk on standard error.

Exit status: 0 fine, with any number of rows; 1 only from `validate`, `check` and `--fail-on`;
2 what was given cannot be used; 3 our own fault.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from graph.cli import streams
from graph.cli.talk import Talk
from graph.errors import InternalError, LivsgrafError, TooLarge

if TYPE_CHECKING:
    from graph.cli.session import Session

OWN_FAULT = 3
_INTERRUPTED = 130
_ANYWHERE = ("--lang", "--store", "--config")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status; no fault of ours shows a stack trace unasked."""
    from graph import config
    from graph.messages import load
    from graph.terms import LANGUAGES

    written = list(sys.argv[1:] if argv is None else argv)
    args, given, twice = _settled(written)
    lang = given.get("--lang")
    talk = Talk(load(lang if lang in LANGUAGES else LANGUAGES[0]))
    session = None
    try:
        session = _session(given, twice, talk)
        streams.prepare()
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
        streams.silence()
        return 0
    except MemoryError:
        talk.refuse(TooLarge())
        return TooLarge.exit_status
    except Exception as error:
        told = _told(error, written)
        if told.exit_status == OWN_FAULT and config.debug():
            raise
        talk.refuse(told)
        return told.exit_status
    finally:
        if session is not None:
            session.close()


def _session(given: dict[str, str], twice: str | None, talk: Talk) -> Session:
    """Settle language and store, and let the talk know of them."""
    from graph import assets, config
    from graph.cli.session import Session
    from graph.messages import load
    from graph.options import BadOption, a_path
    from graph.terms import LANGUAGES

    if twice is not None:
        raise BadOption("twice", name=twice)
    lang, store = given.get("--lang"), given.get("--store")
    if lang is not None and lang not in LANGUAGES:
        raise BadOption("bad-option", value=lang, name="--lang", known=", ".join(LANGUAGES))
    place = None if store is None else a_path(store, "--store")
    file = None if "--config" not in given else a_path(given["--config"], "--config")
    settings = config.load(checkout=assets.checkout(), store=place, lang=lang, file=file)
    talk.messages = load(settings.lang)
    if store is not None:
        import shlex

        talk.build = f"livsgraf build --store {shlex.quote(store)}"
    return Session(settings, talk)


def _told(error: Exception, written: Sequence[str]) -> LivsgrafError:
    """Say which of our errors an unforeseen one is; most often it is our own fault."""
    if isinstance(error, OSError) and streams.failed(error):
        streams.silence()
        return streams.OutputFailed(error)
    if isinstance(error, UnicodeEncodeError) and "surrogates" in error.reason:
        from graph.options import BadOption

        strange = (word for word in written if not word.isascii() and _has_bytes(word))
        return BadOption("word-not-utf8", value=next(strange, str(error.object)))
    return InternalError(f"{type(error).__name__}: {error}")


def _run(session: Session, args: list[str]) -> int:
    import typer
    from typer import TyperException

    from graph.cli.app import make
    from graph.cli.usage import readable

    command = typer.main.get_command(make(session))
    try:
        status = command.main(args, prog_name="livsgraf", standalone_mode=False)
    except TyperException as error:
        raise readable(error, command) from error
    except SystemExit:
        # Typer's own answer to a reader that went away, such as `head`, which is no fault.
        streams.silence()
        return 0
    return status if isinstance(status, int) else 0


def _has_bytes(word: str) -> bool:
    """Tell a word from the command line that was not written in UTF-8."""
    return any("\udc80" <= sign <= "\udcff" for sign in word)


def _settled(args: list[str]) -> tuple[list[str], dict[str, str], str | None]:
    """Take language and store from wherever they stand, and put them where typer looks for them.

    The last part of the answer is one of the two that was given twice.
    """
    given: dict[str, str] = {}
    twice = None
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
        twice = word if word in given else twice
        given[word] = value
    return [part for pair in given.items() for part in pair] + rest, given, twice
