"""The models: LCDM-4000 of dialect 30, LCDM-1000 and LCDM-2000 of dialect 50.

What the lcdm sheet leaves open and is decided here: RESET of a 4000 is not even acknowledged (`reset_ack` changes that), and
its LAST STATUS survives a power cut unless `last_result_lost` is on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.devices.lcdm import wire, wire50
from simulator.devices.lcdm.body import Body
from simulator.devices.lcdm.codes import CASSETTES, NUMBERS
from simulator.devices.lcdm.commands import Commands
from simulator.devices.lcdm.commands50 import Commands50
from simulator.devices.lcdm.faults import FAULTS, FAULTS_1000, FAULTS_2000
from simulator.devices.lcdm.line import DispenserOnLine
from simulator.devices.lcdm.wire import Command, Ear
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds

DEFAULT_VALUES_FEN: tuple[int | None, ...] = (100, 500, 1_000, 5_000)
DEFAULT_VALUES_2000_FEN: tuple[int | None, ...] = (500, 1_000)
DEFAULT_VALUES_1000_FEN: tuple[int | None, ...] = (1_000,)
MOST_NOTES_50 = 2 * wire50.MOST + 20  # two full orders, and what may be rejected meanwhile
ITEM_GOOD = 0x30
"""Third byte of an item; the sheet names none."""


class Lcdm4000(DispenserOnLine):
    """Twin of a four-cassette dispenser. It is ready when constructed; `power` on takes two seconds to boot.

    `cassettes` gives the note value in fen per position, top first, up to four; None = no cassette in that position.
    `short_dispense` is the firmware with transaction numbers: 7-byte DISPENSE whose number must be the last one plus 1.
    """

    own_faults: Mapping[str, str] = FAULTS

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        cassettes: Sequence[int | None] = DEFAULT_VALUES_FEN,
        *,
        near_end_notes: int = 30,
        short_dispense: bool = False,
        reset_ack: bool = False,
    ) -> None:
        if len(cassettes) > CASSETTES:
            raise ValueError(f"{len(cassettes)} cassettes given, there are {CASSETTES} positions")
        super().__init__(Ear(short_dispense))
        self.body = Body(matter, speeds, _positions(cassettes), near_end_notes, self)
        self._commands = Commands(self.body, self._respond, lambda name: name in self.faults)
        self._reset_ack = reset_ack

    def _before_turn(self) -> None:
        if self._played("counter_wrap_next"):
            self.body.transaction = NUMBERS - 1

    def _lost_power(self) -> None:
        if "last_result_lost" in self.faults:
            self.body.last = None

    def _resets(self, command: Command, now_ms: int) -> bool:
        if command.code != wire.RESET:
            return False
        if self._reset_ack:
            self._control(wire.ACK)
        self.body.boot(now_ms)
        return True

    def _heard_ack(self) -> None:
        if not self._played("eot_missing_next"):
            self._control(wire.EOT)


class Lcdm2000(DispenserOnLine):
    """Twin of the two-cassette dispenser, upper first. `cassettes` gives the note value in fen per position, None = no cassette.

    `there_is_set`: a cassette or a reject tray that is there sets its sensor bit; the sheet leaves the polarity open.
    `note_items`: the firmware tells each note while it pays, unasked.
    """

    dialect = wire50.ID
    own_faults: Mapping[str, str] = FAULTS_2000
    positions = 2

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        cassettes: Sequence[int | None] = DEFAULT_VALUES_2000_FEN,
        *,
        near_end_notes: int = 30,
        there_is_set: bool = False,
        note_items: bool = False,
    ) -> None:
        if len(cassettes) > self.positions:
            raise ValueError(f"{len(cassettes)} cassettes given, there are {self.positions} positions")
        lengths = wire50.TWO_CASSETTES if self.positions == 2 else wire50.ONE_CASSETTE
        super().__init__(Ear(dialect=wire50.ID, lengths=lengths))
        values = _positions(cassettes)
        self.body = Body(matter, speeds, values, near_end_notes, self, most_notes=MOST_NOTES_50)
        self._commands = Commands50(self.body, self._respond, self.positions, there_is_set)
        if note_items:
            self.body.note_counted = self._say_item

    def _say_item(self, out: bool, now_ms: int) -> None:
        if not self._mute:
            self.link.say(bytes([wire.SOH, wire50.ITEM_OUT if out else wire50.ITEM_REJECTED, ITEM_GOOD]))


class Lcdm1000(Lcdm2000):
    """Twin of the one-cassette dispenser: the same dialect without the commands for a lower cassette."""

    own_faults: Mapping[str, str] = FAULTS_1000
    positions = 1

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        cassettes: Sequence[int | None] = DEFAULT_VALUES_1000_FEN,
        *,
        near_end_notes: int = 30,
        note_items: bool = False,
    ) -> None:
        super().__init__(matter, speeds, cassettes, near_end_notes=near_end_notes, note_items=note_items)


def _positions(cassettes: Sequence[int | None]) -> list[int | None]:
    return [*cassettes, *[None] * (CASSETTES - len(cassettes))]
