"""The cabinet board as a twin: Modbus unit 1 on its line, power, and the hands that touch the cabinet.

Sources: io-board sheet 2; sheet "Cabinet board, register map version 2".
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.devices.cabinet_board import contacts as n
from simulator.devices.cabinet_board.body import NOBODY_MM, PARTS, PERSON_MM, Body, Levels
from simulator.devices.cabinet_board.faults import BOARD_FAULTS
from simulator.devices.cabinet_board.rtu import FrameReader, sealed
from simulator.devices.cabinet_board.server import DEVICE_FAILURE, UNIT, exception, serve
from simulator.devices.cabinet_board.tables import BY_POWER, BY_RESET_LINE, Tables
from simulator.devices.linkfaults import LINK_FAULTS, LinkFaults
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds

LATE_MS = 700
HELP_HOLD_MS = 2_500
NEAR_WRAP = 65_530


class CabinetBoard:
    """Map version 2, powered on at its first look at the time, doors closed and nobody near.

    Debounce, watchdog and line silence are real time; motion, the siren's limit and the delay of "person gone" go with
    the speeds. Link faults may be aimed with `link.targets` at function codes.
    """

    def __init__(self, matter: Matter, speeds: Speeds, levels: Levels | None = None) -> None:
        self.faults: set[str] = set()
        self.link = LinkFaults(self, late_ms=LATE_MS)
        self.body = Body(matter, speeds, lambda name: name in self.faults, levels or Levels())
        self.tables = Tables(self.body, speeds, lambda name: name in self.faults)
        self._reader = FrameReader()
        self._on, self._now_ms = True, 0
        self._touched = True  # by a hand, since the last look
        self._lay: list[int] = []  # this and the next are of the last look
        self._played: set[str] = set()

    # -- the contract of a twin ------------------------------------------------------------------------------

    def fault_names(self) -> Mapping[str, str]:
        return {**BOARD_FAULTS, **LINK_FAULTS}

    def receive(self, data: bytes, now_ms: int) -> None:
        self.poll(now_ms)
        if not self._on:
            return
        for frame in self._reader.feed(data, now_ms):
            if frame[0] == UNIT:
                self._request(frame, now_ms)

    def poll(self, now_ms: int) -> int | None:
        self._now_ms = now_ms
        if not self._on:
            return None
        if "counter_wrap" in self.faults:
            self.faults.discard("counter_wrap")
            self.tables.contacts.events = NEAR_WRAP
        self._reader.expire(now_ms)
        self.tables.crc_errors = self._reader.crc_errors
        due_ms = self.tables.advance(now_ms, self._was_touched())
        for other_ms in (self.link.poll(now_ms), self._reader.due_ms()):
            if other_ms is not None and (due_ms is None or other_ms < due_ms):
                due_ms = other_ms
        return due_ms

    def _was_touched(self) -> bool:
        """Whether a hand, a fault or matter moved anything since the last look."""
        lay = self.body.lying()
        touched = self._touched or lay != self._lay or self.faults != self._played
        if touched:
            self._touched, self._lay, self._played = False, lay, set(self.faults)
        return touched

    def take_output(self) -> bytes:
        return self.link.take_output()

    def power(self, on: bool, now_ms: int) -> None:
        if on == self._on:
            return
        if not on:
            self.poll(now_ms)
            self.body.halt()
            self.link.clear()
        self._on, self._touched = on, True
        if on:
            self._restart(BY_POWER, now_ms)

    def busy(self) -> bool:
        return self._on and self.body.busy()

    def settling(self) -> bool:
        """Something moved at a door, a box or a tray that no reading of the inputs tells before its debounce is over."""
        return self._on and self.tables.contacts.settling

    @property
    def powered(self) -> bool:
        return self._on

    def reset(self, now_ms: int) -> None:
        """Its reset line was pulled: everything but the alarm latch begins anew."""
        self.link.clear()
        self._restart(BY_RESET_LINE, now_ms)

    # -- hands: `now_ms` None means the time of the last look ----------------------------------------------------

    def open_door(self, door: int, key: bool, now_ms: int) -> None:
        """Doors 0-3 of the input table, with or without the authorised key."""
        self.poll(now_ms)
        self.body.switches.key = self.body.switches.key or key
        for number in (door, (door + 1) % len(n.DOORS)) if "two_doors" in self.faults else (door,):
            self.body.switches.open_doors.add(number)
            self.body.switches.moved_ms[number] = now_ms
        self._touched = True
        self.poll(now_ms)

    def close_door(self, door: int, now_ms: int) -> None:
        """The key leaves with the last open door."""
        self.poll(now_ms)
        self.body.switches.open_doors.discard(door)
        self.body.switches.moved_ms[door] = now_ms
        if not self.body.switches.open_doors:
            self.body.switches.key = False
        self._touched = True
        self.poll(now_ms)

    def press_help(self, now_ms: int | None = None, hold_ms: int = HELP_HOLD_MS) -> None:
        start = self._now_ms if now_ms is None else now_ms
        self.poll(start)
        self.body.switches.help_until_ms = start + hold_ms
        self._touched = True
        self.poll(start)

    def person_near(self, near: bool, now_ms: int | None = None) -> None:
        self._touch("distance_mm", PERSON_MM if near else NOBODY_MM, now_ms)

    def mains(self, present: bool, now_ms: int | None = None) -> None:
        """Mains at the cabinet; the board itself lives on the battery supply."""
        self._touch("mains", present, now_ms)

    def seat_box(self, seated: bool, now_ms: int | None = None) -> None:
        """The note box is in its place; its tag is read only then."""
        self._touch("box_seated", seated, now_ms)

    def plug_headphones(self, plugged: bool, now_ms: int | None = None) -> None:
        self._touch("headphones", plugged, now_ms)

    def cover_camera(self, covered: bool, now_ms: int | None = None) -> None:
        self._touch("camera_covered", covered, now_ms)

    def set_tamper_loop(self, millivolts: int, now_ms: int | None = None) -> None:
        """0 cut, 1500-3500 good, above that a short (0..65535)."""
        self._touch("loop_mv", millivolts, now_ms)

    def shake(self, now_ms: int | None = None) -> None:
        self.tables.contacts.latch |= 1 << n.VIBRATION
        self._touched = True
        self.poll(self._now_ms if now_ms is None else now_ms)

    def set_tag(self, part: str, text: str) -> None:
        """Tag of `box`, `cassette.1` .. `cassette.4` or `roll`: up to 8 ASCII characters, empty when not seated.

        Raises ValueError for another part or a text that no tag can hold.
        """
        if part not in PARTS or len(text) > 8 or not text.isascii():
            raise ValueError(f"no tag {text!r} for {part!r}")
        self.body.tags[part] = text

    def take_change(self, now_ms: int) -> int:
        """The passenger reaches into the change tray; answers how many notes came out."""
        return self._reach("change_shutter", "change.tray", now_ms)

    def take_tickets(self, now_ms: int) -> int:
        """The passenger reaches into the ticket slot; answers how many tickets came out."""
        return self._reach("slot_shutter", "ticket.slot", now_ms)

    def _reach(self, shutter: str, place: str, now_ms: int) -> int:
        self.poll(now_ms)
        taken = self.body.take(shutter, place)
        self.poll(now_ms)
        return taken

    def _touch(self, switch: str, value: bool | int, now_ms: int | None) -> None:
        at_ms = self._now_ms if now_ms is None else now_ms
        self.poll(at_ms)
        setattr(self.body.switches, switch, value)
        self._touched = True
        self.poll(at_ms)

    # -- the line ----------------------------------------------------------------------------------------------

    def _request(self, frame: bytes, now_ms: int) -> None:
        function = frame[1]
        if not self.link.hears(function):
            return
        if self.link.resets(function):
            self.reset(now_ms)
            return
        failing = "exception_04" in self.faults
        answer = exception(function, DEVICE_FAILURE) if failing else serve(frame, self.tables)
        if "wrong_unit" in self.faults:
            answer = sealed(bytes([UNIT + 1]) + answer[1:-2])
        self.link.send(answer, now_ms, function)
        self.poll(now_ms)

    def _restart(self, cause: int, now_ms: int) -> None:
        self._reader = FrameReader()
        self.tables.start(cause, now_ms)
        self.poll(now_ms)
