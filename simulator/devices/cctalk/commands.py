"""Commands of a hopper: a request in, a reply out, or None for silence (cctalk sheet, sections 5 to 7).

Decided here, where the sheet leaves it open: a request whose data has the wrong length is as unknown as its header would be,
but DISPENSE is refused; a key is used up by the DISPENSE that follows it, refused or not; PURGE is refused as DISPENSE is,
needs no security bytes and moves the event counter when it is begun.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from simulator.devices.cctalk.body import USUAL_TIME_OUT_UNITS, Body
from simulator.devices.cctalk.codes import BLOCKING, BLOCKING_OF_3, ENABLED, GENERIC, OF_SCH2, Flag, Header, registers
from simulator.devices.cctalk.faults import Switches
from simulator.devices.cctalk.level import LevelSensors
from simulator.devices.cctalk.settings import FIRST_ADDRESS, HopperSettings, Scheme
from simulator.devices.cctalk.wire import NAK, Reply

MAKER, SOFTWARE = b"TVM", b"TVM-H1.04"
PRODUCTS: Mapping[Scheme, bytes] = {
    Scheme.SERIAL: b"TVM-H",
    Scheme.DUMMY: b"SCH2-NOENCRYPT",
    Scheme.CIPHER: b"SCH2",
}
ADDRESS_IN_RAM_AND_CONNECTOR = 74
OPTO, ANY_OPTO = 0x01, 0x80
USUAL_CURRENT, SUPPLY = 34, 188
WRONG_PIN_MS = 235
KEY_BYTES = 8
COUNT_BYTES = 3
COUNT_OF_ANOTHER = 4_711
"""How much more the hopper has counted that stands in for this one."""

ACK, REFUSED = Reply(), Reply(header=NAK)
Obey = Callable[[bytes, int], Reply | None]


class Commands:
    """`enabled`, the PIN, the key and the variables are volatile: `forget` drops them."""

    def __init__(self, settings: HopperSettings, body: Body, switches: Switches) -> None:
        self.body, self._settings, self._switches = body, settings, switches
        self._pin = settings.pin
        self._level = LevelSensors(settings, body.bowl, switches)
        self._keys_made, self._pumped = 0, b""
        self._known = self._table()
        self.forget()

    def forget(self) -> None:
        """As after power-up or a reset."""
        self.address = self._settings.address
        self._single_coin = False
        self._variables = bytes([USUAL_CURRENT, 0])
        self.body.time_out_units = USUAL_TIME_OUT_UNITS
        self._lock()

    def _lock(self) -> None:
        self.enabled = False
        self._pin_known = self._pin is None
        self._key: bytes | None = None

    @property
    def silent(self) -> bool:
        """Nothing but the PIN is heard."""
        return self._settings.deaf_until_pin and not self._pin_known

    def obey(self, header: int, data: bytes, now_ms: int) -> Reply | None:
        if self.silent and header != Header.ENTER_PIN:
            return None
        known = self._known.get((header, len(data))) or self._known.get((header, None))
        return known(data, now_ms) if known is not None else None

    def _table(self) -> dict[tuple[int, int | None], Obey]:
        """(header, length of its data or None for any) -> what is done; RESET is the hopper's own."""
        fixed = {
            Header.MAKER: MAKER,
            Header.CATEGORY: b"Payout",
            Header.PRODUCT: PRODUCTS[self._settings.scheme],
            Header.SOFTWARE: SOFTWARE,
            Header.BUILD: self._level.build_code,
            Header.COMMS_REVISION: self._settings.comms_revision,
            Header.ADDRESS_MODE: bytes([ADDRESS_IN_RAM_AND_CONNECTOR]),
            Header.COIN: self._settings.coin_name.encode("ascii"),
        }
        table: dict[tuple[int, int | None], Obey] = {(header, 0): _says(text) for header, text in fixed.items()}
        table |= {
            (Header.POLL, 0): lambda data, now: ACK,
            (Header.SERIAL, 0): lambda data, now: Reply(self.serial()),
            (Header.OPTOS, 0): self._optos,
            (Header.TEST, 0): self._test,
            (Header.STATUS, 0): self._status,
            (Header.LEVEL, 0): lambda data, now: Reply(bytes([self._level.told(now)])),
            (Header.LEVEL, 1): lambda data, now: Reply(bytes([self._level.told(now)])),
            (Header.STOP, 0): self._stop,
            (Header.ENABLE, 1): self._enable,
            (Header.DISPENSE, None): self._dispense,
            (Header.VARIABLES, 0): self._tell_variables,
            (Header.SET_VARIABLES, 4): self._set_variables,
            (Header.CHANGE_ADDRESS, 1): self._change_address,
            (Header.ENTER_PIN, 4): self._enter_pin,
            (Header.SET_PIN, 4): self._set_pin,
        }
        if self._settings.dispense_count:
            table[(Header.COUNT, 0)] = lambda data, now: Reply(self.count().to_bytes(COUNT_BYTES, "little"))
        if self._settings.scheme is not Scheme.SERIAL:
            table |= {(Header.KEY, 0): self._make_key, (Header.PUMP, KEY_BYTES): self._pump}
        if self._settings.purges:
            table[(Header.PURGE, 2)] = self._purge
        return table

    # -- who it is, and what it sees

    def serial(self) -> bytes:
        return (self._settings.serial + self._switches.on("swapped") & 0xFFFFFF).to_bytes(3, "little")

    def count(self) -> int:
        return self.body.memory.count + COUNT_OF_ANOTHER * self._switches.on("swapped") & 0xFFFFFF

    def watch(self, now_ms: int) -> None:
        """The sensors look by themselves."""
        self.body.look(now_ms)
        self._level.told(now_ms)

    def _optos(self, data: bytes, now_ms: int) -> Reply:
        return Reply(bytes([OPTO | ANY_OPTO if self.body.covered() else 0]))

    def _test(self, data: bytes, now_ms: int) -> Reply:
        standing = {
            Flag.DISABLED: not self.enabled,
            Flag.SINGLE_COIN: self._single_coin,
            Flag.PIN_ON: self._pin is not None,
            Flag.ENCRYPTED: self._settings.scheme is Scheme.CIPHER,
        }
        flags = frozenset(self.body.flags) | {flag for flag, on in standing.items() if on}
        count = self._settings.flag_bytes
        return Reply(registers(flags, count, OF_SCH2 if self._settings.is_sch2 else GENERIC[count]))

    def _status(self, data: bytes, now_ms: int) -> Reply:
        memory = self.body.memory
        return Reply(bytes([memory.event, memory.remaining, memory.paid, memory.unpaid]))

    # -- paying

    def _dispense(self, data: bytes, now_ms: int) -> Reply:
        """A wrong key is told in a flag; every other reason for a NAK is told elsewhere or not at all."""
        key, self._key = self._key, None
        allowed = bool(data) and self._allowed(data[:-1], key)
        if not allowed or not self._ready() or (self._single_coin and data[-1] != 1):
            return self._refused()
        self.body.pay(data[-1], now_ms)
        event = bytes([self.body.memory.event])
        return Reply(event) if self._settings.reply_counter else ACK

    def _ready(self) -> bool:
        blocking = BLOCKING_OF_3 if self._settings.flag_bytes == 3 else BLOCKING
        return self.enabled and self._pin_known and not self.body.paying and not blocking & self.body.flags

    def _refused(self) -> Reply:
        if self._settings.counts_refused:
            self.body.memory.next_event()
        return REFUSED

    def _allowed(self, security: bytes, key: bytes | None) -> bool:
        if self._settings.scheme is Scheme.SERIAL:
            return security == self.serial()
        if key is None or len(security) != KEY_BYTES:
            return False
        if self._settings.cipher is not None and security != self._settings.cipher(key):
            self.body.flags.add(Flag.KEY_WRONG)
            return False
        return True

    def _purge(self, data: bytes, now_ms: int) -> Reply:
        if not self._ready():
            return REFUSED
        self.body.pay(data[1], now_ms, until_empty=data[1] == 0)
        return ACK

    def _stop(self, data: bytes, now_ms: int) -> Reply:
        if not self.body.paying:
            return Reply(bytes([0]))
        unpaid = self.body.halt(now_ms)
        self._lock()
        if self._settings.stop_clears_counter:
            self.body.memory.event = 0
        return Reply(bytes([unpaid]))

    def _enable(self, data: bytes, now_ms: int) -> Reply:
        self.enabled = data[0] == ENABLED
        return ACK

    # -- keys and PIN

    def _make_key(self, data: bytes, now_ms: int) -> Reply:
        """A new one each time; what was pumped in makes it another."""
        self._keys_made += 1
        grain = self.serial() + self._keys_made.to_bytes(8, "little") + self._pumped
        self._key = hashlib.sha256(grain).digest()[:KEY_BYTES]
        return Reply(self._key)

    def _pump(self, data: bytes, now_ms: int) -> Reply:
        self._pumped = data
        return ACK

    def _enter_pin(self, data: bytes, now_ms: int) -> Reply:
        """Right or wrong, the answer is the same; only later."""
        if self._pin is None or data == self._pin:
            self._pin_known = True
            return ACK
        self.body.flags.add(Flag.PIN_WRONG)
        return Reply(late_ms=WRONG_PIN_MS)

    def _set_pin(self, data: bytes, now_ms: int) -> Reply:
        """Once; whoever sets it knows it."""
        self._pin = data if self._pin is None else self._pin
        return ACK

    # -- variables

    def _tell_variables(self, data: bytes, now_ms: int) -> Reply:
        strapped = (self._settings.address - FIRST_ADDRESS) & 7
        return Reply(self._variables + bytes([self.body.time_out_units, 0, SUPPLY, strapped]))

    def _set_variables(self, data: bytes, now_ms: int) -> Reply:
        self._variables, self.body.time_out_units = data[:2], data[2]
        self._single_coin = self._single_coin or data[3] == 1
        return ACK

    def _change_address(self, data: bytes, now_ms: int) -> Reply | None:
        """The address of the host and of everybody is nobody's."""
        if data[0] < 2:
            return None
        self.address = data[0]
        return ACK


def _says(text: bytes) -> Obey:
    return lambda data, now_ms: Reply(text)
