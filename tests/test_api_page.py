"""What docs/api.md says one may write is taken, and what it says of lists is so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from graph.config import Serving
from graph.serving.records import lists_of
from served import served

PAGE = (Path(__file__).parents[1] / "docs" / "api.md").read_text("utf-8")
START = "http://127.0.0.1:8080"
ADDRESSES = sorted(set(re.findall(rf"{START}(/api/v1[^'\"\s]*)", PAGE)))


@pytest.fixture(scope="module")
def client(shipped: Path) -> Iterator[TestClient]:
    with served(shipped, Serving(workers=1, desks=1, rate=0)) as (client, _):
        yield client


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_address_on_the_page_answers(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    if answer.headers["content-type"] == "application/json" and "items" in answer.json():
        assert answer.json()["items"]


def test_the_page_has_examples_and_names_every_list() -> None:
    assert len(ADDRESSES) > 8
    assert all(f"/{one.path}`" in PAGE for one in lists_of())


def test_every_refusal_on_the_page_is_one_that_there_is() -> None:
    from graph import errors

    table = PAGE.partition("| status | `code`")[2]
    codes = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", table)) | {"busy"}
    ours = {getattr(getattr(errors, name), "code", "") for name in errors.__all__}
    assert codes - ours == {"too-short", "too-long", "below-limit", "above-limit"}


def test_what_has_no_time_to_wait_is_named_on_the_page() -> None:
    from graph import errors

    kinds = [getattr(errors, name) for name in errors.__all__]
    later = {errors.RequestError, errors.NotReady, errors.TooManyRequests, errors.Busy}
    later |= {errors.Overloaded, errors.QueryTooSlow, errors.QueryTooHungry}
    lasting = {
        kind.code
        for kind in kinds
        if getattr(kind, "status", 0) in (429, 503) and kind.retry_after is None
        if kind not in later
    }
    (told,) = re.findall(r"have `Retry-After`, all but ([^,]*),", " ".join(PAGE.split()))
    assert set(re.findall(r"`([a-z-]+)`", told)) == lasting
