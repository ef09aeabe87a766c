"""The Bill-to-Bill unit on its line: a CCNET peripheral that answers POLL with three bytes and latches what it says of notes.

Source: ccnet sheet, sections 9.1 and 9.3. Comes up in POWER UP and waits for RESET, INITIALIZE, DISABLED, 66 and ENABLE.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.devices.ccnet.b2b.body import UnitBody
from simulator.devices.ccnet.b2b.cassettes import UNASSIGNED
from simulator.devices.ccnet.b2b.faults import FAULTS
from simulator.devices.ccnet.b2b.identity import PART
from simulator.devices.ccnet.b2b.numbers import LATCHED, POWER_RECOVERY
from simulator.devices.ccnet.b2b.orders import UnitOrders
from simulator.devices.ccnet.bills import CNY, BillKind
from simulator.devices.ccnet.body import Body, Event
from simulator.devices.ccnet.peripheral import ACK_MS, Peripheral
from simulator.devices.ccnet.wire import BILL_TO_BILL
from simulator.devices.matter import Matter, Note
from simulator.devices.twin import Speeds

POLL_BYTES = 3
LATE_MS = {"answer_after_11_ms": 11, "answer_after_300_ms": 300}


class BillToBill(Peripheral):
    """Twin of the unit with three recycling cassettes, all unassigned unless `kinds_of` (number -> type) says otherwise.

    `note_table` is the firmware's bill table, row number = type; `capacities` the notes of cassettes 1 to 3, `cassette_names`
    their places. What lies in them when the unit is made is in their memory.
    """

    unit: UnitBody

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        note_table: Sequence[BillKind | None] = CNY,
        *,
        capacities: Sequence[int] = (80, 80, 80),
        cassette_names: Sequence[str] = ("cassette.1", "cassette.2", "cassette.3"),
        kinds_of: Sequence[int] = (UNASSIGNED, UNASSIGNED, UNASSIGNED),
        newest_first: bool = True,
        ack_ms: int = ACK_MS,
        serial: str = "TVM000000002",
    ) -> None:
        super().__init__(matter, BILL_TO_BILL, FAULTS, latched=True, ack_ms=ack_ms)
        self.part, self.serial = PART, serial[:12]
        self.unit = UnitBody(matter, speeds, note_table, self, capacities, cassette_names)
        self.body: Body = self.unit
        for cassette, kind in zip(self.unit.cassettes, kinds_of, strict=True):
            cassette.kind = kind
            self.unit.count_again(cassette.number)
        self._orders = UnitOrders(self.unit, self.serial, newest_first)
        self._slow: list[tuple[int, bytes, int | None]] = []
        self._forget()

    # -- Twin

    def receive(self, data: bytes, now_ms: int) -> None:
        if self._slow:
            self.poll(now_ms)
        super().receive(data, now_ms)

    def poll(self, now_ms: int) -> int | None:
        if not self._slow:
            return super().poll(now_ms)
        due = [answer for answer in self._slow if answer[0] <= now_ms]
        self._slow = [answer for answer in self._slow if answer[0] > now_ms]
        for _, payload, command in due:
            super()._answer(payload, now_ms, command)
        wakes = [super().poll(now_ms), *(when for when, _, _ in self._slow)]
        return min((wake for wake in wakes if wake is not None), default=None)

    def keeps(self, event: Event) -> bool:
        return event.payload[0] in LATCHED

    # -- hands

    def remove_cassette(self, number: int) -> None:
        """Pull a recycling cassette out; its notes and its memory go with it."""
        self.unit.cassettes[number - 1].fitted = False

    def refit_cassette(self, number: int) -> None:
        self.unit.cassettes[number - 1].fitted = True

    def clear_jam(self, to: str = "floor") -> list[Note]:
        """A technician takes out what sticks; nobody reaches in while it moves."""
        return [] if self.busy() else super().clear_jam(to)

    # -- link rules

    def _forget(self) -> None:
        super()._forget()
        self._slow = []

    def _told(self, payload: bytes) -> bytes:
        return payload.ljust(POLL_BYTES, b"\0")

    def _poll(self, data: bytes, now_ms: int) -> None:
        self.unit.polled(now_ms)
        super()._poll(data, now_ms)

    def _heard_out(self, command: int | None) -> None:
        if command == POWER_RECOVERY:
            self.unit.recovery.acknowledged()

    def _answer(self, payload: bytes, now_ms: int, command: int | None) -> None:
        late = next((ms for name, ms in LATE_MS.items() if name in self.faults), 0) if self.faults else 0
        if late:
            self._slow.append((now_ms + late, payload, command))
        else:
            super()._answer(payload, now_ms, command)
