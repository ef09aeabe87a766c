"""What can go wrong in an identity-card reader (reliability notes 5; io-board sheet, section 4).

Switches whose name ends in `_next` play once and clear themselves; the others last until they are switched off.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.devices.samv.codes import Status

FAULTS: Mapping[str, str] = {
    "sam_failed": "The security module fails its self-test: every command is answered 60.",
    "sam_no_key": "The security module has no key: finding, selecting and reading are answered 66.",
    "sam_logged_out": "The security module is not logged in: finding, selecting and reading are answered 61.",
    "hangs_next": "Once: the module stops at the next command and stays silent until it is reset by command or power.",
    "field_dead": "The aerial is broken: no card is found (80).",
    "ghost_card": "A card is found though none lies there; selecting it fails (81).",
    "weak_field": "The card lies at the edge: it is found and selected, and every reading fails (41).",
    "card_gone_before_select_next": "Once: the cards are lifted just before the next select.",
    "card_gone_in_read_next": "Once: the cards are lifted while the next reading goes on.",
    "select_failed_next": "Once: the next select fails (81).",
    "card_refuses_next": "Once: the card does not authenticate itself when it is selected (31).",
    "module_refused_next": "Once: the card does not believe the module when it is selected (32).",
    "read_failed_next": "Once: the next reading fails (41).",
    "verification_failed_next": "Once: what the next reading brings is not what was signed (33).",
    "wrong_text_length_next": "Once: the next read answer says a text of 512 bytes, under a right check.",
    "short_text_next": "Once: the next read answer holds a text shorter by two bytes than it says, under a right check.",
    "wrong_check_next": "Once: the check of the next answer is wrong.",
    "lost_bytes_next": "Once: three bytes in the middle of the next answer are missing.",
    "truncated_read_next": "Once: the next read answer stops after 700 bytes.",
    "split_answer": "The second half of every answer comes a moment later.",
    "slow_answers": "Every answer comes 700 ms later than it should.",
    "wrong_baud": "The reader's line rate is not the host's: it understands nothing and says nothing.",
    "another_device": "Another device stands on the port: whatever it hears, it says NO SUCH COMMAND.",
}

IN_SELECT: Mapping[str, Status] = {
    "select_failed_next": Status.SELECT_FAILED,
    "card_refuses_next": Status.AUTHENTICATION,
    "module_refused_next": Status.AUTHENTICATION_BACK,
}
IN_READ: Mapping[str, Status] = {
    "read_failed_next": Status.READ_FAILED,
    "verification_failed_next": Status.VERIFICATION,
}
"""Switch -> what the command is answered instead of being obeyed."""
