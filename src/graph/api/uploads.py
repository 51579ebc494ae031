"""A file that comes with a request → `Given`; no more of it is read than the limit allows.

It comes as the whole content, its format told by Content-Type, or as the part `file` of a form,
whose name tells the format. `name` in the address is how it is called, and tells the format too.
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
from graph.errors import BadUpload, TooManyBytes, UnknownFormat, UnsupportedMedia
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
_AROUND = 65_536
"""How much a form may hold besides the file."""
_LONGEST = 200


async def uploaded(request: Request, settings: Settings, name: str | None) -> Given:
    """Read the file that a request brings.

    Raises:
        TooManyBytes: it is larger than the limit; no more than that was read.
        UnsupportedMedia, UnknownFormat: its kind is none that we read.
        BadUpload: a form without a file, or with several.

    """
    most = settings.limits.file_bytes
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == FORM:
        content, told = await _part(request, most)
        given = name or told
        return Given(content, given, _format(given), settings.limits, settings.base)
    given = name or _told_by(request)
    if media not in ENDINGS and not (given and media in ("", "application/octet-stream")):
        raise UnsupportedMedia(media, [*ENDINGS, FORM])
    content = await _whole(request, most, given or media)
    given = _cut(given) if given else f"file{ENDINGS[media]}"
    return Given(content, given, _format(given), settings.limits, settings.base)


def _format(name: str) -> str:
    """Tell the format by the name; a name that tells none is not what we read."""
    try:
        return rdf.format_of(name)
    except UnknownFormat as error:
        raise UnsupportedMedia(PurePosixPath(name).suffix or name, sorted(ENDINGS)) from error


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
    if told.isdigit() and int(told) > most:
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


async def _part(request: Request, most: int) -> tuple[bytes, str]:
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
        file: Any = form.get("file")
        if not isinstance(file, UploadFile):
            raise BadUpload
        content = await file.read()
        if len(content) > most:
            raise TooManyBytes(file.filename or FORM, most)
        return content, _cut(file.filename or "file")
    finally:
        await form.close()
