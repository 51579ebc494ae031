"""The commands about keys, and what was done with them."""

from __future__ import annotations

from graph.access import MOST_DAYS, Keys, Trail
from graph.cli.session import Session
from graph.errors import LivsgrafError, SubmitError
from graph.options import BadOption
from graph.query import today
from graph.render import Cell, Column, Document, Sheet
from graph.submitting import who
from graph.terms import literal


def create(
    session: Session, name: str, organisations: list[str], roles: list[str], days: str
) -> int:
    """Make a key, and show its secret once: alone on standard output."""
    if not (days.isascii() and days.isdigit() and 1 <= int(days[:9]) <= MOST_DAYS):
        raise BadOption("key-days", value=days, limit=str(MOST_DAYS))
    # Organisations and name are held to what a receipt holds them to.
    bodies = [_body(organisation, name) for organisation in organisations]
    place = session.settings.store
    _ = session.store
    keys = Keys(place)
    key, secret = keys.make(" ".join(name.split()), bodies, roles or ["submit"], int(days))
    told = {"key": key.id, "organisations": list(key.organisations), "roles": list(key.roles)}
    try:
        Trail(place).add("key-create", {**told, "name": key.name, "expires": key.expires})
    except LivsgrafError:
        # A key that nobody could be told of is none.
        keys.revoke(key.id)
        raise
    session.out.write(secret + "\n")
    session.talk.tell("key.created", id=key.id, expires=key.expires)
    return 0


def _body(organisation: str, name: str) -> str:
    """Give one organisation number; what is wrong is told with the options of this command."""
    try:
        return who(organisation, name).organisation
    except SubmitError as error:
        raise BadOption(f"key-{error.code}", **error.params) from error


def listed(session: Session, output: str | None, everything: bool) -> int:
    """Show every key, without what opens with it."""
    texts = session.talk.messages
    keys = Keys(session.settings.store).listed()
    names = ("id", "name", "organisations", "roles", "expires", "state")
    rows = []
    for key in keys:
        state = "revoked" if key.revoked else "good" if key.holds(today()) else "expired"
        rows.append(
            (
                Cell(literal(key.id)),
                Cell(literal(key.name)),
                Cell(literal(", ".join(key.organisations))),
                _cell(", ".join(key.roles), ", ".join(texts[f"key.role-{r}"] for r in key.roles)),
                Cell(literal(key.expires)),
                _cell(state, texts[f"key.state-{state}"]),
            )
        )
    columns = tuple(Column(name, texts[f"key.{name}"]) for name in names)
    notes = () if keys else (texts["key.none"],)
    sheet = Sheet("keys", columns, rows, title=texts["key.title"], notes=notes)
    session.show(Document((sheet,)), output, everything)
    return 0


def revoke(session: Session, name: str) -> int:
    """Take a key back."""
    place = session.settings.store
    key = Keys(place).revoke(name)
    Trail(place).add("key-revoke", {"key": key.id})
    session.talk.tell("key.revoked", id=key.id)
    return 0


def audit(session: Session, output: str | None, everything: bool) -> int:
    """Show the trail; a line that does not hold is told, and ends with 2."""
    texts = session.talk.messages
    names = ("at", "act", "key", "organisation", "function", "outcome", "receipt", "client")
    rows, last = [], ""
    for so_far, told in Trail(session.settings.store).lines():
        rows.append(tuple(Cell(literal(str(told.get(name, "")))) for name in names))
        last = so_far.hash
    columns = tuple(Column(name, texts[f"audit.{name}"]) for name in names)
    whole = texts.text("audit.whole", n=len(rows), hash=last) if rows else texts["audit.none"]
    sheet = Sheet("audit", columns, rows, title=texts["audit.title"], notes=(whole,))
    session.show(Document((sheet,)), output, everything)
    return 0


def _cell(value: str, label: str) -> Cell:
    return Cell(literal(value), label)
