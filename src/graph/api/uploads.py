"""A file that comes with a request → `Given`; no more of it is read than the limit allows.

It comes as the whole content, its format told by Content-Type, or as the part `file` of a form,
whose name tells the format. `name` in the address is how it is called; it tells the format where
nothing else does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from email.message import Message
from pathlib import PurePosixPath
from typing import Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from graph import rdf
from graph.config import Settings
from graph.errors import BadUpload, StrayField, TooManyBytes, UnsupportedMedia
from graph.submission import Given

ENDINGS: Mapping[str, str] = {
    "text/turtle": ".ttl",
    "application/trig": ".trig",
    "application/n-triples": ".nt",
    "application/n-quads": ".nq",
    "application/rdf+xml": ".rdf",
    "application/ld+json": ".jsonld",
    "application/json": ".jsonld",
    "text/csv": ".csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
"""What a media type says of a file's format."""
FORM = "multipart/form-data"
UNTOLD = ("", "application/octet-stream")
"""What says nothing of the kind, so that the name must."""
_AROUND = 65_536
"""How much a form may hold besides the file."""
_LONGEST = 200
_DIGITS = 18


async def uploaded(request: Request, settings: Settings, name: str | None) -> Given:
    """Read the file that a request brings.

    Raises:
        TooManyBytes: it is larger than the limit; no more than that was read.
        UnsupportedMedia, UnknownFormat: its kind, or its name, is none that we read.
        StrayField: a form has a part besides the file.
        BadUpload: there is no file, or there are several.

    """
    most = settings.limits.file_bytes
    media = _media(request.headers.get("content-type"))
    if media == FORM:
        content, told, media = await _part(request, most)
        called, form = _settled(name or told, media)
    else:
        if media not in (*ENDINGS, *UNTOLD):
            # Before anything of it is read.
            raise UnsupportedMedia(media, [*ENDINGS, FORM])
        name = name or _told_by(request)
        content = await _whole(request, most, name or media)
        if not content and not media:
            raise BadUpload
        called, form = _settled(name, media)
    return Given(content, called, form, settings.limits, settings.base)


def _settled(name: str, media: str) -> tuple[str, str]:
    """Give the file's name and format: a media type that tells one decides, else the name does."""
    if media in ENDINGS:
        return _cut(name) if name else f"file{ENDINGS[media]}", rdf.format_of(
            f"file{ENDINGS[media]}"
        )
    if media not in UNTOLD or not name:
        raise UnsupportedMedia(media, [*ENDINGS, FORM])
    return _cut(name), rdf.format_of(_cut(name))


def _media(header: str | None) -> str:
    return (header or "").partition(";")[0].strip().lower()


def _cut(name: str) -> str:
    """Give the last part of a name: it is never used as a path, only shown."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in last if sign.isprintable())
    return shown[-_LONGEST:] or "file"


def _told_by(request: Request) -> str:
    """Read the name of a Content-Disposition header; RFC 6266."""
    header = request.headers.get("content-disposition", "")
    if not header:
        return ""
    message = Message()
    message["content-disposition"] = header
    return _cut(str(message.get_filename() or ""))


async def _pieces(request: Request, most: int, name: str) -> AsyncIterator[bytes]:
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and int(told[:_DIGITS]) > most:
        # Nothing is read of what says itself that it is too large.
        raise TooManyBytes(name, most)
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            raise TooManyBytes(name, most)
        yield piece


async def _whole(request: Request, most: int, name: str) -> bytes:
    return b"".join([piece async for piece in _pieces(request, most, name)])


async def _part(request: Request, most: int) -> tuple[bytes, str, str]:
    stream = _pieces(request, most + _AROUND, FORM)
    parser = MultiPartParser(
        request.headers,
        stream,  # type: ignore[arg-type]
        max_files=1,
        max_fields=10,
        max_part_size=_AROUND,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise BadUpload from error
    try:
        for name in form:
            if name != "file":
                # What it says would be left out without a word: that this is only a trial, say.
                raise StrayField(name[:80])
        file: Any = form.get("file")
        if not isinstance(file, UploadFile):
            raise BadUpload
        content = await file.read()
        if len(content) > most:
            raise TooManyBytes(file.filename or FORM, most)
        media = _media(file.content_type)
        told = file.filename or ""
        # Programs guess at a part's kind; what its name ends in is what its user chose.
        known = PurePosixPath(told).suffix.lower() in ENDINGS.values()
        return content, told, "" if known or media not in ENDINGS else media
    finally:
        await form.close()
