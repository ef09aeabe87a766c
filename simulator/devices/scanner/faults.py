"""What can go wrong with a code scanner (reliability notes 5; io-board sheet, section 3).

Switches whose name ends in `_next` play once and clear themselves; the others last until they are switched off.
"""

from __future__ import annotations

from collections.abc import Mapping

FAULTS: Mapping[str, str] = {
    "blind": "The window is dirty, or the light is broken: no code is read.",
    "stuck_trigger": "The trigger is stuck: whatever the host says, a code that is held there is read twice a second.",
    "misread_next": "Once: one character of the next code is read as another.",
    "code_cut_off_next": "Once: the second half of the next code and its suffix never come.",
    "code_twice_next": "Once: the next code comes twice.",
    "code_by_itself_next": "Once: the code that was read last comes again at the next command of the host.",
    "lost_bytes_next": "Once: three bytes in the middle of the next code are missing.",
    "overlong_next": "Once: 600 characters of junk come with the next code.",
    "wrong_suffix": "Codes end in LF in place of what was set.",
    "no_suffix_next": "Once: the next code comes without what was set to follow it.",
    "split_code": "The second half of every code comes a moment later.",
    "slow_codes": "Every code comes 700 ms after it was read.",
    "settings_lost_next": "Once: with the next start of the scanner all stored settings are those of delivery.",
    "settings_refused": "Menu commands that would change a setting are answered NAK and change nothing.",
    "wrong_baud": "The scanner's line rate is not the host's: it understands nothing, and codes come as junk.",
    "another_device": "Another device stands on the port: whatever it hears, it says NO SUCH COMMAND.",
}
