"""Why something handed in is not taken in, or not taken back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from graph.errors.base import InputError

_SHOWN = 10


class SubmitError(InputError):
    """What is handed in cannot be taken in as asked; the store is as it was."""

    code = "submit"


class NotAnOrganisation(SubmitError):
    """A text that is no organisation number, or has a wrong control digit."""

    code = "not-an-organisation"

    def __init__(self, value: str) -> None:
        super().__init__(value=value)


class NamesAPerson(SubmitError):
    """A function that could be a person: an e-mail address, a telephone or an identity number."""

    code = "names-a-person"


class BadFunction(SubmitError):
    """A function that is no short line of text."""

    code = "bad-function"

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class BadEditor(InputError):
    """A list of editors with something that is no organisation number."""

    code = "bad-editor"

    def __init__(self, name: str, value: str) -> None:
        super().__init__(name=name, value=value)


class Things(SubmitError):
    """An error about some things; `things` are their IRIs, of which the text shows the first."""

    def __init__(self, things: Sequence[str], **params: object) -> None:
        shown = ", ".join(things[:_SHOWN]) + (" …" if len(things) > _SHOWN else "")
        super().__init__(n=len(things), things=shown, **params)
        self.things = tuple(things)


class NotOwned(Things):
    """Records of others that an organisation tried to change."""

    code = "not-owned"

    def __init__(self, things: Sequence[str], organisation: str, told: Sequence[str] = ()) -> None:
        super().__init__(things, organisation=organisation)
        if told:
            self.params["things"] = ", ".join(told[:_SHOWN]) + (" …" if len(told) > _SHOWN else "")


class NotData(Things):
    """Things that no file may speak of: the vocabulary, what is derived, and the commits."""

    code = "not-data"


class NothingIn(SubmitError):
    """A file that states nothing at all."""

    code = "nothing-in"

    def __init__(self, file: Path | str) -> None:
        super().__init__(file=str(file))


class CannotUndo(Things):
    """A commit that cannot be taken back; `why` names the reason."""

    code = "cannot-undo"

    def __init__(self, id_: str, why: str, things: Sequence[str] = (), **params: object) -> None:
        super().__init__(things, id=id_, **params)
        self.code = f"cannot-undo-{why}"


class NotYoursToUndo(CannotUndo):
    """A commit of another organisation, and the one that asks is no editor."""

    status = 403

    def __init__(self, id_: str, organisation: str) -> None:
        super().__init__(id_, "not-yours", organisation=organisation)


class CannotErase(SubmitError):
    """Kept bytes that cannot be erased; `why` names the reason."""

    code = "cannot-erase"

    def __init__(self, id_: str, why: str, **params: object) -> None:
        super().__init__(id=id_, **params)
        self.code = f"cannot-erase-{why}"


class HasReceipts(InputError):
    """A folder to build from, and a store that has taken in files on top of another content."""

    code = "has-receipts"

    def __init__(self, path: Path | str, count: int) -> None:
        super().__init__(path=str(path), n=count)


class NotAnExport(InputError):
    """A folder that holds no content as `export --folder` writes it."""

    code = "not-an-export"

    def __init__(self, folder: Path | str) -> None:
        super().__init__(folder=str(folder))
