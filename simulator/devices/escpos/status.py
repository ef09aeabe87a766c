"""How the slip printer describes itself: real-time bytes, automatic blocks, full status (sheet 5.1 to 5.3)."""

from __future__ import annotations

from dataclasses import dataclass

ALWAYS = 0x12  # bits 1 and 4 of a real-time answer


@dataclass(frozen=True, slots=True)
class Condition:
    """Everything a status can say. `stopped_mid_slip` is paper end while printing."""

    cover: bool = False
    feed: bool = False
    near_end: bool = False
    end: bool = False
    mechanical: bool = False
    cutter: bool = False
    unrecoverable: bool = False
    hot: bool = False
    slip_waiting: bool = False
    unknown_command: bool = False

    @property
    def error(self) -> bool:
        return self.mechanical or self.cutter or self.unrecoverable or self.hot

    @property
    def offline(self) -> bool:
        return self.cover or self.feed or self.end or self.error


def bits(*pairs: tuple[int, bool]) -> int:
    return sum(1 << place for place, on in pairs if on)


def realtime(n: int, now: Condition) -> bytes:
    """The answer to 10 04 n, n 1..4 or 14h."""
    if n == 0x14:
        return full(now)
    value = {
        1: bits((3, now.offline)),
        2: bits((2, now.cover), (3, now.feed), (5, now.end), (6, now.error)),
        3: bits((2, now.mechanical), (3, now.cutter), (5, now.unrecoverable), (6, now.hot)),
        4: bits((2, now.near_end), (3, now.near_end), (5, now.end), (6, now.end)),
    }[n]
    return bytes([ALWAYS | value])


def block(now: Condition) -> bytes:
    """Four bytes of automatic status."""
    first = 0x10 | bits((3, now.offline), (5, now.cover), (6, now.feed))
    second = bits((1, now.feed), (2, now.mechanical), (3, now.cutter), (5, now.unrecoverable), (6, now.hot))
    return bytes([first, second, paper(now), 0])


def paper(now: Condition) -> int:
    """Bits 0-1 near end, 2-3 end: third byte of a block, and the answer to 1D 72 01."""
    return bits((0, now.near_end), (1, now.near_end), (2, now.end), (3, now.end))


def full(now: Condition) -> bytes:
    """Six bytes: 10 0F, paper, user, recoverable, unrecoverable."""
    return bytes(
        [
            0x10,
            0x0F,
            bits((0, now.end), (2, now.near_end), (5, now.slip_waiting)),
            bits((0, now.cover), (1, now.cover), (5, now.feed)),
            bits((0, now.hot), (5, now.unknown_command)),
            bits((0, now.unrecoverable), (1, now.cutter), (2, now.mechanical)),
        ]
    )


def changed(mask: int, before: Condition, now: Condition) -> bool:
    """Does a host that asked for automatic status with this mask hear of the change? (1D 61: 1 line, 2 errors, 3 paper)"""
    return (
        (bool(mask & 0x02) and before.offline != now.offline)
        or (bool(mask & 0x04) and block(before)[1] != block(now)[1])
        or (bool(mask & 0x08) and paper(before) != paper(now))
    )
