"""Writes a file so that whoever reads it finds all of the old or all of the new one."""

import contextlib
import os
import secrets
import stat
from pathlib import Path


def write(path: Path, content: bytes | None) -> None:
    """The file as a whole, with the rights it had; None takes it away. A crash leaves the old one or the new one."""
    path = path.resolve()  # a link stays one
    if content is None:
        path.unlink(missing_ok=True)
        _settle(path.parent)
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    mode = 0o644
    with contextlib.suppress(FileNotFoundError):
        mode = stat.S_IMODE(path.stat().st_mode)
    try:
        with draft.open("xb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _settle(path.parent)


def _settle(folder: Path) -> None:
    """Brings the folder itself, with the file's name in it, to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
