"""The cabinet's matter, twins and hands in virtual time: the same physics as behind the ptys, nobody watching."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kiosk.clock import VirtualClock
from simulator.cabinet.hands import Hands
from simulator.cabinet.observed import Observed
from simulator.cabinet.refused import Refused
from simulator.cabinet.settings import (
    BillToBillSettings,
    CabinetSettings,
    CoinSettings,
    RecyclingSettings,
)
from simulator.cabinet.technician import Technician
from simulator.cabinet.timeline import Timeline
from simulator.cabinet.world import World
from simulator.devices.matter import Thing
from simulator.devices.scanner import Code
from simulator.passenger.hands import Openings, Taken
from simulator.world import fitted
from simulator.world.cards import Cards
from simulator.world.level import MACHINES, Level, Machine, is_fitted
from simulator.world.payments import PayDesk
from simulator.world.provider import ProviderDesk
from simulator.world.station import DOCUMENT

VALUES_FEN = {1: 100, 2: 500, 3: 1_000, 4: 5_000}
RECYCLING_FEN = {2: 100, 3: 1_000}
CASSETTES_FEN: Mapping[Machine, Mapping[int, int]] = {
    "usual": VALUES_FEN, "bulk": RECYCLING_FEN, "pay": VALUES_FEN, "collect": VALUES_FEN, "coins": VALUES_FEN,
    "cards": VALUES_FEN,
    **fitted.values_fen(),
}  # fmt: skip
"""Machine -> face value in each cassette that change is paid from."""
NONE_FEN: Mapping[int, int] = {}
COINS_FEN: Mapping[Machine, Mapping[int, int]] = {**dict.fromkeys(MACHINES, NONE_FEN), "coins": {1: 50, 2: 100}}
"""Machine -> face value in each hopper."""
RECYCLING_NOTES = 80
UPS_MIN = 15
USED_COUNTER = 41_207
"""A life counter that has lived: one that wraps must not come back to where it was."""


class VirtualTime:
    """Virtual time as the cabinet wants it: rate 1, the calendar beside it."""

    rate = 1.0

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock

    def mono_ms(self) -> int:
        return self._clock.mono_ms()

    def wall_at(self, mono_ms: int) -> int:
        return self._clock.wall_ms() - self._clock.mono_ms() + mono_ms

    def format(self) -> str:
        return f"1:{self._clock.wall_ms()}:{self._clock.mono_ms()}"


class Unwatched(Timeline):
    """Nobody reads the events of a world that runs a million times."""

    def tell(self, kind: str, **details: Any) -> None:
        pass

    def moved(self, thing: Thing, source: str, target: str) -> None:
        pass

    def look(self, device: str, busy: bool, now_ms: int) -> None:
        pass

    def exchanged(self, device: str, now_ms: int) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Fill:
    """What lies in the machine at first. `notes`: cassette -> pieces; `coins`: hopper -> pieces."""

    notes: tuple[tuple[int, int], ...] = ((1, 60), (2, 40), (3, 40), (4, 20))
    blanks: int = 60
    coins: tuple[tuple[int, int], ...] = ()


def _settings(machine: Machine, vault: Fill | None, ups: bool) -> CabinetSettings:
    values_fen = CASSETTES_FEN[machine]
    recycling = tuple(RecyclingSettings(value_fen, RECYCLING_NOTES) for value_fen in RECYCLING_FEN.values())
    found = fitted.cabinet(machine) if is_fitted(machine) else CabinetSettings()
    return replace(
        found,
        acceptor="bill_to_bill" if machine == "bulk" else found.acceptor,
        bill_to_bill=BillToBillSettings(recycling=recycling),
        vault_notes={values_fen[number]: pieces for number, pieces in vault.notes} if vault else {},
        wallet_notes={},
        vault_blanks=vault.blanks if vault else 0,
        hoppers=tuple(CoinSettings(value_fen) for value_fen in COINS_FEN[machine].values()),
        documents=(DOCUMENT,) if machine == "collect" else (),
        ups=ups,
        ups_minutes=UPS_MIN,
    )


def desk_of(level: Level, clock: VirtualClock) -> PayDesk | ProviderDesk:
    """Where phones pay."""
    return ProviderDesk(clock) if level == "bytes" else PayDesk()


@dataclass(slots=True)
class Proof:
    """What a passenger has to prove an order with, and what of it lies before the readers now."""

    paper: str = ""
    number: str = ""
    code: str = ""
    card: str = ""


class Things:
    """`moved(thing, from, to)` hears every movement of matter; `acted` is called after each act of a hand."""

    def __init__(
        self,
        clock: VirtualClock,
        vault: Fill | None = None,
        machine: Machine = "usual",
        ups: bool = False,
        level: Level = "port",
    ) -> None:
        self.clock, self.machine = clock, machine
        self.values_fen = CASSETTES_FEN[machine]
        timeline = Unwatched(VirtualTime(clock))
        self.world = World(_settings(machine, vault, ups), 1.0, timeline)
        self.world.slot.body.stacked_counter = USED_COUNTER
        self.world.ticket_unit.battery.tickets, self.world.ticket_unit.battery.voided = USED_COUNTER, USED_COUNTER // 9
        self.hands = Hands(self.world, timeline)
        self.technician = Technician(self.world, timeline)
        if vault is not None:
            for hopper, coins in vault.coins:
                self.bring_coins(hopper, coins, "vault")
        self.payments = desk_of(level, clock) if machine in ("pay", "cards") else None
        self.cards = Cards(clock, self.world.speeds) if machine == "cards" else None
        for name, twin in self.cards.twins.items() if self.cards is not None else ():
            self.world.twins[name] = Observed(name, twin, timeline)
        self.proof = Proof() if machine == "collect" else None
        self.acted: Callable[[], None] = lambda: None
        self._unplugged_ms: int | None = None

    def filled(self, fill: Fill) -> Things:
        """Matter as a technician left it, without one: for worlds that begin where a prepared one ended."""
        for number, pieces in fill.notes:
            self.world.bring(self.values_fen[number], pieces, f"cassette.{number}")
            if self.world.recycles:
                self.world.unit.unit.count_again(number)
        for hopper, coins in fill.coins:
            self.bring_coins(hopper, coins, f"hopper.{hopper}")
        for _ in range(fill.blanks):
            self.world.matter.new_blank("roll")
        return self

    def bring_coins(self, hopper: int, coins: int, where: str) -> None:
        """Coins of its value from outside."""
        self.world.bring_coins(COINS_FEN[self.machine][hopper], coins, where)

    def deliver(self, blanks: int) -> None:
        """A new roll for the vault."""
        for _ in range(blanks):
            self.world.matter.new_blank("vault")

    # -- a passenger's hands (`simulator.passenger.hands.Hands`)

    def look(self) -> Openings:
        lies = {name: bool(len(self.world.matter.places[place])) for name, place in self.hands.outlets.items()}
        seen = {name: lies[name] and self.hands.outlet_open(name) for name in lies}
        card = self.cards is not None and self.cards.sees_card()
        return Openings(seen["mouth"], seen["tickets"], seen["change"], seen["slip"], card)

    def insert(self, value_fen: int) -> bool:
        """From a purse that never runs out. False: the slot is shut."""
        try:
            self.hands.insert(value_fen, True, self.clock.mono_ms())
        except Refused as refused:
            if refused.code != "no_such_note":
                return False
            self.world.bring(value_fen, 1, "hand")
            return self.insert(value_fen)
        self.acted()
        return True

    def take(self, outlet: str) -> Taken:
        told = self.hands.take(outlet, self.clock.mono_ms())
        self.acted()
        return Taken(tuple(told["notes_fen"]), told["tickets"], told["slips"])

    def scan(self, code: tuple[str, ...]) -> bool:
        """A phone pays the code on the screen."""
        done = self.payments is not None and self.payments.scan(code)
        self.acted()
        return done

    def use_card(self, what: str) -> bool:
        """A hand, a card and the keys of the PIN pad."""
        return self.cards is not None and self.cards.use(what)

    def paid_elsewhere(self) -> dict[int, tuple[str, int, int]] | None:
        """What bank and provider have in their books: number of the payment -> (state, amount in fen, how often it was paid).
        None where only notes pay. One payment in both books counts twice."""
        if self.payments is None:
            return None
        told = self.payments.ledger()
        for number, (state, fen, times) in self.cards.payments().items() if self.cards is not None else ():
            told[number] = (state, fen, times + told[number][2] if number in told else times)
        return told

    def hold(self, what: str) -> bool:
        """The passenger holds the paper to the window, or lays the card on the reader; `away`: takes both back."""
        if self.proof is None:
            return False
        self.proof.code = self.proof.paper if what == "paper" else ""
        self.proof.card = self.proof.number if what == "card" else ""
        self._lay()
        self.acted()
        return bool(self.proof.code or self.proof.card)

    def _lay(self) -> None:
        """What the passenger holds, for readers that have bytes."""
        readers, now_ms = self.world.readers, self.clock.mono_ms()
        if readers is None or self.proof is None:
            return
        readers.hold("away", "", now_ms)
        if self.proof.code:
            readers.scanner.show(Code(self.proof.code.encode("ascii")), now_ms)
        elif self.proof.card:
            readers.hold("document", DOCUMENT, now_ms)

    def waits(self) -> bool:
        """Tickets or notes lie within reach and the machine waits for a hand. A note that went back is the passenger's own
        business: it may stick out of a slot for ever."""
        out = self.look()
        change = self.world.unit.unit.presented if self.world.recycles else out.change
        return out.tickets or change

    # -- the technician's

    def service(self, act: Mapping[str, Any]) -> dict[str, Any]:
        """One act at the open cabinet, as the cabinet's API takes them. Raises Refused."""
        now_ms, worker = self.clock.mono_ms(), self.technician
        match act:
            case {"act": "open", "door": door}:
                done = worker.open_door(door, True, now_ms)
            case {"act": "close", "door": door}:
                done = worker.close_door(door, now_ms)
            case {"act": "fill", "cassette": cassette, "notes": notes}:
                done = worker.fill(cassette, notes)
            case {"act": "fill_hopper", "hopper": hopper, "coins": coins}:
                done = worker.fill_hopper(hopper, coins)
            case {"act": "load_roll", "blanks": blanks}:
                done = worker.load_roll(blanks)
            case {"act": "clear_jam", "device": "payment"} if self.cards is not None:
                self.cards.mended()
                done = dict(act)
            case {"act": "clear_jam", "device": device}:
                done = worker.clear_jam(device, now_ms)
            case {"act": "swap_box"}:
                done = worker.swap_box("", now_ms)
                self.clock.at(worker.box_due_ms or now_ms, self._push_in)
            case _:
                raise ValueError(f"{act}: no act of this technician")
        self.acted()
        return done

    def _push_in(self) -> None:
        """The new box, when the old one has been carried away."""
        self.technician.poll(self.clock.mono_ms())
        self.acted()

    # -- power

    def power(self, on: bool) -> None:
        """Power of the machine. A UPS fails for a moment, battery or not, unless it has cut the power before; it has mains again
        and gives power when its time has come (`powered`)."""
        ups, now_ms = self.world.ups, self.clock.mono_ms()
        if ups is None:
            self.world.power(on, now_ms)
            return
        if on:
            self.plug(True)
        elif ups.output:
            ups.faults.add("output_lost_next")
        self.powered()

    def powered(self) -> bool:
        """Whether the machine has power now; with a UPS that follows from its battery and from what it was told."""
        if self.world.ups is not None:
            now_ms = self.clock.mono_ms()
            self.world.ups.poll(now_ms)
            self.world.power_due(now_ms)
        return self.world.mains

    def plug(self, in_: bool) -> None:
        """The wall socket of a machine with a UPS."""
        if in_ != self.world.plugged:
            now_ms = self.clock.mono_ms()
            self._unplugged_ms = None if in_ else now_ms
            self.world.plug(in_, now_ms)

    def press_ups(self) -> None:
        """Somebody switches a UPS on by its own button."""
        ups = self.world.ups
        if ups is not None:
            ups.faults -= {"no_return", "cancel_ignored"}
            ups.body.cancel()

    def on_battery_ms(self) -> int:
        """How long the plug has been out, 0 when it is in."""
        return 0 if self._unplugged_ms is None else self.clock.mono_ms() - self._unplugged_ms

    def moving(self) -> bool:
        return any(twin.busy() for twin in self.world.twins.values())
