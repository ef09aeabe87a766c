"""What the host has set by C0 to C7, and reads back by 80 to 87 (id003 sheet, sections 5 and 7).

Decided here: RESET, a box put back and a power cut forget all of it (trap 6), and then every denomination is refused and the
unit inhibited; only whether power recovery was on is remembered, for that is what it is for.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.devices.id003 import codes

DEFAULTS = {
    codes.ENABLE: b"\xff\xff",
    codes.SECURITY: b"\x00\x00",
    codes.COMM_MODE: b"\x00",
    codes.INHIBIT: b"\x01",
    codes.DIRECTION: b"\x00",
    codes.OPTION: b"\x00\x00",
    codes.BARCODE: b"\x01\x12",
    codes.BAR_INHIBIT: b"\x00",
}
CHOICES = {codes.COMM_MODE: 2, codes.INHIBIT: 1, codes.DIRECTION: codes.ALL_WAYS, codes.BAR_INHIBIT: 3}
"""Setting of one byte -> its largest value."""


class Settings:
    """`plays` asks whether a fault is switched on."""

    def __init__(self, plays: Callable[[str], bool]) -> None:
        self._plays = plays
        self.recovered_last = False
        self.forget()

    def forget(self) -> None:
        self._values = dict(DEFAULTS)
        self._given: set[int] = set()

    def known(self, code: int) -> bool:
        """This firmware has the setting."""
        return code in codes.SETTING_BYTES and not (code == codes.OPTION and self._plays("no_power_recovery"))

    def take(self, code: int, data: bytes) -> bool:
        """False when this firmware has no such setting, or not with this data."""
        if not self.known(code) or len(data) != codes.SETTING_BYTES[code] or data[0] > CHOICES.get(code, 0xFF):
            return False
        if code == codes.BARCODE and data[0] != 0x01:
            return False
        self._values[code] = data
        self._given.add(code)
        if code == codes.OPTION:
            self.recovered_last = self.power_recovery
        return True

    def value(self, code: int) -> bytes:
        return self._values[code]

    def given(self, code: int) -> bool:
        """Set since the last RESET, or never to be set."""
        return code in self._given or not self.known(code)

    def complete(self) -> bool:
        """All that a start must set (section 8)."""
        return all(self.given(code) for code in codes.NEEDED)

    @property
    def power_recovery(self) -> bool:
        return bool(self._values[codes.OPTION][0] & codes.POWER_RECOVERY)

    @property
    def inhibited(self) -> bool:
        return self._values[codes.INHIBIT] != b"\x00"

    @property
    def interrupts(self) -> bool:
        """ENQ is sent when the status changes."""
        return self._values[codes.COMM_MODE] != b"\x00"

    def wants(self, row: int) -> bool:
        """A note of this row is to be taken: a set bit of C0 refuses it, and so do C3, all four ways of C4, and C7.

        Which way round a note comes in is not known here, so C4 refuses nothing unless it refuses all.
        """
        refused = int.from_bytes(self._values[codes.ENABLE], "little") >> row & 1
        every_way = self._values[codes.DIRECTION][0] == codes.ALL_WAYS
        return not (refused or self.inhibited or every_way or self._values[codes.BAR_INHIBIT][0] & 1)
