"""The simulated machine sells: the same at both levels, the same again from the same seed, and through power cuts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.campaign.sets import SALES
from simulator.passenger.person import Kind, Plan
from simulator.world.level import Level
from simulator.world.people import AfterCut
from simulator.world.run import Outcome, run
from simulator.world.script import Script, Trouble

ROOT = Path(__file__).resolve().parents[3]
ENDS = {
    "change": "sold", "three tickets": "sold", "exact": "sold", "cancel": "refunded", "timeout": "claim",
    "forgotten change": "claim",
}  # fmt: skip
BULK_ENDS = ENDS | {"cancel": "cancelled"}
"""With a bulk escrow a cancel gives the very notes back."""


def clean(script: Script) -> Outcome:
    outcome = run(script)
    assert outcome.violations == []
    return outcome


@pytest.mark.parametrize("sale", SALES)
def test_a_typical_sale_ends_as_people_expect(sale: str) -> None:
    assert clean(Script(1, (SALES[sale],))).sales == {ENDS[sale]: 1}


@pytest.mark.parametrize("sale", SALES)
def test_a_typical_sale_of_a_machine_with_a_bulk_escrow(sale: str) -> None:
    assert clean(Script(1, (SALES[sale],), machine="bulk")).sales == {BULK_ENDS[sale]: 1}


@pytest.mark.parametrize("at", range(20, 56, 5))
@pytest.mark.parametrize("after_cut", ["stays", "leaves"])
def test_after_a_power_cut_a_deposit_is_somewhere(at: int, after_cut: AfterCut) -> None:
    for sale in ("cancel", "timeout"):
        clean(Script(1, (SALES[sale],), cuts=(at,), machine="bulk", after_cut=after_cut))


@pytest.mark.parametrize("sale", ["change", "cancel"])
def test_with_drivers_and_wires_the_same_is_sold_through_as_many_crash_points(sale: str) -> None:
    port, wired = clean(Script(1, (SALES[sale],))), clean(Script(1, (SALES[sale],), level="bytes"))
    assert (port.sales, port.visits) == (wired.sales, wired.visits)
    assert abs(port.points - wired.points) <= 4  # a fault may be told once more on the way


def test_one_seed_is_one_run_whatever_the_hash_seed() -> None:
    script = Script(5, (SALES["three tickets"], SALES["cancel"]), (Trouble("acceptor", "reject_next", "lock?"),), (70,))
    ask = (
        "import sys\nfrom simulator.world.run import run\nfrom simulator.world.script import Script\n"
        "print(run(Script.parse(sys.argv[1])).digest)"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", ask, script.as_json()],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert told == {run(script).digest}


@pytest.mark.parametrize("at", [3, 17, 30, 44, 58])
@pytest.mark.parametrize("after_cut", ["stays", "leaves"])
def test_after_a_power_cut_every_fen_is_somewhere(at: int, after_cut: str) -> None:
    outcome = clean(Script(2, (SALES["change"], SALES["exact"]), cuts=(at,), after_cut=after_cut))  # type: ignore[arg-type]
    assert len(outcome.crashes) == 1


def test_a_machine_without_change_is_filled_up_by_staff_and_goes_on_selling() -> None:
    outcome = clean(Script(3, (SALES["change"],) * 5, fill="lean"))
    assert outcome.visits["technician done"] == 1
    assert outcome.sales["sold"] >= 3


@pytest.mark.parametrize("level", ["port", "bytes"])
@pytest.mark.parametrize(
    ("name", "when", "ends"),
    [
        ("door", "stack?", "refunded"),
        ("door_forced", "stack?", "refunded"),
        ("mains", "stack?", "refunded"),
        ("door", "confirm?", "sold"),
        ("mains", "print?", "sold"),
        ("note", "pay?", "sold"),
    ],
)
def test_what_people_do_at_a_bad_moment_ends_in_money_back_or_tickets(
    level: Level, name: str, when: str, ends: str
) -> None:
    outcome = clean(Script(1, (SALES["change"],), (Trouble("people", name, when),), level=level))
    assert (outcome.sales, outcome.played) == ({ends: 1}, 1)


@pytest.mark.parametrize(
    ("device", "told"),
    [("acceptor", "no fault no_such"), ("people", "no trouble no_such"), ("disk", "no trouble no_such")],
)
def test_a_trouble_that_nobody_knows_is_refused(device: str, told: str) -> None:
    outcome = run(Script(1, (SALES["change"],), (Trouble(device, "no_such", "lock?"),)))
    assert told in outcome.violations[0]


FOUND = {
    "what a miscounting dispenser laid into the tray too much may be in the bin, however the pulling back ended": Script(
        1, (SALES["cancel"],), (Trouble("dispenser", "double_pick_passed_next", "stack?"),), (43, 81)
    ),
    "a retract cut short is not repeated, and what was pulled back is not said to be taken": Script(
        1, (SALES["change"],), cuts=(30, 68)
    ),
    "a ticket unit that takes twenty seconds to its first word is waited for": Script(
        1, (SALES["change"],), cuts=(30,)
    ),
    "a note that jammed before it was recognised, as the power failed, is claimed up to the largest note": Script(
        1, (SALES["change"],), (Trouble("acceptor", "jam_in_path_next", "lock?"),), (11, 37)
    ),
    "a note that jammed is told of before the fault that ends its sale": Script(
        1, (SALES["change"],), (Trouble("acceptor", "jam_in_path_next", "lock?"),), (15,)
    ),
    "a blank that jammed in the path is booked once, though the unit voids it after the next power cut": Script(
        1, (SALES["change"],), (Trouble("ticket_unit", "jam", "confirm?"),), (27, 48)
    ),
    "so is one that stuck at the cutter": Script(
        1, (SALES["change"],), (Trouble("ticket_unit", "cutter_4", "confirm?"),), (28,)
    ),
    "so is one at a cutter that stopped half-way": Script(
        1, (SALES["change"],), (Trouble("ticket_unit", "cutter_5", "confirm?"),), (27, 48)
    ),
    "counters that a flat battery forgot prove nothing": Script(
        1, (SALES["change"],), (Trouble("ticket_unit", "battery_flat", "confirm?"),), (23, 44)
    ),
    "a station restored from an older backup gives no number twice": Script(
        1, (SALES["change"],) * 3, (Trouble("station", "restored", "lock?", 3),)
    ),
    "what a device said to have thrown out need not lie in the reject bin when the next order jams": Script(
        1,
        (SALES["change"], Plan(Kind.CANCEL, 1, 10_000)),
        (Trouble("dispenser", "reject_ejected_next", "stack?"), Trouble("dispenser", "jam_dvt_ejt_next", "stack?", 2)),
    ),
    "a note that jams may be of another cassette, and worth more than what was asked": Script(
        1_494_302_590,
        (Plan(Kind.LARGE, 1, 50_000),),
        (Trouble("dispenser", "wrong_cassette_next", "stack?"), Trouble("dispenser", "jam_dvt_ejt_next", "stack?")),
        fill="lean",
    ),
    "an order nobody can tell of may have thrown out more than it asked for": Script(
        1, (SALES["cancel"], SALES["change"]), (Trouble("dispenser", "reject_all", "stack?"),), (77,)
    ),
    "a bundle that a power cut left in the unit is pulled back, and nobody names its notes": Script(
        1, (SALES["timeout"],), cuts=(28,), machine="bulk"
    ),
    "a deposit that jams on its way into the box is paid with, and waits for a count": Script(
        1, (SALES["change"],), (Trouble("acceptor", "jam_in_stacker_next", "keep?"),), machine="bulk"
    ),
    "a deposit that does not fall into a full box is ours where it is": Script(
        1, (SALES["change"],), (Trouble("acceptor", "box_full", "keep?"),), machine="bulk"
    ),
    "change that jams on its way to the mouth lies in the acceptor": Script(
        1, (SALES["change"],), (Trouble("acceptor", "jam_in_dispenser_next", "keep?"),), machine="bulk"
    ),
    "change that nobody takes from the mouth falls into the box": Script(
        1, (SALES["change"],), (Trouble("acceptor", "return_not_taken", "keep?"),), machine="bulk"
    ),
    "a blank that still sticks when the program alone starts again is not spent twice": Script(
        1,
        (SALES["change"],) * 2,
        (Trouble("ticket_unit", "jam_ejecting", "confirm?"), Trouble("disk", "sync_error", "pay?")),
    ),
    "one that jammed while no program ran is spent once": Script(
        1,
        (SALES["change"],) * 2,
        (Trouble("ticket_unit", "cutter_4", "confirm?"), Trouble("disk", "sync_error", "print?")),
        level="bytes",
    ),
    "the line of an interrupted start that survived answers to the power cut before it": Script(
        2_733_081_107,
        (
            Plan(Kind.WALK_AWAY, 1, 100_000),
            Plan(Kind.LANGUAGE, 1, 50_000, switch_at=("station", "trains", "pay.cash")),
            Plan(Kind.FOREIGNER, 1, 40_000, notes_before=2),
            Plan(Kind.RETURN, 1, 40_000, leave_at="seat"),
        ),
        cuts=(64, 330, 336),
        after_cut="stays",
    ),
    "a shutter that was told while the board was silent is told again": Script(
        1, (SALES["cancel"],), (Trouble("link:cabinet", "out", "pay?"),)
    ),
}
"""What campaigns found once."""


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_once_stays_mended(name: str) -> None:
    clean(FOUND[name])
