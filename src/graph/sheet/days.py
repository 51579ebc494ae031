"""Days as people write them in a cell, read where only one day can be meant."""

from __future__ import annotations

import datetime
import re
from functools import cache

from graph.messages import load
from graph.terms import LANGUAGES

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[T ]00:00(?::00)?Z?)?")
_DIGITS = re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)")
_NORWEGIAN = re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})")
_NAMED = re.compile(r"(?P<day>\d{1,2})\.?\s+(?P<name>[^\W\d]+)\.?,?\s+(?P<year>\d{4})")
_NAME_FIRST = re.compile(r"(?P<name>[^\W\d]+)\.?\s+(?P<day>\d{1,2})\.?,?\s+(?P<year>\d{4})")
_FORMS = (_ISO, _DIGITS, _NORWEGIAN, _NAMED, _NAME_FIRST)
_SHORT = re.compile(
    r"(?P<day>\d{1,2})\.?\s?(?:(?P<month>\d{1,2})\.|(?P<name>[^\W\d]+)\.?)\s?'?(?P<year>\d\d)"
)
_FIRST_DAY, _LAST_DAY = 20_000, 75_000
"""Bare numbers that are likely days, from 1954 to 2105, as a workbook counts them."""
_COUNTED_FROM = datetime.date(1899, 12, 30)
_LETTERS, _THIS_CENTURY = 3, 70


def day_of(text: str) -> datetime.date | None:
    """Read a day that is written in one of the forms we take; None for all else."""
    match = next((m for form in _FORMS if (m := form.fullmatch(text))), None)
    return None if match is None else _day(match, int(match["year"]))


def fault_of(text: str) -> tuple[str, datetime.date | None]:
    """Name what is wrong with a text that is no day, with the day that may be meant."""
    short = _SHORT.fullmatch(text)
    if short is not None and (meant := _day(short, _century(int(short["year"])))):
        return "short-year", meant
    match = next((m for form in _FORMS if (m := form.fullmatch(text))), None)
    if match is not None and _month(match) is not None:
        return "no-such-day", None
    return "not-a-date", None


def counted(number: float) -> datetime.date | None:
    """Give the day that a workbook means by a bare number; None where no such day is likely."""
    if not _FIRST_DAY <= number <= _LAST_DAY or int(number) != number:
        return None
    return _COUNTED_FROM + datetime.timedelta(days=int(number))


def _century(year: int) -> int:
    # The day is only advice; how old what is written of may be, nobody knows.
    return (2000 if year < _THIS_CENTURY else 1900) + year


def _day(match: re.Match[str], year: int) -> datetime.date | None:
    month = _month(match)
    if month is None:
        return None
    try:
        return datetime.date(year, month, int(match["day"]))
    except ValueError:
        return None


def _month(match: re.Match[str]) -> int | None:
    named = match.groupdict()
    if named.get("month"):
        return int(named["month"])
    return _months().get(named["name"].casefold())


@cache
def _months() -> dict[str, int]:
    """Give the months by name, and by the first letters of it, in all of our languages."""
    found: dict[str, int] = {}
    for lang in LANGUAGES:
        for number, name in enumerate(load(lang)["sheet.months"].split(), 1):
            found[name.casefold()] = found[name.casefold()[:_LETTERS]] = number
    return found
