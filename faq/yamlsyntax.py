"""Says in words where a file is no YAML, why, and how to mend it; the parser's own words are for programmers."""

import re

import yaml

_TAB = re.compile(r"[ -]*\t")
_ODD_SPACE = re.compile("[\u00a0\u2000-\u200f\u202f\u2060\u3000\ufeff]")
"""Spaces that look like one and are none for YAML, or that do not show at all."""
_CONFLICT = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
_KEY = re.compile(r"\s*(?:- +)?[\w-]+:(?: |$)")
_KEY_WITHOUT_SPACE = re.compile(r"\s*(?:- +)?[a-z_]+:[^\s:/]")
_QUOTED_START = re.compile(r"\s*(?:- +)?(?:[\w-]+: +)?([\"'\[{])")
_OPENED_BEFORE = ("simple key", "quoted scalar", "flow sequence", "flow mapping")
"""What the parser notices lines after the place that is to be mended."""

_QUOTE_ALL = "đặt cả câu trong dấu ngoặc kép"


def explain(error: yaml.YAMLError, source: str) -> tuple[int, str]:
    """The line of the mistake and what to do about it."""
    lines = source.split("\n")
    if found := _CONFLICT.search(source):
        line = source.count("\n", 0, found.start()) + 1
        return (
            line,
            "dấu <<<<<<<, ======= hoặc >>>>>>> còn lại sau khi gộp hai bản sửa; chọn một bản rồi xoá các dấu này",
        )
    context = str(getattr(error, "context", None) or "")
    line = min(_line(error, first=context.endswith(_OPENED_BEFORE)), len(lines))
    near = lines[max(0, line - 2) : line]
    if any(_TAB.match(one) for one in (*near, *lines[line : line + 1])):
        return line, "có dấu Tab ở đầu dòng; thay bằng dấu cách (mỗi bậc hai dấu cách)"
    if any(_ODD_SPACE.search(one) for one in near):
        return line, "có khoảng trắng đặc biệt chép từ Word hoặc trang web; xoá nó và gõ lại bằng dấu cách thường"
    return line, _reason(context, str(getattr(error, "problem", None) or error), lines[line - 1])


def _line(error: yaml.YAMLError, *, first: bool) -> int:
    names = ("context_mark", "problem_mark") if first else ("problem_mark", "context_mark")
    mark = next((mark for name in names if (mark := getattr(error, name, None)) is not None), None)
    return mark.line + 1 if mark is not None else 1


def _reason(context: str, problem: str, typed: str) -> str:
    if context.endswith("simple key"):
        return _no_colon(typed)
    if "mapping values are not allowed" in problem:
        return _colon(typed)
    if context.endswith("quoted scalar"):
        return "dấu ngoặc kép hoặc nháy mở ra mà chưa đóng; thêm dấu đóng ở cuối câu"
    if context.endswith(("flow sequence", "flow mapping")):
        return f"dấu [ hoặc {{ mở ra mà chưa đóng; thêm dấu đóng, hoặc {_QUOTE_ALL}"
    if context.endswith("block scalar"):
        return f"sau dấu | hoặc > phải xuống dòng; nếu câu bắt đầu bằng dấu ấy thì {_QUOTE_ALL}"
    if context.endswith(("an alias", "an anchor", "a tag")) or "cannot start any token" in problem:
        return f"câu bắt đầu bằng ký hiệu riêng của YAML (như *, &, !, @, %, `); {_QUOTE_ALL}"
    if context.endswith("flow level"):
        return "các mục lồng nhau quá sâu; xem lại các dấu [ và {"
    if found := _QUOTED_START.match(typed):
        return f"có chữ nằm sau dấu đóng của {found[1]}; {_QUOTE_ALL}, dấu ngoặc kép ở trong thì viết “ ”"
    if context.endswith("block node"):
        return f"câu bắt đầu bằng ký hiệu riêng của YAML; {_QUOTE_ALL}"
    return "dòng này thụt vào không thẳng hàng với các dòng cùng bậc; sửa số dấu cách ở đầu dòng"


def _no_colon(typed: str) -> str:
    if "：" in typed:
        return "dấu '：' không phải dấu hai chấm thường; xoá nó và gõ lại ':'"
    if _KEY_WITHOUT_SPACE.match(typed):
        return "thiếu dấu cách sau dấu hai chấm; viết 'tên: nội dung'"
    return "thiếu dấu hai chấm sau tên trường; viết 'tên: nội dung' (nếu đây là lời văn thì thêm dấu cách ở đầu dòng)"


def _colon(typed: str) -> str:
    if _KEY.match(typed) and typed.count(": ") < 2:
        return "dòng này thụt vào không thẳng hàng với các dòng cùng bậc; sửa số dấu cách ở đầu dòng"
    if "“" in typed or "”" in typed:
        return 'dấu ngoặc cong “ ” của Word không phải dấu ngoặc của YAML; thay bằng " " ở hai đầu câu'
    return f"trong câu có dấu hai chấm; {_QUOTE_ALL}"
