"""What can go wrong in a dispenser (reliability notes 5; lcdm sheet, section 10).

Switches whose name ends in `_next` play once and clear themselves; the others last until they are switched off. What
happens behind the exit (shutter, tray, notes not taken) belongs to the cabinet board.
"""

from __future__ import annotations

from collections.abc import Mapping

FAULTS: Mapping[str, str] = {
    "short_pick_next": "Once: the next pick fails though the cassette is not empty (error 01 after ten seconds of trying).",
    "double_pick_next": "Once: two notes are picked at once and both go to the reject tray.",
    "double_pick_passed_next": "Once: two notes leave as one, EXIT counts one, error 07.",
    "low_sensor_blind": "The near-end sensor says ok however few notes are left.",
    "near_end_mode": "Near-end mode is on: a cassette near its end is not paid from (error 25).",
    "reject_next": "Once: the next note goes to the reject tray and another one is picked.",
    "reject_all": "Every note goes to the reject tray, until error 0D.",
    "reject_full": "The reject tray is full: the next rejected note jams (error 02).",
    "reject_ejected_next": "Once: a note meant for the reject tray comes out at the exit (error 06).",
    "reject_tray_missing": "The reject tray is pulled out (error 26).",
    "note_left_at_exit_next": "Once: the next note stays in the exit, not counted (error 05).",
    "jam_chk_dvt_next": "Once: the next note jams before the diverter (error 02).",
    "jam_dvt_ejt_next": "Once: the next note jams behind the diverter (error 03).",
    "jam_ejt_exit_next": "Once: the next note jams before the exit (error 04).",
    "jam_after_last_next": "Once: all notes are out and counted, then error 0A.",
    "purge_fails": "PURGE ends with error 0E and moves nothing.",
    "wrong_cassette_next": "Once: the next note comes from another cassette and goes out uncounted (error 40 to 43).",
    "cassettes_swapped": "Cassettes 1 and 2 stand in each other's place, and nobody notices.",
    "last_result_lost": "LAST STATUS does not survive a power cut.",
    "sensor_dirty": "A sensor is covered before the start (error 20).",
    "solenoid_failed": "The diverter does not move (error 22).",
    "motor_failed": "The motor does not turn (error 23).",
    "answer_after_59_s_next": "Once: the next dispense begins only after 59 s.",
    "nak_next": "Once: the next command is answered NAK and not obeyed.",
    "ack_lost_next": "Once: the next command is obeyed, but its ACK is lost; the answer comes.",
    "ack_late_next": "Once: the next command is acknowledged and begun a second late.",
    "response_lost_next": "Once: ACK comes, the deed is done, the answer is lost and not repeated.",
    "eot_missing_next": "Once: the EOT after the host's ACK is missing.",
    "counter_wrap_next": "Once: the transaction number jumps to its highest value.",
}

_OTHER_WORDS: Mapping[str, str] = {
    "short_pick_next": "Once: the next pick fails though the cassette is not empty (error 32 after ten seconds of trying).",
    "double_pick_passed_next": "Once: two notes leave as one, EXIT counts one, error 3D.",
    "reject_all": "Every note goes to the reject tray, until error 44.",
    "reject_full": "The reject tray is full: the next rejected note jams (error 33 or 4C).",
    "reject_ejected_next": "Once: a note meant for the reject tray comes out at the exit (error 3C).",
    "reject_tray_missing": "The reject tray is pulled out (error 3F).",
    "note_left_at_exit_next": "Once: the next note stays in the exit, not counted (error 35).",
    "jam_chk_dvt_next": "Once: the next note jams before the diverter (error 33, lower cassette 4C).",
    "jam_dvt_ejt_next": "Once: the next note jams behind the diverter (error 48, LCDM-1000 43).",
    "jam_ejt_exit_next": "Once: the next note jams before the exit (error 35).",
    "jam_after_last_next": "Once: all notes are out and counted, then error 35.",
    "purge_fails": "PURGE ends with error 4E and moves nothing.",
    "wrong_cassette_next": "Once: the next note comes from the other cassette and goes out uncounted (error 4F).",
    "cassettes_swapped": "The two cassettes stand in each other's place, and nobody notices.",
    "sensor_dirty": "Check sensor 1 is covered before the start (error 33).",
    "solenoid_failed": "The diverter does not move (error 49).",
    "motor_failed": "The motor does not turn (error 41).",
}
_ONLY_4000 = frozenset({"near_end_mode", "last_result_lost", "eot_missing_next", "counter_wrap_next"})
_TWO_CASSETTES = frozenset({"wrong_cassette_next", "cassettes_swapped"})

FAULTS_2000: Mapping[str, str] = {
    name: _OTHER_WORDS.get(name, sentence) for name, sentence in FAULTS.items() if name not in _ONLY_4000
}
FAULTS_1000: Mapping[str, str] = {
    name: sentence for name, sentence in FAULTS_2000.items() if name not in _TWO_CASSETTES
}
