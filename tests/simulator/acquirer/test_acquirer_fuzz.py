"""Whatever comes over the line: no crash, nothing booked without a reason, and every refusal says why."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.acquirer.fields import FIELDS, Message, MessageError, decode, encode
from simulator.acquirer.frames import LONGEST, Framer, LineError, framed
from simulator.acquirer.keys import LAB_TAK, message_mac
from tests.simulator.acquirer.helpers import NOW_MS, PROFILE, Desk, messages

SAMPLES = st.sampled_from(sorted(messages().values()))
MTIS = st.sampled_from(["0100", "0200", "0220", "0400", "0500", "0320", "0620", "0800", "0820", "0210", "9999"])
HEX = "0123456789ABCDEF"


@given(noise=st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_noise_is_an_error_that_says_why(noise: bytes) -> None:
    for frame in (noise, PROFILE.tpdu + PROFILE.header + noise):
        with pytest.raises(MessageError) as error:
            decode(frame, PROFILE)
        assert str(error.value)


@given(sample=SAMPLES, edits=st.lists(st.tuples(st.integers(11, 290), st.binary(max_size=3)), min_size=1, max_size=4))
@settings(max_examples=80, deadline=None)
def test_a_spoiled_message_is_read_as_it_would_be_written_or_not_at_all(
    sample: bytes, edits: list[tuple[int, bytes]]
) -> None:
    spoiled = sample
    for place, text in edits:
        spoiled = spoiled[:place] + text + spoiled[place + 1 :]
    try:
        message = decode(spoiled, PROFILE)
    except MessageError:
        return
    mac = spoiled[-8:]
    fields = {number: text for number, text in message.fields.items() if number != 64}
    again = encode(
        Message(message.mti, fields), PROFILE.tpdu, PROFILE.header, (lambda _: mac) if message.signed else None
    )
    assert again == spoiled


@st.composite
def made_up(draw: st.DrawFn) -> bytes:
    """A message of well-formed fields in any combination, under a good MAC: beneath all checks of form."""
    fields: dict[int, str] = {}
    for number in draw(st.lists(st.sampled_from(sorted(set(FIELDS) - {64})), max_size=16, unique=True)):
        row = FIELDS[number]
        nibbles = row["max_len"] if row.get("len_count") == "nibbles" or row["data_enc"] != "b" else 2 * row["max_len"]
        size = nibbles if not row["len_type"] else draw(st.integers(1, min(nibbles, 60)))
        if row["data_enc"] == "b" and "len_count" not in row:
            size += size % 2
        binary = number in (52, 55, 62)
        fields[number] = draw(st.text(HEX if binary else "0123456789", min_size=size, max_size=size))
    fields |= draw(st.sampled_from([{}, {41: "TVM00001"}, {41: "TVM00001", 42: "898110048160001"}]))
    mti = draw(MTIS)
    frame = encode(Message(mti, fields), PROFILE.tpdu, PROFILE.header, lambda signed: message_mac(LAB_TAK, signed))
    return frame if draw(st.booleans()) else encode(Message(mti, fields), PROFILE.tpdu, PROFILE.header, None)


@given(frames=st.lists(made_up(), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_any_message_is_answered_or_hung_up_on_and_moves_nothing(frames: list[bytes]) -> None:
    desk = Desk()
    desk.frame(messages()["sign-in"])
    for frame in frames:
        answer = desk.bank.handle(frame, NOW_MS)
        assert answer.frame is not None or answer.why
        assert len(answer.code) == 2 or answer.frame is None
    assert desk.ledger.wrong() == []
    assert sum(booking.moved_fen for booking in desk.ledger.bookings("TVM00001")) == 0


@given(sizes=st.lists(st.integers(1, 400), min_size=1, max_size=5), cuts=st.lists(st.integers(0, 2_000), max_size=8))
@settings(max_examples=60, deadline=None)
def test_cutting_the_stream_anywhere_changes_nothing(sizes: list[int], cuts: list[int]) -> None:
    frames = [bytes([index]) * size for index, size in enumerate(sizes)]
    wire = b"".join(framed(frame) for frame in frames)
    edges, framer = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)], Framer()
    assert [frame for a, b in pairwise(edges) for frame in framer.feed(wire[a:b])] == frames


@pytest.mark.parametrize("head", [b"\0\0", (LONGEST + 1).to_bytes(2, "big"), b"\xff\xff"])
def test_an_impossible_length_ends_the_line(head: bytes) -> None:
    with pytest.raises(LineError, match="frame of"):
        Framer().feed(head)


@given(noise=st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_noise_never_fills_the_memory(noise: bytes) -> None:
    framer = Framer()
    try:
        given = framer.feed(noise)
    except LineError:
        return
    assert sum(len(frame) + 2 for frame in given) <= len(noise)
