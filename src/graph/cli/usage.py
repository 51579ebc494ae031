"""What typer refuses → an error with words in the reader's language."""

from __future__ import annotations

import difflib
from typing import Any

from graph.errors import LivsgrafError, UnknownName
from graph.options import BadOption


def readable(error: Exception, command: Any) -> LivsgrafError:
    """Give our own error for one of typer's, by its kind."""
    kind = type(error).__name__
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx is not None else "livsgraf"
    if kind == "NoSuchOption":
        name = str(getattr(error, "option_name", ""))
        return _no_option(name, ctx, path)
    if kind == "MissingParameter":
        param = getattr(error, "param", None)
        name = (param.metavar or param.name).upper() if param is not None else ""
        if getattr(param, "param_type_name", "") == "option" and param is not None:
            name = f"{param.opts[-1]} {name}"
        return BadOption("missing-argument", name=name, command=path)
    message = str(getattr(error, "message", error))
    if kind == "BadOptionUsage":
        name = str(getattr(error, "option_name", ""))
        code = "no-value" if "does not take a value" in message else "missing-value"
        return BadOption(code, name=name, command=path)
    if kind == "UsageError" and message.startswith("No such command"):
        name = message.split("'")[1] if "'" in message else ""
        known = (
            list(command.commands) if ctx is None else list(getattr(ctx.command, "commands", {}))
        )
        near = difflib.get_close_matches(name, known, 3, 0.6)
        return UnknownName(name, "command", near, known)
    if kind == "UsageError" and message == "Missing command.":
        known = list(getattr(getattr(ctx, "command", command), "commands", {}))
        return BadOption("no-command", command=path, known=", ".join(known))
    if kind == "UsageError" and "unexpected extra argument" in message:
        return BadOption("extra-argument", value=message.rpartition("(")[2].rstrip(")."))
    return BadOption("usage", reason=_said(error))


def _no_option(name: str, ctx: Any, path: str) -> LivsgrafError:
    known: list[str] = []
    if ctx is not None:
        known = [word for param in ctx.command.params for word in param.opts if word[:2] == "--"]
        maker = getattr(type(ctx.command), "options", None)
        if maker is not None:
            args = ctx.meta.get("graph.args", ())
            known += [f"--{word}" for option in maker(args) for word in option.words]
    near = difflib.get_close_matches(name, list(dict.fromkeys(known)), 3, 0.6)
    if near:
        return UnknownName(name, "option", near)
    return BadOption("no-option", name=name, command=path)


def _said(error: Exception) -> str:
    told = getattr(error, "format_message", None)
    return str(told()) if told else str(error)
