"""Payments and what follows them: purchase, hold, balance; void, completion, refund. Each trace is answered once and for all.

Source: ISO 8583 sheet, sections 3, 5 (rule 10) and 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from simulator.acquirer.call import Call
from simulator.acquirer.declined import Declined, demand
from simulator.acquirer.faults import Behaviour
from simulator.acquirer.issuer import Issuer, Proof
from simulator.acquirer.ledger import Booking, Kind, State
from simulator.devices.chip_card.tlv import tlv

KINDS: Mapping[tuple[str, str, str, str], Kind] = {
    (mti, *kind.value): kind
    for mti, kind in (
        ("0200", Kind.PURCHASE),
        ("0200", Kind.VOID),
        ("0220", Kind.REFUND),
        ("0100", Kind.HOLD),
        ("0200", Kind.COMPLETION),
    )
}
SCRIPT_ID = bytes.fromhex("4C414231")
NO_COMMAND = bytes.fromhex("8424000000")
"""PIN CHANGE without the issuer's MAC: no card takes it."""
BALANCE = ("0200", "310000", "00", "01")
BASE = (2, 3, 4, 25, 49, 60)
APPROVED_ECHO = (*BASE, 14, 23, 53)
FORGOTTEN = ("99",)
"""The terminal is asked to sign in and send the same again, so this answer is not kept for its trace."""


class Payments:
    """Decides and books, inside the caller's transaction."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def handle(self, call: Call) -> dict[int, str]:
        """Fields of the answer. Raises Declined; one without fields is not kept, and the same trace may be sent again."""
        name = (call.message.mti, call.message.get(3), call.message.get(25), call.purpose)
        demand(name in KINDS or name == BALANCE, "12", "no such payment")
        demand(call.terminal.signed_in, "77", "not signed in")
        demand(call.batch == call.terminal.batch, "77", "another batch is open")
        if name == BALANCE:
            return self._balance(call)
        kind = KINDS[name]
        before = call.ledger.booking(call.key)
        if before is not None:
            return self._again(call, kind, before)
        try:
            self._may_begin(call)
            return self._book(call, kind)
        except Declined as declined:
            if declined.code in FORGOTTEN:
                raise
            raise self._refused(call, kind, declined) from declined

    def _again(self, call: Call, kind: Kind, before: Booking) -> dict[int, str]:
        """The answer it got. What was taken back is not approved again, and a trace is no other payment's."""
        same = before.kind is kind and before.amount_fen == call.amount_fen and before.answer is not None
        same_card = before.account in ("", self._issuer.name_of(_number(call)))
        taken_back = before.state in (State.REVERSED, State.BARRED)
        demand(same and same_card and not taken_back, "94", "this trace was used")
        card = {2: _number(call)} if _number(call) else {}
        return {**(before.answer or {}), **card}

    def _may_begin(self, call: Call) -> None:
        call.demand_payment_shape()
        if "decline" in call.behaviour:
            raise Declined(call.behaviour.code, "declined on order")
        waiting = call.ledger.settled(call.terminal.id, call.batch) is not None
        demand(not waiting, "90", "the batch waits for its details")
        booked = call.ledger.count(call.terminal.id, call.batch)
        full = booked >= call.profile.batch_most or "batch_full" in call.behaviour
        demand(not full, "90", "the batch is full: settle it")

    def _book(self, call: Call, kind: Kind) -> dict[int, str]:
        if kind in (Kind.PURCHASE, Kind.HOLD):
            return self._from_card(call, kind)
        return self._from_original(call, kind)

    def _from_card(self, call: Call, kind: Kind) -> dict[int, str]:
        proof = self._proven(call)
        self._issuer.funds(proof, call.amount_fen)
        more = {44: f"{call.profile.issuer:11}{call.profile.acquirer:11}"}
        if proof.answer_chip:
            more[55] = _chip_answer(proof.answer_chip, call.behaviour)
        return self._approve(call, kind, proof.standing.name, more)

    def _proven(self, call: Call) -> Proof:
        strange = sorted(set(call.message.fields) & {37, 38, 61})
        demand(not strange, "30", f"fields that belong to a payment's followers: {strange}")
        proof = self._issuer.judge(call.message, call.work, f"{call.when:%y%m}")
        call.ledger.put_account(proof.account)
        return proof

    def _balance(self, call: Call) -> dict[int, str]:
        """Kept nowhere: nothing moves."""
        call.demand_payment_shape()
        proof = self._proven(call)
        told = f"1002{call.profile.currency}C{proof.account.balance_fen:012}"
        more = {2: _number(call), 54: told}
        if proof.answer_chip:
            more[55] = proof.answer_chip.hex().upper()
        return call.answer("00", APPROVED_ECHO, more)

    def _from_original(self, call: Call, kind: Kind) -> dict[int, str]:
        """Void, completion, refund: of a booking that stands, of the same card, by the numbers the host gave it."""
        origin = call.ledger.booking(call.original)
        if origin is None:
            raise Declined("25", "no such original")
        fitting = (Kind.HOLD,) if kind is Kind.COMPLETION else (Kind.PURCHASE, Kind.COMPLETION)
        demand(origin.kind in fitting and origin.state is State.BOOKED, "12", "not of such an original")
        standing = self._issuer.known(_number(call))
        demand(standing.name == origin.account, "12", "the original was another card's")
        demand(call.message.get(37) == origin.reference, "12", "field 37 is not the original's")
        if kind is Kind.REFUND:
            demand(call.message.get(61)[12:] == (origin.answer or {}).get(13), "12", "field 61: another day")
        else:
            demand(call.message.get(38) == origin.approval, "12", "field 38 is not the original's")
        demand(self._amount_fits(call, kind, origin), "64", "not the original's amount")
        demand(kind is not Kind.VOID or origin.key.batch == call.batch, "12", "its batch was settled")
        refunded = any(each.moved_fen for each in call.ledger.followers(origin.key))
        demand(kind is not Kind.VOID or not refunded, "12", "a part of it was refunded")
        fields = self._approve(call, kind, origin.account, {}, origin)
        if kind is not Kind.REFUND:
            call.ledger.turn(origin, State.VOIDED if kind is Kind.VOID else State.COMPLETED)
        return fields

    def _amount_fits(self, call: Call, kind: Kind, origin: Booking) -> bool:
        if kind is Kind.VOID:
            return call.amount_fen == origin.amount_fen
        followers = call.ledger.followers(origin.key)
        given_fen = sum(-each.moved_fen for each in followers if each.kind is Kind.REFUND)
        return 0 < call.amount_fen <= origin.amount_fen - given_fen

    def _approve(
        self, call: Call, kind: Kind, account: str, more: Mapping[int, str], origin: Booking | None = None
    ) -> dict[int, str]:
        approval = sha256(f"{call.key} {call.reference}".encode()).hexdigest()[:6].upper()
        fields = call.answer("00", APPROVED_ECHO, {15: f"{call.when:%m%d}", 38: approval, **more})
        fields.pop(2, None)
        booking = Booking(
            call.key,
            kind,
            account,
            call.amount_fen,
            State.BOOKED,
            origin.key if origin else None,
            call.reference,
            approval,
            fields,
        )
        call.ledger.add(booking)
        return {**fields, 2: _number(call)}

    def _refused(self, call: Call, kind: Kind, declined: Declined) -> Declined:
        """Nothing is booked, and the trace is used up."""
        fields = call.answer(declined.code, BASE)
        fields.pop(2, None)
        number = {2: _number(call)} if _number(call) else {}
        booking = Booking(call.key, kind, "", call.amount_fen, State.DECLINED, reference=call.reference, answer=fields)
        call.ledger.add(booking)
        return Declined(declined.code, declined.why, {**fields, **number})


def _number(call: Call) -> str:
    """The card number of field 2 or of track 2, empty when there is none that could be one."""
    pan = call.message.get(2) or call.message.get(35).partition("D")[0]
    return pan if len(pan) <= 19 else ""


def _chip_answer(proof: bytes, behaviour: Behaviour) -> str:
    """Field 55: tag 91, and a script when one is ordered."""
    if "wrong_arpc" in behaviour:
        proof = proof[:2] + bytes([proof[2] ^ 0x01]) + proof[3:]
    script = tlv("72", tlv("9F18", SCRIPT_ID), tlv("86", NO_COMMAND)) if "script" in behaviour else b""
    return (proof + script).hex().upper()
