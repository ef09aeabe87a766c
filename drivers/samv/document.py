"""The 256 bytes of text of a card: UTF-16, low byte first, padded with blanks. Source: io-board sheet, section 4 (citizens);
identity and scanner open points, "Cards" (permanent residents, whose layout nobody confirmed).

A text that cannot be one is answered with the reason of `IdAgain`, never with an exception.
"""

from __future__ import annotations

import re
from datetime import date

from kiosk.ports.id_reader import IdDocument, number_is_good

CITIZEN = (("name", 30), ("sex", 2), ("ethnic", 4), ("birth", 16), ("address", 70), ("number", 36), ("issuer", 30),
           ("valid_from", 16), ("valid_to", 16), ("reserved", 36))  # fmt: skip
RESIDENT = (("name", 120), ("sex", 2), ("number", 30), ("nation", 6), ("chinese_name", 30), ("valid_from", 16),
            ("valid_to", 16), ("birth", 16), ("version", 4), ("authority", 8), ("kind", 2), ("reserved", 6))  # fmt: skip
"""Fields and their bytes, in order."""
LONG_TERM = "长期"
KIND_AT = slice(248, 250)
SEXES = {"1": "man", "2": "woman"}
_DAY = re.compile(r"[0-9]{8}")
_RESIDENT_NUMBER = re.compile(r"[A-Z]{3}[0-9]{12}")


def document_of(text: bytes) -> IdDocument | str:
    """What stands on the card, or why that cannot be said: kind, number, unreadable. `text`: 256 bytes."""
    kind = text[KIND_AT].decode("utf-16-le", "replace").strip(" \0")
    layout = {"": CITIZEN, "I": RESIDENT}.get(kind)
    if layout is None:
        return "kind"
    fields = _fields(text, layout)
    resident = layout is RESIDENT
    good = _RESIDENT_NUMBER.fullmatch(fields["number"]) if resident else number_is_good(fields["number"])
    if not good:
        return "number"
    birth, valid_from = _day(fields["birth"]), _day(fields["valid_from"])
    long_term = fields["valid_to"] == LONG_TERM
    valid_to = None if long_term else _day(fields["valid_to"])
    if not fields["name"] or birth is None or valid_from is None or (valid_to is None and not long_term):
        return "unreadable"
    return IdDocument(
        "resident" if resident else "citizen",
        fields["name"],
        fields["number"],
        SEXES.get(fields["sex"], "untold"),  # type: ignore[arg-type]
        birth,
        valid_from,
        valid_to,
        ethnic=fields.get("ethnic", ""),
        nation=fields.get("nation", ""),
        chinese_name=fields.get("chinese_name", ""),
    )


def _fields(text: bytes, layout: tuple[tuple[str, int], ...]) -> dict[str, str]:
    """Half a character at the end of a field becomes the replacement character: a cut name is still somebody's."""
    fields, at = {}, 0
    for name, size in layout:
        fields[name] = text[at : at + size].decode("utf-16-le", "replace").strip(" \0")
        at += size
    return fields


def _day(digits: str) -> date | None:
    if not _DAY.fullmatch(digits):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
