"""What every test may use, and the proof that no case stood unread."""

from __future__ import annotations

import signal
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from casefolders import Case, count_independently

_RAN: dict[str, set[str]] = defaultdict(set)
_RUNNERS = {
    "queries": "test_query_cases.py",
    "shapes": "test_shape_cases.py",
    "views": "test_view_cases.py",
    "cli": "test_cli_cases.py",
    "pipeline": "test_pipeline_cases.py",
}


@pytest.fixture
def ran() -> Callable[[Case], None]:
    """Note that a case was begun; the end of the session compares with the folders."""
    return lambda case: _RAN[case.kind].add(case.name)


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the shipped content once; for tests that read. One that writes takes a copy."""
    from graph.config import Settings
    from graph.pipeline import build

    place = tmp_path_factory.mktemp("shipped") / "store"
    build(Settings(store=place), validate=False)
    return place


@pytest.fixture(scope="module")
def opened(shipped: Path) -> Iterator[Any]:
    """Lend the store of the shipped content; to be read."""
    from graph.store import open_store

    store = open_store(shipped)
    yield store
    store.close()


@pytest.fixture(scope="module")
def door(shipped: Path) -> Iterator[Any]:
    """Lend a client of an application over the shipped content, and what answers; to be read."""
    from graph.config import Serving
    from served import served

    with served(shipped, Serving(workers=1, desks=1, rate=0)) as lent:
        yield lent


@pytest.fixture(scope="module")
def client(door: Any) -> Any:
    """Lend the client alone."""
    return door[0]


@pytest.fixture(scope="module")
def context(client: Any) -> dict[str, Any]:
    """Fetch the context by which documents are JSON-LD."""
    found: dict[str, Any] = client.get("/api/v1/context.jsonld").json()
    return found


def _whole_run(config: pytest.Config) -> bool:
    chosen = any("::" in argument or argument.endswith(".py") for argument in config.args)
    # The long tests alone begin no case.
    chosen = chosen or config.option.markexpr == "soak"
    return not (
        chosen
        or config.option.keyword
        or getattr(config.option, "lf", False)
        or config.option.collectonly
    )


def pytest_configure() -> None:
    """Heed an interrupt also where a shell started the run in the background and had it ignored.

    Processes that the tests start and stop would ignore it too.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add the cases that one of several processes began."""
    for kind, names in getattr(node, "workeroutput", {}).get("cases", {}).items():
        _RAN[kind].update(names)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a whole run that did not begin every case that stands in the folders.

    Of several processes each tells what it began, and the one that shares out the tests judges.
    """
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["cases"] = {kind: sorted(_RAN[kind]) for kind in _RAN}
        return
    if _whole_run(session.config) and not session.shouldfail and not session.shouldstop:
        for kind in _RUNNERS:
            if len(_RAN[kind]) != count_independently(kind):
                session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say how many cases ran and how many there are."""
    if config.option.collectonly:
        return
    for kind, runner in _RUNNERS.items():
        there = count_independently(kind)
        line = f"cases of {kind}: {len(_RAN[kind])} begun by {runner}, {there} in the folders"
        short = _whole_run(config) and len(_RAN[kind]) != there
        terminalreporter.write_line(line, red=short, bold=short)
