"""What a host makes of a card's answer to a read: a document, or why it is none (words of `IdAgain`).

Source: io-board sheet, section 4; identity and scanner open points, "Cards".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

from kiosk.ports.id_reader import IdDocument, number_is_good
from simulator.devices.samv.card import ADDRESS, LONG_TERM, PHOTO, TEXT

LENGTHS = TEXT.to_bytes(2, "big") + PHOTO.to_bytes(2, "big")
KIND = slice(248, 250)
RESIDENT = "I"
SEXES: Mapping[str, Literal["man", "woman"]] = {"1": "man", "2": "woman"}
CITIZENS = (("name", 30), ("sex", 2), ("ethnic", 4), ("birth", 16), ("", ADDRESS), ("number", 36), ("", 30),
            ("valid_from", 16), ("valid_to", 16))  # fmt: skip
RESIDENTS = (("name", 120), ("sex", 2), ("number", 30), ("nation", 6), ("chinese_name", 30), ("valid_from", 16),
             ("valid_to", 16), ("birth", 16))  # fmt: skip


def text_in(data: bytes) -> bytes | None:
    """None when a read brought something else than a text and a photo."""
    whole = data[:4] == LENGTHS and len(data) == len(LENGTHS) + TEXT + PHOTO
    return data[len(LENGTHS) :][:TEXT] if whole else None


def document_in(text: bytes) -> IdDocument | str:
    """`text`: 256 bytes. kind, number or unreadable when it is no document."""
    kind = _told(text[KIND])
    if kind not in ("", RESIDENT):
        return "kind"
    told = dict(_fields(text, RESIDENTS if kind else CITIZENS))
    good = re.fullmatch(r"[A-Z]{3}[0-9]{12}", told["number"]) if kind else number_is_good(told["number"])
    if not good:
        return "number"
    birth, starts = _day(told["birth"]), _day(told["valid_from"])
    for_life = told["valid_to"] == LONG_TERM
    ends = None if for_life else _day(told["valid_to"])
    if not told["name"] or birth is None or starts is None or (ends is None and not for_life):
        return "unreadable"
    return IdDocument(
        "resident" if kind else "citizen", told["name"], told["number"], SEXES.get(told["sex"], "untold"), birth, starts,
        ends, ethnic=told.get("ethnic", ""), nation=told.get("nation", ""), chinese_name=told.get("chinese_name", ""),
    )  # fmt: skip


def _day(digits: str) -> date | None:
    try:
        return date.fromisoformat(digits) if digits.isdigit() else None
    except ValueError:
        return None


def _fields(text: bytes, layout: Iterable[tuple[str, int]]) -> Iterator[tuple[str, str]]:
    at = 0
    for name, size in layout:
        yield name, _told(text[at : at + size])
        at += size


def _told(field: bytes) -> str:
    return field.decode("utf-16-le", "replace").strip(" \0")
