"""The passenger's hands: a note into the slot, notes, coins, tickets and slips out of the openings, the help button."""

from __future__ import annotations

from typing import Any

from simulator.cabinet.refused import BAD, Refused, conflict
from simulator.cabinet.timeline import Timeline
from simulator.cabinet.world import World
from simulator.devices.matter import Blank, Coin, Note, Slip, Thing

CUP = "change.cup"
"""Where coins fall; nothing shuts it."""
OUTLETS = {"change": "change.tray", "tickets": "ticket.slot", "slip": "slip.mouth", "mouth": "acceptor.mouth"}
"""What can be reached into -> the place behind it."""

SHUTTERS = {"change": "change_shutter", "tickets": "slot_shutter"}


class Hands:
    """`outlets`: as `OUTLETS`, but a Bill-to-Bill unit gives change where it takes notes; `coins` where hoppers pay them."""

    def __init__(self, world: World, timeline: Timeline) -> None:
        self._world, self._timeline = world, timeline
        own = {"change": OUTLETS["mouth"]} if world.recycles else {}
        self.outlets = {**OUTLETS, **own, **({"coins": CUP} if world.coins is not None else {})}

    def insert(self, value_fen: int, genuine: bool, now_ms: int) -> str:
        """Push a note of the hand into the slot; answers its serial. Raises Refused, and the note stays in the hand."""
        notes = [note for note in self._world.matter.place("hand").notes() if note.value_fen == value_fen]
        note = next((note for note in notes if note.genuine == genuine), None)
        if note is None:
            raise conflict("no_such_note", f"there is no note of {value_fen} fen in the hand")
        if not self.entry_open():
            raise conflict("entry_closed", "the shutter of the note entry is not open")
        reason = self._world.slot.insert(note, now_ms)
        if reason is not None:
            raise conflict("not_drawn_in", reason)
        return note.serial

    def entry_open(self) -> bool:
        return self._world.board.body.movers["note_shutter"].rests_open

    def give(self, value_fen: int, count: int, genuine: bool) -> None:
        """Notes from outside into the hand."""
        self._world.bring(value_fen, count, "hand", genuine)
        self._timeline.tell("give", value_fen=value_fen, count=count, genuine=genuine)

    def outlet_open(self, outlet: str) -> bool:
        """Whether a hand fits in now; slip and returned note stick out, nothing shuts them."""
        shutter = SHUTTERS.get(outlet) if self.outlets[outlet] != OUTLETS["mouth"] else None
        return shutter is None or self._world.board.body.movers[shutter].rests_open

    def take(self, outlet: str, now_ms: int) -> dict[str, Any]:
        """Reach into an opening: what was taken, or why nothing was (`closed`, `empty`, `stuck`). Raises Refused for one that
        this machine has not."""
        if outlet not in self.outlets:
            raise Refused(BAD, "no_such_outlet", f"this machine has no opening for {outlet}")
        place = self._world.matter.place(self.outlets[outlet])
        lying = list(place)
        if not lying or not self.outlet_open(outlet):
            return _taken(outlet, [], "closed" if lying else "empty")
        board = self._world.board
        match outlet:
            case "change" if not self._world.recycles:
                board.take_change(now_ms)
            case "tickets":
                board.take_tickets(now_ms)
            case "slip":
                self._world.slip_printer.take_slip()
            case "coins":
                self._world.matter.move_all(CUP, "hand")
            case _:
                self._world.slot.take_returned(now_ms)
        left = {id(thing) for thing in place}
        return _taken(outlet, [thing for thing in lying if id(thing) not in left], "stuck" if left else "")


def _taken(outlet: str, things: list[Thing], why: str) -> dict[str, Any]:
    notes_fen = [thing.value_fen for thing in things if isinstance(thing, Note)]
    coins_fen = [thing.value_fen for thing in things if isinstance(thing, Coin)]
    return {
        "outlet": outlet,
        "taken": len(things),
        "notes_fen": notes_fen,
        "coins_fen": coins_fen,
        "value_fen": sum(notes_fen) + sum(coins_fen),
        "tickets": sum(isinstance(thing, Blank) for thing in things),
        "slips": sum(isinstance(thing, Slip) for thing in things),
        "why": why,
    }
