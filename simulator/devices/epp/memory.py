"""What the battery keeps while there are no mains: keys, settings, user text, the source of chance (pin-pad sheet, section 3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from simulator.devices.epp.codes import HEX_MODE, RATES, SCAN_CODES, SPLIT_MODE
from simulator.devices.epp.keys import KeyStore

AT_DELIVERY = 0x4B  # 9600
USER_TEXT = 50


@dataclass(slots=True)
class Settings:
    """As command 5 changes them. `rate` is the value of the control, `RATES` says how many bits a second."""

    limit_s: int = 30
    mask: int = 0x2A
    shortest: int = 4
    longest: int = 6
    rate: int = AT_DELIVERY
    hex_mode: bool = False
    tone: bool = True
    tone_10ms: int = 10

    @property
    def baud(self) -> int:
        return RATES[self.rate]

    def image(self, blank: bool, is_open: bool) -> bytes:
        """The ten settings bytes of command 3."""
        flags = blank | is_open << 1 | self.tone << 2
        mode = HEX_MODE if self.hex_mode else SPLIT_MODE
        told = (flags, 0, self.limit_s, self.mask, self.shortest, self.longest, self.rate, mode, self.tone_10ms, 0)
        return bytes(told)


class Noise:
    """Random bytes of the chip; one seed gives one run, and no power cut repeats any."""

    def __init__(self, seed: bytes) -> None:
        self._state = sha256(seed).digest()

    def __call__(self, count: int) -> bytes:
        """`count` 1..32."""
        self._state = sha256(self._state).digest()
        return sha256(b"out" + self._state).digest()[:count]


@dataclass(slots=True)
class Memory:
    """`destroyed`: the case was opened. `user_id`: 8 bytes for the authentication, None when none was set yet."""

    noise: Noise
    user_id: bytes | None = field(repr=False)
    keys: KeyStore = field(default_factory=KeyStore)
    settings: Settings = field(default_factory=Settings)
    scan_codes: bytes = SCAN_CODES
    user_text: str = " " * USER_TEXT
    destroyed: bool = False

    def lose(self) -> None:
        """The battery was flat: as at delivery."""
        self.keys.wipe()
        self.settings = Settings()
        self.scan_codes, self.user_text, self.user_id = SCAN_CODES, " " * USER_TEXT, None
