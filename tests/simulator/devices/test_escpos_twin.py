"""The slip printer twin: golden frames, status, paper, time, what a power cut leaves."""

from io import BytesIO
from itertools import pairwise

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from simulator.devices.dots import png
from simulator.devices.escpos.faults import PRINTER_FAULTS
from simulator.devices.escpos.paper import STRIDE
from simulator.devices.escpos.stream import Command, NewLine, Realtime, Stream, Text, Unknown
from simulator.devices.linkfaults import LINK_FAULTS
from tests.simulator.devices.cash_golden import read
from tests.simulator.devices.slip_host import Host, picture

GOLDEN = read("escpos.txt")


def golden(name: str) -> bytes:
    return b"".join(data for _, data, _ in GOLDEN[name])


def asked(host: Host, question: str) -> bytes:
    host.twin.poll(host.now)
    return host.raw(golden(question))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        *((f"ask_{n}", "status_good") for n in (1, 2, 3, 4)),
        ("asb_on", "asb_good"),
        ("ask_full", "full_good"),
        ("ask_in_sequence", "in_sequence_paper"),
    ],
)
def test_a_sound_printer_answers_as_the_sheet_says(question: str, answer: str) -> None:
    assert asked(Host(), question) == golden(answer)


@pytest.mark.parametrize(
    ("fault", "answers"),
    [
        ("near_end", {"ask_1": "status_good", "ask_4": "s4_near_end", "ask_full": "full_near_end"}),
        ("near_end", {"asb_on": "asb_near_end", "ask_in_sequence": "in_sequence_near_end"}),
        ("paper_out", {"ask_1": "s1_offline", "ask_2": "s2_paper_end", "ask_4": "s4_end", "asb_on": "asb_end"}),
        ("paper_out", {"ask_full": "full_no_paper"}),
        ("cover_open", {"ask_1": "s1_offline", "ask_2": "s2_cover", "asb_on": "asb_cover", "ask_full": "full_cover"}),
        ("feed_button", {"ask_2": "s2_feed", "ask_3": "status_good"}),
        ("head_hot", {"ask_2": "s2_error", "ask_3": "s3_recovers", "asb_on": "asb_head_hot"}),
        ("mechanical", {"ask_2": "s2_error", "ask_3": "s3_mechanical"}),
        ("unrecoverable", {"ask_1": "s1_offline", "ask_3": "s3_unrecoverable"}),
    ],
)
def test_a_fault_shows_in_every_status(fault: str, answers: dict[str, str]) -> None:
    host = Host()
    host.twin.faults = {fault}
    for question, answer in answers.items():
        assert asked(host, question) == golden(answer), question


def test_automatic_status_speaks_of_each_change_it_was_asked_for() -> None:
    host = Host()
    assert host.raw(golden("asb_on")) == golden("asb_good")
    for fault, answer in (("paper_out", "asb_end"), ("cover_open", "asb_cover"), ("near_end", "asb_near_end")):
        host.twin.faults = {fault}
        assert host.wait(10) == golden(answer)
        assert host.wait(10) == b""
        host.twin.faults = set()
        assert host.wait(10) == golden("asb_good")
    host.raw(golden("asb_off"))
    host.twin.faults = {"paper_out"}
    assert host.wait(10) == b""


def test_a_slip_is_printed_in_time_and_falls_at_the_cut() -> None:
    host = Host()
    assert host.raw(golden("init") + picture(1_200) + golden("cut_full") + golden("ask_in_sequence")) == b""
    assert host.twin.busy()
    assert host.raw(golden("ask_1")) == golden("status_good")
    host.wait(1_275)
    assert host.slips() == []
    assert host.wait(224) == b""
    assert host.wait(1) == golden("in_sequence_paper")
    assert not host.twin.busy()
    (slip,) = host.slips()
    assert (slip.width, len(slip.rows)) == (576, 1_200 * STRIDE)
    assert set(slip.rows) == {0xAA}
    assert asked(host, "ask_full") == golden("full_slip_waiting")
    assert host.twin.take_slip() == 1
    assert host.twin.take_slip() == 0
    assert host.slips("hand") == [slip]
    assert png(slip.rows, (slip.width, 1_200)).startswith(b"\x89PNG")


def test_the_golden_picture_lies_in_the_upper_left_corner() -> None:
    host = Host(rate=0)
    host.raw(golden("raster_16x2") + golden("cut_partial"))
    (slip,) = host.slips()
    assert slip.rows == b"\xff\x00".ljust(STRIDE, b"\0") + b"\xaa\x55".ljust(STRIDE, b"\0")


def test_a_picture_can_be_doubled_and_is_cut_at_the_width_of_the_head() -> None:
    host = Host(rate=0)
    double = golden("raster_16x2")[:3] + b"\x03" + golden("raster_16x2")[4:]
    host.raw(double + picture(1, stride=100) + golden("cut_full"))
    rows = [host.slips()[0].rows[at : at + STRIDE] for at in range(0, STRIDE * 5, STRIDE)]
    assert rows[0] == rows[1] == b"\xff\xff\x00\x00".ljust(STRIDE, b"\0")
    assert rows[2][:4] == rows[3][:4] == b"\xcc\xcc\x33\x33"
    assert rows[4] == b"\xaa" * STRIDE


def test_text_and_qr_codes_leave_dots() -> None:
    host = Host(rate=0)
    host.raw(golden("chinese_on") + "票 A\n".encode("gb18030") + golden("cut_full"))
    host.raw(b"".join(golden(name) for name in ("qr_model_2", "qr_size_6", "qr_level_m", "qr_store", "qr_print")))
    host.raw(golden("cut_full"))
    text, code = host.slips("floor")[0], host.slips()[0]
    assert any(text.rows)
    assert len(code.rows) == STRIDE * 6 * 21  # version 1, six dots a module
    assert code.rows[:6] == b"\xff\xff\xff\xff\xff\xc0"  # seven black modules of the finder


def test_a_scanner_reads_the_qr_code_from_the_slip() -> None:
    host = Host(rate=0)
    feed, claim = b"\x1bJ\x40", b"CLAIM-7K3Q-9XPD"
    store = b"\x1d(k" + bytes([len(claim) + 3, 0]) + b"1P0" + claim
    host.raw(feed + golden("qr_size_6") + store + golden("qr_print") + feed + golden("cut_full"))
    (slip,) = host.slips()
    image = Image.open(BytesIO(png(slip.rows, (slip.width, len(slip.rows) // STRIDE)))).convert("L")
    (found,) = zxingcpp.read_barcodes(ImageOps.expand(image, 40, 255))
    assert found.text == claim.decode()


def test_a_slip_nobody_took_is_pushed_to_the_floor_by_the_next() -> None:
    host = Host(rate=0)
    for _ in range(2):
        host.raw(picture(5) + golden("cut_full"))
    assert (len(host.slips()), len(host.slips("floor"))) == (1, 1)
    host.raw(golden("present_10"))
    assert len(host.slips()) == 1
    host.raw(b"\x1d\x65\x02")
    assert (len(host.slips()), len(host.slips("floor"))) == (0, 2)


def test_a_cut_without_anything_printed_makes_no_slip() -> None:
    host = Host(rate=0)
    host.raw(golden("cut_full"))
    assert host.slips() == []


def test_paper_that_ends_in_the_middle_of_a_slip_stops_it_until_a_new_roll() -> None:
    host = Host(rate=0)
    host.raw(golden("asb_on"))
    host.twin.faults = {"paper_out_mid_slip"}
    assert host.raw(picture(100) + golden("cut_full") + golden("ask_in_sequence")) == golden("asb_end")
    assert asked(host, "ask_2") == golden("s2_paper_end")
    assert host.slips() == []
    assert not host.twin.busy()
    host.twin.load_paper(host.now)
    assert host.twin.take_output() == golden("in_sequence_paper") + golden("asb_good")
    assert len(host.slips()[0].rows) == 100 * STRIDE


def test_a_short_roll_comes_to_its_near_end_and_its_end() -> None:
    host = Host(rate=0, roll_rows=24_010)
    assert asked(host, "ask_4") == golden("status_good")
    host.raw(picture(10) + golden("cut_full"))
    assert asked(host, "ask_4") == golden("s4_near_end")
    host.twin.paper.left = 0
    assert asked(host, "ask_4") == golden("s4_end")


def test_a_jammed_cutter_keeps_the_slip_on_the_paper() -> None:
    host = Host(rate=0)
    host.twin.faults = {"cutter_jam"}
    host.raw(golden("asb_on"))
    assert host.raw(picture(5) + golden("cut_full") + golden("ask_in_sequence")) == golden("asb_cutter")
    assert asked(host, "ask_3") == golden("s3_cutter")
    assert host.slips() == []
    host.twin.clear_cutter(host.now)
    assert host.twin.take_output() == golden("in_sequence_paper") + golden("asb_good")
    assert len(host.slips()) == 1


@pytest.mark.parametrize("fault", ["cover_open", "head_hot", "paper_out", "mechanical", "unrecoverable", "feed_button"])
def test_an_offline_printer_keeps_its_work_and_goes_on(fault: str) -> None:
    host = Host()
    host.raw(picture(1_200) + golden("cut_full"))
    host.wait(500)
    host.twin.faults = {fault}
    host.wait(60_000)
    assert host.slips() == []
    assert not host.twin.busy()
    host.twin.faults = set()
    host.wait(2_000)
    assert len(host.slips()[0].rows) == 1_200 * STRIDE


def test_power_off_drops_what_was_not_printed() -> None:
    host = Host()
    host.raw(golden("asb_on"))
    host.raw(picture(1_200) + golden("cut_full"))
    host.wait(700)
    host.twin.power(False, host.now)
    assert host.raw(golden("ask_1")) == b""
    host.twin.power(True, host.now)
    assert host.wait(10_000) == b""
    assert host.slips() == []
    assert asked(host, "ask_1") == golden("status_good")


@pytest.mark.parametrize("wire", [b"\x1b\x99", b"\x1d\x65\x06", b"\x1d(k\x03\x001Z0", b"\x10\x07\x01", b"\x1dv1"])
def test_an_unknown_command_is_skipped_and_told_in_the_full_status(wire: bytes) -> None:
    host = Host(rate=0)
    host.raw(wire)
    assert asked(host, "ask_full") == bytes.fromhex("10 0F 00 00 20 00")
    host.raw(golden("init"))
    assert asked(host, "ask_full") == golden("full_good")


def test_status_bytes_inside_a_picture_are_picture() -> None:
    host = Host(rate=0)
    data = golden("ask_1").ljust(STRIDE, b"\0")
    assert host.raw(bytes([0x1D, 0x76, 0x30, 0, STRIDE, 0, 1, 0]) + data + golden("cut_full")) == b""
    assert host.slips()[0].rows == data


def test_silent_and_stale_status() -> None:
    host = Host()
    host.twin.faults = {"no_status"}
    assert asked(host, "ask_1") == asked(host, "ask_full") == asked(host, "asb_on") == b""
    host.twin.faults = {"stale_status"}
    assert asked(host, "ask_1") == golden("asb_good") + golden("status_good")


@pytest.mark.parametrize("fault", sorted(LINK_FAULTS))
def test_link_faults_are_wired(fault: str) -> None:
    sound, broken = Host(), Host()
    for host in (sound, broken):
        host.raw(golden("ask_full"))
    broken.twin.faults = {fault}
    assert asked(broken, "ask_1") != asked(sound, "ask_1")
    if fault.endswith("_once"):
        assert asked(broken, "ask_4") == asked(sound, "ask_4")


def test_a_lost_picture_and_a_reset_in_the_middle_of_a_slip() -> None:
    host = Host(rate=0)
    host.twin.link.targets = {0x76}
    host.twin.faults = {"silence_before_once"}
    host.raw(picture(5) + picture(7) + golden("cut_full"))
    assert len(host.slips()[0].rows) == 7 * STRIDE
    host.twin.faults = {"reset_by_itself_once"}
    assert host.raw(golden("asb_on") + picture(5) + golden("cut_full") + golden("ask_in_sequence")) == b""
    host.twin.faults = {"near_end"}
    assert host.wait(10) == b""  # automatic status is forgotten
    assert len(host.slips()) == 1


@given(st.binary(max_size=300), st.lists(st.integers(0, 600), max_size=12))
def test_cutting_the_stream_anywhere_changes_nothing(noise: bytes, cuts: list[int]) -> None:
    frames = [data for lines in GOLDEN.values() for way, data, _ in lines if way == "host"]
    wire = b"".join(frames[byte % len(frames)] for byte in noise[:10]) + noise
    edges, stream = [0, *sorted(cut for cut in cuts if cut < len(wire)), len(wire)], Stream()
    heard = [item for a, b in pairwise(edges) for item in stream.feed(wire[a:b])]
    assert heard == Stream().feed(wire)


@given(st.binary(max_size=300))
def test_noise_never_raises(noise: bytes) -> None:
    host = Host(rate=0)
    host.raw(noise)
    host.wait(1_000)
    assert len(host.slips()) <= 1


def test_the_stream_names_what_it_hears() -> None:
    wire = golden("ask_4") + b"A\r\n" + golden("cut_full") + b"\x1b\x99"
    assert Stream().feed(wire) == [
        Realtime(4),
        Text(b"A"),
        NewLine(),
        Command(b"\x1dV", b"\0"),
        Unknown(b"\x1b\x99"),
    ]


def test_the_menu_has_a_sentence_for_each_fault() -> None:
    names = Host().twin.fault_names()
    assert set(names) == {*PRINTER_FAULTS, *LINK_FAULTS}
    assert all(sentence.endswith(".") for sentence in names.values())
