"""What the validator's states and reasons are called at the port. Source: ccnet sheet, section 6."""

from __future__ import annotations

from kiosk.faults import FaultCode
from simulator.devices.ccnet import codes
from simulator.devices.ccnet.codes import State
from simulator.fronts.port.raised import Faults

STOPS: dict[int, FaultCode] = {
    State.BOX_FULL: FaultCode.BOX_FULL,
    State.BOX_OUT: FaultCode.BOX_OUT,
    State.JAM_VALIDATOR: FaultCode.NOTE_JAM,
    State.JAM_CASSETTE: FaultCode.BOX_JAM,
    codes.CHEATED: FaultCode.CHEATED,
    State.FAILURE: FaultCode.DEVICE_FAILURE,
}
"""The fault that is up while a state lasts."""

REASONS = {
    codes.REJECT_INHIBITED: "inhibited",
    codes.REJECT_IDENTIFICATION: "unreadable",
    codes.REJECT_VERIFICATION: "unreadable",
}

ENDINGS = frozenset({State.JAM_VALIDATOR, State.JAM_CASSETTE, State.FAILURE})
COUNTABLE = frozenset({State.IDLING, State.DISABLED, State.FAILURE})
"""States in which the counter of stacked notes can be asked for."""


def raw(status: bytes) -> str:
    """For people: `47/50`."""
    return "/".join(f"{byte:02X}" for byte in status)


def show_stops(faults: Faults, status: bytes, *, keep_failure: bool) -> None:
    """Raises what this status says and clears what it does not; pauses say nothing. `keep_failure`: that one stays up."""
    code = status[0]
    fault = STOPS.get(code)
    if faults.up and code not in (codes.BUSY, State.PAUSE):
        for stop in STOPS.values():
            if stop is not fault and not (keep_failure and stop is FaultCode.DEVICE_FAILURE):
                faults.set(stop, False)
    if fault:
        faults.set(fault, True, raw(status))
