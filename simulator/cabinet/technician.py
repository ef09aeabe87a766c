"""The technician's hands at the open cabinet: cassettes, roll, box, bins, jams. What they move they move in matter only.

Each act answers what was counted before and after, so that the person can type it into the machine: the cabinet tells the
controller nothing but what its sensors see. The outer door must be open, and nobody reaches into a device that moves.
"""

from __future__ import annotations

from typing import Any

from simulator.cabinet.card_desk import BIN, PAD, READER, CardDesk
from simulator.cabinet.refused import BAD, Refused, conflict
from simulator.cabinet.timeline import Timeline
from simulator.cabinet.world import BINS, DOORS, World
from simulator.devices.cctalk.hopper import Hopper

SWAP_MS, LEAST_SWAP_MS = 2_000, 400  # a box is away long enough for every debounce and poll
ESCROW = 1
"""Cassette of a unit with a bulk escrow."""
STUCK = {
    "acceptor": frozenset({"stack_motor_failed", "chassis_failed"}),
    "dispenser": frozenset({"sensor_dirty", "solenoid_failed", "motor_failed", "reject_full"}),
    "ticket_unit": frozenset(
        {"jam", "jam_loading", "jam_ejecting", "cutter_4", "cutter_5", "cutter_6", "front_blocked", "critical"}
    ),
    "cabinet": frozenset({"tray_never_empties", "deliver_partly"}),
    "slip_printer": frozenset({"mechanical", "unrecoverable"}),
    "hopper": frozenset({"bridge", "motor_stalled", "motor_dead", "exit_blocked", "light_idle"}),
    "card_reader": frozenset(
        {
            "motor_dead",
            "jam_drawn_in",
            "jam_ejected",
            "jam_captured",
            "foreign_object",
            "gate_stuck_shut",
            "gate_stuck_open",
            "bin_full",
            "head_dirty",
            "chip_dirty",
        }
    ),
    "pin_pad": frozenset({"opened", "removed", "key_stuck", "enter_dead", "battery_low"}),
    "terminal": frozenset({"reader_broken"}),
    "code_scanner": frozenset({"blind", "stuck_trigger"}),
    "id_reader": frozenset({"field_dead", "weak_field", "sam_failed", "sam_logged_out"}),
    "ups": frozenset({"ups_failed", "battery_lies", "low_at_once"}),
}
"""Faults of the menu that a person at the open cabinet repairs while clearing a device."""


PAPER_FAULTS = frozenset({"paper_out", "paper_out_loading", "paper_out_encoding", "paper_out_printing"})


class Technician:
    """`box_due_ms`: when the new box will be pushed in, None when no swap is under way."""

    def __init__(self, world: World, timeline: Timeline) -> None:
        self._world, self._timeline = world, timeline
        self.box_due_ms: int | None = None
        self._new_tag = ""
        self._boxes = 1

    def poll(self, now_ms: int) -> int | None:
        """Push the new box in when its time has come; answers when to be asked again."""
        if self.box_due_ms is not None and self.box_due_ms <= now_ms:
            self.box_due_ms = None
            self._world.board.set_tag("box", self._new_tag)
            self._world.slot.refit_box(now_ms)
            self._world.board.seat_box(True, now_ms)
            self._timeline.tell("box", present=True, tag=self._new_tag)
        return self.box_due_ms

    # -- doors

    def open_door(self, door: str, key: bool, now_ms: int) -> dict[str, Any]:
        self._world.board.open_door(DOORS.index(door), key, now_ms)
        self._timeline.tell("door", door=door, open=True, key=key)
        return {"door": door, "open": True}

    def close_door(self, door: str, now_ms: int) -> dict[str, Any]:
        if door == "outer" and (inner := sorted(self.doors_open() - {"outer"})):
            raise conflict("door_in_the_way", f"close the inner door first: {', '.join(inner)}")
        self._world.board.close_door(DOORS.index(door), now_ms)
        self._timeline.tell("door", door=door, open=False)
        return {"door": door, "open": False}

    def doors_open(self) -> set[str]:
        return {DOORS[number] for number in self._world.board.body.switches.open_doors}

    def _reach(self, *devices: str) -> None:
        """Raises Refused when the door is in the way or a device moves; what is not fitted is not in the way."""
        if "outer" not in self.doors_open():
            raise conflict("door_closed", "the outer door is closed")
        for device in devices:
            if device in self._world.twins and self._world.twins[device].busy():
                raise conflict("moving", f"the {device} is moving")

    # -- cassettes

    def fill(self, cassette: int, notes: int) -> dict[str, Any]:
        """Put notes of the cassette's value from the vault into it."""
        self._reach(self._payer())
        name, value_fen = self._cassette(cassette)
        matter = self._world.matter
        place = matter.place(name)
        stored = [note for note in matter.place("vault").notes() if note.value_fen == value_fen][:notes]
        if len(stored) < notes:
            raise conflict("vault_short", f"the vault holds {len(stored)} notes of {value_fen} fen, {notes} are wanted")
        before = len(place)
        if place.capacity is not None and before + notes > place.capacity:
            raise conflict("too_many", f"{before} and {notes} notes are more than {place.capacity}")
        for note in stored:
            matter.move(note, name)
        self._loaded(cassette)
        return self._counted("fill", name, before, value_fen=value_fen)

    def empty(self, cassette: int) -> dict[str, Any]:
        """Carry all notes of a cassette to the vault."""
        self._reach(self._payer())
        name, value_fen = self._cassette(cassette)
        before = self._world.matter.move_all(name, "vault")
        self._loaded(cassette)
        return self._counted("empty", name, before, value_fen=value_fen)

    def _cassette(self, cassette: int) -> tuple[str, int]:
        fitted = self._world.settings.cassette_values_fen()
        if cassette not in fitted:
            first, last = min(fitted, default=0), max(fitted, default=0)
            raise Refused(BAD, "no_such_cassette", f"there are cassettes {first} to {last}, not {cassette}")
        return f"cassette.{cassette}", fitted[cassette]

    def _payer(self) -> str:
        return "acceptor" if self._world.recycles else "dispenser"

    def _loaded(self, cassette: int) -> None:
        """A recycling cassette is filled at a loading station, which writes what it counted into the cassette's memory."""
        if self._world.recycles:
            self._world.unit.unit.count_again(cassette)

    # -- coins

    def fill_hopper(self, hopper: int, coins: int) -> dict[str, Any]:
        """Put so many coins of its value from the vault into it; what stood in its exit goes back into it first."""
        self._reach("hopper")
        found, value_fen = self._hopper(hopper)
        name, matter = found.body.bowl.name, self._world.matter
        found.clear_exit(name)
        before = len(matter.place(name))
        stored = [coin for coin in matter.place("vault").coins() if coin.value_fen == value_fen][:coins]
        if len(stored) < coins:
            raise conflict("vault_short", f"the vault holds {len(stored)} coins of {value_fen} fen, {coins} are wanted")
        for coin in stored:
            matter.move(coin, name)
        return self._counted("fill_hopper", name, before, value_fen=value_fen)

    def empty_hopper(self, hopper: int) -> dict[str, Any]:
        """Carry all coins of it to the vault, one that stood in its exit among them."""
        self._reach("hopper")
        found, value_fen = self._hopper(hopper)
        name = found.body.bowl.name
        found.clear_exit(name)
        before = found.empty_bowl("vault")
        return self._counted("empty_hopper", name, before, value_fen=value_fen)

    def _hopper(self, number: int) -> tuple[Hopper, int]:
        """Hopper and face value of its coins. Raises Refused for one that is not fitted."""
        for hopper in self._world.coins.hoppers if self._world.coins is not None else ():
            if hopper.settings.number == number:
                return hopper, self._world.settings.hoppers[number - 1].value_fen
        raise Refused(BAD, "no_such_hopper", f"there is no hopper {number}")

    # -- paper

    def load_roll(self, blanks: int) -> dict[str, Any]:
        """A roll of so many blanks; what is left of the old one goes to the vault."""
        self._reach("ticket_unit")
        if blanks > self._world.settings.roll_capacity:
            raise conflict("too_many", f"a roll has at most {self._world.settings.roll_capacity} blanks")
        matter = self._world.matter
        roll = matter.place("roll").blanks()
        whole = [*(blank for blank in matter.place("vault").blanks() if blank.state == "blank"), *roll][:blanks]
        if len(whole) < blanks:
            raise conflict("vault_short", f"there are {len(whole)} blanks, {blanks} are wanted")
        before = matter.move_all("roll", "vault")
        for blank in whole:
            matter.move(blank, "roll")
        self._world.ticket_unit.faults -= PAPER_FAULTS
        return self._counted("load_roll", "roll", before)

    def load_paper(self, now_ms: int) -> dict[str, Any]:
        """A fresh roll for the slip printer."""
        self._reach("slip_printer")
        self._world.slip_printer.load_paper(now_ms)
        self._timeline.tell("service", act="load_paper")
        return {"act": "load_paper"}

    # -- box and bins

    def swap_box(self, tag: str, now_ms: int) -> dict[str, Any]:
        """Pull the box out and carry it to the vault; an empty one with `tag` (or the next number) follows by itself.

        Who takes the box of a unit with a bulk escrow empties that too: what is answered is of both.
        """
        self._reach("acceptor")
        if self.box_due_ms is not None:
            raise conflict("no_box", "the box is out already")
        matter = self._world.matter
        ways = ("acceptor.stacker", f"cassette.{ESCROW}") if self._world.recycles else ()
        notes = [note for name in ("box", *ways) for note in matter.place(name).notes()]
        value_fen, before = sum(note.value_fen for note in notes), len(notes)
        for name in ways:
            matter.move_all(name, "vault")
        self._loaded(ESCROW)
        self._boxes += 1
        self._new_tag = tag or f"BOX-{self._boxes:04d}"
        self._world.slot.remove_box(now_ms, empty=True)
        self._world.board.seat_box(False, now_ms)
        self._timeline.tell("box", present=False, tag="")
        self.box_due_ms = now_ms + max(LEAST_SWAP_MS, self._world.speeds.motion_ms(SWAP_MS))
        return self._counted("swap_box", "box", before, value_fen=value_fen, tag=self._new_tag)

    def empty_bin(self, name: str) -> dict[str, Any]:
        """Carry everything that lies in a bin to the vault."""
        self._reach("dispenser", "ticket_unit")
        place = self._world.matter.place(BINS[name])
        value_fen = place.value_fen()
        before = self._world.matter.move_all(place.name, "vault")
        return self._counted("empty_bin", place.name, before, value_fen=value_fen)

    def hand_out_cards(self) -> dict[str, Any]:
        """Captured cards are given back to their owners at the window."""
        desk = self._world.cards
        if not isinstance(desk, CardDesk):
            raise Refused(BAD, "no_such_device", "this machine has no card_reader")
        self._reach(READER)
        before = len(self._world.matter.place(BIN))
        desk.hand_out()
        return self._counted("hand_out_cards", BIN, before)

    # -- trouble

    def clear_jam(self, device: str, now_ms: int) -> dict[str, Any]:
        """Take out what sticks and repair what a person can; notes go to the vault, a spoiled ticket into the waste bin."""
        world = self._world
        if device == "dispenser" and world.recycles:
            device = "acceptor"  # one unit: its doors lead to both
        if device not in world.twins:
            raise Refused(BAD, "no_such_device", f"this machine has no {device}")
        self._reach(device)
        notes = 0
        match device:
            case "acceptor":
                notes = len(world.slot.clear_jam("vault"))
                if world.recycles:
                    notes += world.matter.move_all("dispenser.path", "vault")
            case "dispenser":
                notes = len(world.dispenser.clear_path("vault")) + world.matter.move_all("change.tray", "vault")
            case "ticket_unit":
                world.ticket_unit.clear_path(now_ms)
                for place in ("ticket.tray", "ticket.slot"):
                    world.matter.move_all(place, "ticket.waste")
            case "slip_printer":
                world.slip_printer.clear_cutter(now_ms)
            case "hopper" if world.coins is not None:
                for hopper in world.coins.hoppers:
                    hopper.clear_exit(hopper.body.bowl.name)
            case "card_reader" if isinstance(world.cards, CardDesk):
                world.cards.clear_reader(now_ms)
        known = STUCK[device]
        repaired = sorted(name for name in world.twins[device].faults if name.partition("@")[0] in known)
        world.twins[device].faults -= set(repaired)
        if device == PAD and isinstance(world.cards, CardDesk) and not world.cards.pad.held_keys():
            world.cards.key_anew()
        self._timeline.tell("service", act="clear_jam", device=device, notes=notes, repaired=repaired)
        return {"act": "clear_jam", "device": device, "notes": notes, "repaired": repaired}

    def _counted(self, act: str, place: str, before: int, **more: Any) -> dict[str, Any]:
        after = len(self._world.matter.place(place))
        answer = {"act": act, "place": place, "before": before, "after": after, **more}
        self._timeline.tell("service", **answer)
        return answer
