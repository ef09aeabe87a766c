"""The screen process dies in each state in which money is on its way: no new notes, the sale ends safely, the truth comes back.

The passenger of these tests still has hands: what comes out is taken, unless the test leaves it. What the screen would
show is still read at the controller's socket.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.system.stand import Stand
from tests.system.visitor import Visitor

pytestmark = pytest.mark.slow


def in_review(visitor: Visitor) -> None:
    visitor.to_review()


def collecting(visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.insert(1_000)
    visitor.counted(1_000)


def note_moving(visitor: Visitor) -> None:
    collecting(visitor)
    visitor.insert(1_000)
    visitor.note_to("acceptor.path", "acceptor.escrow")


def note_in_escrow(visitor: Visitor) -> None:
    collecting(visitor)
    visitor.insert(1_000)
    visitor.note_to("acceptor.escrow")


def confirming(visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.stand.station_fault("slow", match=":confirm", ms=2_500, times=1)
    visitor.insert(10_000)
    visitor.stand.see("printing")


def printing(visitor: Visitor) -> None:
    visitor.to_cash(2)
    visitor.insert(10_000)
    visitor.stand.until(lambda: visitor.thing_in("ticket.tray"), "one ticket is printed")


def tickets_out(visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.insert(10_000)
    visitor.stand.until(lambda: visitor.thing_in("ticket.slot"), "the tickets lie in the slot")


def paying(visitor: Visitor) -> None:
    tickets_out(visitor)
    visitor.take_out("tickets")


def change_out(visitor: Visitor) -> None:
    paying(visitor)
    visitor.stand.until(lambda: visitor.thing_in("change.tray"), "the change lies in the tray")


def claim(visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.insert(10_000)
    visitor.stand.see("printing")  # before all is paid, a dispenser without its bin would end the sale
    visitor.stand.fault("dispenser", "reject_tray_missing")
    visitor.take_out("tickets")
    visitor.stand.see("receipt")


BEFORE_ALL_IS_PAID = (in_review, collecting, note_moving, note_in_escrow)
AFTER = (confirming, printing, tickets_out, paying, change_out)


@pytest.mark.parametrize("state", BEFORE_ALL_IS_PAID, ids=lambda state: state.__name__)
def test_before_all_is_paid_the_money_goes_back(
    stand: Stand, visitor: Visitor, state: Callable[[Visitor], None]
) -> None:
    state(visitor)
    stand.end("screen")
    stand.until(
        lambda: "screen_lost" in stand.log("controller").read_text().rpartition("screen_back")[2], "it is missed"
    )
    visitor.take_all(until=("oos",))
    stand.until(lambda: not stand.state()["slot_open"], "the slot is shut")
    end = visitor.settle()
    assert (end["delivered_fen"], end["claims_fen"], end["why"]) == (0, 0, "screen")
    stand.see_stopped("fault")
    stand.start_screen()
    stand.until(stand.sells, "the screen is back and the machine sells")


@pytest.mark.parametrize("state", AFTER, ids=lambda state: state.__name__)
def test_after_all_is_paid_the_sale_is_finished(
    stand: Stand, visitor: Visitor, state: Callable[[Visitor], None]
) -> None:
    state(visitor)
    stand.end("screen")
    visitor.take_all(until=("oos", "attract"))
    assert visitor.settle()["outcome"] == "sold"
    stand.until(lambda: stand.shows("oos"), "out of service without a screen")
    stand.start_screen()
    stand.until(stand.sells, "the screen is back and the machine sells")


def test_a_screen_that_comes_back_shows_the_claim_that_is_open(stand: Stand, visitor: Visitor) -> None:
    claim(visitor)
    code = stand.screen.code
    stand.end("screen")
    stand.start_screen()
    assert stand.see("receipt").code == code
    stand.see_words("We owe you", "receipt")
    visitor.take_all(until=("oos", "attract"))
    assert visitor.settle()["outcome"] == "claim"


def test_a_screen_that_comes_back_at_once_does_not_end_the_sale(stand: Stand, visitor: Visitor) -> None:
    collecting(visitor)
    stand.end("screen")
    stand.start_screen()
    visitor.insert(2_000)
    visitor.take_all(until=("attract", "oos"))
    assert visitor.settle()["outcome"] == "sold"
