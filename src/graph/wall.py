"""The wall around a process that meets what strangers send: no network, and no other programs.

Two walls of the system's, since either may be missing where we run: a network of one's own, in
which there is nobody (man 2 unshare), and a filter that refuses the calls themselves (man 2
seccomp). Both hold for what is not Python. What Python does is refused besides.
"""

from __future__ import annotations

import contextlib
import ctypes
import platform
import struct
import sys
from typing import Final

_NEW_NET: Final = 0x40000000
_NEW_USER: Final = 0x10000000
_NO_NEW_PRIVILEGES: Final = 38
_SET_FILTER: Final = 22
_REFUSED: Final = 0x00050001
"""The call gives EPERM."""
_ALLOWED: Final = 0x7FFF0000
_FOREIGN_CALLS: Final = 0x40000000
"""From here on the numbers are those of another kind of program, which the filter would not see."""
# Per machine: its number, and those of socket, connect, bind, listen, accept, accept4, sendto,
# sendmsg, sendmmsg, execve, execveat, ptrace and io_uring_setup.
_CALLS: Final = {
    "x86_64": (
        0xC000003E,
        (41, 42, 49, 50, 43, 288, 44, 46, 307, 59, 322, 101, 425),
    ),
    "aarch64": (
        0xC00000B7,
        (198, 203, 200, 201, 202, 242, 206, 211, 269, 221, 281, 117, 425),
    ),
}
_EVENTS: Final = frozenset(
    {
        *("socket.connect", "socket.getaddrinfo", "socket.bind", "socket.sendto"),
        *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"),
    }
)
_STANDS: list[bool] = []


def put_up() -> bool:
    """Shut this process in, for good; tell whether a wall of the system's stands.

    To be called before there are other threads.
    """
    stands = _alone()
    stands = _filtered() or stands
    sys.addaudithook(_refuse)
    _STANDS[:] = [stands]
    return stands


def stands() -> bool:
    """Tell whether a wall of the system's stands around this process."""
    return _STANDS == [True]


def _alone() -> bool:
    with contextlib.suppress(OSError, AttributeError):
        system = ctypes.CDLL(None)
        # Who is not root must first be alone with one's users.
        return any(system.unshare(flags) == 0 for flags in (_NEW_NET, _NEW_USER | _NEW_NET))
    return False


def _filtered() -> bool:
    known = _CALLS.get(platform.machine())
    return known is not None and forbid(*known)


def forbid(machine: int, calls: tuple[int, ...]) -> bool:
    """Have the system refuse calls by their numbers from now on; tell whether it will."""
    last = len(calls) + 2
    lines = [
        # Which machine the call is meant for, then which call it is; linux/filter.h.
        struct.pack("HBBI", 0x20, 0, 0, 4),
        struct.pack("HBBI", 0x15, 0, last, machine),
        struct.pack("HBBI", 0x20, 0, 0, 0),
        struct.pack("HBBI", 0x35, last - 2, 0, _FOREIGN_CALLS),
        *(
            struct.pack("HBBI", 0x15, len(calls) - place, 0, call)
            for place, call in enumerate(calls)
        ),
        struct.pack("HBBI", 0x06, 0, 0, _ALLOWED),
        struct.pack("HBBI", 0x06, 0, 0, _REFUSED),
    ]
    program = ctypes.create_string_buffer(b"".join(lines))
    told = ctypes.create_string_buffer(
        struct.pack("HxxxxxxQ", len(lines), ctypes.addressof(program))
    )
    with contextlib.suppress(OSError, AttributeError):
        control = ctypes.CDLL(None).prctl
        control.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
        if control(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0:
            return bool(control(_SET_FILTER, 2, ctypes.addressof(told), 0, 0) == 0)
    return False


def _refuse(event: str, _: object) -> None:
    if event in _EVENTS:
        raise PermissionError(event)
