"""Which lab cards lie beside which machine, and what their accounts are opened with.

A card is one thing and its chip counts: the same card in two drawers would be a copy, and the bank refuses a counter that was used.
"""

from __future__ import annotations

from collections.abc import Mapping

PLAIN_EACH = 6
PEOPLE = (
    ("good", "second", "poor", "expired", "stripe", "silent", "lost"),
    ("two", "closed", "blocked"),
    ("unlisted", "offline_no", "blocked_application"),
    ("long", "refusing", "incomplete"),
)
"""Machine after machine: what people find, who want to see what becomes of bad cards, too."""
REFUSED = ("poor", "closed", "offline_no", "refusing")
"""Machine after machine: the card with which a passenger of a headless run is refused."""
DOCUMENTS = (
    ("woman", "man", "expired", "bank_card"),
    ("elder", "ends_in_x", "wrong_digit"),
    ("long_name", "child", "other_chip"),
    ("rare_name", "not_yet_valid", "resident"),
)
"""Machine after machine: identity cards beside it, and what people take for one."""
OPENED_FEN: Mapping[str, int] = {
    "good": 320_000, "second": 86_000, "poor": 1_200, "expired": 50_000, "stripe": 64_000, "silent": 40_000, "lost": 90_000,
}  # fmt: skip
"""Accounts of the first drawer for people; all others are opened with what the bank's lab gives everybody."""


def plain(number: int) -> tuple[str, ...]:
    """Good cards of machine `number`, from 1."""
    first = (number - 1) * PLAIN_EACH
    return tuple(f"plain{first + each}" for each in range(1, PLAIN_EACH + 1))


def drawer(number: int, crowd: bool) -> tuple[str, ...]:
    """Cards at machine `number`, 1 to 4. `crowd`: for passengers who come one after the other, else for people."""
    at = number - 1
    if crowd:
        return (*plain(number), REFUSED[at])
    return PEOPLE[at] if number == 1 else (*plain(number)[:2], *PEOPLE[at])
