"""Laws of the hoppers under any bytes, any hands, any faults and any power cuts: no crash, no coin made or lost, none that falls
without an order."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.devices.cctalk import HopperSettings, Scheme
from simulator.devices.cctalk.wire import Ear
from tests.simulator.devices.cctalk_host import SERIAL_A, SERIAL_B, STATUS, Host, Told, simple

ONE, OTHER = (
    HopperSettings(purges=True, high_coins=40, flag_bytes=3),
    HopperSettings(number=2, address=4, serial=12_345_679, scheme=Scheme.DUMMY, pin=b"1234"),
)
HARMLESS = st.sampled_from(
    [
        *(simple(3, header) for header in (*range(1, 5), *range(155, 176), *range(209, 256)) if header != 121),
        *(simple(to, 164, b"\xa5") for to in (0, 3, 4)),
        simple(3, 167, SERIAL_B + b"\x05"),
        simple(3, 167, bytes(9)),
        simple(4, 167, SERIAL_A + b"\x05"),
        simple(4, 167, b"\x05"),
        simple(3, 165, b"\x22\x00\x01\x01"),
        simple(4, 218, b"1234"),
        simple(4, 219, b"4321"),
        simple(4, 161, bytes(8)),
        simple(3, 167, SERIAL_A + b"\x00"),
        simple(0, 253),
        simple(3, 167, SERIAL_A + b"\x05")[:-1],
    ]
)
PAYING = st.sampled_from(
    [
        *(
            simple(3, 164, b"\xa5") + simple(to, 167, SERIAL_A + bytes([coins]))
            for to in (0, 3)
            for coins in (1, 3, 255)
        ),
        *(
            simple(4, 218, b"1234")
            + simple(4, 164, b"\xa5")
            + simple(4, 160)
            + simple(4, 167, bytes(8) + bytes([coins]))
            for coins in (1, 4)
        ),
        simple(3, 121, b"\x00\x00"),
        simple(3, 121, b"\x00\x02"),
    ]
)
HANDS = st.sampled_from(["cut", "cut_one", "wait", "fill", "pour", "clear"])
AFTER_MS = st.sampled_from([0, 10, 30, 130, 225, 240, 700])
FAULT = st.sampled_from(sorted(Host(ONE, OTHER).twin.fault_names()))


def do(host: Host, act: bytes | str) -> int:
    """Answers how many coins the act brought into the world."""
    match act:
        case bytes():
            host.twin.receive(act, host.now)
        case "cut":
            host.twin.power(False, host.now)
            host.twin.power(True, host.now)
        case "cut_one":
            host.hopper.power(not host.hopper.powered, host.now)
        case "fill":
            host.hopper.fill(100, 5)
            return 5
        case "pour":
            host.hopper.empty_bowl("vault")
        case "clear":
            host.hopper.clear_exit()
        case _:
            host.now += 11_000
    return 0


def serials(host: Host) -> list[str]:
    return sorted(coin.serial for place in host.matter.places.values() for coin in place.coins())


@settings(max_examples=80, deadline=None)
@given(
    acts=st.lists(st.tuples(st.one_of(st.binary(max_size=12), HARMLESS, PAYING, HANDS), AFTER_MS), max_size=40),
    faults=st.sets(FAULT, max_size=3),
    rate=st.sampled_from([0.0, 1.0, 10.0]),
)
def test_whatever_happens_no_coin_is_made_or_lost(
    acts: list[tuple[bytes | str, int]], faults: set[str], rate: float
) -> None:
    host = Host(ONE, OTHER, rate=rate, coins=12)
    host.twin.faults |= faults
    coins = 24
    for act, after_ms in acts:
        coins += do(host, act)
        host.now += after_ms
        due = host.twin.poll(host.now)
        assert due is None or due > host.now
        host.twin.take_output()
        assert isinstance(host.twin.busy(), bool)
        assert host.twin.faults <= host.twin.fault_names().keys()
        assert len(host.hopper.body.exit) <= 1
        assert len(set(serials(host))) == len(serials(host)) == coins
        for hopper in host.twin.hoppers:
            memory = hopper.memory
            assert min(memory.event, memory.remaining, memory.paid, memory.unpaid) >= 0
            assert max(memory.event, memory.remaining, memory.paid, memory.unpaid) <= 255


@settings(max_examples=120, deadline=None)
@given(
    acts=st.lists(
        st.tuples(st.one_of(st.binary(max_size=20), HARMLESS, st.sampled_from(["cut", "cut_one", "wait"])), AFTER_MS),
        max_size=40,
    ),
    faults=st.sets(FAULT, max_size=3),
)
def test_no_coin_falls_without_a_valid_dispense(acts: list[tuple[bytes | str, int]], faults: set[str]) -> None:
    host = Host(ONE, OTHER, rate=10.0, coins=12, ready=False)
    host.twin.faults |= faults
    for act, after_ms in acts:
        do(host, act)
        host.wait(after_ms)
    host.wait(20_000)
    assert len(host.matter.place("change.cup")) == 0


@settings(max_examples=80, deadline=None)
@given(
    orders=st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from([0, 100, 240, 600, 3_000]), st.booleans()), max_size=12
    )
)
def test_without_faults_the_tray_holds_what_was_counted(orders: list[tuple[int, int, bool]]) -> None:
    """Payouts, cut off at any moment by a stop or a power cut: paid and count agree with what lies in the tray."""
    host = Host(coins=30)
    for coins, after_ms, by_power in orders:
        host.wait(700)
        host.ask(164, b"\xa5")
        before = host.out()
        host.pay(coins)
        host.wait(after_ms)
        running = host.hopper.body.paying
        if by_power:
            host.cut()
        else:
            host.ask(172)
            host.wait(60)
        told = host.status()
        assert told.paid == host.out() - before
        assert told.paid + told.unpaid == coins or (by_power and not running)
        assert host.count() == 1_000 + host.out()


@given(stream=st.binary(max_size=60), cuts=st.lists(st.integers(0, 80), max_size=8))
def test_cutting_the_stream_anywhere_changes_nothing(stream: bytes, cuts: list[int]) -> None:
    whole = simple(3, STATUS) + stream
    edges, ear = sorted([0, *(cut for cut in cuts if cut <= len(whole)), len(whole)]), Ear(25)
    heard = [frame for a, b in pairwise(edges) for frame in ear.feed(whole[a:b], 0)]
    assert heard == Ear(25).feed(whole, 0)
    assert heard[0] == simple(3, STATUS)


@given(junk=st.binary(max_size=300))
def test_after_a_silence_it_is_heard_whatever_came_before(junk: bytes) -> None:
    host = Host(ready=False)
    host.twin.link.targets = set()
    host.raw(junk, 25)
    host.wait(1_300)
    assert host.reply(simple(host.hopper.address, STATUS)) != b""
    assert host.hopper.body.paying is False
    assert host.out() == 0
    assert isinstance(host.status(), Told)
