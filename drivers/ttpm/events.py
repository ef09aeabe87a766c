"""What the ticket printer says to the unit it is part of. Not facts: the kiosk knows tickets in a tray, not prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Made:
    """The unit wrote, verified, printed, cut and ejected it: its own word, not yet the tray's."""

    key: str


@dataclass(frozen=True, slots=True)
class Spoiled:
    key: str
    blanks: int
    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    key: str
    reason: str


Outcome = Made | Spoiled | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Started:
    """After every (re)start: text of the last good ticket, whether a ticket was found in the path, firmware text."""

    last_key: str
    voided_at_start: bool
    firmware: str
