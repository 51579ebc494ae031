"""Processes that answer questions: one question each, slow ones give way, late ones are stopped.

A native engine cannot be stopped in the middle of a question, and some questions end the process
that reads them. So each is answered in a process of its own for as long as it lasts:

    quick     it answers before `quick_seconds`
    slow      it does not: at most as many of these as there are cores, and they give way to others
    late      it does not before `query_seconds`: its process is stopped

A process that was slow, ended, did not come up, or knows an older version is replaced, and nobody
else notices.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import select
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Self

from graph.asking.model import Asked, Reply
from graph.asking.there import Question, Written
from graph.asking.vet import NAME, vet
from graph.config import Limits, Serving
from graph.errors import (
    Busy,
    InternalError,
    LivsgrafError,
    QueryBreaks,
    QueryTooHungry,
    QueryTooSlow,
)
from graph.scratch import Scratch
from graph.store import Dataset
from graph.worker import Gone, Process

_HERE = "graph.asking.there:"
_NICE = 15
"""How far a slow question steps back, where the system has no class for what may wait."""
_PIECE = 1 << 16
_MEGABYTE = 1 << 20

Take = Callable[[bytes], object]
Tell = Callable[..., None]


def _unheard(_: str, **__: object) -> None:
    """Tell nobody."""


class Pool:
    """Answers the questions of many threads; see the module. Made for one store, used until stop.

    With `stop` what is being answered is broken off. `tell` is told of a process that ends before
    it is ready: once, until one is ready again.
    """

    def __init__(self, place: Path, serving: Serving, tell: Tell = _unheard) -> None:
        self._tell, self._said = tell, False
        self._place = place
        self._serving = serving
        self._limits = Limits(
            # The parent's clock decides; this one is for when there is no parent any more.
            seconds=math.ceil(serving.query_seconds) + 1,
            memory_bytes=serving.query_memory,
        )
        self._turn = threading.Condition()
        self._idle: deque[_Hand] = deque()
        self._hands: set[_Hand] = set()
        self._apart: set[_Hand] = set()
        self._waiting = 0
        self._generation = 0
        most = serving.slow or os.cpu_count() or 1
        # One process is left for quick questions, however many cores there are.
        self._slow = threading.BoundedSemaphore(max(1, min(most, serving.workers - 1)))
        # Of their own: whoever streams for minutes leaves the slow questions of others alone.
        self._streams = threading.BoundedSemaphore(most)
        self._kept = 0
        self._scratch: Scratch | None = None
        self._stopped = False

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Self:
        """Start the processes; they warm up while others go on."""
        with self._turn:
            if self._scratch is None:
                self._scratch = Scratch()
            while len(self._hands) < self._serving.workers and not self._stopped:
                self._hire()
        return self

    def stop(self) -> None:
        """End every process."""
        with self._turn:
            self._stopped = True
            idle = set(self._idle)
            busy = (self._hands | self._apart) - idle
            self._hands = set()
            self._idle.clear()
            self._turn.notify_all()
        for hand in idle:
            hand.end()
        for hand in busy:
            # Whoever waits for its answer puts the rest away.
            hand.process.kill()
        if self._scratch is not None:
            self._scratch.drop()

    def renew(self) -> None:
        """Let every question from now on be answered from the newest version of the store.

        What is being answered goes on to its end with the version it began with.
        """
        with self._turn:
            self._generation += 1
            old = list(self._idle)
            self._idle.clear()
            for hand in old:
                self._replace(hand)
        for hand in old:
            hand.end()

    @property
    def free(self) -> int:
        """How many processes wait for a question."""
        return len(self._idle)

    def ask(self, asked: Asked) -> Reply:
        """Answer one question, whole.

        Raises:
            Busy: nobody was free in time, or too many slow questions are at work already.
            QueryTooSlow, QueryTooHungry, QueryBreaks: it was stopped, or ended its process.
            AnswerTooLarge, NotAcceptable, UnknownGraph, and what the text itself is refused for.

        """
        question = self._question(asked)
        hand = self._take()
        try:
            question = replace(question, folder=str(hand.folder))
            written = self._answered(hand, question)
        except BaseException as error:
            # After an error of ours that came from there, the process is as good as before.
            self._give_back(hand, whole=isinstance(error, LivsgrafError) and hand.resting)
            raise
        try:
            return self._reply(written, hand.folder)
        finally:
            self._give_back(hand, whole=hand.resting)

    def stream(self, asked: Asked, begin: Callable[[str, str, str], Take]) -> int:
        """Answer one question piece by piece, for an asker who may have more than is kept whole.

        `begin` is told the form, the format and the version, and gives what takes the pieces. Gives
        the length. What is raised before `begin` was called is a refusal; after it, a break. An
        empty piece asks the taker whether to go on; what it raises ends the answer.
        """
        serving = self._serving
        question = replace(self._question(asked), rows=1 << 62, size=serving.long_bytes)
        limits = replace(self._limits, seconds=math.ceil(serving.long_seconds) + 1)
        if not self._streams.acquire(blocking=False):
            raise Busy(serving.query_seconds)
        try:
            with self._one_more(limits) as hand:
                self._apart.add(hand)
                try:
                    if self._stopped:
                        raise Busy
                    self._await_start(hand.process, self._serving.query_seconds)
                    hand.give_way()
                    return _streamed(hand, question, begin, serving.long_seconds)
                finally:
                    self._apart.discard(hand)
        except Gone as gone:
            raise self._told(gone, serving.long_seconds) from None
        finally:
            self._streams.release()

    # -- the way of one question ------------------------------------------------------------

    def _question(self, asked: Asked) -> Question:
        found = vet(asked.text, self._serving)
        chosen = Dataset(asked.default_graphs, asked.named_graphs)
        own = Dataset(found.default_graphs, found.named_graphs)
        # SPARQL 1.1 Protocol section 2.1.4: what the protocol says goes before what the text says.
        dataset = chosen if asked.default_graphs or asked.named_graphs else own
        return Question(
            text=asked.text,
            name=NAME,
            formats=dict(asked.formats),
            dataset=dataset if dataset.default or dataset.named else None,
            rows=self._serving.rows,
            size=self._serving.answer_bytes,
            folder="",
        )

    def _answered(self, hand: _Hand, question: Question) -> Written:
        serving, process = self._serving, hand.process
        try:
            self._await_start(process, serving.query_seconds)
            hand.resting = False
            begun = time.monotonic()
            process.begin(_HERE + "answer", question)
            if process.answers_within(serving.quick_seconds):
                return hand.answer(serving.query_seconds)
            if not self._slow.acquire(blocking=False):
                raise Busy(serving.query_seconds)
            try:
                hand.give_way()
                left = serving.query_seconds - (time.monotonic() - begun)
                if not process.answers_within(left):
                    raise QueryTooSlow(serving.query_seconds)
                return hand.answer(serving.query_seconds)
            finally:
                self._slow.release()
        except Gone as gone:
            raise self._told(gone, serving.query_seconds) from None

    def _told(self, gone: Gone, seconds: float) -> LivsgrafError:
        if self._stopped:
            return Busy()
        if gone.late:
            return QueryTooSlow(seconds)
        # The system's own killer of the hungry uses the same signal as ours.
        if gone.memory or gone.code == -9:
            return QueryTooHungry(self._serving.query_memory // _MEGABYTE)
        return QueryBreaks()

    def _reply(self, written: Written, folder: Path) -> Reply:
        told = (written.form, written.format, written.length, written.rows, written.tag)
        if not written.file:
            return Reply(*told, content=written.content)  # type: ignore[arg-type]
        # A name and no path: what comes from there does not choose what we open.
        place = folder / Path(written.file).name
        size = place.lstat().st_size
        with self._turn:
            if self._kept + size > self._serving.kept_bytes:
                place.unlink()
                raise Busy(self._serving.query_seconds)
            self._kept += size

        def gone() -> None:
            with self._turn:
                self._kept -= size

        try:
            file = io.BufferedReader(_Kept(place, gone))
        except BaseException:
            gone()
            raise
        return Reply(*told, file=file)  # type: ignore[arg-type]

    def _await_start(self, process: Process, seconds: float) -> None:
        """Wait for a process to come up; one that does not says nothing of the question."""
        ready = process.started
        try:
            process.await_start(seconds)
        except Gone as gone:
            self._lost(gone)
            raise Busy from None
        if not ready:
            self._said = False

    def _lost(self, gone: Gone | None = None) -> None:
        """Tell the operator, who else would see nothing but askers who find all of them busy."""
        if not (self._said or self._stopped):
            self._said = True
            late = None if gone is None else gone.late
            memory = self._serving.query_memory
            self._tell("worker-not-started", late=late, query_memory=memory)

    # -- who is free ------------------------------------------------------------------------

    def _take(self) -> _Hand:
        until = time.monotonic() + self._serving.patience
        with self._turn:
            if not self._idle and self._waiting >= self._serving.waiting:
                raise Busy
            self._waiting += 1
            try:
                while True:
                    if self._stopped:
                        raise Busy
                    while self._idle:
                        # The one that worked last is the one whose memory is warm.
                        hand = self._idle.pop()
                        if not hand.process.dead():
                            return hand
                        if not hand.process.started:
                            self._lost()
                        self._replace(hand)
                        hand.end()
                    if len(self._hands) < self._serving.workers:
                        # One could not be replaced when it ended.
                        self._hire()
                        continue
                    left = until - time.monotonic()
                    if left <= 0 or not self._turn.wait(left):
                        raise Busy
            finally:
                self._waiting -= 1

    def _give_back(self, hand: _Hand, whole: bool) -> None:
        with self._turn:
            if hand not in self._hands:
                return
            if whole and hand.generation == self._generation and not hand.slow:
                self._idle.append(hand)
            else:
                self._replace(hand)
            self._turn.notify()
        if hand not in self._hands:
            hand.end()

    def _replace(self, hand: _Hand) -> None:
        self._hands.discard(hand)
        # Without a process to spare the next who asks tries again.
        with contextlib.suppress(OSError):
            self._hire()

    @contextlib.contextmanager
    def _one_more(self, limits: Limits) -> Iterator[_Hand]:
        hand = self._hand(limits)
        try:
            yield hand
        finally:
            hand.end()

    def _hand(self, limits: Limits) -> _Hand:
        if self._scratch is None or self._stopped:
            raise Busy
        return _Hand(self._place, limits, self._generation, self._scratch.folder())

    def _hire(self) -> None:
        if not self._stopped:
            hand = self._hand(self._limits)
            self._hands.add(hand)
            # Those that are warm are taken first.
            self._idle.appendleft(hand)


class _Hand:
    """One process, the folder of its large answers, and what is known of it."""

    def __init__(self, place: Path, limits: Limits, generation: int, folder: Path) -> None:
        self.generation = generation
        self.slow = False
        self.resting = False
        """Whether it waits for a question, so that the next answer is the next question's."""
        self.folder = folder
        try:
            self.process = Process((False, limits, (_HERE + "sit_down", str(place))))
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def answer(self, seconds: float) -> Written:
        """Give what the process has begun to answer."""
        try:
            found = self.process.answer(seconds)
        except LivsgrafError as error:
            # An answer like any other; but not what only tells that none could be read.
            self.resting = not isinstance(error, InternalError)
            raise
        self.resting = True
        if not isinstance(found, Written):
            self.resting = False
            raise InternalError("an answer of another kind")
        return found

    def give_way(self) -> None:
        """Let others go first, from now until it ends: nobody may take that back."""
        self.slow = True
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.process.pid, _NICE)
            _stand_back(self.process.pid)

    def end(self) -> None:
        """Stop the process, and forget what it wrote."""
        self.process.end()
        shutil.rmtree(self.folder, ignore_errors=True)


def _stand_back(pid: int) -> None:
    """Let every thread of a process run only where nothing else wants to, and on half the cores.

    The first is SCHED_IDLE of man 7 sched. It is not enough: a thread that wakes waits for the core
    to be given up (benchmarks/RESULTS.md), so some cores are kept free of what is slow.
    """
    cores = sorted(os.sched_getaffinity(0))
    kept = cores[len(cores) // 2 :]
    for task in Path(f"/proc/{pid}/task").iterdir():
        thread = int(task.name)
        with contextlib.suppress(ProcessLookupError):
            os.sched_setscheduler(thread, os.SCHED_IDLE, os.sched_param(0))
            os.sched_setaffinity(thread, kept)


class _Kept(io.FileIO):
    """A large answer in a file without a name; `gone` is called when it is closed."""

    def __init__(self, place: Path, gone: Callable[[], None]) -> None:
        self._gone: Callable[[], None] | None = gone
        super().__init__(os.open(place, os.O_RDONLY | os.O_NOFOLLOW), "rb")
        place.unlink()

    def close(self) -> None:
        super().close()
        gone, self._gone = self._gone, None
        if gone is not None:
            gone()


def _streamed(
    hand: _Hand, question: Question, begin: Callable[[str, str, str], Take], seconds: float
) -> int:
    """Hand on what comes through a pipe; its first line tells form, format and version."""
    pipe = hand.folder / "stream"
    os.mkfifo(pipe, 0o600)
    # Open for reading at once, whoever has opened the other end or not.
    handle = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    until = time.monotonic() + seconds
    try:
        asked = replace(question, folder=str(hand.folder), through=str(pipe))
        hand.process.begin(_HERE + "answer", asked)
        head, length = b"", 0
        take: Take | None = None
        done = False
        while True:
            piece = _piece(handle)
            if time.monotonic() > until:
                # However it is spent: waiting for the engine, or for whoever takes the pieces.
                raise QueryTooSlow(seconds)
            if piece is None:
                # What the process wrote before its answer is in the pipe before its answer is.
                if done:
                    break
                if take is not None:
                    # Whoever takes nothing any more says so now, not when the next piece comes.
                    take(b"")
                waited = take is not None and _filled(handle)
                done = hand.process.answers_within(0 if waited else 0.02)
                continue
            if take is None:
                head += piece
                line, ended, piece = head.partition(b"\n")
                if not ended:
                    continue
                form, chosen, tag = line.decode().split(" ")
                take = begin(form, chosen, tag)
            length += len(piece)
            take(piece)
        hand.answer(seconds)
        return length
    finally:
        os.close(handle)


def _filled(handle: int) -> bool:
    """Wait a moment for a pipe to be filled; False when nobody holds its other end any more."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return not any(event & select.POLLHUP for _, event in poll.poll(20))


def _piece(handle: int) -> bytes | None:
    """Read what there is; None where there is nothing yet."""
    try:
        return os.read(handle, _PIECE) or None
    except BlockingIOError:
        return None
