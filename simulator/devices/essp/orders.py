"""What a command makes of the unit, and what it is answered, encrypted or not (essp sheet, sections 5 to 7).

Decided here: what must be encrypted and comes plain is answered *key not set* without keys and *cannot process* with them; a
known command with other data than the sheet says is answered *wrong parameters*; SYNC is answered *cannot process* when it is
encrypted or has not its sequence bit. Commands of units that pay out, of barcode readers and for the speed of the line are
unknown to this unit.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.devices.essp import channels, codes
from simulator.devices.essp.body import Body
from simulator.devices.essp.channels import Kinds
from simulator.devices.essp.codes import Answer, Command
from simulator.devices.essp.faults import ANSWERS
from simulator.devices.essp.keys import FACTORY_KEY, Keys
from simulator.devices.essp.telling import Teller

KNOWN = frozenset(Command)
OK = bytes([Answer.OK])


class Orders:
    """`plays(name)` asks for a one-shot switch and clears it; `faults()` are the switches that are on."""

    def __init__(
        self,
        body: Body,
        kinds: Kinds,
        keys: Keys,
        serial: int,
        faults: Callable[[], set[str]],
        plays: Callable[[str], bool],
    ) -> None:
        self._body, self._kinds, self._keys, self._serial = body, kinds, keys, serial
        self._faults, self._plays = faults, plays
        self._teller = Teller(body)
        self.forget()

    def forget(self) -> None:
        self._teller.forget()
        self.protocol = codes.FIRST_PROTOCOL

    def obey(self, payload: bytes, encrypted: bool, now_ms: int) -> bytes:
        """The answer's data, at least its first byte. `payload`: the command and its data, at least one byte."""
        command, data = payload[0], payload[1:]
        for name, answer in ANSWERS.items() if self._faults() else ():
            if self._plays(name):
                return bytes([answer])
        if command in codes.MUST_BE_ENCRYPTED and not encrypted:
            return bytes([Answer.CANNOT_PROCESS if self._keys.session else Answer.KEY_NOT_SET])
        if command not in KNOWN or self._uncounted(command):
            return bytes([Answer.UNKNOWN_COMMAND])
        if len(data) != codes.DATA_BYTES.get(command, 0):
            return bytes([Answer.WRONG_PARAMETERS])
        told = self._told(command)
        return self._ordered(command, data, now_ms) if told is None else OK + told

    def _uncounted(self, command: int) -> bool:
        return command in (Command.COUNTERS, Command.RESET_COUNTERS) and "no_counters" in self._faults()

    def _told(self, command: int) -> bytes | None:
        """What can be read at any time; None for every other command."""
        match command:
            case Command.SETUP:
                return channels.setup(self._kinds, self.protocol)
            case Command.SERIAL:
                return self._serial.to_bytes(4, "big")
            case Command.UNIT_DATA:
                return channels.unit_data(self.protocol)
            case Command.CHANNEL_VALUES:
                return channels.values(self._kinds)
            case Command.CHANNEL_SECURITY:
                return channels.security(self._kinds)
            case Command.LAST_REJECT:
                return bytes([self._body.reject_code])
            case Command.FIRMWARE:
                return channels.FULL_FIRMWARE
            case Command.DATASET:
                return channels.DATASET
            case Command.BUILD:
                return channels.BUILD
            case Command.COUNTERS:
                return self._body.counters.told()
            case _:
                return None

    def _ordered(self, command: int, data: bytes, now_ms: int) -> bytes:
        number = int.from_bytes(data, "little")
        match command:
            case Command.POLL | Command.POLL_WITH_ACK:
                told = self._teller.answer(now_ms, command == Command.POLL_WITH_ACK)
                return OK + (codes.NOT_AN_EVENT if self._plays("unknown_event_next") else b"") + told
            case Command.GENERATOR:
                return bytes([self._keys.set_generator(number)])
            case Command.MODULUS:
                return bytes([self._keys.set_modulus(number)])
            case Command.EXCHANGE:
                answer, value = self._keys.exchange(number)
                return bytes([answer]) + value
            case Command.PROTOCOL:
                return bytes([self._speak(number)])
            case Command.SYNC:
                return bytes([Answer.CANNOT_PROCESS])
            case _:
                return bytes([Answer.OK if self._done(command, number, now_ms) else Answer.CANNOT_PROCESS])

    def _done(self, command: int, number: int, now_ms: int) -> bool:
        """False when it cannot be done now."""
        body = self._body
        match command:
            case Command.SET_INHIBITS:
                body.allow(now_ms, channels=number)
            case Command.ENABLE | Command.DISABLE:
                body.allow(now_ms, enabled=command == Command.ENABLE)
            case Command.REJECT:
                return body.give_back(codes.BY_HOST, now_ms)
            case Command.HOLD:
                return body.hold(now_ms)
            case Command.EVENT_ACK:
                return self._teller.acknowledge()
            case Command.RESET_COUNTERS:
                body.counters.clear()
            case Command.SET_FIXED_KEY:
                self._keys.fixed = number
            case Command.RESET_FIXED_KEY:
                self._keys.fixed = FACTORY_KEY
        return True  # RESET is done behind its answer; the bezel is not simulated

    def _speak(self, version: int) -> Answer:
        known = codes.OLD_PROTOCOLS if "old_firmware" in self._faults() else codes.PROTOCOLS
        if version not in known:
            return Answer.FAIL
        self.protocol = version
        return Answer.OK
