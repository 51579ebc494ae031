"""A text → the same written in one way, so that a rule need not know every way to write it."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_DASHES = frozenset("\u2212\u2043\u30fc")
_SPACES = re.compile(r"[ \t]{2,}")
_AT = re.compile(r"\s*[\[({<]\s*(?:at|krøllalfa|alfakrøll)\s*[\])}>]\s*", re.IGNORECASE)
_DOT = re.compile(r"\s*[\[({<]\s*(?:dot|punktum|punkt)\s*[\])}>]\s*", re.IGNORECASE)
# Eight digits with little between them, a sign for an address, or a brief text of a few words.
_DIGITS = re.compile(r"(?:\d\W{0,4}){8}")
# In the usual spelling: eight that begin as mobile numbers do, or ten and more.
_NUMBER = re.compile(
    r"(?<![0-9])(?:[49](?:[^0-9A-Za-z]{0,4}[0-9]){7}(?![0-9])|[0-9](?:[^0-9A-Za-z]{0,4}[0-9]){9})"
)
_SIGN = re.compile(
    r"\w\s*[@\uff20\ufe6b]\s*\w|[\[({<]\s*(?:at|krøllalfa|alfakrøll)\s*[\])}>]", re.IGNORECASE
)
_ENCODED = re.compile(r"\d\D?%[0-9A-Fa-f]{2}|%[0-9A-Fa-f]{2}\d|%40")
_WORDS = re.compile(r"\s*[^\W\d]+(?:[^\w\n]+[^\W\d]+){1,4}[.\s]*")
_LONGEST_NAME = 80


def plain(text: str) -> str:
    """Write a text with ASCII digits, spaces and hyphens, and no signs that are not seen.

    What is encoded with percent signs is decoded, "(at)" is @, and several spaces are one. Signs
    that only look another way (NFKC) are the usual ones.
    """
    if "%" in text and _PERCENT.search(text):
        text = unquote(text, errors="replace")
    if not text.isascii():
        text = "".join(map(_sign, unicodedata.normalize("NFKC", text)))
    text = _SPACES.sub(" ", text)
    return _DOT.sub(".", _AT.sub("@", text)) if _AT.search(text) else text


def _sign(sign: str) -> str:
    if sign.isascii():
        return sign
    kind = unicodedata.category(sign)
    if kind == "Pd" or sign in _DASHES:
        return "-"
    if kind == "Cf":
        return ""
    if kind == "Zs":
        return " "
    return str(unicodedata.decimal(sign)) if kind == "Nd" else sign


def may_tell(text: str) -> bool:
    """Tell whether a text holds so many digits that they may be a number of somebody's, or an @."""
    if _SIGN.search(text) or _ENCODED.search(text):
        return True
    return _DIGITS.search(text) is not None and _NUMBER.search(plain(text)) is not None


def may_name(text: str) -> bool:
    """Tell whether a text is no more than a few words, as a name is."""
    return len(text) <= _LONGEST_NAME and _WORDS.fullmatch(text) is not None
