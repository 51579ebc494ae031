"""A file that no reader takes → a finding like any other, so that a report tells of it too."""

from __future__ import annotations

from graph.errors import InputError
from graph.findings import Finding, Place
from graph.messages import load
from graph.terms import BASE, LANGUAGES

RULES = BASE + "file#"
"""Where the rules live that a file breaks before anything in it can be judged."""


def unread(error: InputError, file: str) -> Finding:
    """Give the finding that an error in reading is: what, where, and how to mend it."""
    texts = {lang: load(lang) for lang in LANGUAGES}
    key = f"error.{error.code}"
    hints = {lang: told.maybe(f"{key}-hint", **error.params) for lang, told in texts.items()}
    line, column = (error.params.get(name) for name in ("line", "column"))
    # A parser speaks English, whoever reads.
    reason = str(error.params.get("reason") or "")
    placed = isinstance(line, int) and line > 0
    return Finding(
        rule=RULES + error.code,
        severity="violation",
        focus=file,
        message={lang: told.text(key, **error.params) for lang, told in texts.items()},
        expected={"en": reason} if reason else {},
        fix={lang: hint for lang, hint in hints.items() if hint},
        source=file,
        place=Place(
            file,
            line if placed and isinstance(line, int) else None,
            column if placed and isinstance(column, int) else None,
        ),
    )
