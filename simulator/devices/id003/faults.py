"""What can go wrong in an ID-003 acceptor (reliability notes 5; id003 sheet, sections 6, 11, 12).

Switches whose name ends in `_next` play once and clear themselves; the others last until they are switched off.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.devices.id003.codes import FAILURES, REASONS

FAULTS: Mapping[str, str] = {
    "jam_in_path_next": "Once: the next note sticks before escrow (status 45).",
    "jam_in_stacker_next": "Once: the next note sticks on its way into the box (status 46).",
    "withdrawn_on_string_next": "Once: the next note is pulled back while it is stacked (status 48), no 15 unless STACK-1 said it.",
    "reject_next": "Once: the next note is refused (17 77).",
    "reject_all": "Every note is refused (17 77).",
    **{f"reject_{name}_next": f"Once: the next note is refused (17 {code:02X})." for name, code in REASONS.items()},
    "unknown_type_next": "Once: the next note is reported as 68, which the currency table does not use.",
    "barcode_next": "Once: the next note is reported as a barcode ticket (13 6F and 18 digits).",
    "return_not_taken": "The passenger leaves a returned note where it sticks out.",
    "stacked_without_event_next": "Once: the next note falls into the box, and neither 15 nor 16 comes.",
    "event_without_note_next": "Once: 15 is reported though no note came in.",
    "second_note_next": "Once: a second note of the hand is pushed in while one is in escrow (status 47).",
    "cheat_next": "Once: 48 CHEATED is reported while the next note is read; the note stays inside until RESET.",
    "box_full": "The box reports full (status 43).",
    "box_removed": "The box is out of its position (status 44).",
    **{name: f"Failure (status 49 {code:02X}) until switched off and RESET." for name, code in FAILURES.items()},
    "stop_clears_itself": "45, 46, 48 and 49 end without RESET, in INITIALIZE, once their cause is gone.",
    "no_power_recovery": "Old firmware: C5 is unknown (4B), and no 15 comes for a note that was caught in the stacker.",
    "credit_forgotten": "A note that was stacked and not acknowledged is forgotten when the power goes, recovery or not.",
    "lost_ack": "The host's ACKs do not arrive: 15 is told again and again.",
    "lost_ack_next": "Once: the host's next ACK does not arrive; 15 is told once more.",
    "lost_ack_thrice": "The host's next three ACKs do not arrive; 15 is told three times more.",
    "communication_error_next": "Once: the next STATUS REQUEST is answered 4A.",
    "invalid_next": "Once: the next command except STATUS REQUEST is answered 4B and not obeyed.",
    "wrong_length_next": "Once: LNG of the next answer is one too large, under a right checksum.",
    "echo": "The line gives back what the host says: RESET reads as POWER UP.",
    "slow_start": "After RESET nothing is answered for 2.2 s.",
    "answer_after_60_ms": "Every answer comes after 60 ms.",
    "answer_after_2500_ms": "Every answer comes after 2.5 s.",
}
