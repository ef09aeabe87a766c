"""What can go wrong in an eSSP validator (reliability notes 5; essp sheet, sections 4, 5, 7 to 10, 12 and 13).

Switches whose name ends in `_next` play once and clear themselves; the others last until they are switched off. What is told
may be a lie; where a note lies never is.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.devices.essp.codes import REASONS, Answer

ANSWERS: Mapping[str, Answer] = {
    "unknown_command_next": Answer.UNKNOWN_COMMAND,
    "wrong_parameters_next": Answer.WRONG_PARAMETERS,
    "out_of_range_next": Answer.OUT_OF_RANGE,
    "cannot_process_next": Answer.CANNOT_PROCESS,
    "software_error_next": Answer.SOFTWARE_ERROR,
    "fail_next": Answer.FAIL,
}
"""Switch -> what the next command is answered instead of being obeyed."""

FAULTS: Mapping[str, str] = {
    "jam_in_path_next": "Once: the next note sticks before escrow, where the passenger can reach it (E9).",
    "jam_in_stacker_next": "Once: the next note sticks on its way into the box (EA), no credit.",
    "withdrawn_on_string_next": "Once: the next note is pulled back into the hand while it is stacked: E6, no credit.",
    "strim_after_credit_next": "Once: the next note is credited as it passes the lever, then pulled back into the hand: EE, E6.",
    "credit_early": "EE comes as a note passes the lever; it may still stick after that (EA).",
    "reject_next": "Once: the next note is not recognised and put out (ED, EC, reject code 02).",
    "reject_all": "No note is recognised, all are put out (ED, EC, reject code 02).",
    **{
        f"reject_{name}_next": f"Once: the next note is put out (ED, EC) with reject code {code:02X}."
        for name, code in REASONS.items()
    },
    "unknown_type_next": "Once: the next note is read as a channel that the table does not hold.",
    "barcode_next": "Once: the next note is taken for a barcode ticket: E5 in place of EF, D1 in place of EE.",
    "return_not_taken": "The passenger leaves a returned note where it sticks out.",
    "stacked_without_event_next": "Once: the next note falls into the box, and neither EE nor EB comes; only the counter rises.",
    "credit_without_stacked_next": "Once: EE comes for the next note, and EB never does.",
    "stacked_without_credit_next": "Once: EB comes for the next note, and EE never does.",
    "event_without_note_next": "Once: EE and EB are told though no note came in; the counter does not rise.",
    "second_note_next": "Once: a second note of the hand is pushed in while one is in escrow: both are put out, reject code 07.",
    "cheat_next": "Once: E6 is told while the next note is read; the note goes on.",
    "box_full": "The box is full (E7); a note on its way into it is put out again, reject code 1D.",
    "box_removed": "The box is out (E3 once, then disabled; E4 when it is back); a note on its way into it is put out again.",
    "path_open": "The note path stands open (E0): nothing moves until it is shut.",
    "no_counters": "Old firmware: the commands 58 and 59 are unknown.",
    "counter_wrap_next": "Once: the counter of stacked notes jumps to FFFFFFFF, so that the next note wraps it.",
    "old_firmware": "Protocol versions from 6 on are not supported (F8).",
    "channel_forgotten": "After a start E1 and E2 do not know the channel (00).",
    "clears_late": "A start is not silent: F1 comes at once, and the note in the path is moved and told (E1, E2) only at its end.",
    "slow_start": "Starting takes fifteen seconds of silence.",
    "disables_unpolled": "After ten seconds without a poll the unit disables itself until ENABLE (E8).",
    "keys_lost_next": "Once: the next encrypted packet finds the keys forgotten (FA).",
    "acts_on_repeats": "The sequence bit is not looked at: a packet that is repeated is obeyed again.",
    "wrong_bit_next": "Once: the next answer carries the other sequence bit.",
    "bad_crc_next": "Once: the check sum of the next answer is wrong.",
    "bad_inner_crc_next": "Once: the check sum inside the next encrypted answer is wrong.",
    "wrong_count_next": "Once: the count of the next encrypted answer is one too high.",
    "wrong_address_next": "Once: the next answer comes from another address.",
    "unknown_event_next": "Once: the next answer to POLL begins with an event that no list has; what follows cannot be told apart.",
    **{
        name: f"Once: the next command except SYNC is answered {code:02X} and not obeyed."
        for name, code in ANSWERS.items()
    },
}
