"""A process behind the wall reaches nobody, by Python or past it, whichever wall can be had."""

from __future__ import annotations

import platform
import socket
import subprocess
import sys
import threading

import pytest

ONLY_HERE = pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers of x86_64")
UNSHARE, PRCTL, SECCOMP = 272, 157, 317

TRY = """
import ctypes, socket, sys
from graph import wall
port = int(sys.argv[1])
missing = tuple(int(number) for number in sys.argv[2:])
if missing:
    assert wall.forbid(0xC000003E, missing)
assert not wall.stands()
print(wall.put_up(), wall.stands())
if wall.stands():
    import pyoxigraph as ox
    def native():
        place = bytes([2, 0, port >> 8, port & 255, 127, 0, 0, 1]) + bytes(8)
        system = ctypes.CDLL(None)
        found = system.socket(2, 1, 0)
        if found < 0 or system.connect(found, place, 16) < 0:
            raise OSError("refused")
    def engine():
        text = "SELECT * { SERVICE <http://127.0.0.1:%d/> { ?s ?p ?o } }" % port
        list(ox.Store().query(text))
    for way in (native, engine, lambda: socket.create_connection(("127.0.0.1", port))):
        try:
            way()
        except OSError:
            print("kept in")
        else:
            print("OUT")
"""


def _tried(*missing: int) -> tuple[list[str], int]:
    """Run the try where some calls of the system are missing; give its lines, and who came."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    came.append(listening.accept()[0].close())
                except TimeoutError:
                    continue

        thread = threading.Thread(target=listen)
        thread.start()
        words = [str(listening.getsockname()[1]), *map(str, missing)]
        told = subprocess.run(
            [sys.executable, "-c", TRY, *words], capture_output=True, text=True, check=False
        )
        done.set()
        thread.join()
    assert told.returncode == 0, told.stderr
    return told.stdout.splitlines(), len(came)


def test_nobody_is_reached() -> None:
    assert _tried() == (["True True", *["kept in"] * 3], 0)


@ONLY_HERE
def test_the_filter_is_enough_where_there_are_no_namespaces() -> None:
    assert _tried(UNSHARE) == (["True True", *["kept in"] * 3], 0)


@ONLY_HERE
def test_without_any_wall_it_is_said() -> None:
    assert _tried(UNSHARE, PRCTL, SECCOMP) == (["False False"], 0)
