"""What a passenger can do at a machine, each after thinking for `think_ms` of the passenger's own time."""

from __future__ import annotations

from dataclasses import dataclass

GLANCE_MS, READ_MS, HAND_MS, LOOK_MS = 900, 2_500, 1_200, 1_500


@dataclass(frozen=True, slots=True)
class Touch:
    """Touch a target after thinking for `think_ms` of the passenger's time."""

    target: str
    think_ms: int


@dataclass(frozen=True, slots=True)
class Insert:
    value_fen: int
    think_ms: int


@dataclass(frozen=True, slots=True)
class TakeFrom:
    """`outlet`: mouth, tickets, change, slip, coins."""

    outlet: str
    think_ms: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again after `think_ms`, or when the screen changes."""

    think_ms: int = LOOK_MS


@dataclass(frozen=True, slots=True)
class Leave:
    """The visit is over. `why`: bought, cancelled, walked_away, nothing_found, nothing_sold, claim, or what the machine said."""

    why: str
    think_ms: int = GLANCE_MS


@dataclass(frozen=True, slots=True)
class TouchAndInsert:
    """Touch a target with one hand and push a note in with the other, at the same moment."""

    target: str
    value_fen: int
    think_ms: int


@dataclass(frozen=True, slots=True)
class Scan:
    """Pay with a phone what the code on the screen says."""

    code: tuple[str, ...]
    think_ms: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Hold something to the machine: paper, card, or away."""

    what: str
    think_ms: int


@dataclass(frozen=True, slots=True)
class UseCard:
    """insert, pull (in and out again at once), take; pin, wrong_pin, cancel: keys of the PIN pad."""

    what: str
    think_ms: int


Action = Hold | UseCard | Scan | Touch | Insert | TouchAndInsert | TakeFrom | Wait | Leave
