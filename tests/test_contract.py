"""Every operation of the OpenAPI document, asked at random: each answers as it says it does."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from served import served

_PLENTY = 5_000
_FEW = 60


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_few_examples_of_every_kind_of_operation_keep_the_contract(shipped: Path) -> None:
    asked, found = examined(shipped, _FEW, spare=True)
    assert not found, "\n\n".join(found[:5])
    assert sum(asked.values()) >= _FEW


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_five_thousand_examples_keep_the_contract(shipped: Path) -> None:
    asked, found = examined(shipped, _PLENTY)
    print(f"{sum(asked.values())} examples of {len(asked)} operations, {len(found)} findings")
    assert not found, "\n\n".join(found[:10])
    assert sum(asked.values()) >= _PLENTY


# What no schema can say. Whether a format fits hangs on the form of the query; what a file holds
# is judged by the graph; and a word in a filter may be the name of nothing, or of no such value.
BESIDES: dict[str, Any] = {
    "operations": [
        {
            "include-path-regex": "^/sparql",
            "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", 401, 406]}},
        },
        {
            "include-path-regex": "^/api/v1/(validate|submissions)",
            "checks": {
                "positive_data_acceptance": {
                    "expected-statuses": ["2xx", 400, 401, 403, 404, 409, 413, 415, 422]
                }
            },
        },
        {
            "include-path-regex": "^/api/v1/(gaps|summary|matrix)",
            "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", 400, 404]}},
        },
    ]
}


def _teach() -> None:
    """Give the formats of ours to choose from."""
    import schemathesis
    from hypothesis import strategies as st

    iris = ["https://psi.norge.no/los/hendelse/fa-barn", "https://example.org/none", "urn:x:y"]
    texts = ["ASK {}", "SELECT ?s { ?s ?p ?o } LIMIT 3", "DESCRIBE <urn:x>"]
    graph = "https://w3id.org/livsgraf/graph/registers/laws"
    schemathesis.openapi.format("iri", st.sampled_from(iris))
    schemathesis.openapi.format("cursor", st.sampled_from(["WyJ4IiwzXQ", "WyJ5IiwwXQ"]))
    schemathesis.openapi.format("sparql", st.sampled_from(texts))
    schemathesis.openapi.format("graph", st.sampled_from([graph]))


def examined(store: Path, examples: int, spare: bool = False) -> tuple[Counter[str], list[str]]:
    """Ask every operation its share of the examples, in process; give how many, and the faults.

    Half of them are as the document wants them, and half break it somewhere. With `spare` one query
    stands for all.
    """
    import schemathesis
    from schemathesis import GenerationMode

    asked: Counter[str] = Counter()
    found: list[str] = []
    _teach()
    config = schemathesis.config.SchemathesisConfig.from_dict(BESIDES)
    with served(store, _open()) as (client, _):
        schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", client.app, config=config)
        operations = [result.ok() for result in schema.get_all_operations()]
        if spare:
            operations = [one for one in operations if _is_for_all(one.path)]
        share = -(-examples // (2 * len(operations)))
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _ask(operation, mode, share, asked, found)
    return asked, found


def _is_for_all(path: str) -> bool:
    return not path.endswith("/results") or path.endswith("/who-leads/results")


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
        except (Exception, BaseExceptionGroup) as error:
            found.append(f"{name} ({mode.value}): {error}")

    try:
        ask()
    except Unsatisfiable:
        # Nothing of it can be broken, or there is nothing to choose.
        return


def _open() -> Any:
    """Let one client ask as often as it likes."""
    from graph.config import Serving

    return Serving(rate=0, write_rate=0, all_rate=0)
