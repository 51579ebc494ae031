"""A wheel, installed alone in an empty environment and run elsewhere, does what we do here."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from graph import __version__, assets

ROOT = Path(__file__).parents[1]
ASSETS = ("ontology", "shapes", "queries", "data")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    done = subprocess.run([*build, str(ROOT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [made] = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel, sees our libraries, and does not see our src/."""
    place = tmp_path_factory.mktemp("alone") / "venv"
    python = place / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    offline = ["--no-index", "--no-deps", "--disable-pip-version-check", str(wheel)]
    subprocess.run([*pip, *offline], check=True)
    [site] = (place / "lib").glob("python*/site-packages")
    # A path named by a .pth file is searched last and its own .pth files are not read, so the
    # libraries are found there and the editable install of this checkout is not.
    (site / "libraries.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", "utf-8")
    return place


def _run(
    program: Path, *arguments: str, home: Path, code: int = 0
) -> subprocess.CompletedProcess[str]:
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL") if key in os.environ}
    env = {**kept, "HOME": str(home), "XDG_DATA_HOME": str(home / "data")}
    done = subprocess.run(
        [program, *arguments], cwd=home, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def test_wheel_holds_the_package_its_texts_and_its_assets_only(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
    shipped = {name.removeprefix("graph/_assets/") for name in names if "_assets/" in name}
    here = {
        path.relative_to(ROOT).as_posix()
        for folder in ASSETS
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    assert shipped == here
    assert {f"graph/messages/{name}.toml" for name in ("nb", "nn", "en")} <= names
    tops = {name.split("/")[0] for name in names}
    assert tops == {"graph", f"livsgraf-{__version__}.dist-info"}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_package_is_the_wheels_own(alone: Path, tmp_path: Path) -> None:
    asked = "import graph, graph.assets; print(graph.__file__, graph.assets.digest(), sep='\\n')"
    told = _run(alone / "bin" / "python", "-c", asked, home=tmp_path).stdout.split("\n")
    assert Path(told[0]).is_relative_to(alone)
    assert told[1] == assets.digest()


def test_command_answers_from_another_folder(alone: Path, tmp_path: Path) -> None:
    command = alone / "bin" / "livsgraf"
    assert __version__ in _run(command, "--version", home=tmp_path).stdout
    assert _run(command, "gaps", home=tmp_path).stdout
    assert _run(command, "check", home=tmp_path).returncode == 0
    # Nothing is written but the store, and that where the platform keeps data.
    assert {path.name for path in tmp_path.iterdir()} <= {"data", ".config", ".cache"}


def test_the_wheel_gives_the_rows_that_the_checkout_gives(alone: Path, tmp_path: Path) -> None:
    here = Path(sys.executable).parent / "livsgraf"
    asked = ("gaps", "--format", "csv", "--date", "2026-01-01", "--store")
    first = _run(here, *asked, str(tmp_path / "a"), home=tmp_path)
    second = _run(alone / "bin" / "livsgraf", *asked, str(tmp_path / "b"), home=tmp_path)
    assert first.stdout
    assert first.stdout == second.stdout
