"""Shows the figures as tables, in the words of those who look after the FAQ and the service."""

import sys
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Column, Table

from bot.benching.figures import Asked, Inside
from bot.benching.measuring import Grown, Measured
from bot.benching.serving import AT_ONCE, Kept, Served
from faq.catalog import Catalog
from faq.peers import RECIPES

_WIDTH = 190  # of what is written to a file
_KINDS: Mapping[str, str] = {
    "no diacritics": "không dấu",
    "telex": "dở Telex",
    "vni": "dở VNI",
    "typos": "gõ sai",
    "teencode": "teencode",
    "filler": "từ đệm",
    "lost spaces": "mất dấu cách",
    "nfd": "NFD",
    "old tones": "dấu kiểu cũ",
    "capitals": "chữ hoa",
    "mixed": "lẫn tất cả",
}


def show(known: Catalog, asked: Sequence[Asked], measured: Sequence[Measured], grown: Sequence[Grown]) -> None:
    console = _console()
    wordings = sum(len(question.wordings) for question in known.questions)
    counts = {kind: sum(one.kind == kind for one in asked) for kind in ("in", "multi", "oos", "smalltalk")}
    console.print(
        f"Kho: {len(known.questions)} mục, {_number(wordings)} cách hỏi. Câu hỏi: {counts['in']} trong kho, "
        f"{counts['multi']} hỏi hai việc, {counts['oos']} ngoài kho, {counts['smalltalk']} chuyện trò. "
        "Mọi tỉ lệ tính bằng %."
    )
    console.print(_overall(measured))
    console.print("Ô bốn số: mục đúng đứng đầu / trong ba mục đầu / trả lời ngay và đúng / trả lời ngay mà sai.")
    console.print(_by_kind(measured))
    if any(one.by_noise for one in measured):
        console.print(_by_noise(measured))
    if grown:
        console.print(_growth(grown))
    notes = [
        f"{recipe.name}: {recipe.note}" for recipe in RECIPES if any(one.engine == recipe.name for one in measured)
    ]
    if notes:
        console.print("; ".join(notes) + ".")
    if any(one.threshold is not None for one in measured):
        console.print(
            "Cách nào không tự biết mình chắc hay không thì coi là trả lời từ mức điểm mà nhiều nhất 5 % câu ngoài kho "
            "vượt qua; mức ấy chọn trên chính những câu này, nên có lợi cho chúng."
        )


def show_served(served: Sequence[Served], chats: int) -> None:
    headings = (
        "So với bot nhắc lại", "Câu/giây", "p50, ms", "p95, ms", "Hỏi một mình: p50, ms", "p95, ms", "CPU, ms/câu",
        "Bộ nhớ, MB",
    )  # fmt: skip
    table = Table("Bot", *(Column(heading, justify="right") for heading in headings))
    for one in served:
        costs = (one.per_s, one.p50_ms, one.p95_ms, one.alone_p50_ms, one.alone_p95_ms, one.cpu_ms, one.resident_mb)
        table.add_row(one.bot, f"{one.of_echo:.2f}", *map(_cost, costs))
    console = _console()
    console.print(
        f"Mỗi bot được đo bằng {_number(served[0].questions)} câu, không câu nào giống câu nào, "
        f"của {_number(chats)} người; lúc nào cũng có {AT_ONCE} câu đang chờ, trừ khi hỏi một mình."
    )
    console.print(table)


def show_kept(kept: Sequence[Kept]) -> None:
    table = Table(*(Column(heading, justify="right") for heading in ("Đã hỏi", "Bộ nhớ, MB", "Câu/giây")))
    for one in kept:
        table.add_row(_number(one.questions), _cost(one.resident_mb), _cost(one.per_s))
    _console().print(table)


def _console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=_WIDTH)


def _overall(measured: Sequence[Measured]) -> Table:
    headings = (
        "Đúng đầu", "Trong ba", "Trả lời đúng", "Trả lời sai", "Ngoài kho bị trả lời", "p50, ms", "p99, ms",
        "Dựng lần đầu, s", "Dựng, s", "Bộ nhớ, MB", "Đỉnh, MB",
    )  # fmt: skip
    table = Table("Cách", *(Column(heading, justify="right") for heading in headings), title="Cả bộ câu hỏi")
    for one in measured:
        shares = (one.inside.first, one.inside.three, one.inside.right, one.inside.wrong, one.outside.answered)
        costs = (one.p50_ms, one.p99_ms, one.first_build_s, one.build_s, one.resident_mb, one.peak_mb)
        table.add_row(one.engine, *(f"{100 * share:.1f}" for share in shares), *map(_cost, costs))
    return table


def _by_kind(measured: Sequence[Measured]) -> Table:
    table = _compared(measured, "Theo kiểu gõ")
    first = measured[0] if measured else None
    for style, shares in first.inside_by_style.items() if first else ():
        table.add_row(style, str(shares.count), *(_four(one.inside_by_style[style]) for one in measured))
    if first and first.multi.count:
        table.add_row("hỏi hai việc", str(first.multi.count), *(_four(one.multi) for one in measured))
    if first and first.smalltalk.count:
        row = (f"{100 * one.smalltalk.answered:.0f}" for one in measured)
        table.add_row("chuyện trò bị trả lời", str(first.smalltalk.count), *row)
    for style, outside in first.outside_by_style.items() if first else ():
        row = (f"{100 * one.outside_by_style[style].answered:.0f}" for one in measured)
        table.add_row(f"ngoài kho bị trả lời, {style}", str(outside.count), *row)
    return table


def _by_noise(measured: Sequence[Measured]) -> Table:
    table = _compared(measured, "Câu có dấu, khi gõ lẫn nhiễu")
    table.add_row("như đã gõ", str(measured[0].as_typed.count), *(_four(one.as_typed) for one in measured))
    for kind, shares in measured[0].by_noise.items():
        table.add_row(_KINDS.get(kind, kind), str(shares.count), *(_four(one.by_noise[kind]) for one in measured))
    return table


def _compared(measured: Sequence[Measured], title: str) -> Table:
    engines = (Column(one.engine, justify="right") for one in measured)
    return Table("", Column("Câu", justify="right"), *engines, title=title)


def _growth(grown: Sequence[Grown]) -> Table:
    headings = ("Cách hỏi", "p50, ms", "p99, ms", "Dựng lần đầu, s", "Dựng, s", "Bộ nhớ, MB")
    table = Table("Cách", *(Column(heading, justify="right") for heading in headings), title="Khi kho lớn lên")
    for one in grown:
        costs = (one.p50_ms, one.p99_ms, one.first_build_s, one.build_s, one.resident_mb)
        table.add_row(one.engine, _number(one.phrasings), *map(_cost, costs))
    return table


def _four(shares: Inside) -> str:
    return "/".join(f"{100 * share:.0f}" for share in (shares.first, shares.three, shares.right, shares.wrong))


def _cost(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")
