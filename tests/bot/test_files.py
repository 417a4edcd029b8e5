"""Photos are kept under the name of their content, wholly or not at all, and nothing else is taken for one."""

import hashlib
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.files import LARGEST, FileStore, NotAnImage, Stored, TooLarge

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 40
AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "attachments"


@pytest.fixture
def store(folder: Path) -> FileStore:
    return FileStore(folder)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@contextmanager
def disk_full_after(size: int) -> Iterator[None]:
    """The system refuses to let any file of this process grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# --- what is taken ---


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (JPEG, "image/jpeg"),
        (PNG, "image/png"),
        (b"GIF89a" + b"\0" * 40, "image/gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 40, "image/webp"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40, "image/heic"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + b"\0" * 40, "image/avif"),
    ],
)
async def test_the_type_is_found_in_the_bytes(store: FileStore, content: bytes, kind: str) -> None:
    stored = await store.put(content)

    assert stored == Stored(hashlib.sha256(content).hexdigest(), kind, len(content))
    assert await store.read(stored.sha256) == content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"con",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7\n" + b"\0" * 40,
        b"PK\x03\x04" + b"\0" * 40,
        b"\x7fELF" + b"\0" * 40,
        b"II*\0" + b"\0" * 40,
    ],
    ids=["empty", "too short", "svg", "svg with a prologue", "html", "pdf", "zip", "program", "tiff"],
)
async def test_what_is_no_image_is_not_taken(store: FileStore, folder: Path, content: bytes) -> None:
    with pytest.raises(NotAnImage):
        await store.put(content)

    assert files(folder) == []


async def test_an_image_that_is_too_large_is_not_taken(store: FileStore, folder: Path) -> None:
    with pytest.raises(TooLarge):
        await store.put(JPEG.ljust(LARGEST + 1, b"\0"))
    assert files(folder) == []

    assert (await store.put(JPEG.ljust(LARGEST, b"\0"))).size == LARGEST


async def test_the_same_photo_sent_twice_is_one_file(store: FileStore, folder: Path) -> None:
    first, second = await store.put(PNG), await store.put(PNG)

    assert first == second
    assert files(folder) == [store.path(first.sha256)]


# --- how it is kept ---


async def test_nobody_else_on_the_machine_can_read_it(store: FileStore, folder: Path) -> None:
    before = os.umask(0)
    try:
        path = store.path((await store.put(PNG)).sha256)
    finally:
        os.umask(before)

    modes = [stat.S_IMODE(there.stat().st_mode) for there in (folder, path.parent, path)]
    assert modes == [0o700, 0o700, 0o600]


async def test_a_photo_that_cannot_be_written_whole_is_not_there_at_all(store: FileStore, folder: Path) -> None:
    large = JPEG.ljust(3_000_000, b"\0")

    with disk_full_after(2_000_000), pytest.raises(OSError, match="File too large"):
        await store.put(large)

    assert files(folder) == []
    assert await store.read(hashlib.sha256(large).hexdigest()) is None
    assert await store.read((await store.put(large)).sha256) == large


# --- names ---


@pytest.mark.parametrize(
    "name",
    ["", "../../etc/passwd", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 64 + "\n", "../" + "a" * 61, "/" + "a" * 63],
)
async def test_a_name_that_is_none_leads_nowhere(store: FileStore, name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a stored file"):
        await store.read(name)
    with pytest.raises(ValueError, match="not the name of a stored file"):
        await store.delete([name])


async def test_a_name_that_nothing_is_kept_under_reads_as_nothing(store: FileStore) -> None:
    assert await store.read("a" * 64) is None


# --- what is old ---


async def test_older_names_what_was_stored_before_that_moment(store: FileStore, folder: Path) -> None:
    assert await store.older(AT) == set()
    old, young = await store.put(PNG), await store.put(JPEG)
    for stored, at in ((old, AT - timedelta(seconds=1)), (young, AT)):
        os.utime(store.path(stored.sha256), (at.timestamp(), at.timestamp()))
    stranger = folder / "aa" / "notes.txt"
    stranger.parent.mkdir(exist_ok=True)
    stranger.touch()
    os.utime(stranger, (0, 0))

    assert await store.older(AT) == {old.sha256}


async def test_a_photo_that_is_stored_again_is_young_again(store: FileStore) -> None:
    stored = await store.put(PNG)
    os.utime(store.path(stored.sha256), (0, 0))

    await store.put(PNG)

    assert await store.older(AT) == set()


async def test_deleting_what_is_gone_already_is_no_fault(store: FileStore) -> None:
    stored = await store.put(PNG)

    await store.delete([stored.sha256, "a" * 64])
    await store.delete([stored.sha256])

    assert await store.read(stored.sha256) is None
