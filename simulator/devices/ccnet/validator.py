"""The validator: a mechanism with escrow depth 1 behind the line rules of a CCNET peripheral.

Source: ccnet sheet, sections 4 to 6. What the sheet leaves open and is decided here: 81 and 82 are latched until acknowledged
(`latched`), and forgotten when the power goes before that.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.devices.ccnet.bills import CNY, BillKind
from simulator.devices.ccnet.body import Body
from simulator.devices.ccnet.faults import FAULTS
from simulator.devices.ccnet.orders import PART, Orders
from simulator.devices.ccnet.peripheral import ACK_MS, Peripheral
from simulator.devices.ccnet.wire import VALIDATOR
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds


class CcnetValidator(Peripheral):
    """Twin of a note validator with escrow depth 1. It comes up in POWER UP and waits for RESET.

    `note_table` is the firmware's bill table, row number = type.
    """

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        note_table: Sequence[BillKind | None] = CNY,
        *,
        latched: bool = True,
        ack_ms: int = ACK_MS,
        serial: str = "TVM000000001",
        stacked_counter: int = 0,
    ) -> None:
        super().__init__(matter, VALIDATOR, FAULTS, latched=latched, ack_ms=ack_ms)
        self.part, self.serial = PART, serial[:12]
        self.body = Body(matter, speeds, note_table, self, stacked_counter)
        self._orders = Orders(self.body, self.serial, lambda name: name in self.faults)
        self._forget()

    @property
    def stacked_counter(self) -> int:
        """What command 5B answers, 0..65535; survives a power cut."""
        return self.body.stacked_counter
