"""The board's front against its driver: the same hands, the same facts."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.compose.board import Coil, Input
from kiosk.ports.cabinet import CabinetSeen
from kiosk.ports.fact import DeviceReady
from tests.simulator.fronts.board_rig import RIG, hand, mend, order, spoil, twin
from tests.simulator.fronts.harness import Bench, assert_same

# -- scripts


def doors(bench: Bench) -> None:
    bench.until(DeviceReady)
    for door in range(4):
        hand(bench, "open_door", door, door % 2 == 0)
        bench.run(700)
        hand(bench, "close_door", door)
        bench.run(1_700)
    hand(bench, "open_door", 0, False)
    hand(bench, "open_door", 1, True)
    bench.run(300)
    hand(bench, "close_door", 1)
    hand(bench, "close_door", 0)
    bench.run(3_000)


def people(bench: Bench) -> None:
    bench.until(DeviceReady)
    hand(bench, "person_near", True)
    bench.run(1_000)
    hand(bench, "press_help")
    bench.run(4_000)
    hand(bench, "person_near", False)
    bench.run(5_000)
    hand(bench, "person_near", True)
    bench.run(40)  # shorter than its debounce
    hand(bench, "person_near", False)
    bench.run(5_000)
    hand(bench, "mains", False)
    bench.run(2_000)
    hand(bench, "mains", True)
    hand(bench, "plug_headphones", True)
    bench.run(2_000)


def box(bench: Bench) -> None:
    bench.until(DeviceReady)
    hand(bench, "seat_box", False)
    bench.run(2_000)
    hand(bench, "seat_box", True)
    bench.run(2_000)
    hand(bench, "seat_box", False)
    bench.do(lambda: twin(bench).set_tag("box", ""))
    bench.run(2_000)
    hand(bench, "seat_box", True)
    bench.run(400)
    hand(bench, "seat_box", False)  # out again before a tag was read
    bench.run(2_000)
    hand(bench, "seat_box", True)
    bench.run(2_000)
    bench.do(lambda: twin(bench).set_tag("box", "B 2"))
    hand(bench, "seat_box", False)
    bench.run(500)
    hand(bench, "seat_box", True)
    bench.run(2_000)


def alarms(bench: Bench) -> None:
    bench.until(DeviceReady)
    hand(bench, "shake")
    bench.run(3_000)
    hand(bench, "set_tamper_loop", 0)
    bench.run(3_000)
    hand(bench, "set_tamper_loop", 2_500)
    bench.run(3_000)
    spoil(bench, "too_hot")
    bench.run(2_000)
    mend(bench, "too_hot")
    bench.run(2_000)
    hand(bench, "set_tamper_loop", 5_000)
    bench.cut()
    bench.until(DeviceReady)
    hand(bench, "set_tamper_loop", 2_500)
    bench.run(2_000)


def shutter(bench: Bench) -> None:
    bench.until(DeviceReady)
    bench.do(lambda: bench.it.entry_shutter(True))
    bench.run(2_000)
    spoil(bench, "note_shutter_stuck")
    bench.do(lambda: bench.it.entry_shutter(False))
    bench.run(2_000)
    bench.do(lambda: bench.it.entry_shutter(True))
    bench.run(2_000)
    bench.do(lambda: bench.it.entry_shutter(False))
    bench.run(300)
    mend(bench, "note_shutter_stuck")
    bench.run(2_000)
    bench.do(lambda: bench.it.siren(True))
    bench.do(lambda: bench.it.unlock())
    bench.run(1_000)
    bench.do(lambda: bench.it.unlock())
    bench.run(6_000)
    bench.cut()
    bench.until(DeviceReady)
    bench.run(2_000)


def opened_in_the_dark(bench: Bench) -> None:
    bench.until(DeviceReady)
    bench.off()
    twin(bench).body.switches.open_doors.add(1)
    bench.run(5_000)
    bench.on()
    bench.until(DeviceReady)
    bench.run(3_000)
    hand(bench, "close_door", 1)
    bench.run(100)
    bench.cut()
    bench.until(DeviceReady)
    bench.run(3_000)


def latched(bench: Bench) -> None:
    """A bit of the latch that no input ever showed."""
    bench.until(DeviceReady)
    bench.run(1_500)
    twin(bench).tables.contacts.latch = 0b100_0100
    hand(bench, "plug_headphones", True)
    bench.run(3_000)


def plug(bench: Bench) -> None:
    bench.until(DeviceReady)
    bench.do(lambda: bench.it.entry_shutter(True))
    bench.run(1_000)
    bench.unplug("cabinet")
    bench.run(3_000)
    hand(bench, "open_door", 1, False)
    bench.run(20_000)
    bench.replug("cabinet")
    bench.until(DeviceReady)
    bench.run(3_000)
    bench.unplug("cabinet")
    bench.run(2_000)
    bench.replug("cabinet")
    bench.until(DeviceReady)
    bench.run(3_000)


def motions(bench: Bench) -> None:
    """Coils of the devices beside it: nothing is said, but the board sees them move."""
    bench.until(DeviceReady)
    matter = twin(bench).body._matter
    bench.do(lambda: matter.new_blank("ticket.tray"))
    bench.run(200)
    assert bench.it.input(Input.TRAY_HAS_TICKETS) is True
    order(bench, Coil.DELIVER_FLAP, True)
    bench.run(1_000)
    assert bench.it.input(Input.TRAY_HAS_TICKETS) is False
    assert bench.it.input(Input.SLOT_OCCUPIED) is True
    assert bench.it.input(Input.DELIVER_FLAP_CLOSED) is False
    order(bench, Coil.DELIVER_FLAP, False)
    order(bench, Coil.SLOT_SHUTTER, True)
    bench.run(1_000)
    assert bench.it.input(Input.SLOT_SHUTTER_CLOSED) is False
    assert bench.it.input(Input.DELIVER_FLAP_CLOSED) is True
    assert bench.do(lambda: twin(bench).take_tickets(bench.now_ms)) == 1
    bench.run(200)
    assert bench.it.input(Input.SLOT_OCCUPIED) is False
    bench.cut()
    assert bench.it.input(Input.SLOT_OCCUPIED) is None
    order(bench, Coil.SLOT_RETRACT, True)  # nobody can see it yet: not begun, and forgotten
    bench.until(DeviceReady)
    bench.run(1_000)
    assert bench.it.input(Input.SLOT_SHUTTER_CLOSED) is True
    assert bench.it.input(Input.SLOT_BELT_HOME) is True


def watched(bench: Bench) -> None:
    heard: list[tuple[int, bool | None]] = []
    bench.it.watch(lambda which, level: heard.append((int(which), level)))
    bench.until(DeviceReady)
    assert heard == []
    hand(bench, "open_door", 2, True)
    bench.run(1_000)
    assert sorted(heard) == [(2, False), (7, True)]
    heard.clear()
    bench.unplug("cabinet")
    bench.run(2_000)
    assert heard == [(which, None) for which in range(29)]
    heard.clear()
    bench.replug("cabinet")
    bench.until(DeviceReady)
    assert [which for which, _ in heard] == list(range(29))
    assert (2, False) in heard
    assert (0, True) in heard


SCRIPTS = [doors, people, box, alarms, shutter, opened_in_the_dark, latched, plug, motions, watched]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_front_reports_what_the_driver_reports(script: Any) -> None:
    facts = assert_same(RIG, script)
    assert isinstance(facts[0], CabinetSeen)
    assert isinstance(facts[1], DeviceReady)
    assert len(facts) > 2 or script is motions


@pytest.mark.parametrize("seed", range(12))
def test_any_hands_in_any_order(seed: int) -> None:
    def script(bench: Bench) -> None:
        dice = bench.dice
        bench.until(DeviceReady)
        for _ in range(25):
            match dice.randrange(9):
                case 0 | 1:
                    hand(bench, "open_door", dice.randrange(4), dice.random() < 0.5)
                case 2 | 3:
                    hand(bench, "close_door", dice.randrange(4))
                case 4:
                    hand(bench, "seat_box", dice.random() < 0.5)
                case 5:
                    hand(bench, "mains", dice.random() < 0.5)
                case 6:
                    hand(bench, "person_near", dice.random() < 0.5)
                case 7:
                    bench.do(lambda: bench.it.entry_shutter(dice.random() < 0.5))
                case 8:
                    hand(bench, dice.choice(["press_help", "shake"]))
            bench.run(dice.choice([210, 1_370, 5_300]))
            if dice.random() < 0.04:
                bench.cut()
                bench.until(DeviceReady)

    assert len(assert_same(RIG, script, seed)) > 5


def test_nobody_wakes_while_nothing_changes() -> None:
    bench = Bench(RIG, "port")
    bench.until(DeviceReady)
    bench.run(3_000)
    turns = 0

    def counted(now_ms: int) -> None:
        nonlocal turns
        turns += 1

    assert bench.reactor is not None
    bench.reactor.turn_done = counted
    bench.run(3_600_000)
    assert turns <= 2
