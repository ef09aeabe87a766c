"""Published or made-up keys (pin-pad sheet, section 6): a pad that holds them is good for tests and for nothing else."""

from __future__ import annotations

from simulator.devices.epp.codes import Use
from simulator.devices.epp.pad import Zt598

IMK_INDEX, TMK_INDEX = 0x80, 0x20
IMK = bytes.fromhex("3B4A5D6D7F8F91A1B3C2D5E5F7071929")
TMK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")


def install_test_masters(pad: Zt598) -> None:
    """As after a visit to the key room: the pad waits for its work keys."""
    pad.install(IMK_INDEX, Use.IMK, IMK)
    pad.install(TMK_INDEX, Use.TMK, TMK)
