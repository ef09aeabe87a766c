"""The UPS twin on a pty as a real UPS of the Network UPS Tools: nutdrv_qx, upsd, upsc and upscmd talk to it.

Needs the Debian packages nut-server and nut-client; without them the test is left out and says so.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator.devices.nut_programs import CHANGE_S, MISSING, Nut

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(MISSING, reason="no Network UPS Tools: install nut-server and nut-client"),
]


@pytest.fixture(name="nut")
def _nut() -> Iterator[Nut]:
    with tempfile.TemporaryDirectory(prefix="nut") as directory:  # a socket's path must be short
        nut = Nut(Path(directory))
        try:
            nut.start()
            yield nut
        finally:
            nut.stop()


def test_nut_reads_watches_and_switches_the_twin(nut: Nut) -> None:
    assert nut.ask("device.mfr") == "TVM POWER"
    assert nut.ask("device.model") == "MEG-1000"
    assert nut.ask("ups.firmware") == "V1.00"
    assert nut.ask("input.voltage") == "226.0"
    assert nut.ask("input.voltage.nominal") == "220"
    assert nut.ask("ups.load") == "14"

    nut.order("test.battery.start.deep")
    assert nut.pump(CHANGE_S, lambda: "CAL" in nut.status())
    nut.order("test.battery.stop")
    assert nut.pump(CHANGE_S, lambda: nut.status() == ["OL"])

    nut.ups.mains(False, nut.now_ms())
    assert nut.pump(CHANGE_S, lambda: "OB" in nut.status())
    assert nut.pump(60, lambda: {"OB", "LB"} <= set(nut.status())), "five minutes at forty times the speed"
    nut.ups.mains(True, nut.now_ms())
    assert nut.pump(CHANGE_S, lambda: "OL" in nut.status())

    nut.order("shutdown.return")
    assert nut.pump(CHANGE_S, lambda: nut.ups.body.active or not nut.ups.output)
    assert nut.pump(CHANGE_S, lambda: not nut.ups.output)
    assert nut.pump(CHANGE_S, lambda: nut.ups.output), "three minutes at forty times the speed"
    nut.order("load.off")
    assert nut.pump(CHANGE_S, lambda: not nut.ups.output)

    nut.ups.faults.add("silent")
    assert nut.pump(40, lambda: nut.status() == [] or "stale" in nut.ask("ups.status")), "Data stale"
