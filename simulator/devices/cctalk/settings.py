"""What hoppers differ in (cctalk sheet, sections 6.3, 7.1, 7.2, 8.4 and 13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

FIRST_ADDRESS = 3
Cipher = Callable[[bytes], bytes]
"""Eight bytes of a key -> the eight security bytes that go with it. No maker's algorithm is public: who tests one brings it."""


class Scheme(Enum):
    """What stands before the number of coins in a DISPENSE (section 6.3)."""

    SERIAL = auto()  # the hopper's own serial number
    DUMMY = auto()  # any eight bytes, after a key was asked for
    CIPHER = auto()  # eight bytes computed from the key


@dataclass(frozen=True, slots=True)
class HopperSettings:
    """One hopper. Its coins come out of the place `hopper.<number>` and fall into `tray`.

    `flag_bytes` 1..3: registers that TEST HOPPER answers; `is_sch2` says whose the bits of the second one are.
    `counts_refused`: a refused DISPENSE moves the event counter. `reply_counter` False: DISPENSE is answered without data.
    `dispense_count` False: header 168 is unknown. `keeps_unpaid` False: coins unpaid are told after a power cut only.
    `stop_clears_counter`: EMERGENCY STOP in a payout works as a reset. `low_coins`, `high_coins`: where the level sensors look,
    None = not fitted. `pin`: four bytes that have been set; `deaf_until_pin`: nothing at all is answered before it is entered.
    `power_up_flag` False: a power-up shows in no flag. `counted`: coins in all its life so far. `coin_ms`: from one coin to the
    next at rate 1; `reply_ms`: how long it thinks.
    """

    number: int = 1
    address: int = FIRST_ADDRESS
    serial: int = 12_345_678
    tray: str = "change.cup"
    scheme: Scheme = Scheme.SERIAL
    cipher: Cipher | None = None
    with_crc: bool = False
    flag_bytes: int = 2
    counts_refused: bool = True
    reply_counter: bool = True
    dispense_count: bool = True
    counted: int = 1_000
    keeps_unpaid: bool = True
    stop_clears_counter: bool = False
    power_up_flag: bool = True
    purges: bool = False
    low_coins: int | None = 20
    high_coins: int | None = None
    pin: bytes | None = None
    deaf_until_pin: bool = False
    coin_name: str = "------"
    comms_revision: bytes = b"\x01\x04\x07"
    coin_ms: int = 250
    reply_ms: int = 2

    @property
    def is_sch2(self) -> bool:
        """Its product code says so, and two registers are that maker's own."""
        return self.scheme is not Scheme.SERIAL and self.flag_bytes == 2

    def __post_init__(self) -> None:
        """Raises ValueError when no hopper can be like this."""
        if not 2 <= self.address <= 255:
            raise ValueError(f"address {self.address} is not 2 to 255")
        if not 0 <= self.serial < 1 << 24:
            raise ValueError(f"serial number {self.serial} does not fit into three bytes")
        if self.flag_bytes not in (1, 2, 3):
            raise ValueError(f"{self.flag_bytes} flag bytes: a hopper has 1, 2 or 3")
        if (self.scheme is Scheme.CIPHER) != (self.cipher is not None):
            raise ValueError("a cipher belongs to the cipher scheme, and to no other")
        if self.pin is not None and len(self.pin) != 4:
            raise ValueError("a PIN has four bytes")
