"""One machine's matter and twins, and the register that says which notes there must be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from simulator.cabinet.card_desk import CardDesk
from simulator.cabinet.observed import Observed
from simulator.cabinet.reading_desk import ReadingDesk
from simulator.cabinet.settings import CabinetSettings
from simulator.cabinet.terminal_desk import CardTerminalDesk
from simulator.cabinet.timeline import Timeline
from simulator.devices.cabinet_board import CabinetBoard
from simulator.devices.cabinet_board.body import Levels
from simulator.devices.ccnet import CNY, CcnetValidator
from simulator.devices.ccnet.b2b import ESCROW, UNASSIGNED, BillToBill
from simulator.devices.cctalk import CctalkBus, HopperSettings
from simulator.devices.ebds import EbdsValidator
from simulator.devices.escpos import EscPosPrinter
from simulator.devices.escpos.usb import UsbEscPosPrinter
from simulator.devices.essp import EsspValidator
from simulator.devices.f53 import F53
from simulator.devices.id003 import Id003Acceptor
from simulator.devices.lcdm import Lcdm1000, Lcdm2000, Lcdm4000
from simulator.devices.matter import MONEY, Coin, Matter, Note, Place, Slip, Thing
from simulator.devices.megatec import MegatecUps
from simulator.devices.ttpm import Ttpm
from simulator.devices.twin import Speeds, Twin
from simulator.devices.validator import Validator

DEVICES = ("acceptor", "dispenser", "ticket_unit", "cabinet", "slip_printer")
"""Names of the twins of the usual machine; the ptys are links of these names. A Bill-to-Bill unit is the acceptor and has no
dispenser beside it; a UPS is `ups`, a bus of coin hoppers `hopper`, who takes cards has `card_reader` and
`pin_pad`, or `terminal`, and who hands out orders `code_scanner` and `id_reader`."""

UPS = "ups"
HOPPER = "hopper"
UNIT_CASSETTES = 3

DOORS = ("outer", "safe", "tickets", "change")
"""Doors 0 to 3 of the board."""

ASKS: dict[str, Callable[[bytes], bool]] = {
    "cabinet": lambda data: data[1:2] == b"\x02",  # the reading of all inputs (io-board sheet, 2.1)
}
"""Devices that tell what became of things to one question only; how an acceptor is asked is said beside its model."""

VALIDATORS: dict[str, Callable[[Matter, Speeds], Validator]] = {
    "validator": CcnetValidator,
    "id003": Id003Acceptor,
    "ebds": EbdsValidator,
    "essp": EsspValidator,
}
"""Acceptor with an escrow of one note as configured -> its twin."""

ACCEPTOR_ASKS: dict[str, Callable[[bytes], bool]] = {
    "validator": lambda data: b"\x06\x33" in data,  # POLL; others learn nothing of a note (ccnet sheet, section 6)
    "bill_to_bill": lambda data: b"\x06\x33" in data,
    "id003": lambda data: b"\xfc\x05\x11" in data,  # STATUS REQUEST (id003 sheet, section 5)
    "ebds": lambda data: b"\x02\x08\x10" in data or b"\x02\x08\x11" in data,  # omnibus commands (ebds sheet, section 4)
    "essp": lambda data: (
        data[2:4] in (b"\x01\x07", b"\x11\x7e")
    ),  # POLL, or something encrypted (essp sheet, section 5)
}

DISPENSERS: dict[str, type[Lcdm4000] | type[Lcdm2000] | type[Lcdm1000]] = {
    "lcdm4000": Lcdm4000,
    "lcdm2000": Lcdm2000,
    "lcdm1000": Lcdm1000,
}
"""LCDM as configured -> its twin."""

Dispenser = Lcdm4000 | Lcdm2000 | Lcdm1000 | F53

BINS = {
    "reject": "dispenser.reject",
    "change_retract": "change.retract",
    "ticket_retract": "ticket.retract",
    "waste": "ticket.waste",
    "floor": "floor",
}


class World:
    """Made with an empty machine: all notes in the vault and in the passenger's hand, all blanks in the vault."""

    def __init__(self, settings: CabinetSettings, rate: float, timeline: Timeline) -> None:
        self.settings = settings
        self.matter = matter = Matter()
        self._make_places()
        self._money: dict[str, int] = {}  # serial -> value of every note and coin that was ever brought in
        self.origins: Counter[tuple[str, int]] = Counter()
        self.coin_origins: Counter[tuple[str, int]] = Counter()
        speeds = settings.speeds.speeds(rate)
        self.slot, self._dispenser = self._cash(speeds)
        self.ticket_unit = Ttpm(matter, speeds)
        levels = Levels(settings.roll_near_end, settings.waste_capacity, settings.retract_capacity)
        self.board = CabinetBoard(matter, speeds, levels)
        on_usb = settings.slip_printer == "usb"
        self.slip_printer = UsbEscPosPrinter(matter, speeds) if on_usb else EscPosPrinter(matter, speeds)
        self.ups = MegatecUps(speeds, settings.ups_minutes) if settings.ups else None
        self.coins = self._coins(speeds)
        self.cards: CardDesk | CardTerminalDesk | None = None
        if settings.cards or settings.terminal:
            names = settings.cards or settings.terminal
            self.cards = (CardDesk if settings.cards else CardTerminalDesk)(matter, speeds, names)
        self.readers = ReadingDesk(speeds, settings.documents) if settings.documents else None
        usual: tuple[Twin | None, ...] = (self.slot, self._dispenser, self.ticket_unit, self.board, self.slip_printer)
        machines = [*zip(DEVICES, usual, strict=True), (UPS, self.ups), (HOPPER, self.coins)]
        machines += self.cards.twins() if self.cards is not None else ()
        machines += self.readers.twins() if self.readers is not None else ()
        asks = {"acceptor": ACCEPTOR_ASKS[settings.acceptor], **ASKS}
        works: dict[str, Callable[[], bool]] = {"ticket_unit": self.ticket_unit.reading, "cabinet": self.board.settling}
        self.twins = {
            name: Observed(name, twin, timeline, asks.get(name), works.get(name, lambda: False))
            for name, twin in machines
            if twin is not None
        }
        self.mains = self.plugged = True
        self.contents: dict[str, dict[str, Any]] = {}
        self.speeds = speeds
        self._fill_outside()
        self._tag_parts()
        matter.watchers += [timeline.moved, self._forget]

    def _cash(self, speeds: Speeds) -> tuple[Validator, Dispenser | None]:
        """What takes notes in, and what pays them out when that is another device."""
        settings, matter = self.settings, self.matter
        if settings.acceptor == "bill_to_bill":
            kinds = [ESCROW, *(_type_of(value_fen) for value_fen in settings.cassette_values_fen().values())]
            kinds += [UNASSIGNED] * (UNIT_CASSETTES - len(kinds))
            capacities = [matter.place(f"cassette.{number}").capacity or 0 for number in range(1, UNIT_CASSETTES + 1)]
            return BillToBill(matter, speeds, capacities=capacities, kinds_of=kinds), None
        return VALIDATORS[settings.acceptor](matter, speeds), self._pays(speeds)

    def _coins(self, speeds: Speeds) -> CctalkBus | None:
        """The hoppers, all on one bus; what falls lies in the cup, where nothing holds it back."""
        seats = [
            HopperSettings(number, address=one.address(number), serial=one.serial(number))
            for number, one in enumerate(self.settings.hoppers, start=1)
        ]
        return CctalkBus(self.matter, speeds, seats) if seats else None

    def _pays(self, speeds: Speeds) -> Dispenser:
        settings, matter = self.settings, self.matter
        values_fen = [cassette.value_fen for cassette in settings.cassettes]
        if settings.dispenser != "f53":
            model = DISPENSERS[settings.dispenser]
            return model(matter, speeds, values_fen, near_end_notes=settings.cassette_near_end)
        return F53(
            matter,
            speeds,
            values_fen,
            pool_notes=settings.f53.pool_notes,
            shutter=settings.f53.shutter,
            over_tray=settings.f53.over_tray,
            clears_to_capture=settings.f53.clears_to == "capture",
            unverified=settings.f53.unverified,
        )

    @property
    def acceptor(self) -> CcnetValidator:
        """The CCNET validator. Raises LookupError in a machine that has another acceptor (`slot` is any)."""
        if not isinstance(self.slot, CcnetValidator):
            raise LookupError(f"the acceptor here is {self.settings.acceptor}: no validator that speaks CCNET")
        return self.slot

    @property
    def unit(self) -> BillToBill:
        """The Bill-to-Bill unit. Raises LookupError in a machine without one."""
        if not isinstance(self.slot, BillToBill):
            raise LookupError("this machine has no Bill-to-Bill unit")
        return self.slot

    @property
    def dispenser(self) -> Dispenser:
        """The dispenser. Raises LookupError where a Bill-to-Bill unit pays."""
        if self._dispenser is None:
            raise LookupError("this machine has no dispenser: its Bill-to-Bill unit pays")
        return self._dispenser

    @property
    def recycles(self) -> bool:
        """A Bill-to-Bill unit is fitted: notes come out where they went in."""
        return self._dispenser is None

    def _forget(self, thing: Thing, source: str, target: str) -> None:
        """What was known of two places is no longer so."""
        self.contents.pop(source, None)
        self.contents.pop(target, None)

    def _make_places(self) -> None:
        """Capacities, and an order in which things are found quickly: the vault is searched last."""
        settings, place = self.settings, self.matter.place
        for name in ("hand", "acceptor.mouth", "acceptor.path", "acceptor.escrow", "acceptor.jam"):
            place(name)
        place("box", settings.box_capacity)
        for name in ("dispenser.path", "change.tray", "printer.path", "ticket.tray", "ticket.slot"):
            place(name)
        capacities = [cassette.capacity for cassette in settings.cassettes]
        if settings.acceptor == "bill_to_bill":
            unit = settings.bill_to_bill
            place("acceptor.stacker")
            capacities = [unit.escrow_capacity, *(cassette.capacity for cassette in unit.recycling)]
        for number in range(1, 5):
            place(f"cassette.{number}", capacities[number - 1] if number <= len(capacities) else 0)
        place("ticket.waste", settings.waste_capacity)
        for name in ("dispenser.reject", "change.retract", "ticket.retract"):
            place(name, settings.retract_capacity)
        for name in ("slip.roll", "slip.mouth", "floor"):
            place(name)
        place("roll", settings.roll_capacity)
        place("vault")

    def _fill_outside(self) -> None:
        for where, notes in (("vault", self.settings.vault_notes), ("hand", self.settings.wallet_notes)):
            for value_fen, count in notes.items():
                self.bring(value_fen, count, where)
        for value_fen, count in self.settings.vault_coins.items():
            self.bring_coins(value_fen, count, "vault")
        for _ in range(self.settings.vault_blanks):
            self.matter.new_blank("vault")

    def _tag_parts(self) -> None:
        self.board.set_tag("box", self.settings.box_tag)
        if self.recycles:
            self.board.set_tag("cassette.1", "CAS1-ESC")
        for number, value_fen in self.settings.cassette_values_fen().items():
            self.board.set_tag(f"cassette.{number}", f"CAS{number}-{value_fen // 100}")

    # -- which notes and coins there are

    def bring(self, value_fen: int, count: int, where: str, genuine: bool = True) -> list[Note]:
        """Notes from outside this world; the only way a note comes into being."""
        notes = [self.matter.new_note(value_fen, where, genuine) for _ in range(count)]
        for note in notes:
            self._money[note.serial] = value_fen
        self.origins[(where, value_fen)] += count
        self.contents.pop(where, None)
        return notes

    def bring_coins(self, value_fen: int, count: int, where: str) -> list[Coin]:
        """Coins from outside; the only way a coin comes into being."""
        coins = [self.matter.new_coin(value_fen, where) for _ in range(count)]
        for coin in coins:
            self._money[coin.serial] = value_fen
        self.coin_origins[(where, value_fen)] += count
        self.contents.pop(where, None)
        return coins

    def conserved(self) -> bool:
        """Every note and coin that was ever brought in lies in exactly one place, and there is no other."""
        found = [one for place in self.matter.places.values() for one in place.things if isinstance(one, MONEY)]
        serials = {one.serial for one in found}
        worth = sum(one.value_fen for one in found)
        return len(found) == len(serials) and serials == self._money.keys() and worth == sum(self._money.values())

    def look_into(self, name: str) -> dict[str, Any]:
        """How much of what lies in a place; counted again only when something moved there, for a full vault is slow."""
        if name not in self.contents:
            self.contents[name] = _contents(self.matter.place(name))
        return self.contents[name]

    # -- power

    def power(self, on: bool, now_ms: int) -> None:
        """Power of the whole machine: what the twins keep only in memory is gone, matter stays where it is."""
        self.mains = on
        for name, twin in self.twins.items():
            if name != UPS:
                twin.power(on, now_ms)

    def plug(self, on: bool, now_ms: int) -> None:
        """The wall socket. Without a UPS it is the machine's power; with one `power_due` follows."""
        self.plugged = on
        if self.ups is None:
            self.power(on, now_ms)
        else:
            self.board.mains(on, now_ms)
            self.ups.mains(on, now_ms)

    def power_due(self, now_ms: int) -> bool | None:
        """Switch the machine off or on when the UPS has; answers what it is now, None when nothing changed."""
        if self.ups is None or self.ups.output == self.mains:
            return None
        self.power(self.ups.output, now_ms)
        return self.mains


def _type_of(value_fen: int) -> int:
    """The bill type of a face value. Raises ValueError when the table has none."""
    values = [kind.value_fen if kind else 0 for kind in CNY]
    return values.index(value_fen)


def _contents(place: Place) -> dict[str, Any]:
    notes = Counter(note.value_fen for note in place.notes())
    coins = Counter(coin.value_fen for coin in place.coins())
    return {
        "things": len(place),
        "notes": {str(value_fen): count for value_fen, count in sorted(notes.items())},
        **({"coins": {str(value_fen): count for value_fen, count in sorted(coins.items())}} if coins else {}),
        "value_fen": sum(value_fen * count for value_fen, count in (*notes.items(), *coins.items())),
        "tickets": len(place.blanks()),
        "slips": sum(isinstance(thing, Slip) for thing in place),
        "cards": [card.name for card in place.cards()],
        "capacity": place.capacity,
    }
