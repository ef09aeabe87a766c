"""What can go wrong in a motorised card reader (reliability notes 5; card reader sheet, sections 1.1 and 1.2).

Switches whose name ends in `_next` play once and clear themselves; the others last until they are switched off. A card that
went somewhere stays there.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.devices.crt310.codes import Unread

FAULTS: Mapping[str, str] = {
    "ack_lost_next": "Once: the reader's ACK is lost; the command waits for its ENQ all the same.",
    "ack_garbled_next": "Once: another byte comes in place of the reader's ACK.",
    "nak_next": "Once: the next command is answered NAK as if it had been damaged.",
    "enq_lost_next": "Once: the next ENQ is lost; the command goes on waiting for one.",
    "eot_lost_next": "Once: the next EOT is lost: nothing is cancelled, and no echo comes.",
    "split_reply": "The second half of every answer comes a moment later.",
    "wrong_rate": "The reader's line rate is not the host's: it understands nothing and says nothing.",
    "wrong_version": "The version text is that of another reader.",
    "motor_dead": "The motor does not turn: every move fails, and no card is drawn in.",
    "jam_drawn_in": "A card that is drawn in sticks half way behind the gate, and no motor moves it.",
    "jam_ejected": "A card that goes towards the front sticks half way, and no motor moves it.",
    "jam_captured": "A card that goes towards the rear sticks half way, and no motor moves it.",
    "rollers_slip_next": "Once: the reader says that a move is done, and the card has not moved.",
    "bin_full": "The capture bin is full: a card that goes there hangs out at the rear.",
    "gate_stuck_shut": "The gate does not open: no card comes in, and none out at the front.",
    "gate_stuck_open": "The gate does not shut: a card can be pushed into the mouth although entry is refused.",
    "foreign_object": "Something that is no card sticks behind the gate.",
    "front_sensor_stuck": "The sensor at the mouth sees a card that is not there.",
    "rear_sensor_stuck": "The sensor at the rear sees a card that is not there.",
    "middle_sensor_blind": "A sensor in the middle sees nothing: a card inside looks too short.",
    "chip_dirty": "The contacts of the chip are dirty: it gives no answer to reset.",
    "chip_falls_silent_next": "Once: the chip does not answer the next command, nor any other until its supply has been off.",
    "chip_supply_dead": "The chip gets no supply: switching it on fails.",
    "sam_dead": "The SAM slots are dead: no answer to reset, none to a command.",
    "supply_out_of_range": "The supply is out of range: nothing that needs the motor or a chip is done (05).",
    "main_supply_off": "The main supply is off and the reader runs on its backup: every command is refused (07).",
}

STRIPE_FAULTS: Mapping[str, Unread] = {
    "head_dirty": Unread.NOT_READ,
    "stripe_no_start": Unread.NO_START,
    "stripe_no_end": Unread.NO_END,
    "stripe_parity": Unread.PARITY,
    "stripe_lrc": Unread.LRC,
    "stripe_blank": Unread.BLANK,
}
"""Fault -> the code with which every recorded track is told (section 1.2)."""

STRIPE_MENU: Mapping[str, str] = {
    "head_dirty": "The head is dirty: no track can be read (E0).",
    "stripe_no_start": "The head misses the start sentinel of every track (E1).",
    "stripe_no_end": "The head misses the end sentinel of every track (E2).",
    "stripe_parity": "A character of every track has the wrong parity (E3).",
    "stripe_lrc": "The check character of every track is wrong (E4).",
    "stripe_blank": "The stripe is wiped: every track is blank (E5).",
}
