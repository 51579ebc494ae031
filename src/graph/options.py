"""Options that no code names: the parameters and columns in the headers of the queries.

A parameter is an option under its labels and its name, `--life-event X` or `--event X`. A column is
an option too, `--some-column X`, and without a value it asks for the rows that say yes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from graph.catalog import kebab, option_names
from graph.errors import BadValue, InputError, TooLow, UnknownName
from graph.names import resolve
from graph.query import YES_OR_NO, Parameter, Query
from graph.terms import LANGUAGES, Rows, Term, date, literal

Ask = Callable[[str], Rows]

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")

YES = "true"
_NO = "false"
_YES_OR_NO = {"ja": YES, "yes": YES, "nei": _NO, "no": _NO}


class BadOption(InputError):
    """An option that cannot be read; the code says how."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(**params)
        self.code = code


class Word(str):
    """What a person wrote as a value; `after` is the option as they wrote it."""

    after: str

    def __new__(cls, value: str, after: str) -> Word:
        """Make a text that knows after which option it stood."""
        word = super().__new__(cls, value)
        word.after = after
        return word


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
            other = found.get(parameter.name)
            if other is not None:
                words = tuple(dict.fromkeys([*other.words, *words]))
                parameter = _joined(other.parameter, parameter)
            found[parameter.name] = Option(parameter.name, words, parameter)
    if columns:
        for query in listed:
            for name in query.columns:
                found.setdefault(name, Option(name, (kebab(name),)))
    return list(found.values())


def _joined(first: Parameter | None, second: Parameter) -> Parameter:
    """Say of a parameter that queries share all that it means to them."""
    if first is None:
        return second
    label = {
        lang: text
        if text.casefold() in first.label.get(lang, text).casefold()
        else f"{first.label[lang]} / {text}"
        for lang, text in second.label.items()
    }
    return replace(second, label=label)


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
        taken[option.name] = Word(value, word)
    return taken, rest


def refuse_repeated(args: Sequence[str], params: Iterable[Any]) -> None:
    """Refuse an option given twice that has room for one value; the parser would keep the last."""
    single = {
        word: param
        for param in params
        if param.param_type_name == "option" and not param.multiple and not param.is_flag
        for word in param.opts
    }
    seen: set[str] = set()
    waiting = iter(args)
    for arg in waiting:
        if arg == "--":
            return
        word, equals, _ = arg.partition("=")
        if word not in single:
            continue
        if single[word].name in seen:
            raise BadOption("twice", name=word)
        seen.add(single[word].name)
        if not equals:
            next(waiting, None)


def pairs(
    given: Sequence[str], options: Sequence[Option], taken: dict[str, str] | None = None
) -> dict[str, str]:
    """Read `name=value` pairs; the name may be any word of the option.

    Gives them together with what was taken before, of which none may be named again.
    """
    by_word = {word: option.name for option in options for word in (*option.words, option.name)}
    found: dict[str, str] = dict(taken or {})
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise BadOption("param-form", value=text)
        key = by_word.get(name.strip())
        if key is None:
            import difflib

            near = difflib.get_close_matches(name.strip(), by_word)
            raise UnknownName(name.strip(), "parameter", near)
        if key in found:
            raise BadOption("twice", name=name.strip())
        found[key] = Word(value, name.strip())
    return found


def read(ask: Ask, option: Option, word: str, lang: str = LANGUAGES[0]) -> Term:
    """Turn a word into a term: things by any of their names, the rest by the parameter's type.

    Where nothing bears the name, the nearest are told in `lang`.
    """
    parameter = option.parameter
    after = getattr(word, "after", f"--{option.words[0]}")
    if not word.strip():
        raise BadOption("missing-value", name=after)
    if parameter is None:
        if option.name in YES_OR_NO and word.casefold() not in {*_YES_OR_NO, YES, _NO}:
            raise BadValue(after, word, "boolean")
        return _of_column(ask, word, lang)
    if parameter.type == "iri":
        return resolve(ask, word, parameter.scheme, lang)
    try:
        return parameter.read(_YES_OR_NO.get(word.casefold(), word) if option.flag else word)
    except TooLow as error:
        raise TooLow(after, word, parameter.type, error.minimum) from error
    except BadValue as error:
        raise BadValue(after, word, parameter.type) from error


def _of_column(ask: Ask, word: str, lang: str) -> Term:
    said = _YES_OR_NO.get(word.casefold(), word)
    if said in (YES, _NO):
        return literal(said == YES)
    try:
        return resolve(ask, word, lang=lang)
    except UnknownName:
        # A column holds things more often than dates and numbers, and a number may name a thing.
        with suppress(ValueError):
            return date(word)
        if re.fullmatch(r"-?[0-9]{1,18}", word):
            return literal(int(word))
        raise


def a_path(word: str, name: str) -> Path:
    """Give the path that a person wrote after `name`; refuse none at all, and an address."""
    if not word.strip():
        raise BadOption("empty-name", name=name)
    if _ADDRESS.match(word):
        raise BadOption("address", value=word)
    return Path(word)


def read_all(
    ask: Ask, options: Sequence[Option], words: dict[str, str], lang: str = LANGUAGES[0]
) -> dict[str, Term]:
    """Read every word; the first that cannot be read stops."""
    by_name = {option.name: option for option in options}
    return {name: read(ask, by_name[name], word, lang) for name, word in words.items()}
