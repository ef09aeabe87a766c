"""Meeting the pad, its keys, MACs, plain digits, faults and security events. Single PINs: test_epp_entry.py."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.epp.codec import RATES
from drivers.epp.driver import Epp
from drivers.epp.keys import Places
from drivers.epp.macs import MOST_BYTES, fold
from kiosk.ports.fact import DeviceReady
from kiosk.ports.pin_pad import (
    KeyLoaded,
    KeyRefused,
    KeyState,
    KeyUncertain,
    MacFailed,
    MacMade,
    PadBatteryLow,
    PadKeys,
    PadTampered,
    PinFailed,
    PlainClosed,
    PlainKey,
    WrappedKey,
)
from tests.drivers.epp.epp_script import (
    AES_KEY,
    DATA_AT,
    MAC_AT,
    PAN,
    PIN_AT,
    TAK,
    TDK,
    TMK,
    TPK,
    Paper,
    chained,
    encrypted,
    framed,
    wrapped,
    wrapped_aes,
)

MESSAGE = b"0200303803000EC28011196225880012345678"


# -- meeting it


def test_it_is_met_before_anything_else_is_done() -> None:
    pad = Paper()
    pad.driver()
    pad.run(500)
    assert pad.heard[:4] == [b"3", b"5032", b"5637", b"3"]
    assert [fact for fact in pad.facts if isinstance(fact, PadKeys | DeviceReady)] == [
        PadKeys(
            (
                KeyState("pin", "untold"),
                KeyState("mac", "missing"),
                KeyState("data", "missing"),
                KeyState("pin_aes", "untold"),
            )
        ),
        DeviceReady("pin_pad", "zt598", "3.4", "00471142"),
    ]


@pytest.mark.parametrize("baud", RATES)
def test_it_is_found_at_any_rate_and_brought_to_ours(baud: int) -> None:
    pad = Paper(baud=baud)
    pad.driver()
    pad.run(5_000)
    assert pad.of(DeviceReady)
    assert (pad.baud, pad.it.line_baud()) == (9_600, 9_600)
    assert not pad.raised()


def test_one_that_does_not_come_along_is_spoken_to_at_its_own_rate() -> None:
    pad = Paper(baud=38_400, follows=False)
    pad.driver()
    pad.run(6_000)
    assert pad.of(DeviceReady)
    assert (pad.baud, pad.it.line_baud()) == (38_400, 38_400)
    assert [content for content in pad.heard if content.startswith(b"56")] == [b"564B", b"5637"]


def test_a_slow_answer_is_waited_for_when_it_has_begun() -> None:
    pad = Paper(dead=True)
    driver = pad.driver()
    pad.run(30)
    for byte in framed(0x60, pad.told()):
        pad.say(bytes([byte]))
        pad.run(8)  # as long as it takes at 1200 baud
    assert driver.line_baud() == 9_600
    pad.dead = False
    pad.run(2_000)
    assert pad.of(DeviceReady)


def test_silence_is_one_fault_and_its_end_too() -> None:
    pad = Paper(dead=True)
    pad.driver()
    pad.run(30_000)
    assert pad.raised() == [("NO_ANSWER", True)]
    pad.dead = False
    pad.run(12_000)
    assert pad.raised() == [("NO_ANSWER", True), ("NO_ANSWER", False)]
    assert pad.of(DeviceReady)


def test_a_device_that_falls_silent_is_noticed_and_its_keys_are_not_believed() -> None:
    pad = Paper()
    driver = pad.ready()
    pad.dead = True
    pad.run(9_000)
    assert pad.raised() == [("NO_ANSWER", True)]
    assert not driver.can_take_pins(0)
    pad.dead = False
    pad.run(12_000)
    assert driver.ready
    assert not driver.can_take_pins(0)
    assert [key.state for key in pad.of(PadKeys)[-1].keys] == ["untold", "present", "present", "untold"]


def test_noise_instead_of_answers_is_another_device() -> None:
    pad = Paper(dead=True)
    pad.driver()
    for _ in range(200):
        pad.run(20)
        pad.say(b"\x01\x02\x03hello")
    assert ("WRONG_DEVICE", True) in pad.raised()
    assert not pad.of(DeviceReady)


@pytest.mark.parametrize(
    ("information", "code", "fault"), [(b"x" * 150, 0, "WRONG_DEVICE"), (None, 0xFB, "DEVICE_FAILURE")]
)
def test_who_does_not_say_who_it_is_is_not_worked_with(information: bytes | None, code: int, fault: str) -> None:
    pad = Paper(information=information, spoken=code)
    pad.driver()
    pad.run(10_000)
    assert pad.raised() == [(fault, True)]
    assert not pad.of(DeviceReady)
    assert not pad.it.ready
    pad.information, pad.spoken = None, 0
    pad.run(3_000)
    assert pad.raised() == [(fault, True), (fault, False)]


def test_a_pulled_plug_and_another_pad() -> None:
    pad = Paper()
    driver = pad.ready()
    driver.link_lost("unplugged", pad.now_ms)
    pad.run(3_000)
    assert pad.raised() == [("LINK_LOST", True)]
    assert not driver.can_take_pins(0)
    driver.link_up(pad.now_ms)
    pad.run(1_000)
    assert pad.raised() == [("LINK_LOST", True), ("LINK_LOST", False)]
    assert driver.ready
    assert not driver.can_take_pins(0)


def test_a_pad_at_rest_is_asked_every_two_seconds() -> None:
    pad = Paper()
    pad.ready()
    pad.run(20_000)
    assert set(pad.heard) == {b"I"}
    assert len(pad.heard) in (9, 10)


@pytest.mark.parametrize("fault", ["EF", "deaf"])
def test_a_pad_that_does_not_know_the_short_question_is_asked_the_long_one(fault: str) -> None:
    pad = Paper(knows_status=False)
    pad.ready()
    pad.faults[b"I"] = ["deaf"] * 9 if fault == "deaf" else []
    pad.run(20_000)
    assert pad.heard.count(b"I") <= 1
    assert pad.heard.count(b"3") > 5
    assert not pad.raised()
    pad.keys.clear()
    pad.run(3_000)
    assert pad.of(PadTampered) == [PadTampered("keys_gone", "E1")]


def test_input_that_is_open_though_nobody_asked_is_closed() -> None:
    pad = Paper()
    pad.ready()
    pad.input = "plain"
    pad.run(3_000)
    assert pad.input == ""


def test_a_probe_only_asks() -> None:
    pad = Paper(keys={0x20: TMK, PIN_AT: TPK, MAC_AT: TAK, DATA_AT: TDK}, input="plain", baud=19_200)
    driver = pad.driver(look_only=True)
    pad.run(4_000)
    assert driver.ready
    assert {content[:1] for content in pad.heard} == {b"3", b"8", b"9", b"I"}
    assert pad.baud == 19_200
    assert {"key pin untold", "key mac present 76CDB553596CF59F", "key data present FB09759972301AF4"} <= set(
        driver.probe_lines()
    )
    assert "pad ZT598 hardware 2.1 software 3.4" in driver.probe_lines()


def test_a_probe_reads_a_pad_that_splits_its_nibbles() -> None:
    pad = Paper(keys={0x20: TMK, MAC_AT: TAK})
    pad.information = pad.told().replace(b"F" * 48, b"?" * 48)
    driver = pad.driver(look_only=True)
    pad.run(1_000)
    assert driver.ready


def test_a_destroyed_pad_is_told_by_a_probe() -> None:
    pad = Paper(spoken=0xDD)
    driver = pad.driver(look_only=True)
    pad.run(1_000)
    assert "tamper destroyed DD" in driver.probe_lines()


def test_an_unknown_rate_or_place_is_refused_when_it_is_built() -> None:
    with pytest.raises(ValueError, match="not 9000"):
        Epp("pin_pad", lambda fact: None, baud=9_000)
    with pytest.raises(ValueError, match="different ones"):
        Places(pin=0x20)
    with pytest.raises(ValueError, match="different ones"):
        Places(pin=0xFF)


# -- keys


def test_a_key_counts_when_its_check_value_is_the_promised_one() -> None:
    pad = Paper()
    driver = pad.driver()
    pad.run(600)
    driver.load_key("pin", wrapped(TPK))
    pad.run(200)
    assert pad.heard[-1] == b"22030324706E740B9DDA29F138E973E39979F5C"
    assert pad.of(KeyLoaded) == [KeyLoaded("pin", "27F14DD3")]
    assert pad.of(PadKeys)[-1].keys[0] == KeyState("pin", "verified", "27F14DD3")
    assert not driver.can_take_pins(0)
    driver.load_key("mac", wrapped(TAK))
    pad.run(200)
    assert driver.can_take_pins(0)


def test_another_key_than_promised_is_erased() -> None:
    pad = Paper()
    driver = pad.ready()
    driver.load_key("pin", wrapped(TPK, b"\x27\xf1\x4e"))
    pad.run(300)
    assert pad.of(KeyRefused) == [KeyRefused("pin", "check")]
    assert PIN_AT not in pad.keys
    assert not driver.can_take_pins(0)
    assert pad.of(PadKeys)[-1].keys[0] == KeyState("pin", "missing")


@pytest.mark.parametrize("key", [TMK[:8], TAK, TAK + TPK[:8]], ids=["single", "double", "triple"])
def test_keys_of_all_lengths(key: bytes) -> None:
    pad = Paper()
    driver = pad.ready()
    driver.load_key("mac", wrapped(key))
    pad.run(200)
    assert pad.of(KeyLoaded) == [KeyLoaded("mac", encrypted(key, bytes(8))[:4].hex().upper())]
    driver.mac(1, MESSAGE)
    pad.run(200)
    assert pad.of(MacMade) == [MacMade(1, chained(key, fold(MESSAGE)).hex().upper())]


@pytest.mark.parametrize("code", [*range(0xE3, 0xF0), *range(0xF1, 0xFE), 0xD0, 0xDE, 0xA0, 0x31])
def test_a_key_that_the_pad_refuses_is_not_used(code: int) -> None:
    pad = Paper()
    driver = pad.ready()
    pad.codes[b"2"] = [code]
    driver.load_key("pin", wrapped(TPK))
    pad.run(300)
    assert pad.of(KeyRefused) == [KeyRefused("pin", f"{code:02X}")]
    assert not driver.can_take_pins(0)
    assert not pad.of(PadTampered)


@pytest.mark.parametrize("code", [0xE1, 0xE2])
def test_a_pad_nobody_has_prepared_is_no_alarm(code: int) -> None:
    pad = Paper(keys={}, codes={b"2": [code]})
    driver = pad.driver()
    pad.run(600)
    driver.load_key("pin", wrapped(TPK))
    pad.run(300)
    assert pad.of(KeyRefused) == [KeyRefused("pin", f"{code:02X}")]
    assert pad.of(PadKeys)[-1].keys[0] == KeyState("pin", "missing")
    assert not pad.of(PadTampered)


@pytest.mark.parametrize("code", [0xE1, 0xE2])
def test_staff_is_called_to_a_pad_without_keys_until_one_is_loaded(code: int) -> None:
    """After a power cut nobody knows that it had some: page 033."""
    pad = Paper(codes={b"2": [code]})
    driver = pad.driver()
    pad.run(600)
    before = len(pad.raised())
    driver.load_key("pin", wrapped(TPK))
    pad.run(300)
    assert pad.raised()[before:] == [("DEVICE_FAILURE", True)]
    driver.load_key("pin", wrapped(TPK))
    pad.run(300)
    assert pad.raised()[before:] == [("DEVICE_FAILURE", True), ("DEVICE_FAILURE", False)]
    assert not pad.of(PadTampered)


@pytest.mark.parametrize(
    ("faults", "outcome"), [(["mute"] * 4, KeyLoaded), (["mute"] * 5, KeyUncertain), (["damaged"], KeyLoaded)]
)
def test_loading_is_repeated_and_then_unknown(faults: list[str], outcome: type) -> None:
    pad = Paper()
    driver = pad.ready()
    pad.faults[b"2"] = faults
    driver.load_key("pin", wrapped(TPK))
    pad.run(6_000)
    (end,) = [fact for fact in pad.facts if fact.kind == "key!"]
    assert isinstance(end, outcome)
    assert driver.can_take_pins(0) is (outcome is KeyLoaded)


@pytest.mark.parametrize("key", [*map(wrapped, (TPK, TAK, TDK, TMK, TMK[:8])), wrapped_aes(AES_KEY)], ids=repr)
def test_published_keys_are_for_the_lab(key: WrappedKey) -> None:
    pad = Paper()
    driver = pad.driver(test_keys=False)
    pad.run(600)
    driver.load_key("pin", key)
    pad.run(300)
    assert pad.of(KeyRefused) == [KeyRefused("pin", "test")]
    assert not any(content.startswith(b"2") for content in pad.heard)


def test_orders_to_nobody_are_refused_at_once() -> None:
    facts: list[Any] = []
    driver = Epp("pin_pad", facts.append)
    driver.load_key("pin", WrappedKey(bytes(16), bytes(4)))
    driver.mac(1, b"x")
    driver.start_pin(2, PAN, format=0, least=4, most=6, limit_s=30)
    driver.plain_input(True)
    driver.plain_input(False)
    driver.cancel_pin(2)
    assert facts == [KeyRefused("pin", "link"), MacFailed(1, "link"), PinFailed(2, "link"), PlainClosed("link")]


# -- MACs


def test_the_mac_of_the_sheet() -> None:
    pad = Paper()
    pad.ready().mac(1, MESSAGE)
    pad.run(200)
    assert pad.of(MacMade) == [MacMade(1, "ACEEF05C7886A3E1")]


@settings(max_examples=25, deadline=None)
@given(
    messages=st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=3),
    rule=st.sampled_from(["unionpay", "cbc"]),
)
def test_macs_are_those_of_another_library(messages: list[bytes], rule: str) -> None:
    pad = Paper()
    driver = pad.ready(mac_rule=rule)
    for order, message in enumerate(messages):
        driver.mac(order, message)
    pad.run(1_000)
    data = [fold(message) if rule == "unionpay" else message + bytes(-len(message) % 8) for message in messages]
    assert pad.of(MacMade) == [MacMade(order, chained(TAK, each).hex().upper()) for order, each in enumerate(data)]


@pytest.mark.parametrize(("rule", "message"), [("unionpay", b""), ("cbc", b""), ("cbc", bytes(MOST_BYTES + 1))])
def test_what_cannot_be_asked_is_refused(rule: str, message: bytes) -> None:
    pad = Paper()
    pad.ready(mac_rule=rule).mac(4, message)
    pad.run(200)
    assert pad.of(MacFailed) == [MacFailed(4, "request")]


def test_without_a_verified_key_there_is_no_mac() -> None:
    pad = Paper(keys={0x20: TMK, MAC_AT: TAK})
    driver = pad.driver()
    pad.run(600)
    driver.mac(1, MESSAGE)
    pad.run(200)
    assert pad.of(MacFailed) == [MacFailed(1, "keys")]


@pytest.mark.parametrize("fault", ["late", "stale"])
def test_a_late_mac_is_not_taken_for_the_next_one(fault: str) -> None:
    pad = Paper()
    driver = pad.ready()
    pad.faults[b"8"] = [fault]
    driver.mac(1, MESSAGE)
    driver.mac(2, b"another")
    pad.run(4_000)
    assert pad.of(MacMade) == [
        MacMade(order, chained(TAK, fold(message)).hex().upper()) for order, message in ((1, MESSAGE), (2, b"another"))
    ]


@pytest.mark.parametrize(("code", "reason"), [(0xE5, "E5"), (0xEF, "EF")])
def test_a_refused_mac_says_why(code: int, reason: str) -> None:
    pad = Paper()
    driver = pad.ready()
    pad.codes[b"8"] = [code]
    driver.mac(1, MESSAGE)
    pad.run(300)
    assert pad.of(MacFailed) == [MacFailed(1, reason)]


# -- security events


@pytest.mark.parametrize(
    ("code", "cause"), [(0xDD, "destroyed"), (0xFF, "removed"), (0xE1, "keys_gone"), (0xE2, "keys_gone")]
)
def test_a_security_event_stays_until_people_say_otherwise(code: int, cause: str) -> None:
    pad = Paper()
    driver = pad.ready()
    pad.spoken = code
    pad.run(3_000)
    assert pad.of(PadTampered) == [PadTampered(cause, f"{code:02X}")]
    assert not driver.can_take_pins(0)
    assert {key.state for key in pad.of(PadKeys)[-1].keys} == {"untold"}
    pad.spoken = 0
    driver.link_lost("unplugged", pad.now_ms)
    driver.link_up(pad.now_ms)
    pad.run(3_000)
    driver.load_key("pin", wrapped(TPK))
    driver.mac(1, MESSAGE)
    assert pad.of(KeyRefused) == [KeyRefused("pin", "tamper")]
    assert pad.of(MacFailed) == [MacFailed(1, "tamper")]
    assert not pad.of(DeviceReady)
    driver.restart()
    pad.run(1_000)
    assert pad.of(DeviceReady)
    driver.load_key("pin", wrapped(TPK))
    driver.load_key("mac", wrapped(TAK))
    pad.run(500)
    assert driver.can_take_pins(0)
    assert pad.raised()[-1] == ("DEVICE_FAILURE", False)


def test_a_pad_that_lost_its_keys_says_so_when_it_is_looked_at() -> None:
    pad = Paper()
    pad.ready()
    pad.keys.clear()
    pad.run(3_000)
    assert pad.of(PadTampered) == [PadTampered("keys_gone", "E1")]


@pytest.mark.parametrize(("code", "cause"), [(0xDD, "destroyed"), (0xFF, "removed")])
def test_a_pad_that_still_says_who_it_is_is_heard_all_the_same(code: int, cause: str) -> None:
    pad = Paper()
    pad.ready()
    pad.tampered = code
    pad.run(3_000)
    assert pad.of(PadTampered) == [PadTampered(cause, f"{code:02X}")]


def test_a_pad_that_was_opened_before_the_start_is_never_ready() -> None:
    pad = Paper(tampered=0xDD)
    driver = pad.driver()
    pad.run(3_000)
    assert pad.of(PadTampered) == [PadTampered("destroyed", "DD")]
    assert not pad.of(DeviceReady)
    assert not driver.can_take_pins(0)


def test_a_word_of_tamper_without_a_question() -> None:
    pad = Paper()
    pad.ready()
    pad.say(framed(0xDD))
    assert pad.of(PadTampered) == [PadTampered("destroyed", "DD")]


def test_orders_that_wait_end_with_a_tamper() -> None:
    pad = Paper()
    driver = pad.ready()
    driver.load_key("mac", wrapped(TAK))
    driver.mac(1, MESSAGE)
    driver.mac(2, MESSAGE)
    pad.codes[b"2"] = [0xDD]
    pad.run(500)
    assert [fact for fact in pad.facts if fact.kind in ("key!", "mac!")] == [
        MacFailed(1, "tamper"),
        MacFailed(2, "tamper"),
        KeyRefused("mac", "DD"),
    ]


def test_a_low_battery_is_said_once() -> None:
    pad = Paper()
    pad.ready()
    pad.codes[b"I"] = [0xE0, 0xE0, 0xE0]
    pad.run(9_000)
    assert pad.of(PadBatteryLow) == [PadBatteryLow()]
    assert not pad.raised()


def test_a_memory_fault_is_a_fault() -> None:
    pad = Paper()
    pad.ready()
    pad.codes[b"I"] = [0xFE]
    pad.run(3_000)
    assert pad.raised() == [("DEVICE_FAILURE", True)]


# -- digits in clear


def test_plain_digits_are_told_key_by_key() -> None:
    pad = Paper()
    driver = pad.ready()
    driver.plain_input(True)
    pad.run(300)
    assert pad.input == "plain"
    pad.press("12CE")
    pad.say(b"\x23\x2e\x41\x48\x77")
    assert [fact.key for fact in pad.of(PlainKey)] == ["1", "2", "clear", "enter", "00", "point", "f1", "f8"]
    driver.plain_input(False)
    pad.run(300)
    assert pad.of(PlainClosed) == [PlainClosed("asked")]
    assert pad.input == ""


def test_plain_input_ends_by_itself() -> None:
    for said in (b"\x80", b""):
        pad = Paper()
        pad.ready().plain_input(True)
        pad.run(300)
        pad.say(said)
        pad.run(70_000)
        assert pad.of(PlainClosed) == [PlainClosed("timed_out")]
        assert pad.input == ""


def test_digits_nobody_asked_for_are_not_told() -> None:
    pad = Paper()
    pad.ready()
    pad.say(b"123")
    pad.run(500)
    assert not pad.facts


@pytest.mark.parametrize("after_ms", [0, 1, 3, 5, 8, 200])
def test_plain_input_asked_and_unasked_ends_once(after_ms: int) -> None:
    pad = Paper()
    driver = pad.ready()
    driver.plain_input(True)
    if after_ms:
        pad.run(after_ms)
    driver.plain_input(False)
    pad.run(500)
    assert pad.of(PlainClosed) == [PlainClosed("asked")]
    assert pad.input == ""


@pytest.mark.parametrize(("code", "reason"), [(0xEF, "refused"), (0xDD, "tamper")])
def test_plain_input_that_is_refused_says_so(code: int, reason: str) -> None:
    pad = Paper()
    driver = pad.ready()
    pad.codes[b"5033"] = [code]
    driver.plain_input(True)
    pad.run(500)
    assert pad.of(PlainClosed) == [PlainClosed(reason)]


def test_a_pulled_plug_closes_plain_input() -> None:
    pad = Paper()
    driver = pad.ready()
    driver.plain_input(True)
    pad.run(300)
    driver.link_lost("unplugged", pad.now_ms)
    assert pad.of(PlainClosed) == [PlainClosed("link")]
