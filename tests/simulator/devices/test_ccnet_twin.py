"""The validator twin against the ccnet sheet: exchanges, states, strictness, power cuts."""

import pytest

from simulator.devices.ccnet.wire import frame
from tests.simulator.devices.cash_golden import read
from tests.simulator.devices.ccnet_host import (
    ACK,
    ALL,
    COUNTER,
    HOLD,
    IDENTIFICATION,
    ILLEGAL,
    NONE,
    POLL,
    RESET,
    RETURN,
    STACK,
    STATUS,
    TABLE,
    Host,
)

GOLDEN = read("ccnet.txt")


def test_golden_exchange_accept_50_yuan() -> None:
    """The sheet leaves polls and waits out: a note comes before ACCEPTING, a second passes before 80 and 81."""
    host = Host()
    accepting, slow = GOLDEN["accepting"][0][1], ("ESCROW", "STACKED")
    heard, answers = b"", 0
    for direction, data, note in GOLDEN["exchange-accept-50-yuan"]:
        if direction == "host":
            assert heard == b"", "the twin said something the sheet does not show"
            host.now += 150 if data == GOLDEN["poll"][0][1] else 20
            heard = host.raw(data)
            continue
        if heard == b"":
            if data == accepting:
                host.insert(50)
            host.now += 1_100 if note.startswith(slow) else 100
            heard = host.raw(frame(POLL))
        assert heard == data
        heard, answers = b"", answers + 1
        host.now += 2_000 if len(data) > 100 else 0  # the unit initializes while the table is read
    assert answers == 12
    assert len(host.matter.place("box")) == 1


def test_golden_exchange_bad_crc_then_illegal() -> None:
    host = Host(rate=0)
    host.start()
    host.twin.faults.add("bit_flip_once")
    spoilt = host.raw(frame(POLL))
    assert spoilt != GOLDEN["idling"][0][1]
    assert len(spoilt) == 6
    assert host.raw(GOLDEN["nak"][0][1]) == b""
    host.now += 150
    lines = GOLDEN["exchange-bad-crc-then-illegal"][3:]
    for (_, ask, _), (_, answer, _) in [(lines[0], lines[1]), (lines[3], lines[4]), (lines[5], lines[6])]:
        host.now += 100
        assert host.raw(ask) == answer


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("get-status", bytes(6)),
        ("set-security-0", ACK),
        ("enable-none", ACK),
        ("enable-types-0-12-escrow", ACK),
        ("set-barcode-i2of5-18", ACK),
        ("set-escrow-timeouts-30-s-30-s", ACK),
        ("set-options-hold-bill", ACK),
        ("get-options", bytes(4)),
        ("stacked-counter", b"\x00\x00"),
        ("stack", ILLEGAL),
        ("return", ILLEGAL),
        ("hold", ILLEGAL),
        ("extract-barcode", ILLEGAL),
    ],
)
def test_golden_commands_while_disabled(name: str, answer: bytes) -> None:
    host = Host(rate=0)
    host.start(NONE)
    assert host.raw(GOLDEN[name][0][1])[3:-2] == answer


def test_identification_and_code_sums_have_the_lengths_of_the_sheet() -> None:
    host = Host(rate=0)
    assert len(host.ask(IDENTIFICATION)) == 34
    host.start(NONE)
    lengths = {b"\x51": 4, b"\x54": 19, b"\x56\x01\x02": 2, b"\x57" + bytes(8): 4, b"\x58" + bytes(6): 2, b"\x5c": 8}
    assert {command: len(host.ask(command)) for command in lengths} == lengths


def test_wrong_crc_is_answered_nak_and_nothing_is_done() -> None:
    host = Host(rate=0)
    host.start(NONE)
    broken = bytearray(frame(ALL))
    broken[-1] ^= 1
    assert host.raw(bytes(broken)) == GOLDEN["nak"][0][1]
    assert host.poll() == b"\x19"


@pytest.mark.parametrize(
    "payload",
    [b"\x34\x00\x00\x3f", b"\x32\x00", b"\x33\x00", b"\x30\x00", b"\x35\x00", b"\x5a\x00", b"\x68\x00", b"\x99"],
)
def test_wrong_lengths_and_unknown_commands_are_illegal(payload: bytes) -> None:
    host = Host(rate=0)
    host.start(NONE)
    assert host.ask(payload) == ILLEGAL


@pytest.mark.parametrize("command", [TABLE, IDENTIFICATION, b"\x69", b"\x51"])
def test_commands_of_the_quiet_states_are_illegal_while_enabled(command: bytes) -> None:
    host = Host(rate=0)
    host.start()
    assert host.ask(command) == ILLEGAL


def test_masks_are_most_significant_byte_first() -> None:
    host = Host(rate=0)
    host.start(b"\x34\x3f\x00\x00\x3f\x00\x00")  # the mistake of section 12.11: types 16 to 21
    assert host.ask(STATUS) == bytes.fromhex("3f0000000000")
    note = host.insert(50)
    assert host.poll() == b"\x1c\x68"
    assert host.where(note) == "acceptor.mouth"


def test_everything_is_off_after_reset() -> None:
    host = Host(rate=0)
    host.start()
    host.ask(b"\x32\x00\x00\x01")
    assert host.ask(STATUS) == bytes.fromhex("ffffff000001")
    assert host.ask(RESET) == ACK
    assert host.ask(STATUS) == bytes(6)
    assert host.poll_until(0x19) == b"\x19"


def test_slot_is_shut_unless_idling() -> None:
    host = Host(rate=0)
    note = host.note()
    assert host.twin.insert(note, host.now) == "the slot is closed"
    host.start(NONE)
    assert host.twin.insert(note, host.now) == "the slot is closed"
    host.ask(ALL)
    assert host.twin.insert("no such serial", host.now) == "the note is not in the hand"
    assert host.twin.insert(note.serial, host.now) is None
    assert host.twin.insert(host.note(), host.now) == "the slot is closed"
    assert host.where(note) == "acceptor.escrow"


def test_two_seconds_per_note() -> None:
    host = Host()
    host.start()
    before = host.now
    host.escrowed()
    assert 1_000 <= host.now - before <= 1_200
    before = host.now
    host.ask(STACK)
    assert host.poll() == b"\x17"
    assert host.twin.busy()
    assert host.poll_until(0x81) == b"\x81\x04"
    assert 1_000 <= host.now - before <= 1_300
    assert not host.twin.busy()


def test_without_escrow_bit_a_note_is_stacked_unasked() -> None:
    host = Host(rate=0)
    host.start(b"\x34\xff\xff\xff\x00\x00\x00")
    host.insert(20)
    assert host.poll() == b"\x81\x03"


def test_escrow_goes_back_after_ten_seconds_and_82_comes_when_it_is_taken() -> None:
    host = Host()
    host.start()
    note = host.escrowed()
    begun = host.now
    host.poll_until(0x18)
    assert 9_800 <= host.now - begun <= 10_300
    host.now += 60_000
    assert host.poll() == b"\x18"
    assert host.where(note) == "acceptor.mouth"
    assert host.twin.take_returned(host.now) == [note]
    assert host.poll() == b"\x82\x04"
    assert host.poll() == b"\x14"


def test_the_escrow_time_is_not_scaled_but_can_be_set() -> None:
    host = Host(rate=0)
    host.start()
    host.ask(b"\x5a\x00\x00\x75\x30\x00\x00\x75\x30")
    host.escrowed()
    host.now += 29_000
    assert host.poll() == b"\x80\x04"
    host.now += 1_000
    assert host.poll() == b"\x18"


def test_hold_gives_ten_more_seconds_each_time() -> None:
    host = Host(rate=0)
    host.start()
    host.escrowed()
    for _ in range(3):
        host.now += 8_000
        assert host.ask(HOLD) == ACK
        assert host.poll() == b"\x1a"
    assert host.ask(STACK) == ACK
    assert host.poll() == b"\x81\x04"


def test_return_and_reset_give_the_note_back() -> None:
    for order in (RETURN, RESET):
        host = Host(rate=0)
        host.start()
        note = host.escrowed()
        assert host.ask(order) == ACK
        host.poll()
        assert host.where(note) == "acceptor.mouth"
        host.twin.take_returned(host.now)
        assert host.where(note) == "hand"


def test_disable_in_escrow_takes_effect_after_the_note() -> None:
    host = Host(rate=0)
    host.start()
    host.escrowed()
    host.ask(NONE)
    assert host.poll() == b"\x80\x04"
    host.ask(STACK)
    assert host.poll() == b"\x81\x04"
    assert host.poll() == b"\x19"


def test_stacked_is_latched_until_acknowledged_in_time() -> None:
    host = Host(rate=0)
    host.start()
    host.escrowed()
    host.ask(STACK)
    assert [host.poll(ack=False) for _ in range(3)] == [b"\x81\x04"] * 3
    host.now += 200
    host.raw(frame(ACK))
    assert host.twin.manners["late_ack"] == 1
    assert host.poll() == b"\x81\x04"
    assert host.poll() == b"\x14"


def test_unlatched_firmware_says_it_once() -> None:
    host = Host(rate=0, latched=False)
    host.start()
    host.escrowed()
    host.ask(STACK)
    assert host.poll(ack=False) == b"\x81\x04"
    assert host.poll() == b"\x14"


def test_counter_wraps_at_16_bits_and_survives_power() -> None:
    host = Host(rate=0, stacked_counter=0xFFFF)
    host.start()
    host.escrowed()
    host.ask(STACK)
    host.poll_until(0x81)
    assert host.ask(COUNTER) == b"\x00\x00"
    assert host.restart() == b"\x10"
    assert host.ask(COUNTER) == b"\x00\x00"


def test_counterfeits_and_unknown_values_are_refused() -> None:
    host = Host(rate=0)
    host.start()
    note = host.insert(100, genuine=False)
    assert host.poll() == b"\x1c\x66"
    assert host.twin.insert(host.note(), host.now) == "a note sticks out of the slot"
    assert host.twin.take_returned(host.now) == [note]
    host.insert(2)
    assert host.poll() == b"\x1c\x65"


def test_hold_bill_keeps_rejecting_until_the_note_is_taken() -> None:
    host = Host(rate=0)
    host.start(NONE)
    assert host.ask(b"\x68\xff\xff\xff\xff") == ACK
    assert host.ask(b"\x69") == b"\xc0\x80\x00\x00"
    assert host.ask(b"\x68\x40\x00\x00\x00") == ACK
    host.ask(ALL)
    host.insert(100, genuine=False)
    assert [host.poll() for _ in range(3)] == [b"\x1c\x66"] * 3
    host.twin.take_returned(host.now)
    assert host.poll() == b"\x14"


def test_bill_table_48_doubles_the_masks() -> None:
    host = Host(rate=0)
    host.start(NONE)
    host.ask(b"\x68\x00\x80\x00\x00")
    assert len(host.ask(TABLE)) == 240
    assert host.ask(ALL) == ILLEGAL
    assert host.ask(b"\x34" + b"\xff" * 12) == ACK
    assert host.ask(STATUS) == b"\xff" * 6 + bytes(6)


def test_box_out_and_back_goes_through_initialize_to_disabled() -> None:
    host = Host()
    host.start()
    host.escrowed()
    host.ask(STACK)
    host.poll_until(0x81)
    assert host.twin.remove_box(host.now, empty=True) == 1
    assert host.poll() == b"\x42"
    assert len(host.matter.place("vault")) == 1
    host.twin.refit_box(host.now)
    assert host.poll() == b"\x13"
    assert host.poll_until(0x19) == b"\x19"


def test_a_full_box_shuts_the_slot() -> None:
    host = Host(rate=0)
    host.matter.place("box").capacity = 1
    host.start()
    host.escrowed()
    host.ask(STACK)
    assert host.poll() == b"\x81\x04"
    assert host.poll() == b"\x41"
    assert host.twin.insert(host.note(), host.now) == "the slot is closed"
    host.twin.remove_box(host.now, empty=True)
    host.twin.refit_box(host.now)
    assert host.poll_until(0x19) == b"\x19"


# -- power cuts (section 6, 10 to 12)


def test_power_up_without_a_note() -> None:
    host = Host()
    host.start()
    assert host.restart() == b"\x10"
    assert host.poll() == b"\x10"
    host.ask(RESET)
    assert host.poll() == b"\x13"
    assert host.poll_until(0x19) == b"\x19"


def cut_accepting(host: Host) -> None:
    host.insert()
    host.now += 500


def cut_escrow(host: Host) -> None:
    host.escrowed()


def cut_returning(host: Host) -> None:
    host.escrowed()
    host.ask(RETURN)


def cut_mouth(host: Host) -> None:
    cut_returning(host)
    host.now += 5_000
    host.poll()


@pytest.mark.parametrize("reach", [cut_accepting, cut_escrow, cut_returning, cut_mouth])
def test_power_cut_before_the_note_is_past_escrow_gives_it_back(reach) -> None:  # type: ignore[no-untyped-def]
    host = Host()
    host.start()
    reach(host)
    assert host.restart() == b"\x11"
    host.ask(RESET)
    host.poll_until(0x19)
    assert len(host.matter.place("acceptor.mouth")) == 1
    assert len(host.twin.take_returned(host.now)) == 1
    assert host.poll() == b"\x19"
    assert host.ask(COUNTER) == b"\x00\x00"


def test_power_cut_while_stacking_is_stacked_after_reset_and_told_once() -> None:
    host = Host()
    host.start()
    note = host.escrowed()
    host.ask(STACK)
    host.now += 300
    assert host.restart() == b"\x12"
    assert host.where(note) == "acceptor.path"
    host.ask(RESET)
    answers = [host.poll() for _ in range(40)]
    told = [answer for answer in answers if answer != b"\x13"]
    assert told[0] == b"\x81\x04"
    assert set(told[1:]) == {b"\x19"}
    assert host.where(note) == "box"
    assert host.ask(COUNTER) == b"\x00\x01"


def test_power_cut_after_stacking_is_seen_in_the_counter_only() -> None:
    host = Host()
    host.start()
    host.escrowed()
    host.ask(STACK)
    host.now += 1_100
    host.poll(ack=False)
    assert host.restart() == b"\x10"
    assert host.ask(COUNTER) == b"\x00\x01"


def test_nothing_is_heard_or_said_without_power() -> None:
    host = Host(rate=0)
    host.twin.power(False, host.now)
    assert host.raw(frame(POLL)) == b""
    assert host.twin.poll(host.now) is None
    assert host.twin.insert(host.note(), host.now) == "the device is off"


def test_rude_manners_are_counted() -> None:
    host = Host(rate=0)
    host.raw(frame(POLL))
    host.raw(frame(POLL))
    assert host.twin.manners["hasty_poll"] == 1
    assert host.twin.manners["no_ack"] == 1
    host.raw(frame(ACK))
    host.raw(frame(RESET))
    assert host.twin.manners["hurried"] == 1
