"""What was handed in, byte for byte, and a receipt for each: the record that no build makes anew.

    log/<number>-<id>.json           a receipt, written when the commit is whole
    log/<number>-<id>.json.lost      a hand's word that this one cannot be brought back: left out
    log/<number>-<id>.json.erased    a note that bytes it stood for were erased for good
    log/<number>-<id>.json.staged    the same before that: what a commit at work has announced
    accepted/<sha256>                bytes, by what they are

A commit announces itself, keeps its bytes, changes the store in one step (`apply`), and only then
turns its announcement into a receipt. Whoever finds an announcement asks the store: if the store
holds the commit it is completed, otherwise it never was. So a kill at any point leaves all of it or
nothing, and what was acknowledged had its receipt, its bytes and its content on disk.

Bytes are erased in the same spirit: the note is on disk before any of them goes, and whoever writes
next removes what a note names and is still there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from graph.errors import ReceiptDamaged
from graph.receipt import (
    Erasure,
    Receipt,
    in_force,
    read_erasure,
    read_receipt,
    write_erasure,
    write_receipt,
)
from graph.store.folder import faults, sync

_WHOLE, _STAGED, _LOST, _ERASED = ".json", ".json.staged", ".json.lost", ".json.erased"
_SHOWN = 20


class Log:
    """The log and the accepted bytes of one state folder. Writing is for the one writer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._log = path / "log"
        self._accepted = path / "accepted"

    def receipts(self) -> list[Receipt]:
        """Read every receipt, in the order of acceptance; ReceiptDamaged names the first bad one.

        A number that is missing tells of a receipt that somebody took away.
        """
        found, lost, expected = [], self._lost(), 1
        for name in self._names(_WHOLE):
            receipt = self._receipt(self._log / name)
            while expected in lost:
                expected += 1
            if receipt.number != expected or receipt.name != name:
                reason = f"number {expected} is missing"
                raise ReceiptDamaged(self.path, receipt=f"log/{name}", reason=reason)
            found.append(receipt)
            expected += 1
        return found

    def next_number(self, receipts: Iterable[Receipt]) -> int:
        """Give the number of the next receipt; one that was given up keeps its own."""
        return max([*self._lost(), *(receipt.number for receipt in receipts)], default=0) + 1

    def given_up(self) -> frozenset[str]:
        """Give the ids of the receipts that a hand has given up."""
        names = (name.removesuffix(_LOST) for name in self._names(_LOST))
        return frozenset(name.partition("-")[2] for name in names)

    def _lost(self) -> set[int]:
        numbers = (name.partition("-")[0] for name in self._names(_LOST))
        return {int(number) for number in numbers if number.isdecimal()}

    def content(self, receipt: Receipt, sha256: str) -> bytes:
        """Give kept bytes; ReceiptDamaged when they are gone or changed."""
        try:
            content = (self._accepted / sha256).read_bytes()
        except OSError as error:
            reason = error.strerror or str(error)
            raise ReceiptDamaged(self.path, receipt=f"log/{receipt.name}", reason=reason) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            reason = f"accepted/{sha256[:_SHOWN]}… was changed"
            raise ReceiptDamaged(self.path, receipt=f"log/{receipt.name}", reason=reason)
        return content

    def refuse_missing(self, receipts: Iterable[Receipt]) -> None:
        """Raise ReceiptDamaged when bytes that a receipt stands for are gone."""
        for receipt, sha256 in self.kept(receipts):
            if not (self._accepted / sha256).is_file():
                reason = f"accepted/{sha256[:_SHOWN]}… is gone"
                raise ReceiptDamaged(self.path, receipt=f"log/{receipt.name}", reason=reason)

    def kept(self, receipts: Iterable[Receipt]) -> Iterator[tuple[Receipt, str]]:
        """Give what must be there: each receipt with each file that was not erased.

        ReceiptDamaged when what a commit that stands was read as is noted as erased.
        """
        erased, listed = self.erasures(), list(receipts)
        standing = {receipt.id for receipt in in_force(listed)} if erased else set()
        for receipt in listed:
            gone = erased[receipt.id].files if receipt.id in erased else ()
            if receipt.id in standing and receipt.read in gone:
                reason = "it stands, and is noted as erased"
                raise ReceiptDamaged(self.path, receipt=f"log/{receipt.name}", reason=reason)
            for sha256 in receipt.kept:
                if sha256 not in gone:
                    yield receipt, sha256

    def erasures(self) -> Mapping[str, Erasure]:
        """Give what was erased, by the id of the receipt; ReceiptDamaged for a note that is none.

        Its name is that of the receipt it is about.
        """
        found: dict[str, Erasure] = {}
        for name in self._names(_ERASED):
            try:
                erasure = read_erasure((self._log / name).read_text("utf-8"))
                if not name.endswith(f"-{erasure.receipt}{_ERASED}"):
                    raise ValueError(f"it is about {erasure.receipt}")
            except (OSError, ValueError, RecursionError) as error:
                reason = str(error)
                raise ReceiptDamaged(self.path, receipt=f"log/{name}", reason=reason) from error
            found[erasure.receipt] = erasure
        return found

    def erase(self, erasures: Sequence[tuple[Receipt, Erasure]]) -> int:
        """Note on disk what is erased, and only then remove it; give how many files went."""
        with faults(self.path):
            for receipt, erasure in erasures:
                name = receipt.name.removesuffix(_WHOLE) + _ERASED
                _put(self._log / name, write_erasure(erasure).encode())
        return self.finish_erasing()

    def finish_erasing(self) -> int:
        """Remove what is noted as erased and still there, but for what another receipt stands for.

        For the one writer, and for nobody while a commit is announced by another.
        """
        erased = self.erasures()
        if not erased:
            return 0
        needed = {sha256 for _, sha256 in self.kept(self.receipts())}
        for name in self._names(_STAGED):
            with contextlib.suppress(ValueError):
                needed |= set(read_receipt((self._log / name).read_text("utf-8")).kept)
        gone = 0
        with faults(self.path):
            for sha256 in sorted({name for one in erased.values() for name in one.files} - needed):
                for path in (self._accepted / sha256, self._accepted / f"{sha256}.new"):
                    if path.is_file():
                        path.unlink()
                        gone += path.suffix != ".new"
            if gone:
                sync(self._accepted)
        return gone

    def unsettled(self) -> bool:
        """Tell whether a commit is at work, or was when its process ended."""
        return bool(self._names(_STAGED))

    def stage(self, receipt: Receipt, contents: dict[str, bytes]) -> None:
        """Announce a commit and keep its bytes, all of it synced to disk."""
        with faults(self.path):
            for folder in (self._log, self._accepted):
                if not folder.is_dir():
                    folder.mkdir()
                    sync(self.path)
            _put(self._log / (receipt.staged), write_receipt(receipt).encode())
            for sha256, content in contents.items():
                _put(self._accepted / sha256, content)

    def finish(self, receipt: Receipt, digest: str) -> Receipt:
        """Turn the announcement into the receipt, now that the store holds the commit."""
        whole = replace(receipt, digest=digest)
        with faults(self.path):
            _put(self._log / receipt.name, write_receipt(whole).encode())
            (self._log / (receipt.staged)).unlink(missing_ok=True)
            sync(self._log)
        return whole

    def drop(self, receipt: Receipt) -> None:
        """Forget a commit that never was, and the bytes that no receipt names."""
        with faults(self.path):
            kept = {sha256 for _, sha256 in self.kept(self.receipts())}
            for sha256 in receipt.kept:
                if sha256 not in kept:
                    (self._accepted / sha256).unlink(missing_ok=True)
                    (self._accepted / (sha256 + ".new")).unlink(missing_ok=True)
            (self._log / (receipt.staged)).unlink(missing_ok=True)
            sync(self._log)

    def settle(self, holds: Callable[[Receipt], bool], digest: Callable[[], str]) -> list[Receipt]:
        """Complete or forget what a process that ended had announced; give what was completed.

        `holds` asks the store whether a commit is in it, `digest` what its content is.
        """
        completed = []
        for name in self._names(_STAGED):
            path = self._log / name
            try:
                receipt = read_receipt(path.read_text("utf-8"))
            except ValueError:
                # Not even the announcement was whole, so nothing had come after it.
                path.unlink()
                continue
            whole = self._log / receipt.name
            if whole.is_file():
                path.unlink()
            elif holds(receipt):
                completed.append(self.finish(receipt, digest()))
            else:
                self.drop(receipt)
        if self._log.is_dir():
            for left in self._log.glob("*.new"):
                left.unlink()
        return completed

    def _names(self, ending: str) -> list[str]:
        names: list[str] = []
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            names = [path.name for path in self._log.iterdir()]
        return sorted(name for name in names if name.endswith(ending))

    def _receipt(self, path: Path) -> Receipt:
        try:
            return read_receipt(path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise ReceiptDamaged(
                self.path, receipt=f"log/{path.name}", reason=str(error)
            ) from error


def _put(path: Path, content: bytes) -> None:
    """Write a file that is there whole and on disk, or not at all."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync(path.parent)
