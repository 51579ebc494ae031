"""Room for few at a time: who finds none is told so, and one question is worked out once."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from graph.errors import Busy
from graph.serving.gate import Gate
from graph.serving.snapshot import Snapshot


def test_who_finds_no_room_in_time_is_told_and_room_comes_back() -> None:
    gate, inside, go_on = Gate(1, 0.05), threading.Event(), threading.Event()

    def stay() -> None:
        with gate, gate:
            inside.set()
            go_on.wait(10)

    thread = threading.Thread(target=stay)
    thread.start()
    assert inside.wait(10)
    with pytest.raises(Busy), gate:
        pass
    go_on.set()
    thread.join()
    with gate:
        pass


def test_room_comes_back_after_a_fault() -> None:
    gate = Gate(1, 0.05)
    with pytest.raises(ZeroDivisionError), gate, gate:
        raise ZeroDivisionError
    thread = threading.Thread(target=gate.__enter__)
    thread.start()
    thread.join()
    with pytest.raises(Busy), gate:
        pass


def test_what_many_ask_for_at_once_is_worked_out_once_and_little_is_remembered(
    shipped: Path,
) -> None:
    now = Snapshot(shipped)
    worked: list[int] = []

    def work() -> int:
        worked.append(1)
        time.sleep(0.1)
        return len(worked)

    threads = [threading.Thread(target=now.chosen, args=("a", work)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(worked) == 1
    for number in range(100):
        assert now.chosen(number, lambda number=number: number) == number  # type: ignore[misc]
    assert len(now._chosen) < 30
    assert now.chosen("a", work) == 2
    assert not now._at_work
