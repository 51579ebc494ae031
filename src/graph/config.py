"""Settings, frozen. The only reader of the environment."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from graph import values
from graph.errors import (
    BadConfig,
    BadEditor,
    BadLimit,
    BadOwnSetting,
    BadSetting,
    FileUnreadable,
    UnknownSetting,
)
from graph.terms import BASE, LANGUAGES

VARIABLES = "LIVSGRAF_"
STORE_VARIABLE = "LIVSGRAF_STORE"
LANGUAGE_VARIABLE = "LIVSGRAF_LANG"
DEBUG_VARIABLE = "LIVSGRAF_DEBUG"
FILE_VARIABLE = "LIVSGRAF_CONFIG"
LIMIT_VARIABLES = "LIVSGRAF_LIMIT_"
FILE = "livsgraf.toml"
"""In the store's folder: the settings that neither an option nor the environment says."""
_DIGITS = 12
_MOST = {"seconds": 86_400}
_MOST_OF_ANY = 10**11
"""No limit is larger: what is beyond a day, or a hundred gigabytes, is a slip."""
EDITORS_VARIABLE = "LIVSGRAF_EDITORS"
EDITORS_FILE = "editors"
"""In the store's folder: one organisation number a line; what follows # is a comment."""
_NUMBER = re.compile(r"[0-9]{9}")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file that somebody hands in may take; each is LIVSGRAF_LIMIT_<NAME> outside.

    `seconds` and `memory_bytes` bound the process that reads and judges it, `depth` the levels
    inside one another; the last five are for workbooks and other tables.
    """

    file_bytes: int = 10_000_000
    seconds: int = 30
    memory_bytes: int = 1_000_000_000
    depth: int = 64
    unpacked_bytes: int = 20_000_000
    zip_parts: int = 200
    zip_ratio: int = 100
    rows: int = 20_000
    columns: int = 200


@dataclass(frozen=True, slots=True)
class Serving:
    """How the graph is served, and how much of it one asker may have.

    `address` is what the server is called from outside, without a slash at the end; empty means
    what the request was sent to. `proxies` are the addresses that may say for whom they ask.
    A question may take `query_seconds`; one that takes longer than `quick_seconds` is a slow one,
    which gives way to others. At most `slow` of them run at a time (0: as many as there are cores),
    always fewer than the `workers` processes that there are where these are more than one. At most
    `waiting` wait for a process, for `patience` seconds each.
    Its answer has at most `rows` and `answer_bytes`; the process may take `query_memory`.
    `long_seconds` and `long_bytes` hold for those whose key lets them ask for more.
    `rate` and `write_rate` count requests in a minute from one client, `all_rate` from all; 0 is no
    limit. `requests` are answered at a time, on `connections` that are open at a time; of these one
    client has `client_requests` and `client_connections` (0 is no limit). Large answers that wait
    to be taken have `kept_bytes` in all.
    A client has `header_seconds` to say what it asks for, `body_seconds` to hand over what it sends
    and to take what it is sent; who stops the server waits `stop_seconds` for the answers at work.
    `https_only` tells browsers never to ask without encryption; `log` writes a line for each
    request. Port 0 is any that is free.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    address: str = ""
    read_only: bool = False
    proxies: tuple[str, ...] = ()
    workers: int = 4
    slow: int = 0
    waiting: int = 32
    patience: float = 2.0
    query_seconds: float = 10.0
    quick_seconds: float = 1.0
    query_bytes: int = 65_536
    query_tokens: int = 20_000
    query_depth: int = 64
    query_memory: int = 536_870_912
    rows: int = 100_000
    answer_bytes: int = 50_000_000
    long_seconds: float = 300.0
    long_bytes: int = 2_000_000_000
    desks: int = 2
    rate: int = 1_200
    write_rate: int = 60
    all_rate: int = 60_000
    header_seconds: float = 10.0
    body_seconds: float = 60.0
    stop_seconds: float = 20.0
    requests: int = 256
    connections: int = 1_000
    client_requests: int = 32
    client_connections: int = 64
    kept_bytes: int = 1_000_000_000
    https_only: bool = False
    log: bool = True


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the store is, which language to speak, the IRI that relative IRIs start from, and who
    may change what is not their own.
    """

    store: Path
    lang: str = "nb"
    base: str = BASE
    limits: Limits = field(default_factory=Limits)
    editors: frozenset[str] = frozenset()
    serving: Serving = field(default_factory=Serving)


@dataclass(frozen=True, slots=True)
class Written:
    """What a file of settings says."""

    store: str | None = None
    lang: str | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)
    serving: Mapping[str, Any] = field(default_factory=dict)


def load(
    *,
    checkout: Path | None = None,
    store: str | Path | None = None,
    lang: str | None = None,
    file: str | Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Settle each setting: what was asked for, else the environment, else a file, else the default.

    `checkout` is the repository's root when run from one (`assets.checkout()`): the store is then
    kept there, otherwise in the platform's folder for user data. An unknown language in the
    environment is BadSetting where no other is asked for; one asked for is ValueError. A limit
    that cannot be used is BadLimit.

    `file`, else what LIVSGRAF_CONFIG names, is read first and may say where the store is. Without
    either it is `livsgraf.toml` in the store's folder, if there is one. BadConfig tells its fault.
    """
    seen = os.environ if environ is None else environ
    _refuse_strange(seen)
    if lang is not None and lang not in LANGUAGES:
        raise ValueError(f"not one of {', '.join(LANGUAGES)}: {lang!r}")
    told = Written()
    named = file or seen.get(FILE_VARIABLE)
    if named:
        told = read_file(Path(named), of_store=False)
    place = store or seen.get(STORE_VARIABLE) or told.store
    found = Path(place) if place else _default_store(checkout)
    if not named and (found / FILE).is_file():
        told = read_file(found / FILE, of_store=True)
    if lang is None:
        # An empty variable is one that was taken away.
        lang = seen.get(LANGUAGE_VARIABLE) or told.lang or LANGUAGES[0]
        if lang not in LANGUAGES:
            raise BadSetting(LANGUAGE_VARIABLE, lang, LANGUAGES)
    return Settings(
        store=found,
        lang=lang,
        limits=limits(seen, told.limits),
        editors=_editors(seen.get(EDITORS_VARIABLE, ""), found),
        serving=serving(seen, told.serving),
    )


def limits(
    environ: Mapping[str, str] | None = None, written: Mapping[str, Any] | None = None
) -> Limits:
    """Settle the limits: the environment, else what a file says, else the default; BadLimit if
    unusable.
    """
    seen = os.environ if environ is None else environ
    said: dict[str, Any] = dict(written or {})
    known = {LIMIT_VARIABLES + limit.name.upper(): limit.name for limit in fields(Limits)}
    for variable in sorted(seen):
        if variable.startswith(LIMIT_VARIABLES) and variable not in known:
            raise BadSetting(variable, seen[variable], sorted(known))
    for variable, name in known.items():
        text = seen.get(variable, "").strip()
        if not text:
            continue
        most = _MOST.get(name, _MOST_OF_ANY)
        if not (text.isascii() and text.isdigit() and 0 < int(text[: _DIGITS + 1]) <= most):
            raise BadLimit(variable, text)
        said[name] = int(text)
    return Limits(**said)


def serving(
    environ: Mapping[str, str] | None = None, written: Mapping[str, Any] | None = None
) -> Serving:
    """Settle how to serve: the environment, else what a file says, else the default."""
    seen = os.environ if environ is None else environ
    said: dict[str, Any] = dict(written or {})
    for setting in fields(Serving):
        variable = VARIABLES + setting.name.upper()
        text = seen.get(variable, "").strip()
        if text:
            try:
                said[setting.name] = values.read(setting, text)
            except ValueError as error:
                raise BadOwnSetting(variable, text, str(error)) from error
    return Serving(**said)


def read_file(file: Path, of_store: bool) -> Written:
    """Read a file of settings, strictly: BadConfig, UnknownSetting, BadOwnSetting name the line.

    One that lies in a store cannot say where the store is.
    """
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise FileUnreadable(file, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise BadConfig(file, 1, 1, "not UTF-8") from error
    import tomllib

    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, column, reason = values.place_of(error, text)
        raise BadConfig(file, line, column, reason) from error
    tables = {"limits": Limits, "serving": Serving}
    names = ("lang", *(() if of_store else ("store",)))
    found: dict[str, Any] = {}
    for name, value in told.items():
        if name in tables and isinstance(value, dict):
            found[name] = {
                key: _read(file, text, name, key, one, {f.name: f for f in fields(tables[name])})
                for key, one in value.items()
            }
        elif name in names or name in tables:
            if not isinstance(value, str) or (name == "lang" and value not in LANGUAGES):
                wanted = "lang" if name == "lang" else "table" if name in tables else "text"
                raise BadOwnSetting(name, str(value), wanted, file, values.line_of(text, "", name))
            found[name] = value
        else:
            raise _strange(name, (*names, *tables), file, values.line_of(text, "", name))
    return Written(**found)


def _read(
    file: Path, text: str, table: str, name: str, value: Any, known: Mapping[str, Field[Any]]
) -> Any:
    line = values.line_of(text, table, name)
    if name not in known:
        raise _strange(name, tuple(known), file, line)
    try:
        return values.read(known[name], value)
    except ValueError as error:
        raise BadOwnSetting(name, str(value), str(error), file, line) from error


def _strange(name: str, known: Sequence[str], file: Path | None, line: int) -> UnknownSetting:
    import difflib

    near = difflib.get_close_matches(name, known, 3)
    return UnknownSetting(name, near, () if near else known, file, line)


def variables() -> tuple[str, ...]:
    """Name every variable of the environment that is ours."""
    own = (STORE_VARIABLE, LANGUAGE_VARIABLE, DEBUG_VARIABLE, FILE_VARIABLE, EDITORS_VARIABLE)
    limit = (LIMIT_VARIABLES + setting.name.upper() for setting in fields(Limits))
    return (*own, *(VARIABLES + setting.name.upper() for setting in fields(Serving)), *limit)


def _refuse_strange(seen: Mapping[str, str]) -> None:
    """A setting that is misspelt would else be one that is not set, without a word."""
    known = variables()
    for variable in sorted(seen):
        strange = variable.startswith(VARIABLES) and variable not in known
        if strange and not variable.startswith(LIMIT_VARIABLES):
            raise _strange(variable, known, None, 0)


def _editors(listed: str, store: Path) -> frozenset[str]:
    """Read who may change any record: from the environment, and from a file beside the store."""
    words = {EDITORS_VARIABLE: listed.replace(",", " ").split()}
    file = store / EDITORS_FILE
    with contextlib.suppress(OSError):
        lines = file.read_text("utf-8", errors="replace").splitlines()
        words[str(file)] = [word for line in lines for word in line.partition("#")[0].split()]
    for name, numbers in words.items():
        for number in numbers:
            if not _NUMBER.fullmatch(number):
                raise BadEditor(name, number)
    return frozenset(number for numbers in words.values() for number in numbers)


def debug(environ: Mapping[str, str] | None = None) -> bool:
    """Tell whether developers' details, such as a stack trace, are wanted on a fault of ours."""
    seen = os.environ if environ is None else environ
    return seen.get(DEBUG_VARIABLE, "0") not in ("", "0")


def _default_store(checkout: Path | None) -> Path:
    if checkout is not None:
        return checkout / ".livsgraf"
    from platformdirs import user_data_path

    return user_data_path("livsgraf", appauthor=False) / "store"
