"""Keeps the bytes of what people send beside words, outside of what the web serves, under the name of their content."""

import asyncio
import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import filetype

LARGEST = 10 * 1024 * 1024  # bytes; a phone's photo has 3 to 8 MB
IMAGES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/avif": "avif",
}
"""What is shown as a picture, with the ending a browser saves it under. No SVG: it can carry scripts."""
LARGEST_MEDIA = 20 * 1024 * 1024  # bytes; more can't be fetched from Telegram
MEDIA = IMAGES | {
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/x-m4a": "m4a",
    "audio/mp4": "m4a",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/3gpp": "3gp",
    "application/pdf": "pdf",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/zip": "zip",
}
"""What is known by its bytes, with its ending; everything else is `UNKNOWN`."""
UNKNOWN = "application/octet-stream"
_NAME = re.compile(r"[0-9a-f]{64}")


class FileError(Exception):
    """The base of what can be wrong with a file."""


class TooLarge(FileError):
    pass


class NotAnImage(FileError):
    pass


@dataclass(frozen=True, slots=True)
class Stored:
    sha256: str
    """The name of the bytes in the store."""
    type: str
    size: int


class FileStore:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, content: bytes) -> Stored:
        """Stores an image durably; its type is found in its bytes and not believed from whoever sent it."""
        if len(content) > LARGEST:
            raise TooLarge
        kind = filetype.guess_mime(content)
        if kind not in IMAGES:
            raise NotAnImage
        return await self._stored(content, kind)

    async def put_any(self, content: bytes) -> Stored:
        """The same for what may be anything, such as a voice message or a document."""
        if len(content) > LARGEST_MEDIA:
            raise TooLarge
        kind = filetype.guess_mime(content)
        return await self._stored(content, kind if kind in MEDIA else UNKNOWN)

    async def _stored(self, content: bytes, kind: str) -> Stored:
        name = hashlib.sha256(content).hexdigest()
        await asyncio.to_thread(self._write, self.path(name), content)
        return Stored(name, kind, len(content))

    def path(self, sha256: str) -> Path:
        """Where the bytes of this name are, if they are there."""
        if not _NAME.fullmatch(sha256):
            raise ValueError("not the name of a stored file")
        return self._folder / sha256[:2] / sha256

    async def read(self, sha256: str) -> bytes | None:
        try:
            return await asyncio.to_thread(self.path(sha256).read_bytes)
        except FileNotFoundError:
            return None

    async def older(self, moment: datetime) -> set[str]:
        """The names of all bytes that were stored, the last time, before this moment."""
        return await asyncio.to_thread(self._older, moment.timestamp())

    async def delete(self, names: Iterable[str]) -> None:
        """Deletes stored bytes; those that are gone already are no fault."""
        for name in names:
            await asyncio.to_thread(self.path(name).unlink, missing_ok=True)

    def _older(self, timestamp: float) -> set[str]:
        found = self._folder.glob("??/*") if self._folder.is_dir() else ()
        return {path.name for path in found if _NAME.fullmatch(path.name) and path.stat().st_mtime < timestamp}

    def _write(self, path: Path, content: bytes) -> None:
        """All of the bytes or none: a crash must not leave half a photo under a whole one's name."""
        with contextlib.suppress(FileNotFoundError):
            os.utime(path)  # there already: stored anew, so that it is not swept away before it is referred to
            return
        for folder in (self._folder, path.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, unfinished = tempfile.mkstemp(dir=path.parent)  # made with mode 600
        try:
            with os.fdopen(number, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(unfinished).replace(path)
        except OSError:
            Path(unfinished).unlink(missing_ok=True)
            raise
