"""Help screens in the reader's language, and commands that take options from query headers."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import typer.core
from typer.models import Context

from graph.messages import Messages
from graph.options import Option, refuse_repeated, take

TAKEN = "graph.taken"
_WIDEST = 80
_NARROWEST = 40
_FIRST = 30


def _command_help(
    command: Any, ctx: Context, texts: Messages, extra: Sequence[tuple[str, list[tuple[str, str]]]]
) -> str:
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    options = [param for param in command.params if param.param_type_name == "option"]
    options = [param for param in options if not param.hidden]
    children = [
        (name, command.get_command(ctx, name))
        for name in (command.list_commands(ctx) if hasattr(command, "list_commands") else ())
    ]
    usage = [ctx.command_path]
    usage += [texts["help.option_word"]] if options else []
    usage += [texts["help.command"]] if children else []
    usage += [_metavar(param) for param in arguments]
    blocks = [f"{texts['help.usage']} {' '.join(usage)}", _filled(command.help or "")]
    if children:
        rows = [(name, (child.help or "").split("\n")[0]) for name, child in children if child]
        blocks.append(_section(texts["help.commands"], rows))
    if arguments:
        rows = [(_metavar(param), param.help or "") for param in arguments]
        blocks.append(_section(texts["help.arguments"], rows))
    for title, rows in extra:
        if rows:
            blocks.append(_section(title, rows))
    rows = [(_words(param), param.help or "") for param in options]
    rows.append(("-h, --help", texts["help.help"]))
    blocks.append(_section(texts["help.options"], rows))
    if command.epilog:
        blocks.append(_filled(command.epilog))
    return "\n\n".join(block for block in blocks if block)


def _metavar(param: Any) -> str:
    name = (param.metavar or param.name).upper()
    name = name if param.required else f"[{name}]"
    return f"{name}…" if param.nargs != 1 else name


def _words(param: Any) -> str:
    words = ", ".join(sorted(param.opts, key=len))
    return words if param.is_flag else f"{words} {(param.metavar or param.name).upper()}"


def _width() -> int:
    """Give the terminal's width within what reads well."""
    return min(_WIDEST, max(_NARROWEST, shutil.get_terminal_size((_WIDEST, 24)).columns))


def _filled(text: str) -> str:
    # An option broken at its hyphens could not be copied.
    lines = (textwrap.fill(line, _width(), break_on_hyphens=False) for line in text.split("\n"))
    return "\n".join(lines)


def _section(title: str, rows: Sequence[tuple[str, str]]) -> str:
    first = min(_FIRST, _width() // 2, max(len(word) for word, _ in rows)) + 4
    lines = [f"{title}:"]
    for word, help_ in rows:
        wrapped = textwrap.wrap(help_, _width() - first, break_on_hyphens=False) or [""]
        if len(word) + 3 > first:
            lines.append(f"  {word}")
        else:
            lines.append(f"  {word}".ljust(first) + wrapped.pop(0))
        lines += [" " * first + line for line in wrapped]
    return "\n".join(line.rstrip() for line in lines)


class _AsWritten:
    """Values stay the words that were written: typer's way to types loads for 0.12 seconds."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ARG002
        """Give the value back, in the shape that a repeated or an absent one has."""
        if value is None and (param.multiple or param.nargs == -1):
            return ()
        return value


def _keep_words(params: Iterable[Any]) -> None:
    for param in params:
        if hasattr(param, "_runtime_param"):
            param._runtime_param = _AsWritten()


class Group(typer.core.TyperGroup):
    """A group of commands whose help is ours."""

    texts: Messages

    def get_params(self, ctx: Any) -> list[Any]:
        """Give the options, the one for help among them."""
        params = super().get_params(ctx)
        _keep_words(params)
        return params

    def get_help(self, ctx: Any) -> str:
        """Give the help screen."""
        return _command_help(self, ctx, self.texts, ())


class Command(typer.core.TyperCommand):
    """A command whose help is ours."""

    texts: Messages

    def get_params(self, ctx: Any) -> list[Any]:
        """Give the options, the one for help among them."""
        params = super().get_params(ctx)
        _keep_words(params)
        return params

    def get_help(self, ctx: Any) -> str:
        """Give the help screen."""
        return _command_help(self, ctx, self.texts, ())

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command's options, each once."""
        refuse_repeated(args, self.params)
        return super().parse_args(ctx, args)


class Asking(Command):
    """A command that also takes the options of query headers; they wait in `ctx.meta[TAKEN]`."""

    options: Callable[[Sequence[str]], list[Option]]

    def get_help(self, ctx: Any) -> str:
        """Give the help screen with the options that the headers bring."""
        lang = self.texts.language
        rows, columns = [], []
        for option in type(self).options(ctx.meta.get("graph.args", ())):
            if option.words and f"--{option.words[0]}" in self._own():
                continue
            if option.parameter is None:
                columns.append(f"--{option.words[0]}")
                continue
            label = option.parameter.label
            words = f"--{option.words[0]}"
            if not option.flag:
                words += f" {self.texts[f'type.{option.parameter.type}']}"
            rows.append((words, label.get(lang) or label.get("nb") or ""))
        extra = [(self.texts["help.parameters"], rows)]
        text = _command_help(self, ctx, self.texts, extra)
        if columns:
            text += "\n\n" + _filled(f"{self.texts['help.columns']} {', '.join(columns)}")
        return text

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the headers' options, then read the command's own."""
        ctx.meta["graph.args"] = tuple(args)
        asks_for_help = any(arg in ("-h", "--help") for arg in args)
        if not asks_for_help:
            ctx.meta[TAKEN], args = take(args, type(self).options(args), self._own())
        return super().parse_args(ctx, args)

    def _own(self) -> frozenset[str]:
        return frozenset(word for param in self.params for word in param.opts)
