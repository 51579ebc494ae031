"""The whole graph as files: whole, the same as what is asked, and from where a try ended."""

from __future__ import annotations

import gzip
import hashlib
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from graph import rdf
from graph.api.dumps import _settle_range
from graph.errors import DiskFull
from graph.serving import Service
from graph.serving.dumps import NAMES, Dumps

BASE = "/api/v1"


def test_a_dump_holds_the_content_and_all_of_it(door: tuple[TestClient, Service]) -> None:
    client, service = door
    told = client.get(f"{BASE}/dumps").json()
    assert [item["name"] for item in told["items"]] == list(NAMES)
    assert told["licence"]["id"].endswith("CC_BY_4_0")
    for item in told["items"]:
        given_ = client.get(item["id"])
        assert int(given_.headers["content-length"]) == len(given_.content) == item["bytes"]
        assert hashlib.sha256(given_.content).hexdigest() == item["sha256"]
        assert given_.headers["content-type"].startswith(item["format"])
    packed = client.get(f"{BASE}/dumps/livsgraf.nq.gz").content
    lines = gzip.decompress(packed).decode().splitlines()
    assert rdf.digest_lines(lines) == service.now.version.digest
    assert gzip.decompress(packed) == client.get(f"{BASE}/dumps/livsgraf.nq").content
    # All that is asked at /sparql is in the other.
    whole = gzip.decompress(client.get(f"{BASE}/dumps/livsgraf.nq.gz?derived=yes").content)
    rows = service.now.ask("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    assert rows.rows[0][0] is not None
    assert whole.count(b"\n") == int(rows.rows[0][0].value) > len(lines)


def test_a_dump_is_fetched_from_where_the_last_try_ended(client: TestClient) -> None:
    at = f"{BASE}/dumps/livsgraf.trig.gz"
    whole = client.get(at)
    etag, content = whole.headers["etag"], whole.content
    assert client.get(at, headers={"If-None-Match": etag}).status_code == 304
    head = client.head(at)
    assert (head.content, head.headers["content-length"]) == (b"", str(len(content)))
    cases = [
        ("bytes=0-9", None, 206, content[:10]),
        ("bytes=100-", etag, 206, content[100:]),
        ("bytes=-7", None, 206, content[-7:]),
        (f"bytes=0-{10**12}", None, 206, content),
        (f"bytes=-{10**12}", None, 206, content),
        ("bytes=5-1", None, 200, content),
        ("bytes=0-1,4-5", None, 200, content),
        ("lines=0-1", None, 200, content),
        ("bytes=-", None, 200, content),
        ("bytes=0-9", '"another"', 200, content),
    ]
    for wanted, same, status, expected in cases:
        headers = {"Range": wanted} | ({"If-Range": same} if same else {})
        told = client.get(at, headers=headers)
        assert (told.status_code, told.content == expected) == (status, True), wanted
    for beyond in (f"bytes={len(content)}-", "bytes=-0"):
        told = client.get(at, headers={"Range": beyond})
        assert (told.status_code, told.json()["code"]) == (416, "range-outside")
        assert told.headers["content-range"] == f"bytes */{len(content)}"
    assert client.get(f"{BASE}/dumps/livsgraf.exe").status_code in (400, 404)


@given(st.text(st.sampled_from("bytes=-,0123456789 x"), max_size=24), st.integers(1, 99))
def test_any_range_is_given_left_out_or_refused(told: str, length: int) -> None:
    scope: dict[str, Any] = {"headers": [(b"range", told.encode())]}
    if _settle_range(scope, length, True):
        for _, kept in scope["headers"]:
            first, _, last = kept.decode().removeprefix("bytes=").partition("-")
            assert 0 <= int(first) <= int(last) < length


def test_dumps_of_old_versions_go_and_a_full_disk_leaves_nothing_half(
    door: tuple[TestClient, Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = door[1].now
    dumps = Dumps()

    class Other:
        def __init__(self, tag: str) -> None:
            self.tag, self.store = tag, now.store

    def little(*told: Any) -> None:
        told[3].write(told[2])

    monkeypatch.setattr("graph.export.write_graphs", little)
    made = [dumps.one(Other(tag), "livsgraf.ttl.gz", False) for tag in "abcd"]  # type: ignore[arg-type]
    assert [dump.path.exists() for dump in made] == [False, True, True, True]
    folder = made[-1].path.parent

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("graph.export.write_graphs", full)
    before = sorted(folder.iterdir())
    with pytest.raises(DiskFull):
        dumps.one(Other("d"), "livsgraf.nq", False)  # type: ignore[arg-type]
    assert sorted(folder.iterdir()) == before
    dumps.stop()
    assert not folder.exists()
