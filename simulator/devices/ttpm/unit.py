"""The ticket unit as a twin: commands in order, ENQ and CAN at any time, power, and the hands that touch it.

Sources: ticket-printer sheet section 2; sheet "Ticket unit TTPM" for raster faces and the framing of answers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from simulator.devices.linkfaults import LINK_FAULTS, LinkFaults
from simulator.devices.matter import Blank, Matter
from simulator.devices.ttpm.desk import Battery, Desk
from simulator.devices.ttpm.faults import UNIT_FAULTS
from simulator.devices.ttpm.line import ENQ, Can, Enq, Heard, Line, LineReader
from simulator.devices.ttpm.press import Press, Stop
from simulator.devices.ttpm.raster import Face
from simulator.devices.twin import Speeds

BOOT_MS = 20_000
PRODUCE, RASTER = ord("P"), ord("F")


class Ttpm:
    """A TTPM3 with one roll, tray eject, waste bin and front entry. It is met switched on and started.

    `power(True, ...)` and CAN start it anew, which takes 20 s of motion time. Link faults may be aimed with
    `link.targets` at the letter of a command (`ord("P")`) or at ENQ (05).

    Who orders without bytes sets `told` and calls `desk` and `reset`: words of the press (encoded, printed, done, nak and
    its sign) then go there and nothing goes on the line.
    """

    def __init__(self, matter: Matter, speeds: Speeds, battery: Battery | None = None) -> None:
        self.faults: set[str] = set()
        self.battery = battery or Battery()
        self.link = LinkFaults(self)
        self.matter, self.speeds = matter, speeds
        self.press = Press(matter, speeds, lambda name: name in self.faults)
        self.told: Callable[[str], None] | None = None
        self._on = True
        self._ready_ms: int | None = None  # end of the start that is going on
        self._forget()

    def _forget(self) -> None:
        """Everything that no battery keeps."""
        self._reader = LineReader()
        self._queue: deque[Heard] = deque()
        self.desk = Desk(self.press, self.battery, lambda name: name in self.faults)
        self._take_until_ms: int | None = None

    # -- the contract of a twin ------------------------------------------------------------------------------

    def fault_names(self) -> Mapping[str, str]:
        return {**UNIT_FAULTS, **LINK_FAULTS}

    def receive(self, data: bytes, now_ms: int) -> None:
        self.poll(now_ms)
        if not self._on or self._ready_ms is not None:
            return  # a unit that starts does not listen
        for heard in self._reader.feed(data, now_ms):
            if isinstance(heard, Can):
                self.reset(now_ms)
                return
            if not isinstance(heard, Enq):
                self._queue.append(heard)
            elif self.link.hears(ENQ):
                self.link.send(self.desk.status(), now_ms, ENQ)
        self.poll(now_ms)

    def poll(self, now_ms: int) -> int | None:
        if not self._on:
            return None
        if self._ready_ms is not None and now_ms >= self._ready_ms:
            self._ready_ms = None
            self._look_for_a_ticket(now_ms)
        if self._ready_ms is None:
            self._queue.extend(self._reader.expire(now_ms))
            self._work(now_ms)
        dues = (
            self.link.poll(now_ms),
            self._ready_ms,
            self.press.due_ms(),
            self._reader.due_ms(),
            self.desk.front_until_ms,
            self._take_until_ms,
        )
        return min((due for due in dues if due is not None), default=None)

    def take_output(self) -> bytes:
        return self.link.take_output()

    def power(self, on: bool, now_ms: int) -> None:
        if on == self._on:
            return
        if on:
            self._on = True
            self.reset(now_ms)
            return
        self.poll(now_ms)
        self._on = False
        self._drop_volatile(now_ms)
        self.link.clear()
        if "battery_flat" in self.faults:
            self.battery.text, self.battery.tickets, self.battery.voided = "", 0, 0

    def busy(self) -> bool:
        return self._on and (self.press.active or self._ready_ms is not None)

    def reading(self) -> bool:
        """A ticket's face is on the line: it can do nothing else until all of it is there."""
        return self._on and self._reader.in_frame

    # -- hands -----------------------------------------------------------------------------------------------

    def insert_front(self, blank: Blank, now_ms: int) -> bool:
        """A ticket is pushed into the front entry; False when the unit does not take one (!L3)."""
        self.poll(now_ms)
        if self.desk.front_until_ms is None or len(self.press.path):
            return False
        self.matter.move(blank, "printer.path")
        self.press.held, self.desk.front_until_ms = True, None
        self.link.send(self.desk.ack(0x08), now_ms, ord("L"))
        self.poll(now_ms)
        return True

    def withdraw_front(self, now_ms: int) -> bool:
        """The ticket in the front entry is pulled out again: NAK C. False when there is none."""
        self.poll(now_ms)
        if not self.press.held or self.press.active or not self.press.release("hand"):
            return False
        self.link.send(self.desk.nak("C"), now_ms, ord("L"))
        return True

    def take_presented(self, now_ms: int) -> bool:
        """The ticket that sticks out at the exit is taken: BEL. False when none does."""
        self.poll(now_ms)
        if not self.press.presented or not self.press.release("hand"):
            return False
        self._take_until_ms = None
        self.link.send(b"\x07", now_ms, PRODUCE)
        return True

    def clear_path(self, now_ms: int) -> bool:
        """Staff pulls a jammed blank out and drops it into the waste bin; False when there is none or the press runs."""
        self.poll(now_ms)
        return not self.press.active and self.press.release("ticket.waste")

    # -- start and loss of power -----------------------------------------------------------------------------

    def _drop_volatile(self, now_ms: int) -> None:
        self.press.interrupt(now_ms)
        self._ready_ms = None
        self._forget()

    @property
    def listens(self) -> bool:
        """On, and its start is over: only then does it read what a host sends."""
        return self._on and self._ready_ms is None

    def reset(self, now_ms: int) -> None:
        """As CAN does: everything that no battery keeps is gone, and the start takes its time."""
        self._drop_volatile(now_ms)
        self._ready_ms = now_ms + self.speeds.motion_ms(BOOT_MS)
        self.poll(now_ms)

    def _look_for_a_ticket(self, now_ms: int) -> None:
        if not len(self.press.path):
            return
        nak = "G"
        try:
            self.press.void_now(self.desk.void)
        except Stop as stop:
            nak = str(stop)
        self.battery.voided += self.press.news.count("void")
        self.press.news.clear()
        if self.told is not None:
            self.told(f"nak{nak}")
        else:
            self.link.send(self.desk.nak(nak), now_ms)

    # -- one command after the other ---------------------------------------------------------------------------

    def _work(self, now_ms: int) -> None:
        while True:
            self.press.advance(now_ms)
            if self._tell(now_ms):
                return
            self._time_limits(now_ms)
            if self.press.active or self.desk.front_until_ms is not None or not self._queue:
                return
            if self._obey(self._queue.popleft(), now_ms):
                return

    def _obey(self, heard: Heard, now_ms: int) -> bool:
        """True when the unit reset itself instead."""
        letter = RASTER
        if isinstance(heard, Line):
            letter = ord(heard.text[1]) if heard.text is not None and len(heard.text) > 1 else 0
        if not self.link.hears(letter):
            return False
        if self.link.resets(letter):
            self.reset(now_ms)
            return True
        if isinstance(heard, Line):
            answer = self.desk.obey(heard.text, now_ms)
        else:
            answer = self.desk.face(heard) if isinstance(heard, Face) else self.desk.nak("R")
        if answer:
            self.link.send(answer, now_ms, letter)
        return False

    def _tell(self, now_ms: int) -> bool:
        """Put the news of the press on the line; True when the unit reset itself."""
        if not self.press.news:
            return False
        news, self.press.news = self.press.news, []
        for item in news:
            if item == "reset":
                self.reset(now_ms)
                return True
            if item == "void":
                self.battery.voided += 1
            elif item == "good":
                self._ticket_is_good(now_ms)
            elif self.told is not None:
                self.told(item)
            elif answer := self._words(item):
                self.link.send(answer, now_ms, PRODUCE)
        return False

    def _words(self, item: str) -> bytes:
        if item.startswith("nak"):
            return self.desk.nak(item[3:])
        extended = {"encoded": b"\x06\x80", "printed": b"\x06\x02", "done": b""}
        plain = {"encoded": b"\x06", "printed": b"", "done": b"\x03"}
        return (extended if self.desk.extended else plain)[item]

    def _ticket_is_good(self, now_ms: int) -> None:
        self.battery.tickets += 1
        if self.desk.text:
            self.battery.text, self.desk.text = self.desk.text, ""
        if self.press.presented and self.desk.take_limit_ms:
            self._take_until_ms = now_ms + self.speeds.motion_ms(self.desk.take_limit_ms)

    def _time_limits(self, now_ms: int) -> None:
        if self.desk.front_until_ms is not None and now_ms >= self.desk.front_until_ms:
            self.desk.front_until_ms = None
            self.link.send(self.desk.nak("B"), now_ms, ord("L"))
        if self._take_until_ms is not None and now_ms >= self._take_until_ms:
            self._take_until_ms = None
            try:
                self.press.release("ticket.waste")
                self.link.send(self.desk.nak("F"), now_ms, PRODUCE)
            except Stop as stop:
                self.link.send(self.desk.nak(str(stop)), now_ms, PRODUCE)
