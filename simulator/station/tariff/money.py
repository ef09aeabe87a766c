"""Exact money: fractions of a fen until a rule rounds. No float comes in here."""

from __future__ import annotations

from fractions import Fraction

YUAN, HALF_YUAN = 100, 50


def rounded(amount: Fraction, step: int) -> int:
    """To the nearest multiple of `step`, ties up (sheet 1.1: half up). `amount` is not negative."""
    above, below = amount.numerator, amount.denominator  # in whole numbers: a linter asks this a million times
    return (2 * above + step * below) // (2 * step * below) * step


def rounded_up(amount: Fraction, step: int) -> int:
    """To the next multiple of `step` at or above."""
    return int(-(-amount // step)) * step


def part_fen(fen: int, percent: int) -> int:
    """`percent` of an amount in steps of half a yuan: below 0.25 down, from 0.25 and from 0.75 up (section 4, the 0.5 rule)."""
    return (2 * fen * percent + 100 * HALF_YUAN) // (200 * HALF_YUAN) * HALF_YUAN


def yuan(fen: int | Fraction) -> str:
    """`153`, `152.5`, `60.2218`: for traces and tables, at most four places."""
    return ("-" if fen < 0 else "") + _decimal(abs(fen.numerator), 100 * fen.denominator, 4)


def number(value: int | Fraction) -> str:
    """A decimal number of 0 or more, at most five places."""
    return _decimal(value.numerator, value.denominator, 5)


def _decimal(above: int, below: int, places: int) -> str:
    scale = 10**places
    scaled = (2 * above * scale + below) // (2 * below)
    return f"{scaled // scale}.{scaled % scale:0{places}d}".rstrip("0").rstrip(".")
