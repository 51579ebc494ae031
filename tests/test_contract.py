"""Every operation of the OpenAPI document, asked at random: each answers as it says it does."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from served import served

_PLENTY = 5_000
_FEW = 120


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_few_examples_of_every_operation_keep_the_contract(shipped: Path) -> None:
    asked, found = examined(shipped, _FEW)
    assert not found, "\n\n".join(found[:5])
    assert sum(asked.values()) >= _FEW


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_five_thousand_examples_keep_the_contract(shipped: Path) -> None:
    asked, found = examined(shipped, _PLENTY)
    print(f"{sum(asked.values())} examples of {len(asked)} operations, {len(found)} findings")
    assert not found, "\n\n".join(found[:10])
    assert sum(asked.values()) >= _PLENTY


def examined(store: Path, examples: int) -> tuple[Counter[str], list[str]]:
    """Ask every operation its share of the examples, in process; give how many, and the faults.

    Half of them are as the document wants them, and half break it somewhere.
    """
    import schemathesis
    from schemathesis import GenerationMode

    asked: Counter[str] = Counter()
    found: list[str] = []
    with served(store, _open()) as (client, _):
        schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", client.app)
        operations = [result.ok() for result in schema.get_all_operations()]
        share = -(-examples // (2 * len(operations)))
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _ask(operation, mode, share, asked, found)
    return asked, found


def _ask(operation: Any, mode: Any, share: int, asked: Counter[str], found: list[str]) -> None:
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis.errors import Unsatisfiable

    name = f"{operation.method.upper()} {operation.path}"

    @settings(
        max_examples=share,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        asked[name] += 1
        try:
            case.call_and_validate()
        except Exception as error:
            found.append(f"{name} ({mode.value}): {error}")

    try:
        ask()
    except Unsatisfiable:
        # Nothing of it can be broken, or there is nothing to choose.
        return


def _open() -> Any:
    """Let one client ask as often as it likes."""
    from graph.config import Serving

    return Serving(rate=10**9, write_rate=10**9, all_rate=10**9)
