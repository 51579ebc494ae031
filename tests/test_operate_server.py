"""A server in a process of its own: on a port, with patience that ends, until it is stopped."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from graph.api.server import listen
from graph.config import Serving, Settings
from graph.errors import CannotListen, NoSuchHost, PortTaken
from served import a_copy

PAGE = Path(__file__).parents[1] / "docs/operations.md"
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
_SCRIPT = """
import sys
from fastapi import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from graph.api import app, server
from graph.cli import main
import time

make = app.create_app

def more(service):
    made = make(service)
    async def read(request: Request):
        return PlainTextResponse(str(len(await request.body())))
    def slow():
        time.sleep(1)
        return PlainTextResponse("done")
    def half():
        def parts():
            yield b"half"
            raise RuntimeError
        return StreamingResponse(parts())
    made.add_api_route("/sparql", read, methods=["POST"])
    made.add_api_route("/slow", slow)
    made.add_api_route("/half", half)
    made.add_api_route("/much", lambda: PlainTextResponse("x" * 30_000_000))
    return made

server.create_app = more
sys.exit(main(["serve", "--port", "0", "--lang", "en", *sys.argv[1:]]))
"""


class Served:
    """A server at work, and what it has said."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process = process
        self.log = log
        self.port = 0

    def until_ready(self) -> Served:
        ends = time.monotonic() + 30
        while not (found := _ADDRESS.search(self.log.read_text("utf-8"))):
            assert self.process.poll() is None, self.log.read_text("utf-8")
            assert time.monotonic() < ends
            time.sleep(0.02)
        self.port = int(found[1])
        return self

    def connect(self) -> socket.socket:
        found = socket.create_connection(("127.0.0.1", self.port), 10)
        found.settimeout(10)
        return found

    def ask(self, text: str) -> str:
        with self.connect() as connection:
            connection.sendall(text.encode())
            return _all(connection)

    def lines(self) -> list[dict[str, object]]:
        text = self.log.read_text("utf-8")
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def _all(connection: socket.socket) -> str:
    content = b""
    with contextlib.suppress(ConnectionResetError):
        while block := connection.recv(65_536):
            content += block
    return content.decode()


def _start(store: Path, top: Path, name: str, *options: str, **seen: str) -> Served:
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith("LIVSGRAF_")
    }
    log = top / f"{name}.log"
    file: IO[str]
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", _SCRIPT, *options],
            env={**environ, "LIVSGRAF_STORE": str(store), **seen},
            stderr=file,
            stdout=subprocess.DEVNULL,
            text=True,
        )
    return Served(process, log)


@pytest.fixture(scope="module")
def store(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_copy(shipped, tmp_path_factory.mktemp("server") / "store")


@pytest.fixture(scope="module")
def server(store: Path) -> Iterator[Served]:
    found = _start(
        store,
        store.parent,
        "server",
        LIVSGRAF_HEADER_SECONDS="0.4",
        LIVSGRAF_BODY_SECONDS="0.6",
        LIVSGRAF_CONNECTIONS="20",
        LIVSGRAF_QUERY_BYTES="1000",
    )
    try:
        yield found.until_ready()
    finally:
        assert found.stop() == 0


GET = "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def test_it_answers_and_its_log_has_a_line_for_it(server: Served) -> None:
    answer = server.ask(GET.format(path="/health"))
    assert answer.startswith("HTTP/1.1 200 OK")
    assert "server:" not in answer.lower()
    number = re.search(r"x-request-id: (\w+)", answer)
    assert number is not None
    time.sleep(0.2)
    assert any(line.get("number") == number[1] for line in server.lines())


@pytest.mark.parametrize("begun", ["", "GET /health HTTP/1.1\r\nHost: x\r\nX-A: "])
def test_who_is_slow_to_say_what_it_asks_for_is_let_go(server: Served, begun: str) -> None:
    with server.connect() as connection:
        connection.sendall(begun.encode())
        assert _all(connection).startswith("HTTP/1.1 408")


def test_a_second_question_on_a_connection_has_the_same_time(server: Served) -> None:
    with server.connect() as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
        time.sleep(0.6)
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /heal")
        assert "HTTP/1.1 408" in _all(connection)


def test_who_is_slow_to_send_is_told_so(server: Served) -> None:
    kind = "Content-Type: application/sparql-query"
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\n{kind}\r\nContent-Length: 9\r\n\r\nabc"
    answer = server.ask(head)
    assert answer.startswith("HTTP/1.1 408")
    assert '"sent-too-slowly"' in answer


def test_too_much_is_refused_before_it_is_read(server: Served) -> None:
    head = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"
    answer = server.ask(head)
    assert answer.startswith("HTTP/1.1 413")
    assert "connection: close" in answer.lower()
    with server.connect() as connection, contextlib.suppress(OSError):
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        for _ in range(1000):
            connection.sendall(b"X-A: " + b"a" * 1000 + b"\r\n")
        assert _all(connection).startswith("HTTP/1.1 431")


def problem_of(answer: str) -> dict[str, str]:
    """Read a refusal that a connection ended with."""
    head, _, body = answer.rpartition("HTTP/1.1 ")[2].partition("\r\n\r\n")
    assert "content-type: application/problem+json" in head.lower()
    assert "connection: close" in head.lower()
    told: dict[str, str] = json.loads(body)
    assert str(told["status"]) == head[:3]
    assert told["detail"]
    return told


_CHUNKED = (
    "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    "Transfer-Encoding: chunked\r\n\r\n6\r\nASK {}\r\n"
)


@pytest.mark.parametrize(
    ("begun", "more"),
    [
        ("0\r\n", "X-A: " + "a" * 1000 + "\r\n"),
        ("0\r\nX-A: ", "a" * 1000),
        ("1;", "a" * 1000),
    ],
    ids=["trailers", "one trailer", "an extension"],
)
def test_what_stands_around_content_has_a_limit(server: Served, begun: str, more: str) -> None:
    with server.connect() as connection:
        connection.sendall((_CHUNKED + begun).encode())
        # What comes in one piece with content is not counted.
        time.sleep(0.1)
        for _ in range(60):
            if select.select([connection], [], [], 0.002)[0]:
                break
            connection.sendall(more.encode())
        assert problem_of(_all(connection))["code"] == "headers-too-large"


def test_a_trailer_is_no_header(server: Served) -> None:
    sent = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n"
    answer = server.ask(sent.replace("/echo", "/health") + "0\r\nHost: y\r\n\r\n")
    assert answer.startswith("HTTP/1.1 405")


@pytest.mark.parametrize(
    "lines",
    [
        "Host: x\r\nHost: y",
        "Host: x\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b",
        "Host: x\r\nTransfer-Encoding: gzip, chunked",
    ],
)
def test_what_says_two_things_of_itself_is_refused(server: Served, lines: str) -> None:
    answer = server.ask(f"GET /health HTTP/1.1\r\n{lines}\r\nConnection: close\r\n\r\n0\r\n\r\n")
    assert answer.startswith("HTTP/1.1 400")
    assert '"not-http"' in answer


def test_what_is_no_request_is_told_so_in_words(server: Served) -> None:
    assert problem_of(server.ask("HELO there\r\n\r\n"))["code"] == "not-http"
    assert problem_of(server.ask("GET /health\r\n: x\r\n\r\n"))["code"] == "not-http"


_POST = "POST /health HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("asked", "then"),
    [
        ("GET /health HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n"),
        (_POST + "Content-Length: 1000\r\n\r\n", "a"),
        (_POST + "Transfer-Encoding: chunked\r\n\r\n", "1"),
    ],
    ids=["a stray line", "content that is not read", "a part that is not read"],
)
def test_nobody_holds_a_connection_that_asks_for_nothing(
    server: Served, asked: str, then: str
) -> None:
    with server.connect() as connection:
        connection.sendall(asked.encode())
        assert connection.recv(65_536).startswith(b"HTTP/1.1 ")
        connection.sendall(then.encode())
        begun = time.monotonic()
        _all(connection)
        assert time.monotonic() - begun < 3


def test_frames_have_a_limit_also_behind_an_answer(server: Served) -> None:
    with server.connect() as connection:
        connection.sendall((_POST + "Transfer-Encoding: chunked\r\n\r\n").encode())
        assert connection.recv(65_536).startswith(b"HTTP/1.1 405")
        part, sent = b"1;" + b"a" * 20_000 + b"\r\nx\r\n", 0
        with contextlib.suppress(OSError):
            while sent < 100:
                connection.sendall(part)
                sent += 1
                time.sleep(0.002)
        assert sent < 50


def test_nothing_behind_a_refused_connection_is_done(server: Served) -> None:
    asked = GET.format(path="/" + "a" * 66_000) + GET.format(path="/done-behind")
    assert problem_of(server.ask(asked))["code"] in ("address-too-long", "headers-too-large")
    time.sleep(0.2)
    assert not any(line.get("path") == "/done-behind" for line in server.lines())


def test_no_refusal_stands_within_an_answer(server: Served) -> None:
    with server.connect() as connection:
        connection.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET /heal")
        told = _all(connection)
    assert told.startswith("HTTP/1.1 200")
    head, _, rest = told.partition("\r\n\r\n")
    length = re.search(r"content-length: (\d+)", head)
    assert length is not None
    assert rest[: int(length[1])] == "done"
    # What came of the second is told behind it, when its own time is over.
    assert rest[int(length[1]) :].startswith("HTTP/1.1 408")


def test_a_key_in_an_address_does_not_stand_in_the_log(server: Served) -> None:
    server.ask(GET.format(path="/lg_0a1b2c3d_secretsecretsecret-_"))
    time.sleep(0.2)
    assert "secretsecret" not in server.log.read_text("utf-8")
    assert any(line.get("path") == "/lg_…" for line in server.lines())


def test_who_does_not_take_what_it_is_sent_is_let_go(server: Served) -> None:
    with server.connect() as connection:
        connection.sendall(GET.format(path="/much").encode())
        time.sleep(1.5)
        assert len(_all(connection)) < 30_000_000


def test_a_half_answer_does_not_look_like_a_whole_one(server: Served) -> None:
    answer = server.ask(GET.format(path="/half"))
    assert answer.startswith("HTTP/1.1 200")
    assert "half" in answer
    assert not answer.endswith("0\r\n\r\n")


def test_more_connections_than_there_may_be_are_refused(server: Served) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(server.connect())
        assert server.ask("").startswith("HTTP/1.1 503")
    time.sleep(0.6)
    assert server.ask(GET.format(path="/health")).startswith("HTTP/1.1 200")


def test_one_client_has_no_more_connections_than_its_own(store: Path, tmp_path: Path) -> None:
    settings = {"LIVSGRAF_CLIENT_CONNECTIONS": "3"}
    found = _start(store, tmp_path, "few", "--read-only", **settings).until_ready()
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(found.connect())
        assert found.ask("").startswith("HTTP/1.1 503")
    time.sleep(0.3)
    assert found.ask(GET.format(path="/health")).startswith("HTTP/1.1 200")
    assert found.stop() == 0


def test_an_answer_taken_bit_by_bit_is_not_waited_for_without_end(
    store: Path, tmp_path: Path
) -> None:
    settings = {"LIVSGRAF_BODY_SECONDS": "0.3"}
    found = _start(store, tmp_path, "bits", "--read-only", **settings).until_ready()
    taken, begun = 0, time.monotonic()
    with found.connect() as connection, contextlib.suppress(ConnectionResetError):
        connection.sendall(GET.format(path="/much").encode())
        while piece := connection.recv(100_000):
            taken += len(piece)
            time.sleep(0.05)
    assert time.monotonic() - begun < 9
    assert taken < 30_000_000
    assert found.stop() == 0


def test_a_second_server_is_refused_and_one_that_only_reads_is_not(
    server: Served, store: Path
) -> None:
    second = _start(store, store.parent, "second")
    assert second.process.wait(30) == 2
    told = second.log.read_text("utf-8").splitlines()
    assert told[0].endswith(f"is already served, at http://127.0.0.1:{server.port}.")
    reads = _start(store, store.parent, "reads", "--read-only").until_ready()
    assert '"served-read-only"' in reads.ask(GET.format(path="/ready"))
    assert reads.stop() == 0


def test_what_is_being_answered_when_it_is_told_to_stop_is_answered(
    store: Path, tmp_path: Path
) -> None:
    found = _start(store, tmp_path, "stopping", "--read-only").until_ready()
    with found.connect() as connection:
        connection.sendall(GET.format(path="/slow").encode())
        time.sleep(0.3)
        found.process.send_signal(signal.SIGINT)
        answer = _all(connection)
    assert answer.endswith("done")
    assert found.process.wait(10) == 0
    assert found.log.read_text("utf-8").splitlines()[-1] == "Stopped."


def test_a_port_that_cannot_be_had_is_told_in_one_error() -> None:
    with contextlib.closing(listen(_settings("127.0.0.1", 0))) as taken, pytest.raises(PortTaken):
        listen(_settings("127.0.0.1", taken.getsockname()[1]))
    for host in ("192.0.2.1", "no such host", "x" * 300, "::ffff:ffff:ffff:ffff:ffff:f"):
        with pytest.raises(CannotListen) as caught:
            listen(_settings(host, 0))
        assert isinstance(caught.value, NoSuchHost)


def _settings(host: str, port: int) -> Settings:
    return Settings(Path("none"), serving=Serving(host=host, port=port))


def test_the_commands_of_the_page_run_in_the_order_they_stand_in(
    shipped: Path, tmp_path: Path
) -> None:
    a_copy(shipped, tmp_path / "store")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    script = "set -eu\n" + "".join(blocks).replace("8080", str(port))
    shim = tmp_path / "bin/livsgraf"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m graph "$@"\n', "utf-8")
    shim.chmod(0o755)
    environ = {name: v for name, v in os.environ.items() if not name.startswith("LIVSGRAF_")}
    environ |= {"PATH": f"{shim.parent}:{environ['PATH']}", "LIVSGRAF_PORT": str(port)}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert script.count("livsgraf ") >= 5
    assert done.stdout.count('"write": true') == 3
    assert (tmp_path / "store.old/VERSION").is_file()
