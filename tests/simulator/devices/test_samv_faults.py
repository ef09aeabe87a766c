"""Every fault of the identity-card reader twin does what its sentence says (reliability notes 5; io-board sheet, section 4)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.devices.linkfaults import LINK_FAULTS, NOISE, OTHER_WORDS
from simulator.devices.samv import CARDS
from simulator.devices.samv.faults import FAULTS, IN_READ, IN_SELECT
from simulator.devices.samv.reader import LATE_MS
from tests.simulator.devices.samv_host import (
    ALL,
    FIND,
    NUMBER,
    READ,
    READ_FINGERPRINTS,
    RESET,
    SELECT,
    STATUS,
    Host,
    answered,
    opened,
    packet,
    sent,
)

ORDER = (FIND, SELECT, READ)
GOOD = [0x9F, 0x90, 0x90]


def faulty(*names: str, card: str = "woman") -> Host:
    host = Host()
    host.reader.lay(CARDS[card])
    host.reader.faults |= set(names)
    return host


def test_every_fault_has_a_sentence() -> None:
    menu = Host().reader.fault_names()
    assert set(menu) == set(FAULTS) | set(LINK_FAULTS)
    assert all(sentence.endswith(".") and len(sentence) > 20 for sentence in menu.values())
    assert all(menu[name].startswith("Once: ") for name in FAULTS if name.endswith("_next"))


# -- the module


def test_a_failed_module_answers_60_to_everything() -> None:
    host = faulty("sam_failed")
    assert host.says(*ALL) == [0x60] * len(ALL)
    assert opened(host.raw(sent("find")[:-1] + b"\0")) == [b"\0\0\x10"]
    host.reader.faults.clear()
    assert host.says(*ORDER) == GOOD


@pytest.mark.parametrize(("fault", "status"), [("sam_no_key", 0x66), ("sam_logged_out", 0x61)])
def test_a_module_that_may_not_read_still_tells_how_it_is(fault: str, status: int) -> None:
    host = faulty(fault)
    assert host.says(STATUS, NUMBER, RESET) == [0x90] * 3
    assert host.says(FIND, SELECT, READ) == [status] * 3
    host.reader.faults.clear()
    assert host.says(*ORDER) == GOOD


@pytest.mark.parametrize("done", range(3))
def test_a_module_that_hangs_is_woken_by_reset(done: int) -> None:
    host = faulty()
    host.says(*ORDER[:done])
    host.reader.faults = {"hangs_next"}
    assert host.says(ORDER[done], STATUS, FIND, SELECT) == [0] * 4
    assert host.says(RESET, STATUS) == [0x90, 0x90]
    assert host.says(*ORDER) == GOOD


def test_a_module_that_hangs_is_woken_by_power() -> None:
    host = faulty("hangs_next")
    assert host.says(FIND, STATUS) == [0, 0]
    host.reader.power(False, host.now)
    host.reader.power(True, host.now)
    assert host.says(*ORDER) == GOOD


# -- the card


def test_a_broken_aerial_finds_nothing() -> None:
    host = faulty("field_dead")
    assert host.says(*ORDER) == [0x80, 0x34, 0x34]
    assert host.says(STATUS) == [0x90]


def test_a_ghost_is_found_and_cannot_be_selected() -> None:
    host = Host()
    host.reader.faults = {"ghost_card"}
    assert host.says(*ORDER) == [0x9F, 0x81, 0x34]
    host.reader.lay(CARDS["man"])
    assert host.says(*ORDER) == GOOD


def test_a_card_at_the_edge_is_never_read() -> None:
    host = faulty("weak_field")
    assert host.says(*ORDER, READ, READ_FINGERPRINTS) == [0x9F, 0x90, 0x41, 0x41, 0x41]
    host.reader.faults.clear()
    assert host.says(*ORDER) == GOOD


def test_a_card_gone_before_select() -> None:
    host = faulty("card_gone_before_select_next")
    assert host.says(*ORDER) == [0x9F, 0x81, 0x34]
    assert host.reader.cards() == []
    assert host.reader.faults == set()


@pytest.mark.parametrize("text", [READ, READ_FINGERPRINTS])
def test_a_card_gone_during_a_reading(text: str) -> None:
    host = faulty("card_gone_in_read_next")
    assert host.says(FIND, SELECT, text, FIND) == [0x9F, 0x90, 0x41, 0x80]
    assert host.reader.cards() == []
    host.reader.lay(CARDS["woman"])
    assert host.says(*ORDER) == GOOD


@pytest.mark.parametrize(("fault", "status"), [(name, int(status)) for name, status in IN_SELECT.items()])
def test_a_select_that_fails_once(fault: str, status: int) -> None:
    host = faulty(fault)
    assert host.says(*ORDER) == [0x9F, status, 0x41]
    assert host.says(*ORDER) == GOOD


@pytest.mark.parametrize(("fault", "status"), [(name, int(status)) for name, status in IN_READ.items()])
def test_a_reading_that_fails_once(fault: str, status: int) -> None:
    host = faulty(fault)
    assert host.says(*ORDER, READ) == [0x9F, 0x90, status, 0x90]


def test_lengths_that_lie() -> None:
    host = faulty("wrong_text_length_next")
    assert host.says(FIND, SELECT) == GOOD[:2]
    data = host.ask(READ)[1]
    assert (data[:4], len(data)) == (bytes.fromhex("02000400"), 4 + 256 + 1_024)
    host.reader.faults = {"short_text_next"}
    data = host.ask(READ)[1]
    assert (data[:4], len(data)) == (bytes.fromhex("01000400"), 4 + 254 + 1_024)
    assert host.ask(READ)[1][4:260] == CARDS["woman"].text


# -- the wire


def test_a_wrong_check_once() -> None:
    host = faulty("wrong_check_next")
    wire = host.raw(sent("find"))
    assert wire[:-1] == answered("find")[:-1]
    assert wire[-1] == answered("find")[-1] ^ 0xFF
    assert host.raw(sent("find")) == answered("find")


def test_bytes_lost_in_the_middle() -> None:
    host = faulty("lost_bytes_next")
    wire = host.raw(sent("find"))
    assert len(wire) == len(answered("find")) - 3
    assert wire.startswith(answered("find")[:7])
    assert host.raw(sent("find")) == answered("find")


def test_a_read_answer_that_stops() -> None:
    host = faulty("truncated_read_next")
    assert host.says(FIND, SELECT) == GOOD[:2]
    wire = host.raw(sent("read"))
    assert len(wire) == 700
    assert wire.startswith(answered("read"))
    assert host.wait(5_000) == b""
    assert len(host.raw(sent("read"))) == 1_295


def test_an_answer_in_two_pieces() -> None:
    host = faulty("split_answer")
    assert host.raw(sent("find")) == answered("find")[:7]
    assert host.wait(59) == b""
    assert host.wait(1) == answered("find")[7:]


def test_answers_that_are_slow() -> None:
    host = faulty("slow_answers")
    assert host.raw(sent("find")) == b""
    assert host.wait(699) == b""
    assert host.wait(1) == answered("find")


def test_a_slow_answer_does_not_outlive_a_power_cut() -> None:
    host = faulty("slow_answers")
    assert host.raw(sent("find")) == b""
    host.reader.power(False, host.now)
    host.reader.power(True, host.now)
    assert host.wait(5_000) == b""


def test_a_wrong_line_rate_is_silence() -> None:
    host = faulty("wrong_baud")
    assert host.says(*ALL) == [0] * len(ALL)
    assert host.wait(5_000) == b""
    host.reader.faults.clear()
    assert host.says(*ORDER) == GOOD


def test_another_device_never_speaks_a_packet() -> None:
    host = faulty("another_device")
    assert host.raw(sent("status")) == OTHER_WORDS
    assert host.raw(b"\r") == OTHER_WORDS


# -- any link (reliability notes 5)


@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize(
    ("fault", "wire"),
    [
        ("silence_before", b""),
        ("silence_after", b""),
        ("duplicate_reply", answered("find") * 2),
        ("noise", NOISE + answered("find")),
        ("cut_frame", answered("find")[:7]),
        ("reset_by_itself", b""),
    ],
)
def test_the_line_lies(fault: str, wire: bytes, *, once: bool) -> None:
    host = faulty(f"{fault}_once" if once else fault)
    assert host.raw(sent("find")) == wire
    assert host.raw(sent("find")) == (answered("find") if once else wire)


def test_a_command_lost_is_not_done_and_one_whose_answer_is_lost_is() -> None:
    host = faulty("silence_before_once")
    assert host.says(FIND, SELECT) == [0, 0x34]
    host = faulty("silence_after_once")
    assert host.says(FIND, SELECT) == [0, 0x90]


def test_an_answer_after_the_hosts_patience() -> None:
    host = faulty("late_reply_once")
    assert host.raw(sent("find")) == b""
    assert host.says(STATUS) == [0x90]
    assert host.wait(LATE_MS - 1) == b""
    assert host.wait(1) == answered("find")


def test_one_bit_and_an_old_answer() -> None:
    host = faulty("bit_flip_once")
    wire = host.raw(sent("find"))
    assert sum((one ^ other).bit_count() for one, other in zip(wire, answered("find"), strict=True)) == 1
    host.reader.faults = {"reply_to_previous_once"}
    assert host.raw(sent("status")) == answered("find")


def test_a_reader_that_starts_again_by_itself_forgets_the_order() -> None:
    host = faulty()
    assert host.says(*ORDER) == GOOD
    host.reader.faults = {"reset_by_itself_once"}
    assert host.says(FIND, SELECT) == [0, 0x34]
    assert host.says(*ORDER) == GOOD  # the field was off: the card that was read is found again


# -- whatever is done to it

ACTS = st.one_of(
    st.sampled_from([packet(bytes.fromhex(text)) for text in ALL]),
    st.sampled_from([packet(bytes.fromhex(text)) for text in ORDER]),
    st.binary(max_size=20),
    st.sampled_from(sorted(set(FAULTS) | set(LINK_FAULTS))),
    st.sampled_from(["lay woman", "lay man", "lay other_chip", "lift", "power"]),
    st.integers(0, 4_000),
)


@settings(max_examples=60, deadline=None)
@given(acts=st.lists(ACTS, max_size=30), rate=st.sampled_from([0.0, 1.0]))
def test_it_stands_and_tells_only_of_cards_that_were_there(acts: list[bytes | str | int], rate: float) -> None:
    host, seen, wire = Host(rate), set[str](), b""
    for act in acts:
        if isinstance(act, bytes):
            wire += host.raw(act)
        elif isinstance(act, int):
            wire += host.wait(act)
        elif act.startswith("lay"):
            host.reader.lay(CARDS[act[4:]])
            seen.add(act[4:])
        elif act == "lift":
            host.reader.lift()
        elif act == "power":
            host.reader.power(False, host.now)
            host.reader.power(True, host.now)
        else:
            host.reader.faults ^= {act}
    for name in ("woman", "man"):
        assert name in seen or CARDS[name].text[:64] not in wire


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.sampled_from(ALL), max_size=25), moves=st.lists(st.sampled_from("lu-"), max_size=25))
def test_the_text_never_crosses_the_line_out_of_order(texts: list[str], moves: list[str]) -> None:
    """`l` lays the card, `u` lifts it before the command. What the order is, written down here a second time."""
    host, stood = Host(), 0
    for text, move in zip(texts, [*moves, *"-" * len(texts)], strict=False):
        if move == "l" and host.reader.lay(CARDS["man"]) is None:
            stood = 0
        if move == "u":
            host.reader.lift()
            stood = 0
        status, data = host.ask(text)
        if text in (READ, READ_FINGERPRINTS):
            assert (status == 0x90) is (stood == 2)
            assert (CARDS["man"].text in data) is (stood == 2)
        if text == FIND:
            stood = 1 if status == 0x9F else 0
        elif text == SELECT:
            stood = 2 if stood and status == 0x90 else 0 if status != 0x90 else stood
        elif text == RESET:
            stood = 0
