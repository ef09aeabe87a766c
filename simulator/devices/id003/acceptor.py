"""The acceptor on its line: hears commands, answers each by its class, repeats 15 until ACK (id003 sheet, sections 4 and 5).

Classes of answers: 11 -> a status; 40 to 45 -> 50; C0 to C7 -> echo; 80 to 8A -> the same code and data; ACK -> nothing. A
command that is unknown, has other data than the sheet says or comes in a status it is not for is answered 4B and not obeyed.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.devices.id003 import codes
from simulator.devices.id003.body import Body
from simulator.devices.id003.codes import State
from simulator.devices.id003.denominations import CNY, Denomination, table_bytes
from simulator.devices.id003.faults import FAULTS
from simulator.devices.id003.motions import ESCROW_MS
from simulator.devices.id003.settings import Settings
from simulator.devices.id003.wire import Ear, crc16, frame
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.devices.validator import Validator

FIRMWARE = "U(CHN)-71-SS ID003-01V100-01 01JAN24"
BOOT = "B01"
SLOW_START_MS = 2_200
LATE_MS = {"answer_after_60_ms": 60, "answer_after_2500_ms": 2_500}
LOST_ACKS = {"lost_ack_next": 1, "lost_ack_thrice": 3}


class Id003Acceptor(Validator):
    """Twin of an acceptor with escrow depth 1. It comes up in POWER UP and waits for RESET and its settings.

    `note_table`: row n is denomination 61 + n, at most 16. `escrow_ms`: how long a note lies in escrow without HOLD.
    """

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        note_table: Sequence[Denomination | None] = CNY,
        *,
        escrow_ms: int = ESCROW_MS,
    ) -> None:
        super().__init__(matter, FAULTS)
        if len(note_table) > codes.MOST_DENOMINATIONS:
            raise ValueError(f"{len(note_table)} denominations: 61 to 70 name {codes.MOST_DENOMINATIONS}")
        self.settings = Settings(lambda name: name in self.faults)
        self.unit = Body(matter, speeds, note_table, self, self.settings, escrow_ms)
        self.body: Body = self.unit
        self._ear = Ear()
        self._slow: list[tuple[int, bytes, int]] = []
        self._forget()

    # -- Twin

    def receive(self, data: bytes, now_ms: int) -> None:
        if not self._power:
            return
        self.poll(now_ms)
        if "echo" in self.faults:
            self.link.say(data)
        for heard in self._ear.feed(data, now_ms):
            self.unit.advance(now_ms)
            self._hear(heard[0], heard[1:], now_ms)
        self.unit.advance(now_ms)

    def poll(self, now_ms: int) -> int | None:
        if not self._power:
            return None
        wake = super().poll(now_ms)
        due = [answer for answer in self._slow if answer[0] <= now_ms]
        self._slow = [answer for answer in self._slow if answer[0] > now_ms]
        for _, payload, command in due:
            self.link.send(payload, now_ms, command)
        self._enquire(now_ms)
        wakes = [wake, *(when for when, _, _ in self._slow)]
        return min((when for when in wakes if when is not None), default=None)

    # -- the line

    def _forget(self) -> None:
        self._ear.clear()
        self.link.clear()
        self._slow.clear()
        self._silent_until = self._acks_to_lose = 0
        self._asked_ms = -1_000
        self._enquired: State | None = None

    def _hear(self, command: int, data: bytes, now_ms: int) -> None:
        told = self.answer(command, data, now_ms)
        if told is not None:
            self._say(told, now_ms, command)

    def answer(self, command: int, data: bytes, now_ms: int) -> bytes | None:
        """What the unit says to a command, and does: status or echo, and its data. None: it says nothing."""
        if command == codes.ACK and not data:
            self._acknowledged()
            return None
        if not self.link.hears(command) or now_ms < self._silent_until:
            return None
        if self.link.resets(command):
            self.power(False, now_ms)
            self.power(True, now_ms)
            return None
        if command == codes.STATUS_REQUEST and not data:
            return self._status(now_ms)
        obeyed = None if self._played("invalid_next") else self._obey(command, data, now_ms)
        if command == codes.RESET and obeyed and "slow_start" in self.faults:
            self._silent_until = now_ms + SLOW_START_MS
        return bytes([codes.INVALID_COMMAND]) if obeyed is None else obeyed

    def _acknowledged(self) -> None:
        if self.unit.state is State.VEND_VALID:
            self._acks_to_lose += sum(count for name, count in LOST_ACKS.items() if self._played(name))
            if self._acks_to_lose:
                self._acks_to_lose -= 1
                return
        if "lost_ack" not in self.faults and not self.unit.acknowledge():
            self.manners["idle_ack"] += 1

    def _status(self, now_ms: int) -> bytes:
        self.manners["hasty_poll"] += now_ms - self._asked_ms < 100
        self._asked_ms = now_ms
        error = self._played("communication_error_next")
        status = bytes([codes.COMMUNICATION_ERROR]) if error else self.unit.status()
        self._enquired = self.unit.state
        return status

    def _enquire(self, now_ms: int) -> None:
        """Interrupt mode: ENQ once for each status the host has not asked for yet."""
        if self.settings.interrupts and self.unit.state is not self._enquired:
            self._enquired = self.unit.state
            self._say(bytes([codes.ENQ]), now_ms, codes.ENQ)

    def _say(self, payload: bytes, now_ms: int, command: int) -> None:
        whole = frame(payload, longer=1 if self._played("wrong_length_next") else 0)
        late = next((ms for name, ms in LATE_MS.items() if name in self.faults), 0) if self.faults else 0
        if late:
            self._slow.append((now_ms + late, whole, command))
        else:
            self.link.send(whole, now_ms, command)

    # -- commands: data in; the answer's payload out, None = INVALID COMMAND

    def _obey(self, command: int, data: bytes, now_ms: int) -> bytes | None:
        if codes.RESET <= command <= codes.WAIT:
            return bytes([codes.ACK]) if not data and self._ordered(command, now_ms) else None
        if command in codes.SETTING_BYTES:
            waits = self.unit.state in codes.POWER_UPS
            return bytes([command]) + data if not waits and self.settings.take(command, data) else None
        return None if data else self._told(command)

    def _ordered(self, command: int, now_ms: int) -> bool:
        """Orders that move a note; False in a status they are not for."""
        unit = self.unit
        if command == codes.RESET:
            unit.reset(now_ms)
            return True
        if unit.state not in codes.HELD:
            return False
        match command:
            case codes.STACK_1 | codes.STACK_2:
                unit.stack(command == codes.STACK_1, now_ms)
            case codes.RETURN:
                unit.give_back(now_ms)
            case codes.HOLD:
                unit.hold(now_ms)
            case _:
                unit.wait()
        return True

    def _told(self, command: int) -> bytes | None:
        """What can be read at any time."""
        setting = command + codes.READ_BACK
        if self.settings.known(setting):
            return bytes([command]) + self.settings.value(setting)
        match command:
            case codes.VERSION:
                return bytes([command]) + FIRMWARE.encode("ascii") + b" %04X" % crc16(FIRMWARE.encode("ascii"))
            case codes.BOOT_VERSION:
                return bytes([command]) + BOOT.encode("ascii")
            case codes.CURRENCY_ASSIGN:
                return bytes([command]) + table_bytes(self.unit.kinds)
            case _:
                return None
