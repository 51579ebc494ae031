"""Running what a stranger's file may set off in a process that can be stopped.

A parser that meets a hostile file may end its whole process, run for hours or take all memory, and
none of that can be caught from inside. So the work is done in a fresh process with a clock, a cap
on memory and no network, and whatever happens there becomes an answer or an error of ours here.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import pickle
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final

from graph import wall
from graph.config import Limits
from graph.errors import (
    InternalError,
    LivsgrafError,
    WorkerDied,
    WorkerError,
    WorkerMemory,
    WorkerTimeout,
)

_START_SECONDS: Final = 60
"""How long a process may take to come up, on a machine that is busy with other things."""
_LENGTH: Final = struct.Struct(">Q")
# What Rust, its bridge to Python, and C++ say on standard error when no memory is left.
_OUT_OF_MEMORY: Final = (
    *(b"memory allocation of", b"PyObject pointer is null", b"bad_alloc"),
    *(b"MemoryError", b"out of memory"),
)
_HOLDERS: Final = (tuple, Mapping, LivsgrafError)
_PLAIN: Final = {
    "builtins": frozenset({"set", "frozenset", "bytearray", "complex", "range", "slice"}),
    "collections": frozenset({"OrderedDict", "defaultdict", "Counter", "deque"}),
    "datetime": frozenset({"date", "datetime", "time", "timedelta", "timezone"}),
    "decimal": frozenset({"Decimal"}),
    "pathlib": frozenset({"PosixPath", "PurePosixPath", "Path"}),
}

Prepared = tuple[str, object]
"""A function by name, and its argument, that a process runs before its limits are set."""


def call(
    function: str,
    argument: object,
    limits: Limits,
    *,
    network: bool = False,
    prepare: Prepared | None = None,
    file: str = "",
) -> Any:
    """Run one function in a fresh process and give what it gives; see `Worker.call`."""
    with Worker(limits, network=network, prepare=prepare) as worker:
        return worker.call(function, argument, file=file)


class Worker:
    """A process that waits for work; made at once, so that it warms up while others go on.

    `prepare` names what it does first (imports, opening a store), before memory is capped: a store
    asks for far more room than it uses. A process that had to be stopped is replaced by a new one
    at the next call. Not for several threads at a time.
    """

    def __init__(
        self, limits: Limits, *, network: bool = False, prepare: Prepared | None = None
    ) -> None:
        self._limits = limits
        self._setup = (network, limits, prepare)
        self._running: Process | None = None
        self._start()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, function: str, argument: object, *, file: str = "") -> Any:
        """Run `graph.module:name` with one argument there, and give what it gives.

        What it raises of ours is raised here. `file` is what the reader of an error should look at.

        Raises:
            WorkerTimeout: it took longer than the limit, and was stopped.
            WorkerMemory: it wanted more memory than the limit.
            WorkerDied: it ended its process.
            InternalError: it raised what is not ours.

        """
        process = self._start()
        try:
            process.await_start()
            process.begin(function, argument)
            return process.answer(self._limits.seconds)
        except Gone as gone:
            self.close()
            raise self._told(gone, file) from None
        except LivsgrafError:
            # An answer like any other, unless even the first step of the process failed.
            if not process.started:
                self.close()
            raise
        except BaseException:
            # The answer would come to whoever asks next.
            self.close()
            raise

    def starts_within(self, seconds: float) -> bool:
        """Wait until the process is ready for work, so long and no longer; else it is ended.

        What its first step raises of ours is raised here.
        """
        try:
            self._start().await_start(seconds)
        except Gone:
            self.close()
            return False
        except LivsgrafError:
            self.close()
            raise
        return True

    def close(self) -> None:
        """End the process."""
        running, self._running = self._running, None
        if running is not None:
            running.end()

    def _start(self) -> Process:
        if self._running is None or self._running.dead():
            self.close()
            self._running = Process(self._setup)
        return self._running

    def _told(self, gone: Gone, file: str) -> WorkerError:
        if gone.memory or gone.code == -signal.SIGKILL:
            return WorkerMemory(file, self._limits.memory_bytes)
        if gone.late or gone.code == -signal.SIGXCPU:
            return WorkerTimeout(file, self._limits.seconds)
        how = signal.Signals(-gone.code).name if gone.code < 0 else f"exit {gone.code}"
        return WorkerDied(file, how)


class Gone(Exception):
    """The process is no more, or is late; which of them its members tell."""

    def __init__(self, code: int = 0, *, late: bool = False, memory: bool = False) -> None:
        super().__init__(code)
        self.code, self.late, self.memory = code, late, memory


class Process:
    """One child process and the two pipes to it, for whoever keeps several of them.

    `begin` sends a request, `answers_within` waits for the answer to begin, `answer` gives it. It
    raises Gone when the process is no more or late; then it must be ended.
    """

    def __init__(self, setup: tuple[bool, Limits, Prepared | None]) -> None:
        self.started = False
        self._most = setup[1].memory_bytes
        # What it says on its way down tells why; a pipe that nobody empties would stop it.
        self._last_words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        there, self._to = os.pipe()
        self._from, back = os.pipe()
        path = [entry or str(Path.cwd()) for entry in sys.path]
        begin = "import json, sys; sys.path[:] = json.loads(sys.argv[1])"
        serve = f"from graph.worker import serve; serve({there}, {back})"
        words = ["-I", "-S", "-X", "utf8", "-c", f"{begin}; {serve}", json.dumps(path)]
        try:
            self._child = subprocess.Popen(  # noqa: S603
                [sys.executable, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._last_words,
                pass_fds=(there, back),
                # Ctrl-C is for us; we tell the child.
                start_new_session=True,
            )
        except BaseException:
            self._put_away()
            raise
        finally:
            os.close(there)
            os.close(back)
        os.set_blocking(self._to, False)
        self._waiting = [_packed(setup)]
        # Sent now, as far as it goes, so that it warms up while nobody needs it yet.
        self._send_some()

    @property
    def pid(self) -> int:
        """The number by which the system knows it."""
        return self._child.pid

    def dead(self) -> bool:
        """Tell whether it has ended."""
        return self._child.poll() is not None

    def await_start(self, seconds: float = _START_SECONDS) -> None:
        """Wait until the process is ready for work, if it has not said so yet."""
        if not self.started:
            self.answer(seconds)
            self.started = True

    def begin(self, function: str, argument: object) -> None:
        """Send a request: a function by its name, and its argument."""
        self._waiting.append(_packed((function, argument)))

    def answers_within(self, seconds: float) -> bool:
        """Wait for the answer to begin, so long and no longer; its end counts as one."""
        self._send(time.monotonic() + seconds)
        poll = select.poll()
        poll.register(self._from, select.POLLIN)
        return bool(poll.poll(max(0.0, seconds) * 1000))

    def answer(self, seconds: float) -> Any:
        """Give what the request gave, or raise what it raised of ours."""
        until = time.monotonic() + seconds
        self._send(until)
        (length,) = _LENGTH.unpack(self._receive(_LENGTH.size, until))
        if length > self._most:
            # An answer larger than all that the process may hold is no answer of ours.
            raise Gone(memory=True)
        try:
            told = _Careful(io.BytesIO(self._receive(length, until))).load()
        except Exception as error:
            raise InternalError(f"UnpicklingError: {error}") from error
        if not isinstance(told, tuple) or len(told) != 2 or not isinstance(told[0], str):
            raise InternalError("an answer of another form")
        kind, answer = told
        if kind == "error" and isinstance(answer, LivsgrafError):
            raise answer
        if kind == "memory":
            raise Gone(memory=True)
        if kind != "ok":
            raise InternalError(str(answer))
        return answer

    def _send(self, until: float) -> None:
        content = memoryview(b"".join(self._waiting))
        self._waiting = []
        while content:
            self._wait(self._to, select.POLLOUT, until)
            try:
                content = content[os.write(self._to, content) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                self._mourn()

    def _send_some(self) -> None:
        """Send what the pipe takes at once; what has not gone then goes with the next request."""
        content = b"".join(self._waiting)
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            content = content[os.write(self._to, content) :]
        self._waiting = [content]

    def _receive(self, length: int, until: float) -> bytes:
        parts: list[bytes] = []
        while length:
            self._wait(self._from, select.POLLIN, until)
            part = os.read(self._from, min(length, 1 << 20))
            if not part:
                self._mourn()
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def _wait(self, pipe: int, event: int, until: float) -> None:
        poll = select.poll()
        poll.register(pipe, event)
        if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
            # Some do not die of want but stand still.
            raise Gone(late=True, memory=self._starved())

    def _mourn(self) -> None:
        raise Gone(self._child.wait(), memory=self._starved())

    def _starved(self) -> bool:
        self._last_words.seek(0)
        said = self._last_words.read(100_000)
        return any(words in said for words in _OUT_OF_MEMORY)

    def kill(self) -> None:
        """Stop it, whatever it is doing; whoever waits for its answer is told that it is gone."""
        self._child.kill()

    def end(self) -> None:
        """Stop it, and put away all that belongs to it. Once, by whoever uses it."""
        self.kill()
        self._child.wait()
        self._put_away()

    def _put_away(self) -> None:
        self._last_words.close()
        for pipe in (self._to, self._from):
            with contextlib.suppress(OSError):
                os.close(pipe)


def _packed(message: object) -> bytes:
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(content)) + content


class _Careful(pickle.Unpickler):
    """Read what a process that met a stranger's file sends: our own records and plain values."""

    def find_class(self, module: str, name: str) -> Any:
        if name in _PLAIN.get(module, ()) or (module, name) == ("graph.errors.base", "revive"):
            return super().find_class(module, name)
        # A dotted name would reach what our modules themselves import.
        if module.split(".")[0] == "graph" and "." not in name:
            found = super().find_class(module, name)
            # Made anew, these only hold what they are given; a store or a process would do things.
            if is_dataclass(found) or (isinstance(found, type) and issubclass(found, _HOLDERS)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name}")


# What follows runs in the child.


def serve(requests: int, answers: int) -> None:
    """Answer requests until the pipe is closed; the child's whole life."""
    with os.fdopen(requests, "rb") as incoming, os.fdopen(answers, "wb") as outgoing:
        network, limits, prepare = _next(incoming)
        if not network:
            wall.put_up()
        # The engine would tell how it came to fail, for which it needs memory, and stand still.
        os.putenv("RUST_BACKTRACE", "0")
        # A library that is loaded with too little room left may hang instead of failing.
        import_module("pyoxigraph")
        ready = _done(*prepare) if prepare is not None else ("ok", None)
        # What is loaded now stays; and a file's worth of small things is no garbage to look for.
        gc.freeze()
        gc.set_threshold(100_000, 50, 100)
        _cap_memory(limits.memory_bytes)
        outgoing.write(_packed(("ok", None) if ready[0] == "ok" else ready))
        outgoing.flush()
        while (request := _next(incoming)) is not None:
            _cap_time(limits.seconds)
            answer = _done(*request)
            try:
                packed = _packed(answer)
            except MemoryError:
                packed = _packed(("memory", None))
            except Exception as error:
                packed = _packed(("fault", f"{type(error).__name__}: {error}"))
            outgoing.write(packed)
            outgoing.flush()


def _next(incoming: IO[bytes]) -> Any:
    head = incoming.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    # From our own parent, who could do anything with us anyway.
    return pickle.loads(incoming.read(_LENGTH.unpack(head)[0]))  # noqa: S301


def _done(function: str, argument: object) -> tuple[str, object]:
    try:
        module, _, name = function.partition(":")
        return "ok", getattr(import_module(module), name)(argument)
    except LivsgrafError as error:
        return "error", error
    except MemoryError:
        return "memory", None
    except Exception as error:
        return "fault", f"{type(error).__name__}: {error}"


def _cap_time(seconds: int) -> None:
    """Cap the processor time of what comes next: the parent's clock stops with the parent."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _cap_memory(memory: int) -> None:
    """Cap the memory from here on, and leave no core file behind."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        cap = pages * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (cap, cap))
