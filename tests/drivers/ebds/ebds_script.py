"""An acceptor made of paper: it answers as a test's script says, keeps the toggle, and checks the driver's manners.

Written from the ebds sheet (sections 4 to 8); it has no physics. A status is text: `04` is a state byte with the box in,
`01/14` state and condition, `01/10/04/01` all four, and `04=50` one that speaks of a note of 50 yuan, in extended mode by its
specification, in plain mode by its denomination. `` is silence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.ebds.codec import Decoder, Frame
from drivers.ebds.driver import EbdsAcceptor
from kiosk.faults import Fault
from kiosk.ports.fact import Fact

GOLDEN = Path(__file__).parents[2] / "golden" / "ebds.txt"
YUAN = (1, 5, 10, 20, 50, 100)
IDLE, SILENCE = "01", ""


def golden() -> list[tuple[str, str, bytes, str]]:
    """(name, direction, bytes, note) of every line of the golden file."""
    rows = []
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, direction, raw, note = (part.strip() for part in line.split("|", 3))
            rows.append((name, direction, bytes.fromhex(raw), note))
    return rows


def worth(yuan: int, currency: str = "CNY") -> bytes:
    """ISO currency, base, sign, exponent: as the sheet writes 20 yuan (002+01)."""
    zeros = len(str(yuan)) - len(str(yuan).rstrip("0"))
    return f"{currency}{yuan // 10**zeros:03}+{zeros:02}".encode()


def spec(index: int, yuan: int, currency: str = "CNY", note_class: int = 0) -> bytes:
    """The 18 bytes of a note specification; 0 yuan is an empty row."""
    if not yuan:
        return bytes(18)
    return bytes([index]) + worth(yuan, currency) + b"\x00AAAA" + bytes([note_class, 0, 0])


@dataclass
class Paper:
    """`statuses`: what polls are answered with, one after the other, the last one for ever. `on`: what an order changes.

    `unknown`: messages that get a plain answer with the invalid-command bit, by name. `lose`, `damage`, `deny`: so many of the
    next answers are lost, damaged, or carry the other bit because the message was not taken; `deaf`: messages not heard.
    """

    statuses: list[str] = field(default_factory=lambda: [IDLE])
    extended: bool = True
    yuan: tuple[int, ...] = YUAN
    currency: str = "CNY"
    note_class: int = 0
    unknown: set[str] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)  # answered with a bare status
    silent: set[str] = field(default_factory=set)
    inhibit_bytes: int = 8
    on: dict[str, Callable[[Paper], None]] = field(default_factory=dict)
    lose: int = 0
    damage: int = 0
    deny: int = 0
    deaf: int = 0
    now_ms: int = 1_000
    latency_ms: int = 5
    said: list[tuple[int, str, bytes]] = field(default_factory=list)  # new messages: (when, name, data)
    repeats: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    resets: int = 0
    _toggle: int | None = None
    _last: bytes = b""
    _last_poll_ms: int = -1_000

    def __post_init__(self) -> None:
        self._decoder = Decoder()

    def driver(self, **options: Any) -> EbdsAcceptor:
        self.it = EbdsAcceptor("acceptor", self.facts.append, first_note=options.pop("first_note", 1), **options)
        self.it.link_up(self.now_ms)
        return self.it

    def ready(self, **options: Any) -> EbdsAcceptor:
        """A driver that has found this device and enabled all notes; its facts so far are forgotten."""
        driver = self.driver(**options)
        self.run(2_500)
        driver.accept_only(driver.values_fen)
        self.run(500)
        self.facts.clear()
        self.said.clear()
        return driver

    def run(self, for_ms: int) -> None:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            wake = self.it.poll(self.now_ms)
            assert wake is None or wake > self.now_ms, "a wake in the past makes the loop spin"
            for answer in self.hear(self.it.take_output()):
                self.now_ms += self.latency_ms
                self.it.receive(answer, self.now_ms)
                wake = self.now_ms
                assert self.it.take_output() == b"", "a message in the same breath as the news it acknowledges"
            if wake is None:
                break
            self.now_ms = max(self.now_ms + 1, min(wake, end_ms))

    def names(self, *but: str) -> list[str]:
        return [name for _, name, _ in self.said if name not in but]

    def news(self) -> list[Fact]:
        """Facts that are no faults."""
        return [fact for fact in self.facts if not isinstance(fact, Fault)]

    def faults(self) -> list[tuple[str, bool]]:
        return [(fact.code, fact.up) for fact in self.facts if isinstance(fact, Fault)]

    # -- the device

    def hear(self, sent: bytes) -> list[bytes]:
        answers = []
        for frame in self._decoder.feed(sent):
            assert isinstance(frame, Frame), f"the driver sent a damaged frame {frame}"
            if answer := self._one(frame):
                answers.append(answer)
        return answers

    def _one(self, frame: Frame) -> bytes:
        name = self._name(frame)
        if name == "RESET":
            self.resets += 1
            self._toggle = None
            if name in self.on:
                self.on[name](self)
            return b""
        if self.deaf:
            self.deaf -= 1
            return b""
        if self.deny:
            self.deny -= 1
            return Frame(0x20 | frame.toggle ^ 1, self._status(IDLE)).encode()
        if frame.toggle == self._toggle and self._last:
            self.repeats.append(name)
        else:
            self._toggle = frame.toggle
            self._last = self._answer(name, frame)
        if self.lose:
            self.lose -= 1
            return b""
        if self.damage:
            self.damage -= 1
            return self._last[:-1] + bytes([self._last[-1] ^ 1])
        return self._last

    def _name(self, frame: Frame) -> str:
        data = frame.data
        if frame.kind == 1:
            assert len(data) == 3
            assert data[1] & 0x1F == 0x18, "escrow mode, any orientation"
            assert data[1] & 0x60 != 0x60, "stack and return at once"
            assert data[2] & 0x04 or not data[1] & 0x20, "policy B with a stack: what fell by itself has to be reported"
            return "STACK" if data[1] & 0x20 else "RETURN" if data[1] & 0x40 else "POLL"
        if frame.kind == 6:
            names = {4: "TYPE", 5: "SERIAL", 7: "PART", 0x0D: "CAN"}
            return "RESET" if data == b"\x7f\x7f\x7f" else names[data[2]]
        assert frame.kind == 7
        return {2: "NOTE", 3: "INHIBITS", 4: "TIMEOUT", 6: "VALUES"}[data[0]]

    def _answer(self, name: str, frame: Frame) -> bytes:
        self.said.append((self.now_ms, name, frame.data))
        if name == "POLL":
            assert self.now_ms - self._last_poll_ms >= 100, "polled faster than each 100 ms"
            self._last_poll_ms = self.now_ms
        if name in self.on:
            self.on[name](self)
        toggle = frame.toggle
        wrong_size = name == "INHIBITS" and len(frame.data) - 4 != self.inhibit_bytes
        if name in self.unknown or wrong_size or (not self.extended and frame.kind == 7 and name != "VALUES"):
            return Frame(0x20 | toggle, self._status("01/10/02")).encode()
        if name in self.silent:
            return b""
        if name in self.plain:
            return Frame(0x20 | toggle, self._status(IDLE)).encode()
        if frame.kind == 6:
            text = {
                "TYPE": b"SCN6627\0",
                "SERIAL": b"23500001 \0",
                "PART": b"286840112",
                "CAN": b"\x40\x04\x00\x00\x00\x00",
            }
            return Frame(0x60 | toggle, text[name]).encode()
        if frame.kind == 7:
            return Frame(
                0x70 | toggle, frame.data[:1] + self._status(IDLE) + self._extension(name, frame.data)
            ).encode()
        text_of = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return self.status_frame(text_of, toggle)

    def _extension(self, name: str, data: bytes) -> bytes:
        if name == "NOTE":
            index = data[4]
            return spec(index, self.yuan[index - 1] if index <= len(self.yuan) else 0, self.currency)
        if name == "VALUES":
            rows = [bytes([n]) + worth(yuan, self.currency) for n, yuan in enumerate(self.yuan[:7], 1)]
            return b"".join(rows).ljust(70, b"\0")
        return b""

    def status_frame(self, text: str, toggle: int) -> bytes:
        """What a status looks like on the wire; nothing for silence."""
        if not text:
            return b""
        what, _, yuan = text.partition("=")
        if yuan and self.extended:
            named = spec(0, int(yuan), self.currency, self.note_class)
            return Frame(0x70 | toggle, b"\x02" + self._status(what) + named).encode()
        return Frame(0x20 | toggle, self._status(what, int(yuan) if yuan else 0)).encode()

    def _status(self, what: str, yuan: int = 0) -> bytes:
        parts = [int(part, 16) for part in what.split("/")]
        state, condition, trouble, ability = [*parts, *[0x00, 0x10, 0x00, 0x10][len(parts) :]]
        if yuan:
            trouble |= (self.yuan.index(yuan) + 1 if yuan in self.yuan else 7) << 3
        return bytes([state, condition, trouble, ability, 0x54, 0x20])
