from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.nut.driver import MOST_OUT
from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady
from kiosk.ports.ups import MainsStrayed, OffFailed, OffSet, PowerDip, PowerSeen
from tests.drivers.nut.nut_script import Server

ON_MAINS = PowerSeen("mains", False, 100, 900)
ON_BATTERY = PowerSeen("battery", False, 100, 900)
UNKNOWN = PowerSeen("unknown", False, -1, -1)
READY = DeviceReady("ups", "E 600", "1.02", "S1")


# -- start


def test_it_says_where_the_power_comes_from_and_who_it_is() -> None:
    server = Server()
    server.driver()
    server.run(1_500)
    assert server.facts == [ON_MAINS, READY]
    assert server.heard == ["LIST VAR tvmups"] * 2
    assert "device.model E 600" in server.it.probe_lines()


def test_an_account_is_named_once_and_nobody_logs_in() -> None:
    server = Server()
    server.driver(user="tvm", password='a "b"')
    server.run(3_500)
    assert server.heard[:3] == ['USERNAME "tvm"', r'PASSWORD "a \"b\""', "LIST VAR tvmups"]
    assert not any(line.startswith(("LOGIN", "PRIMARY")) for line in server.heard)
    assert sum(line.startswith("PASSWORD") for line in server.heard) == 1
    assert not any("a " in line for line in server.it.probe_lines() if "b" in line.split()[:1])


def test_started_on_battery_the_second_word_decides() -> None:
    server = Server(script=["OB", "OB"])
    server.driver()
    server.run(500)
    assert server.facts == []
    server.run(1_000)
    assert server.facts == [ON_BATTERY, READY]


# -- mains and battery


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (["OB DISCHRG", "OB DISCHRG"], [ON_BATTERY]),
        (["OB DISCHRG", "OL"], [PowerDip(1_000)]),
        (["OB LB"], [PowerSeen("battery", True, 100, 0)]),
        (["OL LB"], [PowerSeen("mains", True, 100, 0)]),
        (["FSD OB"], [PowerSeen("battery", True, 100, 0)]),
        (["OB CAL", "OB CAL"], []),
    ],
)
def test_a_word_counts_when_it_comes_twice_and_low_at_once(script: list[str], told: list[object]) -> None:
    server = Server()
    server.ready()
    server.script, server.values["ups.status"] = list(script), script[-1]
    server.run(2_400)
    assert server.facts == told


def test_a_hundred_short_dips_are_a_hundred_events_and_no_battery() -> None:
    server = Server()
    server.ready()
    server.script = ["OB", "OL"] * 100
    server.run(201_000)
    assert server.facts == [PowerDip(1_000)] * 100


def test_mains_beyond_their_limits_are_told_once_and_when_they_are_back() -> None:
    server = Server()
    server.ready()
    server.values["input.voltage"] = "190.0"
    server.run(5_000)
    server.values["input.voltage"] = "0.0"  # gone altogether: that is a failure, and said by its own word
    server.run(5_000)
    server.values["input.voltage"] = "221.0"
    server.run(5_000)
    assert server.facts == [MainsStrayed(True, 190_000, 50_000), MainsStrayed(False, 221_000, 50_000)]


# -- silence


@pytest.mark.parametrize("word", ["-", "ERR DATA-STALE", "ERR DRIVER-NOT-CONNECTED"])
def test_silence_and_stale_data_are_no_mains_failure(word: str) -> None:
    server = Server()
    server.ready()
    server.script = [word] * 4
    server.run(3_900)
    assert [fact for fact in server.facts if isinstance(fact, PowerSeen)] == [UNKNOWN]
    assert [(fact.code, fact.up) for fact in server.facts if isinstance(fact, Fault)] == [("NO_ANSWER", True)]
    server.late()
    server.facts.clear()
    server.run(2_000)
    assert [fact for fact in server.facts if not isinstance(fact, Fault)] == [ON_MAINS, READY]


def test_a_unit_that_the_server_does_not_know_is_the_wrong_device() -> None:
    server = Server(script=["ERR UNKNOWN-UPS"] * 5)
    server.driver()
    server.run(4_000)
    faults = [(fact.code, fact.up, fact.detail) for fact in server.facts if isinstance(fact, Fault)]
    assert faults == [("WRONG_DEVICE", True, "UNKNOWN-UPS")]


def test_an_answer_that_comes_late_is_not_taken_for_the_next_one() -> None:
    """On mains again; what was said on battery, long ago, comes only now."""
    server = Server()
    server.ready()
    server.dead, server.script = True, ["OB", "OB"]
    server.run(2_450)
    server.facts.clear()
    server.late()
    server.run(3_000)
    assert not any(isinstance(fact, PowerSeen | PowerDip) for fact in server.facts)


def test_a_server_that_hangs_is_not_asked_for_ever() -> None:
    server = Server()
    server.ready()
    server.dead = True
    server.run(60_000)
    assert len(server.heard) == MOST_OUT
    server.late()
    server.run(2_000)
    assert server.facts[-2:] == [ON_MAINS, READY]


def test_a_link_that_breaks_is_said_and_begun_anew() -> None:
    server = Server()
    server.ready()
    server.it.link_lost("gone", server.now_ms)
    assert server.facts == [Fault("ups", "LINK_LOST", True, "gone"), UNKNOWN]
    server.facts.clear()
    server.it.link_up(server.now_ms)
    server.run(1_000)
    assert server.facts == [Fault("ups", "LINK_LOST", False, "gone"), ON_MAINS, READY]


# -- orders


def test_it_is_switched_off_after_the_delay_that_the_unit_took() -> None:
    server = Server()
    server.ready().switch_off(30)
    server.run(200)
    assert server.heard == [
        'SET VAR tvmups ups.delay.shutdown "30"', "GET VAR tvmups ups.delay.shutdown", "INSTCMD tvmups shutdown.return",
        "LIST VAR tvmups",
    ]  # fmt: skip
    assert server.facts == [OffSet(30)]


@pytest.mark.parametrize(("delay", "told"), [("60", OffSet(60)), ("20", OffFailed("ups.delay.shutdown is 20 s"))])
def test_a_fixed_delay_is_enough_or_it_is_not(delay: str, told: object) -> None:
    server = Server(takes=False)
    server.values["ups.delay.shutdown"] = delay
    server.ready().switch_off(30)
    server.run(1_200)
    assert server.facts == [told]
    assert ("INSTCMD tvmups shutdown.return" in server.heard) == (told == OffSet(60))


@pytest.mark.parametrize("why", ["ACCESS-DENIED", "CMD-NOT-SUPPORTED", "USERNAME-REQUIRED"])
def test_an_order_that_is_refused_is_not_repeated(why: str) -> None:
    server = Server(refuses=f"ERR {why}")
    server.ready().switch_off(30)
    server.run(1_200)
    assert server.facts == [OffFailed(why)]
    assert server.heard.count("INSTCMD tvmups shutdown.return") == 1


def test_an_order_that_nobody_answers_fails_after_three_tries() -> None:
    server = Server()
    server.ready()
    server.dead = True
    server.it.switch_off(30)
    server.run(6_000)
    assert OffFailed("no answer") in server.facts


def test_an_order_is_taken_back_even_while_it_is_given() -> None:
    server = Server()
    driver = server.ready()
    driver.switch_off(30)
    driver.poll(server.now_ms)
    driver.stay_on()
    server.run(1_500)
    assert server.facts == [OffFailed("taken back")]
    assert "INSTCMD tvmups shutdown.return" not in server.heard
    assert server.heard.count("INSTCMD tvmups shutdown.stop") == 1


def test_without_a_link_it_cannot_be_switched_off() -> None:
    server = Server()
    driver = server.ready()
    driver.link_lost("gone", server.now_ms)
    server.facts.clear()
    driver.switch_off(30)
    driver.poll(server.now_ms)
    assert server.facts == [OffFailed("no link")]


ACTS = st.lists(
    st.sampled_from(["off", "on", "OB", "OL", "OB LB", "-", "ERR DATA-STALE", "dead", "late", "lost", "noise", "wait"]),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(ACTS)
def test_whatever_the_server_does_each_order_has_one_outcome_and_mains_need_a_word(acts: list[str]) -> None:
    server = Server()
    driver = server.ready()
    orders, linked = 0, True
    for act in acts:
        match act:
            case "off":
                outcomes = sum(isinstance(fact, OffSet | OffFailed) for fact in server.facts)
                if outcomes == orders:  # one at a time
                    driver.switch_off(30)
                    orders += 1
            case "on":
                driver.stay_on()
            case "dead":
                server.dead = True
            case "late":
                server.late()
            case "noise":
                driver.receive(b'VAR x y "z"\nwhat\n', server.now_ms)
            case "lost":
                driver.link_lost("gone", server.now_ms)
                server.owed.clear()
                linked = not linked
                if linked:
                    driver.link_up(server.now_ms)
            case "wait":
                pass
            case word:
                server.script.append(word)
        server.run(1_100)
    if not linked:
        driver.link_up(server.now_ms)
    server.script.clear()
    server.late()
    server.run(12_000)
    assert sum(isinstance(fact, OffSet | OffFailed) for fact in server.facts) == orders
    seen = [fact for fact in server.facts if isinstance(fact, PowerSeen)]
    assert not seen or seen[-1].source == "mains"
