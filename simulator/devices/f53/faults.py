"""What can go wrong in an F53 (reliability notes 5; f53 sheet, sections 7, 10 and 11).

Switches whose name ends in `_next` play once and clear themselves; the others last until they are switched off. A note that is
said to stay in the path lies in `dispenser.path` until INITIALISE throws it into the reject box. What happens behind the exit
(the cabinet's shutter, notes not taken) belongs to the cabinet board.
"""

from __future__ import annotations

from collections.abc import Mapping

MECHANISM: Mapping[str, str] = {
    "short_pick_next": "Once: the next pick fails though the cassette is not empty; what was collected comes out (error 11 to 41).",
    "double_pick_next": "Once: two notes are picked at once, both go to the reject box, and picking goes on.",
    "double_pick_passed_next": "Once: two notes are handed out and counted as one (error 84).",
    "spacing_next": "Once: two notes follow too closely, both go to the reject box, and the order ends (error 83).",
    "reject_next": "Once: the next note goes to the reject box and another one is picked.",
    "reject_all": "Every note goes to the reject box, until the order's reject limit is passed (error 80).",
    "reject_full": "The reject box is full: the next rejected note stays in the path (error B5), and INITIALISE cannot clear it.",
    "reject_tray_missing": "The reject box is pulled out: nothing moves (error B0).",
    "cassette_missing": "Cassette 1 is not recognised: nothing is paid from it (error 10).",
    "wrong_cassette_next": "Once: the next note comes from another cassette and is rejected, counted nowhere (error 82).",
    "cassettes_swapped": "Cassettes 1 and 2 stand in each other's place; only the length of their notes can tell.",
    "jam_fdls_next": "Once: the next note jams as it leaves the cassette and stays in the path uncounted (error 70).",
    "jam_dfss_next": "Once: the next note jams in the transport and stays in the path uncounted (error 71).",
    "jam_bps_next": "Once: the next note jams before the pool and stays in the path uncounted (error 72).",
    "jam_rejs_next": "Once: the next note is refused, jams before the reject box and stays in the path uncounted (error 73).",
    "jam_ejsf_next": "Once: the bundle jams before the exit: all of it is counted and stays in the path (error 74).",
    "jam_ejsr_next": "Once: the bundle jams in the exit: all of it is counted, the second half stays in the path (error 75).",
    "jam_after_last_next": "Once: the bundle is out and counted, then error 75.",
    "pool_stuck_next": "Once: the pool does not move: the bundle is counted and stays in the path (error 50).",
    "stopped_next": "Once: the unit stops by itself; what was collected is counted and stays in the path (error 01).",
    "unnamed_error_next": "Once: the bundle is out and counted, then an error nobody has named (F1).",
    "motor_failed": "The motor does not turn: nothing moves (error 02).",
    "initialise_fails_next": "Once: INITIALISE ends with error 72 and clears nothing.",
    "exit_sensor_stuck_on": "The exit sensor says notes though there are none.",
    "exit_sensor_blind": "The exit sensor never says notes.",
    "shutter_stuck": "The unit's own shutter does not move: the bundle is counted and stays in the path (error A0).",
    "capture_full": "The capture box is full: RETRACT moves nothing (error B8).",
}

LINE: Mapping[str, str] = {
    "enq_unheard_next": "Once: the host's ENQ is not heard.",
    "enq_ack_lost_next": "Once: the ACK to the host's ENQ is lost.",
    "nak_next": "Once: the host's message is answered NAK and not obeyed.",
    "nak_lost_next": "Once: the host's message arrives spoilt, and the NAK is lost too.",
    "frame_ack_lost_next": "Once: the host's message is obeyed, but its ACK is lost; sent again it is obeyed again.",
    "answer_enq_lost_next": "Once: the ENQ before an answer is lost; it is said again after 5 s.",
    "answer_ack_unheard_next": "Once: the host's ACK to an answer is not heard; the answer is said again after 5 s.",
    "enq_collision_next": "Once: the device asks to speak when the host does, to say its last answer again.",
    "answer_after_39_s_next": "Once: the next bill count is answered 39 s after it was heard, just inside the host's 40 s.",
}

FAULTS: Mapping[str, str] = {**MECHANISM, **LINE}
