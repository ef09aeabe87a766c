"""Frames of the PIN pad twin against the pin-pad sheet, sections 1, 2, 3 and 11."""

from itertools import pairwise

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.devices.epp import Style, Use
from simulator.devices.epp.testkeys import IMK
from simulator.devices.epp.wire import GAP_MS, LONGEST_COUNTED, Ear
from simulator.devices.epp.wire import frame as twins_frame
from tests.simulator.devices.cash_golden import read
from tests.simulator.devices.epp_host import MAC_KEY, Host, frame, split

GOLDEN = {name: lines[0][1] for name, lines in read("epp.txt").items()}
DONE = frame(b"\x60")


@pytest.mark.parametrize(
    "name", ["hex-mode", "close-input", "open-plain", "tone-on", "limit-30-s", "shortest-4", "longest-6", "restart"]
)
def test_the_sheets_controls_are_obeyed(name: str) -> None:
    assert Host().raw(GOLDEN[name]) == DONE


def test_the_sheets_key_pin_and_block() -> None:
    host = Host(keys="masters")
    assert host.raw(GOLDEN["load-tpk"]) == GOLDEN["loaded-tpk"]
    assert host.raw(GOLDEN["start-pin"]) == DONE
    assert host.keys(*"123456", "enter") == b"******\r"
    assert host.raw(GOLDEN["fetch-a"]) == GOLDEN["fetched"]


def test_the_sheets_fetch_of_the_other_style() -> None:
    host = Host(Style.AT_FETCH)
    assert host.code("600011") == 0x60
    host.keys(*"123456", "enter")
    assert host.raw(GOLDEN["fetch-b"]) == GOLDEN["fetched"]


def test_the_sheets_plain_key_with_lengths_from_0() -> None:
    host = Host(keys="blank", first_length=0)
    assert host.raw(GOLDEN["load-plain-tmk"]) == frame(b"\xe1")
    host.pad.install(0x80, Use.IMK, IMK)
    assert host.raw(GOLDEN["load-plain-tmk"]) == frame(b"\x6008D7B4FB")
    assert Host(keys="masters").raw(GOLDEN["load-plain-tmk"]) == frame(b"\xe8")  # there 1 is a key of 8 bytes


def test_the_sheets_refusals() -> None:
    host = Host()
    host.open_pin()
    host.wait(31)
    assert host.raw(GOLDEN["fetch-a"]) == GOLDEN["timed-out"]
    host.pad.faults |= {"removed"}
    assert host.raw(GOLDEN["status"]) == GOLDEN["taken-off"]
    host.pad.faults |= {"opened"}
    assert host.raw(GOLDEN["status"]) == GOLDEN["destroyed"]
    imk_only = Host(keys="blank")
    imk_only.pad.install(0x80, Use.IMK, IMK)
    assert imk_only.raw(GOLDEN["load-tpk"]) == GOLDEN["no-tmk"]


def test_information_has_the_fields_of_the_sheet() -> None:
    host = Host(keys="blank")
    contents, outside = split(host.raw(GOLDEN["information"]))
    assert not outside
    text = contents[0][1:].decode()
    assert len(text) == 50 + 48 + 20 + 8 + 6 + 3 + 3 + 8
    image = bytes.fromhex(text[98:118])
    assert image[0] == 0b101  # blank, tone on
    assert (image[2], image[3], image[4], image[5], image[6], image[7]) == (30, 0x2A, 4, 6, 0x4B, 0x37)
    assert text[126:132] == "ZT588 "
    assert host.code("5033") == 0x60
    assert bytes.fromhex(host.ask("3")[1][98:118])[0] == 0b111  # and input open
    host.pad.install(0x80, Use.IMK, IMK)
    assert bytes.fromhex(host.ask("3")[1][98:118])[0] == 0b110  # no longer blank


def test_settings_are_told_and_kept_without_mains() -> None:
    host = Host()
    for control in ("5210", "53FF", "5404", "550C", "5034", "5814", "564F"):
        assert host.code(control) == 0x60
    host.restart()
    assert host.ask("3")[1][98:118] == "000010FF040C4F371400"
    assert host.pad.baud == 115_200


@pytest.mark.parametrize(
    ("control", "code"),
    [
        ("5200", 0xEB),  # no time at all
        ("5330", 0xEB),  # a mask that is a digit
        ("5302", 0xEB),  # a mask that opens a frame
        ("5403", 0xEB),
        ("550D", 0xEB),
        ("5650", 0xEB),
        ("5036", 0xEB),
        ("5900", 0xEB),
        ("52", 0xE8),
        ("52001", 0xE8),
        ("521e", 0xE9),  # lower case
        ("52 1", 0xE9),
    ],
)
def test_a_wrong_control_is_refused_and_changes_nothing(control: str, code: int) -> None:
    host = Host()
    before = host.ask("3")
    assert host.code(control) == code
    assert host.ask("3") == before


@pytest.mark.parametrize(("text", "code"), [("A", 0xEF), ("0", 0xEF), ("\xff", 0xEF), ("b01", 0xD0), ("v", 0xEF)])
def test_unknown_commands(text: str, code: int) -> None:
    assert Host().code(text) == code


def test_user_text_and_scan_codes() -> None:
    host = Host()
    assert host.code("3" + "tvm 0007".ljust(50)) == 0x60
    assert host.ask("3")[1].startswith("tvm 0007 ")
    assert host.code("3" + "x" * 49) == 0xE8
    table = host.ask("3")[1][50:98]
    assert host.code("4" + "61" + table[2:]) == 0x60
    assert host.code("4" + "02" + table[2:]) == 0xE9
    assert host.code("4" + table[2:]) == 0xE8
    assert host.code("5033") == 0x60
    assert host.keys("0", "1") == b"a1"


def test_split_nibbles_until_hex_mode() -> None:
    host = Host(keys="blank")
    assert host.code("5630") == 0x60
    told = host.ask("3")[1]
    assert told[50:98].startswith("3031")
    assert "081;0=2>23" in told
    assert host.code("2203032" + "4706E740B9DDA29F138E973E39979F5C") == 0xE9
    host.pad.install(0x80, Use.IMK, IMK)
    host.pad.install(0x20, Use.TMK, bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    assert host.ask("2203032" + "4706>740;9==:29?138>973>39979?5<") == (0x60, "27?14==3")


# -- the line


@pytest.mark.parametrize(
    "wire",
    [
        b"\x0200\x3113\x0301"[:-1] + b"2",  # wrong check
        frame(b"I")[:-2] + b"7b",  # the check in lower case
        b"\x02 01I\x03" + b"7B",
        b"\x02001I\x04" + b"7C",
        b"\x02002I\x03" + b"78",
        b"I",
    ],
)
def test_what_is_no_frame_is_met_with_silence_and_spoils_nothing(wire: bytes) -> None:
    host = Host()
    assert host.raw(wire) == b""
    host.now += GAP_MS + 1
    assert host.code("I") == 0x60


def test_half_a_frame_is_forgotten_after_a_pause() -> None:
    host = Host()
    whole = frame(b"I")
    host.raw(whole[:4])
    host.now += GAP_MS + 1
    assert host.raw(whole[4:]) == b""
    host.raw(whole[:4])
    host.now += GAP_MS
    assert split(host.raw(whole[4:]))[0][0][0] == 0x60


@pytest.mark.filterwarnings("ignore:.*TripleDES")
def test_more_than_999_bytes_are_not_counted() -> None:
    content = b"831A" + b"5A" * 600
    covered = b"000" + content + b"\x03"
    check = 0
    for byte in covered:
        check ^= byte
    wire = b"\x02" + covered + b"%02X" % check
    assert twins_frame(content) == wire
    host = Host()
    assert host.raw(wire[:1_100]) == b""
    contents, _ = split(host.raw(wire[1_100:]))
    assert len(contents) == 1
    assert contents[0] == b"\x60" + psec.mac.generate_cbc_mac(MAC_KEY, b"\x5a" * 600, 1).hex().upper().encode()


@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(st.one_of(st.binary(max_size=12), st.sampled_from(sorted(GOLDEN.values()))), max_size=8),
    cuts=st.lists(st.integers(0, 300), max_size=12),
)
def test_cutting_the_stream_anywhere_changes_nothing(pieces: list[bytes], cuts: list[int]) -> None:
    wire = b"".join(pieces)
    ear, whole = Ear(), Ear()
    edges = [0, *sorted(cut for cut in cuts if cut < len(wire)), len(wire)]
    heard = [content for a, b in pairwise(edges) for content in ear.feed(wire[a:b], 0)]
    assert heard == whole.feed(wire, 0)
    assert ear.damaged == whole.damaged


@settings(max_examples=30, deadline=None)
@given(content=st.binary(min_size=1, max_size=LONGEST_COUNTED))
def test_what_is_framed_is_heard(content: bytes) -> None:
    assert twins_frame(content) == frame(content)
    assert Ear().feed(b"\xff\x30" + frame(content), 0) == [content]


def test_the_line_rate_is_the_pads_and_stays() -> None:
    host = Host()
    host.pad.host_baud = 115_200
    assert host.code("I") == 0
    host.pad.host_baud = 9_600
    assert host.code("564F") == 0x60
    assert host.code("I") == 0
    host.pad.host_baud = 115_200
    assert host.code("I") == 0x60
    host.restart()
    assert host.code("I") == 0x60


def test_a_restart_is_answered_and_then_it_is_silent_for_a_second() -> None:
    host = Host()
    assert host.code("5030") == 0x60
    host.now += 900
    assert host.code("I") == 0
    host.now += 101
    assert host.code("I") == 0x60


def test_without_mains_nothing_is_heard_and_nothing_said() -> None:
    host = Host()
    host.pad.power(False, host.now)
    assert host.code("I") == 0
    assert host.pad.press("1", host.now) == "the pad is off"
    assert host.pad.poll(host.now) is None
