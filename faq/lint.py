"""Checks the FAQ as a careful editor would, and says of every fault where it is and how to mend it."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from rapidfuzz import fuzz

from faq import answers, lint_text, placeholders, telling, trials
from faq.catalog import GLOSSARY, KNOWN_FAILURES, OUT_OF_SCOPE, ROUTINE, SLOTS, VALUES, Catalog, Draft, Entry, inspect
from faq.faults import Fault
from faq.matching import Matcher, MatchSettings, Routine, Sure
from faq.models import Value
from faq.text import fold

FEWEST_VARIANTS, FEWEST_TRIES = 20, 4
LONGEST_ANSWER = 1_200  # so that one Zalo message holds it with its choices
ALIKE = 90  # token_set_ratio of two wordings, without diacritics
OPENING_WORDS, OPENING_ENTRIES = 4, 10
REVIEW_EVERY = timedelta(days=365)

_SAFETY = re.compile(r"\b(?:OTP|PIN)\b|mật khẩu|mã xác nhận", re.IGNORECASE)
_REFUSAL = re.compile(r"không|đừng|chớ|tuyệt đối|tự (?:tay|mình|bấm)|chỉ mình", re.IGNORECASE)
_SMART_QUOTED = re.compile(r"[“”„‟][^“”„‟]*[“”]|[‘’‚][^‘’‚]*[‘’]")
_WORDS_SHOWN = 6


@dataclass(frozen=True)
class _Ground:
    """What the checks look at."""

    folder: Path
    draft: Draft
    today: date
    shipped: bool
    settings: MatchSettings | None

    @property
    def catalog(self) -> Catalog:
        return self.draft.catalog

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.draft.entries

    @cached_property
    def places(self) -> dict[str, Entry]:
        return {entry.question.id: entry for entry in self.entries}

    def of(self, entry: Entry, *steps: str | int, what: str, is_warning: bool = False) -> Fault:
        return Fault(entry.file, entry.line(*steps), what, "warning" if is_warning else "error")

    def line(self, file: str, key: str, field: str, wanted: str) -> int:
        """The line of the item of a list whose field says what is wanted."""
        yaml = self.draft.files[file]
        items = yaml.content.get(key) if isinstance(yaml.content, dict) else None
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict) and item.get(field) == wanted:
                return yaml.line((key, number))
        return 0


def lint(
    folder: Path,
    local: Mapping[str, str] | None = None,
    *,
    today: date,
    shipped: bool = False,
    asking: bool = True,
    settings: MatchSettings | None = None,
) -> tuple[Fault, ...]:
    """Everything that is wrong in a folder, in its order; `UnusableFolder` if there is nothing to read.

    `shipped` content has to be complete; the province's own may have fewer wordings, with a warning. Without `asking`
    the matcher is left out, and with it what takes long: tries and over-matches.
    """
    ground = _Ground(folder, inspect(folder, local), today, shipped, settings)
    checks = (*_CHECKS, _matching) if asking else _CHECKS
    found = [*ground.draft.faults, *(fault for check in checks for fault in check(ground))]
    return tuple(sorted(dict.fromkeys(found), key=lambda fault: (fault.file, fault.line, fault.severity)))


# --- files ---


def _ignored_files(ground: _Ground) -> Iterator[Fault]:
    for path in sorted(ground.folder.iterdir()):
        name = path.name.lower()
        if not path.name.endswith(".yaml") and re.search(r"\.ya?ml(\.txt)?$", name) and not name.startswith("."):
            yield Fault(path.name, 0, "tệp này không được đọc vì tên không kết thúc bằng .yaml; đổi tên tệp", "warning")


def _letters(ground: _Ground) -> Iterator[Fault]:
    for file, yaml in ground.draft.files.items():
        for number, line in enumerate(yaml.source.split("\n"), start=1):
            if not line.isascii() and not line.lstrip().startswith("#"):
                yield from (Fault(file, number, what) for what in lint_text.letters(line))


def _quotes(ground: _Ground) -> Iterator[Fault]:
    what = 'ngoặc cong “ ” của Word không phải dấu ngoặc của YAML; bỏ đi, hoặc thay bằng " " ở hai đầu câu'
    for entry in ground.entries:
        question = entry.question
        for steps, text in (*_wordings(entry), *((("try", n), text) for n, text in enumerate(question.tries))):
            if _SMART_QUOTED.fullmatch(text):
                yield ground.of(entry, *steps, what=what)
    for name, value in ground.catalog.values.items():
        if value.text and _SMART_QUOTED.fullmatch(value.text):
            yield Fault(VALUES, ground.line(VALUES, "values", "name", name), what)


def _lost_text(ground: _Ground) -> Iterator[Fault]:
    """Text that YAML read otherwise than it looks."""
    for entry in ground.entries:
        lines = entry.yaml.source.split("\n")
        for steps, text in (*_wordings(entry), *((("try", n), t) for n, t in enumerate(entry.question.tries))):
            typed = lines[entry.line(*steps) - 1]
            if " #" in typed and "#" not in text:
                what = "chữ sau dấu # bị coi là ghi chú và bị bỏ; đặt cả câu trong dấu ngoặc kép"
                yield ground.of(entry, *steps, what=what)
        if re.search(r"answer:\s*(?:>[-+\d]*)?\s*$", lines[entry.line("answer") - 1]):
            what = "các dòng của câu trả lời sẽ dính vào nhau; viết 'answer: |' rồi xuống dòng"
            yield ground.of(entry, "answer", what=what)


# --- entries and one another ---


def _references(ground: _Ground) -> Iterator[Fault]:
    for entry in ground.entries:
        for field, named in (("near", entry.question.near), ("related", entry.question.related)):
            for number, id_ in enumerate(named):
                if id_ == entry.question.id:
                    what = f"'{field}' nhắc đến chính mục này; bỏ '{id_}'"
                elif id_ not in ground.draft.ids:
                    what = f"'{field}' nhắc đến mục '{id_}' không có trong kho hỏi đáp; xem lại mã, hoặc bỏ đi"
                elif id_ in named[:number]:
                    what = f"'{field}' nhắc đến '{id_}' hai lần; bỏ một"
                else:
                    continue
                yield ground.of(entry, field, number, what=what)


def _repetitions(ground: _Ground) -> Iterator[Fault]:
    """The same words in two places, where only one of them can be understood."""
    first: dict[str, tuple[str, str]] = {}
    for entry in ground.entries:
        id_ = entry.question.id
        for steps, text in _wordings(entry):
            place, whose = first.setdefault(_plain(text), (f"{entry.file}:{entry.line(*steps)}", id_))
            if place != f"{entry.file}:{entry.line(*steps)}":
                same = "" if whose == id_ else f" của mục '{whose}'"
                what = f"'{_short(text)}' trùng với {place}{same} (không kể dấu); bỏ một câu hoặc viết cho khác"
                yield ground.of(entry, *steps, what=what)
    asked: dict[str, str] = {}
    for entry in ground.entries:
        for number, text in enumerate(entry.question.tries):
            here = f"{entry.file}:{entry.line('try', number)}"
            if (learnt := first.get(_plain(text))) is not None:
                what = f"câu thử '{_short(text)}' trùng với cách hỏi ở {learnt[0]}; câu thử phải là câu trợ lý chưa học"
                yield ground.of(entry, "try", number, what=what)
            elif (place := asked.setdefault(_plain(text), here)) != here:
                what = f"câu thử '{_short(text)}' trùng với {place}; bỏ một câu hoặc viết cho khác"
                yield ground.of(entry, "try", number, what=what)
    elsewhere = [(ROUTINE, "routines", "id", routine.id, routine.wordings) for routine in ground.catalog.routines]
    elsewhere += [(OUT_OF_SCOPE, "groups", "about", group.about, group.questions) for group in ground.catalog.outside]
    for file, key, field, name, texts in elsewhere:
        for text in texts:
            if (learnt := first.get(_plain(text))) is not None:
                what = f"'{_short(text)}' của '{name}' trùng với {learnt[0]} của mục '{learnt[1]}'; bỏ một câu"
                yield Fault(file, ground.line(file, key, field, name), what)


def _near_copies(ground: _Ground) -> Iterator[Fault]:
    for entry in ground.entries:
        wordings = [(steps, text, _plain(text)) for steps, text in _wordings(entry)]
        for number, (steps, text, plain) in enumerate(wordings):
            for earlier_steps, _, earlier in wordings[:number]:
                if plain != earlier and fuzz.token_set_ratio(plain, earlier) >= ALIKE:
                    line = entry.line(*earlier_steps)
                    what = f"'{_short(text)}' gần như trùng với dòng {line}; bỏ một câu hoặc viết bằng lời khác"
                    yield ground.of(entry, *steps, what=what)
                    break


def _openings(ground: _Ground) -> Iterator[Fault]:
    places: dict[str, dict[str, tuple[Entry, tuple[str | int, ...]]]] = defaultdict(dict)
    for entry in ground.entries:
        for steps, text in _wordings(entry):
            words = _plain(text).split()
            if len(words) >= OPENING_WORDS:
                places[" ".join(words[:OPENING_WORDS])].setdefault(entry.question.id, (entry, steps))
    for opening, entries in places.items():
        if len(entries) > OPENING_ENTRIES:
            entry, steps = next(iter(entries.values()))
            what = f"mở đầu '{opening}' (không kể dấu) lặp lại ở {len(entries)} mục; viết lại bớt cho khác nhau"
            yield ground.of(entry, *steps, what=what)


def _counts(ground: _Ground) -> Iterator[Fault]:
    for entry in ground.entries:
        id_, question = entry.question.id, entry.question
        for field, has, fewest, said in (
            ("variants", len(question.variants), FEWEST_VARIANTS, "cách hỏi"),
            ("try", len(question.tries), FEWEST_TRIES, "câu thử"),
        ):
            if has < fewest:
                what = f"mục '{id_}' mới có {has} {said} ở '{field}'; viết thêm cho đủ {fewest}"
                yield ground.of(entry, what=what, is_warning=not ground.shipped)


# --- answers and values ---


def _texts(ground: _Ground) -> Iterator[Fault]:
    """The words that people read."""
    for entry in ground.entries:
        answer = entry.question.answer
        for check in lint_text.ANSWER_CHECKS:
            yield from (Fault(entry.file, entry.line_within(answer, at), what) for at, what in check(answer))
        for _, what in lint_text.unmarked(entry.question.question):
            yield ground.of(entry, "question", what=what)
        for number, source in enumerate(entry.question.source):
            for _, what in lint_text.links(source):
                yield ground.of(entry, "source", number, what=what)
    for routine in ground.catalog.routines:
        line = ground.line(ROUTINE, "routines", "id", routine.id)
        for check in lint_text.ANSWER_CHECKS:
            yield from (Fault(ROUTINE, line, f"'{routine.id}': {what}") for _, what in check(routine.answer))
    for name, value in ground.catalog.values.items():
        for check in (lint_text.phones, lint_text.links):
            line = ground.line(VALUES, "values", "name", name)
            yield from (Fault(VALUES, line, f"'{name}': {what}") for _, what in check(value.text or ""))


def _lengths(ground: _Ground) -> Iterator[Fault]:
    unset = replace(ground.catalog, values={})
    for entry in ground.entries:
        length, empty = (len(answers.render(entry.question, catalog)) for catalog in (ground.catalog, unset))
        if max(length, empty) > LONGEST_ANSWER:
            when = "" if length >= empty else " khi chưa có giá trị"
            what = f"câu trả lời dài {max(length, empty)} chữ{when}, quá {LONGEST_ANSWER}; rút gọn lại"
            yield ground.of(entry, "answer", what=what)
    for routine in ground.catalog.routines:
        if len(routine.answer) > LONGEST_ANSWER:
            what = f"lời đáp của '{routine.id}' dài {len(routine.answer)} chữ, quá {LONGEST_ANSWER}; rút gọn"
            yield Fault(ROUTINE, ground.line(ROUTINE, "routines", "id", routine.id), what)


def _safety(ground: _Ground) -> Iterator[Fault]:
    unset = replace(ground.catalog, values={})
    for entry in ground.entries:
        if entry.question.risk is None:
            continue
        answer = answers.render(entry.question, unset)
        if not any(_SAFETY.search(line) and _REFUSAL.search(line) for line in answer.split("\n")):
            line = "Không đọc mật khẩu, mã OTP cho ai, kể cả nhân viên."
            what = f"mục về tiền hoặc giấy tờ phải có câu dặn an toàn; thêm một câu như: '{line}'"
            yield ground.of(entry, "answer", what=what)


def _dates(ground: _Ground) -> Iterator[Fault]:
    for entry in ground.entries:
        question = entry.question
        if answers.expired(question, ground.today):
            what = f"câu trả lời hết hạn từ {question.valid_until}; xem lại nội dung rồi sửa ngày, hoặc bỏ dòng này"
            yield ground.of(entry, "valid_until", what=what)
        if question.reviewed is None:
            what = f"mục '{question.id}' chưa ghi ngày rà lại; thêm dòng 'reviewed: {ground.today}' khi đã xem kỹ"
            yield ground.of(entry, what=what, is_warning=True)
        elif question.reviewed > ground.today:
            what = f"ngày rà lại {question.reviewed} ở tương lai; viết lại ngày đã rà"
            yield ground.of(entry, "reviewed", what=what)
        elif ground.today - question.reviewed > REVIEW_EVERY:
            what = f"rà lại lần cuối ngày {question.reviewed}, đã hơn một năm; xem lại nội dung rồi sửa ngày"
            yield ground.of(entry, "reviewed", what=what, is_warning=True)
    for name, value in ground.catalog.values.items():
        if value.text and value.valid_until is not None and ground.today > value.valid_until:
            what = f"giá trị '{name}' hết hạn từ {value.valid_until}; hỏi lại {value.owner} rồi sửa"
            yield Fault(VALUES, ground.line(VALUES, "values", "name", name), what)


def _values(ground: _Ground) -> Iterator[Fault]:
    used: dict[str, list[Entry]] = defaultdict(list)
    for entry in ground.entries:
        for name in dict.fromkeys(placeholders.names(entry.question.answer)):
            used[name].append(entry)
            if VALUES not in ground.draft.files and VALUES not in ground.draft.broken:
                at = entry.question.answer[: entry.question.answer.index(name)].count("\n")
                what = f"giá trị '{name}' chưa khai báo vì chưa có tệp {VALUES}; thêm tệp ấy, hoặc bỏ {{{{{name}}}}}"
                yield Fault(entry.file, entry.line_within(entry.question.answer, at), what)
    for name, value in ground.catalog.values.items():
        if not value.is_set and used[name]:
            yield Fault(VALUES, ground.line(VALUES, "values", "name", name), _unset(value, used[name]), "warning")


def _slots(ground: _Ground) -> Iterator[Fault]:
    if SLOTS in ground.draft.broken:
        return
    unsaid = telling.unsaid((entry.question for entry in ground.entries), ground.catalog.slots)
    for entry in ground.entries:
        if (slot := unsaid.get(entry.question.id)) is not None:
            key, value = slot
            what = f"'{key}: {value}' chưa có lời trong {SLOTS} nên trợ lý không hỏi lại được; thêm vào đó"
            yield ground.of(entry, "slots", key, what=what, is_warning=True)


def _unset(value: Value, entries: list[Entry]) -> str:
    where = ", ".join(entry.question.id for entry in entries[:3]) + (", …" if len(entries) > 3 else "")
    return f"chưa có giá trị '{value.name}' (dùng ở {where}); hỏi {value.owner} rồi ghi vào 'text'"


# --- what the matcher makes of it ---


def _matching(ground: _Ground) -> Iterator[Fault]:
    if ground.draft.broken & {GLOSSARY, ROUTINE, OUT_OF_SCOPE}:
        return  # it would understand everything otherwise than it will
    matcher = Matcher(ground.catalog, ground.settings)
    yield from _tries(ground, list(trials.tries(matcher)))
    for trial in trials.overmatched(ground.catalog, ground.settings):
        entry = ground.places[trial.id]
        # Not learnt, a variant in words of its own may well go astray; one that does so learnt belongs elsewhere.
        learnt = replace(trial, verdict=matcher.match(trial.text)).taken_by is not None
        what = (
            f"'{_short(trial.text)}' của mục '{trial.id}' bị hiểu chắc chắn là '{trial.taken_by}'{_why(trial)}"
            f"{', dù đã học' if learnt else ' khi chưa học'};"
            " viết rõ điều riêng của mục này, hoặc chuyển câu sang mục kia"
        )
        yield ground.of(entry, "variants", trial.number, what=what, is_warning=not learnt)


def _tries(ground: _Ground, asked: list[trials.Trial]) -> Iterator[Fault]:
    listed = {(failure.id, failure.text): failure for failure in ground.catalog.known_failures}
    known = 0
    for trial in asked:
        failure = listed.pop((trial.id, trial.text), None)
        if failure is not None and trial.passed:
            what = f"câu thử '{_short(trial.text)}' nay đã đạt; bỏ nó khỏi {KNOWN_FAILURES}"
            yield Fault(KNOWN_FAILURES, ground.line(KNOWN_FAILURES, "failures", "text", failure.text), what)
        elif failure is not None:
            known += 1
        elif not trial.passed:
            what = f"câu thử '{_short(trial.text)}' {_instead(trial)}; thêm cách hỏi có những từ như thế vào mục này"
            yield ground.of(ground.places[trial.id], "try", trial.number, what=what)
    for id_, text in listed:
        if id_ in ground.places or id_ not in ground.draft.ids:
            what = f"'{_short(text)}' không phải câu thử của mục '{id_}'; sửa cho khớp, hoặc bỏ khỏi danh sách"
            yield Fault(KNOWN_FAILURES, ground.line(KNOWN_FAILURES, "failures", "text", text), what)
    if known:
        share = f"{known / len(asked):.1%}".replace(".", ",")
        what = f"còn {known} câu thử chưa đạt trên {len(asked)} ({share}); danh sách này chỉ được ngắn đi"
        yield Fault(KNOWN_FAILURES, 0, what, "warning")


def _instead(trial: trials.Trial) -> str:
    match trial.verdict:
        case Routine(id=id_):
            return f"được đáp bằng '{id_}' trong {ROUTINE}{_why(trial)}"
        case Sure() if trial.thief:
            return f"bị hiểu chắc chắn là '{trial.thief}'{_why(trial)}"
        case _ if trial.thief:
            return f"nghiêng về '{trial.thief}'{_why(trial)}"
        case _:
            return f"chưa được hiểu{_why(trial)}"


def _why(trial: trials.Trial) -> str:
    words = trial.verdict.evidence.words[:_WORDS_SHOWN]
    return f" vì các từ: {', '.join(words)}" if words else ""


# --- small things ---


def _wordings(entry: Entry) -> list[tuple[tuple[str | int, ...], str]]:
    question = entry.question
    return [(("question",), question.question), *((("variants", n), text) for n, text in enumerate(question.variants))]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59].rstrip() + "…"


_CHECKS: tuple[Callable[[_Ground], Iterator[Fault]], ...] = (
    _ignored_files,
    _letters,
    _quotes,
    _lost_text,
    _references,
    _repetitions,
    _near_copies,
    _openings,
    _counts,
    _texts,
    _lengths,
    _safety,
    _dates,
    _values,
    _slots,
)
