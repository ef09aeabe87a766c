"""The controller alone begins anew while the unit keeps its power: a bundle at the mouth ends as it would have, at both levels."""

from __future__ import annotations

import pytest

from kiosk.ports.fact import DeviceReady
from kiosk.ports.note_acceptor import DepositPast, DepositPresented, DepositPulledBack
from tests.simulator.fronts.b2b_rig import RIG, accepted, deposit, ready, return_all
from tests.simulator.fronts.harness import Bench, assert_same

pytestmark = pytest.mark.slow


def started_anew(bench: Bench, dark_ms: int) -> None:
    """The program dies, the devices do not."""
    assert bench.reactor is not None
    bench.reactor.close()
    bench.reactor, bench.it = None, None
    for wire in bench.wires.values():
        wire.unplug()
        wire.replug()
    bench.run(dark_ms)
    bench.start()
    bench.nudge()


@pytest.mark.parametrize("dark_ms", [2_000, 90_000], ids=["it sees the end", "it comes after the end"])
def test_a_deposit_pulled_back_by_the_unit_s_timer_is_told_as_such(dark_ms: int) -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        return_all(bench, deposit(bench, 5_000, 10_000, 500))
        bench.until(DepositPresented)
        started_anew(bench, dark_ms)
        bench.until(DeviceReady, 120_000)
        bench.run(2_050)
        bench.do(lambda: bench.it.acceptor.accept_only((2_000,)))
        bench.run(2_050)
        accepted(bench, 2_000)

    facts = assert_same(RIG, script)
    assert [fact.notes for fact in facts if isinstance(fact, DepositPulledBack)] == [()]
    assert [fact.mouth for fact in facts if isinstance(fact, DepositPast)][-1] == "notes"
