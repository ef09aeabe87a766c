"""The dialogue of the card reader twin, byte by byte (card reader sheet, sections 1.1 and 1.3)."""

import pytest

from simulator.devices.crt310.reader import ENQ_WAIT_MS
from simulator.devices.crt310.wire import GAP_MS, Ear, frame
from tests.simulator.devices import crt310_host
from tests.simulator.devices.cash_golden import read
from tests.simulator.devices.crt310_host import ACK, ALL_TRACKS, CAPTURE, ENQ, EOT, NAK, STATUS, TO_CHIP, TO_FRONT, Host

GOLDEN = {name: lines[0][1] for name, lines in read("crt310.txt").items()}


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_the_golden_frames_are_whole(name: str) -> None:
    assert frame(GOLDEN[name][3:-2]) == GOLDEN[name] == crt310_host.frame(GOLDEN[name][3:-2])


def heard_after(host: Host, sent: bytes) -> bytes:
    """The dialogue with a golden frame: ACK, ENQ, and all that comes."""
    assert host.raw(sent) == ACK
    return host.raw(ENQ) or host.wait(3_000)


def test_a_sale_of_golden_frames() -> None:
    host = Host()
    assert heard_after(host, GOLDEN["reset-leave"])[5:-2].startswith(b"CRT-310")
    assert heard_after(host, GOLDEN["refuse-all"]) == bytes.fromhex("02 00 03 2F 31 59 03 45")
    assert heard_after(host, GOLDEN["status"]) == GOLDEN["no-card-refused"]
    assert heard_after(host, GOLDEN["eject-front"]) == GOLDEN["eject-no-card"]
    assert host.insert() == "the gate is shut"
    assert heard_after(host, GOLDEN["allow-magnetic"]) == bytes.fromhex("02 00 03 2F 32 59 03 46")
    assert host.insert() is None
    assert heard_after(host, GOLDEN["status"]) == bytes.fromhex("02 00 05 31 30 4A 49 4E 03 48")
    assert heard_after(host, GOLDEN["to-chip"]) == bytes.fromhex("02 00 03 32 2F 59 03 46")
    assert heard_after(host, GOLDEN["chip-reset"]) == GOLDEN["not-possible"]  # it has no supply
    assert host.told("33 30") == "Y"
    assert heard_after(host, GOLDEN["chip-reset"]) == GOLDEN["chip-answer"]
    assert heard_after(host, GOLDEN["select-pse"])[5:12].hex() == "59001" + "9" + "6f15840e"
    assert heard_after(host, GOLDEN["read-tracks"])[3:7] == bytes.fromhex("45 30 1F 59")
    assert heard_after(host, GOLDEN["eject-front"]) == GOLDEN["ejected"]
    assert host.reader.take(host.now) is None
    assert heard_after(host, GOLDEN["sam-reset"])[3:8] == bytes.fromhex("3D 30 59 00 09")
    assert heard_after(host, GOLDEN["capture"]) == bytes.fromhex("02 00 03 32 33 45 03 46")
    assert heard_after(host, GOLDEN["reset-eject"])[3:5] == bytes.fromhex("30 31")


# -- ACK, ENQ, EOT


def test_nothing_is_done_before_the_enq() -> None:
    host = Host()
    host.insert()
    assert host.say(TO_FRONT) == ACK
    assert host.wait(2_000) == b""
    assert host.reader.sticks_out is None
    assert host.raw(ENQ) == b""
    assert host.wait(1_000) == crt310_host.frame(bytes.fromhex("32 30 59"))
    assert host.reader.sticks_out is host.card


def test_a_command_without_an_enq_is_forgotten() -> None:
    host = Host()
    host.say(STATUS)
    host.wait(ENQ_WAIT_MS)
    assert host.raw(ENQ) == b""
    assert host.reader.bad_manners == {"no_enq": 1, "enq_for_nothing": 1}


def test_a_newer_command_takes_the_place_of_one_that_waits() -> None:
    host = Host()
    assert [host.say(TO_FRONT), host.say(STATUS)] == [ACK, ACK]
    assert host.raw(ENQ)[3:5] == bytes.fromhex(STATUS)
    assert host.raw(ENQ) == b""
    assert host.reader.bad_manners["no_enq"] == 1


def test_an_answer_is_given_once() -> None:
    host = Host()
    assert host.status() == "NJJ"
    assert host.raw(ENQ) == b""
    assert host.raw(ACK) == b""  # what one host sends, and nobody asks for
    assert host.status() == "NJJ"


def test_eot_cancels_what_waits_and_is_echoed() -> None:
    host = Host()
    assert host.raw(EOT) == EOT
    host.say(CAPTURE)
    assert host.raw(EOT) == EOT
    assert host.raw(ENQ) == b""


def test_eot_stops_the_motor_where_the_card_is() -> None:
    host = Host()
    host.insert()
    host.say(TO_FRONT)
    host.raw(ENQ)
    host.wait(200)
    assert host.raw(EOT) == EOT
    assert host.wait(5_000) == b""
    assert host.reader.sticks_out is None
    assert host.where == "49"  # half way, behind the gate
    assert host.reader.take(host.now) == "the rollers hold the card"
    assert host.told(TO_FRONT) == "Y"


def test_eot_in_the_middle_of_a_chip_command_leaves_the_chip_as_it_is() -> None:
    host = Host()
    host.at_contacts()
    host.say(crt310_host.counted("37 31", crt310_host.PSE))
    host.raw(ENQ)
    assert host.raw(EOT) == EOT
    assert host.wait(5_000) == b""
    assert host.apdu("00 B2 01 0C 00")[:1] == "Y"  # the SELECT was done


def test_while_a_command_is_under_way_every_other_is_refused() -> None:
    host = Host()
    host.insert()
    host.say(CAPTURE)
    host.raw(ENQ)
    assert host.told(STATUS) == "N02"
    assert host.told(TO_FRONT) == "N02"
    assert host.wait(2_000) == crt310_host.frame(bytes.fromhex("32 33 59"))
    assert host.reader.bad_manners["while_busy"] == 2
    assert host.lies() == "card.bin"


# -- frames


def test_a_damaged_frame_is_answered_nak_and_not_done() -> None:
    host = Host()
    good = GOLDEN["status"]
    for at in (3, 4, 5, 6):  # CM, PM, ETX, BCC
        spoilt = good[:at] + bytes([good[at] ^ 0x01]) + good[at + 1 :]
        assert host.raw(spoilt) == NAK
        assert host.raw(ENQ) == b""
    assert host.status() == "NJJ"
    assert host.reader.bad_manners["damaged"] == 4


@pytest.mark.parametrize("length", ["0000", "0109", "FFFF"])
def test_no_frame_has_such_a_length(length: str) -> None:
    host = Host()
    assert host.raw(bytes.fromhex(f"02 {length} 31 30 03 00")) == NAK
    assert host.status() == "NJJ"


def test_the_longest_frame_is_heard() -> None:
    host = Host()
    assert host.told("37 31" + "00" * 262) == "N04"


def test_no_frame_is_made_empty_or_too_long() -> None:
    for content in (b"", b"0" * 265):
        with pytest.raises(ValueError, match="content"):
            frame(content)


def test_half_a_frame_is_forgotten_after_a_while() -> None:
    host = Host()
    assert host.raw(GOLDEN["status"][:5]) == b""
    host.now += GAP_MS + 1
    assert host.status() == "NJJ"
    assert host.raw(GOLDEN["status"][:5]) == b""
    host.now += GAP_MS
    assert host.raw(GOLDEN["status"][5:]) == ACK


def test_pieces_of_a_frame_are_one_frame() -> None:
    host = Host()
    for byte in GOLDEN["status"][:-1]:
        assert host.raw(bytes([byte])) == b""
    assert host.raw(GOLDEN["status"][-1:]) == ACK


def test_control_bytes_inside_a_frame_are_data() -> None:
    content = bytes.fromhex("37 31 00 06 05 04 06 15 02 03")
    assert Ear().feed(frame(content), 0) == [content]


def test_junk_between_frames_means_nothing() -> None:
    host = Host()
    assert host.raw(b"\x15\x06\xff\x00\x03" + GOLDEN["status"]) == ACK


# -- refusals by code


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ("20 30", "00"), ("4E 30", "00"), ("FF", "00"),
        ("31", "01"), ("31 32", "01"), ("30 33", "01"), ("32 2D", "01"), ("32 35", "01"), ("33 32", "01"), ("2E 36", "01"),
        ("2F 30 31", "01"), ("2F 35 31", "01"), ("2F 31 32", "01"), ("37 33", "01"), ("34 36", "01"), ("45 32", "01"),
        ("45 30 32 37", "01"), ("45 30 30 30", "01"), ("3D 33 30", "01"), ("3D 30 38", "01"), ("3D 30 2F", "01"),
        ("31 30 00", "04"), ("30 30 30", "04"), ("2F 31", "04"), ("2F 31 31 31", "04"), ("32 30 00", "04"), ("45 30 30", "04"),
        ("45 31 30", "04"), ("37 30 30", "04"), ("37 31", "04"), ("37 31 00 05 00 A4 04 00", "04"), ("37 31 00 03 00 A4 04", "04"),
        ("3D 30", "04"), ("3D 30 30 30", "04"), ("3D 31 30 00 05 00", "04"), ("30 3B", "04"), ("30 3B 03 41 42", "04"),
        ("30 3B 11" + "41" * 17, "04"),
    ],
)  # fmt: skip
def test_what_is_said_wrongly_is_refused_by_its_code(said: str, refused: str) -> None:
    assert Host().told(said) == f"N{refused}"


@pytest.mark.parametrize(
    "said", [TO_CHIP, TO_FRONT, CAPTURE, "33 30", "33 31", "37 30", "37 2F", "37 31 00 05 00A4040000"]
)
def test_without_a_card_it_says_so(said: str) -> None:
    assert Host().told(said) == "E"


@pytest.mark.parametrize("said", ["31 31", ALL_TRACKS, "45 31"])
def test_without_a_card_its_type_and_tracks_are_not_possible(said: str) -> None:
    assert Host().told(said) == "N02"


# -- serial number, line rate, mains


def test_the_serial_number_is_kept() -> None:
    host = Host()
    assert host.told("30 3A") == "Y\x0826110310"
    assert host.told("30 3B 07 43 52 54 2D 33 31 30") == "Y"
    host.cut()
    assert host.told("30 3A") == "Y\x07CRT-310"


def test_the_line_rate_is_the_readers_and_stays() -> None:
    host = Host()
    host.reader.host_rate = 19_200
    assert host.say(STATUS) == b""
    host.reader.host_rate = 9_600
    assert host.told("34 34") == "Y"
    assert host.say(STATUS) == b""
    host.reader.host_rate = 19_200
    host.cut()
    assert host.status() == "NJJ"


def test_without_mains_it_is_deaf_and_shut() -> None:
    host = Host()
    host.reader.power(False, host.now)
    assert host.say(STATUS) == b""
    assert host.reader.insert(host.card, host.now) == "the gate is shut"
    assert host.reader.poll(host.now) is None
    assert not host.reader.busy()
    host.reader.power(True, host.now)
    assert host.say(STATUS) == b""  # it is starting
    host.now += 500
    assert host.say(STATUS) == ACK
