"""A whole machine with a Bill-to-Bill unit: the deposit is kept, or the very notes come back; whatever happens to the controller.

Notes of 1 and 10 yuan fall into the recycling cassettes and are ours at once, all others wait in the escrow cassette.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.passenger.technician import Job
from tests.system.machine import UNIT
from tests.system.stand import Stand
from tests.system.visitor import Visitor

pytestmark = pytest.mark.slow

ESCROW = "cassette.1"


@pytest.fixture(scope="module")
def unit_machine() -> Iterator[Stand]:
    directory = Path(tempfile.mkdtemp(prefix="tvm-"))
    made = Stand(directory, UNIT)
    try:
        made.start()
        made.first_fill()
        made.hands.post("/api/give", {"value_fen": 500, "count": 20})
        made.see("attract")
        yield made
    finally:
        made.stop()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def stand(unit_machine: Stand) -> Iterator[Stand]:
    """The machine, selling; mended again afterwards."""
    yield unit_machine
    unit_machine.mend()


def serials(stand: Stand, place: str) -> set[str]:
    return {note["serial"] for note in stand.hands.get("/api/ledger")["notes"] if note["place"] == place}


def put_in(visitor: Visitor, *values_fen: int) -> set[str]:
    """Notes that do not pay the order; answers their serial numbers."""
    inside, before = 0, serials(visitor.stand, "hand")
    for value_fen in values_fen:
        visitor.insert(value_fen)
        inside += value_fen
        visitor.counted(inside)
    return before - serials(visitor.stand, "hand")


def cancel(stand: Stand) -> None:
    key = next(key.target for key in stand.screen.chrome.footer if key.role == "danger")
    stand.touch(key, lambda: not stand.shows("pay.cash"), "the sale is cancelled")


def test_a_deposit_is_kept_when_the_tickets_are_sold(stand: Stand) -> None:
    visitor = Visitor(stand)
    visitor.to_cash()
    own = put_in(visitor, 500, 500)
    assert serials(stand, ESCROW) == own
    put_in(visitor, 1_000)
    assert serials(stand, ESCROW) == own, "ten yuan lie in their recycling cassette"
    visitor.insert(2_000)
    visitor.take_all()
    end = visitor.settle()
    assert (end["outcome"], end["ours_fen"], end["claims_fen"]) == ("sold", 4_000, 0)
    assert end["paid_out_fen"] == 4_000 - visitor.due_fen
    assert own <= serials(stand, "box")
    assert len(visitor.bookings("keep?")) == 1
    assert not serials(stand, ESCROW)


def test_a_cancel_gives_the_very_notes_back_and_equal_ones_for_the_recycled(stand: Stand) -> None:
    visitor = Visitor(stand)
    visitor.to_cash()
    own = put_in(visitor, 500)
    put_in(visitor, 1_000)
    own |= put_in(visitor, 500)
    cancel(stand)
    visitor.take_all()
    end = visitor.settle()
    assert (end["outcome"], end["ours_fen"], end["paid_out_fen"], end["claims_fen"]) == ("refunded", 1_000, 1_000, 0)
    assert own <= serials(stand, "hand")
    assert not visitor.bookings("keep?")


def test_a_forgotten_deposit_is_pulled_back_and_owed(stand: Stand) -> None:
    visitor = Visitor(stand)
    visitor.to_cash()
    own = put_in(visitor, 500, 500)
    cancel(stand)
    visitor.take_all(leave=("notes",))
    end = visitor.settle()
    assert (end["outcome"], end["claims_fen"]) == ("claim", 1_000)
    assert [claim["exact"] for claim in visitor.bookings("claim.add")] == [True]
    assert own <= serials(stand, "box")


def test_a_controller_killed_with_a_deposit_in_the_escrow_gives_these_notes_back(stand: Stand) -> None:
    visitor = Visitor(stand)
    visitor.to_cash()
    own = put_in(visitor, 500, 500)
    stand.restart_controller()
    stand.until(lambda: stand.offers("continue"), "it is asked whether somebody is here")
    assert serials(stand, ESCROW) == own
    stand.press("continue", "pay.cash")
    cancel(stand)
    visitor.take_all()
    end = visitor.settle()
    assert (end["outcome"], end["ours_fen"], end["claims_fen"]) == ("cancelled", 0, 0)
    assert own <= serials(stand, "hand")


def test_a_controller_killed_while_the_deposit_lies_out_owes_what_the_unit_pulled_back(stand: Stand) -> None:
    """The unit had its power all the time: what its timer pulled back is certain, and the machine sells on."""
    visitor = Visitor(stand)
    visitor.to_cash()
    own = put_in(visitor, 500, 500)
    cancel(stand)
    stand.until(lambda: bool(stand.state()["outlets"]["mouth"]["things"]), "the notes stick out")
    stand.restart_controller()
    visitor.take_all(until=("attract", "oos"), leave=("notes",))
    visitor.settle()
    claims = [(claim["amount_fen"], claim["exact"]) for claim in visitor.bookings("claim.add")]
    assert claims == [(1_000, True)]
    assert own <= serials(stand, "box")
    stand.until(stand.sells, "the machine sells again")


def test_forgotten_change_lies_in_the_box_and_is_counted_with_it(stand: Stand) -> None:
    visitor = Visitor(stand)
    visitor.to_cash()
    visitor.insert(5_000)
    visitor.take_all(leave=("change",))
    owed_fen = visitor.settle()["claims_fen"]
    assert owed_fen == 5_000 - visitor.due_fen
    lying = stand.state()["places"]["box"]
    assert {"100", "1000"} <= set(lying["notes"]), "no such note is taken into the box: it was change"
    stand.technician([Job({"act": "swap_box", "tag": ""}, "svc:act:swap_box", lying["things"])])
    stand.audit()
    act = next(step for step in reversed(stand.steps()) if step.fact.get("act") == "swap_box")
    swap, change = act.intents
    assert (swap["kind"], change["kind"], change["place"]) == ("box.swap", "count", "change_retract")
    assert swap["counted"] == sum(pieces for _, pieces in swap["notes"])
    assert change["counted"] == change["booked"] == lying["things"] - swap["counted"] > 0
