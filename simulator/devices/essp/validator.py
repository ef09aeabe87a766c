"""The validator on its line: the sequence bit that acknowledges, repeats, encrypted packets, the silence of a start.

Source: essp sheet, sections 2, 4, 5 and 10. A packet whose bit is that of the last one means that the host did not hear the
answer: the unit says it again, word for word, and does nothing. Decided here: after a start the first packet may have either
bit; SYNC leaves keys and counts alone; an answer that a switch spoils is stored unspoilt.
"""

from __future__ import annotations

from simulator.devices.essp import codes
from simulator.devices.essp.body import Body
from simulator.devices.essp.channels import CNY, Kinds, check
from simulator.devices.essp.codes import Answer, Command
from simulator.devices.essp.faults import FAULTS
from simulator.devices.essp.keys import Draw, Keys, Session, draws
from simulator.devices.essp.orders import OK, Orders
from simulator.devices.essp.wire import SEQUENCE_BIT, Ear, Heard, packet
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.devices.validator import Validator

SERIAL = 4_021_177
SPOILS_PACKET = ("bad_crc_next", "wrong_bit_next", "wrong_address_next")
SPOILS_INSIDE = ("bad_inner_crc_next", "wrong_count_next")
SYNC = bytes([Command.SYNC])


class EsspValidator(Validator):
    """Twin of an acceptor with escrow depth 1. It comes up disabled, with all channels inhibited and without keys.

    `note_table`: row n is channel n + 1, at most 16. `draw` is where its secret and its padding come from. `manners` counts
    what a host did: damaged, repeated, dropped (encrypted packets with a wrong count or check sum), unready (RESET and others
    before the unit answers).
    """

    body: Body

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        note_table: Kinds = CNY,
        *,
        address: int = 0,
        serial: int = SERIAL,
        draw: Draw | None = None,
    ) -> None:
        super().__init__(matter, FAULTS)
        check(note_table)
        self.body = Body(matter, speeds, note_table, self)
        self.keys = Keys(draw or draws(str(serial)))
        self._address = address
        self._ear = Ear()
        self._orders = Orders(self.body, note_table, self.keys, serial, lambda: self.faults, self._played)
        self._forget()

    # -- Twin

    def receive(self, data: bytes, now_ms: int) -> None:
        if not self._power:
            return
        self.poll(now_ms)
        for heard in self._ear.feed(data, now_ms):
            self.body.advance(now_ms)
            if self.body.silent:
                self.manners["unready"] += 1
            elif heard.address == self._address:
                self._hear(heard, now_ms)
        self.manners["damaged"] = self._ear.damaged
        self.body.advance(now_ms)

    def power(self, on: bool, now_ms: int) -> None:
        self.body.powered = on
        super().power(on, now_ms)

    def _forget(self) -> None:
        self.link.clear()
        self._start_over()

    def _start_over(self) -> None:
        self._ear.clear()
        self.keys.forget()
        self._orders.forget()
        self._bit: int | None = None  # of the last packet that was answered
        self._stored = b""
        self._told: tuple[bytes, bool] | None = None  # the same without bytes
        self._command = int(Command.SYNC)

    # -- the line

    def _hear(self, heard: Heard, now_ms: int) -> None:
        sync = heard.data == SYNC and heard.bit == SEQUENCE_BIT
        if heard.bit == self._bit and not sync and "acts_on_repeats" not in self.faults:
            self.manners["repeated"] += 1
            if self._reaches(self._command, now_ms):
                self.link.send(self._stored, now_ms, self._command)
            return
        if heard.data[0] == codes.ENCRYPTED:
            self._hear_encrypted(heard, now_ms)
        elif self._reaches(heard.data[0], now_ms):
            self._answer(heard, heard.data[0], OK if sync else self._obey(heard.data, False, now_ms), None, now_ms)

    def _hear_encrypted(self, heard: Heard, now_ms: int) -> None:
        if self._played("keys_lost_next"):
            self.keys.forget()
        session = self.keys.session
        if session is None:
            if self._reaches(codes.ENCRYPTED, now_ms):
                self._answer(heard, codes.ENCRYPTED, bytes([Answer.KEY_NOT_SET]), None, now_ms)
            return
        payload = session.open(heard.data[1:])
        if payload is None:
            self.manners["dropped"] += 1
        elif self._reaches(payload[0], now_ms):
            self._answer(heard, payload[0], self._obey(payload, True, now_ms), session, now_ms)

    def _obey(self, payload: bytes, encrypted: bool, now_ms: int) -> bytes:
        return self._orders.obey(payload, encrypted, now_ms)

    def answer(self, bit: int, payload: bytes, sealed: bool, now_ms: int) -> tuple[bytes, bool] | None:
        """What is said to a command, and done, between two who need no bytes: the answer inside the packet, and whether it is
        sealed. None: nothing is said. `payload`: command and data, as they are inside when `sealed`."""
        if self.body.silent:
            self.manners["unready"] += 1
            return None
        sync = payload == SYNC and not sealed
        if bit == self._bit and not sync and "acts_on_repeats" not in self.faults:
            self.manners["repeated"] += 1
            return self._told if self._reaches(self._command, now_ms) else None
        if sealed and self._played("keys_lost_next"):
            self.keys.forget()
        keyless = sealed and self.keys.session is None
        command = codes.ENCRYPTED if keyless else payload[0]
        if not self._reaches(command, now_ms):
            return None
        told = bytes([Answer.KEY_NOT_SET]) if keyless else OK if sync else self._obey(payload, sealed, now_ms)
        self._bit, self._command, self._told = bit, command, (told, sealed and not keyless)
        if command == Command.RESET and told == OK:
            self._start_over()
            self.body.wake()
        return told, sealed and not keyless

    def spoils(self, sealed: bool) -> bool:
        """Switches make the next answer unreadable; all of them are played by the question."""
        names = (*(SPOILS_INSIDE if sealed else ()), *SPOILS_PACKET) if self.faults else ()
        played = [name for name in names if self._played(name)]
        return bool(played)

    def _reaches(self, command: int, now_ms: int) -> bool:
        """False when the command got lost, or the unit starts again instead."""
        if not self.link.hears(command):
            return False
        if not self.link.resets(command):
            return True
        self.power(False, now_ms)
        self.power(True, now_ms)
        return False

    def _answer(self, heard: Heard, command: int, told: bytes, session: Session | None, now_ms: int) -> None:
        """Say it and store it. `session`: the one the question came in."""
        data = told if session is None else session.answer(told)
        self._bit, self._command = heard.bit, command
        self._stored = packet(heard.seq_adr, data)
        self.link.send(self._spoilt(heard, told, data, session), now_ms, command)
        if command == Command.RESET and told == OK:
            self._start_over()
            self.body.wake()

    def _spoilt(self, heard: Heard, told: bytes, data: bytes, session: Session | None) -> bytes:
        """The stored answer, or what a switch makes of it."""
        if not self.faults:
            return self._stored
        if session is not None:
            inner, count = (self._played(name) for name in SPOILS_INSIDE)
            if inner or count:
                data = session.seal(told, session.count + count, 0x0100 if inner else 0)
        crc, bit, address = (self._played(name) for name in SPOILS_PACKET)
        seq_adr = heard.seq_adr ^ (SEQUENCE_BIT if bit else 0) ^ (1 if address else 0)
        return packet(seq_adr, data, 0x0100 if crc else 0)
