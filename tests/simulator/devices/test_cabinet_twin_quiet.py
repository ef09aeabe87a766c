"""The cabinet board looks at its contacts only when something may have changed: it then shows what it always would."""

from random import Random

import pytest

from simulator.devices.cabinet_board.board import CabinetBoard
from simulator.devices.cabinet_board.tables import CLEAR_LATCH, WATCHDOG_S
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds

FAULTS = (
    "door_1_stuck_open",
    "bouncing_doors",
    "tray_sensor_stuck_full",
    "deliver_flap_stuck",
    "deliver_partly",
    "too_hot",
)
COILS = (7, 8, 9, 10, 12, 16, 17, 18, 19)


class Pair:
    """Two boards that live through the same; one is made to look at everything each time."""

    def __init__(self) -> None:
        self.matters = Matter(), Matter()
        self.boards = tuple(CabinetBoard(matter, Speeds()) for matter in self.matters)

    def poll(self, now_ms: int) -> None:
        quiet, keen = self.boards
        keen._touched = True
        due_ms, keen_ms = quiet.poll(now_ms), keen.poll(now_ms)
        if "bouncing_doors" in quiet.faults and due_ms != keen_ms:  # it may come once for a door that is quiet by now
            assert due_ms is not None
            assert keen_ms is None or due_ms < keen_ms
        else:
            assert due_ms == keen_ms
        assert self.seen(0) == self.seen(1)

    def seen(self, which: int) -> tuple[object, ...]:
        tables, body = self.boards[which].tables, self.boards[which].body
        moved = [(mover.open, mover.due_ms) for mover in body.movers.values()]
        return tables.contacts.state, tables.contacts.events, tables.contacts.latch, moved, body.lying(), tables.trips

    def happen(self, dice: Random, now_ms: int) -> None:
        what, number, on = dice.randrange(8), dice.randrange(4), dice.random() < 0.5
        fault, coil, place = dice.choice(FAULTS), dice.choice(COILS), dice.choice(("ticket.tray", "change.tray"))
        for board, matter in zip(self.boards, self.matters, strict=True):
            match what:
                case 0:
                    (board.open_door(number, on, now_ms) if on else board.close_door(number, now_ms))
                case 1:
                    board.person_near(on, now_ms)
                case 2:
                    board.press_help(now_ms)
                case 3:
                    (board.faults.add if on else board.faults.discard)(fault)
                case 4:
                    board.tables.write_coils(coil, [on])
                case 5:
                    matter.new_blank(place)
                case 6:
                    board.tables.write_holding(*((CLEAR_LATCH, [0xFFFF]) if on else (WATCHDOG_S, [number])))
                case _:
                    board.take_tickets(now_ms)


@pytest.mark.parametrize("seed", range(6))
def test_a_board_that_skips_what_cannot_have_changed_is_the_same_board(seed: int) -> None:
    pair, dice, now_ms = Pair(), Random(seed), 1_000
    pair.poll(now_ms)
    for _ in range(400):
        now_ms += dice.choice((0, 1, 7, 25, 300, 2_000))
        pair.poll(now_ms)
        if dice.random() < 0.3:
            pair.happen(dice, now_ms)
    assert pair.boards[0].tables.contacts.events > 10
