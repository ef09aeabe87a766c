"""The slip printer as a twin: commands wait for the head, real-time questions do not.

Source: ticket-printer sheet, section 5. A picture is printed row by row in time; a cut lets the slip fall into the mouth.
When the paper ends the rest waits, and goes on after `load_paper`; initialise (1B 40) does not drop it, power does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.devices.escpos import status
from simulator.devices.escpos.faults import PRINTER_FAULTS
from simulator.devices.escpos.paper import BLANK, Paper, line_rows, picture_rows, qr_rows
from simulator.devices.escpos.status import Condition
from simulator.devices.escpos.stream import Command, Item, NewLine, Realtime, Stream, Text
from simulator.devices.linkfaults import LINK_FAULTS, LinkFaults
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds

ROLL_ROWS, NEAR_END_ROWS = 640_000, 24_000  # 80 m, 3 m
SLIP_ROWS = 1_200  # the slip of 150 mm that `Speeds.slip_ms` means
CUT_SHARE = 0.15
LINE_ROWS = 30
COOLING_MS = 100
LATE_MS = 1_500
GOOD, WAITING = Condition(), Condition(slip_waiting=True)


@dataclass(slots=True)
class Work:
    """Rows for the head, then a deed. Either may be empty; `share` is the deed's part of `Speeds.slip_ms`."""

    rows: list[bytes]
    deed: Callable[[int], None] | None = None
    share: float = 0.0


class EscPosPrinter:
    """Switched on, with `roll_rows` rows of dots left on its roll (`paper.left`).

    Link faults may be aimed with `link.targets`: 10h real-time status, else the second byte of a command, as 72h, 76h.
    Who orders without bytes sets `told` and calls `obey`: answers then go there, by those numbers (61h automatic status),
    with the condition they tell of, and nothing goes on the line.
    """

    def __init__(self, matter: Matter, speeds: Speeds, roll_rows: int = ROLL_ROWS) -> None:
        self.faults: set[str] = set()
        self.link = LinkFaults(self, late_ms=LATE_MS)
        self.paper = Paper(matter, roll_rows, NEAR_END_ROWS)
        self._speeds = speeds
        self.told: Callable[[int, Condition], None] | None = None
        self._on = True
        self._reset_state()
        self._told = self.condition()

    def _reset_state(self) -> None:
        self._stream = Stream()
        self._work: deque[Work] = deque()
        self._due_ms: int | None = None
        self._asb_mask = 0
        self._line = bytearray()
        self._chinese = False
        self._qr, self._qr_dots, self._qr_level = b"", 3, 0
        self._unknown = False
        self._cutter_jammed = False

    # -- the contract of a twin ------------------------------------------------------------------------------

    def fault_names(self) -> Mapping[str, str]:
        return {**PRINTER_FAULTS, **LINK_FAULTS}

    def receive(self, data: bytes, now_ms: int) -> None:
        self.poll(now_ms)
        if not self._on:
            return
        for item in self._stream.feed(data):
            if not self.obey(item, now_ms):
                break
        self.poll(now_ms)

    def obey(self, item: Item, now_ms: int) -> bool:
        """One command that came whole. False: the printer began anew instead, and what stands behind it is lost."""
        kind = 0x10 if isinstance(item, Realtime) else item.code[1] if isinstance(item, Command) else 0
        if self.link.resets(kind):
            self.link.clear()
            self._reset_state()
            return False
        if not self.link.hears(kind):
            return True
        if isinstance(item, Realtime):
            self._answer(status.realtime(item.n, self.condition()), now_ms, 0x10)
        else:
            self._take(item, now_ms)
        return True

    def poll(self, now_ms: int) -> int | None:
        if not self._on:
            return None
        self._run(now_ms)
        self._report(now_ms)
        stuck = now_ms + COOLING_MS if self._work and self._blocked() else None
        dues = (self.link.poll(now_ms), self._due_ms, stuck)
        return min((due for due in dues if due is not None), default=None)

    def take_output(self) -> bytes:
        return self.link.take_output()

    def power(self, on: bool, now_ms: int) -> None:
        if on == self._on:
            return
        if not on:
            self.poll(now_ms)
            self.link.clear()
        self._on = on
        self._reset_state()
        self._told = self.condition()

    @property
    def powered(self) -> bool:
        return self._on

    def busy(self) -> bool:
        return self._on and self._due_ms is not None and not self._blocked()

    # -- hands -----------------------------------------------------------------------------------------------

    def take_slip(self) -> int:
        """The passenger takes what hangs in the mouth; answers how many slips."""
        waiting = 1 if self.paper.waiting() else 0
        self.paper.push_out("hand")
        return waiting

    def load_paper(self, now_ms: int, rows: int = ROLL_ROWS) -> None:
        """A fresh roll; the paper faults are gone with it."""
        self.faults -= {"near_end", "paper_out", "paper_out_mid_slip"}
        self.paper.left = rows
        self.poll(now_ms)

    def clear_cutter(self, now_ms: int) -> None:
        """Staff frees the cutter."""
        self.faults.discard("cutter_jam")
        self._cutter_jammed = False
        self.poll(now_ms)

    # -- status ----------------------------------------------------------------------------------------------

    def condition(self) -> Condition:
        """What a status would say now."""
        if not self.faults and self.paper.left > self.paper.near_end_at and not (self._cutter_jammed or self._unknown):
            return WAITING if self.paper.waiting() else GOOD
        end = "paper_out" in self.faults or self.paper.left <= 0
        return Condition(
            cover="cover_open" in self.faults,
            feed="feed_button" in self.faults,
            near_end=end or "near_end" in self.faults or self.paper.left <= self.paper.near_end_at,
            end=end,
            mechanical="mechanical" in self.faults,
            cutter=self._cutter_jammed,
            unrecoverable="unrecoverable" in self.faults,
            hot="head_hot" in self.faults,
            slip_waiting=self.paper.waiting(),
            unknown_command=self._unknown,
        )

    def _blocked(self) -> bool:
        return self.condition().offline

    def _answer(self, answer: bytes, now_ms: int, kind: int) -> None:
        if "no_status" in self.faults:
            return
        if self.told is not None:
            self.told(kind, self.condition())
            return
        if "stale_status" in self.faults:
            answer = status.block(self._told) + answer
        self.link.send(answer, now_ms, kind)

    def _report(self, now_ms: int) -> None:
        before, self._told = self._told, self.condition()
        if status.changed(self._asb_mask, before, self._told) and "no_status" not in self.faults:
            if self.told is not None:
                self.told(0x61, self._told)
            else:
                self.link.send(status.block(self._told), now_ms, 0x61)

    # -- the head --------------------------------------------------------------------------------------------

    def _run(self, now_ms: int) -> None:
        """Print and do what is due; a blocked printer keeps its work."""
        while self._work and not self._blocked():
            work = self._work[0]
            if self._due_ms is None:
                rows_ms = self._speeds.slip_ms * (1 - CUT_SHARE) * len(work.rows) / SLIP_ROWS
                self._due_ms = now_ms + self._speeds.motion_ms(rows_ms + self._speeds.slip_ms * work.share)
            if now_ms < self._due_ms:
                return
            at_ms = self._due_ms
            self._due_ms = None
            if not self._print(work):
                return
            if work.deed is not None:
                work.deed(at_ms)
            if self._work and self._work[0] is work and not self._cutter_jammed:
                self._work.popleft()
        if self._blocked():
            self._due_ms = None

    def _print(self, work: Work) -> bool:
        """False when the paper ended: what is left of the rows waits for a new roll."""
        if "paper_out_mid_slip" in self.faults and len(work.rows) > 1:
            self.faults.discard("paper_out_mid_slip")
            self.paper.left = min(self.paper.left, len(work.rows) // 2)
        work.rows = self.paper.burn(work.rows)
        return not work.rows

    def _cut(self, _now_ms: int) -> None:
        if "cutter_jam" in self.faults:
            self._cutter_jammed = True
            return
        self.paper.cut()

    # -- commands --------------------------------------------------------------------------------------------

    def _take(self, item: Item, now_ms: int) -> None:
        if isinstance(item, Text):
            self._line += item.signs
        elif isinstance(item, NewLine):
            self._flush()
        elif isinstance(item, Command):
            self._flush(only_text=True)
            self._command(item, now_ms)
        else:
            self._unknown = True

    def _flush(self, only_text: bool = False) -> None:
        """Print the collected line; a bare line feed is an empty line."""
        if self._line:
            self._work.append(Work(line_rows(bytes(self._line), self._chinese)))
            self._line.clear()
        elif not only_text:
            self._work.append(Work([BLANK] * LINE_ROWS))

    def _command(self, command: Command, now_ms: int) -> None:
        code, data = command.code, command.data
        if code == b"\x1dv":
            self._work.append(Work(picture_rows(data)))
        elif code == b"\x1dV":
            feed = [BLANK] * (data[1] if len(data) > 1 else 0)
            self._work.append(Work(feed, self._cut, CUT_SHARE))
        elif code == b"\x1dr" and data in (b"\x01", b"1"):
            self._work.append(Work([], self._in_sequence))
        elif code == b"\x1da":
            self._asb_mask = data[0]
            if data[0]:
                self._answer(status.block(self.condition()), now_ms, 0x61)
        elif code == b"\x1d(":
            self._qr_function(data)
        elif code == b"\x1de":
            self._ejector(data)
        elif code in (b"\x1bJ", b"\x1bd"):
            self._work.append(Work([BLANK] * (data[0] * (LINE_ROWS if code == b"\x1bd" else 1))))
        elif code == b"\x1b@":
            self._chinese, self._qr, self._qr_dots, self._qr_level, self._unknown = False, b"", 3, 0, False
        elif code in (b"\x1c&", b"\x1c."):
            self._chinese = code == b"\x1c&"

    def _in_sequence(self, now_ms: int) -> None:
        self._answer(bytes([status.paper(self.condition())]), now_ms, 0x72)

    def _ejector(self, data: bytes) -> None:
        if data[0] in (2, 5):  # in either direction out of the mouth, and nobody's hand is there
            self._work.append(Work([], lambda _: self.paper.push_out("floor"), CUT_SHARE))
        elif data[0] != 3:
            self._unknown = True

    def _qr_function(self, data: bytes) -> None:
        """1D 28 6B pL pH 31 fn ...: `data` begins at the 6B."""
        function, value = data[3:5], data[5:]
        if data[:1] != b"k" or function[:1] != b"1" or not value:
            self._unknown = True
        elif function == b"1C":
            self._qr_dots = min(16, max(1, value[0]))
        elif function == b"1E":
            self._qr_level = value[0] & 3
        elif function == b"1P":
            self._qr = value[1:]
        elif function == b"1Q":
            self._work.append(Work(qr_rows(self._qr, self._qr_dots, self._qr_level) if self._qr else []))
        elif function != b"1A":  # there is one model of symbol here, so choosing it does nothing
            self._unknown = True
