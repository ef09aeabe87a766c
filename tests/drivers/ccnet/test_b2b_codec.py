from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ccnet.b2b import requests as ask
from drivers.ccnet.b2b.codec import (
    ESCROW_TYPE,
    UNASSIGNED,
    Cassette,
    Cut,
    Recovery,
    Retract,
    dispense_data,
    options_data,
    parse_cassettes,
    parse_contents,
    parse_recovery,
    retract_for,
)
from drivers.ccnet.codec import Decoder, Frame
from drivers.ccnet.line import BILL_TABLE, HOLD, IDENTIFICATION, POLL, RESET, RETURN, STACK, Request
from tests.drivers.ccnet.ccnet_script import golden

FRAMES = {name: raw for name, _, raw, _ in golden() if name.startswith("b2b-")}
SENT = {
    "b2b-reset-illegal": RESET,
    "b2b-poll": POLL,
    "b2b-stack": STACK,
    "b2b-return": RETURN,
    "b2b-identification": IDENTIFICATION,
    "b2b-hold": HOLD,
    "b2b-get-bill-table": BILL_TABLE,
    "b2b-recycling-cassette-status": ask.CASSETTES,
    "b2b-power-recovery": ask.RECOVERY,
    "b2b-get-options": ask.GET_OPTIONS,
    "b2b-empty-dispenser": ask.EMPTY_DISPENSER,
    "b2b-enable-none": ask.DISABLE,
    "b2b-ext-cassette-status-1": ask.contents_of(1),
    "b2b-set-cassette-1-is-escrow-24-dec": ask.set_type(1, ESCROW_TYPE),
    "b2b-set-cassette-2-is-type-1": ask.set_type(2, 1),
    "b2b-dispense-3-x-type-24-dec": ask.dispense([(ESCROW_TYPE, 3)]),
    "b2b-dispense-2xtype-1-and-1xtype-2": ask.dispense([(1, 2), (2, 1)]),
    "b2b-unload-3-from-cassette-1": ask.unload(1, 3),
    "b2b-set-options-66-00-00-00-retract-middle": ask.set_options(
        options_data(bytes.fromhex("64000000"), Retract.MIDDLE)
    ),
}


def payload(name: str) -> bytes:
    return FRAMES[name][3:-2]


@pytest.mark.parametrize("name", SENT)
def test_every_order_is_the_golden_frame(name: str) -> None:
    request: Request = SENT[name]
    assert Frame(1, bytes([request.code]) + request.data).encode() == FRAMES[name]


def test_cassettes_of_the_sheet() -> None:
    raw = [raw for name, direction, raw, _ in golden() if name == "b2b-exchange-cancel-three" and direction == "dev"]
    assert parse_cassettes(raw[0][3:-2]) == {
        1: Cassette(True, False, ESCROW_TYPE, 3),
        2: Cassette(True, False, 1, 50),
        3: Cassette(True, True, 2, 80),
    }
    assert parse_contents(raw[2][3:-2]) == (5, 4, 5)


def test_a_cassette_that_is_out_and_one_without_a_type() -> None:
    assert parse_cassettes(bytes.fromhex("1800 9F00")) == {
        1: Cassette(False, False, ESCROW_TYPE, 0),
        2: Cassette(True, False, UNASSIGNED, 0),
    }
    assert parse_cassettes(b"\x98") is None
    assert parse_cassettes(b"") is None


def test_an_empty_cassette_looks_like_an_ack_and_a_wrong_count_is_nothing() -> None:
    assert parse_contents(b"\x00") == ()
    assert parse_contents(bytes.fromhex("020504")) == (5, 4)
    assert parse_contents(bytes.fromhex("0305")) is None
    assert parse_contents(b"") is None


@pytest.mark.parametrize(
    ("name", "recovery"),
    [
        ("b2b-recovery-nothing-cut", Recovery(Cut.NOTHING)),
        ("b2b-recovery-packing", Recovery(Cut.PACKING, (), ((5, 1), (4, 0)))),
        (
            "b2b-recovery-dispensing",
            Recovery(Cut.DISPENSING, ((0, 5), (3, 3), (24, 12)), ((0, 5), (1, 3), (3, 3), (5, 7))),
        ),
        ("b2b-recovery-unloading", Recovery(Cut.UNLOADING, ((2, 12),), ((5, 7), (3, 3)))),
    ],
)
def test_power_recovery_of_the_sheet(name: str, recovery: Recovery) -> None:
    assert parse_recovery(payload(name)) == recovery


def test_the_words_of_another_firmware_come_the_other_way_round() -> None:
    turned = bytes.fromhex("3C 0580 0383 0C98 0500 0301 0303 0705")
    assert parse_recovery(turned, type_first=False) == parse_recovery(payload("b2b-recovery-dispensing"))
    assert parse_recovery(bytes.fromhex("17 0105"), type_first=False) == Recovery(Cut.PACKING, (), ((5, 1),))


def test_a_bare_3c_is_a_bundle_that_nobody_remembers() -> None:
    assert parse_recovery(b"\x3c") == Recovery(Cut.DISPENSING)
    assert ask.RECOVERY.fits is not None
    assert ask.RECOVERY.fits(b"\x3c")


def test_what_is_no_power_recovery() -> None:
    for wrong in (b"", b"\x17", b"\x17\x05", b"\x19\x00\x00", b"\x3c\x80\x05\x83"):
        assert parse_recovery(wrong) is None


def test_options_keep_every_bit_that_is_not_a_timer() -> None:
    assert options_data(bytes.fromhex("F8010203"), Retract.LONG) == bytes.fromhex("F7010203")
    assert options_data(bytes.fromhex("60000000"), Retract.LONG) == bytes.fromhex("67000000")


def test_the_retract_time_is_five_seconds_longer_than_people_have() -> None:
    waits = [(10_000, Retract.SHORT), (30_000, Retract.MIDDLE), (40_000, Retract.LONG), (90_000, Retract.LONG)]
    assert [(ms, retract_for(ms)) for ms, _ in waits] == waits


@pytest.mark.parametrize("pairs", [[], [(24, 0)], [(24, 21)], [(1, 15), (2, 6)]])
def test_a_bundle_has_one_to_twenty_notes(pairs: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="bundle"):
        dispense_data(pairs)


@given(st.binary(max_size=40))
def test_no_payload_makes_a_parser_raise(data: bytes) -> None:
    cassettes, contents, recovery = parse_cassettes(data), parse_contents(data), parse_recovery(data)
    assert cassettes is None or len(cassettes) == len(data) // 2
    assert contents is None or len(contents) == len(data) - 1
    assert recovery is None or recovery.cut in Cut


@given(cuts=st.lists(st.integers(0, 400), max_size=12))
def test_cutting_the_golden_stream_anywhere_changes_nothing(cuts: list[int]) -> None:
    wire = b"".join(FRAMES.values())
    edges, decoder = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)], Decoder()
    assert [frame for a, b in pairwise(edges) for frame in decoder.feed(wire[a:b])] == [
        Frame(1, raw[3:-2]) for raw in FRAMES.values()
    ]
