"""A store that is served: looked through, closed when it is damaged, mended, copied."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import submitproject
from graph import pipeline, submitting
from graph.api import create_app
from graph.config import Serving, Settings
from graph.errors import (
    AlreadyServed,
    BackupDamaged,
    DiskFull,
    NotReady,
    NotThere,
    NotWhole,
    PlaceTaken,
    StillChecking,
    StoreAbsent,
)
from graph.examining.desk import OpenDesk
from graph.serving import Claim, Service, look_through
from graph.serving import service as service_module
from graph.serving.watch import Watch
from graph.store import holding, version_of
from graph.store.backup import back_up, restore
from submitproject import FOREST

WAIT = 10.0


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a store that has taken two files in."""
    top = tmp_path_factory.mktemp("operate")
    submitproject.built(top)
    for name in ("x", "y"):
        _hand_in(top / "store", top, name)
    return top


@pytest.fixture
def place(start: Path, tmp_path: Path) -> Path:
    """A copy of the store, to be written to and spoilt."""
    return Path(shutil.copytree(start / "store", tmp_path / "store"))


def _hand_in(place: Path, top: Path, name: str) -> submitting.Outcome:
    file = submitproject.turtle(top / f"{name}.ttl", f"wish:{name} a ex:Wish .")
    who = submitting.Who(FOREST, "Arkivar")
    return submitting.submit(Settings(place), file, who, root=top / "project", sit=OpenDesk)


def _rebuild(place: Path, start: Path) -> None:
    pipeline.build(Settings(place), validate=False, root=start / "project")


def _largest(folder: Path) -> Path:
    return max(folder.glob("*.sst"), key=lambda path: path.stat().st_size)


def _lived(place: Path) -> Path:
    """Give the largest of the writer's files that it reads: others may be left from before."""
    shared = {path.name for path in _current(place).glob("*.sst")}
    live = [path for path in (place / "live").glob("*.sst") if path.name in shared]
    return max(live, key=lambda path: path.stat().st_size)


def _spoil_bytes(path: Path) -> None:
    """Change the middle of a file, as a bad disk does; its copies by another name stay."""
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.unlink()
    path.write_bytes(content)


def _current(place: Path) -> Path:
    return place / "read" / (place / "current").read_text("ascii").strip()


def _other_digest(place: Path) -> None:
    told = json.loads((place / "VERSION").read_text("utf-8"))
    (place / "VERSION").write_text(json.dumps({**told, "digest": "0" * 64}), "utf-8")


def _other_number(place: Path) -> None:
    told = json.loads((place / "VERSION").read_text("utf-8"))
    (place / "VERSION").write_text(json.dumps({**told, "triples": 3}), "utf-8")


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")


def _first(place: Path, pattern: str) -> Path:
    return min(place.glob(pattern))


CONTENT: dict[str, Callable[[Path], None]] = {
    "digest": _other_digest,
    "number": _other_number,
    "bytes": lambda place: _spoil_bytes(_largest(_current(place))),
    "file": lambda place: _largest(_current(place)).unlink(),
    "manifest": lambda place: _first(_current(place), "MANIFEST-*").write_bytes(b""),
}
RECORD: dict[str, Callable[[Path], None]] = {
    "receipt": lambda place: _first(place, "log/*.json").unlink(),
    "last receipt": lambda place: max(place.glob("log/*.json")).unlink(),
    "receipt changed": lambda place: _first(place, "log/*.json").write_text("{}", "utf-8"),
    "kept": lambda place: _first(place, "accepted/*").unlink(),
    "kept changed": lambda place: _first(place, "accepted/*").write_bytes(b"other"),
    "keys": lambda place: (place / "keys.json").write_text("{", "utf-8"),
    "trail": lambda place: _put(place / "audit" / "head", "x"),
    "live": lambda place: _spoil_bytes(_lived(place)),
    "live gone": lambda place: shutil.rmtree(place / "live"),
}


def test_a_whole_store_is_whole_and_looking_changes_nothing(place: Path) -> None:
    before = _all_of(place)
    found = look_through(place, write=True)
    assert (found.content, found.record) == (None, None)
    assert _all_of(place) == before
    assert holding(place) == holding(place, own=True)


@pytest.mark.parametrize("how", CONTENT)
def test_a_content_that_is_not_what_its_record_says_is_found(place: Path, how: str) -> None:
    CONTENT[how](place)
    assert look_through(place, write=True).content is not None


def test_a_change_of_any_byte_of_any_file_is_found_before_the_engine_reads_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question that meets a damaged block may take all the memory there is."""
    monkeypatch.setattr("graph.serving.whole._PAUSE", 0)
    chance = random.Random(3)  # noqa: S311
    copied = {path.name for path in _current(place).iterdir()} - {"LOG", "LOCK", "SUMS"}
    for folder, ending in ((_current(place), ""), (place / "live", ".sst")):
        for path in sorted(folder.iterdir()):
            content = path.read_bytes()
            if not content or path.name not in copied or not path.name.endswith(ending):
                continue
            spoilt = bytearray(content)
            spoilt[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
            path.unlink()
            path.write_bytes(spoilt)
            found = look_through(place, write=True)
            assert found.record is not None, path
            assert "is not what was written" in str(found.record)
            path.write_bytes(content)
    assert look_through(place, write=True).record is None


@pytest.mark.parametrize("how", RECORD)
def test_a_record_that_is_not_whole_is_found_and_can_be_read_past(place: Path, how: str) -> None:
    RECORD[how](place)
    found = look_through(place, write=True)
    assert found.content is None
    assert found.record is not None
    if how in ("keys", "trail") or how.startswith("live"):
        assert look_through(place, write=False).record is None


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again at once, not after seconds."""

    def watch(*args: object) -> Watch:
        return Watch(*args, again=0.1)  # type: ignore[arg-type]

    monkeypatch.setattr(service_module, "Watch", watch)
    monkeypatch.setattr("graph.serving.watch.LOOK", 0.05)
    monkeypatch.setattr("graph.serving.watch._SHARE", 1)


@contextlib.contextmanager
def _watched(place: Path, serving: Serving | None = None) -> Iterator[tuple[TestClient, Service]]:
    service = Service(Settings(place, serving=serving or Serving())).start(watched=True)
    try:
        with TestClient(create_app(service)) as client:
            yield client, service
    finally:
        service.stop()


def _until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + WAIT
    while not true():
        assert time.monotonic() < ends, "it never came about"
        time.sleep(0.02)


def _may(service: Service) -> bool:
    with contextlib.suppress(NotReady):
        service.check_writing()
        return True
    return False


def test_nothing_is_handed_in_before_the_store_has_been_looked_through(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slowly(*args: object, **named: object) -> object:
        go_on.wait(WAIT)
        return look_through(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("graph.serving.watch.look_through", slowly)
    with _watched(place) as (client, service):
        assert client.get("/api/v1/version").status_code == 200
        assert client.get("/ready").json()["reasons"][0]["code"] == "still-checking"
        waits = client.get("/ready?for=write&lang=en")
        assert waits.status_code == 503
        assert int(waits.headers["retry-after"]) > 0
        with pytest.raises(StillChecking):
            service.check_writing()
        go_on.set()
        assert service.wait(WAIT)
        service.check_writing()
        told = client.get("/ready?for=write").json()
        assert (told["ready"], told["write"], told["reasons"]) == (True, True, [])


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("how", ["bytes", "digest"])
def test_a_damaged_content_is_closed_and_opens_when_it_is_rebuilt(
    place: Path, start: Path, how: str
) -> None:
    whole = version_of(place)
    CONTENT[how](place)
    with _watched(place) as (client, service):
        _until(lambda: client.get("/ready").status_code == 503)
        assert service.wait(WAIT)
        assert not _may(service)
        closed = client.get("/api/v1/version")
        assert (closed.status_code, closed.json()["code"]) == (503, "not-readable")
        assert {r["concerns"] for r in client.get("/ready").json()["reasons"]} == {"read", "write"}
        assert client.get("/health").status_code == 200
        assert str(place) not in client.get("/ready").text + closed.text
        _rebuild(place, start)
        _until(lambda: client.get("/ready?for=write").status_code == 200)
        assert client.get("/api/v1/version").json()["digest"] == whole.digest


@pytest.mark.usefixtures("quick")
def test_a_damaged_record_closes_writing_alone_and_opens_when_it_is_brought_back(
    place: Path, start: Path
) -> None:
    kept = _first(place, "accepted/*")
    content = kept.read_bytes()
    kept.unlink()
    with _watched(place) as (client, service):
        assert service.wait(WAIT)
        with pytest.raises(NotWhole):
            service.check_writing()
        assert client.get("/api/v1/version").status_code == 200
        reason = client.get("/ready?lang=en").json()["reasons"][0]
        assert (reason["code"], reason["found"]) == ("not-whole", "receipt-damaged")
        assert reason["receipt"].startswith("log/")
        kept.write_bytes(content)
        _until(lambda: _may(service))
        assert _hand_in(place, start, "after").receipt is not None


@pytest.mark.usefixtures("quick")
def test_a_damage_of_what_the_writer_starts_from_is_mended_by_a_rebuild(
    place: Path, start: Path
) -> None:
    RECORD["live"](place)
    with _watched(place) as (client, service):
        assert service.wait(WAIT)
        assert not _may(service)
        assert client.get("/ready").status_code == 200
        _rebuild(place, start)
        _until(lambda: _may(service))


def test_what_another_process_hands_in_is_served_and_a_lost_version_is_not_felt(
    place: Path, start: Path
) -> None:
    with _watched(place) as (client, service):
        assert service.wait(WAIT)
        before = client.get("/api/v1/version").json()["digest"]
        _hand_in(place, start, "new")
        _until(lambda: client.get("/api/v1/version").json()["digest"] != before)
        now = client.get("/api/v1/version").json()["digest"]
        (place / "VERSION").unlink()
        time.sleep(1.1)
        assert client.get("/api/v1/version").json()["digest"] == now


@pytest.mark.usefixtures("quick")
def test_what_is_damaged_while_it_is_served_is_told_as_soon_as_somebody_meets_it(
    place: Path,
) -> None:
    with _watched(place) as (client, service):
        assert service.wait(WAIT)
        service.check_writing()
        receipt = _first(place, "log/*.json")
        content = receipt.read_bytes()
        receipt.write_bytes(content + b"x")
        assert client.get("/api/v1/submissions").status_code == 503
        _until(lambda: client.get("/ready?for=write").status_code == 503)
        assert client.get("/ready").status_code == 200
        receipt.write_bytes(content)
        _until(lambda: client.get("/ready?for=write").status_code == 200)


@pytest.mark.usefixtures("quick")
def test_kept_bytes_that_change_later_are_noticed_without_anybody_meeting_them(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.serving.watch._NOW_AND_THEN", 0.1)
    monkeypatch.setattr("graph.serving.watch._SHARE", 0.1)
    with _watched(place) as (client, service):
        assert service.wait(WAIT)
        service.check_writing()
        _spoil_bytes(_first(place, "accepted/*"))
        _until(lambda: client.get("/ready?for=write").status_code == 503)


def test_a_server_that_only_reads_takes_nothing_in_and_writes_nothing(place: Path) -> None:
    before = _all_of(place)
    with _watched(place, Serving(read_only=True)) as (client, service):
        assert service.wait(WAIT)
        assert not _may(service)
        told = client.get("/ready").json()
        assert (told["ready"], told["write"]) == (True, False)
        assert told["reasons"][0]["code"] == "served-read-only"
    assert _all_of(place) == before


def test_an_absent_store_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(StoreAbsent):
        Service(Settings(tmp_path / "none")).start(watched=True)


def test_one_store_has_one_server_until_that_one_ends(place: Path) -> None:
    first = Claim(place).take("http://one.example.org")
    with pytest.raises(AlreadyServed) as caught:
        Claim(place).take("http://two.example.org")
    assert caught.value.params["address"] == "http://one.example.org"
    first.drop()
    Claim(place).take("http://two.example.org").drop()


def test_what_a_hand_or_a_server_puts_there_first_makes_no_folder_anothers(
    tmp_path: Path,
) -> None:
    place = tmp_path / "store"
    place.mkdir()
    for name in ("livsgraf.toml", "serve.lock", "editors"):
        (place / name).touch()
    root = submitproject.make(tmp_path / "project")
    pipeline.build(Settings(place), validate=False, root=root)
    assert version_of(place).triples > 0


# -- backup and restore ---------------------------------------------------------------------------


def test_what_is_brought_back_is_what_was_copied_and_goes_on(
    place: Path, start: Path, tmp_path: Path
) -> None:
    (place / "livsgraf.toml").write_text("[serving]\nport = 1\n", "utf-8")
    (place / "audit").mkdir()
    (place / "audit/one.jsonl").write_text("{}\n", "utf-8")
    made = back_up(place, tmp_path / "backup")
    assert (made.version, made.receipts) == (version_of(place), 2)
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0
    again = tmp_path / "again"
    assert restore(tmp_path / "backup", again) == made
    found = look_through(again, write=True)
    assert (found.content, found.record) == (None, None)
    assert holding(again) == holding(place)
    for name in ("livsgraf.toml", "audit/one.jsonl"):
        assert (again / name).read_bytes() == (place / name).read_bytes()
    receipt = _hand_in(again, start, "z").receipt
    assert receipt is not None
    assert receipt.number == 3
    assert not list(tmp_path.glob("*.part-*"))


def test_a_copy_is_made_while_others_hand_in_and_is_of_one_moment(
    place: Path, start: Path, tmp_path: Path
) -> None:
    handed: list[submitting.Outcome] = []

    def hand_in() -> None:
        handed.extend(_hand_in(place, tmp_path, f"n{number}") for number in range(3))

    shutil.copytree(start / "project", tmp_path / "project")
    thread = threading.Thread(target=hand_in)
    thread.start()
    for number in range(4):
        made = back_up(place, tmp_path / f"backup{number}")
        restore(tmp_path / f"backup{number}", tmp_path / f"again{number}")
        found = look_through(tmp_path / f"again{number}", write=True)
        assert (found.content, found.record) == (None, None)
        assert version_of(tmp_path / f"again{number}") == made.version
    thread.join()
    assert len(handed) == 3


def test_nothing_is_written_over(place: Path, tmp_path: Path) -> None:
    back_up(place, tmp_path / "backup")
    for call in (
        lambda: back_up(place, tmp_path / "backup"),
        lambda: restore(tmp_path / "backup", place),
        lambda: restore(tmp_path / "backup", tmp_path / "backup/manifest.json"),
    ):
        with pytest.raises(PlaceTaken):
            call()
    (tmp_path / "empty").mkdir()
    assert restore(tmp_path / "backup", tmp_path / "empty").receipts == 2


@pytest.fixture(scope="module")
def copied(start: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("copied") / "backup"
    back_up(start / "store", to)
    return to


@given(st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_backup_in_which_any_file_is_changed_or_gone_is_refused(
    copied: Path, tmp_path: Path, data: st.DataObject
) -> None:
    files = sorted(json.loads((copied / "manifest.json").read_text("utf-8"))["files"])
    path = copied / "store" / data.draw(st.sampled_from(files))
    content = path.read_bytes()
    if data.draw(st.booleans()):
        path.unlink()
    else:
        path.write_bytes(content + b"x")
    try:
        with pytest.raises(BackupDamaged):
            restore(copied, tmp_path / "again")
        assert not list(tmp_path.iterdir())
    finally:
        path.write_bytes(content)


@pytest.mark.parametrize("manifest", [None, "", "[]", "{}", '{"format": 1, "files": 3}'])
def test_what_is_no_backup_is_refused(tmp_path: Path, manifest: str | None) -> None:
    (tmp_path / "x").mkdir()
    if manifest is not None:
        (tmp_path / "x/manifest.json").write_text(manifest, "utf-8")
    with pytest.raises(NotThere):
        restore(tmp_path / "x", tmp_path / "store")


def test_a_manifest_names_no_place_outside_its_backup(copied: Path, tmp_path: Path) -> None:
    shutil.copytree(copied, tmp_path / "evil")
    manifest = tmp_path / "evil/manifest.json"
    told = json.loads(manifest.read_text("utf-8"))
    told["files"]["../../outside"] = "0" * 64
    manifest.write_text(json.dumps(told), "utf-8")
    with pytest.raises(BackupDamaged):
        restore(tmp_path / "evil", tmp_path / "store")
    assert not (tmp_path / "store").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
    done = os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True)
    if not done or done.returncode:
        pytest.skip("no right to mount a small file system")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_on_a_full_disk_reading_goes_on_and_writing_does_when_there_is_room(
    small_disk: Path, start: Path, tmp_path: Path
) -> None:
    # A disk of its own, as a system mounts one for a service: nothing can take its place.
    back_up(start / "store", tmp_path / "backup")
    restore(tmp_path / "backup", small_disk)
    with _watched(small_disk) as (client, service):
        assert service.wait(WAIT)
        add: Callable[..., None] = client.app.add_api_route  # type: ignore[attr-defined]
        add("/hand-in", lambda: bool(_hand_in(small_disk, start, "full").receipt), methods=["POST"])
        filler = small_disk / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
        with pytest.raises(DiskFull):
            back_up(start / "store", small_disk / "backup")
        refused = client.post("/hand-in")
        assert (refused.status_code, refused.json()["code"]) == (507, "no-room")
        assert client.get("/api/v1/version").status_code == 200
        filler.unlink()
        assert client.post("/hand-in").json() is True


def _all_of(place: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(place)): path.read_bytes()
        for path in sorted(place.rglob("*"))
        if path.is_file()
    }
