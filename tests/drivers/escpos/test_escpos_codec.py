"""Slips and status bytes against the golden frames, cuts and noise."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.escpos import codec
from drivers.escpos.codec import Automatic, Condition, Decoder, Done, RealTime
from kiosk.ports.ticket_printer import Picture
from tests.drivers.escpos.escpos_script import golden

GOLDEN = golden()


def test_what_is_sent_is_golden() -> None:
    assert GOLDEN["init"] == codec.INIT
    assert GOLDEN["asb_on"] == codec.STATUS_ON
    assert GOLDEN["cut_full"] == codec.CUT
    assert GOLDEN["ask_in_sequence"] == codec.ASK_DONE
    assert b"".join(GOLDEN[f"ask_{n}"] for n in (1, 2, 3, 4)) == codec.ASK_ALL


def test_a_small_slip_is_golden() -> None:
    pieces = list(codec.slip_bytes(Picture(16, 2, bytes.fromhex("FF00AA55")), 576))
    assert pieces[1:] == [GOLDEN["raster_16x2"], GOLDEN["cut_full"], GOLDEN["ask_in_sequence"]]


def test_a_long_slip_comes_in_bands_and_loses_no_row() -> None:
    rows = bytes(range(200)) * 72
    pieces = list(codec.slip_bytes(Picture(576, 200, rows), 576))[1:-2]
    assert [piece[6] for piece in pieces] == [64, 64, 64, 8]
    assert b"".join(piece[8:] for piece in pieces) == rows


@pytest.mark.parametrize(
    "picture", [Picture(577, 1, bytes(73)), Picture(8, 0, b""), Picture(8, 2, b"\0"), Picture(0, 1, b"")]
)
def test_what_does_not_fit_the_paper_is_refused(picture: Picture) -> None:
    with pytest.raises(ValueError):
        list(codec.slip_bytes(picture, 576))


@pytest.mark.parametrize(
    ("names", "condition"),
    [
        (("status_good",) * 4, Condition()),
        (("s1_offline", "s2_cover", "status_good", "status_good"), Condition(offline=True, cover=True)),
        (
            ("s1_offline", "s2_paper_end", "status_good", "s4_end"),
            Condition(offline=True, paper_low=True, paper_out=True),
        ),
        (("s1_offline", "s2_error", "s3_cutter", "status_good"), Condition(offline=True, cutter=True)),
        (("s1_offline", "s2_error", "s3_mechanical", "status_good"), Condition(offline=True, broken=True)),
        (("s1_offline", "s2_error", "s3_unrecoverable", "status_good"), Condition(offline=True, broken=True)),
        (("s1_offline", "s2_error", "s3_recovers", "status_good"), Condition(offline=True)),
        (("status_good", "status_good", "status_good", "s4_near_end"), Condition(paper_low=True)),
    ],
)
def test_real_time_status(names: tuple[str, ...], condition: Condition) -> None:
    answers = Decoder().feed(b"".join(GOLDEN[name] for name in names))
    first, second, third, fourth = (answer.bits for answer in answers if isinstance(answer, RealTime))
    assert codec.real_time_condition((first, second, third, fourth)) == condition


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("asb_good", Automatic(Condition())),
        ("asb_near_end", Automatic(Condition(paper_low=True))),
        ("asb_end", Automatic(Condition(offline=True, paper_low=True, paper_out=True))),
        ("asb_cover", Automatic(Condition(offline=True, cover=True))),
        ("asb_cutter", Automatic(Condition(offline=True, cutter=True))),
        ("asb_head_hot", Automatic(Condition(offline=True))),
        ("in_sequence_paper", Done(False, False)),
        ("in_sequence_near_end", Done(True, False)),
        ("in_sequence_end", Done(True, True)),
    ],
)
def test_automatic_status_and_confirmation(name: str, answer: codec.Answer) -> None:
    assert Decoder().feed(GOLDEN[name]) == [answer]


@pytest.mark.parametrize("name", ["full_good", "full_near_end", "full_no_paper", "full_cover", "full_slip_waiting"])
def test_the_full_status_of_other_makers_is_skipped_whole(name: str) -> None:
    assert Decoder().feed(GOLDEN[name] + GOLDEN["status_good"]) == [RealTime(0x12)]


def test_a_status_cut_short_does_not_eat_the_next() -> None:
    assert Decoder().feed(GOLDEN["asb_good"][:2] + GOLDEN["asb_cover"]) == [
        Automatic(Condition(offline=True, cover=True))
    ]
    assert Decoder().feed(GOLDEN["asb_good"][:3] + GOLDEN["status_good"]) == [RealTime(0x12)]


STREAM = b"".join(
    GOLDEN[name] for name in ("status_good", "asb_end", "in_sequence_end", "full_cover", "asb_good", "s4_end")
)


@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=10))
def test_cutting_the_stream_anywhere_changes_nothing(cuts: list[int]) -> None:
    decoder = Decoder()
    edges = [0, *sorted(cuts), len(STREAM)]
    heard = [answer for a, b in pairwise(edges) for answer in decoder.feed(STREAM[a:b])]
    assert heard == Decoder().feed(STREAM)
    assert len(heard) == 5


@given(noise=st.binary(max_size=200))
def test_noise_never_raises_and_a_status_gets_through_after_it(noise: bytes) -> None:
    decoder = Decoder()
    decoder.feed(noise)
    heard = decoder.feed(GOLDEN["status_good"] * 6)
    assert RealTime(0x12) in heard
