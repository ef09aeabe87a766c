"""A card terminal made of paper: it does as the EMV sheet (section 7) and the page of open points say, and errs as a test says."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from drivers.zvt import codec
from drivers.zvt.codec import Apdu, bcd, encode, number
from drivers.zvt.frames import ACK, BareDecoder, SerialDecoder, Signal, framed

PASSWORD, CURRENCY, TERMINAL = 123_456, 156, 29_007_777
PAN = "6225880012345678"
ANSWER_MS, AGAIN_MS = 5_000, 2_500
STEPS_MS = ((300, 0x0A), (1_500, 0x01), (2_500, 0x04))
BOOKED_MS = 3_500


@dataclass
class Entry:
    """`state`: held, kept, reversed."""

    receipt: int
    amount_fen: int
    state: str = "held"


@dataclass
class Running:
    """A payment under way. `plan`: what it still says, as (mono ms, message)."""

    amount_fen: int
    repeats: int
    plan: deque[tuple[int, Apdu]]
    entry: Entry | None = None


@dataclass
class Paper:
    """`result`: what the bank says to the next payments; `never`: nobody comes with a card. `faults`: names that stay until they
    are taken out: silent (hears and says nothing), host_down, no_last (does not know 06 20), ignores_goods (does not wait), and
    those that happen once: lose_result, lose_done, lose_yes, twice, wrong_amount, no_receipt, no_amount, deaf (to the next
    message), busy (refuses the next command)."""

    serial: bool = False
    result: int = 0
    never: bool = False
    faults: set[str] = field(default_factory=set)
    ledger: list[Entry] = field(default_factory=list)
    heard: list[Apdu] = field(default_factory=list)
    days: int = 0

    def __post_init__(self) -> None:
        self._decoder: SerialDecoder | BareDecoder = SerialDecoder() if self.serial else BareDecoder()
        self._output = b""
        self.registered = self.on = True
        self.registered = False
        self.running: Running | None = None
        self._plan: deque[tuple[int, Apdu]] = deque()
        self._due_ms: int | None = None  # by when the machine has to answer
        self._told_ms: int | None = None  # when a held result is told again

    # -- the line

    def take_output(self) -> bytes:
        made, self._output = self._output, b""
        return made

    def power(self, on: bool, now_ms: int) -> None:
        self.on = on
        if on:
            self._decoder.clear()
            self._output, self.registered = b"", False
            self._give_up()

    def receive(self, data: bytes, now_ms: int) -> None:
        for each in self._decoder.feed(data) if self.on else ():
            if isinstance(each, Signal):
                continue
            self.heard.append(each)
            if self._once("deaf") or "silent" in self.faults:
                continue
            self._output += ACK if self.serial else b""
            self._answered(each, now_ms) if each.answers else self._ordered(each, now_ms)

    def poll(self, now_ms: int) -> int | None:
        if self._due_ms is not None and now_ms >= self._due_ms:
            self._due_ms = None
            self._give_up()
        if self._told_ms is not None and now_ms >= self._told_ms and self.running is not None:
            self._told_ms = None
            self._tell_result(now_ms)
        while self._due_ms is None and self._plan and now_ms >= self._plan[0][0]:
            _, apdu = self._plan.popleft()
            if apdu.control == codec.RESULT and not apdu.data:
                self._book(now_ms)
            else:
                self._say(apdu, now_ms)
        due = [self._due_ms, self._told_ms, self._plan[0][0] if self._plan and self._due_ms is None else None]
        return min((at for at in due if at is not None), default=None)

    def _say(self, apdu: Apdu, now_ms: int) -> None:
        """As master: an answer is awaited."""
        self._due_ms = now_ms + ANSWER_MS
        name = {codec.RESULT: "lose_result", codec.DONE: "lose_done"}.get(apdu.control, "")
        if "silent" in self.faults or (name and self._once(name)):
            return
        times = 2 if apdu.control == codec.RESULT and self._once("twice") else 1
        self._output += (framed(apdu) if self.serial else encode(apdu)) * times

    def _yes(self, control: int = codec.ACK) -> None:
        made = framed(Apdu(control)) if self.serial else encode(Apdu(control))
        self._output += b"" if self._once("lose_yes") else made

    def _once(self, name: str) -> bool:
        there = name in self.faults
        self.faults.discard(name)
        return there

    # -- orders

    def _ordered(self, apdu: Apdu, now_ms: int) -> None:
        if apdu.control == codec.ABORT:
            self._yes()
            if self.running is not None and self.running.entry is None:
                self._refuse(0x6C, now_ms)
        elif self.running is not None or self._plan or self._once("busy"):
            self._yes(0x8400 | 0x9C)
        elif apdu.control == codec.REGISTER:
            good = apdu.data[:3] == bcd(PASSWORD, 3) and apdu.data[4:6] == bcd(CURRENCY, 2)
            self.registered = good
            self._yes() if good else self._yes(0x84FF)
            if good:
                self._then(now_ms, Apdu(codec.DONE, b"\x19\x00\x29" + bcd(TERMINAL, 4) + b"\x49" + bcd(CURRENCY, 2)))
        elif not self.registered:
            self._yes(0x84FF)
        else:
            self._command(apdu, now_ms)

    def _command(self, apdu: Apdu, now_ms: int) -> None:
        done = Apdu(codec.DONE)
        if apdu.control == codec.LAST and "no_last" in self.faults:
            self._yes(0x8483)
            return
        self._yes()
        if apdu.control == codec.PAY:
            self._pay(apdu, now_ms)
        elif apdu.control == codec.REVERSE:
            self._reverse(number(apdu.data[4:6]), now_ms)
        elif apdu.control == codec.LAST:
            last = self.ledger[-1] if self.ledger else None
            code = 0 if last is not None and last.state != "reversed" else 0xB4
            told = (self._result(last, code), done) if last is not None else (Apdu(codec.ABORTED, b"\x64"),)
            self._then(now_ms, *told)
        elif apdu.control == codec.DIAGNOSE and "host_down" in self.faults:
            self._then(now_ms, Apdu(codec.ABORTED, b"\xa0"))
        else:
            self.days += apdu.control == codec.CLOSE
            self._then(now_ms, done)

    def _then(self, now_ms: int, *apdus: Apdu) -> None:
        self._plan.extend((now_ms + 50, apdu) for apdu in apdus)

    def _reverse(self, receipt: int, now_ms: int) -> None:
        found = [entry for entry in self.ledger if entry.receipt == receipt]
        if "host_down" in self.faults:
            self._then(now_ms, Apdu(codec.ABORTED, b"\xa0"))
        elif not found:
            self._then(now_ms, Apdu(codec.ABORTED, b"\x64"))
        elif found[0].state == "reversed":
            self._then(now_ms, Apdu(codec.ABORTED, b"\xb4"))
        else:
            found[0].state = "reversed"
            self._then(now_ms, self._result(found[0], 0), Apdu(codec.DONE))

    # -- a payment

    def _pay(self, apdu: Apdu, now_ms: int) -> None:
        self.running = Running(number(apdu.data[1:7]), apdu.data[apdu.data.index(b"\x02", 12) + 1], deque())
        steps = STEPS_MS[:1] if self.never else STEPS_MS
        self._plan.extend((now_ms + at, Apdu(codec.STATUS, bytes([status]))) for at, status in steps)
        if not self.never:
            self._plan.append((now_ms + BOOKED_MS, Apdu(codec.RESULT)))

    def _book(self, now_ms: int) -> None:
        assert self.running is not None
        if "host_down" in self.faults or self.result:
            self._refuse(0xA0 if "host_down" in self.faults else self.result, now_ms)
            return
        self.running.entry = Entry(len(self.ledger) + 1, self.running.amount_fen)
        self.ledger.append(self.running.entry)
        self._tell_result(now_ms)
        if "ignores_goods" in self.faults:
            self.running.entry.state = "kept"
            self._plan.append((now_ms, Apdu(codec.DONE)))

    def _refuse(self, code: int, now_ms: int) -> None:
        self._plan.clear()
        self._then(now_ms, Apdu(codec.RESULT, bytes([0x27, code])), Apdu(codec.ABORTED, bytes([code])))
        self.running = None

    def _tell_result(self, now_ms: int) -> None:
        running = self.running
        assert running is not None
        assert running.entry is not None
        if not running.repeats:
            self._give_up()
            self._then(now_ms, Apdu(codec.ABORTED, b"\xff"))
            return
        running.repeats -= 1
        self._say(self._result(running.entry, 0), now_ms)

    def _result(self, entry: Entry, code: int) -> Apdu:
        amount_fen = entry.amount_fen + (100 if self._once("wrong_amount") else 0)
        amount = b"" if self._once("no_amount") else b"\x04" + bcd(amount_fen, 6)
        receipt = b"" if self._once("no_receipt") else b"\x87" + bcd(entry.receipt, 2)
        trace = b"\x0b" + bcd(1_000 + entry.receipt, 3)
        card = b"\x22\xf0\xf8" + bytes.fromhex(PAN)
        return Apdu(codec.RESULT, bytes([0x27, code]) + amount + receipt + trace + card + b"\x29" + bcd(TERMINAL, 4))

    def _answered(self, apdu: Apdu, now_ms: int) -> None:
        if self._due_ms is None:
            return
        self._due_ms = None
        running = self.running
        if running is None or running.entry is None or running.entry.state != "held":
            self.running = None if running is not None and running.entry is not None and not self._plan else running
            return
        if apdu.control == codec.REPEAT:
            self._told_ms = now_ms + AGAIN_MS
        elif apdu.control == codec.ACK:
            running.entry.state, self.running = "kept", None
            self._then(now_ms, Apdu(codec.PRINT_LINE, b"\x00PAN " + PAN.encode()), Apdu(codec.DONE))
        else:
            running.entry.state, self.running = "reversed", None
            self._then(now_ms, Apdu(codec.ABORTED, b"\x05"))

    def _give_up(self) -> None:
        """Nobody answers: what nobody said to keep goes back."""
        if self.running is not None and self.running.entry is not None and self.running.entry.state == "held":
            self.running.entry.state = "reversed"
        self.running, self._told_ms, self._due_ms = None, None, None
        self._plan.clear()
