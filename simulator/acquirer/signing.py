"""Sign-in with new work keys, sign-off, echo. None of these has a MAC. Source: ISO 8583 sheet, sections 3 and 4."""

from __future__ import annotations

from dataclasses import replace

from simulator.acquirer.call import Call
from simulator.acquirer.declined import Declined, demand
from simulator.acquirer.keys import LabKeys

SIGN_IN = ("001", "003", "004")
SIGN_OFF, ECHO = "002", "301"


def sign_in(call: Call, keys: LabKeys) -> dict[int, str]:
    """Other keys each time, so that who missed the last answer notices by the MAC. Raises Declined."""
    demand(call.purpose == "00", "30", "field 60: not a sign-in")
    if call.network not in SIGN_IN:
        raise Declined("40", f"network code {call.network}: this host sends no parameters")
    terminal = replace(call.terminal, generation=call.terminal.generation + 1, signed_in=True)
    call.ledger.put_terminal(terminal)
    sealed = keys.sealed(keys.work_keys(terminal.generation)).hex().upper()
    sixty = f"00{terminal.batch:06}{call.network}"
    return call.answer("00", (), {60: sixty, 62: sealed})


def sign_off_or_echo(call: Call) -> dict[int, str]:
    """Raises Declined for every other network code."""
    demand(call.purpose == "00", "30", "field 60: neither sign-off nor echo")
    if call.network == SIGN_OFF:
        call.ledger.put_terminal(replace(call.terminal, signed_in=False))
    elif call.network != ECHO:
        raise Declined("40", f"network code {call.network}")
    return call.answer("00", (60,))
