"""Who hands something in: an organisation and a function in it, never a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from graph.errors import BadFunction, NamesAPerson, NotAnOrganisation
from graph.ownership import is_number
from graph.plain import plain

MOST_SIGNS = 100
# Eleven digits, however they are grouped, may be a national identity number.
_ELEVEN = re.compile(r"(?<!\d)\d(?:[ ./_\-]?\d){10}(?![ ./_\-]?\d)")
# A telephone number has eight digits and begins with 2 to 9. It is written together, in three
# groups, or in pairs; behind the number of the country in any way. Within a longer number, or
# behind the stroke of a case number, it is none.
_PHONE = re.compile(
    r"(?<![\d/])(?:47)?[2-9]\d{7}(?!\d)"
    r"|(?<![\d/])[2-9]\d\d([ ._\-])\d\d\1\d{3}(?!\1?\d)"
    r"|(?<![\d/])[2-9]\d(?: \d\d){3}(?! ?\d)"
    r"|(?:\+|(?<!\d)00)[ ._\-]?47(?:[ ._\-]?\d){8}(?![ ._\-]?\d)"
)
# Eight digits that are a day, or two years.
_TIME = re.compile(
    r"(?:19|20)\d\d ?(?:0[1-9]|1[0-2]) ?(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[1-9]|[12]\d|3[01]) ?(?:0[1-9]|1[0-2]) ?(?:19|20)\d\d"
    r"|(?:19|20)\d\d(?:19|20)\d\d"
)
_ENDING = re.compile(r"\.[A-Za-z]{1,8}")
_AT = re.compile(r"@|[(\[{] ?(?:at|krøllalfa|alfakrøll) ?[)\]}]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Who:
    """An organisation by its number, and the function that acts for it."""

    organisation: str
    function: str = ""


def who(organisation: str, function: str = "") -> Who:
    """Settle who hands something in.

    Raises:
        NotAnOrganisation: no organisation number.
        NamesAPerson: the function holds an e-mail address, a telephone number or eleven digits.
        BadFunction: the function is no short line.

    """
    number = re.sub(r"[\s.]", "", organisation)
    if not is_number(number):
        raise NotAnOrganisation(organisation)
    return Who(number, a_function(function))


def a_function(text: str) -> str:
    """Give a function as a receipt keeps it; NamesAPerson, BadFunction."""
    said = " ".join(text.split())
    if _names_a_person(said):
        raise NamesAPerson
    if len(said) > MOST_SIGNS or not said.isprintable():
        raise BadFunction(MOST_SIGNS)
    return said


def file_name(name: str) -> str:
    """Give a file's name as a receipt keeps it: only its ending where it may name a person."""
    if not _names_a_person(name):
        return name
    ending = PurePath(name).suffix
    return "…" + ending if _ENDING.fullmatch(ending) else "…"


def _names_a_person(text: str) -> bool:
    ways = (text, plain(text))
    return any(look.search(way) for look in (_AT, _ELEVEN) for way in ways) or any(
        not _TIME.fullmatch(found[0]) for way in ways for found in _PHONE.finditer(way)
    )
