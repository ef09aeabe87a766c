"""Chip, SAM and stripe through the card reader twin (card reader sheet, sections 1.2, 1.3 and part 2; EMV sheet, section 6)."""

import pytest

from simulator.devices.crt310 import stripe
from simulator.devices.crt310.codes import Unread
from simulator.devices.crt310.contacts import protocol_of
from tests.simulator.devices.crt310_host import ALL_TRACKS, PSE, TO_CHIP, TO_FRONT, Host

PAN = b"6225880012345678"
TRACK_1, TRACK_2 = b"YB6225880012345678^ZHANG/SAN^28122011234567890000", b"Y6225880012345678=28122011234567890000"
BLANK = b"N\xe5"
NOT_ASKED = b"O\xe0"

# -- chip


def test_the_example_of_the_emv_sheet() -> None:
    host = Host()
    host.at_contacts()
    for sent, answered in (
        (PSE, "6F15840E315041592E5359532E4444463031A5038801019000"),
        ("00B2010C00", "701861164F08A000000333010101500A50424F432044454249549000"),
        ("00B2020C00", "6A83"),
        ("00A4040008A00000033301010100", "6F208408A000000333010101A514500A50424F432044454249548701015F2D027A689000"),
        ("80A8000002830000", "770A82021C009404080102009000"),
    ):
        data = bytes.fromhex(answered)
        assert host.apdu(sent).encode("latin-1") == b"Y" + len(data).to_bytes(2, "big") + data


def test_supply_then_reset_then_commands() -> None:
    host = Host()
    host.insert()
    host.told(TO_CHIP)
    assert [host.told("37 30"), host.told("37 2F"), host.apdu()] == ["N02"] * 3
    assert host.told("33 30") == "Y"
    assert [host.told("37 2F"), host.apdu()] == ["N02"] * 2
    assert host.told("37 30")[0] == "Y"
    assert host.apdu()[0] == "Y"
    assert host.told("37 2F")[0] == "Y"
    assert host.apdu("00B2010C00")[-2:] != "\x90\x00"  # the reset forgot the selection
    assert host.told("33 31") == "Y"
    assert host.apdu() == "N02"


@pytest.mark.parametrize(("card", "own", "other"), [("good", "Y", "37 32"), ("common", "Z", "37 31")])
def test_a_chip_is_spoken_to_by_its_own_protocol(card: str, own: str, other: str) -> None:
    host = Host(card)
    host.insert()
    host.told(TO_CHIP)
    host.told("33 30")
    assert host.told("37 30")[0] == own
    assert host.apdu(by=other) == "N02"
    assert host.apdu(by="37 31" if own == "Y" else "37 32")[0] == own


@pytest.mark.parametrize(("card", "kind"), [("good", "10"), ("common", "11"), ("stripe", "N02"), ("silent", "N02")])
def test_the_card_type_is_found_by_trying(card: str, kind: str) -> None:
    host = Host(card)
    host.insert()
    assert host.told("31 31") == "N02"  # not at the contacts
    host.told(TO_CHIP)
    assert host.told("31 31") == kind


def test_asking_for_the_type_ends_what_was_under_way() -> None:
    host = Host()
    host.at_contacts()
    assert host.told("31 31") == "10"
    assert host.apdu() == "N02"


@pytest.mark.parametrize("card", ["silent", "stripe"])
def test_no_answer_to_reset(card: str) -> None:
    host = Host(card)
    host.insert()
    host.told(TO_CHIP)
    host.told("33 30")
    began = host.now
    assert host.told("37 30") == "N"
    assert host.now - began >= 2_000
    assert host.apdu() == "N02"


def test_a_move_takes_the_supply_away() -> None:
    host = Host()
    host.at_contacts()
    host.told("32 2E")
    assert host.apdu() == host.told("37 30") == "W"
    host.told(TO_CHIP)
    assert [host.apdu(), host.told("37 30"), host.told("33 30")] == ["N02", "N02", "Y"]


def test_answers_to_be_fetched_are_passed_on() -> None:
    host = Host("asking")
    host.at_contacts()
    told = host.apdu()
    assert (told[0], told[3]) == ("Y", "\x61")
    size = ord(told[4])
    assert len(host.apdu(f"00 C0 00 00 {size:02X}")) == 3 + size + 2


# -- SAM


def test_a_sam_has_its_own_slot() -> None:
    host = Host()
    assert host.told("3D 31 30" + " 00 14 " + PSE) == "N02"  # not reset yet
    assert host.told("3D 30 30")[0] == "Y"
    assert host.told("3D 31 30" + " 00 14 " + PSE)[:4] == "Y\x00\x19\x6f"
    assert host.told("3D 32 30" + " 00 14 " + PSE) == "N02"  # by T=1
    assert host.told("3D 30 31") == "N"  # an empty slot
    host.cut()
    assert host.told("3D 31 30" + " 00 14 " + PSE) == "N02"


def test_a_sam_and_a_card_do_not_touch_each_other() -> None:
    host = Host()
    host.at_contacts()
    assert host.apdu()[0] == "Y"
    assert host.told("3D 30 30")[0] == "Y"
    assert host.apdu("00B2010C00")[-2:] == "\x90\x00"


@pytest.mark.parametrize(
    ("atr", "protocol"),
    [("3B6500002063CB6800", 0), ("3B85012063CB680064", 1), ("3F00", 0), ("3B800100", 1), ("3B800E00", None), ("", None),
     ("00" * 9, None)],
)  # fmt: skip
def test_the_protocol_stands_in_the_answer_to_reset(atr: str, protocol: int | None) -> None:
    assert protocol_of(bytes.fromhex(atr)) == protocol


# -- tracks


def test_all_tracks_as_text() -> None:
    host = Host()
    host.insert()
    assert host.tracks() == [TRACK_1, TRACK_2, BLANK]


@pytest.mark.parametrize(
    ("which", "read"), [("31", {1}), ("32", {2}), ("33", {3}), ("34", {1, 2}), ("35", {2, 3}), ("36", {1, 3}), ("37", {1, 2, 3})]
)  # fmt: skip
def test_only_the_tracks_that_were_asked_for(which: str, read: set[int]) -> None:
    host = Host()
    host.insert()
    wanted = {1: TRACK_1, 2: TRACK_2, 3: BLANK}
    assert host.tracks(f"45 30 30 {which}") == [wanted[track] if track in read else NOT_ASKED for track in (1, 2, 3)]


def test_binary_is_characters_with_parity() -> None:
    host = Host()
    host.insert()
    _, second, _ = host.tracks("45 30 31 32")
    assert second[:1] == b"Y"
    assert second[1:4] == bytes([0x16, 0x02, 0x02])  # 6, 2, 2
    assert all(character.bit_count() % 2 for character in second[1:])
    assert bytes(0x30 + (character & 0x0F) for character in second[1:]) == TRACK_2[1:]


def test_the_buffer_tells_it_again_wherever_the_card_is() -> None:
    host = Host()
    host.insert()
    assert host.told("45 31") == "N02"
    first = host.told("45 30 30 32")
    host.told(TO_CHIP)
    assert host.told("45 31") == first
    host.told(TO_FRONT)
    assert host.tracks()[1] == TRACK_2
    host.reader.take(host.now)
    assert [host.told("45 31"), host.told(ALL_TRACKS)] == ["N02"] * 2


def test_the_next_passenger_never_gets_the_last_ones_tracks() -> None:
    host = Host()
    host.insert()
    host.told(ALL_TRACKS)
    host.told(TO_FRONT)
    host.reader.take(host.now)
    host.card.stripe.clear()
    host.insert()
    assert host.tracks() == [BLANK] * 3


def test_a_card_tells_nobody_its_number() -> None:
    host = Host()
    host.insert()
    host.tracks()
    assert PAN.decode() not in repr(host.card) + repr(host.reader.bad_manners) + repr(host.reader)


# -- the stripe itself


@pytest.mark.parametrize(
    ("track", "text", "lrc"),
    [(2, "6225880012345678=28122011234567890", "9"), (1, "B6225880012345678^ZHANG/SAN^28122011234567890", "A")],
)
def test_the_check_characters_of_the_sheet(track: int, text: str, lrc: str) -> None:
    assert stripe.as_text(track, stripe.magnetised(track, text)[-1:]) == lrc.encode()


@pytest.mark.parametrize("how", [how for how in Unread if how is not Unread.NOT_READ])
@pytest.mark.parametrize(("track", "text"), [(1, "B6225^ZHANG/SAN^2812"), (2, "6225=2812"), (3, "0162251")])
def test_each_damage_is_told_by_its_own_code(track: int, text: str, how: Unread) -> None:
    good = stripe.magnetised(track, text)
    assert stripe.as_text(track, stripe.read(track, good)) == text.encode()  # type: ignore[arg-type]
    assert stripe.read(track, stripe.spoilt(track, good, how)) is how


@pytest.mark.parametrize(("track", "text"), [(2, "B"), (1, "lower"), (2, "1" * 38), (1, "A%"), (2, "1?2")])
def test_what_no_track_can_hold(track: int, text: str) -> None:
    with pytest.raises(ValueError, match="track"):
        stripe.magnetised(track, text)
