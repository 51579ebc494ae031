"""What runs in a worker can neither end us, nor keep us waiting, nor reach the net."""

from __future__ import annotations

import io
import os
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph import errors, worker
from graph.config import Limits
from graph.errors import (
    BadDate,
    FileUnreadable,
    InternalError,
    LivsgrafError,
    ParseError,
    TooDeep,
    WorkerDied,
    WorkerError,
    WorkerMemory,
    WorkerTimeout,
)
from graph.findings import Place
from graph.messages import LANGUAGES, load
from graph.store.embedded import FolderStore
from graph.submission import Given, read_given
from graph.terms import iri

QUICK = Limits(seconds=5)


@pytest.fixture
def one() -> Iterator[worker.Worker]:
    with worker.Worker(QUICK) as made:
        yield made


def test_an_answer_comes_back_whole(one: worker.Worker) -> None:
    given = Given(b'@prefix e: <urn:e:> .\ne:a e:p [ e:q "x" ] .', "a.ttl", "ttl")
    assert one.call("graph.submission:read_given", given) == read_given(given)


def test_an_error_of_ours_comes_back_as_itself(one: worker.Worker) -> None:
    with pytest.raises(ParseError) as caught:
        one.call("graph.submission:read_given", Given(b"\n  nonsense", "a.ttl", "ttl"))
    assert (caught.value.line, caught.value.column, caught.value.file) == (2, 3, "a.ttl")
    assert caught.value.source == "  nonsense"
    # And the worker goes on.
    assert one.call("builtins:len", "abc") == 3


def test_what_is_not_ours_is_our_own_fault(one: worker.Worker) -> None:
    with pytest.raises(InternalError, match="ValueError"):
        one.call("graph.terms:iri", "no iri")
    with pytest.raises(InternalError):
        one.call("graph.nothing:here", None)


@pytest.mark.parametrize(
    ("function", "argument", "kind"),
    [
        ("builtins:bytearray", 10**12, WorkerMemory),
        ("os:_exit", 3, WorkerDied),
        ("ctypes:string_at", 1, WorkerDied),
        ("signal:raise_signal", 6, WorkerDied),
        ("signal:raise_signal", 9, WorkerMemory),
        ("signal:raise_signal", 24, WorkerTimeout),
    ],
)
def test_whatever_ends_it_becomes_an_error_and_the_next_call_works(
    one: worker.Worker, function: str, argument: int, kind: type[WorkerError]
) -> None:
    with pytest.raises(kind) as caught:
        one.call(function, argument, file="a.ttl")
    assert caught.value.exit_status == 2
    assert caught.value.params["file"] == "a.ttl"
    assert one.call("builtins:len", "ab") == 2


def test_what_takes_too_long_is_stopped() -> None:
    with worker.Worker(Limits(seconds=1)) as short:
        with pytest.raises(WorkerTimeout) as caught:
            short.call("time:sleep", 60)
        assert caught.value.params["limit"] == 1
        assert short.call("builtins:len", "") == 0


def test_memory_is_capped_for_what_the_engine_takes_too() -> None:
    with worker.Worker(Limits(memory_bytes=50_000_000, seconds=20)) as small:
        text = b"<urn:a> <urn:b> " + b", ".join(b'"%d"' % n for n in range(400_000)) + b" ."
        given = Given(text, "a.ttl", "ttl", Limits(memory_bytes=50_000_000))
        with pytest.raises(WorkerMemory):
            small.call("graph.submission:read_given", given)


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        ("socket:create_connection", ("127.0.0.1", 9)),
        ("urllib.request:urlopen", "http://127.0.0.1:9/"),
        ("subprocess:check_output", "true"),
        ("os:system", "true"),
    ],
)
def test_nothing_goes_out_and_nothing_is_started(
    one: worker.Worker, function: str, argument: object
) -> None:
    with pytest.raises(InternalError, match=r"PermissionError|URLError"):
        one.call(function, argument)


def test_the_network_can_be_left_open() -> None:
    with pytest.raises(InternalError, match="ConnectionRefused"):
        worker.call("socket:create_connection", ("127.0.0.1", 9), QUICK, network=True)


def test_what_is_prepared_comes_before_the_cap(tmp_path: Path) -> None:
    tight = Limits(memory_bytes=20_000_000, seconds=5)
    prepare = ("builtins:bytearray", 200_000_000)
    with worker.Worker(tight, prepare=prepare) as ready:
        assert ready.call("builtins:len", "abc") == 3
    with worker.Worker(tight, prepare=("graph.rdf:read", tmp_path / "absent")) as failed:
        with pytest.raises(FileUnreadable):
            failed.call("builtins:len", "abc")
        with pytest.raises(FileUnreadable):
            failed.call("builtins:len", "abc")


def test_only_our_own_classes_and_plain_values_are_taken_back(one: worker.Worker) -> None:
    with pytest.raises(InternalError, match="UnpicklingError"):
        one.call("operator:attrgetter", "name")
    assert one.call("builtins:len", "abc") == 3


def test_what_a_process_sends_opens_no_store_and_starts_nothing(tmp_path: Path) -> None:
    """A process that a file has taken over must not act through its parent."""

    class Opened:
        def __reduce__(self) -> tuple[object, ...]:
            return FolderStore, (tmp_path / "made", True)

    class Started:
        def __reduce__(self) -> tuple[object, ...]:
            return worker.Worker, (QUICK,)

    # Protocol 4 lets a name have dots, and so reach what a module of ours imports.
    dotted = b"\x80\x04\x8c\x0cgraph.worker\x8c\x10subprocess.Popen\x93."
    for sent in (pickle.dumps(("ok", Opened())), pickle.dumps(("ok", Started())), dotted):
        with pytest.raises(pickle.UnpicklingError):
            worker._Careful(io.BytesIO(sent)).load()
    assert not (tmp_path / "made").exists()
    kept = ("ok", (Place("a.ttl", 1), iri("urn:x:a"), FileUnreadable("a.ttl", "no")))
    told = worker._Careful(io.BytesIO(pickle.dumps(kept))).load()
    assert told[1][:2] == kept[1][:2]
    assert told[1][2].params == FileUnreadable("a.ttl", "no").params


@pytest.mark.parametrize("sent", [b"\x80\x04K\x01.", pickle.dumps(("strange", 1))])
def test_an_answer_of_another_form_is_our_own_fault(sent: bytes) -> None:
    with worker.Worker(QUICK) as one:
        one.call("builtins:len", "")
        assert one._running
        read, write = os.pipe()
        os.write(write, len(sent).to_bytes(8, "big") + sent)
        one._running._from = read
        with pytest.raises(InternalError):
            one.call("builtins:len", "abc")
        os.close(write)


def test_an_answer_larger_than_the_limit_is_not_taken_in() -> None:
    with worker.Worker(Limits(memory_bytes=30_000_000, seconds=5)) as one:
        one.call("builtins:len", "")
        assert one._running
        read, write = os.pipe()
        os.write(write, (2**50).to_bytes(8, "big") + b"x" * 1000)
        one._running._from = read
        with pytest.raises(WorkerMemory):
            one.call("builtins:len", "abc")
        os.close(write)


def test_a_closed_worker_leaves_nothing_behind() -> None:
    before = set(Path("/proc/self/fd").iterdir())
    with worker.Worker(QUICK) as one:
        one.call("builtins:len", "")
    assert set(Path("/proc/self/fd").iterdir()) <= before


def test_every_error_travels() -> None:
    travellers: list[LivsgrafError] = [
        BadDate("x"),
        TooDeep("f", 3, 4, 64, "line"),
        errors.UnknownName("n", "k", ["a"], ["b"]),
        errors.ValidationFailed(["finding"], 1),
        errors.StoreLocked("/s"),
        WorkerTimeout("f", 3),
    ]
    for error in travellers:
        again = pickle.loads(pickle.dumps(error))  # noqa: S301
        assert type(again) is type(error)
        assert vars(again) == vars(error)
        assert str(again) == str(error)


def test_every_error_has_its_words() -> None:
    for lang in LANGUAGES:
        texts = load(lang)
        for error in (WorkerTimeout("f", 1), WorkerMemory("f", 10**9), WorkerDied("f", "SIGSEGV")):
            for key in (f"error.{error.code}", f"error.{error.code}-hint"):
                told = texts.text(key, **error.params)
                assert told != key
                assert "{" not in told
