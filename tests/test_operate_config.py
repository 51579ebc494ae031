"""Settings: where each is taken from, and that nothing misspelt is left out in silence."""

from __future__ import annotations

import re
import tomllib
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import config, values
from graph.cli import main
from graph.config import Limits, Serving
from graph.errors import (
    BadConfig,
    BadLimit,
    BadOwnSetting,
    FileUnreadable,
    LivsgrafError,
    UnknownSetting,
)

PAGE = Path(__file__).parents[1] / "docs/configuration.md"
_ROW = re.compile(r"^\| `([a-z_]+)` \| (?:`([^`]*)`)? *\|", re.MULTILINE)


@pytest.mark.parametrize(("title", "kind"), [("serving", Serving), ("limits", Limits)])
def test_the_page_names_every_setting_with_its_default(title: str, kind: Any) -> None:
    part = PAGE.read_text("utf-8").partition(f"## `[{title}]`")[2].partition("\n## ")[0]
    told = dict(_ROW.findall(part))
    assert list(told) == [setting.name for setting in fields(kind)]
    for setting in fields(kind):
        text = told[setting.name]
        default = setting.default
        written = "" if default == () else str(default).lower() if default in (0, 1) else default
        assert text == str(written) or (not text and not default), setting.name


def test_the_page_names_every_variable() -> None:
    text = PAGE.read_text("utf-8")
    own = [v for v in config.variables() if not v.startswith(config.LIMIT_VARIABLES)]
    served = {config.VARIABLES + setting.name.upper() for setting in fields(Serving)}
    assert all(f"`{name}`" in text for name in own if name not in served)


def test_the_files_on_the_pages_are_settings(tmp_path: Path) -> None:
    for page in (PAGE, PAGE.with_name("operations.md")):
        for block in re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            file = tmp_path / "livsgraf.toml"
            file.write_text(block, "utf-8")
            assert config.read_file(file, of_store=True).serving["proxies"] == ("127.0.0.1",)


def test_an_option_is_before_a_variable_before_a_file_before_the_default(tmp_path: Path) -> None:
    file = tmp_path / "livsgraf.toml"
    file.write_text('lang = "en"\n[serving]\nport = 81\nrows = 7\n[limits]\nrows = 3\n', "utf-8")
    seen = {"LIVSGRAF_PORT": "82", "LIVSGRAF_LIMIT_ROWS": "", "LIVSGRAF_DESKS": " 3 "}
    found = config.load(store=tmp_path, environ=seen)
    assert (found.serving.port, found.serving.rows, found.serving.desks) == (82, 7, 3)
    assert (found.limits.rows, found.lang) == (3, "en")
    assert found.serving.host == Serving().host
    found = config.load(store=tmp_path, lang="nn", environ={**seen, "LIVSGRAF_LIMIT_ROWS": "4"})
    assert (found.limits.rows, found.lang) == (4, "nn")


def test_a_file_that_is_named_is_read_instead_and_may_say_where_the_store_is(
    tmp_path: Path,
) -> None:
    (tmp_path / "livsgraf.toml").write_text("[serving]\nport = 1\n", "utf-8")
    named = tmp_path / "other.toml"
    named.write_text(f'store = "{tmp_path}"\n[serving]\nport = 2\n', "utf-8")
    for found in (
        config.load(file=named, environ={}),
        config.load(environ={"LIVSGRAF_CONFIG": str(named)}),
    ):
        assert (found.store, found.serving.port) == (tmp_path, 2)
    with pytest.raises(UnknownSetting):
        config.read_file(named, of_store=True)


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        ("[serving]\n\nprot = 1\n", UnknownSetting, 3),
        ("[server]\nport = 1\n", UnknownSetting, 1),
        ("[limits]\nrows = 3\n[serving]\nrows = 0\n", BadOwnSetting, 4),
        ("[serving]\nport = 65536\n", BadOwnSetting, 2),
        ('[serving]\nport = "80"\nhost = 1\n', BadOwnSetting, 3),
        ("[serving]\nread_only = 2\n", BadOwnSetting, 2),
        ("[serving]\nrows = true\n", BadOwnSetting, 2),
        ("[serving]\nquery_seconds = 0\n", BadOwnSetting, 2),
        ("[serving]\nquery_seconds = nan\n", BadOwnSetting, 2),
        ("[serving]\nquery_seconds = inf\n", BadOwnSetting, 2),
        ('[serving]\nproxies = ["10.0.0.0/99"]\n', BadOwnSetting, 2),
        ('[serving]\nproxies = "all"\n', BadOwnSetting, 2),
        ('[serving]\naddress = "ftp://x"\n', BadOwnSetting, 2),
        ("serving.waiting = -1\n", BadOwnSetting, 1),
        ("[limits]\nseconds = 86401\n", BadOwnSetting, 2),
        ('lang = "de"\n', BadOwnSetting, 1),
        ("limits = 3\n", BadOwnSetting, 1),
        ("\n[serving\n", BadConfig, 2),
        ("[serving]\nport = \n", BadConfig, 2),
    ],
)
def test_a_file_is_read_strictly_and_its_fault_has_a_line(
    tmp_path: Path, text: str, kind: type[LivsgrafError], line: int
) -> None:
    file = tmp_path / "livsgraf.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(kind) as caught:
        config.load(store=tmp_path, environ={})
    assert caught.value.params["line"] == line
    assert caught.value.params["file"] == str(file)


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("LIVSGRAF_PROT", "1", UnknownSetting),
        ("LIVSGRAF_PORT", "x", BadOwnSetting),
        ("LIVSGRAF_PORT", "１", BadOwnSetting),
        ("LIVSGRAF_WORKERS", "0", BadOwnSetting),
        ("LIVSGRAF_PATIENCE", "1e3", BadOwnSetting),
        ("LIVSGRAF_WORKERS", "257", BadOwnSetting),
        ("LIVSGRAF_SLOW", "257", BadOwnSetting),
        ("LIVSGRAF_DESKS", "257", BadOwnSetting),
        ("LIVSGRAF_QUERY_MEMORY", "16777215", BadOwnSetting),
        ("LIVSGRAF_LOG", "maybe", BadOwnSetting),
        ("LIVSGRAF_LIMIT_ROWS", "0", BadLimit),
        ("LIVSGRAF_CONFIG", "/nowhere/x.toml", FileUnreadable),
    ],
)
def test_a_variable_that_cannot_be_used_is_refused(
    tmp_path: Path, name: str, value: str, kind: type[LivsgrafError]
) -> None:
    with pytest.raises(kind):
        config.load(store=tmp_path, environ={name: value})


def test_the_command_line_tells_file_line_and_nearest_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.toml"
    file.write_text("[serving]\nprot = 1\n", "utf-8")
    assert main(["stats", "--config", str(file), "--lang", "en"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told == [f"Error: {file}, line 2: «prot» is no setting here.", "Did you mean port?"]


@pytest.mark.parametrize("port", ["99999", "65536", "-1", "x", "80.5", ""])
def test_a_port_that_is_none_is_told_before_anything_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], port: str
) -> None:
    assert main(["serve", f"--port={port}", "--store", str(tmp_path / "none")]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told == [
        f"Feil: «{port}» passer ikke for --port, som skal være et portnummer, 0 til 65535."
    ]
    assert not (tmp_path / "none").exists()


_SETTINGS = [*fields(Serving), *fields(Limits)]


@given(
    st.sampled_from(_SETTINGS),
    st.one_of(
        st.integers(-5, 10**12),
        st.floats(),
        st.booleans(),
        st.text(),
        st.lists(st.text()),
        st.none(),
    ),
)
def test_whatever_is_said_is_a_value_of_the_right_kind_or_refused(
    setting: Field[Any], told: Any
) -> None:
    assert setting.default is not MISSING
    try:
        found = values.read(setting, told)
    except ValueError as refused:
        kind = str(refused)
    else:
        kind = ""
    if kind:
        # Each kind that is wanted has a text in every language.
        assert kind in _KINDS
        return
    assert type(found) is type(setting.default)
    if isinstance(found, int | float) and not isinstance(found, bool):
        assert 0 <= found <= 10**11


@given(st.sampled_from(_SETTINGS))
def test_every_default_may_be_said(setting: Field[Any]) -> None:
    default = setting.default
    told = list(default) if isinstance(default, tuple) else default
    assert values.read(setting, told) == default
    if isinstance(default, int | float):
        assert values.read(setting, str(default).lower()) == default


_KINDS = {
    key.removeprefix("type-")
    for key in tomllib.loads(
        (Path(config.__file__).parent / "messages/operate.nb.toml").read_text("utf-8")
    )["error"]
    if key.startswith("type-")
}
