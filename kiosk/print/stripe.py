"""Track 1 of a ticket, before the seal: 43 characters (ticket-printer sheet, section 3). Our own format.

RT1 number(8) train(6, padded with .) YYMMDD from(3) to(3) coach(2) seat(4) class(1) price in fen(7)
"""

from __future__ import annotations

import re

from kiosk.ports.trips import LockedPlace, Order

LENGTH = 43
CLASS_LETTERS = {
    "second": "O",
    "first": "M",
    "business": "9",
    "emu_berth": "F",
    "hard_seat": "1",
    "hard_berth": "3",
    "soft_berth": "4",
    "soft_seat": "2",
}
"""Seat class of the station -> the one letter of the stripe; others are X."""
_ALLOWED = re.compile(r"[0-9A-Z.]{43}")


def stripe(order: Order, place: LockedPlace, number: str) -> str:
    """Raises ValueError when a part does not fit its column: such a ticket must not be made."""
    text = (
        "RT1"
        + number.rjust(8, "0")[-8:]
        + order.train.ljust(6, ".")
        + order.date[2:].replace("-", "")
        + order.origin
        + order.destination
        + place.coach.rjust(2, "0")
        + (place.place or "0000").rjust(4, "0")
        + CLASS_LETTERS.get(order.seat_class, "X")
        + f"{place.price_fen:07d}"
    )
    if not _ALLOWED.fullmatch(text):
        raise ValueError(f"{text!r} is no stripe of {LENGTH} characters")
    return text
