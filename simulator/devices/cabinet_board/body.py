"""The cabinet as metal: doors, key, trays, bins, motors. Places and time, no bytes.

What lies in trays and bins is read from `Matter` at each look, never counted here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from simulator.devices.cabinet_board import contacts as n
from simulator.devices.cabinet_board.movers import Mover, movers
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds

CHATTER_MS, CHATTER_HALF_MS = 300, 30
PARTS = ("box", "cassette.1", "cassette.2", "cassette.3", "cassette.4", "roll")
SENSED = ("ticket.tray", "ticket.slot", "change.tray", "ticket.waste", "change.retract", "ticket.retract", "roll")
NOBODY_MM, PERSON_MM = 0xFFFF, 600
LOOP_GOOD_MV, LOOP_CUT_MV = 2_500, 0
LOOP_LIMITS_MV = range(1_500, 3_501)


@dataclass(frozen=True, slots=True)
class Levels:
    """When a level sensor speaks, in pieces. A place with a `capacity` is also full when that is reached."""

    roll_near_end: int = 30
    waste_full: int = 300
    retract_full: int = 60


@dataclass(slots=True)
class Switches:
    """What people and the building do to the cabinet. `distance_mm` FFFFh is nobody."""

    key: bool = False
    box_seated: bool = True
    loop_mv: int = LOOP_GOOD_MV
    help_until_ms: int = 0
    distance_mm: int = NOBODY_MM
    headphones: bool = False
    camera_covered: bool = False
    mains: bool = True
    open_doors: set[int] = field(default_factory=set)
    moved_ms: dict[int, int] = field(default_factory=dict)


class Body:
    def __init__(self, matter: Matter, speeds: Speeds, has: Callable[[str], bool], levels: Levels) -> None:
        self._matter, self._speeds, self._has, self._levels = matter, speeds, has, levels
        self.switches = Switches()
        self.tags = dict.fromkeys(PARTS, "")
        self.movers = movers()
        self._hanging: set[int] = set()
        self._sensed = [matter.place(name) for name in SENSED]

    def lying(self) -> list[int]:
        """How many things lie where a sensor looks, in the order of SENSED."""
        return [len(place.things) for place in self._sensed]

    def busy(self) -> bool:
        return any(mover.due_ms is not None for mover in self.movers.values())

    def due_ms(self, now_ms: int) -> int | None:
        """When something here changes by itself: a motor arrives, a finger leaves the help button, a contact chatters."""
        dues = [mover.due_ms for mover in self.movers.values() if mover.due_ms is not None]
        if self.switches.help_until_ms > now_ms:
            dues.append(self.switches.help_until_ms)
        for moved_ms in self.switches.moved_ms.values() if self._has("bouncing_doors") else ():
            if (since := now_ms - moved_ms) <= CHATTER_MS:
                dues.append(moved_ms + (since // CHATTER_HALF_MS + 1) * CHATTER_HALF_MS)
        return min(dues, default=None)

    def advance(self, coils: Sequence[bool], driven_ms: int, now_ms: int) -> None:
        """Motors follow their coils; `driven_ms` is how long the board drives them (register 3), nominal."""
        run_ms = self._speeds.motion_ms(self._speeds.flap_ms)
        for mover in self.movers.values():
            can_move = driven_ms >= self._speeds.flap_ms and not self._has(f"{mover.name}_stuck")
            mover.advance(now_ms, coils[mover.coil], run_ms, can_move, self._may_open(mover))
        self._let_fall()

    def halt(self) -> None:
        for mover in self.movers.values():
            mover.halt()

    def _may_open(self, mover: Mover) -> bool:
        """The board pulls nothing back while the passenger's hand may be in it."""
        guard = {"change_flap": "change_shutter", "slot_belt": "slot_shutter"}.get(mover.name)
        return guard is None or self.movers[guard].rests_closed

    def _let_fall(self) -> None:
        if not self.movers["deliver_flap"].rests_open:
            self._hanging.clear()
        elif self._has("deliver_partly") and not self._hanging:
            tickets = list(self._matter.place("ticket.tray"))
            self._hanging = {id(ticket) for ticket in tickets[(len(tickets) + 1) // 2 :]}
        for name, source, target in (
            ("deliver_flap", "ticket.tray", "ticket.slot"),
            ("dump_flap", "ticket.tray", "ticket.waste"),
            ("change_flap", "change.tray", "change.retract"),
            ("slot_belt", "ticket.slot", "ticket.retract"),
        ):
            if self.movers[name].rests_open:
                self._move(source, target)

    def _move(self, source: str, target: str) -> None:
        if source == "ticket.tray" and self._has("tray_never_empties"):
            return
        for thing in list(self._matter.place(source)):
            if target == "ticket.slot" and id(thing) in self._hanging and self._has("deliver_partly"):
                continue
            try:
                self._matter.move(thing, target)
            except OverflowError:
                return

    def take(self, shutter: str, place: str) -> int:
        """A hand reaches in while the shutter is open; answers how many things it took."""
        return self._matter.move_all(place, "hand") if self.movers[shutter].rests_open else 0

    # -- contacts --------------------------------------------------------------------------------------------

    def contacts(self, fan_on: bool, siren_on: bool, shaken: bool, near_limit_mm: int, now_ms: int) -> list[bool]:
        """The 32 inputs as the wires are now, before debounce."""
        switches, raw = self.switches, [False] * 32
        for door in n.DOORS:
            raw[door] = self._door_closed(door, now_ms)
        raw[n.NOTE_BOX] = switches.box_seated
        raw[n.VIBRATION] = shaken
        raw[n.TAMPER] = switches.loop_mv in LOOP_LIMITS_MV
        raw[n.KEY] = switches.key and not self._has("key_unread")
        raw[n.HELP] = now_ms < switches.help_until_ms
        raw[n.NEAR] = switches.distance_mm <= near_limit_mm
        raw[n.HEADPHONES], raw[n.CAMERA_COVERED] = switches.headphones, switches.camera_covered
        raw[n.TICKET_TRAY] = self._sees("ticket.tray", "tray_sensor")
        raw[n.TICKET_SLOT] = self._sees("ticket.slot", "slot_sensor")
        raw[n.CHANGE_TRAY] = self._sees("change.tray", "change_sensor")
        raw[n.WASTE_NOT_FULL] = not self._full(self._levels.waste_full, "ticket.waste") and not self._has(
            "waste_sensor_full"
        )
        raw[n.RETRACT_NOT_FULL] = not self._has("retract_sensor_full") and not (
            self._full(self._levels.retract_full, "change.retract")
            or self._full(self._levels.retract_full, "ticket.retract")
        )
        raw[n.ROLL_NEAR_END] = len(self._matter.place("roll")) <= self._levels.roll_near_end
        raw[n.MAINS], raw[n.FAN], raw[n.SIREN] = switches.mains, fan_on and not self._has("fan_stopped"), siren_on
        raw[n.TOO_HOT] = self._has("too_hot")
        for mover in self.movers.values():
            raw[mover.sensor] = not mover.open
        return raw

    def _sees(self, place: str, sensor: str) -> bool:
        if self._has(f"{sensor}_stuck_empty"):
            return False
        return self._has(f"{sensor}_stuck_full") or len(self._matter.place(place)) > 0

    def _full(self, level: int, name: str) -> bool:
        place = self._matter.place(name)
        return len(place) >= (level if place.capacity is None else min(level, place.capacity))

    def _door_closed(self, door: int, now_ms: int) -> bool:
        for state in ("closed", "open"):
            if self._has(f"door_{door}_stuck_{state}"):
                return state == "closed"
        closed = door not in self.switches.open_doors
        since = now_ms - self.switches.moved_ms.get(door, -CHATTER_MS)
        chatter = self._has("bouncing_doors") and 0 <= since < CHATTER_MS
        return closed != (chatter and since // CHATTER_HALF_MS % 2 == 1)
