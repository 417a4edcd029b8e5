"""A list that differs by commune is read as a spreadsheet saves it, and what is wrong in it is named."""

from pathlib import Path

import pytest

from faq import lists
from faq.models import Place

PLACES = (
    Place(id="ky-lua", name="Kỳ Lừa", kind="phuong"),
    Place(id="chi-lang", name="Chi Lăng", kind="xa"),
)


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "diem.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        "xa,ten,dia_chi,dien_thoai\nKỳ Lừa,Quán A,chợ,0912345678\nky lua,Quán B,,\nChi Lăng,Quán C,\n",
        "xa;ten;dia_chi;dien_thoai\nky-lua;Quán A;chợ;0912345678\nKỲ LỪA;Quán B;;\nchi lang;Quán C\n",
        "\ufeffXã,Tên,Địa chỉ\r\nKỳ Lừa,Quán A,chợ,0912345678\r\nKỳ Lừa,Quán B\r\n,,,\r\nChi Lăng,  Quán   C \r\n",
        '"xa","ten"\n"Kỳ Lừa","Quán A","chợ","0912345678"\n"Kỳ Lừa","Quán B"\n"Chi Lăng","Quán C"',
    ],
)
def test_every_way_that_spreadsheets_write_it_is_read(tmp_path: Path, content: str) -> None:
    rows, faults = lists.read(written(tmp_path, content), PLACES)

    assert faults == []
    assert rows == {"ky-lua": ("Quán A, chợ, 0912345678", "Quán B"), "chi-lang": ("Quán C",)}


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        ("", 1, "dòng đầu phải là tên cột, cột thứ nhất là 'xa'; ví dụ: xa,ten,dia_chi"),
        ("ten,xa\nQuán A,Kỳ Lừa\n", 1, "dòng đầu phải là tên cột, cột thứ nhất là 'xa'; ví dụ: xa,ten,dia_chi"),
        (
            "xa,ten\nKỳ Lừa,A\nMẫu Sơn,B\n",
            3,
            "chưa có xã, phường 'Mẫu Sơn' trong places.yaml; xem lại tên, hoặc thêm vào đó",
        ),
        (
            "xa,ten,dien_thoai\nKỳ Lừa,A,912345678\n",
            2,
            "số điện thoại '912345678' mất số 0 ở đầu; để ô kiểu chữ rồi gõ lại",
        ),
        ("xa,ten\nKỳ Lừa,A".encode("utf-16"), 0, "không phải bảng mã UTF-8; lưu lại, chọn kiểu 'CSV UTF-8'"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, content: str | bytes, line: int, what: str) -> None:
    _, faults = lists.read(written(tmp_path, content), PLACES)

    assert [(fault.file, fault.line, fault.what) for fault in faults] == [("diem.csv", line, what)]


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    _, faults = lists.read(tmp_path / "diem.csv", PLACES)

    assert [str(fault) for fault in faults] == [
        "diem.csv: không đọc được tệp này; xem lại tên ghi ở trường list, và quyền đọc"
    ]
