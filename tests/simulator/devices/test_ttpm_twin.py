"""The ticket unit twin: golden frames, strictness, one ticket after the other, what a power cut leaves."""

from io import BytesIO
from itertools import pairwise

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from simulator.devices.matter import Blank, Matter
from simulator.devices.ttpm import Battery, Ttpm
from simulator.devices.ttpm.line import LineReader
from simulator.devices.ttpm.picture import picture
from simulator.devices.ttpm.raster import BadFace, unpack_bits
from simulator.devices.twin import Speeds
from tests.simulator.devices.cash_golden import read
from tests.simulator.devices.ttpm_host import STRIPE, Host, face

GOLDEN = read("ttpm.txt")
CAN = b"\x18"


def golden(name: str) -> bytes:
    return b"".join(data for _, data, _ in GOLDEN[name])


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ("clear_extended", "ack_clear"),
        ("clear", "ack_clear"),
        ("void_text", "ack_layout"),
        ("void_text_one", "ack_layout"),
        ("text", "ack_layout"),
        ("q_text", "ack_q"),
        ("stripe_track1", "ack_data"),
        ("stripe_track2", "ack_data"),
        ("stripe_track3", "ack_data"),
        ("take_timeout", "ack_data"),
        ("entry_lower", "ack_entry"),
        ("eject_rear", "ack_eject"),
        ("status", "status_idle"),
        ("enq", "status_idle"),
        ("firmware", "firmware_text"),
        ("read_text", "text_empty"),
        ("progress", "progress_idle"),
        ("read_track1", "nak_A"),
        ("read_all", "nak_A"),
        ("front_to_waste", "nak_E"),
        ("face_literal", "ack_layout"),
        ("face_run", "ack_layout"),
        ("face_run_over_rows", "ack_layout"),
        ("face_nothing", "ack_layout"),
        ("face_control_bytes", "ack_layout"),
        ("face_bad_crc", "nak_R"),
        ("face_short", "nak_R"),
        ("face_too_wide", "nak_R"),
    ],
)
def test_golden_frames_are_answered_as_the_sheets_say(sent: str, answer: str) -> None:
    host = Host()
    host.start()
    assert host.raw(golden(sent)) == golden(answer)


def test_every_golden_host_frame_is_understood() -> None:
    for name, lines in GOLDEN.items():
        host = Host()
        host.start()
        for direction, data, _ in lines:
            if direction == "host" and name != "can":
                assert host.raw(data) + host.wait(10_000) != golden("nak_unknown"), name


def test_a_good_ticket_is_encoded_printed_and_falls_into_the_tray() -> None:
    host = Host()
    host.start()
    assert host.order() == b""
    assert host.twin.busy()
    assert host.wait(1_800) == golden("encoded")
    assert host.wait(1_800) == golden("printed")
    assert host.where() == {"roll": 4, "printer.path": 1}
    assert host.wait(900) == b""
    assert host.where() == {"roll": 4, "ticket.tray": 1}
    assert not host.twin.busy()
    assert host.blanks[0].state == "good"
    assert host.blanks[0].stripe == {1: STRIPE}
    assert host.line("!V") == b"AAAAA-00001-01\r\n"
    assert host.line("!Y") == b"tickets=1 voided=0\r\n"


def test_a_whole_ticket_takes_the_nominal_time_and_no_longer() -> None:
    host = Host()
    host.start()
    began = host.now
    host.order()
    while host.twin.busy():
        due = host.twin.poll(host.now)
        assert due is not None
        host.now = due
        host.twin.poll(host.now)
    assert host.now - began == Speeds().ticket_ms


def test_the_next_command_is_read_when_the_ticket_lies_in_the_tray() -> None:
    host = Host()
    host.start()
    host.order()
    assert host.line("!V") == b""
    assert host.raw(b"\x05")[:1] == b"\x01"
    assert host.wait(4_499) == golden("encoded") + golden("printed")
    assert host.wait(1) == b"AAAAA-00001-01\r\n"


def test_two_tickets_queued_in_one_write_come_one_after_the_other() -> None:
    host = Host(rate=0)
    both = f"!CA\r\n!J{STRIPE}\r\n!P1E\r\n!J{STRIPE}\r\n!P1@\r\n!Y\r\n".encode()
    done = golden("ack_data") + golden("encoded") + golden("printed")
    assert host.raw(both) == golden("ack_clear") + done + done + b"tickets=2 voided=0\r\n"
    assert host.where() == {"roll": 3, "ticket.tray": 1, "ticket.waste": 1}


def test_without_the_extended_acknowledgement_the_cycle_ends_with_etx() -> None:
    host = Host(rate=0)
    assert host.line("!C") == golden("ack")
    assert host.line("!P1E") == golden("ack") + golden("etx")


def test_produce_before_clear_only_initialises() -> None:
    host = Host(rate=0)
    assert host.line("!P1E") == golden("ack")
    assert host.where() == {"roll": 5}


def test_faces_add_up_later_over_earlier_and_belong_to_one_ticket() -> None:
    host = Host(rate=0)
    host.start()
    host.raw(face(0, 0, 16, 1, bytes([0xFF, 0xFF])))
    host.raw(face(8, 0, 8, 1, bytes([0, 0x0F])))
    host.line("!P1E")
    host.line("!P1E")
    first, second = host.blanks[:2]
    assert first.face[:3] == b"\xff\x0f\x00"
    assert len(first.face) == 86 * 432
    assert set(second.face) == {0}


def test_people_can_look_at_the_face() -> None:
    host = Host(rate=0)
    host.start()
    host.raw(face(0, 0, 16, 1, bytes([0xFF, 0xFF])))
    host.line("!P1E")
    for blank, black in ((host.blanks[0], 16), (host.blanks[1], 0)):
        image = Image.open(BytesIO(picture(blank))).convert("L")
        assert image.size == (688, 432)
        assert image.histogram()[0] == black


@pytest.mark.parametrize(
    "line",
    [
        "",
        "P1E",
        " !C",
        "!c",
        "!C ",
        "!P1X",
        "!P1E@",
        "!P12",
        "!Q",
        "!Q 1234567890123456",
        "!J",
        "!Jabc",
        "!J" + "A" * 80,
        "!J50%",
        "!M12A",
        "!M" + "1" * 38,
        "!L6",
        "!D 4",
        "!F G",
        "!F G 0 0 8 1 0 00000000",
        "!F G 0 0 8 1 02 6cdbfd72",
        "!F G 0 0  8 1 2 6cdbfd72",
        "!F G 0 0 8 1 2 6CDBFD72",
        "!F G 0 0 8 1 65536 6cdbfd72",
        '!F T N 1 1 1 2 2 1 "open',
        "!Y1",
        "!\x01",
    ],
)
def test_a_wrong_line_is_refused_and_the_next_is_read(line: str) -> None:
    host = Host()
    host.start()
    refusal = b"" if line == "" else golden("nak_R") if line.startswith("!F G") else golden("nak_unknown")
    assert host.line(line) == refusal
    assert host.line("!V") == golden("text_empty")


def test_a_line_needs_cr_and_lf_and_has_a_limit() -> None:
    host = Host()
    assert host.raw(b"!C\n") == b""
    assert host.raw(b"\r\n") == golden("nak_unknown")
    assert host.raw(b"!Q " + b"x" * 2_000) == b""
    assert host.raw(b"\r\n") == golden("nak_unknown")
    assert host.line("!V") == golden("text_empty")


def test_a_raster_frame_that_stops_for_a_second_is_dropped() -> None:
    host = Host()
    host.start()
    whole = golden("face_literal")
    assert host.raw(whole[:-4]) == b""
    assert host.wait(999) == b""
    assert host.wait(1) == golden("nak_R")
    assert host.line("!V") == golden("text_empty")


def test_a_raster_frame_must_end_with_cr_lf() -> None:
    host = Host()
    host.start()
    assert host.raw(golden("face_literal")[:-2] + b"!C") == golden("nak_R")
    assert host.line("!V") == golden("text_empty")


@given(st.binary(max_size=400), st.lists(st.integers(0, 1_500), max_size=12))
def test_cutting_the_stream_anywhere_changes_nothing(noise: bytes, cuts: list[int]) -> None:
    frames = [data for lines in GOLDEN.values() for way, data, _ in lines if way == "host" and CAN not in data[:1]]
    wire = b"".join(frames[byte % len(frames)] for byte in noise[:8]) + noise.replace(CAN, b"")
    edges, reader = [0, *sorted(cut for cut in cuts if cut < len(wire)), len(wire)], LineReader()
    heard = [item for a, b in pairwise(edges) for item in reader.feed(wire[a:b], 0)]
    assert heard == LineReader().feed(wire, 0)


@given(st.binary(max_size=300))
def test_noise_never_raises_and_never_loses_a_blank(noise: bytes) -> None:
    host = Host(rate=0)
    host.start()
    host.raw(noise)
    host.now += 2_000
    host.raw(b"\r\n" + noise)
    assert host.total() == 5


@given(st.binary(max_size=60))
def test_unpacking_any_bytes_ends_with_rows_or_bad_face(packed: bytes) -> None:
    try:
        rows = unpack_bits(packed)
    except BadFace:
        rows = b""
    assert len(rows) <= 128 * len(packed)


def test_no_paper_drops_the_data() -> None:
    host = Host(blanks=0, rate=0)
    host.start()
    assert host.order() == golden("nak_P")
    assert host.raw(b"\x05")[1] & 0x01 == 0
    blank = host.matter.new_blank("roll")
    assert host.line("!P1E") == golden("encoded") + golden("printed")
    assert blank.stripe == {}
    assert set(blank.face) == {0}


def test_a_failed_blank_is_voided_and_the_next_tried_as_often_as_void_text_says() -> None:
    host = Host(rate=0)
    host.start()
    host.twin.faults = {"verify_fail"}
    assert host.order() == golden("stripe_fault_1")
    assert host.where() == {"roll": 2, "ticket.waste": 3}
    host.raw(golden("void_text_one"))
    assert host.order() == golden("stripe_fault_1")
    assert host.where() == {"roll": 1, "ticket.waste": 4}
    assert host.line("!Y") == b"tickets=0 voided=4\r\n"
    assert host.line("!V") == golden("text_empty")
    assert {blank.state for blank in host.blanks[:4]} == {"void"}
    assert all(blank.stripe == {} and any(blank.face) for blank in host.blanks[:4])


def test_the_text_of_q_waits_over_a_voided_ticket_but_not_over_clear() -> None:
    host = Host(rate=0)
    host.start()
    host.raw(golden("void_text_one"))
    host.twin.faults = {"verify_fail_1st"}
    assert host.order(text="KEPT") == golden("stripe_fault_1")
    host.line("!P1E")
    assert host.line("!V") == b"KEPT\r\n"
    host.line("!Q GONE")
    host.start()
    host.line("!P1E")
    assert host.line("!V") == b"KEPT\r\n"


@pytest.mark.parametrize("after_ms", [1, 900, 1_800, 2_500, 3_600, 3_700, 3_900, 4_499])
def test_a_power_cut_in_any_phase_voids_the_blank_and_keeps_the_battery(after_ms: int) -> None:
    host = Host(battery=Battery("OLD", 7, 2))
    host.start()
    host.order()
    host.wait(after_ms)
    host.twin.power(False, host.now)
    assert host.where() == {"roll": 4, "printer.path": 1}
    assert host.blanks[0].state == "half"
    assert host.raw(b"!V\r\n\x05") == b""
    host.twin.power(True, host.now)
    assert host.wait(19_999) == b""
    assert host.twin.busy()
    assert host.wait(1) == golden("nak_G")
    assert host.where() == {"roll": 4, "ticket.waste": 1}
    assert (host.blanks[0].state, host.blanks[0].stripe) == ("void", {})
    assert host.line("!V") == b"OLD\r\n"
    assert host.line("!Y") == b"tickets=7 voided=3\r\n"
    assert host.line("!P1E") == golden("ack")  # not cleared: only initialises


def test_a_power_cut_after_the_ticket_fell_finds_its_text() -> None:
    host = Host()
    host.start()
    host.order()
    host.wait(4_500)
    host.twin.power(False, host.now)
    host.twin.power(True, host.now)
    assert host.wait(20_000) == b""
    assert host.line("!V") == b"AAAAA-00001-01\r\n"
    assert host.line("!Y") == b"tickets=1 voided=0\r\n"


def test_can_resets_like_a_power_cut_and_takes_twenty_seconds() -> None:
    host = Host()
    host.start()
    host.order()
    host.wait(2_000)
    assert host.raw(b"\x18!V\r\n") == b""
    assert host.raw(b"\x05") == b""
    assert host.wait(20_000) == golden("nak_G")
    assert host.line("!C") == golden("ack")  # the extended acknowledgement is forgotten


def test_the_stripe_can_be_read_between_verifying_and_printing() -> None:
    host = Host(rate=0)
    host.start()
    assert host.line(f"!J|{STRIPE}") == golden("ack_data")
    host.raw(face(0, 0, 8, 1, bytes([0, 0xFF])))
    assert host.line("!P1E") == golden("encoded")
    assert host.raw(golden("read_track1")) == golden("stripe_read")
    assert host.line("!P1E") == golden("printed")
    assert host.where() == {"roll": 4, "ticket.tray": 1}
    assert host.blanks[0].face[0] == 0xFF


def test_raw_bits_of_a_track_have_odd_parity() -> None:
    host = Host(rate=0)
    host.start()
    host.line("!M|123")
    host.line("!P1E")
    bits = host.line("!O 2").strip().decode()
    groups = [bits[at : at + 5] for at in range(0, len(bits), 5)]
    assert [sum(int(bit) << place for place, bit in enumerate(group[:4])) for group in groups[:5]] == [11, 1, 2, 3, 15]
    assert all(group.count("1") % 2 for group in groups)


def test_a_ticket_held_at_the_exit_is_taken_or_retracted() -> None:
    host = Host()
    host.start()
    host.line("!T @60")
    host.line("!P1")
    host.wait(4_500)
    assert host.twin.take_presented(host.now)
    assert host.twin.take_output() == golden("bell")
    host.line("!P1")
    assert host.wait(4_500) == golden("encoded") + golden("printed")
    assert host.wait(59_999) == b""
    assert host.wait(1) == golden("nak_F")
    assert host.where() == {"roll": 3, "hand": 1, "ticket.waste": 1}
    assert not host.twin.take_presented(host.now)


def test_a_ticket_from_the_front_is_read_and_dropped() -> None:
    host = Host()
    host.start()
    old = Blank("OLD", {1: "HELLO"})
    host.matter.place("hand").things.append(old)
    assert host.line("!L3") == b""
    assert host.twin.insert_front(old, host.now)
    assert host.twin.take_output() == golden("ack_entry")
    assert host.line("!D 1").startswith(b"HELLO?")
    assert host.line("!L5") == golden("ack_entry")
    assert host.where() == {"roll": 5, "ticket.waste": 1}
    assert not host.twin.insert_front(old, host.now)


def test_nobody_inserts_a_ticket_for_a_minute() -> None:
    host = Host()
    host.start()
    host.line("!L3")
    assert host.wait(59_999) == b""
    assert host.wait(1) == golden("nak_B")


def test_a_full_waste_bin_jams_the_path_and_loses_nothing() -> None:
    matter = Matter()
    matter.place("ticket.waste", capacity=0)
    matter.new_blank("roll")
    twin = Ttpm(matter, Speeds(rate=0))
    twin.receive(b"!CA\r\n!P1@\r\n", 0)
    assert twin.take_output() == golden("ack_clear") + golden("encoded") + golden("printed") + golden("nak_7")
    assert len(matter.place("printer.path")) == 1


def test_bar_codes_and_texts_leave_dots_on_the_face() -> None:
    host = Host(rate=0)
    host.start()
    assert host.line('!F C N 10 10 5 2 "1234"') == golden("ack_layout")
    host.line("!P1E")
    host.raw(golden("text"))
    host.line("!P1E")
    code, text = host.blanks[:2]
    assert any(code.face[86 * 12 : 86 * 13])
    assert not any(code.face[86 * 16 : 86 * 17])
    assert any(text.face)
    assert not any(text.face[: 86 * 20])


def test_a_scanner_reads_the_bar_code_from_the_face() -> None:
    host = Host(rate=0)
    host.start()
    host.line('!F C N 60 60 80 3 "1234567890"')
    host.line("!P1E")
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture(host.blanks[0]))).convert("L"))
    assert found.text == "1234567890"


@given(st.lists(st.sampled_from(["!P1E", "!P1@", "!P", "!C", "!E", "!L5", "off", "wait", "take"]), max_size=12))
def test_no_order_of_commands_loses_a_blank(script: list[str]) -> None:
    host = Host()
    host.start()
    for step in script:
        if step == "off":
            host.twin.power(False, host.now)
            host.twin.power(True, host.now)
        elif step == "wait":
            host.wait(3_000)
        elif step == "take":
            host.twin.take_presented(host.now)
        else:
            host.line(step)
        host.wait(1_000)
        assert host.total() == 5
        assert len(host.matter.place("printer.path")) <= 1
