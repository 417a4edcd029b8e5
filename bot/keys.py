"""The secret that signs the web's cookies: the configured one, or one made at the first start and kept."""

import contextlib
import os
import secrets
import stat
from pathlib import Path

from bot.config import SECRET_LENGTH, Settings

NAME = "web.secret"


class UnusableKey(Exception):
    """The secret can't be kept or read; the operator must change something."""


def web_secret(settings: Settings) -> str:
    """The secret of all processes of this helpdesk; raises `UnusableKey` with one line that says what to do."""
    if settings.web.secret is not None:
        return settings.web.secret.get_secret_value()
    file = settings.database_file
    if file is None:  # `config.load` refuses this combination
        raise UnusableKey("web.secret: is missing")
    path = file.parent / NAME
    try:
        return _kept(path)
    except OSError as error:
        raise UnusableKey(f"{path}: {error.strerror}; give web.secret in the configuration instead") from error


def _kept(path: Path) -> str:
    if not path.exists():
        _make(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        path.chmod(0o600)
    secret = path.read_text(encoding="ascii", errors="replace").strip()
    if len(secret) < SECRET_LENGTH:
        raise UnusableKey(f"{path}: holds no secret; remove it, and a new one is made (everybody logs in again)")
    return secret


def _make(path: Path) -> None:
    """Written whole before it has its name: a process that starts at the same moment reads all of it or makes none."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{NAME}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SECRET_LENGTH) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # somebody was first; theirs counts
            path.hardlink_to(draft)
    finally:
        draft.unlink()
