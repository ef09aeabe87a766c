from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.cctalk.codec import Form
from drivers.cctalk.device import Seat
from drivers.cctalk.driver import CcTalkBus, anywhere
from kiosk.ports.coin_hopper import CoinsPaid, CoinsRefused, CoinsShort, CoinsUncertain, HopperLevel, HopperPast
from kiosk.ports.fact import DeviceReady
from tests.drivers.cctalk.cctalk_script import (
    COUNT,
    DISPENSE,
    ENABLE,
    KEY,
    LEVEL,
    MOVING,
    RESET,
    SEAT_A,
    SEAT_B,
    SERIAL,
    SERIAL_A,
    STATUS,
    STOP,
    PaperBus,
    PaperHopper,
    golden,
    record,
)

FOREVER_MS = 200_000


def bus(**hopper: object) -> tuple[PaperBus, PaperHopper]:
    paper = PaperHopper(**hopper)  # type: ignore[arg-type]
    return PaperBus([paper]), paper


# -- start


def test_it_tells_its_counters_before_it_is_ready_and_changes_nothing() -> None:
    paper, hopper = bus()
    paper.driver()
    paper.run(1_500)
    level, past, ready = paper.facts
    assert level == HopperLevel(1, "middle")
    assert past == HopperPast(1, tuple(record(hopper).items()))
    assert ready == DeviceReady("hopper.1", "FLOW", "ABC", str(SERIAL_A))
    assert not set(paper.headers()) & set(MOVING)
    assert all(
        frame in {raw for _, way, raw in golden() if way == "host"}
        for frame in paper.sent
        if frame[3] in (254, 245, 242)
    )


@pytest.mark.parametrize("echoes", [True, False])
@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("keyed", [True, False])
def test_it_pays_over_every_kind_of_bus(echoes: bool, form: Form, keyed: bool) -> None:
    paper, hopper = bus(keyed=keyed)
    paper.echoes = echoes
    port = paper.ready(form=form, keyed=keyed)
    assert paper.paid(port, 5) == CoinsPaid(7, 1, 5)
    assert (hopper.fallen, hopper.dispenses) == (5, 1)
    assert not hopper.enabled
    assert port.counters == record(hopper)
    assert paper.raised() == []


def test_orders_are_byte_for_byte_those_of_the_sheet() -> None:
    expected = {name: raw for name, way, raw in golden() if way == "host"}
    for keyed, name in [(False, "pay-5"), (True, "pay-5-dummy")]:
        paper, _ = bus(keyed=keyed)
        paper.paid(paper.ready(keyed=keyed), 5)
        assert expected[name] in paper.sent
        assert expected["enable"] in paper.sent
        assert expected["disable"] in paper.sent
    paper, _ = bus()
    paper.paid(paper.ready(form=Form.CRC), 5)
    assert expected["crc-pay-5"] in paper.sent
    assert expected["crc-enable"] in paper.sent


def test_each_hopper_of_a_bus_pays_its_own_coins_while_the_other_does() -> None:
    one, other = PaperHopper(), PaperHopper(address=4, serial=SERIAL_A + 1, event=255)
    paper = PaperBus([one, other])
    first = paper.ready(SEAT_A, SEAT_B)
    second = paper.it.hoppers[2]
    first.pay(7, 20)
    second.pay(8, 3)
    paper.run(6_000)
    assert set(paper.outcomes()) == {CoinsPaid(7, 1, 20), CoinsPaid(8, 2, 3)}
    assert (one.fallen, other.fallen) == (20, 3)
    assert (first.value_fen, second.value_fen) == (100, 50)
    assert next(raw for name, way, raw in golden() if name == "enable-b" and way == "host") in paper.sent


@pytest.mark.parametrize(
    ("there", "seat"),
    [({"category": "Coin Acceptor"}, SEAT_A), ({"serial": 99}, Seat(1, 3, 100, serial=SERIAL_A))],
)
def test_another_device_or_another_hopper_is_not_believed(there: dict[str, object], seat: Seat) -> None:
    paper, hopper = bus(**there)
    paper.driver(seat)
    paper.run(8_000)
    assert ("hopper.1", "WRONG_DEVICE", True) in paper.raised()
    assert not paper.it.ready
    paper.it.hoppers[1].pay(7, 2)
    assert paper.outcomes() == [CoinsRefused(7, 1, "other")]
    hopper.category, hopper.serial = "Payout", SERIAL_A
    paper.run(8_000)
    assert ("hopper.1", "WRONG_DEVICE", False) in paper.raised()
    assert paper.it.ready


def test_a_hopper_that_is_swapped_while_it_runs_is_asked_who_it_is() -> None:
    paper, hopper = bus()
    paper.ready(Seat(1, 3, 100, serial=SERIAL_A))
    hopper.serial = 99
    paper.run(8_000)
    assert ("hopper.1", "WRONG_DEVICE", True) in paper.raised()


def test_silence_is_noticed_and_its_end_too() -> None:
    paper, hopper = bus()
    port = paper.ready()
    hopper.dead = True
    paper.run(12_000)
    assert paper.raised() == [("hopper.1", "NO_ANSWER", True)]
    assert not port.ready
    hopper.dead = False
    paper.run(8_000)
    assert paper.raised()[-1] == ("hopper.1", "NO_ANSWER", False)
    assert port.ready


def test_noise_instead_of_answers_is_a_wrong_device() -> None:
    paper, _ = bus(dead=True)
    paper.driver()
    for _ in range(40):
        paper.run(200)
        paper.it.receive(b"\xff\x81\x00", paper.now_ms)
    assert ("hopper.1", "WRONG_DEVICE", True) in paper.raised()
    assert not paper.it.ready


def test_a_look_at_all_addresses_finds_those_that_are_there_and_moves_nothing() -> None:
    paper = PaperBus([PaperHopper(address=4), PaperHopper(address=7, serial=5)])
    paper.driver(*anywhere())
    paper.run(20_000)
    assert paper.it.ready
    assert paper.raised() == []
    told = paper.it.probe_lines()
    assert {"hopper.2 address 4", "hopper.5 address 7", "serial 5", "counter count 1000", "echo True"} <= set(told)
    assert not set(paper.headers(4) + paper.headers(7)) & set(MOVING)


def test_a_look_at_an_empty_bus_says_that_nobody_answers() -> None:
    paper = PaperBus([])
    paper.driver(*anywhere())
    paper.run(20_000)
    assert not paper.it.ready
    assert paper.raised() == [("hoppers", "NO_ANSWER", True)]
    paper.unplug()
    assert paper.raised()[-1] == ("hoppers", "LINK_LOST", True)


@pytest.mark.parametrize("seats", [(SEAT_A, SEAT_A), (SEAT_A, Seat(1, 4, 50)), (Seat(1, 1, 100),), (Seat(1, 0, 100),)])
def test_seats_that_cannot_be_are_refused(seats: tuple[Seat, ...]) -> None:
    with pytest.raises(ValueError, match="address"):
        CcTalkBus("hoppers", lambda fact: None, seats)


# -- levels and flags


def test_levels_are_told_when_they_change() -> None:
    paper, hopper = bus()
    paper.ready()
    hopper.level = 0x11
    paper.run(3_000)
    hopper.level = 0x10
    paper.run(3_000)
    assert [fact.level for fact in paper.facts if isinstance(fact, HopperLevel)] == ["low", "middle"]
    assert paper.raised() == [("hopper.1", "CASSETTE_LOW", True), ("hopper.1", "CASSETTE_LOW", False)]


@pytest.mark.parametrize(
    ("flags", "reason"), [(b"\x81\x00", "jam"), (b"\x88\x00", "exit"), (b"\x80\x01", "other"), (b"\x80\x40", "other")]
)
def test_a_hopper_with_a_latched_flag_is_not_asked_to_pay(flags: bytes, reason: str) -> None:
    paper, hopper = bus(flags=flags)
    paper.driver()
    paper.run(1_500)
    assert ("hopper.1", "DEVICE_FAILURE", True) in paper.raised()
    paper.it.hoppers[1].pay(7, 2)
    paper.run(3_000)
    assert paper.outcomes() == [CoinsRefused(7, 1, reason)]
    assert hopper.dispenses == 0
    assert RESET not in paper.headers()


def test_what_people_have_mended_is_reset_and_pays_again() -> None:
    paper, hopper = bus(flags=b"\x81\x00")
    paper.driver()
    paper.run(1_500)
    paper.it.hoppers[1].restart()
    paper.run(3_000)
    assert ("hopper.1", "DEVICE_FAILURE", False) in paper.raised()
    assert paper.paid(paper.it.hoppers[1], 2) == CoinsPaid(7, 1, 2)
    assert hopper.fallen == 2


def test_a_power_cut_in_a_payout_is_told_before_its_flag_is_cleared() -> None:
    paper, hopper = bus(flags=b"\xc0\x00\x01", event=0, paid=2, unpaid=3, count=1_002)
    port = paper.ready()
    assert RESET not in paper.headers()
    port.settle(7, 5, record(hopper, event=4, paid=5, unpaid=0, count=1_000))
    paper.run(5_000)
    assert paper.outcomes() == [CoinsUncertain(7, 1, 2, 3, "power")]
    assert paper.headers().count(RESET) == 1
    assert ("hopper.1", "DEVICE_FAILURE", False) in paper.raised()
    paper.forget()
    assert paper.paid(port, 2) == CoinsPaid(7, 1, 2)


def test_a_hopper_of_single_coins_pays_one() -> None:
    paper, hopper = bus(flags=b"\x80\x02")
    port = paper.ready()
    assert paper.paid(port, 2) == CoinsRefused(7, 1, "other")
    paper.forget()
    assert paper.paid(port, 1) == CoinsPaid(7, 1, 1)
    assert hopper.dispenses == 1


# -- orders


@pytest.mark.parametrize("coins", [0, -1, 256])
def test_what_cannot_be_asked_moves_nothing(coins: int) -> None:
    paper, _ = bus()
    assert paper.paid(paper.ready(), coins) == CoinsRefused(7, 1, "other")
    assert paper.headers().count(DISPENSE) == 0


def test_a_second_order_while_one_runs_is_refused() -> None:
    paper, hopper = bus()
    port = paper.ready()
    port.pay(7, 10)
    port.pay(8, 1)
    paper.run(5_000)
    assert paper.outcomes() == [CoinsRefused(8, 1, "other"), CoinsPaid(7, 1, 10)]
    assert hopper.fallen == 10


@pytest.mark.parametrize(
    ("flags", "outcome"),
    [
        (b"\x02\x00", CoinsShort(7, 1, 2, "empty")),
        (b"\x05\x00", CoinsShort(7, 1, 2, "jam")),
        (b"\x20\x00", CoinsUncertain(7, 1, 1, 3, "exit")),
        (b"\x00\x01", CoinsUncertain(7, 1, 0, 5, "miscounted 0001")),
        (b"\x00\x40", CoinsUncertain(7, 1, 0, 5, "other")),
    ],
)
def test_a_payout_that_stops_short_says_why(flags: bytes, outcome: object) -> None:
    paper, hopper = bus(stops_at=2, stop_flags=flags)
    assert paper.paid(paper.ready(), 5) == outcome
    assert (hopper.fallen, hopper.dispenses) == (2, 1)


@pytest.mark.parametrize("late", [1, 2])
def test_coins_that_fall_late_are_counted(late: int) -> None:
    paper, hopper = bus(stops_at=2)
    port = paper.ready()
    port.pay(7, 5)
    while hopper.unpaid == 0:
        paper.run(10)
    for paid in range(3, 3 + late):
        paper.run(200)
        hopper.paid, hopper.unpaid, hopper.count, hopper.fallen = paid, 5 - paid, hopper.count + 1, paid
    paper.run(3_000)
    assert paper.outcomes() == [CoinsShort(7, 1, 2 + late, "empty")]


def test_an_order_whose_record_is_no_longer_true_is_not_sent() -> None:
    paper, hopper = bus()
    port = paper.ready()
    hopper.event += 1
    assert paper.paid(port, 2) == CoinsRefused(7, 1, "other")
    assert hopper.dispenses == 0
    paper.forget()
    assert paper.paid(port, 2) == CoinsPaid(7, 1, 2)


@pytest.mark.parametrize("nak_counts", [True, False])
@pytest.mark.parametrize("lost", [True, False])
def test_a_refusal_pays_nothing_and_is_not_repeated(nak_counts: bool, lost: bool) -> None:
    paper, hopper = bus(nak_counts=nak_counts, faults={DISPENSE: ["nak"] + ["mute"] * lost})
    port = paper.ready()
    fact = paper.paid(port, 5)
    if lost and not nak_counts:  # like an order that was never heard: it may be sent again
        assert fact == CoinsPaid(7, 1, 5)
        assert (hopper.fallen, hopper.dispenses) == (5, 2)
    else:
        assert fact == CoinsRefused(7, 1, "other")
        assert (hopper.fallen, hopper.dispenses) == (0, 1)
    assert port.counters == record(hopper)


def test_an_order_that_was_never_heard_is_sent_again_but_not_for_ever() -> None:
    paper, hopper = bus(faults={DISPENSE: ["deaf"] * 2})
    assert paper.paid(paper.ready(), 5, 8_000) == CoinsPaid(7, 1, 5)
    assert (hopper.fallen, hopper.dispenses) == (5, 1)
    paper, hopper = bus(faults={DISPENSE: ["deaf"] * 9})
    assert paper.paid(paper.ready(), 5, 8_000) == CoinsRefused(7, 1, "other")
    assert (hopper.fallen, hopper.dispenses, len(hopper.faults[DISPENSE])) == (0, 0, 6)


@pytest.mark.parametrize("fault", ["mute", "flip", "late", "twice", "long", "foreign", "bare", "busy"])
@pytest.mark.parametrize("event", [0, 1, 255])
def test_an_answer_that_is_lost_or_spoiled_never_pays_twice(fault: str, event: int) -> None:
    paper, hopper = bus(event=event, faults={DISPENSE: [fault]})
    assert paper.paid(paper.ready(), 5, 8_000) == CoinsPaid(7, 1, 5)
    assert (hopper.fallen, hopper.dispenses) == (5, 1)


@pytest.mark.parametrize("fault", ["lost", "wrong", "cut"])
def test_a_bad_echo_of_an_order_never_pays_twice(fault: str) -> None:
    paper, hopper = bus()
    port = paper.ready()
    port.pay(7, 5)
    while not hopper.enabled:
        paper.run(1)
    paper.echo_faults.append(fault)
    paper.run(5_000)
    assert paper.outcomes() == [CoinsPaid(7, 1, 5)]
    assert (hopper.fallen, hopper.dispenses) == (5, 1)


@pytest.mark.parametrize("header", [STATUS, SERIAL, COUNT, ENABLE, 163])
@pytest.mark.parametrize("fault", ["deaf", "mute", "flip", "late", "twice", "long", "foreign", "nak", "busy"])
def test_trouble_with_any_question_of_an_order_changes_nothing(header: int, fault: str) -> None:
    paper, hopper = bus()
    port = paper.ready()
    hopper.faults[header] = [fault]
    assert paper.paid(port, 5, 8_000) == CoinsPaid(7, 1, 5)
    assert (hopper.fallen, hopper.dispenses) == (5, 1)


def test_an_adapter_that_changes_its_echo_is_told_and_pays_on() -> None:
    paper, hopper = bus()
    port = paper.ready()
    for echoes in (False, True):
        paper.echoes = echoes
        paper.run(4_000)
    assert paper.raised() == [("hoppers", "PROTOCOL", True), ("hoppers", "PROTOCOL", False)]
    paper.forget()
    port.pay(7, 5)
    paper.run(150)
    paper.echoes = False
    paper.run(5_000)
    assert paper.outcomes() == [CoinsPaid(7, 1, 5)]
    assert (hopper.fallen, hopper.dispenses) == (5, 1)


def test_without_a_key_or_without_enabling_nothing_is_sent() -> None:
    for header, keyed in [(ENABLE, False), (KEY, True)]:
        paper, hopper = bus(keyed=keyed)
        port = paper.ready(keyed=keyed)
        hopper.faults[header] = ["deaf"] * 3
        assert paper.paid(port, 5, 8_000) == CoinsRefused(7, 1, "other")
        assert hopper.dispenses == 0


def test_a_hopper_without_dispense_count_and_level_pays_all_the_same() -> None:
    paper, _ = bus(mute_headers=(COUNT, LEVEL))
    port = paper.ready()
    assert "count" not in port.counters
    assert paper.paid(port, 5) == CoinsPaid(7, 1, 5)


def test_an_order_is_stopped_and_says_what_fell() -> None:
    paper, hopper = bus()
    port = paper.ready()
    port.pay(7, 200)
    paper.run(1_500)
    port.stop()
    paper.run(2_000)
    (fact,) = paper.outcomes()
    assert fact == CoinsShort(7, 1, hopper.fallen, "stopped")
    assert 0 < hopper.fallen < 200
    assert STOP in paper.headers()


def test_a_hopper_that_turns_for_ever_is_stopped() -> None:
    paper, hopper = bus()
    port = paper.ready()
    port.pay(7, 5)
    while not hopper.fallen:
        paper.run(10)
    hopper.pace = 0
    paper.run(FOREVER_MS)
    assert paper.outcomes() == [CoinsShort(7, 1, hopper.fallen, "stopped")]


# -- power, links, restarts


@pytest.mark.parametrize("bounce", [True, False])
@pytest.mark.parametrize("coins_before", [0, 1, 4])
def test_power_that_fails_in_an_order_leaves_a_narrow_bound(coins_before: int, bounce: bool) -> None:
    paper, hopper = bus(event=9)
    port = paper.ready()
    port.pay(7, 5)
    while not hopper.dispenses or hopper.paid < coins_before:
        paper.run(1)
    hopper.power_cut(bounce)
    paper.run(5_000)
    assert paper.outcomes() == [CoinsUncertain(7, 1, coins_before, coins_before + 1, "power")]
    assert hopper.dispenses == 1


@pytest.mark.parametrize("after_ms", [0, 1, 5, 20, 40, 80, 300, 700, 1_500])
@pytest.mark.parametrize("down_ms", [100, 20_000, 90_000])
def test_a_link_that_breaks_in_an_order_pays_once_and_says_one_outcome(after_ms: int, down_ms: int) -> None:
    paper, hopper = bus()
    port = paper.ready()
    port.pay(7, 5)
    paper.run(after_ms)
    paper.unplug()
    paper.run(down_ms)
    for _ in range(9):  # it goes on by itself
        hopper.answer(STATUS, b"")
    paper.replug()
    paper.run(5_000)
    (fact,) = paper.outcomes()
    if hopper.dispenses and down_ms > 60_000 and after_ms < 1_500:
        assert fact == CoinsUncertain(7, 1, fact.coins, 5, "no answer")
        assert fact.coins <= hopper.fallen == 5
    elif isinstance(fact, CoinsRefused):
        assert (hopper.fallen, hopper.dispenses) == (0, 0)
    else:
        assert fact == CoinsPaid(7, 1, 5)
        assert (hopper.fallen, hopper.dispenses) == (5, 1)


def test_a_hopper_that_never_comes_back_ends_the_order_with_its_bound() -> None:
    paper, hopper = bus()
    port = paper.ready()
    port.pay(7, 5)
    while hopper.paid != 2:
        paper.run(1)
    paper.run(60)
    hopper.dead = True
    fell = hopper.fallen
    paper.run(FOREVER_MS)
    (fact,) = paper.outcomes()
    assert fact == CoinsUncertain(7, 1, fact.coins, 5, "no answer")
    assert fact.coins <= fell


@pytest.mark.parametrize("after_ms", range(0, 3_000, 250))
def test_an_order_that_was_never_sent_is_refused_when_its_hopper_does_not_come_back(after_ms: int) -> None:
    """It is gone before DISPENSE could leave, at whatever question that is noticed."""
    paper, hopper = bus()
    port = paper.ready()
    hopper.dead = True
    paper.run(after_ms)
    port.pay(7, 5)
    paper.run(FOREVER_MS)
    (fact,) = paper.outcomes()
    assert isinstance(fact, CoinsRefused)
    assert (fact.order, hopper.dispenses, hopper.fallen) == (7, 0, 0)


@pytest.mark.parametrize("coins", [0, 2, 5])
def test_a_new_start_settles_the_order_of_the_one_before(coins: int) -> None:
    """The program died; the hopper went on, or never heard of it."""
    paper, hopper = bus()
    then = record(hopper)
    if coins:
        hopper.enabled = True
        hopper.answer(DISPENSE, SERIAL_A.to_bytes(3, "little") + b"\x05")
        for _ in range(coins):
            hopper.answer(STATUS, b"")
    paper.driver()
    paper.it.hoppers[1].settle(7, 5, then)
    paper.run(5_000)
    assert paper.outcomes() == [CoinsPaid(7, 1, 5) if coins else CoinsRefused(7, 1, "other")]
    assert hopper.dispenses == (1 if coins else 0)
    kinds = [type(fact) for fact in paper.facts]
    assert kinds.index(HopperPast) < kinds.index(type(paper.outcomes()[0]))


def test_an_order_that_no_record_or_no_hopper_explains_is_unknown() -> None:
    paper, hopper = bus()
    port = paper.ready()
    port.settle(7, 5, {})
    assert paper.outcomes() == [CoinsUncertain(7, 1, 0, 5, "other")]
    paper, hopper = bus(dead=True)
    paper.driver()
    paper.it.hoppers[1].settle(7, 5, record(hopper))
    paper.run(59_000)
    assert paper.outcomes() == []
    paper.run(3_000)
    assert paper.outcomes() == [CoinsUncertain(7, 1, 0, 5, "no answer")]


SPOILED = st.sampled_from(["deaf", "mute", "flip", "late", "twice", "foreign", "nak", "busy"])
TROUBLE = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.sampled_from([1, 30, 200, 900, 5_000])),
        st.tuples(st.sampled_from(["unplug", "replug", "cut", "stop", "lost", "wrong"]), st.just(0)),
        st.tuples(SPOILED, st.sampled_from([STATUS, COUNT, DISPENSE, SERIAL, ENABLE])),
    ),
    max_size=12,
)


@settings(max_examples=50, deadline=None)
@given(steps=TROUBLE, coins=st.integers(1, 6), nak_counts=st.booleans(), event=st.sampled_from([0, 1, 255]))
def test_whatever_goes_wrong_what_fell_is_told_or_bounded_and_never_paid_twice(
    steps: list[tuple[str, int]], coins: int, nak_counts: bool, event: int
) -> None:
    paper, hopper = bus(nak_counts=nak_counts, event=event)
    port = paper.ready()
    port.pay(7, coins)
    for what, value in steps:
        if what == "wait":
            paper.run(value)
        elif what == "unplug" and paper.plugged:
            paper.unplug()
        elif what == "replug" and not paper.plugged:
            paper.replug()
        elif what == "cut":
            hopper.power_cut()
        elif what == "stop":
            port.stop()
        elif value:
            hopper.faults.setdefault(value, []).append(what)
        elif what in ("lost", "wrong"):
            paper.echo_faults.append(what)
    hopper.faults.clear()
    if not paper.plugged:
        paper.replug()
    paper.run(FOREVER_MS)
    (fact,) = paper.outcomes()
    assert hopper.fallen <= coins
    if isinstance(fact, CoinsUncertain):
        assert fact.coins <= hopper.fallen <= fact.most
    else:
        assert hopper.fallen == getattr(fact, "coins", 0)
    assert port.ready


@settings(max_examples=60, deadline=None)
@given(noise=st.binary(min_size=1, max_size=30), at_ms=st.integers(0, 1_500))
def test_noise_at_any_moment_loses_nothing(noise: bytes, at_ms: int) -> None:
    paper, hopper = bus()
    port = paper.ready()
    port.pay(7, 5)
    paper.run(at_ms)
    for part in pairwise([*noise, 0]):
        paper.it.receive(bytes(part[:1]), paper.now_ms)
    paper.run(20_000)
    assert paper.outcomes() == [CoinsPaid(7, 1, 5)]
    assert (hopper.fallen, hopper.dispenses) == (5, 1)
