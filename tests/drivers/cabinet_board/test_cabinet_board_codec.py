"""Frames of the cabinet board against the golden ones, and the decoder against cuts and noise."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.cabinet_board import codec
from drivers.cabinet_board.codec import Answer, Decoder, Request
from tests.drivers.cabinet_board.board_script import crc, golden

GOLDEN = golden()

REQUESTS = {
    "read_inputs": codec.read_inputs(),
    "read_32_coils": codec.read_coils(),
    "read_16_input_registers": codec.read_input_registers("r", 0, 16),
    "read_40_input_registers": codec.read_input_registers("r", 0, 40),
    "read_identity": codec.read_input_registers("r", 0, 3),
    "read_tag_note_box": codec.read_input_registers("r", 16, 4),
    "read_10_holding": codec.read_holding_registers("r", 0, 10),
    "lamp_green_on": codec.write_coil(0, True),
    "lamp_green_off": codec.write_coil(0, False),
    "deliver_flap_open": codec.write_coil(8, True),
    "ticket_slot_retract": codec.write_coil(19, True),
    "coils_0_7_are_05": codec.write_coils(0, [True, False, True, False, False, False, False, False]),
    "coils_16_19_off": codec.write_coils(16, [False] * 4),
    "watchdog_30_s": codec.write_register("w", 0, 30),
    "watchdog_kick": codec.write_register("w", codec.KICK, codec.KICK_WORD),
    "clear_latch_all": codec.write_register("w", codec.CLEAR_LATCH, 0xFFFF),
    "two_registers": codec.write_registers("w", 0, [30, 10]),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_requests_are_the_golden_frames(name: str) -> None:
    assert REQUESTS[name].frame == GOLDEN[name]


def heard(request: Request, *pieces: bytes) -> Answer | None:
    decoder = Decoder()
    decoder.expect(request)
    for piece in pieces:
        if answer := decoder.feed(piece):
            return answer
    return None


@pytest.mark.parametrize(
    ("request_name", "answer_name", "exception"),
    [
        ("read_inputs", "inputs_0_3_9_13", 0),
        ("read_inputs", "illegal_address_02", 2),
        ("read_32_coils", "coils_none", 0),
        ("read_32_coils", "illegal_address_01", 2),
        ("read_identity", "identity", 0),
        ("read_tag_note_box", "tag_note_box", 0),
        ("read_10_holding", "holding_defaults", 0),
        ("read_10_holding", "illegal_function_03", 1),
        ("lamp_green_on", "lamp_green_on", 0),
        ("deliver_flap_open", "device_failure_05", 4),
        ("coils_0_7_are_05", "coils_0_7_written", 0),
        ("coils_16_19_off", "coils_16_19_off_done", 0),
        ("two_registers", "two_registers_written", 0),
    ],
)
def test_golden_answers_are_understood(request_name: str, answer_name: str, exception: int) -> None:
    answer = heard(REQUESTS[request_name], GOLDEN[answer_name])
    assert answer is not None
    assert answer.exception == exception


def test_levels_registers_and_tags() -> None:
    inputs = heard(REQUESTS["read_inputs"], GOLDEN["inputs_0_3_9_13"])
    identity = heard(REQUESTS["read_identity"], GOLDEN["identity"])
    tag = heard(REQUESTS["read_tag_note_box"], GOLDEN["tag_note_box"])
    missing = heard(REQUESTS["read_tag_note_box"], GOLDEN["tag_missing"])
    assert inputs is not None
    assert identity is not None
    assert tag is not None
    assert missing is not None
    assert codec.levels(inputs.data) == 0x220F
    assert codec.registers(identity.data) == (0x5456, 0x0105, 2)
    assert codec.tag(codec.registers(tag.data)) == "BOX00017"
    assert codec.tag(codec.registers(missing.data)) == ""


@pytest.mark.parametrize(
    "answer",
    [
        GOLDEN["inputs_0_3_9_13"][:-1] + b"\x00",  # CRC
        crc(b"\x02\x02\x04\x0f\x22\x00\x00"),  # other unit
        crc(b"\x01\x02\x02\x0f\x22"),  # another count
        GOLDEN["coils_none"],  # a late answer to another question
        GOLDEN["illegal_address_01"],
    ],
)
def test_what_is_not_the_answer_is_dropped(answer: bytes) -> None:
    assert heard(REQUESTS["read_inputs"], answer) is None


def test_a_repeated_good_answer_is_heard_each_time_and_a_changed_crc_is_not() -> None:
    decoder, request, frame = Decoder(), REQUESTS["read_inputs"], GOLDEN["inputs_0_3_9_13"]
    for _ in range(2):
        decoder.expect(request)
        assert decoder.feed(frame) == Answer(b"\x0f\x22\x00\x00")
    decoder.expect(request)
    assert decoder.feed(frame[:-1] + bytes([frame[-1] ^ 1])) is None


@given(noise=st.binary(max_size=12), cuts=st.lists(st.integers(0, 24), max_size=6))
def test_noise_before_and_cuts_anywhere_change_nothing(noise: bytes, cuts: list[int]) -> None:
    wire = noise + GOLDEN["inputs_0_3_9_13"]
    edges = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)]
    pieces = [wire[a:b] for a, b in pairwise(edges)]
    assert heard(REQUESTS["read_inputs"], *pieces) == Answer(b"\x0f\x22\x00\x00")


@given(noise=st.binary(max_size=300))
def test_noise_never_raises(noise: bytes) -> None:
    for request in REQUESTS.values():
        answer = heard(request, noise)
        assert answer is None or answer.exception or len(answer.data) == request.size - len(request.begins) - 2
