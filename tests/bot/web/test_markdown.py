"""The small Markdown: what it can, and that nothing else gets through."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.markdown import to_html
from handlers import texts

LINK = 'target="_blank" rel="noopener noreferrer"'


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("", ""),
        ("Một.\n\nHai.", "<p>Một.</p>\n<p>Hai.</p>"),
        ("Một\\\nhai", "<p>Một<br>\nhai</p>"),
        ("**Đậm** và *nghiêng*", "<p><strong>Đậm</strong> và <em>nghiêng</em></p>"),
        ("- một\n- hai", "<ul>\n<li>một</li>\n<li>hai</li>\n</ul>"),
        ("1. một\n2. hai", "<ol>\n<li>một</li>\n<li>hai</li>\n</ol>"),
        ("[trang](https://vneid.gov.vn)", f'<p><a href="https://vneid.gov.vn" {LINK}>trang</a></p>'),
        ("[gọi](tel:18001091)", '<p><a href="tel:18001091">gọi</a></p>'),
        (
            "Xem https://vneid.gov.vn/tai-ve.",
            f'<p>Xem <a href="https://vneid.gov.vn/tai-ve" {LINK}>https://vneid.gov.vn/tai-ve</a>.</p>',
        ),
        (
            "[https://a.vn](https://b.vn)",
            f'<p><a href="https://b.vn" {LINK}>https://a.vn</a></p>',
        ),
    ],
)
def test_what_answers_are_made_of_is_shown(markdown: str, html: str) -> None:
    assert to_html(markdown) == html


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("<b onclick=x>a</b>", "<p>&lt;b onclick=x&gt;a&lt;/b&gt;</p>"),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>"),
        ("[a](JaVaScRiPt:alert(1))", "<p>[a](JaVaScRiPt:alert(1))</p>"),
        ("[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>"),
        ("[a](/desk)", "<p>[a](/desk)</p>"),
        ("![a](https://b.vn/c.png)", f'<p>!<a href="https://b.vn/c.png" {LINK}>a</a></p>'),
        ("# tiêu đề", "<p># tiêu đề</p>"),
        ("`mã`", "<p>`mã`</p>"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "<p>| a | b |\n|---|---|\n| 1 | 2 |</p>"),
        ('[a](https://b.vn/"onmouseover="x)', f'<p><a href="https://b.vn/%22onmouseover=%22x" {LINK}>a</a></p>'),
    ],
)
def test_everything_else_shows_as_the_characters_it_is(markdown: str, html: str) -> None:
    assert to_html(markdown) == html


@given(st.text(alphabet=st.sampled_from("ab đ<>&\"'`*_[]()#!-+.|~\\\n/:;=1https"), max_size=60))
def test_escaped_words_have_no_marks_but_paragraphs_and_addresses(text: str) -> None:
    html = to_html(texts.escape(text))

    assert set(re.findall(r"<\W*(\w+)", html)) <= {"p", "br", "a"}
