"""What can be done at the open cabinet: one row per act, and what each books (decision 17)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kiosk.coin_stock import HOPPERS
from kiosk.faults import DEVICE_ABILITY
from kiosk.parameters import MachinePolicy
from kiosk.sale.intents import Intent
from kiosk.service_records import BinEmpty, BoxSwap, CassetteFill, HopperFill, RollLoad
from kiosk.stock import Stock


@dataclass(frozen=True, slots=True)
class Act:
    """`money`: two persons, and not for maintainers. `picture`: cassette, box, roll, bin, fault. `capacity`: name of the bound."""

    name: str
    picture: str
    money: bool
    asks_count: bool
    capacity: str = ""

    def allowed(self, role: str) -> bool:
        return not self.money or role in ("cash", "supervisor")

    def most(self, policy: MachinePolicy) -> int:
        """Highest count that can be typed."""
        return int(getattr(policy, self.capacity)) if self.capacity else 9_999


ACTS = {
    act.name: act
    for act in (
        Act("fill", "cassette", money=True, asks_count=True, capacity="cassette_capacity"),
        Act("fill_coins", "bin", money=True, asks_count=True, capacity="hopper_capacity"),
        Act("empty_coins", "bin", money=True, asks_count=False),
        Act("swap_box", "box", money=True, asks_count=True),
        Act("empty_reject", "bin", money=True, asks_count=True),
        Act("empty_change_retract", "bin", money=True, asks_count=True),
        Act("load_roll", "roll", money=False, asks_count=True, capacity="roll_capacity"),
        Act("empty_waste", "bin", money=False, asks_count=True),
        Act("empty_ticket_retract", "bin", money=False, asks_count=True),
        Act("clear", "fault", money=False, asks_count=False),
    )
}


def act_of(name: str, cassettes: Mapping[int, int], hoppers: Collection[int] = ()) -> tuple[Act | None, str]:
    """The act and its place from a target: `fill:2`, `swap_box`, `clear:acceptor`, `fill_coins:1`, `clear:hopper`. (None, "")
    for anything else."""
    word, _, place = name.partition(":")
    numbers = {str(number) for number in hoppers}
    places = {
        "fill": {str(number) for number in cassettes},
        "fill_coins": numbers,
        "empty_coins": numbers,
        "clear": set(DEVICE_ABILITY) | ({HOPPERS} if hoppers else set()),
    }.get(word, {""})
    if word not in ACTS or place not in places:
        return None, ""
    return ACTS[word], place


def there_is(act: Act, stock: Stock) -> bool:
    """Whether this machine has what the act is about: one that pays where notes go in has no bins for notes beside its box."""
    return not (stock.one_box and act.name in ("empty_reject", "empty_change_retract"))


def expected(act: Act, place: str, stock: Stock) -> int:
    """Pieces the books say lie there now."""
    match act.name:
        case "fill":
            return stock.cassettes.get(int(place), 0)
        case "fill_coins" | "empty_coins":
            return stock.coins.coins.get(int(place), 0)
        case "swap_box":
            return stock.box_notes + len(stock.deposit.notes)
        case "empty_reject":
            return stock.reject
        case "empty_change_retract":
            return stock.retract_pieces
        case "load_roll":
            return stock.roll
        case "empty_waste":
            return stock.waste
        case "empty_ticket_retract":
            return stock.ticket_retract
    return 0


def booking(
    act: Act, place: str, count: int, stock: Stock, cassettes: Mapping[int, int], tag: str
) -> tuple[Intent, ...]:
    """The booking of an act; `count` is what the operator counted."""
    booked = expected(act, place, stock)
    match act.name:
        case "fill":
            number = int(place)
            return (CassetteFill(number, cassettes[number], booked, count),)
        case "fill_coins":
            number = int(place)
            return (HopperFill(number, stock.coins.values[number], booked, count),)
        case "swap_box":
            return _box_swapped(count, stock, tag)
        case "load_roll":
            return (RollLoad(booked, count),)
        case "clear" | "empty_coins":  # what is emptied is booked coin by coin, as it falls
            return ()
    return (BinEmpty(act.name.removeprefix("empty_"), booked, count),)


def _box_swapped(count: int, stock: Stock, tag: str) -> tuple[Intent, ...]:
    """Where forgotten change falls into the box, one count is of both; a difference is the box's."""
    notes = tuple(sorted(stock.box.items()))
    if not stock.one_box:
        return (BoxSwap(notes, count, tag),)
    change = min(stock.retract_pieces, count)
    return BoxSwap(notes, count - change, tag), BinEmpty("change_retract", stock.retract_pieces, change)
