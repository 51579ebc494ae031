"""What goes wrong with disks, rights and processes leaves the old store whole."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph import config, pipeline
from graph.errors import (
    DiskFull,
    StoreDamaged,
    StoreLocked,
    StoreNotWritable,
)
from graph.store import Change, Stamp, Store, open_store, version_of
from graph.store import folder as state
from graph.store.folder import Folder
from graph.terms import GRAPH, Quad, iri, literal

G = iri(GRAPH + "one")
COUNT = "SELECT ?s WHERE { ?s ?p ?o }"


def quads(number: int, size: int = 1) -> list[Quad]:
    return [(iri(f"urn:x:{n}"), iri("urn:x:p"), literal(f"{n}" * size), G) for n in range(number)]


def stamp(_: Store) -> Stamp:
    return Stamp("0", "1", "assets")


def fill(place: Path, number: int, size: int = 1) -> None:
    with contextlib.closing(open_store(place, write=True)) as store:
        store.replace(quads(number, size), stamp)


def held(place: Path) -> int:
    return len(open_store(place).query(COUNT))


def leftovers(place: Path) -> list[str]:
    return [path.name for path in place.glob("building-*")]


# -- full disks -------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of a few megabytes, where the system lets us."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)],
            check=False,
            capture_output=True,
        ).returncode
    )
    if not mounted:
        pytest.skip("no right to mount a small file system; the simulated tests cover the rest")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_disk_that_fills_up_while_building_leaves_the_old_store_whole(small_disk: Path) -> None:
    place = small_disk / "store"
    fill(place, 50)
    version = version_of(place)
    with pytest.raises(DiskFull) as error:
        fill(place, 30_000, 60)
    assert error.value.path == place
    assert held(place) == 50
    assert version_of(place) == version
    assert leftovers(place) == []
    fill(place, 60)
    assert held(place) == 60


def test_a_disk_that_fills_up_while_committing_leaves_the_old_store_whole(
    small_disk: Path,
) -> None:
    place = small_disk / "store"
    fill(place, 50)
    with contextlib.closing(open_store(place, write=True)) as store:
        filler = small_disk / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 65536)
        with pytest.raises(DiskFull):
            store.apply(Change(added=tuple(quads(3_000, 20))))
        filler.unlink()
        assert held(place) == 50
        assert len(store.query(COUNT)) == 50
        store.apply(Change(added=(*quads(51),)))
        assert held(place) == 51


@pytest.mark.parametrize("step", ["sync_tree", "_put", "sync"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_at_any_step_of_a_build_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, number: int
) -> None:
    place = tmp_path / "s"
    fill(place, 5)

    def full(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(Folder if step == "_put" else state, step, full)
        with pytest.raises(DiskFull):
            fill(place, 9)
    assert held(place) in {5, 9}
    assert leftovers(place) == []
    fill(place, 7)
    assert held(place) == 7


@pytest.mark.parametrize("fails_at", range(1, 9))
def test_a_build_that_fails_at_its_nth_rename_leaves_one_whole_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    """Readers find the old content or the new, and the next write starts from what they find."""
    place = tmp_path / "s"
    fill(place, 5)
    calls = 0

    def counted(original: str) -> None:
        real = getattr(Path, original)

        def step(self: Path, target: Path) -> Path:
            nonlocal calls
            calls += 1
            if calls == fails_at:
                raise OSError(errno.EIO, "broken")
            return Path(real(self, target))

        patch.setattr(Path, original, step)

    with monkeypatch.context() as patch:
        counted("rename")
        counted("replace")
        with contextlib.suppress(StoreDamaged):
            fill(place, 9)
    seen = held(place)
    assert seen in {5, 9}
    with contextlib.closing(open_store(place, write=True)) as store:
        store.apply(Change(added=((iri("urn:x:new"), iri("urn:x:p"), literal("v"), G),)))
        assert len(store.query(COUNT)) in {6, 10}
        assert held(place) == len(store.query(COUNT))
        assert held(place) > seen


# -- rights -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EPERM])
def test_a_place_we_may_not_write_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", forbidden)
        with pytest.raises(StoreNotWritable) as error:
            open_store(tmp_path / "s", write=True)
    assert error.value.path == tmp_path / "s"


def test_another_user_reads_a_store_and_is_told_that_it_may_not_write(tmp_path: Path) -> None:
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become another user")
    place = tmp_path / "s"
    hidden = tmp_path / "hidden"
    fill(place, 5)
    fill(hidden, 5)
    hidden.chmod(0o700)
    for path in (tmp_path, *tmp_path.parents):
        if path.stat().st_uid == 0 and path != Path("/") and "pytest" in str(path):
            path.chmod(0o755)
    script = textwrap.dedent(
        """
        import sys
        from graph.errors import StoreNotReadable, StoreNotWritable
        from graph.store import open_store
        print(len(open_store(sys.argv[1]).query("SELECT ?s WHERE { ?s ?p ?o }")))
        for place in (sys.argv[1], sys.argv[1] + "/deep/new"):
            try:
                open_store(place, write=True)
            except StoreNotWritable:
                print("refused")
        try:
            open_store(sys.argv[2])
        except StoreNotReadable:
            print("hidden")
        """
    )
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    done = subprocess.run(
        [*nobody, sys.executable, "-c", script, str(place), str(hidden)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert (done.stdout, done.stderr) == ("5\nrefused\nrefused\nhidden\n", "")


# -- kills ------------------------------------------------------------------------------------

BUILD = textwrap.dedent(
    """
    import sys
    from graph.store import Stamp, open_store
    from graph.terms import GRAPH, iri, literal
    number = int(sys.argv[2])
    quads = [(iri(f"urn:x:{n}"), iri("urn:x:p"), literal(str(n)), iri(GRAPH + "one"))
             for n in range(number)]
    store = open_store(sys.argv[1], write=True)
    while True:
        store.replace(quads, lambda _: Stamp("0", "1", "killed"))
        print("built", flush=True)
    """
)


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.03, 0.06, 0.1, 0.2])
def test_a_kill_during_a_build_leaves_one_whole_store(tmp_path: Path, delay: float) -> None:
    place = tmp_path / "s"
    fill(place, 5)
    worker = subprocess.Popen(
        [sys.executable, "-c", BUILD, str(place), "2000"], stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    if delay:
        assert worker.stdout.readline() == "built\n"
    else:
        while not leftovers(place):
            time.sleep(0.001)
    time.sleep(delay)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    assert held(place) in ({2000} if delay else {5, 2000})
    with contextlib.closing(open_store(place, write=True)) as store:
        before = held(place)
        store.apply(Change(added=((iri("urn:x:new"), iri("urn:x:p"), literal("v"), G),)))
        assert held(place) == before + 1
    assert leftovers(place) == []


def test_what_a_killed_build_left_is_swept_by_the_next(tmp_path: Path) -> None:
    place = tmp_path / "s"
    fill(place, 5)
    (place / "building-1-dead" / "live").mkdir(parents=True)
    (place / "read" / "99").mkdir()
    fill(place, 6)
    assert leftovers(place) == []
    assert held(place) == 6


def test_a_commit_that_did_not_reach_its_end_is_undone(tmp_path: Path) -> None:
    place = tmp_path / "s"
    fill(place, 5)
    script = textwrap.dedent(
        """
        import os, sys
        from graph.store import Change, open_store
        from graph.store.folder import Folder
        from graph.terms import GRAPH, iri, literal
        Folder.publish = lambda *_: os.kill(os.getpid(), 9)
        new = (iri("urn:x:new"), iri("urn:x:p"), literal("v"), iri(GRAPH + "one"))
        open_store(sys.argv[1], write=True).apply(Change(added=(new,)))
        """
    )
    done = subprocess.run([sys.executable, "-c", script, str(place)], check=False)
    assert done.returncode == -signal.SIGKILL
    with contextlib.closing(open_store(place, write=True)) as store:
        assert len(store.query(COUNT)) == 5


# -- damage -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("VERSION", "not json"),
        ("VERSION", "[" * 100_000),
        ("VERSION", "[]"),
        ("VERSION", '{"format": null}'),
        ("VERSION", '{"format": true}'),
        ("VERSION", '{"format": 1.0}'),
        ("VERSION", f'{{"format": {"9" * 400}}}'),
        ("VERSION", f'{{"format": {"9" * 5000}}}'),
        ("VERSION", '{"format": 1}'),
        (
            "VERSION",
            '{"format": 1, "software": "", "ontology": "", "assets": 7,'
            ' "digest": "", "triples": 1}',
        ),
        ("current", "77"),
        ("current", "../x"),
        ("current", "9" * 400),
        ("current", "\N{ARABIC-INDIC DIGIT ONE}"),
    ],
)
def test_damage_is_told_and_a_build_repairs_it(tmp_path: Path, name: str, text: str) -> None:
    place = tmp_path / "s"
    fill(place, 5)
    (place / name).write_text(text, "utf-8")
    with pytest.raises(StoreDamaged):
        open_store(place)
    fill(place, 6)
    assert held(place) == 6


def _break(place: Path, what: str) -> None:
    """Damage a store in a way that a disk, a kill or a hand could."""
    if what == "data":
        for file in place.glob("read/*/*"):
            file.write_bytes(b"xx")
    elif what == "half of the data":
        for file in place.glob("read/*/*.sst"):
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif what == "data gone":
        for file in place.glob("read/*/*.sst"):
            file.unlink()
    elif what == "no copies":
        shutil.rmtree(place / "read")


@pytest.mark.parametrize("what", ["data", "half of the data", "data gone", "no copies"])
def test_broken_data_is_told_and_a_build_repairs_it(tmp_path: Path, what: str) -> None:
    place = tmp_path / "s"
    fill(place, 5)
    _break(place, what)
    with pytest.raises(StoreDamaged):
        open_store(place).query(COUNT)
    fill(place, 6)
    assert held(place) == 6


@pytest.mark.parametrize("name", ["live", "read", "current", "VERSION", "lock", "pending"])
@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_whatever_stands_where_ours_belongs_a_build_repairs_it(
    tmp_path: Path, name: str, kind: str
) -> None:
    place = tmp_path / "s"
    fill(place, 5)
    there = place / name
    if there.is_dir():
        shutil.rmtree(there)
    else:
        there.unlink(missing_ok=True)
    if kind == "file":
        there.write_text("", "utf-8")
    elif kind == "folder":
        there.mkdir()
        (there / "x").write_text("", "utf-8")
    else:
        there.symlink_to(place / "nowhere")
    for beside in ("VERSION.new", "current.new"):
        (place / beside).mkdir()
    fill(place, 6)
    assert held(place) == 6


# -- two that build at once -------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for folder in ("ontology", "data", "shapes", "queries/rules"):
        (root / folder).mkdir(parents=True)
    (root / "data" / "a.ttl").write_text("<urn:x:a> a <urn:x:T> ; <urn:x:p> 1 .", "utf-8")
    return root


def test_several_processes_that_ensure_at_once_all_get_one_store(
    tmp_path: Path, project: Path
) -> None:
    script = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from graph import config, pipeline
        from graph.store import open_store
        settings = config.Settings(Path(sys.argv[1]))
        report = pipeline.ensure(settings, root=Path(sys.argv[2]))
        assert len(open_store(settings.store).query("SELECT ?s WHERE { ?s ?p ?o }")) == 2
        print("built" if report else "used")
        """
    )
    command = [sys.executable, "-c", script, str(tmp_path / "s"), str(project)]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(5)]
    said = [worker.communicate(timeout=60)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 5
    assert sorted(said) == ["built\n", "used\n", "used\n", "used\n", "used\n"]


def test_ensure_waits_where_build_refuses(tmp_path: Path, project: Path) -> None:
    settings = config.Settings(tmp_path / "s")
    holder = open_store(settings.store, write=True)
    with pytest.raises(StoreLocked):
        pipeline.build(settings, root=project)
    timer = threading.Timer(0.3, holder.close)
    timer.start()
    assert pipeline.ensure(settings, root=project) is not None
    timer.join()
