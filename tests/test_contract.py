"""Every operation of the OpenAPI document, asked at random: each answers as it says it does.

Whoever asks bears a key with every role, to a store that may be written to.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from graph.access import ROLES, Keys
from handing import trial
from served import a_copy, served

_PLENTY = 5_000
_FEW = 60
_OWNER = "942110464"
_COSTLY = {
    "/api/v1/dumps",
    "/api/v1/gaps",
    "/api/v1/matrix",
    "/api/v1/submissions",
    "/api/v1/submissions/{id}/undo",
    "/api/v1/summary",
}
"""What may take seconds: a commit, a sum over everything, a dump."""
_OF_COSTLY = 25
"""How many examples of these, of each kind, are enough."""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_few_examples_of_every_kind_of_operation_keep_the_contract(
    shipped: Path, tmp_path: Path
) -> None:
    told = examined(a_copy(shipped, tmp_path / "store"), _FEW, spare=True)
    assert not told.found, "\n\n".join(told.found[:5])
    assert told.asked >= _FEW
    assert told.statuses[HAND_IN][201]
    for name in BEHIND:
        assert told.statuses[name].keys() - {401}, name


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_five_thousand_examples_keep_the_contract(shipped: Path, tmp_path: Path) -> None:
    begun = time.monotonic()
    told = examined(a_copy(shipped, tmp_path / "store"), _PLENTY)
    took = time.monotonic() - begun
    print(f"{told.asked} examples of {len(told.statuses)} operations, {len(told.found)} findings")
    print(f"{took:.0f} s, {told.asked / took:.1f} examples a second; the slowest:")
    for name, seconds in sorted(told.seconds.items(), key=lambda one: -one[1])[:12]:
        n = told.statuses[name].total()
        print(f"  {name}: {n} in {seconds:.1f} s, {n / seconds:.1f} a second")
    for name in BEHIND:
        print(f"  {name}: {dict(told.statuses[name])}")
    assert not told.found, "\n\n".join(told.found[:10])
    assert told.asked >= _PLENTY
    # What is behind the door was done, and refused for what was sent.
    for name, needed in BEHIND.items():
        assert needed <= told.statuses[name].keys(), (name, told.statuses[name])


HAND_IN = "POST /api/v1/submissions"
BEHIND = {
    HAND_IN: {200, 201, 400, 403},
    "POST /api/v1/submissions/{id}/undo": {201, 404, 409},
    "POST /sparql/stream": {200, 400},
}

# What no schema can say. Whether a format fits hangs on the form of the query; what a file holds
# is judged by the graph; and a word in a filter may be the name of nothing, or of no such value.
BESIDES: dict[str, Any] = {
    "operations": [
        {
            "include-path-regex": "^/sparql",
            "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", 406]}},
        },
        {
            "include-path-regex": "^/api/v1/validate",
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ["2xx", 400, 413, 415, 422]}
            },
        },
        {
            "include-path-regex": "^/api/v1/submissions",
            "checks": {
                "positive_data_acceptance": {
                    "expected-statuses": ["2xx", 400, 403, 404, 409, 413, 415, 422]
                }
            },
        },
        {
            "include-path-regex": "^/api/v1/(gaps|summary|scorecard|matrix|flow-matrix)",
            "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", 400, 404]}},
        },
    ]
}


@dataclass
class Told:
    """What came of asking: for each operation the answers and the time, and all faults."""

    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)

    @property
    def asked(self) -> int:
        """How many examples there were."""
        return sum(counts.total() for counts in self.statuses.values())


def _teach() -> None:
    """Give the formats of ours to choose from, and files of which some can be taken in."""
    import schemathesis
    from hypothesis import strategies as st

    iris = ["https://psi.norge.no/los/hendelse/fa-barn", "https://example.org/none", "urn:x:y"]
    texts = ["ASK {}", "SELECT ?s { ?s ?p ?o } LIMIT 3", "DESCRIBE <urn:x>"]
    graph = "https://w3id.org/livsgraf/graph/registers/laws"
    schemathesis.openapi.format("iri", st.sampled_from(iris))
    schemathesis.openapi.format("sparql", st.sampled_from(texts))
    schemathesis.openapi.format("graph", st.sampled_from([graph]))
    whole = st.integers(1, 999).map(trial)
    halves = st.builds(lambda content, at: content[:at], whole, st.integers(0, 900))
    files = st.one_of(whole, halves, st.binary())
    schemathesis.openapi.media_type("text/turtle", files, aliases=["application/trig"])


def examined(store: Path, examples: int, spare: bool = False) -> Told:
    """Ask every operation its share of the examples, in process; the store is written to.

    Half of them are as the document wants them, and half break it somewhere. The queries have one
    share together, and with `spare` one of them stands for all.
    """
    import schemathesis
    from schemathesis import GenerationMode

    told = Told()
    _teach()
    _, token = Keys(store).make("trial", [_OWNER], ROLES, days=1)
    config = schemathesis.config.SchemathesisConfig.from_dict(BESIDES)
    with served(store, _open(), editors=frozenset({_OWNER})) as (client, _):
        schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", client.app, config=config)
        operations = [result.ok() for result in schema.get_all_operations()]
        if spare:
            operations = [one for one in operations if _is_for_all(one.path)]
        for operation, share in _shares(operations, examples):
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _ask(operation, mode, share, token, told)
    return told


def _shares(operations: list[Any], examples: int) -> list[tuple[Any, int]]:
    """Give each operation how many examples of either kind it has; they come to at least all."""
    costly = [one for one in operations if one.path in _COSTLY and one.method != "get"]
    costly += [one for one in operations if one.path in _COSTLY and one.method == "get"]
    queries = [one for one in operations if one.path.endswith("/results")]
    others = [one for one in operations if one not in costly and one not in queries]
    each = -(-examples // (2 * (len(costly) + len(others) + 1)))
    little = min(each, _OF_COSTLY)
    of_query = -(-each // len(queries))
    # What of these is never broken, or has nothing to choose, is made up for by the rest.
    rest = -(-(examples - 2 * little * len(costly) - 2 * of_query * len(queries)) // 2)
    each = max(1, -(-rest * 11 // (10 * len(others))))
    shares = {id(one): little for one in costly} | {id(one): of_query for one in queries}
    return [(one, shares.get(id(one), each)) for one in operations]


def _is_for_all(path: str) -> bool:
    if path == "/api/v1/dumps":
        # Two of them are made, which takes seconds.
        return False
    return not path.endswith("/results") or path.endswith("/who-leads/results")


def _ask(operation: Any, mode: Any, share: int, token: str, told: Told) -> None:
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis.errors import Unsatisfiable
    from schemathesis.specs.openapi.checks import negative_data_rejection

    name = f"{operation.method.upper()} {operation.path}"
    receipts = told.statuses[HAND_IN]

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
        n, apart = told.statuses[name].total(), []
        if mode.is_positive and "{id}" in operation.path and n % 3 < 2 < share:
            # Nobody finds a receipt by chance. A few examples have no time to take one back.
            case.path_parameters["id"] = str(1 + n // 3 % max(1, receipts[201]))
        if mode.is_positive and name == HAND_IN and n % 3 == 0:
            # Nor does anybody write a whole file so.
            case.body, case.media_type, case.query = trial(1000 + n), "text/turtle", {}
            # What is changed by hand is taken for broken on purpose.
            apart.append(negative_data_rejection)
        begun = time.monotonic()
        try:
            answer = case.call(headers={"Authorization": f"Bearer {token}"})
            told.statuses[name][answer.status_code] += 1
            sent = {"Authorization": f"Bearer {token}"}
            case.validate_response(answer, excluded_checks=apart, headers=sent)
        except (Exception, BaseExceptionGroup) as error:
            told.found.append(f"{name} ({mode.value}): {error}")
        finally:
            told.seconds[name] += time.monotonic() - begun

    try:
        ask()
    except Unsatisfiable:
        # Nothing of it can be broken, or there is nothing to choose.
        return


def _open() -> Any:
    """Let one client ask as often as it likes."""
    from graph.config import Serving

    return Serving(rate=0, write_rate=0, all_rate=0)
