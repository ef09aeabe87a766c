"""The fault menu of the ticket unit (ticket-printer sheet 7, reliability notes 5)."""

from __future__ import annotations

from types import MappingProxyType

UNIT_FAULTS = MappingProxyType(
    {
        "paper_out": "The paper sensor sees none: !P answers NAK P and drops the data.",
        "paper_out_loading": "The sensor sees paper, but no blank comes: NAK 1.",
        "paper_out_encoding": "The paper ends while the stripe is written: the short blank is voided, NAK 1.",
        "paper_out_printing": "The paper ends while printing, after 06 80: the short blank is voided, NAK 1.",
        "jam_loading": "The blank jams at the entry and stays on the roll: NAK 2.",
        "jam": "The ticket jams in the path while printing and stays there: NAK 7.",
        "jam_ejecting": "The finished ticket jams on its way out, after 06 02: NAK 7.",
        "cutter_4": "The cutter does not start: NAK 4 after 06 02, the ticket stays in the path.",
        "cutter_5": "The cutter stops half-way: NAK 5 after 06 02, the ticket stays in the path.",
        "cutter_6": "The cutter does not come home: NAK 6 after 06 02, the ticket stays in the path.",
        "verify_fail": "No blank passes the check after writing: NAK 9.",
        "verify_fail_1st": "The first blank since !C fails the check after writing.",
        "verify_fail_2nd": "The second blank since !C fails the check after writing.",
        "verify_fail_3rd": "The third blank since !C fails the check after writing.",
        "verify_fail_once": "The first try on each blank fails, the next is good.",
        "verify_fail_track2": "Track 2 cannot be written: NAK 8.",
        "unreadable": "Reading a stripe fails: !D and !O answer NAK A.",
        "blank_number_jump": "Two blanks are drawn at once: the first falls into the waste bin, unused and uncounted.",
        "head_hot": "The print head is too hot: printing waits until the fault is gone.",
        "cover_open": "The print head is lifted: status bit 6 falls, !P answers NAK X.",
        "critical": "The unit gives up: !P answers NAK X.",
        "ack_without_ticket": "All is acknowledged and counted, but the ticket falls beside the tray.",
        "reset_mid_ticket": "The unit resets by itself while it prints.",
        "slow_4900": "A ticket takes 4.9 s at nominal speed.",
        "slow_5100": "A ticket takes 5.1 s at nominal speed.",
        "slow_16000": "A ticket takes 16 s at nominal speed.",
        "battery_flat": "The text of !V and the life counters do not survive a power loss.",
        "front_blocked": "The front entry is blocked: !L3 answers NAK D.",
        "front_feeder": "The front feeder does not turn: !L3, !L4 and !L5 answer NAK E.",
        "old_firmware": "Firmware without raster faces: !U lacks its last word, a face answers NAK ?.",
    }
)
