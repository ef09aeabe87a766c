"""What can go wrong in a validator (reliability notes 5; ccnet sheet, section 13).

Switches whose name ends in `_next` play once and clear themselves; the others last until they are switched off.
"""

from __future__ import annotations

from collections.abc import Mapping

FAULTS: Mapping[str, str] = {
    "jam_in_path_next": "Once: the next note sticks before escrow (state 43).",
    "jam_in_stacker_next": "Once: the next note sticks on its way into the box (state 44).",
    "withdrawn_on_string_next": "Once: the next note is pulled back while it is stacked: 45 CHEATED, no 81.",
    "reject_next": "Once: the next note is refused (1C 66).",
    "reject_all": "Every note is refused (1C 66).",
    "unknown_type_next": "Once: the next note is reported as a type the bill table does not hold.",
    "return_not_taken": "The passenger leaves a returned note where it sticks out.",
    "stacked_without_event_next": "Once: the next note falls into the box, and 81 never comes; only the counter rises.",
    "event_without_note_next": "Once: 81 is reported though no note came in; the counter does not rise.",
    "second_note_next": "Once: a second note of the hand is pushed in while one is in escrow (state 46).",
    "cheat_next": "Once: 45 CHEATED is reported while the next note is read; the note goes on.",
    "box_full": "The box reports full (state 41).",
    "box_removed": "The box is out of its position (state 42).",
    "stack_motor_failed": "The stack motor does not turn (state 47 50) until switched off and RESET.",
    "no_counter": "Old firmware: command 5B is unknown.",
    "counter_wrap_next": "Once: the counter of stacked notes jumps to FFFF, so that the next note wraps it.",
    "unlatched": "81 and 82 are told once only, acknowledged or not.",
    "lost_ack": "The host's ACKs do not arrive.",
    "busy_next": "Once: the next POLL is answered BUSY for half a second, other commands not at all meanwhile.",
    "nak_next": "Once: the next command is answered NAK and not obeyed.",
    "illegal_next": "Once: the next command except POLL is answered ILLEGAL COMMAND and not obeyed.",
}
