"""An answer's Markdown in each chat's own form."""

import pytest

from bot import markup

ANSWER = """**Rút tiền** ở đâu & khi nào?

1. Mang *căn cước* <b>gốc</b>.
2. Ra điểm:
   - quán
   - bưu điện

Xem [trang tỉnh](https://langson.gov.vn/a?b=1&c=2), https://vneid.gov.vn hoặc gọi [1900 0001](tel:19000001)."""


def test_telegram_gets_the_tags_it_knows_and_everything_else_escaped() -> None:
    assert markup.telegram(ANSWER) == (
        "<b>Rút tiền</b> ở đâu &amp; khi nào?\n\n"
        "1. Mang <i>căn cước</i> &lt;b&gt;gốc&lt;/b&gt;.\n2. Ra điểm:\n   • quán\n   • bưu điện\n\n"
        'Xem <a href="https://langson.gov.vn/a?b=1&amp;c=2">trang tỉnh</a>, '
        '<a href="https://vneid.gov.vn">https://vneid.gov.vn</a> hoặc gọi 1900 0001.'
    )


def test_plain_text_says_where_a_link_goes() -> None:
    assert markup.plain(ANSWER) == (
        "Rút tiền ở đâu & khi nào?\n\n"
        "1. Mang căn cước <b>gốc</b>.\n2. Ra điểm:\n   • quán\n   • bưu điện\n\n"
        "Xem trang tỉnh (https://langson.gov.vn/a?b=1&c=2), https://vneid.gov.vn hoặc gọi 1900 0001."
    )


@pytest.mark.parametrize(("text", "length"), [("", 0), ("phí", 3), ("😀", 2), ("a😀b", 4)])
def test_length_is_counted_as_chats_count_it(text: str, length: int) -> None:
    assert markup.utf16(text) == length
