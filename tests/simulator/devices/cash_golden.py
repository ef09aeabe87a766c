"""Reads the golden frames of the cash devices: name -> the lines of that name, in order, as (direction, bytes, note)."""

from pathlib import Path

GOLDEN = Path(__file__).parents[2] / "golden"
Line = tuple[str, bytes, str]


def read(name: str) -> dict[str, list[Line]]:
    lines: dict[str, list[Line]] = {}
    for line in (GOLDEN / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            key, direction, digits, note = (part.strip() for part in line.split("|"))
            lines.setdefault(key, []).append((direction, bytes.fromhex(digits), note))
    return lines
