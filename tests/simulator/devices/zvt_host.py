"""A cash register and a passenger for the card terminal's twin, in virtual time; messages are made and judged a second time."""

from dataclasses import dataclass

from simulator.acquirer.terminal_desk import TerminalDesk
from simulator.devices.crt310 import lab_card
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.devices.zvt import Way, ZvtTerminal
from tests.simulator.devices.cash_golden import read

GOLDEN = read("zvt-twin.txt")
REGISTER = "06 00 08 000000 8A 0156 03 01"
DONE, WORKING, NOT_ISSUED = "80 00 00", "84 9C 00", "84 66 00"
RESULT, COMPLETION, ABORT, STEP, LINE, BLOCK = "040f", "060f", "061e", "04ff", "06d1", "06d3"
SIZES = {
    0x04: 6,
    0x0B: 3,
    0x0C: 3,
    0x0D: 2,
    0x0E: 2,
    0x19: 1,
    0x27: 1,
    0x29: 4,
    0x37: 3,
    0x3B: 8,
    0x49: 2,
    0x87: 2,
    0x8A: 1,
}
"""Fields of a fixed size; the others (22, 8B) tell theirs in two bytes F0..F9."""


def pay(yuan: int, repeats: int = 10) -> str:
    return f"06 01 09 04 {yuan * 100:012} 02 {repeats:02X}"


def reverse(receipt: int) -> str:
    return f"06 30 06 000000 87 {receipt:04}"


def crc(data: bytes) -> bytes:
    """Of a serial line: bit by bit, low byte first."""
    value = 0
    for byte in data + b"\x03":
        for bit in range(8):
            mixed = (value ^ byte >> bit) & 1
            value = value >> 1 ^ 0x8408 if mixed else value >> 1
    return value.to_bytes(2, "little")


def framed(apdu: bytes) -> bytes:
    return b"\x10\x02" + apdu.replace(b"\x10", b"\x10\x10") + b"\x10\x03" + crc(apdu)


@dataclass(frozen=True)
class Message:
    """`kind`: class and instruction in hex."""

    kind: str
    data: bytes

    @property
    def fields(self) -> dict[int, str]:
        """Tag -> value in hex; every byte must belong to one."""
        found, rest = {}, self.data
        while rest:
            tag = rest[0]
            if tag in SIZES:
                head, size = 1, SIZES[tag]
            else:
                head, size = 3, (rest[1] & 0x0F) * 10 + (rest[2] & 0x0F)
            assert len(rest) >= head + size
            assert tag not in found
            found[tag], rest = rest[head : head + size].hex(), rest[head + size :]
        return found


def opened(wire: bytes) -> list[Message]:
    """Bare APDUs; every byte must belong to one."""
    messages = []
    while wire:
        head, size = (5, int.from_bytes(wire[3:5], "little")) if wire[2] == 0xFF else (3, wire[2])
        assert len(wire) >= head + size
        messages.append(Message(wire[:2].hex(), wire[head : head + size]))
        wire = wire[head + size :]
    return messages


def unframed(wire: bytes) -> tuple[bytes, list[bytes]]:
    """What signed our frames, and the APDUs of the terminal's; every frame must be right."""
    signs, apdus = b"", []
    while wire:
        if wire[:1] in (b"\x06", b"\x15"):
            signs, wire = signs + wire[:1], wire[1:]
            continue
        assert wire[:2] == b"\x10\x02"
        raw, at = b"", 2
        while wire[at : at + 2] != b"\x10\x03":
            assert at < len(wire)
            at += 2 if wire[at] == 0x10 else 1
            raw += wire[at - 1 : at]
        assert wire[at + 2 : at + 4] == crc(raw)
        apdus.append(raw)
        wire = wire[at + 4 :]
    return signs, apdus


class Register:
    """`rate` 0: card, host and start take no time. `heard`: everything the terminal said as master."""

    def __init__(self, rate: float = 0.0, *, way: Way = Way.TCP, in_block: bool = False, card: str = "good") -> None:
        self.matter, self.desk = Matter(), TerminalDesk()
        self.terminal = ZvtTerminal(self.matter, Speeds(rate=rate), self.desk, way=way, in_block=in_block)
        self.card = lab_card(self.matter, card)
        self.pin = self.card.chip.perso.pin if self.card.chip else "000000"
        self.now = 1_000
        self.heard: list[Message] = []
        self._new: list[Message] = []

    # -- the line

    def raw(self, data: bytes) -> bytes:
        self.terminal.receive(data, self.now)
        return self.terminal.take_output()

    def ask(self, text: str) -> str:
        """Sends a command; the answer in hex, "" when there was none. What the terminal says after it waits in `heard`."""
        messages = opened(self.raw(bytes.fromhex(text)))
        if messages and messages[0].kind[:2] in ("80", "84"):
            answer = messages.pop(0).kind
            self._hear(messages)
            return answer
        self._hear(messages)
        return ""

    def answer(self, text: str) -> None:
        """Answers what the terminal said as master."""
        self._hear(opened(self.raw(bytes.fromhex(text))))

    def wait(self, ms: int) -> list[Message]:
        """Polled when it wants to be; what came."""
        until, wire = self.now + ms, b""
        while True:
            due = self.terminal.poll(self.now)
            wire += self.terminal.take_output()
            if self.now >= until or wire:
                break
            self.now = until if due is None else max(self.now + 1, min(until, due))
        messages = opened(wire)
        self._hear(messages)
        return messages

    def _hear(self, messages: list[Message]) -> None:
        self._new += messages
        self.heard += messages

    def _next(self, ms: int) -> Message | None:
        until = self.now + ms
        while not self._new and self.now < until:
            self.wait(until - self.now)
        return self._new.pop(0) if self._new else None

    # -- the person

    def _hands(self) -> None:
        terminal = self.terminal
        if terminal.asks_for_pin:
            for key in (*self.pin, "enter"):
                terminal.press(key, self.now)
        elif terminal.wants_card and self.matter.place("hand").cards():
            terminal.insert(self.card, self.now)
        elif terminal.sticks_out is not None:
            terminal.take(self.now)

    # -- a whole exchange

    def registered(self) -> "Register":
        assert self.ask(REGISTER) == "8000"
        assert self.follow()[-1].kind == COMPLETION
        return self

    def follow(self, *goods: str, hands: bool = True, most_ms: int = 90_000, to_result: bool = False) -> list[Message]:
        """Acknowledges what comes until the end; good results of a payment get `goods`, one after the other, "" is silence.

        `to_result`: it ends with the first result, which is left without an answer."""
        began, answers, ended, told = len(self.heard) - len(self._new), list(goods), self.now + most_ms, False
        while self.now < ended:
            if hands:
                self._hands()
            message = self._next(250)
            if message is None:
                if told or (not self.terminal.busy() and not self._running()):
                    break
                continue
            if to_result and message.kind == RESULT:
                break
            answer = DONE
            if message.kind == RESULT and message.fields.get(0x27) == "00" and answers:
                answer = answers.pop(0)
            if answer:
                self.answer(answer)
            told = message.kind in (COMPLETION, ABORT)
            if told and not self._new:
                break
        return self.heard[began:]

    def _running(self) -> bool:
        return self.terminal._runner.running

    def to_the_result(self, yuan: int) -> None:
        """A payment that is booked, and told; the terminal waits for the answer."""
        assert self.ask(pay(yuan)) == "8000"
        self.follow(to_result=True)
        assert self.heard[-1].fields[0x27] == "00"

    def sale(self, yuan: int, *goods: str, repeats: int = 10) -> list[Message]:
        """A payment from the command to its end. `goods` is what the good results are answered."""
        assert self.ask(pay(yuan, repeats)) == "8000"
        return self.follow(*(goods or (DONE,)))

    @property
    def booked_yuan(self) -> float:
        assert self.desk.ledger.wrong() == []
        return self.terminal.booked_fen / 100


def kinds(messages: list[Message], *without: str) -> list[str]:
    return [message.kind for message in messages if message.kind not in without]


def results(messages: list[Message]) -> list[dict[int, str]]:
    return [message.fields for message in messages if message.kind == RESULT]
