"""Settings, frozen. The only reader of the environment."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any

from graph.config import values
from graph.errors import BadConfig, BadEditor, BadLimit, BadSetting, BadVariable
from graph.terms import BASE, LANGUAGES

STORE_VARIABLE = "LIVSGRAF_STORE"
LANGUAGE_VARIABLE = "LIVSGRAF_LANG"
DEBUG_VARIABLE = "LIVSGRAF_DEBUG"
CONFIG_VARIABLE = "LIVSGRAF_CONFIG"
CONFIG_FILE = "livsgraf.toml"
"""In the store's folder, where no other is named."""
SERVING_VARIABLES = "LIVSGRAF_"
LIMIT_VARIABLES = "LIVSGRAF_LIMIT_"
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
    which gives way to others. At most `slow` of them run at a time (0: as many as there are cores)
    on `workers` processes, and at most `waiting` wait for a process, for `patience` seconds each.
    Its answer has at most `rows` and `answer_bytes`; the process may take `query_memory`.
    `long_seconds` and `long_bytes` hold for those whose key lets them ask for more.
    `desks` files are judged at a time, and as many processes stand ready for the next.
    `rate` and `write_rate` count requests in a minute from one client, `all_rate` from all;
    `connections` is how many there may be at a time. A request's head may take `header_seconds` to
    come and its content `body_seconds`. When told to stop, the server finishes what it is at for
    `stop_seconds`. `hsts` lets browsers ask by TLS alone from then on, which a proxy must give.
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
    connections: int = 512
    header_seconds: float = 10.0
    body_seconds: float = 60.0
    stop_seconds: float = 20.0
    hsts: bool = False


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


def load(
    *,
    checkout: Path | None = None,
    store: str | Path | None = None,
    lang: str | None = None,
    environ: Mapping[str, str] | None = None,
    config: Path | None = None,
) -> Settings:
    """Settle each setting: what was asked for, else the environment, else a file, else the default.

    The file is `config`, else the one that LIVSGRAF_CONFIG names, else livsgraf.toml in the store's
    folder if there is one; BadConfig when it cannot be used. It does not tell where the store is.

    `checkout` is the repository's root when run from one (`assets.checkout()`): the store is then
    kept there, otherwise in the platform's folder for user data. An unknown language in the
    environment is BadSetting where no other is asked for; one asked for is ValueError. A limit
    that cannot be used is BadLimit.
    """
    seen = os.environ if environ is None else environ
    if lang is not None and lang not in LANGUAGES:
        raise ValueError(f"not one of {', '.join(LANGUAGES)}: {lang!r}")
    if lang is None:
        # An empty variable is one that was taken away.
        lang = seen.get(LANGUAGE_VARIABLE) or ""
        if lang and lang not in LANGUAGES:
            raise BadSetting(LANGUAGE_VARIABLE, lang, LANGUAGES)
    place = store or seen.get(STORE_VARIABLE)
    found = Path(place) if place else _default_store(checkout)
    where, file = _file(config, seen, found)
    return Settings(
        store=found,
        lang=lang or file.get("lang") or LANGUAGES[0],
        limits=limits(seen, values.told(Limits, file.get("limits", {}), where, "limits")),
        editors=_editors(seen.get(EDITORS_VARIABLE, ""), found),
        serving=_serving(seen, values.told(Serving, file.get("serving", {}), where, "serving")),
    )


def _file(config: Path | None, seen: Mapping[str, str], store: Path) -> tuple[Path, dict[str, Any]]:
    """Read the settings file, if there is one, and hold it to what may stand in one."""
    named = config or (Path(seen[CONFIG_VARIABLE]) if seen.get(CONFIG_VARIABLE) else None)
    where = named or store / CONFIG_FILE
    if named is None and not where.is_file():
        return where, {}
    found = dict(values.read_file(where))
    for name, value in found.items():
        if name not in ("lang", "limits", "serving"):
            raise BadConfig(where, name, "unknown", ["lang", "[limits]", "[serving]"])
        if name != "lang" and not isinstance(value, dict):
            raise BadConfig(where, name, "value")
    if found.get("lang", LANGUAGES[0]) not in LANGUAGES:
        raise BadConfig(where, "lang", "value", LANGUAGES)
    return where, found


def _serving(seen: Mapping[str, str], told: dict[str, Any]) -> Serving:
    for member in fields(Serving):
        variable = SERVING_VARIABLES + member.name.upper()
        text = seen.get(variable, "")
        if text.strip():
            told[member.name] = values.of_text(
                Serving, member.name, text, partial(BadVariable, variable, text)
            )
    return Serving(**told)


def limits(
    environ: Mapping[str, str] | None = None, told: Mapping[str, int] | None = None
) -> Limits:
    """Settle the limits: what the environment says, else `told`, else the default; BadLimit."""
    seen = os.environ if environ is None else environ
    said: dict[str, int] = dict(told or {})
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
