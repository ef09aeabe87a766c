from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.ports.fact import DeviceReady
from kiosk.ports.ups import MainsStrayed, OffFailed, OffSet, PowerDip, PowerSeen
from tests.drivers.megatec.megatec_script import BATTERY, FAILED, LOW, MAINS, MAINS_LOW, TEST, Ups

ON_MAINS = PowerSeen("mains", False, 100, 600)
ON_BATTERY = PowerSeen("battery", False, 100, 600)
UNKNOWN = PowerSeen("unknown", False, -1, -1)
EMPTY = PowerSeen("battery", True, 100, 0)


# -- start


def test_it_says_where_the_power_comes_from_and_who_it_is() -> None:
    ups = Ups()
    ups.driver()
    ups.run(2_000)
    assert ups.facts == [ON_MAINS, DeviceReady("ups", "UPS 600", "1.02", "")]
    assert ups.heard[:4] == [b"Q1", b"I", b"F", b"Q1"]
    assert "maker Example" in ups.it.probe_lines()


@pytest.mark.parametrize("echoes", [True, False])
def test_a_unit_that_does_not_say_who_it_is_is_taken_all_the_same(echoes: bool) -> None:
    ups = Ups(info=None, rating=None, echoes=echoes)
    ups.driver(nominal_mv=24_000)
    ups.run(4_000)
    assert ups.facts == [ON_MAINS, DeviceReady("ups", "megatec", "", "")]


def test_two_words_at_once_are_one_look_at_the_mains() -> None:
    ups = Ups(BATTERY)
    ups.driver()
    ups.run(900)
    assert ups.heard == [b"Q1", b"I", b"F", b"Q1"]
    assert ups.facts == []


@pytest.mark.parametrize(("script", "told"), [([], ON_BATTERY), ([BATTERY, MAINS], ON_MAINS)])
def test_started_on_battery_the_second_word_decides(script: list[str], told: PowerSeen) -> None:
    ups = Ups(MAINS if script else BATTERY, script=script)
    ups.driver()
    ups.run(4_000)
    assert [fact for fact in ups.news() if not isinstance(fact, PowerDip)] == [
        told,
        DeviceReady("ups", "UPS 600", "1.02", ""),
    ]


def test_the_rated_voltage_is_the_units_own() -> None:
    ups = Ups(battery="13.0", rating=b"#220.0 000 012.0 50.0\r")
    ups.driver(nominal_mv=24_000)
    ups.run(2_000)
    assert ups.facts[0] == ON_MAINS


def test_it_is_asked_every_second() -> None:
    ups = Ups()
    ups.ready()
    ups.run(10_000)
    assert ups.heard == [b"Q1"] * 10


# -- what counts


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ([MAINS], []),
        ([BATTERY, BATTERY], [ON_BATTERY]),
        ([BATTERY, "-", BATTERY], [ON_BATTERY]),
        ([BATTERY, "!", BATTERY], [ON_BATTERY]),
        ([LOW], [EMPTY]),
        ([BATTERY, LOW], [EMPTY]),
        ([BATTERY, BATTERY, LOW], [ON_BATTERY, EMPTY]),
        ([MAINS_LOW], [PowerSeen("mains", True, 100, 0)]),
        ([BATTERY, BATTERY, MAINS, MAINS], [ON_BATTERY, ON_MAINS]),
        ([BATTERY, BATTERY, MAINS, BATTERY, MAINS, BATTERY], [ON_BATTERY]),
        ([TEST] * 10, []),
        (["-", "-", MAINS], []),
        (["-", "-", "-"], [UNKNOWN]),
        (["-", "!", "-", MAINS], [UNKNOWN, ON_MAINS]),
        ([BATTERY, BATTERY, "-", "-", "-", MAINS, MAINS], [ON_BATTERY, UNKNOWN, ON_MAINS]),
        ([BATTERY, BATTERY, "-", "-", "-", MAINS, BATTERY], [ON_BATTERY, UNKNOWN, ON_BATTERY]),
    ],
)
def test_what_is_told_of_the_power(script: list[str], told: list[PowerSeen]) -> None:
    ups = Ups()
    ups.ready()
    last = script[-1] if script[-1] != "-" else MAINS
    ups.script, ups.bits = list(script), last
    while ups.script:
        ups.run(20)
    ups.run(920)  # the last silence is over, the next question not yet asked
    assert [fact for fact in ups.facts if isinstance(fact, PowerSeen)] == told


def test_a_dip_is_told_when_it_is_over() -> None:
    ups = Ups(script=[])
    ups.ready()
    ups.script = [MAINS, BATTERY, MAINS]
    ups.run(4_000)
    assert ups.news() == [PowerDip(1_000)]


def test_a_flicker_every_second_is_dips_and_nothing_else() -> None:
    ups = Ups()
    ups.ready()
    ups.script = [BATTERY, MAINS] * 20
    ups.run(41_000)
    assert ups.news() == [PowerDip(1_000)] * 20


def test_charge_is_news_in_steps_of_ten() -> None:
    ups = Ups(BATTERY)
    ups.ready(runtime_min=20)
    for battery in ("25.7", "25.6", "25.2", "25.1", "24.7", "23.4"):
        ups.battery = battery
        ups.run(1_000)
    told = [(fact.charge_pct, fact.runtime_s) for fact in ups.facts if isinstance(fact, PowerSeen)]
    assert told == [(87, 1_044), (77, 924), (50, 600)]


def test_silence_is_a_fault_and_no_mains_failure() -> None:
    ups = Ups()
    ups.ready()
    ups.dead = True
    ups.run(5_000)
    assert (ups.faults(), ups.news()) == ([("NO_ANSWER", True)], [UNKNOWN])
    ups.dead = False
    ups.run(2_000)
    assert ups.faults() == [("NO_ANSWER", True), ("NO_ANSWER", False)]
    assert ups.news() == [UNKNOWN, ON_MAINS, DeviceReady("ups", "UPS 600", "1.02", "")]


def test_somebody_else_on_the_port_is_named() -> None:
    ups = Ups(script=["!"] * 20)
    ups.driver()
    ups.run(5_000)
    assert ups.faults() == [("WRONG_DEVICE", True)]


def test_a_pulled_plug_is_unknown_and_its_return_is_said() -> None:
    ups = Ups()
    driver = ups.ready()
    driver.link_lost("pulled", ups.now_ms)
    ups.run(1_000)
    driver.link_up(ups.now_ms)
    ups.run(4_000)
    assert ups.faults() == [("LINK_LOST", True), ("LINK_LOST", False)]
    assert ups.news() == [UNKNOWN, ON_MAINS, DeviceReady("ups", "UPS 600", "1.02", "")]


def test_a_failed_unit_is_a_fault_and_goes_on() -> None:
    ups = Ups()
    ups.ready()
    ups.script = [FAILED, MAINS]
    ups.run(3_000)
    assert ups.faults() == [("DEVICE_FAILURE", True), ("DEVICE_FAILURE", False)]
    assert ups.news() == []


# -- orders


def test_switching_off_is_answered_by_its_effect() -> None:
    ups = Ups(BATTERY)
    driver = ups.ready()
    driver.switch_off(30)
    ups.run(3_000)
    assert ups.news() == [OffSet(30)]
    assert ups.heard.count(b"S.5R0003") == 1


def test_a_delay_that_cannot_be_said_is_told_as_it_is() -> None:
    ups = Ups(BATTERY)
    ups.ready().switch_off(61)
    ups.run(3_000)
    assert ups.news() == [OffSet(120)]


@pytest.mark.parametrize("echoes", [True, False])
def test_a_unit_that_does_not_switch_off_is_found_out(echoes: bool) -> None:
    ups = Ups(BATTERY, takes=False, echoes=echoes)
    ups.ready().switch_off(30)
    ups.run(8_000)
    assert ups.news() == [OffFailed("not taken")]
    assert ups.heard.count(b"S.5R0003") == 3


def test_an_order_into_silence_has_an_end() -> None:
    ups = Ups(BATTERY)
    driver = ups.ready()
    ups.dead = True
    driver.switch_off(30)
    ups.run(10_000)
    assert OffFailed("no answer") in ups.facts


def test_an_order_without_a_link_has_an_end() -> None:
    ups = Ups(BATTERY)
    driver = ups.ready()
    driver.link_lost("pulled", ups.now_ms)
    driver.switch_off(30)
    ups.run(100)
    assert ups.facts[-1] == OffFailed("no link")


def test_staying_on_takes_it_back() -> None:
    ups = Ups(BATTERY)
    driver = ups.ready()
    driver.switch_off(30)
    ups.run(3_000)
    driver.stay_on()
    ups.run(3_000)
    assert ups.bits[6] == "0"
    assert ups.heard.count(b"C") == 1
    assert ups.news() == [OffSet(30)]


def test_staying_on_is_said_again_until_it_is_so_but_not_for_ever() -> None:
    ups = Ups(takes=False, bits="00001010")
    ups.ready().stay_on()
    ups.run(20_000)
    assert ups.heard.count(b"C") == 3


def test_staying_on_ends_an_order_that_was_on_its_way() -> None:
    ups = Ups(BATTERY, takes=False)
    driver = ups.ready()
    driver.switch_off(30)
    ups.run(1_200)
    driver.stay_on()
    ups.run(5_000)
    assert ups.news() == [OffFailed("taken back")]
    assert ups.heard.count(b"C") >= 1


# -- laws

WORDS = st.sampled_from([MAINS, BATTERY, LOW, MAINS_LOW, TEST, "-", "!"])


@given(script=st.lists(WORDS, max_size=25))
@settings(max_examples=60, deadline=None)
def test_battery_is_never_told_from_one_word_unless_it_is_low(script: list[str]) -> None:
    ups = Ups()
    ups.ready()
    ups.script = list(script)
    ups.run(len(script) * 1_000 + 1)
    told = [fact for fact in ups.facts if isinstance(fact, PowerSeen)]
    if any(fact.source == "battery" for fact in told):
        heard = [word for word in script if word not in ("-", "!")]
        assert LOW in heard or any(a == b == BATTERY for a, b in pairwise(heard))
    assert all(a != b for a, b in pairwise(told))


@given(chunks=st.lists(st.binary(max_size=60), max_size=10))
@settings(max_examples=50, deadline=None)
def test_no_noise_makes_it_raise_or_switch_anything(chunks: list[bytes]) -> None:
    ups = Ups()
    driver = ups.ready()
    for chunk in chunks:
        driver.receive(chunk, ups.now_ms)
        ups.run(700)
    assert set(ups.heard) <= {b"Q1", b"I", b"F"}


# -- mains beyond their limits (TVM-032)


@pytest.mark.parametrize(
    ("volts", "hertz"), [("197.9", "50.0"), ("242.1", "50.0"), ("226.0", "47.9"), ("226.0", "52.1")]
)
def test_mains_beyond_their_limits_are_an_event_when_they_are_seen_twice(volts: str, hertz: str) -> None:
    ups = Ups()
    ups.ready()
    ups.volts, ups.hertz = volts, hertz
    ups.run(1_000)
    assert ups.facts == []
    ups.run(3_000)
    ups.volts, ups.hertz = "198.0", "52.0"
    ups.run(3_000)
    far = (round(float(volts) * 1_000), round(float(hertz) * 1_000))
    assert ups.facts == [MainsStrayed(True, *far), MainsStrayed(False, 198_000, 52_000)]
