"""What can go wrong in an EBDS acceptor (reliability notes 5; ebds sheet, sections 4, 8, 9, 11 and 12).

Switches whose name ends in `_next` play once and clear themselves; the others last until they are switched off. What is told
may be a lie; where a note lies never is.
"""

from __future__ import annotations

from collections.abc import Mapping

FAULTS: Mapping[str, str] = {
    "jam_in_path_next": "Once: the next note sticks before escrow (jammed).",
    "stall_next": "Once: the next note stops before escrow (stalled, no jam).",
    "jam_in_stacker_next": "Once: the next note sticks on its way into the box (jammed).",
    "withdrawn_on_string_next": "Once: the next note is pulled back into the hand while it is stacked: cheated, no stacked.",
    "reject_next": "Once: the next note is refused and put out (rejected).",
    "reject_all": "Every note is refused and put out (rejected).",
    "unknown_type_next": "Once: the next note is held without a value: denomination 0, or an entry of class 1.",
    "return_not_taken": "The passenger leaves a returned note where it sticks out.",
    "stacked_without_event_next": "Once: the next note falls into the box, and stacked never comes.",
    "returned_without_event_next": "Once: the next note goes back to the mouth, and returned never comes.",
    "event_without_note_next": "Once: stacked is told though no note came in.",
    "second_note_next": "Once: a second note of the hand is pushed into the mouth while one is in escrow (paused).",
    "cheat_next": "Once: cheated is told while the next note is read; the note goes on.",
    "stacked_with_cheated_next": "Once: stacked and cheated come together, as some firmware says that the box is near full.",
    "box_full": "The box reports full; a note on its way into it sticks.",
    "box_removed": "The box is out of its position; a note on its way into it waits in the path.",
    "stack_motor_failed": "The mechanism stops (failure, no state bit); it starts again when switched off.",
    "transport_open": "Somebody opened the transport: no state bit, nothing moves.",
    "out_of_service": "No state bit and no reason: nothing moves.",
    "calibrating": "The unit is being calibrated: no state bit, nothing moves.",
    "slow_start": "Starting takes a minute: the power-up bit lasts for many polls.",
    "slow_reset": "After a soft reset nothing is heard of the unit for fifteen seconds.",
    "reset_answered_next": "Once: a soft reset is answered before the unit falls silent.",
    "factory_escrow_time": "A note in escrow goes back after ten seconds though no host set a time.",
    "opposite_toggle_next": "Once: the next command is not taken: the answer has the other toggle bit.",
    "acts_on_repeats": "The toggle bit is not looked at: a command that is repeated is obeyed again.",
    "invalid_next": "Once: the next command is not obeyed; the answer has the bit for an invalid command.",
    "inhibits_answered_extended": "The inhibits are answered by an extended message instead of a plain one.",
    "escrow_told_once": "With extended notes a held note is named once; later answers are plain and name no value.",
    "never_extended": "With extended notes too all answers are plain: held and stacked notes have no value.",
    "stacked_at_refit": "A box that is put back makes the unit tell stacked without a value.",
    "enq": "The byte 05 asks to be polled whenever something has happened.",
}
