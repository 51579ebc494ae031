"""Whether a store holds what its own records say; asked when a server starts."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from graph.errors import LivsgrafError, ReceiptDamaged
from graph.replay import refuse_lost
from graph.store import open_store, version_of
from graph.store.log import Log

Verdict = Literal["whole", "damaged", "log-damaged"]


def verdict(place: Path) -> tuple[Verdict, str]:
    """Compare content, receipts and accepted bytes with their digests; tell what is wrong.

    `damaged` is a content that is not what VERSION says: a rebuild makes it anew. `log-damaged` is
    a receipt, or bytes, that no build can make anew; the content may still be read.
    """
    try:
        version = version_of(place)
        store = open_store(place)
        try:
            found = store.digest()
            # A build may have come in between.
            if found != version.digest and version_of(place) == version:
                return "damaged", f"digest {found[:12]}, where VERSION says {version.digest[:12]}"
            refuse_lost(store, place)
        finally:
            store.close()
        log = Log(place)
        for receipt in log.receipts():
            for sha256 in receipt.kept:
                log.content(receipt, sha256)
    except ReceiptDamaged as error:
        return "log-damaged", str(error)
    except LivsgrafError as error:
        return "damaged", str(error)
    return "whole", ""
