"""The chain checks itself: one wrong byte anywhere, above the MAC or beneath it, is never an approval."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator.acquirer.fields import HEAD_BYTES, MAC_BYTES
from simulator.acquirer.keys import LAB_TAK, message_mac
from tests.simulator.acquirer.helpers import NOW_MS, Desk, messages

PURCHASE = messages()["purchase"]
HEAD, SIGNED = PURCHASE[:HEAD_BYTES], PURCHASE[HEAD_BYTES:-MAC_BYTES]


def answered(frame: bytes) -> str:
    """Field 39 of a new bank's answer, empty when it hangs up. What is booked is what was approved."""
    desk = Desk()
    desk.frame(messages()["sign-in"])
    answer = desk.bank.handle(frame, NOW_MS)
    booked = sum(booking.moved_fen for booking in desk.ledger.bookings("TVM00001"))
    assert booked == (3_800 if answer.code == "00" else 0)
    assert desk.ledger.wrong() == []
    return answer.code


def test_the_message_itself_is_approved() -> None:
    assert answered(PURCHASE) == "00"


@given(place=st.integers(0, len(PURCHASE) - 1), change=st.integers(1, 255))
@settings(max_examples=30, deadline=None)
@example(place=0, change=1)
@example(place=len(PURCHASE) - 1, change=0x20)
def test_a_wrong_byte_on_the_line_is_no_approval(place: int, change: int) -> None:
    frame = bytearray(PURCHASE)
    frame[place] ^= change
    assert answered(bytes(frame)) != "00"


@given(place=st.integers(0, len(SIGNED) - 1), change=st.integers(1, 255))
@settings(max_examples=30, deadline=None)
def test_a_wrong_byte_under_a_good_mac_is_no_approval(place: int, change: int) -> None:
    signed = bytearray(SIGNED)
    signed[place] ^= change
    assert answered(HEAD + bytes(signed) + message_mac(LAB_TAK, bytes(signed))) != "00"


@given(cut=st.integers(0, len(PURCHASE) - 1))
@settings(max_examples=15, deadline=None)
def test_a_message_that_ends_early_is_no_approval(cut: int) -> None:
    assert answered(PURCHASE[:cut]) != "00"


@pytest.mark.slow
@pytest.mark.parametrize("change", [0x01, 0x10, 0x80, 0xFF])
def test_no_byte_at_all_is_left_out(change: int) -> None:
    for place in range(len(SIGNED)):
        signed = bytearray(SIGNED)
        signed[place] ^= change
        assert answered(HEAD + bytes(signed) + message_mac(LAB_TAK, bytes(signed))) != "00", place
        assert answered(HEAD + bytes(signed) + PURCHASE[-MAC_BYTES:]) != "00", place
