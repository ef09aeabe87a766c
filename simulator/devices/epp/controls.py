"""Command 5: one character and a value in hex (pin-pad sheet, section 3, table of control values)."""

from __future__ import annotations

from simulator.devices.epp.codes import ETX, HEX_MODE, LEAST_PIN, MOST_PIN, RATES, SPLIT_MODE, STX, Code, Refusal
from simulator.devices.epp.memory import Settings

UNFIT_MASKS = frozenset([STX, ETX, 0x08, 0x0D, 0x1B, 0x80, *range(0x30, 0x3A)])
"""A mask that could be taken for a frame, for another key, or for the digit itself."""


def change(settings: Settings, parameter: str, value: int) -> None:
    """One setting; `value` 0..255. Raises Refusal and changes nothing when there is no such parameter or it cannot be so."""
    if parameter == "2" and value:
        settings.limit_s = value
    elif parameter == "3" and value not in UNFIT_MASKS:
        settings.mask = value
    elif parameter == "4" and LEAST_PIN <= value <= MOST_PIN:
        settings.shortest = value
    elif parameter == "5" and LEAST_PIN <= value <= MOST_PIN:
        settings.longest = value
    elif parameter == "6" and value in (HEX_MODE, SPLIT_MODE):
        settings.hex_mode = value == HEX_MODE
    elif parameter == "6" and value in RATES:
        settings.rate = value
    elif parameter == "8":
        settings.tone_10ms = value
    else:
        raise Refusal(Code.PARAMETER)
