"""What takes the place of a file in a message that is too old to be deleted."""

import struct
import zlib

from telegram import InputFile, InputMediaDocument, InputMediaPhoto

_WIDTH, _HEIGHT, _GREY = 160, 120, 0xDD


def photo(caption: str) -> InputMediaPhoto:
    return InputMediaPhoto(InputFile(_PNG, filename="da-go.png", attach=True), caption=caption)


def document(caption: str) -> InputMediaDocument:
    content = InputFile(f"{caption}\n".encode(), filename="da-go.txt", attach=True)
    return InputMediaDocument(content, caption=caption)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


_PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress((b"\0" + bytes([_GREY]) * _WIDTH) * _HEIGHT))
    + _chunk(b"IEND", b"")
)
"""Grey, and nothing on it."""
