"""Lists of the province that differ by commune, such as cash points: one CSV file each, as a spreadsheet saves it."""

import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from faq.faults import Fault
from faq.models import Place
from faq.places import plain

COMMUNE = "xa"
"""The name of the first column: which commune a line is for, by its name or id."""
LARGEST = 4_000_000  # bytes
_LOST_ZERO = re.compile(r"[1-9]\d{8}")  # a telephone number that a spreadsheet took for a number

Rows = Mapping[str, tuple[str, ...]]
"""By the commune's id, what is said of each line: its other columns, in their order."""


def read(path: Path, places: Iterable[Place]) -> tuple[Rows, list[Fault]]:
    """The list of a file, and all that is wrong in it."""
    try:
        if path.stat().st_size > LARGEST:
            return {}, [Fault(path.name, 0, f"tệp lớn quá {LARGEST // 1_000_000} MB; chia nhỏ danh sách")]
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return {}, [Fault(path.name, 0, "không phải bảng mã UTF-8; lưu lại, chọn kiểu 'CSV UTF-8'")]
    except OSError:
        return {}, [Fault(path.name, 0, "không đọc được tệp này; xem lại tên ghi ở trường list, và quyền đọc")]
    return _rows(path.name, text, {name: place.id for place in places for name in (place.id, plain(place.name))})


def _rows(file: str, text: str, ids: Mapping[str, str]) -> tuple[Rows, list[Fault]]:
    first = text.split("\n", 1)[0]
    lines = csv.reader(text.splitlines(), delimiter=";" if first.count(";") > first.count(",") else ",")
    faults: list[Fault] = []
    found: dict[str, tuple[str, ...]] = {}
    try:
        header = [plain(cell) for cell in next(lines, [])]
        if header[:1] != [COMMUNE]:
            return {}, [Fault(file, 1, f"dòng đầu phải là tên cột, cột thứ nhất là '{COMMUNE}'; ví dụ: xa,ten,dia_chi")]
        for cells in lines:
            commune, *said = [" ".join(cell.split()) for cell in cells] or [""]
            if not any((commune, *said)):
                continue
            if (id_ := ids.get(commune) or ids.get(plain(commune))) is None:
                what = f"chưa có xã, phường '{commune[:40]}' trong places.yaml; xem lại tên, hoặc thêm vào đó"
                faults.append(Fault(file, lines.line_num, what))
                continue
            faults += [
                Fault(file, lines.line_num, f"số điện thoại '{cell}' mất số 0 ở đầu; để ô kiểu chữ rồi gõ lại")
                for cell in said
                if _LOST_ZERO.fullmatch(cell)
            ]
            found[id_] = (*found.get(id_, ()), ", ".join(cell for cell in said if cell))
    except csv.Error:
        faults.append(Fault(file, lines.line_num, "dòng này không đúng kiểu CSV; mở bằng bảng tính rồi lưu lại"))
    return found, faults
