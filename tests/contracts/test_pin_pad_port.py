"""What the PIN pad port promises, with the twin written from the same sheet: over a wire in virtual time and over a pty.

A PIN that is typed comes out as one block that decrypts to it, or not at all; a digit of it never crosses the line; opening the
pad erases all keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.epp.entry import PinStyle
from kiosk.ports.fact import DeviceReady
from kiosk.ports.pin_pad import (
    KeyLoaded,
    KeyRefused,
    MacMade,
    PadBatteryLow,
    PadKeys,
    PadTampered,
    PinBypassed,
    PinCancelled,
    PinEntered,
    PinFailed,
    PinStars,
    PinTimedOut,
)
from simulator.devices.epp import Zt598, install_test_masters
from simulator.devices.twin import Speeds
from simulator.world.wire import FAIR, Weather
from tests.contracts import pin_pads as p
from tests.contracts.pty_bench import PtyBench
from tests.simulator.fronts.harness import Bench

pytestmark = pytest.mark.slow

FAULTS = sorted(Zt598(Speeds()).fault_names())


@pytest.fixture(params=sorted(p.STYLES))
def style(request: pytest.FixtureRequest) -> PinStyle:
    found: PinStyle = request.param
    return found


@pytest.fixture(params=["wire", "pty"])
def bench(request: pytest.FixtureRequest, style: PinStyle) -> Iterator[p.AnyBench]:
    if request.param == "wire":
        yield Bench(p.rig(style, Speeds()), "bytes")
        return
    with PtyBench(p.rig(style, Speeds(rate=20))) as made:
        yield made


@pytest.fixture
def wire(style: PinStyle) -> Bench:
    return Bench(p.rig(style, Speeds()), "bytes")


# -- over both links


def test_it_is_met_and_takes_its_keys(bench: p.AnyBench) -> None:
    p.ready(bench)
    assert not any(fact.up for fact in p.told(bench, "fault"))
    loaded = [fact for fact in bench.facts if isinstance(fact, KeyLoaded)]
    assert [(fact.slot, fact.check) for fact in loaded] == [
        ("pin", "27F14DD3"),
        ("mac", "76CDB553"),
        ("data", "FB097599"),
        ("pin_aes", "BFABFA12"),
    ]
    assert {key.state for key in p.told(bench, "pin_pad.keys")[-1].keys} == {"verified"}


@pytest.mark.parametrize("format", [0, 3, 4])
def test_a_pin_comes_out_as_one_block_and_no_digit_crosses_the_line(bench: p.AnyBench, format: int) -> None:
    p.ready(bench)
    tap = p.Tap(bench)
    p.asked(bench, format=format)
    p.typed(bench)
    bench.until(lambda: bool(p.ends(bench, 7)))
    assert p.ends(bench, 7) == [PinEntered(7, format)]
    assert tap.between_frames() == b"******\r"
    crossed = bytes(tap.sent + tap.received)
    for secret in (p.PIN.encode(), p.PAN.reveal().encode(), b"06837261", b"0683"):
        assert secret not in crossed or (secret == p.PAN.reveal().encode() and format == 4)
    assert p.block_of(bench, 7) == p.PIN
    assert p.block_of(bench, 7) is None
    assert not any(p.PIN in repr(fact) for fact in bench.facts)


def test_opening_the_pad_erases_its_keys_and_ends_card_payment(bench: p.AnyBench) -> None:
    p.ready(bench)
    pad = bench.twins["pin_pad"]
    bench.do(lambda: pad.faults.add("opened"))
    bench.until(PadTampered)
    assert pad.held_keys() == {}
    assert not bench.it.can_take_pins(0)
    bench.do(lambda: bench.it.start_pin(7, p.PAN, format=0, least=4, most=6, limit_s=30))
    assert p.ends(bench, 7) == [] or p.ends(bench, 7) == [PinFailed(7, "tamper")]
    bench.until(lambda: p.ends(bench, 7) == [PinFailed(7, "tamper")])

    pad.faults.clear()
    pad.reinitialise()
    install_test_masters(pad)
    bench.run(2_500)
    assert not bench.it.can_take_pins(0), "a pad that answers again is not believed"
    before = len(p.told(bench, "device.ready"))
    bench.do(bench.it.restart)
    bench.until(lambda: len(p.told(bench, "device.ready")) > before)
    p.load(bench)
    assert bench.it.can_take_pins(0)


def test_a_mac_is_the_one_of_the_sheet(bench: p.AnyBench) -> None:
    p.ready(bench)
    bench.do(lambda: bench.it.mac(1, b"0200303803000EC28011196225880012345678"))
    assert bench.until(MacMade) == MacMade(1, "ACEEF05C7886A3E1")


def test_numbers_in_clear_are_told_key_by_key(bench: p.AnyBench) -> None:
    p.ready(bench)
    bench.do(lambda: bench.it.plain_input(True))
    bench.until(lambda: bool(bench.twins["pin_pad"].mode.value != "closed" and not bench.twins["pin_pad"].asks_for_pin))
    bench.run(100)
    p.press(bench, "1", "00", "clear", "f8", "enter")
    bench.until(lambda: len(p.told(bench, "pin_pad.key")) == 5)
    assert [fact.key for fact in p.told(bench, "pin_pad.key")] == ["1", "00", "clear", "f8", "enter"]
    bench.do(lambda: bench.it.plain_input(False))
    bench.until(lambda: p.plain_closed(bench) == ["asked"])


# -- in virtual time


def test_a_cancel_on_either_side(wire: Bench) -> None:
    p.ready(wire)
    p.asked(wire, 1)
    p.press(wire, "1", "2", "cancel")
    wire.run(1_000)
    assert p.ends(wire, 1) == [PinCancelled(1, "passenger")]
    p.asked(wire, 2)
    p.press(wire, "1", "2")
    wire.do(lambda: wire.it.cancel_pin(2))
    wire.run(1_000)
    assert p.ends(wire, 2) == [PinCancelled(2, "machine")]
    assert not wire.twins["pin_pad"].asks_for_pin


def test_time_runs_out(wire: Bench) -> None:
    p.ready(wire)
    p.asked(wire, limit_s=10)
    p.press(wire, "1")
    wire.run(11_000)
    assert p.ends(wire, 7) == [PinTimedOut(7)]


def test_nothing_confirmed_is_a_bypass_and_the_stars_are_those_of_the_pad(wire: Bench) -> None:
    p.ready(wire)
    p.asked(wire, 1)
    p.press(wire, "enter")
    wire.run(1_000)
    assert p.ends(wire, 1) == [PinBypassed(1)]
    p.asked(wire, 2)
    p.press(wire, "9", "9", "clear", *"1234567", "enter")
    wire.run(1_000)
    assert p.block_of(wire, 2) == "123456"
    stars = [fact.count for fact in wire.facts if isinstance(fact, PinStars) and fact.entry == 2]
    assert stars == [1, 2, 0, 1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("rates", [(115_200, 9_600), (9_600, 57_600), (38_400, 115_200)])
def test_it_is_found_at_the_rate_of_another_configuration(rates: tuple[int, int]) -> None:
    bench = Bench(p.rig("at_start", Speeds(), rates), "bytes")
    p.Tap(bench)
    bench.until(DeviceReady)
    assert bench.twins["pin_pad"].baud == rates[0]
    bench.off()
    bench.run(2_000)
    bench.on()
    p.Tap(bench)
    bench.until(DeviceReady)
    assert bench.twins["pin_pad"].baud == rates[1]


def test_a_key_damaged_on_its_way_is_erased(wire: Bench) -> None:
    p.ready(wire)
    wire.twins["pin_pad"].faults.add("another_check_value_next")
    wire.do(lambda: wire.it.load_key("pin", p.wrapped("pin", p.KEYS["pin"])))
    wire.run(1_000)
    assert p.told(wire, "key!")[-1] == KeyRefused("pin", "check")
    assert 0x30 not in wire.twins["pin_pad"].held_keys()
    assert not wire.it.can_take_pins(0)


def test_keys_that_were_lost_are_loaded_again(wire: Bench) -> None:
    p.ready(wire)
    wire.do(lambda: wire.twins["pin_pad"].faults.add("work_keys_lost_next"))
    wire.run(100)
    p.asked(wire, 1)
    p.typed(wire)
    wire.run(2_000)
    assert p.ends(wire, 1) == [PinFailed(1, "E5")]
    p.load(wire)
    p.asked(wire, 2)
    p.typed(wire)
    wire.run(1_000)
    assert p.block_of(wire, 2) == p.PIN


def test_digits_in_clear_end_the_entry_at_the_first(wire: Bench) -> None:
    p.ready(wire)
    wire.twins["pin_pad"].faults.add("plain_digits")
    tap = p.Tap(wire)
    p.asked(wire)
    for digit in p.PIN:
        p.press(wire, digit)
        wire.run(150)
    assert p.ends(wire, 7) == [PinFailed(7, "clear")]
    assert tap.between_frames() == p.PIN[:1].encode()
    assert p.block_of(wire, 7) is None


def test_a_low_battery_is_said(wire: Bench) -> None:
    p.ready(wire)
    wire.do(lambda: wire.twins["pin_pad"].faults.add("battery_low"))
    assert wire.until(PadBatteryLow) == PadBatteryLow()
    assert wire.it.can_take_pins(0)


@pytest.mark.parametrize("after_ms", [0, 5, 20, 60, 90, 130, 400])
@pytest.mark.parametrize("what", ["unplug", "opened", "removed", "cut"])
def test_trouble_at_any_moment_of_an_entry_leaves_one_outcome(wire: Bench, what: str, after_ms: int) -> None:
    p.ready(wire)
    wire.do(lambda: wire.it.start_pin(7, p.PAN, format=0, least=4, most=6, limit_s=30))
    wire.run(after_ms)
    _trouble(wire, what)
    p.typed(wire)
    wire.run(45_000)
    before = [fact for fact in p.ends(wire, 7) if isinstance(fact, PinEntered)]
    if what == "cut":
        assert len(p.ends(wire, 7)) <= 1, "a program that died says nothing"
    else:
        assert len(p.ends(wire, 7)) == 1
        assert p.block_of(wire, 7) == (p.PIN if before else None)
    if what in ("opened", "removed"):
        assert [fact.cause for fact in wire.facts if isinstance(fact, PadTampered)] == [
            "destroyed" if what == "opened" else "removed"
        ]
        assert not wire.it.can_take_pins(0)
        assert bool(wire.twins["pin_pad"].held_keys()) is (what == "removed")
    assert not wire.twins["pin_pad"].asks_for_pin


def _trouble(bench: Bench, what: str) -> None:
    if what == "unplug":
        bench.unplug("pin_pad")
        bench.run(300)
        bench.replug("pin_pad")
    elif what == "cut":
        bench.cut()
    else:
        bench.do(lambda: bench.twins["pin_pad"].faults.add(what))


LOST_FOR_GOOD = {"opened", "removed", "imk_lost_next", "tmk_lost_next"}


@pytest.mark.parametrize("when", ["before", "during"])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_the_menu_leaves_one_outcome_and_no_wrong_block(wire: Bench, fault: str, when: str) -> None:
    p.ready(wire)
    tap = p.Tap(wire)
    pad = wire.twins["pin_pad"]
    if when == "before":
        wire.do(lambda: pad.faults.add(fault))
    wire.do(lambda: wire.it.start_pin(7, p.PAN, format=0, least=4, most=6, limit_s=20))
    wire.run(3_000)
    if when == "during":
        wire.do(lambda: pad.faults.add(fault))
    p.typed(wire)
    wire.run(60_000)
    (end,) = p.ends(wire, 7)
    found = p.block_of(wire, 7)
    assert found == (p.PIN if isinstance(end, PinEntered) else None) or fault in ("short_pin_next", "key_stuck")
    if fault not in ("plain_digits", "key_stuck"):
        assert (
            not set(tap.between_frames()) & set(p.PIN.encode()) or "noise" in fault or "cut" in fault or "flip" in fault
        )
    pad.faults.clear()
    pad.release()
    if fault == "opened":
        pad.reinitialise()
    if fault in LOST_FOR_GOOD:
        install_test_masters(pad)
        wire.do(wire.it.restart)
    wire.run(20_000)
    p.load(wire)
    p.asked(wire, 8)
    p.typed(wire)
    wire.run(2_000)
    assert p.block_of(wire, 8) == p.PIN, "it works again"


# -- the law of the port, whatever happens

WEATHER = {"lose": Weather(lose=0.3), "spoil": Weather(spoil=0.3), "double": Weather(double=0.5), "fair": FAIR}
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("press"), st.sampled_from([*p.PIN, "clear", "cancel", "enter", "00", "f1"])),
        st.tuples(st.just("type"), st.sampled_from([p.PIN, "1234"])),
        st.tuples(st.just("fault"), st.sampled_from([name for name in FAULTS if name.endswith(("_once", "_next"))])),
        st.tuples(
            st.sampled_from(["ask", "cancel", "mac", "plain", "load", "unplug", "cut", "removed", "opened"]),
            st.just(""),
        ),
        st.tuples(st.just("weather"), st.sampled_from(["lose", "spoil", "double", "fair"])),
        st.tuples(st.just("wait"), st.sampled_from(["10", "300", "2000", "36000"])),
    ),
    min_size=3,
    max_size=16,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(style=st.sampled_from(sorted(p.STYLES)), deeds=DEEDS)
def test_an_entry_ends_once_and_a_block_is_a_pin_that_was_typed(style: PinStyle, deeds: list[tuple[str, str]]) -> None:
    bench = Bench(p.rig(style, Speeds()), "bytes")
    p.ready(bench)
    state: dict[str, Any] = {"entries": [7], "macs": [], "cut": False, "open": 0, "pin": ""}
    bench.do(lambda: bench.it.start_pin(7, p.PAN, format=0, least=4, most=6, limit_s=30))
    bench.run(200)
    for what, value in deeds:
        _do(bench, what, value, state)
        entry = state["entries"][-1]
        block = bench.it.take_block(entry)
        if block is not None:
            assert isinstance(p.ends(bench, entry)[-1], PinEntered)
            assert p.opened(block) == state["pin"]
    bench.wires["pin_pad"].weather = FAIR
    bench.run(90_000)
    ended = [fact.entry for fact in p.told(bench, "pin!")]
    assert sorted(ended) == sorted(set(ended)), "no entry ends twice"
    if not state["cut"]:
        assert sorted(ended) == state["entries"]
        assert sorted(fact.order for fact in p.told(bench, "mac!")) == state["macs"]
    pad = bench.twins["pin_pad"]
    assert not pad.asks_for_pin
    if pad.destroyed:
        assert pad.held_keys() == {}
        assert not bench.it.can_take_pins(0)
        assert p.told(bench, "pin_pad.tamper")
    assert p.told(bench, "pin_pad.keys")[-1] == PadKeys(bench.it._keys.states)


def _press(bench: Bench, state: dict[str, Any], *keys: str) -> None:
    """Remembers the digits that a PIN pad should have."""
    for key in keys:
        opened = p.told(bench, "pin.open")
        if opened and opened[-1].entry != state["open"]:
            state["open"], state["pin"] = opened[-1].entry, ""
        typing = bench.twins["pin_pad"].asks_for_pin
        (felt,) = p.press(bench, key)
        if typing and felt and key.isdigit():
            state["pin"] += key
        elif typing and felt and key == "clear":
            state["pin"] = ""


def _do(bench: Bench, what: str, value: str, state: dict[str, Any]) -> None:
    match what:
        case "press":
            _press(bench, state, value)
        case "type":
            _press(bench, state, *value, "enter")
            bench.run(200)
        case "fault":
            bench.do(lambda: bench.twins["pin_pad"].faults.add(value))
        case "ask":
            entry = state["entries"][-1] + 1
            state["entries"].append(entry)
            bench.do(lambda: bench.it.start_pin(entry, p.PAN, format=0, least=4, most=6, limit_s=30))
            bench.run(200)
        case "cancel":
            bench.do(lambda: bench.it.cancel_pin(state["entries"][-1]))
        case "mac":
            order = len(state["macs"])
            state["macs"].append(order)
            bench.do(lambda: bench.it.mac(order, b"x"))
        case "plain":
            bench.do(lambda: bench.it.plain_input(True))
        case "load":
            bench.do(lambda: bench.it.load_key("pin", p.wrapped("pin", p.KEYS["pin"])))
        case "weather":
            bench.wires["pin_pad"].weather = WEATHER[value]
        case "wait":
            bench.run(int(value))
        case _:
            state["cut"] = state["cut"] or what == "cut"
            _trouble(bench, what)
