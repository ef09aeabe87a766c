"""What can go wrong with a UPS (reliability notes 5; ups sheet, section 6).

Switches whose name ends in `_next` play once and clear themselves; the others last until they are switched off.
"""

from __future__ import annotations

from collections.abc import Mapping

FAULTS: Mapping[str, str] = {
    "dip_300_ms_next": "Once: the mains fail for 0.3 s.",
    "dip_1_s_next": "Once: the mains fail for 1 s.",
    "dip_10_s_next": "Once: the mains fail for 10 s.",
    "flicker": "The mains go and come every second.",
    "sag": "The mains sag to 180 V, and the battery feeds the machine.",
    "surge": "The mains rise to 260 V, and the battery feeds the machine.",
    "frequency_off": "The mains have 46 Hz, and the battery feeds the machine.",
    "battery_lies": "The battery is old: it reports full and never low, and dies after a tenth of its time.",
    "low_at_once": "The battery reports low as soon as it has to feed the machine, though it is full.",
    "mains_back_during_shutdown_next": "Once: the mains come back between the next ordered switching-off and its cut.",
    "shutdown_ignored": "An ordered switching-off is not carried out.",
    "cancel_ignored": "A switching-off cannot be taken back.",
    "no_return": "A cut output does not come back with the mains, only by command C.",
    "output_lost_next": "Once: the output fails for ten seconds, mains or not.",
    "ups_failed": "The unit reports itself failed (bit b4).",
    "bypass": "The unit reports bypass (bit b5).",
    "silent": "The unit does not answer.",
    "no_echo": "Unknown commands are not sent back.",
    "comma_for_point": "Numbers are written with a comma.",
    "letter_for_bit_next": "Once: a status bit of the next answer is a letter.",
}
