"""The clock that processes share: the same spec shows the same time everywhere."""

from __future__ import annotations

import pytest

from simulator.clock import SharedClock


@pytest.mark.parametrize("spec", ["1:1795329000000:81234567", "10:0:0", "0.5:1795329000000:5"])
def test_a_spec_reads_back_as_it_was_written(spec: str) -> None:
    assert SharedClock.parse(spec).format() == spec


def test_the_wall_runs_at_the_rate() -> None:
    clock = SharedClock(10.0, 1_000_000, 500)
    assert clock.wall_at(500) == 1_000_000
    assert clock.wall_at(1_500) == 1_010_000
    started = SharedClock.starting_now(10)
    assert started.wall_at(started.base_mono_ms) == started.base_wall_ms
    assert started.wall_ms() >= started.base_wall_ms
    assert started.mono_ms() >= started.base_mono_ms


@pytest.mark.parametrize(
    "spec", ["", "10", "1:2", "a:1:2", "1:2.5:3", "0:1:2", "-1:1:2", "1000:1:2", "nan:1:2", "1:2:3:4"]
)
def test_a_spec_that_cannot_be_is_refused_with_the_reason(spec: str) -> None:
    with pytest.raises(ValueError, match="clock"):
        SharedClock.parse(spec)
