"""What stands in a cell: times beyond midnight, dates, positions, amounts. Each raises ValueError with what is wrong."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

MOST_HOURS = 240  # a train that is ten days under way
_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")
_DATE = re.compile(r"\d{8}")


@lru_cache(100_000)
def seconds_of(text: str) -> int | None:
    """`25:10:00` -> seconds after the midnight of the service day; None when empty."""
    if not (bare := text.strip()):
        return None
    match = _TIME.fullmatch(bare)
    if match is None or int(match[1]) >= MOST_HOURS:
        raise ValueError(f"{shortened(bare)} is no time H:MM:SS")
    return int(match[1]) * 3_600 + int(match[2]) * 60 + int(match[3])


@lru_cache(10_000)
def day_of(text: str) -> int:
    """`20190318` -> ordinal of the date."""
    bare = text.strip()
    if not _DATE.fullmatch(bare) or not bare.isascii():
        raise ValueError(f"{shortened(bare)} is no date YYYYMMDD")
    try:
        return date(int(bare[:4]), int(bare[4:6]), int(bare[6:])).toordinal()
    except ValueError as error:
        raise ValueError(f"{bare}: {error}") from error


def degrees_of(text: str, most: int) -> float | None:
    """A coordinate between -most and most; None when empty."""
    if not (bare := text.strip()):
        return None
    try:
        value = float(bare)
    except ValueError as error:
        raise ValueError(f"{shortened(bare)} is no coordinate") from error
    if not -most <= value <= most:  # false for nan as well
        raise ValueError(f"{shortened(bare)} is no coordinate within {most} degrees")
    return value


@lru_cache(10_000)
def whole_of(text: str, most: int) -> int:
    """A whole number from 0 to `most`."""
    bare = text.strip()
    if not (bare.isascii() and bare.isdigit()) or len(bare) > 12 or int(bare) > most:
        raise ValueError(f"{shortened(bare) or 'nothing'} is no whole number up to {most}")
    return int(bare)


def length_of(text: str) -> float | None:
    """A distance in whatever unit the feed uses, not negative; None when empty."""
    if not (bare := text.strip()):
        return None
    try:
        value = float(bare)
    except ValueError as error:
        raise ValueError(f"{shortened(bare)} is no distance") from error
    if not 0 <= value < 1e9:
        raise ValueError(f"{shortened(bare)} is no distance")
    return value


def cents_of(text: str) -> int:
    """A price in hundredths of its currency, not negative; a finer one is rounded to the nearest."""
    bare = text.strip()
    try:
        value = Decimal(bare)
    except InvalidOperation as error:
        raise ValueError(f"{shortened(bare) or 'nothing'} is no price") from error
    if not (value.is_finite() and 0 <= value <= 1_000_000):
        raise ValueError(f"{shortened(bare)} is no price")
    return int(value * 100 + Decimal("0.5"))


def shortened(text: str) -> str:
    """Text of a stranger for a message: quoted, printable, not longer than anybody reads."""
    return ascii(text[:40]) if not text.isprintable() or len(text) > 40 else text
