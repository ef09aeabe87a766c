"""What can go wrong in an encrypting PIN pad (reliability notes 5; pin-pad sheet, sections 2 and 12).

Switches whose name ends in `_next` play once and clear themselves; the others last until they are switched off. Keys that
are gone stay gone.
"""

from __future__ import annotations

from collections.abc import Mapping

FAULTS: Mapping[str, str] = {
    "opened": "Somebody opens the pad: all keys are erased at once, and every command but 3 is answered DD from then on.",
    "removed": "The pad is taken off its mount: every command but 3 is answered FF.",
    "battery_low": "The battery of the key memory runs low: status and the loading of keys are answered E0.",
    "battery_dead": "The battery of the key memory is flat: with the mains go all keys and settings.",
    "imk_lost_next": "Once: the memory loses the initial master key (E1).",
    "tmk_lost_next": "Once: the memory loses the terminal master keys (E2).",
    "work_keys_lost_next": "Once: the memory loses all work keys (E5).",
    "check_value_refused_next": "Once: the next key is not loaded, because of its check value (E7).",
    "another_check_value_next": "Once: the next key is damaged while it is stored: its check value is another key's.",
    "memory_fault_next": "Once: the next command is not obeyed, because of the memory (FE).",
    "other_error_next": "Once: the next command is not obeyed, for no reason that is told (EF).",
    "key_stuck": "The key that was pressed last stays down and repeats five times a second.",
    "enter_dead": "The enter key does not work.",
    "plain_digits": "The pad was tampered with in a way it does not notice: digits of a PIN cross the line in clear.",
    "short_pin_next": "Once: enter is taken though the PIN is shorter than the shortest.",
    "time_out_at_once_next": "Once: the time for input is out as soon as input is open.",
    "no_time_out_byte": "When the time for input is out no byte 80 comes; only fetching tells it (EE).",
    "restart_in_entry_next": "Once: the pad starts again by itself at the next digit of a PIN.",
    "pin_length_lies_next": "Once: the next PIN block comes with a wrong number of digits.",
    "short_block_next": "Once: the next PIN block is one byte short.",
    "key_before_reply_next": "Once: a mask character comes just before the next reply.",
    "split_reply": "The second half of every reply comes a moment later.",
    "bad_check_next": "Once: the check characters of the next reply are wrong.",
    "wrong_baud": "The pad's line rate is not the host's: it understands nothing and says nothing.",
}
