"""What can be wrong with how the server is set up, started or kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from graph.errors.access import KeysDamaged, TrailBroken
from graph.errors.asking import RequestError
from graph.errors.base import InputError, LivsgrafError, UnknownName
from graph.errors.storing import StoreError


class UnknownSetting(UnknownName):
    """A setting that nothing here is called, in the environment or in a file."""

    code = "unknown-setting"

    def __init__(
        self,
        name: str,
        suggestions: Sequence[str] = (),
        known: Sequence[str] = (),
        file: Path | None = None,
        line: int = 0,
    ) -> None:
        super().__init__(name, "setting" if file is None else "file-setting", suggestions, known)
        self.params |= {"file": str(file or ""), "line": line}


class BadOwnSetting(InputError):
    """A setting with a value that it cannot have; `wanted` names the kind of value it takes.

    `file` and `line` say where it stands, when that is not the environment.
    """

    code = "bad-own-setting"

    def __init__(
        self, name: str, value: str, wanted: str, file: Path | None = None, line: int = 0
    ) -> None:
        super().__init__(name=name, value=value, type=wanted, file=str(file or ""), line=line)
        self.wanted = wanted
        if file is not None:
            self.code = "bad-file-setting"


class BadConfig(InputError):
    """A file of settings that is no TOML."""

    code = "bad-config"

    def __init__(self, file: Path, line: int, column: int, reason: str) -> None:
        super().__init__(file=str(file), line=line, column=column, reason=reason)


class CannotListen(InputError):
    """An address that we cannot be asked at; `reason` is what the system says."""

    code = "cannot-listen"

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(host=host, port=port, reason=reason)


class PortTaken(CannotListen):
    """A port that another program listens on."""

    code = "port-taken"


class PortForbidden(CannotListen):
    """A port that only the system's own user may listen on."""

    code = "port-forbidden"


class NoSuchHost(CannotListen):
    """A name or an address that is not this machine's."""

    code = "no-such-host"


class AlreadyServed(StoreError):
    """A store that another server serves already; `address` is where."""

    code = "already-served"

    def __init__(self, path: Path | str, address: str) -> None:
        super().__init__(path, address=address)


class NotThere(InputError):
    """A folder to bring a store back from that is no backup of ours."""

    code = "no-backup"

    def __init__(self, folder: Path | str) -> None:
        super().__init__(folder=str(folder))


class BackupDamaged(InputError):
    """A backup in which a file is not what it was when it was made."""

    code = "backup-damaged"

    def __init__(self, folder: Path | str, file: str) -> None:
        super().__init__(folder=str(folder), file=file)


class PlaceTaken(InputError):
    """A folder that holds something already; nothing is written over."""

    code = "place-taken"

    def __init__(self, folder: Path | str) -> None:
        super().__init__(folder=str(folder))


class NotReady(RequestError):
    """What cannot be done now; the state of the store says why."""

    code = "not-ready"
    status = 503


class StillChecking(NotReady):
    """Handing in waits until the store has been looked through after the start."""

    code = "still-checking"
    retry_after = 2.0


class ServedReadOnly(NotReady):
    """A server that only reads."""

    code = "served-read-only"


class NoWall(NotReady):
    """A machine that cannot keep a question away from the network; none is answered there."""

    code = "no-wall"


class NotWhole(NotReady):
    """A store that does not hold what its records say; `why` is what was found.

    `what` is "read" or "write": what is closed until the store is mended.
    """

    code = "not-whole"
    retry_after = 60.0

    def __init__(self, what: str, why: LivsgrafError) -> None:
        super().__init__()
        self.why = why
        if what == "read":
            self.code = "not-readable"
        elif isinstance(why, KeysDamaged | TrailBroken):
            self.code = "door-not-whole"


class NoRoom(RequestError):
    """A full disk, told to whom it does not belong to."""

    code = "no-room"
    status = 507
    retry_after = 60.0


class TooMuchSent(RequestError):
    """A body with more bytes than this address takes."""

    code = "too-much-sent"
    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class SentTooSlowly(RequestError):
    """A body that took longer to send than it may."""

    code = "sent-too-slowly"
    status = 408

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds=f"{seconds:g}")


class NotHttp(RequestError):
    """What came on a connection cannot be read as a request, or says two things of itself."""

    code = "not-http"


class AddressTooLong(RequestError):
    """A first line that is longer than any reader of ours takes."""

    code = "address-too-long"
    status = 414

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class HeadersTooLarge(RequestError):
    """More around a request than belongs to one: headers, trailers, or the frames of its parts."""

    code = "headers-too-large"
    status = 431

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class Overloaded(RequestError):
    """More requests at once than the server takes, whoever they are from."""

    code = "overloaded"
    status = 503

    def __init__(self, retry_after: float = 1) -> None:
        super().__init__(seconds=int(retry_after))
        self.retry_after = retry_after


class BadHost(RequestError):
    """A request that names a host as no host is named."""

    code = "bad-host"
