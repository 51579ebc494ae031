"""Settings, frozen. The only reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from graph.errors import BadSetting
from graph.terms import BASE, LANGUAGES

STORE_VARIABLE = "LIVSGRAF_STORE"
LANGUAGE_VARIABLE = "LIVSGRAF_LANG"
DEBUG_VARIABLE = "LIVSGRAF_DEBUG"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the store is, which language to speak, and the IRI that relative IRIs start from."""

    store: Path
    lang: str = "nb"
    base: str = BASE


def load(
    *,
    checkout: Path | None = None,
    store: str | Path | None = None,
    lang: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Settle each setting: what was asked for, else the environment, else the default.

    `checkout` is the repository's root when run from one (`assets.checkout()`): the store is then
    kept there, otherwise in the platform's folder for user data. An unknown language in the
    environment is BadSetting where no other is asked for; one asked for is ValueError.
    """
    seen = os.environ if environ is None else environ
    if lang is not None and lang not in LANGUAGES:
        raise ValueError(f"not one of {', '.join(LANGUAGES)}: {lang!r}")
    if lang is None:
        # An empty variable is one that was taken away.
        lang = seen.get(LANGUAGE_VARIABLE) or LANGUAGES[0]
        if lang not in LANGUAGES:
            raise BadSetting(LANGUAGE_VARIABLE, lang, LANGUAGES)
    place = store or seen.get(STORE_VARIABLE)
    return Settings(store=Path(place) if place else _default_store(checkout), lang=lang)


def debug(environ: Mapping[str, str] | None = None) -> bool:
    """Tell whether developers' details, such as a stack trace, are wanted on a fault of ours."""
    seen = os.environ if environ is None else environ
    return seen.get(DEBUG_VARIABLE, "0") not in ("", "0")


def _default_store(checkout: Path | None) -> Path:
    if checkout is not None:
        return checkout / ".livsgraf"
    from platformdirs import user_data_path

    return user_data_path("livsgraf", appauthor=False) / "store"
