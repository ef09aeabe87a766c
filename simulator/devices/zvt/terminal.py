"""The terminal on its line: one message at a time, master and slave by turns (EMV sheet, section 7; decision page 050)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum, unique
from functools import partial

from simulator.devices.linkfaults import LINK_FAULTS, OTHER_WORDS, LinkFaults
from simulator.devices.matter import Card, Matter
from simulator.devices.twin import Speeds
from simulator.devices.zvt import codes
from simulator.devices.zvt.codes import ACKNOWLEDGED, NEGATIVE, POSITIVE, Code
from simulator.devices.zvt.commands import Commands, Refused
from simulator.devices.zvt.desk import Desk
from simulator.devices.zvt.faults import FAULTS
from simulator.devices.zvt.flow import Flow, PowerCut, Runner
from simulator.devices.zvt.inside import SLOT, Inside
from simulator.devices.zvt.memory import Memory
from simulator.devices.zvt.wire import ACK, NAK, Apdu, Ear, SerialEar, TcpEar, framed

BOOT_MS, CUT_MS, LINE_CUT_MS = 4_000, 3_000, 30_000
AGAIN_MS = 60_000
"""How often the terminal by itself tries to take back what is due."""
TRIES = 3
"""A frame of ours that the register answers with 15 is sent so often in all."""
BEGAN = datetime(2026, 11, 22, 8, 0)
JUNK = bytes.fromhex("0000FF1002FF55AA")
UNKNOWN = Apdu((0x04, 0x99), b"\x01\x02\x03")
LOST = {codes.RESULT: "result_lost_next", codes.COMPLETION: "completion_lost_next", codes.ABORT: "abort_lost_next",
        codes.INTERMEDIATE: "step_lost_next"}  # fmt: skip


@unique
class Way(Enum):
    TCP = "bare APDUs"
    SERIAL = "frames with a CRC, each answered by one byte"


class ZvtTerminal:
    """Fits `Twin`; `insert`, `take` and `press` are a passenger's hands. Made with power, ready, not registered.

    `memory` outlives the power, `desk` is its bank. `manners` counts what a rude register did. `in_block`: receipts as 06 D3.
    """

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        desk: Desk,
        *,
        way: Way = Way.SERIAL,
        memory: Memory | None = None,
        began: datetime = BEGAN,
        in_block: bool = False,
    ) -> None:
        self.faults: set[str] = set()
        self.link = LinkFaults(self, late_ms=8_000)
        self.manners: Counter[str] = Counter()
        self.desk = desk
        self.memory = memory or Memory()
        self.inside = Inside(self, matter, self.desk, self.memory, began)
        self._commands = Commands(self.inside, in_block)
        self._speeds, self._matter = speeds, matter
        self._runner = Runner(speeds, self._say)
        self._last_frame, self._sent = b"", 0
        self._told: codes.Control = (0, 0)
        self._power, self._hang_up = True, False
        self._deaf_until_ms = self._line_cut_until_ms = 0
        self._back_ms: int | None = None
        self._again_ms: int | None = None
        self.way = way
        self._ear: Ear = SerialEar()
        self.plug_into(way)

    def plug_into(self, way: Way) -> None:
        """Which of its two sockets is used."""
        self.way = way
        self._ear = TcpEar() if way is Way.TCP else SerialEar()

    # -- Twin

    def fault_names(self) -> Mapping[str, str]:
        return {**FAULTS, **LINK_FAULTS}

    def receive(self, data: bytes, now_ms: int) -> None:
        self.poll(now_ms)
        if (
            not self._power
            or now_ms < max(self._deaf_until_ms, self._line_cut_until_ms)
            or self.inside.has("wrong_baud")
        ):
            return
        if self.inside.has("another_device"):
            self.link.say(OTHER_WORDS)
            return
        self._hang_up = False
        for heard in self._ear.feed(data, now_ms):
            if not self._power or self._hang_up:
                return
            if heard.sign is not None:
                self._signed(heard.sign, now_ms)
            elif heard.apdu is None:
                self.manners["damaged"] += 1
                self._sign(NAK)
            else:
                self._sign(ACK)
                self._guard(partial(self._hear, heard.apdu, now_ms), now_ms)
        self.poll(now_ms)

    def poll(self, now_ms: int) -> int | None:
        self.inside.now_ms = max(self.inside.now_ms, now_ms)
        if self._back_ms is not None and now_ms >= self._back_ms:
            self.power(True, self._back_ms)
        if not self._power:
            return self._back_ms
        self._guard(lambda: self._by_itself(now_ms), now_ms)
        if not self._power:
            return self._back_ms
        dues = [self._runner.due_ms if self._runner.running else self._again_ms, self.link.poll(now_ms)]
        if now_ms < self._deaf_until_ms:
            dues.append(self._deaf_until_ms)
        return min((due for due in dues if due is not None), default=None)

    def take_output(self) -> bytes:
        out = self.link.take_output()
        return b"" if self.inside.now_ms < self._line_cut_until_ms else out

    def power(self, on: bool, now_ms: int) -> None:
        self._back_ms = None
        if on == self._power:
            return
        self._power = on
        self._forget()
        if on:
            self.memory.power_came_back()
            self._deaf_until_ms = now_ms + self._speeds.motion_ms(BOOT_MS)
            self._again_ms = self._deaf_until_ms if self.memory.unsettled() else None

    def busy(self) -> bool:
        return self._runner.running and not self._runner.listening

    # -- hands

    def insert(self, card: Card, now_ms: int) -> str | None:
        """A card of the hand into the slot: None when it went in, else why not."""
        self.poll(now_ms)
        if self.inside.card is not None:
            return "a card is in the way"
        self._matter.move(card, SLOT)
        self.poll(now_ms)
        return None

    def take(self, now_ms: int, to: str = "hand") -> str | None:
        """Pull the card out, whatever the terminal is about: None when the hand has it."""
        self.poll(now_ms)
        card = self.inside.card
        if card is None:
            return "no card is there"
        self._matter.move(card, to)
        self.poll(now_ms)
        return None

    def press(self, key: str, now_ms: int) -> str | None:
        """A digit, clear, enter, cancel: None when it did something, else why not."""
        self.poll(now_ms)
        if not self._power:
            return "the terminal is off"
        why = self.inside.press(key)
        self.poll(now_ms)
        return why

    @property
    def wants_card(self) -> bool:
        return self.inside.wants_card

    @property
    def asks_for_pin(self) -> bool:
        return self.inside.asks_for_pin

    @property
    def sticks_out(self) -> Card | None:
        """The card that a hand should take now: nothing is wanted of it any more."""
        return None if self.inside.works_on_card else self.inside.card

    @property
    def booked_fen(self) -> int:
        """What its bank has booked for its owner."""
        return self.desk.booked_fen(self.memory.terminal)

    # -- a connection over TCP

    def disconnected(self, now_ms: int) -> None:
        """The register is gone: what was to be answered is not."""
        self._ear.clear()
        self.link.take_output()
        self._hang_up = False
        if self.inside.abortable:
            self.inside.stopped = True
        self._guard(lambda: self._runner.answered(None, now_ms), now_ms)

    def hangs_up(self) -> bool:
        """The terminal closes the connection; once."""
        hangs_up, self._hang_up = self._hang_up, False
        return hangs_up

    # -- what it hears

    def _hear(self, apdu: Apdu, now_ms: int) -> None:
        if apdu.control[0] in (POSITIVE, NEGATIVE):
            self._answered(apdu, now_ms)
            return
        command = apdu.control[1]
        if self.inside.played("hangs_up_next"):
            self._hang_up = self.way is Way.TCP
            return
        if not self.link.hears(command):
            return
        if self.link.resets(command):
            raise PowerCut("by itself")
        if apdu.control == codes.STOP:
            self._stop(apdu, now_ms)
        elif self._runner.running:
            self.manners["spoke_over"] += 1
            self._answer((NEGATIVE, Code.BUSY), now_ms, command)
        else:
            self._obey(apdu, now_ms)

    def _answered(self, answer: Apdu, now_ms: int) -> None:
        if not self._runner.listening:
            self.manners["stray_answers"] += 1
            return
        told = self._wait_for_goods(answer)
        self._runner.answered(answer, now_ms)
        if told and self.inside.played("link_cut_after_issue_next"):
            self._line_cut_until_ms = now_ms + LINE_CUT_MS

    def _wait_for_goods(self, answer: Apdu) -> bool:
        """This answer says that the goods are out."""
        return answer.control == ACKNOWLEDGED and self._told == codes.RESULT

    def _stop(self, apdu: Apdu, now_ms: int) -> None:
        """06 B0: as long as only the passenger is waited for."""
        code = Code.PROTOCOL if apdu.data else Code.GOOD
        if code == Code.GOOD and self._runner.running and not self.inside.abortable:
            code = Code.BUSY
        if code != Code.GOOD:
            self._answer((NEGATIVE, code), now_ms, apdu.control[1])
            return
        self._answer(ACKNOWLEDGED, now_ms, apdu.control[1])
        self.inside.stopped = self._runner.running

    def _obey(self, apdu: Apdu, now_ms: int) -> None:
        try:
            flow = self._commands.flow_of(apdu.control, apdu.data)
        except Refused as refused:
            self.manners[f"refused_{refused.code:02X}"] += 1
            self._answer((NEGATIVE, refused.code), now_ms, apdu.control[1])
            return
        if not self.inside.played("acknowledgement_lost_next"):
            self._answer(ACKNOWLEDGED, now_ms, apdu.control[1])
        if flow is not None:
            self._start(flow, now_ms)

    # -- what it says

    def _say(self, apdu: Apdu, now_ms: int) -> None:
        """A message of the terminal as master."""
        self._told = apdu.control
        if self.inside.played("garbage_next"):
            self.link.say(JUNK)
        if self.inside.played("unknown_message_next"):
            self._send(UNKNOWN, now_ms)
        if self.inside.played("long_length_next"):
            self.link.say(self._on_the_way(Apdu(apdu.control, apdu.data + bytes(40)).encode())[:-40])
            return
        lost = LOST.get(apdu.control)
        if lost is not None and self.inside.played(lost):
            return
        self._send(apdu, now_ms)
        if apdu.control == codes.RESULT and self.inside.played("duplicate_result_next"):
            self._send(apdu, now_ms)

    def _answer(self, control: codes.Control, now_ms: int, command: int) -> None:
        self._send(Apdu(control), now_ms, command)

    def _send(self, apdu: Apdu, now_ms: int, command: int | None = None) -> None:
        self._last_frame, self._sent = self._on_the_way(apdu.encode()), 1
        self.link.send(self._last_frame, now_ms, apdu.control[1] if command is None else command)

    def _on_the_way(self, raw: bytes) -> bytes:
        return framed(raw) if self.way is Way.SERIAL else raw

    def _sign(self, sign: int) -> None:
        if self.way is Way.SERIAL:
            self.link.say(bytes([sign]))

    def _signed(self, sign: int, now_ms: int) -> None:
        """A register that never signs is borne; one that says 15 gets the frame again."""
        if sign == NAK and self._last_frame and self._sent < TRIES:
            self._sent += 1
            self.manners["asked_again"] += 1
            self.link.send(self._last_frame, now_ms)

    # -- flows and power

    def _start(self, flow: Flow[None], now_ms: int) -> None:
        self._runner.start(flow, now_ms)

    def _by_itself(self, now_ms: int) -> None:
        self._runner.advance(now_ms)
        if self._runner.running or now_ms < self._deaf_until_ms:
            return
        if not self.memory.unsettled():
            self._again_ms = None
        elif self._again_ms is None:
            self._again_ms = now_ms + AGAIN_MS
        elif now_ms >= self._again_ms:
            self._again_ms = now_ms + AGAIN_MS
            self._start(self._commands.settling.quietly(), now_ms)
            self._runner.advance(now_ms)

    def _guard(self, deed: Callable[[], object], now_ms: int) -> None:
        """Whatever a flow does may be where a fault takes the power."""
        try:
            deed()
        except PowerCut:
            self.power(False, now_ms)
            self._back_ms = now_ms + CUT_MS

    def _forget(self) -> None:
        """What goes with the power: the flow, what was typed, the registration, all that was on the line."""
        self._runner.drop()
        self._ear.clear()
        self.link.clear()
        self.inside.rest()
        self.inside.config = None
        self._last_frame, self._hang_up = b"", False
