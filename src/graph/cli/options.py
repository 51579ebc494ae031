"""Options that no code names: the parameters and columns in the headers of the queries.

A parameter is an option under its labels and its name, `--life-event X` or `--event X`. A column is
an option too, `--some-column X`, and without a value it asks for the rows that say yes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from graph.catalog import kebab, option_names
from graph.errors import BadValue, InputError, UnknownName
from graph.names import resolve
from graph.query import Parameter, Query
from graph.terms import Rows, Term, literal

Ask = Callable[[str], Rows]

YES = "true"
_NO = "false"


class BadOption(InputError):
    """An option that cannot be read; the code says how."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(**params)
        self.code = code


@dataclass(frozen=True)
class Option:
    """One option from a header: what it is called and what it sets."""

    name: str
    words: tuple[str, ...]
    parameter: Parameter | None = None

    @property
    def flag(self) -> bool:
        """Whether the option stands alone: a column's does, unless a value follows."""
        return self.parameter is not None and self.parameter.type == "boolean"


def of(queries: Iterable[Query], columns: bool = False) -> list[Option]:
    """Give the options of some queries: their parameters and, if asked for, their columns."""
    found: dict[str, Option] = {}
    listed = list(queries)
    for query in listed:
        for parameter in query.parameters.values():
            words = option_names(parameter)
            if parameter.name in found:
                words = tuple(dict.fromkeys([*found[parameter.name].words, *words]))
            found[parameter.name] = Option(parameter.name, words, parameter)
    if columns:
        for query in listed:
            for name in query.columns:
                found.setdefault(name, Option(name, (kebab(name),)))
    return list(found.values())


def take(
    args: Sequence[str], options: Sequence[Option], reserved: frozenset[str]
) -> tuple[dict[str, str], list[str]]:
    """Take the options of headers out of the arguments.

    Args:
        args: what the person wrote after the command.
        options: what may be taken.
        reserved: options that the command itself has; they are left alone.

    Returns:
        the words by the name that they set, and the arguments that are left.
    """
    known = {
        f"--{word}": option
        for option in options
        for word in option.words
        if f"--{word}" not in reserved
    }
    taken: dict[str, str] = {}
    rest: list[str] = []
    at = 0
    while at < len(args):
        arg = args[at]
        at += 1
        if arg == "--":
            rest += args[at - 1 :]
            break
        word, equals, value = arg.partition("=")
        option = known.get(word)
        if option is None and word.startswith("--no-") and not equals:
            option = known.get(f"--{word[5:]}")
            option, value, equals = (option, _NO, "=") if option and option.flag else (None, "", "")
        if option is None:
            rest.append(arg)
            continue
        if not equals:
            follows = at < len(args) and not args[at].startswith("--")
            if option.flag or (option.parameter is None and not follows):
                value = YES
            elif follows:
                value = args[at]
                at += 1
            else:
                raise BadOption("missing-value", name=word)
        if option.name in taken:
            raise BadOption("twice", name=word)
        taken[option.name] = value
    return taken, rest


def pairs(given: Sequence[str], options: Sequence[Option]) -> dict[str, str]:
    """Read `name=value` pairs; the name may be any word of the option."""
    by_word = {word: option.name for option in options for word in (*option.words, option.name)}
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise BadOption("param-form", value=text)
        key = by_word.get(name.strip())
        if key is None:
            import difflib

            near = difflib.get_close_matches(name.strip(), by_word) or sorted(by_word)[:5]
            raise UnknownName(name.strip(), "parameter", near)
        found[key] = value
    return found


def read(ask: Ask, option: Option, word: str) -> Term:
    """Turn a word into a term: things by any of their names, the rest by the parameter's type."""
    parameter = option.parameter
    if parameter is None:
        return literal(word == YES) if word in (YES, _NO) else resolve(ask, word)
    if parameter.type == "iri":
        return resolve(ask, word, parameter.scheme)
    try:
        return parameter.read(word)
    except BadValue as error:
        raise BadValue(f"--{option.words[0]}", word, parameter.type) from error


def read_all(ask: Ask, options: Sequence[Option], words: dict[str, str]) -> dict[str, Term]:
    """Read every word; the first that cannot be read stops."""
    by_name = {option.name: option for option in options}
    return {name: read(ask, by_name[name], word) for name, word in words.items()}
