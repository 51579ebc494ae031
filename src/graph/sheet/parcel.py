"""The file around a workbook: what it unpacks to, and which of its parts would not survive us.

Nothing is unpacked before its inventory is counted, and no part is given to an XML reader before
it was seen to declare no document type.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from graph.errors import (
    HostilePart,
    HugeArea,
    LockedWorkbook,
    NotAWorkbook,
    PackedTooTight,
    TooManyParts,
    UnpacksTooLarge,
)
from graph.sheet.limits import Limits

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)")
_AREA = re.compile(rb"<(?:\w+:)?(?:mergeCell|hyperlink)\b[^>]*?\bref\s*=\s*[\"']([^\"']*)[\"']")
_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7}):\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_MOST_IN_AREAS = 100_000
_SMALL = 100_000
"""A part up to this size may be packed as tightly as it likes."""

# Parts that are written back as they were, or that are made anew from what was read.
_KEPT = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(?:app|core|custom)\.xml"
    r"|xl/(?:workbook|styles|sharedStrings|calcChain)\.xml|xl/_rels/workbook\.xml\.rels"
    r"|xl/theme/theme\d*\.xml|xl/worksheets/sheet\d+\.xml|xl/worksheets/_rels/sheet\d+\.xml\.rels"
    r"|xl/(?:comments/)?comment[s/]?\w*\.xml|xl/comments\d*\.xml|xl/tables/table\d+\.xml"
    r"|xl/drawings/(?:comments|commentsDrawing|vmlDrawing)\d+\.vml|xl/printerSettings/\w+\.bin"
)
_SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
# What a sheet may hold that is lost when it is read and written.
_LOST_IN_SHEET = (
    (re.compile(rb"<(?:\w+:)?extLst\b"), "extension"),
    (re.compile(rb"<(?:\w+:)?(?:controls|oleObjects|picture|legacyDrawingHF)\b"), "object"),
    (re.compile(rb"<(?:\w+:)?drawing\b"), "drawing"),
)
_NAMES = (
    ("xl/vbaProject", "macro"),
    ("xl/charts", "chart"),
    ("xl/chartsheets", "chart"),
    ("xl/media", "picture"),
    ("xl/drawings", "drawing"),
    ("xl/pivot", "pivot"),
    ("xl/slicer", "pivot"),
    ("xl/timeline", "pivot"),
    ("customXml", "custom"),
    ("xl/threadedComments", "thread"),
    ("xl/persons", "thread"),
    ("xl/externalLinks", "link"),
    ("xl/ctrlProps", "object"),
    ("xl/activeX", "object"),
    ("xl/embeddings", "object"),
)


def inspect(content: bytes, name: str, limits: Limits) -> zipfile.ZipFile:
    """Open a workbook's file when its inventory is within bounds and none of its parts hostile.

    Each bound has an error of its own. Sizes are counted while unpacking, not taken on trust.
    """
    if content.startswith(_OLD):
        raise LockedWorkbook(name)
    try:
        box = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise NotAWorkbook(name, str(error)) from error
    parts = box.infolist()
    if len(parts) > limits.zip_parts:
        raise TooManyParts(name, len(parts), limits.zip_parts)
    total = 0
    for part in parts:
        if part.flag_bits & 1:
            raise LockedWorkbook(name)
        room = limits.unpacked_bytes - total
        size = _unpack(box, part, name, room, limits)
        total += size
    if "xl/workbook.xml" not in box.namelist() and not any(
        part.filename.endswith("workbook.xml") for part in parts
    ):
        raise NotAWorkbook(name, "no workbook.xml")
    return box


def refuse_huge_areas(box: zipfile.ZipFile, name: str) -> None:
    """Refuse ranges that an XML reader would fill with cells, one by one."""
    for part in box.namelist():
        if not part.startswith("xl/worksheets/"):
            continue
        total = 0
        for found in _AREA.finditer(box.read(part)):
            area = found[1].decode("ascii", "replace")
            total += _cells_in(area)
            if total > _MOST_IN_AREAS:
                raise HugeArea(name, part, area)


def _cells_in(area: str) -> int:
    """Count the cells of a range such as A1:C7; what is no range counts as one."""
    match = _RANGE.fullmatch(area)
    if match is None:
        return 1
    left, top, right, bottom = match.groups()
    return (abs(int(bottom) - int(top)) + 1) * (abs(_number(right) - _number(left)) + 1)


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _unpack(
    box: zipfile.ZipFile, part: zipfile.ZipInfo, name: str, room: int, limits: Limits
) -> int:
    """Unpack one part, no further than there is room; give its size."""
    try:
        with box.open(part) as opened:
            content = opened.read(room + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError) as error:
        raise NotAWorkbook(name, f"{part.filename}: {error}") from error
    if len(content) > _SMALL and len(content) > limits.zip_ratio * max(part.compress_size, 1):
        ratio = len(content) // max(part.compress_size, 1)
        raise PackedTooTight(name, part.filename, ratio, limits.zip_ratio)
    if len(content) > room:
        raise UnpacksTooLarge(name, limits.unpacked_bytes)
    # Written in two bytes a sign, the same declaration has a zero in every other place.
    if part.filename.endswith((".xml", ".rels", ".vml")) and _DECLARES.search(
        content.replace(b"\0", b"")
    ):
        raise HostilePart(name, part.filename)
    return len(content)


def lost(content: bytes) -> tuple[str, ...]:
    """Name what of a workbook would be lost if it were read and written; nothing when all is kept.

    The names are keys of texts: `chart`, `drawing`, `macro` and so on.
    """
    found: set[str] = set()
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        for part in box.namelist():
            if part.endswith("/"):
                continue
            if not _KEPT.fullmatch(part) and not _only_rels(part):
                named = (word for start, word in _NAMES if part.startswith(start))
                found.add(next(named, "unknown"))
            if _SHEET.fullmatch(part):
                inner = box.read(part)
                found |= {word for pattern, word in _LOST_IN_SHEET if pattern.search(inner)}
            if part == "xl/sharedStrings.xml" and re.search(rb"<(?:\w+:)?rPh\b", box.read(part)):
                found.add("unknown")
    return tuple(sorted(found))


def _only_rels(part: str) -> bool:
    """Tell a list of links of a part that is judged by itself."""
    return bool(re.fullmatch(r"xl/(?:externalLinks|drawings|charts)/_rels/.+\.rels", part))
