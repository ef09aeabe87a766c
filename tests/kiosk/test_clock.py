"""Both clocks: one that jumps, one that waits for real; the lab's rate moves the calendar only."""

from __future__ import annotations

import socket

import pytest

from kiosk.clock import RealClock, VirtualClock


def test_virtual_time_jumps_to_what_is_due_and_runs_it_in_order() -> None:
    clock, done = VirtualClock(1_000, 50_000), list[str]()
    clock.at(1_300, lambda: done.append("second"))
    clock.at(1_200, lambda: done.append("first"))
    clock.at(1_300, lambda: done.append("third"))
    assert (clock.mono_ms(), clock.wall_ms(), clock.next_ms()) == (1_000, 50_000, 1_200)
    clock.wait(None)
    assert (clock.mono_ms(), done) == (1_200, ["first"])
    clock.wait(None)
    assert (clock.mono_ms(), done) == (1_300, ["first", "second", "third"])
    assert clock.wall_ms() == 50_300


def test_a_wait_ends_at_its_limit_when_nothing_comes_before() -> None:
    clock, done = VirtualClock(), list[int]()
    clock.at(500, lambda: done.append(1))
    clock.wait(200)
    assert (clock.mono_ms(), done) == (200, [])
    clock.wait(500)
    assert (clock.mono_ms(), done) == (500, [1])


def test_time_never_goes_back() -> None:
    clock, done = VirtualClock(1_000), list[int]()
    clock.wait(0)
    assert clock.mono_ms() == 1_000
    clock.at(10, lambda: done.append(clock.mono_ms()))
    clock.wait(None)
    assert done == [1_000]


def test_the_calendar_may_jump_and_intervals_do_not() -> None:
    clock = VirtualClock(0, 1_000_000)
    clock.step_wall(-3_600_000)
    assert (clock.mono_ms(), clock.wall_ms()) == (0, 1_000_000 - 3_600_000)


def test_what_is_due_may_ask_for_more_at_the_same_time() -> None:
    clock, done = VirtualClock(), list[str]()
    clock.at(5, lambda: (done.append("a"), clock.at(5, lambda: done.append("b")))[0])
    clock.wait(None)
    assert done == ["a", "b"]


def test_a_wait_goes_on_after_what_is_quiet_until_something_stirs_or_is_ready() -> None:
    clock, done = VirtualClock(), list[int]()
    clock.at(5, lambda: done.append(5), quiet=True)
    clock.at(6, lambda: done.append(6), quiet=True)
    clock.at(7, lambda: done.append(7))
    assert clock.wait(None) == []
    assert (clock.mono_ms(), done) == (7, [5, 6, 7])
    clock.at(8, clock.stir, quiet=True)
    clock.at(9, lambda: clock.ready("wire"), quiet=True)
    clock.at(20, lambda: done.append(20), quiet=True)
    assert (clock.wait(None), clock.mono_ms()) == ([], 8)
    assert (clock.wait(None), clock.mono_ms()) == ([("wire", True, False)], 9)
    assert (clock.wait(15), clock.mono_ms(), done) == ([], 15, [5, 6, 7])


def test_nobody_waits_for_nothing() -> None:
    with pytest.raises(RuntimeError, match="nothing is due"):
        VirtualClock().wait(None)


def test_the_lab_clock_shows_the_calendar_at_its_rate() -> None:
    clock = RealClock()
    base_mono = clock.mono_ms() - 2_000
    lab = RealClock(f"10:1795329000000:{base_mono}")
    before = lab.mono_ms()
    wall = lab.wall_ms()
    after = lab.mono_ms()
    assert lab.rate == 10
    assert (before - base_mono) * 10 <= wall - 1_795_329_000_000 <= (after - base_mono) * 10


@pytest.mark.parametrize("spec", ["10", "0.5:1:1", "11:1:1", "nan:1:1", "fast:1:1", "1:1", "1:1:1:1", "2:x:1"])
def test_a_malformed_lab_clock_is_refused(spec: str) -> None:
    with pytest.raises(ValueError):
        RealClock(spec)


def test_the_real_clock_wakes_for_what_is_ready_and_says_who() -> None:
    clock = RealClock()
    near, far = socket.socketpair()
    clock.register(near, writing=False)
    clock.register(near, writing=False)
    far.send(b"x")
    assert clock.wait(None) == [(near, True, False)]
    near.recv(1)
    clock.register(near, writing=True)
    assert clock.wait(None) == [(near, False, True)]
    clock.forget(near)
    clock.forget(near)
    assert clock.wait(clock.mono_ms()) == []
    near.close()
    far.close()


def test_a_new_link_may_have_the_number_of_an_old_one() -> None:
    clock = RealClock()
    near, far = socket.socketpair()
    clock.register(near, writing=False)
    number = near.fileno()
    near.close()  # forgotten to be forgotten
    other, end = socket.socketpair()
    if other.fileno() != number:
        other, end = end, other
    clock.register(other, writing=True)
    assert (other, False, True) in clock.wait(None)
    for each in (far, other, end):
        each.close()
