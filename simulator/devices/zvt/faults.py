"""What can go wrong in a certified terminal and behind it (reliability notes 5, card rows; EMV sheet, section 7).

Switches whose name ends in `_next` play once and clear themselves; the others last until they are switched off.
"""

from __future__ import annotations

from collections.abc import Mapping

CUTS: Mapping[str, str] = {
    "card_in": "when a card has been inserted",
    "pin_typed": "when the PIN has been typed",
    "host_asked": "when the host is about to be asked",
    "host_booked": "when the host has booked, before its answer is there",
    "result": "when the result is about to be told",
    "waiting_for_goods": "while the cash register issues the goods",
    "issue_heard": "when the cash register says that the goods are out, before that is stored",
    "kept": "when the payment was stored as good, before the completion",
    "reversing": "when a payment is about to be taken back",
    "reversed": "when the host has taken a payment back, before its answer is there",
}
"""Where the power can go: name -> when."""

FAULTS: Mapping[str, str] = {
    "host_down": "The host cannot be reached: nothing is asked of it (A3).",
    "host_silent": "The host does what it is asked and never answers (A0).",
    "host_answer_lost_next": "Once: the host does what it is asked, and its answer is lost.",
    "host_request_lost_next": "Once: what is asked of the host is lost on the way there, and no answer comes.",
    "host_slow": "The host takes 20 s longer.",
    "declined_next": "Once: the host declines the next payment (05).",
    "reversal_refused_next": "Once: the host refuses to take a payment back.",
    "end_of_day_unfinished_next": "Once: the host's answer to an end of day is lost: the batch stays open (F0).",
    "batch_full": "The batch is full: nothing is sold until an end of day (F0).",
    "card_unreadable_next": "Once: the next card cannot be read (64).",
    "reader_broken": "The terminal's card reader is out of order (E2).",
    "step_lost_next": "Once: the next intermediate status is lost.",
    "acknowledgement_lost_next": "Once: the answer to the next command is lost; the command is carried out.",
    "result_lost_next": "Once: the next result is lost on the line; its answer is waited for.",
    "completion_lost_next": "Once: the next completion is lost on the line.",
    "abort_lost_next": "Once: the next abort is lost on the line.",
    "link_cut_after_issue_next": "Once: the line breaks for 30 s as soon as it was heard that the goods are out.",
    "hangs_up_next": "Once: over TCP the terminal closes the connection at the next command, which it does not hear.",
    "duplicate_result_next": "Once: the next result comes twice.",
    "stale_result_next": "Once: the result of the transaction before comes in front of the next one.",
    "wrong_amount_next": "Once: the next good result tells one yuan more than was booked.",
    "wrong_currency_next": "Once: the next good result tells the euro.",
    "no_amount_next": "Once: the next good result tells no amount.",
    "no_receipt_next": "Once: the next good result tells no receipt number.",
    "result_without_payment_next": "Once: a good result comes although the host has declined.",
    "repeats_ignored": "The terminal repeats no result, whatever it was told: the first 'still working' uses the repeats up.",
    "pan_unmasked": "Card numbers are told in full.",
    "garbage_next": "Once: junk that begins like an answer comes before the next message.",
    "unknown_message_next": "Once: a message nobody knows comes before the next one.",
    "long_length_next": "Once: the next message announces more data than it brings.",
    "another_currency": "The terminal is set up for the euro: a registration for another one is refused (6F).",
    "another_device": "Another device stands on the port: whatever it hears, it says NO SUCH COMMAND.",
    "wrong_baud": "The terminal's line rate is not the register's: it understands nothing and says nothing.",
    **{f"power_cut_{name}_next": f"Once: the power goes {when}, for 3 s." for name, when in CUTS.items()},
}
