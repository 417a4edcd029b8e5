"""A commune is recognised by what people call it, and only where they say just that."""

import pytest

from faq import places
from faq.models import Place

KNOWN = (
    Place(id="ky-lua", name="Kỳ Lừa", kind="phuong"),
    Place(id="chi-lang", name="Chi Lăng", kind="xa", old_names=("Đồng Mỏ",)),
    Place(id="dong-mo", name="Đồng Mỏ", kind="xa"),
)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Kỳ Lừa", ["ky-lua"]),
        ("ky lua", ["ky-lua"]),
        ("  Phường KỲ LỪA ạ. ", ["ky-lua"]),
        ("em ở xã Chi Lăng nhé", ["chi-lang"]),
        ("thị trấn Đồng Mỏ cũ", ["chi-lang", "dong-mo"]),
        ("Kỳ", []),
        ("rút tiền ở Kỳ Lừa mất bao nhiêu", []),
        ("", []),
        ("???", []),
    ],
)
def test_a_place_is_named_by_a_message_that_says_little_else(text: str, ids: list[str]) -> None:
    assert [place.id for place in places.named(KNOWN, text)] == ids
