"""Keys: made, kept as hashes in the store's folder, looked up, taken back.

    keys.json    every key that was ever made, also those taken back; for its owner alone

A secret is 256 random bits, so a plain hash of it tells nothing and cannot be guessed from.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import hashlib
import hmac
import json
import os
import secrets
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path

from graph.access.model import ROLES, Key
from graph.errors import Forbidden, KeysDamaged, NotAuthorised, UnknownName, UnknownRole
from graph.query import today
from graph.store.folder import faults, sync

PREFIX = "lg_"
"""What every key begins with, so that a scanner knows one that was left somewhere."""
MOST_DAYS = 3660


class Keys:
    """The keys of one store. What another process changes is seen at the next look."""

    def __init__(self, store: Path) -> None:
        self._path = store / "keys.json"
        self._seen: tuple[int, int, int] | None = None
        self._read: dict[str, Key] = {}
        self._lock = threading.Lock()

    def make(
        self, name: str, organisations: Sequence[str], roles: Sequence[str], days: int
    ) -> tuple[Key, str]:
        """Make a key that holds for some days from today, and give it with its secret, once.

        The name and the organisations are the caller's to check. UnknownRole for a strange role.
        """
        for role in roles:
            if role not in ROLES:
                raise UnknownRole(role, ROLES)
        secret = secrets.token_urlsafe(32)
        with self._changing() as keys:
            while (number := secrets.token_hex(4)) in keys:
                continue
            key = Key(
                id=number,
                name=name,
                organisations=tuple(dict.fromkeys(organisations)),
                roles=tuple(role for role in ROLES if role in roles),
                hash=_hash(secret),
                created=today().isoformat(),
                expires=(today() + datetime.timedelta(days=min(days, MOST_DAYS))).isoformat(),
            )
            keys[number] = key
        return key, f"{PREFIX}{number}_{secret}"

    def listed(self) -> list[Key]:
        """Give every key, the newest last."""
        return sorted(self._all().values(), key=lambda key: (key.created, key.id))

    def revoke(self, name: str) -> Key:
        """Take a key back, for ever; UnknownName. One that was taken back keeps its day."""
        with self._changing() as keys:
            if name not in keys:
                raise UnknownName(name, "key", (), tuple(sorted(keys)))
            if not keys[name].revoked:
                keys[name] = replace(keys[name], revoked=today().isoformat())
            return keys[name]

    def who_bears(self, token: str, role: str) -> Key:
        """Give the key that a token is of; Forbidden for a good one without the role.

        NotAuthorised for no such key, and for one that does not hold any more.
        """
        key = self.known(token)
        if role not in key.roles:
            raise Forbidden(role)
        return key

    def known(self, token: str) -> Key:
        """Give the key that a token is of; NotAuthorised unless it holds today."""
        number, _, secret = token.removeprefix(PREFIX).partition("_")
        key = self._all().get(number) if token.startswith(PREFIX) else None
        # Compared even where there is no key: how long we take tells nothing.
        same = hmac.compare_digest(_hash(secret), key.hash if key else _hash(""))
        if key is None or not same or not key.holds(today()):
            raise NotAuthorised
        return key

    def _all(self) -> dict[str, Key]:
        """Read the keys, unless they are as they were."""
        with self._lock:
            try:
                told = self._path.stat()
            except FileNotFoundError:
                self._seen, self._read = None, {}
                return {}
            except OSError as error:
                raise KeysDamaged(self._path.parent, file=self._path.name) from error
            seen = (told.st_mtime_ns, told.st_size, told.st_ino)
            if seen != self._seen:
                self._read = _read(self._path)
                self._seen = seen
            return dict(self._read)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, Key]]:
        """Lend the keys to be changed; on disk all of the change or nothing of it."""
        with faults(self._path.parent):
            handle = os.open(
                self._path.with_name("keys.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
            )
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            keys = self._all()
            yield keys
            with faults(self._path.parent):
                _write(self._path, keys)
        finally:
            os.close(handle)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _read(path: Path) -> dict[str, Key]:
    try:
        told = json.loads(path.read_bytes())
        keys = [_key(one) for one in told["keys"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise KeysDamaged(path.parent, file=path.name) from error
    return {key.id: key for key in keys}


def _key(told: object) -> Key:
    if not isinstance(told, dict):
        raise TypeError("no key")
    values = {}
    for member in fields(Key):
        value = told[member.name]
        if member.name in ("organisations", "roles"):
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                raise TypeError(member.name)
            value = tuple(value)
        elif not isinstance(value, str):
            raise TypeError(member.name)
        values[member.name] = value
    return Key(**values)


def _write(path: Path, keys: dict[str, Key]) -> None:
    text = json.dumps({"format": 1, "keys": [asdict(key) for key in keys.values()]}, indent=2)
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync(path.parent)
