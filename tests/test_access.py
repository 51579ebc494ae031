"""Keys and the trail: what opens, what does not, and what nobody can forge."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.access import ROLES, Keys, Trail
from graph.access import audit as module
from graph.cli import main
from graph.cli.session import Session
from graph.errors import DiskFull, Forbidden, KeysDamaged, NotAuthorised, TrailBroken, UnknownRole

OWNER = "942110464"
TEXTS = st.text(st.characters(exclude_categories=()), max_size=60)


# -- keys --------------------------------------------------------------------------------------


@given(
    roles=st.lists(st.sampled_from(ROLES), max_size=3), asked=st.sampled_from(ROLES), strange=TEXTS
)
@settings(max_examples=60, deadline=None)
def test_a_key_opens_what_its_roles_say_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, roles: list[str], asked: str, strange: str
) -> None:
    keys = Keys(tmp_path_factory.mktemp("keys"))
    key, token = keys.make("fagsystem", [OWNER], roles, 1)
    if asked in roles:
        assert keys.who_bears(token, asked) == key
    else:
        with pytest.raises(Forbidden):
            keys.who_bears(token, asked)
    for other in (strange, token + strange or "x", f"lg_{key.id}_{strange}", token[:-1]):
        if other != token:
            with pytest.raises(NotAuthorised):
                keys.who_bears(other, asked)


def test_a_strange_role_makes_no_key(tmp_path: Path) -> None:
    with pytest.raises(UnknownRole):
        Keys(tmp_path).make("fagsystem", [OWNER], ["king"], 1)
    assert not Keys(tmp_path).listed()


def test_keys_made_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    """Several processes write the file; none loses what another wrote."""
    script = (
        "import sys\nfrom pathlib import Path\nfrom graph.access import Keys\n"
        "for _ in range(10): print(Keys(Path(sys.argv[1])).make('a', ['942110464'], [], 1)[0].id)"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    made = {number for one in running for number in one.communicate(timeout=60)[0].split()}
    assert len(made) == 30
    assert {key.id for key in Keys(tmp_path).listed()} == made


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"keys": [{"id": 1}]}', b"\xff", b"[" * 9999]
)
def test_a_damaged_file_of_keys_lets_nobody_in(tmp_path: Path, content: bytes) -> None:
    _, token = Keys(tmp_path).make("fagsystem", [OWNER], ["submit"], 1)
    (tmp_path / "keys.json").write_bytes(content)
    with pytest.raises(KeysDamaged):
        Keys(tmp_path).who_bears(token, "submit")
    with pytest.raises(KeysDamaged):
        Keys(tmp_path).make("fagsystem", [OWNER], [], 1)
    assert (tmp_path / "keys.json").read_bytes() == content


# -- the trail ---------------------------------------------------------------------------------


@given(
    told=st.lists(
        st.dictionaries(st.sampled_from(["name", "client", "function"]), TEXTS), max_size=5
    )
)
@settings(max_examples=60, deadline=None)
def test_no_text_of_a_stranger_makes_or_breaks_a_line(
    tmp_path_factory: pytest.TempPathFactory, told: list[dict[str, str]]
) -> None:
    trail = Trail(tmp_path_factory.mktemp("trail"))
    for one in told:
        trail.add("submit", one)
    assert trail.verify() == len(told)
    read = [line for _, line in trail.lines()]
    assert [
        {name: line[name] for name in one} for one, line in zip(told, read, strict=True)
    ] == told


@pytest.fixture
def trail(tmp_path: Path) -> Trail:
    found = Trail(tmp_path)
    for number in range(5):
        found.add("submit", {"key": str(number)})
    return found


def forged(whole: bytes, count: int) -> bytes:
    """Put lines at the end, each bound to the one before, as somebody does who knows how."""
    for _ in range(count):
        told = {"act": "submit", "before": hashlib.sha256(whole.splitlines()[-1]).hexdigest()}
        whole += json.dumps(told).encode() + b"\n"
    return whole


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "the end cut off": lambda whole: whole[: whole.rindex(b"\n", 0, -1) + 1],
    "all cut off": lambda _: b"",
    "cut in the middle of a line": lambda whole: whole[:-9],
    "the last line end gone": lambda whole: whole[:-1],
    "a sign changed in the last line": lambda whole: whole.replace(b'"key": "4"', b'"key": "7"'),
    "a sign changed in the first line": lambda whole: whole.replace(b'"key": "0"', b'"key": "7"'),
    "the first line gone": lambda whole: whole[whole.index(b"\n") + 1 :],
    "a line of another kind": lambda whole: whole + b"[]\n",
    "a line bound to nothing": lambda whole: whole + b'{"before": "0"}\n',
    "lines forged behind the head": lambda whole: forged(whole, 3),
    "two lines forged behind the head": lambda whole: forged(whole, 2),
    "deep": lambda whole: whole + b"[" * 99_999 + b"\n",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_was_written_cannot_be_changed_unseen(
    trail: Trail, change: Callable[[bytes], bytes]
) -> None:
    trail.path.write_bytes(change(trail.path.read_bytes()))
    with pytest.raises(TrailBroken):
        trail.verify()


def test_nothing_is_bound_to_a_trail_that_was_cut(trail: Trail) -> None:
    whole = trail.path.read_bytes()
    trail.path.write_bytes(whole[: whole.index(b"\n") + 1])
    with pytest.raises(TrailBroken):
        trail.add("submit", {})
    trail.path.unlink()
    with pytest.raises(TrailBroken):
        trail.add("submit", {})


def test_nothing_is_bound_to_lines_that_were_forged(trail: Trail) -> None:
    trail.path.write_bytes(forged(trail.path.read_bytes(), 2))
    with pytest.raises(TrailBroken):
        trail.add("submit", {})


def test_a_trail_that_is_gone_is_told_and_so_is_the_new_one(
    trail: Trail, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(trail.path.parent)
    assert trail.verify() == 0
    Keys(tmp_path).make("fagsystem", [OWNER], ["submit"], 1)
    with pytest.raises(TrailBroken):
        trail.verify()
    assert main(["audit", "--format", "json", "--store", str(tmp_path)]) == 2
    assert not capsys.readouterr().out
    trail.add("submit", {})
    assert [(line["act"], line.get("keys")) for _, line in trail.lines()] == [
        ("trail-begun", 1),
        ("submit", None),
    ]


@pytest.mark.parametrize(("before", "acts"), [(0, []), (1, ["trail-begun"])])
def test_the_first_key_begins_a_trail_and_a_later_one_begins_it_anew(
    tmp_path: Path, before: int, acts: list[str]
) -> None:
    for _ in range(before + 1):
        Keys(tmp_path).make("fagsystem", [OWNER], ["submit"], 1)
    Trail(tmp_path).add("key-create", {})
    assert [line["act"] for _, line in Trail(tmp_path).lines()] == [*acts, "key-create"]


def test_a_head_that_is_no_head_is_told(trail: Trail) -> None:
    trail.path.with_name("head").write_text("one two")
    with pytest.raises(TrailBroken):
        trail.verify()


def test_the_names_of_a_new_trail_and_of_every_head_are_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    real = os.fsync

    def note(handle: int) -> None:
        folder = tmp_path / "audit"
        if folder.is_dir() and os.path.samestat(os.fstat(handle), folder.stat()):
            seen.append(sorted(path.name for path in folder.iterdir()))
        real(handle)

    monkeypatch.setattr(os, "fsync", note)
    Trail(tmp_path).add("submit", {})
    assert seen == [["trail.jsonl"], ["head", "trail.jsonl"]]
    Trail(tmp_path).add("submit", {})
    assert seen[2:] == [["head", "trail.jsonl"]]


@pytest.mark.parametrize("left", [b'{"at": "2026', b"\0" * 40, b'{"at": "now", "before'])
def test_a_line_that_a_fall_left_half_is_none(trail: Trail, left: bytes) -> None:
    with trail.path.open("ab") as file:
        file.write(left)
    assert trail.verify() == 5
    trail.add("submit", {"key": "next"})
    assert [line["key"] for _, line in trail.lines()] == ["0", "1", "2", "3", "4", "next"]


def test_a_head_one_behind_is_what_a_fall_leaves(
    trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Trail, "_put", lambda *_: None)
        trail.add("submit", {"key": "5"})
    assert trail.verify() == 6
    trail.add("submit", {"key": "6"})
    assert trail.verify() == 7


def test_a_full_disk_leaves_no_half_line(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(handle: int, content: bytes) -> None:
        os.write(handle, content[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = trail.path.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(module, "_write_all", fill)
        with pytest.raises(DiskFull):
            trail.add("submit", {})
    assert trail.path.read_bytes() == before
    trail.add("submit", {})
    assert trail.verify() == 6


def test_a_line_with_room_and_a_head_without_leave_nothing(
    trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = module._write_all

    def fill(handle: int, content: bytes) -> None:
        # The last block of the trail has room; a new file has none.
        if not content.startswith(b"{"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        put(handle, content)

    before = trail.path.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(module, "_write_all", fill)
        for _ in range(3):
            with pytest.raises(DiskFull):
                trail.add("submit", {})
    assert trail.path.read_bytes() == before
    trail.add("submit", {})
    assert trail.verify() == 6


def test_a_trail_whose_first_line_found_no_room_has_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    trail = Trail(tmp_path)
    Keys(tmp_path).make("trial", ["942110464"], ["submit"], 1)
    with monkeypatch.context() as patched:
        patched.setattr(module, "_write_all", fill)
        with pytest.raises(DiskFull):
            trail.add("submit", {})
    assert not trail.begun
    trail.add("submit", {})
    assert trail.begun
    assert trail.verify() == 2


def test_falls_one_after_another_between_a_line_and_its_head_break_nothing(
    trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Fall(Exception):
        pass

    lines = trail.verify()
    for number in range(1, 4):
        put, calls = trail._put, []

        def once(
            head: object, put: object = put, calls: list[int] = calls, last: int = 1 + (number > 1)
        ) -> None:
            # The head of the line before is mended first; then the fall comes.
            calls.append(1)
            if len(calls) == last:
                raise Fall
            put(head)  # type: ignore[operator]

        with monkeypatch.context() as patched:
            patched.setattr(trail, "_put", once)
            with pytest.raises(Fall):
                trail.add("submit", {})
        assert trail.verify() == lines + number
    trail.add("submit", {})
    assert trail.verify() == lines + 4


def test_many_write_at_once_and_the_chain_holds(tmp_path: Path) -> None:
    def write(name: int) -> None:
        for _ in range(20):
            Trail(tmp_path).add("submit", {"key": str(name)})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    seen = [Trail(tmp_path).verify() for _ in range(20)]
    for thread in threads:
        thread.join()
    assert Trail(tmp_path).verify() == 80
    assert seen == sorted(seen)


def test_every_line_is_on_disk_before_anybody_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail = Trail(tmp_path)
    synced: list[bytes] = []
    real = os.fsync

    def note(handle: int) -> None:
        if os.path.samestat(os.fstat(handle), trail.path.stat()):
            synced.append(trail.path.read_bytes())
        real(handle)

    trail.add("submit", {"key": "first"})
    monkeypatch.setattr(os, "fsync", note)
    trail.add("submit", {"key": "second"})
    assert [json.loads(line)["key"] for line in synced[-1].splitlines()] == ["first", "second"]


def test_the_trail_is_its_owners_alone(trail: Trail) -> None:
    for path in (trail.path, trail.path.with_name("head")):
        assert path.stat().st_mode & 0o077 == 0


def test_the_command_shows_the_trail_and_tells_where_it_is_broken(
    trail: Trail, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["audit", "--format", "json", "--store", str(tmp_path)]
    assert main(asked) == 0
    told = capsys.readouterr()
    assert [one["key"] for one in json.loads(told.out)] == ["0", "1", "2", "3", "4"]
    assert main(["--lang", "en", "audit", "--format", "table", "--store", str(tmp_path)]) == 0
    last = trail.path.with_name("head").read_text().split()[-1]
    assert last in capsys.readouterr().out
    trail.path.write_bytes(CHANGES["the end cut off"](trail.path.read_bytes()))
    assert main(["--lang", "en", *asked]) == 2
    told = capsys.readouterr()
    assert not told.out
    assert "line 5" in told.err


def test_a_key_that_could_not_be_noted_opens_nothing(
    trail: Trail,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    trail.path.write_bytes(b"")
    monkeypatch.setattr(Session, "store", None)
    words = ["key", "create", "--name", "a", "--organisation", OWNER, "--store", str(tmp_path)]
    assert main(words) == 2
    assert "lg_" not in capsys.readouterr().out
    assert [key.revoked != "" for key in Keys(tmp_path).listed()] == [True]
