"""What a sale and a machine may do: limits and times, from config and, over it, from the station's parameter set in force.

A sale keeps the ones it was opened with. All times are people's time: the lab's clock rate shortens them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Literal

from kiosk.sale.change import CashPolicy


@dataclass(frozen=True, slots=True)
class SalePolicy:
    """Times in ms of people's patience; `rounding`: passenger (down), none (decision 3).

    `charge_ms`: how long a card or a phone may be asked to pay; of the machine's own time, how long after that or after a cancel
    the outcome is waited for (`charge_answer_ms`), and the passenger for a capture or reversal (`charge_end_ms`).

    `coin_reserve`: with no more half yuan than that in the hoppers prices are rounded to a whole yuan.

    `resume_ms`: after a longer pause nobody is asked whether to go on; `resume_answer_ms`: how long the question stands.
    """

    cash: CashPolicy = field(default_factory=CashPolicy)
    rounding: Literal["passenger", "none"] = "passenger"
    rounding_step_fen: int = 100
    collect_patience_ms: int = 90_000
    review_patience_ms: int = 300_000
    take_ms: int = 40_000
    claim_patience_ms: int = 60_000
    answer_ms: int = 20_000
    ask_again_ms: int = 1_000
    last_minute_ms: int = 60_000
    resume_ms: int = 60_000
    resume_answer_ms: int = 40_000
    charge_ms: int = 120_000
    charge_answer_ms: int = 30_000
    charge_end_ms: int = 8_000
    charge_tries: int = 5
    blanks_per_ticket: int = 3
    pay_tries: int = 3
    bundle_notes: int = 20
    coin_reserve: int = 10
    partial_issue: Literal["deliver_good", "all_or_nothing"] = "deliver_good"

    def __post_init__(self) -> None:
        for part in fields(self):
            if part.name.endswith("_ms") and getattr(self, part.name) < 0:
                raise ValueError(f"{part.name}: {getattr(self, part.name)} is less than no time")


@dataclass(frozen=True, slots=True)
class MachinePolicy:
    """Thresholds and capacities of the machine as a whole. `opens_min`, `closes_min`: minutes of the station's day; equal: always
    open."""

    box_capacity: int = 1_000
    box_near_full: int = 900
    cassette_capacity: int = 1_000
    cassette_low: int = 50
    hopper_capacity: int = 800
    hopper_low: int = 30
    roll_capacity: int = 1_500
    roll_low: int = 50
    waste_capacity: int = 200
    service_login_ms: int = 30_000
    service_idle_ms: int = 300_000
    skew_stop_ms: int = 60_000
    opens_min: int = 0
    closes_min: int = 0


@dataclass(frozen=True, slots=True)
class PowerPolicy:
    """What a mains loss means (ups sheet, section 4). Times in ms; `off_s`: delay of the UPS, longer than the stop takes.

    `limit_ms`: a sale on battery lasts no longer; `reserve_ms`: run time kept for the stop. `low_ms`: how long people are
    waited for once the battery is low, and at least for what has just come out. `wait_ms`: how long an idle machine waits for
    the mains; `again_ms`: before a UPS that was not switched off is told again. `unknown_ms`: after so long without a word of
    the UPS sales stop, if `unknown_stops`.
    """

    limit_ms: int = 120_000
    reserve_ms: int = 60_000
    low_ms: int = 10_000
    wait_ms: int = 20_000
    again_ms: int = 60_000
    off_s: int = 30
    unknown_ms: int = 60_000
    unknown_stops: bool = False

    def __post_init__(self) -> None:
        for part in fields(self):
            if part.name.endswith("_ms") and getattr(self, part.name) < 0:
                raise ValueError(f"{part.name}: {getattr(self, part.name)} is less than no time")
        if not 12 <= self.off_s <= 600:
            raise ValueError(f"off_s: {self.off_s} is not within 12..600")
