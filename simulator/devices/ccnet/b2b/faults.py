"""What can go wrong in a Bill-to-Bill unit (reliability notes 5; ccnet sheet, section 13).

Switches whose name ends in `_next` play once and clear themselves; the others last until they are switched off.
"""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, int] = {
    "insertion": 0x60,
    "magnetic": 0x61,
    "left_in_head": 0x62,
    "compensation": 0x63,
    "conveying": 0x64,
    "optic": 0x67,
    "capacitance": 0x69,
    "operation": 0x6A,
    "length": 0x6C,
    "uv": 0x6D,
}
"""Reject reasons that no note of this world earns by itself: name -> second byte of 1C (section 6)."""

FAULTS: Mapping[str, str] = {
    "jam_in_path_next": "Once: the next note sticks before escrow (state 43).",
    "jam_in_stacker_next": "Once: the next note that passes the stacker sticks there (state 44).",
    "jam_in_dispenser_next": "Once: the next note on its way out sticks (state 47 9F); the bundle stays in the dispenser.",
    "jam_after_presenting_next": "Once: the bundle is taken, then state 47 9F comes and 25 does not.",
    "note_left_in_path_next": "Once: one note of the next bundle stays in the dispenser, and 25 comes all the same.",
    "short_dispense_next": "Once: one note cannot be picked; the bundle comes without it, and its cassette still counts it.",
    "double_pick_next": "Once: two notes leave a cassette as one; both are paid out, one is counted.",
    "count_wrong_next": "Once: a cassette counts the next note twice, so that it says one more than it holds.",
    "withdrawn_on_string_next": "Once: the next note is pulled back while it is stacked: 45 CHEATED, no 81.",
    "reject_next": "Once: the next note is refused (1C 66).",
    "reject_all": "Every note is refused (1C 66).",
    **{f"reject_{name}_next": f"Once: the next note is refused (1C {code:02X})." for name, code in REASONS.items()},
    "unknown_type_next": "Once: the next note is reported as a type the bill table does not hold.",
    "return_not_taken": "The passenger leaves a returned note or a bundle where it sticks out.",
    "taken_partly_next": "Once: the passenger takes a bundle but for one note.",
    "retract_off": "A bundle that is not taken stays out, whatever the option says.",
    "stacked_without_event_next": "Once: the next note is packed, and 81 never comes; only the cassette's count rises.",
    "event_without_note_next": "Once: 81 is reported though no note came in.",
    "second_note_next": "Once: a second note of the hand is pushed in while one is in escrow (state 46).",
    "cheat_next": "Once: 45 CHEATED is reported while the next note is read; the note goes on.",
    "box_full": "The drop cassette reports full (state 41).",
    "box_removed": "The drop cassette is out of its position (state 42).",
    "cassette_1_removed": "Recycling cassette 1 is pulled out; its notes are in it.",
    "cassette_2_removed": "Recycling cassette 2 is pulled out; its notes are in it.",
    "cassette_3_removed": "Recycling cassette 3 is pulled out; its notes are in it.",
    "stack_motor_failed": "The stack motor does not turn (state 47 50) until switched off and RESET.",
    "chassis_failed": "The chassis does not transport (state 47 52) until switched off and RESET.",
    "recovery_lost": "What a power cut broke off is forgotten: POWER RECOVERY answers that nothing was cut.",
    "packing_told_by_81_too": "A note packed after a power cut is told by 81 as well as by POWER RECOVERY.",
    "lost_ack": "The host's ACKs do not arrive: latched events are told again and again.",
    "busy_next": "Once: the next POLL is answered BUSY for half a second, other commands not at all meanwhile.",
    "nak_next": "Once: the next command is answered NAK and not obeyed, as if it had come damaged.",
    "illegal_next": "Once: the next command except POLL is answered ILLEGAL COMMAND and not obeyed.",
    "answer_after_11_ms": "Every answer comes after 11 ms, one more than the sheet grants.",
    "answer_after_300_ms": "Every answer comes after 300 ms.",
}
