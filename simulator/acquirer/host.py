"""The host without its line: one frame in, one frame out, and in between one transaction of the ledger.

An answer exists only when everything it says is on disk. Source: ISO 8583 sheet, sections 3 to 6 and 9.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.acquirer import batches, signing
from simulator.acquirer.accounts import Standing, lab_accounts
from simulator.acquirer.call import Call, local
from simulator.acquirer.declined import Declined, demand
from simulator.acquirer.faults import GOOD, Behaviour
from simulator.acquirer.fields import MAC_FIELD, Message, MessageError, decode, encode
from simulator.acquirer.issuer import Issuer
from simulator.acquirer.keys import LabKeys, message_mac
from simulator.acquirer.ledger import Key, Ledger
from simulator.acquirer.payments import Payments
from simulator.acquirer.profile import Profile
from simulator.acquirer.reversals import reverse

SIGNED = ("0100", "0200", "0220", "0400", "0620")
SCRIPT_RESULT = "951"
ECHO = (3, 4, 25, 49, 60)
KNOWN = (*SIGNED, "0800", "0820", "0500", "0320")


@dataclass(frozen=True, slots=True)
class Answer:
    """The frame to send (without length), None when the line must be closed unanswered; `code` is field 39, and `why` says in
    words for the log what was wrong, empty when nothing was."""

    frame: bytes | None
    mti: str
    code: str = ""
    why: str = ""


class Acquirer:
    """A bank with lab keys: LabKeys refuses to be made outside the lab. Not thread-safe."""

    def __init__(
        self,
        keys: LabKeys,
        ledger: Ledger,
        profile: Profile | None = None,
        accounts: Mapping[str, Standing] | None = None,
    ) -> None:
        self.profile = profile or Profile()
        self.ledger = ledger
        self._keys = keys
        self._payments = Payments(Issuer(accounts or lab_accounts(), keys, self.profile, ledger))

    def handle(self, frame: bytes, now_ms: int, behaviour: Behaviour = GOOD) -> Answer:
        """`now_ms` is the wall clock. sqlite3.Error means that nothing may be answered any more."""
        try:
            message = decode(frame, self.profile)
        except MessageError as error:
            return Answer(None, "", why=str(error))
        if message.mti not in KNOWN:
            return Answer(None, message.mti, why=f"no message of type {message.mti}")
        with self.ledger.message():
            answer = self._answer(message, now_ms, behaviour)
        return answer

    def _answer(self, message: Message, now_ms: int, behaviour: Behaviour) -> Answer:
        terminal = self.ledger.terminal(message.get(41))
        work = self._keys.work_keys(terminal.generation)
        call = Call(message, terminal, work, local(now_ms), self.profile, self.ledger, behaviour)
        why = ""
        try:
            fields = self._deed(call)
        except Declined as declined:
            why = declined.why
            fields = dict(declined.fields or call.answer(declined.code, ECHO))
        signed = message.mti in SIGNED and terminal.generation > 0
        return self._written(message.mti, fields, behaviour, why, work.mac if signed else None)

    def _deed(self, call: Call) -> dict[int, str]:
        """Fields of the answer. Raises Declined."""
        message, terminal = call.message, call.terminal.id
        demand(terminal in self.profile.terminals, "97", "terminal not known")
        demand(message.get(42) == self.profile.terminals[terminal], "03", "merchant not known")
        if message.mti in SIGNED:
            demand(call.terminal.generation > 0, "77", "never signed in")
            demand("key_change" not in call.behaviour, "A0", "keys changed on order")
            good = message_mac(call.work.mac, message.signed)
            demand(message.get(MAC_FIELD).encode("latin-1") == good, "A0", "MAC")
        return self._handler(message.mti)(call)

    def _handler(self, mti: str) -> Callable[[Call], dict[int, str]]:
        return {
            "0800": lambda call: signing.sign_in(call, self._keys),
            "0820": signing.sign_off_or_echo,
            "0400": reverse,
            "0500": batches.settle,
            "0320": batches.upload,
            "0620": script_result,
        }.get(mti, self._payments.handle)

    def _written(
        self, mti: str, fields: dict[int, str], behaviour: Behaviour, why: str, mac_key: bytes | None
    ) -> Answer:
        """The frame; its spoiled echoes stand under a good MAC, for a line could not make them."""
        spoiled = {
            4: f"{int(fields.get(4, '0')) + 1:012}" if "wrong_amount" in behaviour and 4 in fields else None,
            11: f"{int(fields.get(11, '0')) % 999_999 + 1:06}" if "wrong_trace" in behaviour else None,
            41: "TVM99999" if "wrong_terminal" in behaviour else None,
        }
        fields = {**fields, **{number: text for number, text in spoiled.items() if text is not None}}
        mac: Callable[[bytes], bytes] | None = None
        if mac_key is not None:
            wrong = "wrong_mac" in behaviour

            def mac(signed: bytes) -> bytes:
                good = message_mac(mac_key, signed)
                return bytes(reversed(good)) if wrong and good != good[::-1] else good

        answer_type = f"{int(mti) + 10:04}"
        frame = encode(Message(answer_type, fields), self.profile.answer_tpdu, self.profile.header, mac)
        return Answer(frame, mti, fields[39], why)


def script_result(call: Call) -> dict[int, str]:
    """How an issuer's script went on the card: kept, and thanked for. Raises Declined."""
    demand(call.network == SCRIPT_RESULT, "30", "field 60: no script result")
    demand(bool(call.message.get(55)), "30", "field 55: no result")
    call.ledger.note(Key(call.terminal.id, call.batch, call.trace), SCRIPT_RESULT, call.message.get(55))
    return call.answer("00", ECHO)
