"""Small FAQ folders to load and to break."""

from pathlib import Path

TOPIC = """\
# yaml-language-server: $schema=schema.json
topic: rut-tien
name: Rút tiền
unit: viettel
questions:
  - id: rut-tien
    question: Rút tiền thế nào?
    variants:
      - Lấy tiền ra sao
      - Cầm tiền mặt bằng cách nào
    try:
      - rut tien kieu gi
    answer: |
      Ra điểm giao dịch.

      1. Mang căn cước.
    reviewed: 2026-11-01
"""
"""A file with nothing wrong in it."""


def swap(old: str, new: str) -> bytes:
    """The file with one thing changed."""
    assert TOPIC.count(old) >= 1, f"there is no {old!r} in it"
    return TOPIC.replace(old, new, 1).encode()


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder
