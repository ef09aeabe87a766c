"""What can go wrong with code scanner and identity reader where orders are picked up, at both levels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulator.devices.samv.faults import FAULTS as ID_READER_FAULTS
from simulator.devices.scanner.faults import FAULTS as SCANNER_FAULTS
from simulator.world.script import Trouble

OF_THE_PROBE = frozenset({"wrong_baud", "another_device"})
MOMENTS = ("", "lock?", "confirm?")
"""Before anybody has come, and while one is served: then the next one meets it."""


def reader_troubles(link_faults: Sequence[str]) -> Iterator[Trouble]:
    """Every single one at its moments, in a fixed order. `link_faults`: what every twin's line can do."""
    for device, menu in (("code_scanner", SCANNER_FAULTS), ("id_reader", ID_READER_FAULTS)):
        for name in (*menu, *link_faults):
            if name not in OF_THE_PROBE:
                yield from (Trouble(device, name, when) for when in MOMENTS)
        yield from (Trouble(f"link:{device}", "out", when) for when in MOMENTS)
