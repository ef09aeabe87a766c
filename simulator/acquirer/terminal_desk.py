"""What a certified terminal asks of its bank: the same accounts and ledger as the bank of the lab, without its messages.

A certified terminal talks to its host in a language of its own, behind its certificate; here that is a method call. Everything is
idempotent by the key of a booking, and what is taken back before it came is never booked (decision page 034). sqlite3.Error: stop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from simulator.acquirer.accounts import Standing, lab_accounts
from simulator.acquirer.ledger import Account, Booking, Key, Kind, Ledger, State

Name = tuple[str, int, int]
"""Terminal, batch, trace: a booking's key in plain values."""
GOOD, NEVER_BOOKED = "00", "25"
TRIES = 3


class TerminalDesk:
    """`ledger`: none given, one that nobody keeps. The oracle is what it tells: `ledger.bookings(terminal)`, `.wrong()`."""

    def __init__(self, ledger: Ledger | None = None, accounts: Mapping[str, Standing] | None = None) -> None:
        self.ledger = ledger or Ledger(Path(":memory:"))
        self._accounts = accounts or lab_accounts()

    def booked_fen(self, terminal: str) -> int:
        """What the terminal's bookings have moved to its owner, in all batches."""
        return sum(booking.moved_fen for booking in self.ledger.bookings(terminal))

    def purchase(self, name: Name, pan: str, pin: str, amount_fen: int, yymm: str) -> tuple[str, str]:
        """(answer code, approval code): 00 is booked now. A decline uses its key up."""
        key = Key(*name)
        with self.ledger.message():
            before = self.ledger.booking(key)
            if before is not None:
                same = before.state is State.BOOKED and before.amount_fen == amount_fen
                return (GOOD, before.approval) if same else ("94", "")
            self._known(key.terminal)
            standing = self._accounts.get(pan)
            account = self._account(standing)
            code = self._judged(standing, account, pin, amount_fen, yymm)
            approval = _approval(key) if code == GOOD else ""
            state = State.BOOKED if code == GOOD else State.DECLINED
            holder = account.name if account is not None else ""
            self.ledger.add(Booking(key, Kind.PURCHASE, holder, amount_fen, state, approval=approval))
            return code, approval

    def refund(self, name: Name, pan: str, amount_fen: int) -> tuple[str, str]:
        """Money for the card, without a payment that it belongs to."""
        key = Key(*name)
        with self.ledger.message():
            self._known(key.terminal)
            standing = self._accounts.get(pan)
            account = self._account(standing)
            if self.ledger.booking(key) is not None:
                return "94", ""
            code = "14" if standing is None or account is None else standing.status
            if account is None or code != GOOD:
                self.ledger.add(Booking(key, Kind.REFUND, "", amount_fen, State.DECLINED))
                return code, ""
            approval = _approval(key)
            self.ledger.put_account(account)
            self.ledger.add(Booking(key, Kind.REFUND, account.name, amount_fen, State.BOOKED, approval=approval))
            return GOOD, approval

    def reverse(self, name: Name, amount_fen: int, kind: str = "PURCHASE") -> str:
        """00: it is not booked any more. 25: it never was and never will be. 64: another amount, 40: its batch is settled."""
        key = Key(*name)
        with self.ledger.message():
            booking = self.ledger.booking(key)
            if booking is None:
                self._known(key.terminal)
                self.ledger.add(Booking(key, Kind[kind], "", amount_fen, State.BARRED))
                return NEVER_BOOKED
            if booking.amount_fen != amount_fen or booking.kind is not Kind[kind]:
                return "64"
            if booking.state in (State.DECLINED, State.BARRED):
                return NEVER_BOOKED
            if booking.state is not State.REVERSED:
                if self.ledger.settled(key.terminal, key.batch) is not None:
                    return "40"
                for follower in self.ledger.followers(key):
                    if follower.moved_fen:
                        self.ledger.turn(follower, State.REVERSED)
                self.ledger.turn(booking, State.REVERSED)
            return GOOD

    def give_back(self, name: Name, part_name: Name, part_fen: int) -> str:
        """A part of a payment goes back under a key of its own: 00, or 12 when that payment does not hold so much any more."""
        key, part = Key(*name), Key(*part_name)
        with self.ledger.message():
            booking, before = self.ledger.booking(key), self.ledger.booking(part)
            if before is not None:
                return GOOD if before.origin == key and before.amount_fen == part_fen else "94"
            given_fen = sum(-each.moved_fen for each in self.ledger.followers(key))
            if (
                booking is None
                or booking.state is not State.BOOKED
                or not 0 < part_fen <= booking.amount_fen - given_fen
            ):
                return "12"
            self.ledger.add(Booking(part, Kind.REFUND, booking.account, part_fen, State.BOOKED, key))
            return GOOD

    def settle(self, terminal: str, batch: int) -> int:
        """Closes the batch: what it moved, in fen. The same answer however often it is asked."""
        with self.ledger.message():
            if self.ledger.settled(terminal, batch) is None:
                self.ledger.settle(terminal, batch, True, {})
                self.ledger.put_terminal(replace(self.ledger.terminal(terminal), batch=batch + 1))
            return sum(booking.moved_fen for booking in self.ledger.bookings(terminal, batch))

    def _known(self, terminal: str) -> None:
        """So that the ledger's snapshot tells of it."""
        self.ledger.put_terminal(self.ledger.terminal(terminal))

    def _account(self, standing: Standing | None) -> Account | None:
        return self.ledger.account(standing.name, standing.opened_fen) if standing is not None else None

    def _judged(self, standing: Standing | None, account: Account | None, pin: str, amount_fen: int, yymm: str) -> str:
        """Wrong PINs are counted."""
        if standing is None or account is None:
            return "14"
        self.ledger.put_account(account)
        if account.wrong_pins >= TRIES:
            return "75"
        if standing.status != GOOD:
            return standing.status
        if yymm > standing.perso.expiry:
            return "54"
        wrong = 0 if pin == standing.perso.pin else account.wrong_pins + 1
        self.ledger.put_account(replace(account, wrong_pins=wrong))
        if wrong:
            return "55" if wrong < TRIES else "75"
        if amount_fen > standing.limit_fen:
            return "61"
        return GOOD if amount_fen <= account.balance_fen else "51"


def _approval(key: Key) -> str:
    return sha256(str(key).encode()).hexdigest()[:6].upper()
