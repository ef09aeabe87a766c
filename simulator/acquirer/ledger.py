"""The bank's memory: accounts, terminals, bookings and batches in one SQLite file.

One transaction for each message, on disk before the answer leaves; a kill at any moment leaves all of it or nothing. No card
number is stored: an account has a name. sqlite3.Error from any method means: stop, do not answer.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import Enum, unique
from pathlib import Path
from typing import Any

from simulator.one_file import OneFile

SCHEMA = """
create table if not exists terminal (id text primary key, generation integer, signed_in integer, batch integer);
create table if not exists account (
    name text primary key, opened_fen integer, balance_fen integer, wrong_pins integer, atc integer);
create table if not exists booking (
    terminal text, batch integer, trace integer, kind text, account text, amount_fen integer, state text,
    origin_batch integer, origin_trace integer, reference text, approval text, answer text,
    primary key (terminal, batch, trace));
create index if not exists follower on booking (terminal, origin_batch, origin_trace);
create table if not exists batch (
    terminal text, number integer, settled integer, answer text, primary key (terminal, number));
create table if not exists advice (
    terminal text, batch integer, trace integer, code text, content text, primary key (terminal, batch, trace, code));
"""


@unique
class Kind(Enum):
    """What a booking is. The value is how field 3, field 25 and the first two digits of field 60 name it."""

    PURCHASE = ("000000", "00", "22")
    VOID = ("200000", "00", "23")
    REFUND = ("200000", "00", "25")
    HOLD = ("030000", "06", "10")
    COMPLETION = ("000000", "06", "20")


@unique
class State(Enum):
    """Where a booking stands; `Booking.moved_fen` says what that takes."""

    DECLINED = "nothing was booked"
    BARRED = "reversed before it came: it will never be booked"
    BOOKED = "booked"
    REVERSED = "booked and taken back"
    VOIDED = "booked, and undone by a void in the same batch"
    COMPLETED = "a hold whose completion is booked"


STANDING = (State.BOOKED, State.VOIDED, State.COMPLETED)


@dataclass(frozen=True, slots=True)
class Terminal:
    """`generation` counts sign-ins (0: never), `batch` is the open batch, 1-999999."""

    id: str
    generation: int = 0
    signed_in: bool = False
    batch: int = 1


@dataclass(frozen=True, slots=True)
class Account:
    """Money in fen; `wrong_pins` in a row; `atc` is the highest counter of its chip so far."""

    name: str
    opened_fen: int
    balance_fen: int
    wrong_pins: int = 0
    atc: int = 0


@dataclass(frozen=True, slots=True)
class Key:
    """What a terminal calls a booking; a trace is never used twice in a batch."""

    terminal: str
    batch: int
    trace: int


@dataclass(frozen=True, slots=True)
class Booking:
    """One payment message and what became of it; `answer` are the answer's fields but for the card number."""

    key: Key
    kind: Kind
    account: str
    amount_fen: int
    state: State
    origin: Key | None = None
    reference: str = ""
    approval: str = ""
    answer: Mapping[int, str] | None = None

    @property
    def moved_fen(self) -> int:
        """What it takes from the account now; negative when it gives. A voided payment and its void cancel out."""
        if self.state in (State.DECLINED, State.BARRED, State.REVERSED, State.COMPLETED):
            return 0
        return -self.amount_fen if self.kind in (Kind.VOID, Kind.REFUND) else self.amount_fen


class Ledger(OneFile):
    """Opens or makes the file. Raises LedgerError. `connection` is the class of the connection (a test's kills on purpose)."""

    def __init__(self, path: Path, connection: type[sqlite3.Connection] = sqlite3.Connection) -> None:
        super().__init__(path, SCHEMA, connection)

    def terminal(self, name: str) -> Terminal:
        row = self._held.execute("select * from terminal where id = ?", (name,)).fetchone()
        return Terminal(row[0], row[1], bool(row[2]), row[3]) if row else Terminal(name)

    def put_terminal(self, terminal: Terminal) -> None:
        self._held.execute(
            "insert or replace into terminal values (?, ?, ?, ?)",
            (terminal.id, terminal.generation, terminal.signed_in, terminal.batch),
        )

    def account(self, name: str, opened_fen: int) -> Account:
        """An account that was never seen has what it was opened with."""
        row = self._held.execute("select * from account where name = ?", (name,)).fetchone()
        return Account(*row) if row else Account(name, opened_fen, opened_fen)

    def put_account(self, account: Account) -> None:
        self._held.execute(
            "insert or replace into account values (?, ?, ?, ?, ?)",
            (account.name, account.opened_fen, account.balance_fen, account.wrong_pins, account.atc),
        )

    def booking(self, key: Key) -> Booking | None:
        row = self._held.execute(
            "select * from booking where terminal = ? and batch = ? and trace = ?", (key.terminal, key.batch, key.trace)
        ).fetchone()
        return _booking(row) if row else None

    def bookings(self, terminal: str, batch: int | None = None) -> list[Booking]:
        """All of a terminal, or of one batch, in the order of their traces."""
        rows = self._held.execute(
            "select * from booking where terminal = ? and batch = coalesce(?, batch) order by batch, trace",
            (terminal, batch),
        )
        return [_booking(row) for row in rows]

    def followers(self, key: Key) -> list[Booking]:
        """What stands on a booking: its void, completion or refunds."""
        rows = self._held.execute(
            "select * from booking where terminal = ? and origin_batch = ? and origin_trace = ?",
            (key.terminal, key.batch, key.trace),
        )
        return [_booking(row) for row in rows]

    def count(self, terminal: str, batch: int) -> int:
        """Bookings of a batch that stand."""
        row = self._held.execute(
            "select count(*) from booking where terminal = ? and batch = ? and state in (?, ?, ?)",
            (terminal, batch, *(state.name for state in STANDING)),
        ).fetchone()
        return int(row[0])

    def add(self, booking: Booking) -> None:
        """Books: the account moves by what the booking takes. Raises sqlite3.IntegrityError when the key is taken."""
        origin = booking.origin
        self._held.execute(
            "insert into booking values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                booking.key.terminal,
                booking.key.batch,
                booking.key.trace,
                booking.kind.name,
                booking.account,
                booking.amount_fen,
                booking.state.name,
                origin.batch if origin else None,
                origin.trace if origin else None,
                booking.reference,
                booking.approval,
                json.dumps({str(number): text for number, text in (booking.answer or {}).items()}),
            ),
        )
        self._move(booking.account, booking.moved_fen)

    def turn(self, booking: Booking, state: State) -> None:
        """The booking is in another state from now on, and the account follows."""
        self._held.execute(
            "update booking set state = ? where terminal = ? and batch = ? and trace = ?",
            (state.name, booking.key.terminal, booking.key.batch, booking.key.trace),
        )
        self._move(booking.account, replace(booking, state=state).moved_fen - booking.moved_fen)

    def settled(self, terminal: str, batch: int) -> tuple[bool, Mapping[int, str]] | None:
        """Whether a batch is closed (False: it waits for its details), and the answer that was given; None: never asked."""
        row = self._held.execute(
            "select settled, answer from batch where terminal = ? and number = ?", (terminal, batch)
        ).fetchone()
        return (bool(row[0]), _fields(row[1])) if row else None

    def settle(self, terminal: str, batch: int, closed: bool, answer: Mapping[int, str]) -> None:
        self._held.execute(
            "insert or replace into batch values (?, ?, ?, ?)",
            (terminal, batch, closed, json.dumps({str(number): text for number, text in answer.items()})),
        )

    def note(self, key: Key, code: str, content: str) -> None:
        """Keep an advice or details of a batch; the same one again changes nothing."""
        self._held.execute(
            "insert or ignore into advice values (?, ?, ?, ?, ?)", (key.terminal, key.batch, key.trace, code, content)
        )

    def advices(self, terminal: str) -> list[tuple[str, str]]:
        """Code and content of all that was noted, in the order it came."""
        rows = self._held.execute("select code, content from advice where terminal = ? order by rowid", (terminal,))
        return [(str(code), str(content)) for code, content in rows]

    def forgive(self, account: str) -> bool:
        """Forget wrong PINs; False when nobody used such an account yet."""
        return self._held.execute("update account set wrong_pins = 0 where name = ?", (account,)).rowcount > 0

    def snapshot(self) -> dict[str, Any]:
        """Everything but answers, as JSON values: terminals, accounts, bookings, batches that were settled, and what does not add
        up."""
        terminals = [
            Terminal(row[0], row[1], bool(row[2]), row[3]) for row in self._held.execute("select * from terminal")
        ]
        bookings = [booking for terminal in terminals for booking in self.bookings(terminal.id)]
        return {
            "terminals": [asdict(terminal) for terminal in terminals],
            "accounts": [asdict(Account(*row)) for row in self._held.execute("select * from account order by name")],
            "bookings": [
                {
                    **asdict(booking.key),
                    "kind": booking.kind.name.lower(),
                    "account": booking.account,
                    "amount_fen": booking.amount_fen,
                    "state": booking.state.name.lower(),
                    "moved_fen": booking.moved_fen,
                    "code": (booking.answer or {}).get(39, ""),
                }
                for booking in bookings
            ],
            "batches": [
                {"terminal": row[0], "batch": row[1], "closed": bool(row[2])}
                for row in self._held.execute("select terminal, number, settled from batch order by terminal, number")
            ],
            "wrong": self.wrong(),
        }

    def wrong(self) -> list[str]:
        """Accounts whose balance is not what was there at first less what is booked; empty when all is right."""
        moved: dict[str, int] = {}
        for row in self._held.execute("select * from booking"):
            booking = _booking(row)
            moved[booking.account] = moved.get(booking.account, 0) + booking.moved_fen
        accounts = {row[0]: Account(*row) for row in self._held.execute("select * from account")}
        told = [f"{name}: booked, but has no account" for name in moved if moved[name] and name not in accounts]
        for name, account in accounts.items():
            expected_fen = account.opened_fen - moved.get(name, 0)
            if account.balance_fen != expected_fen:
                told.append(f"{name}: balance_fen={account.balance_fen} expected_fen={expected_fen}")
        return told

    def _move(self, account: str, taken_fen: int) -> None:
        if taken_fen:
            self._held.execute("update account set balance_fen = balance_fen - ? where name = ?", (taken_fen, account))


def _fields(text: str) -> dict[int, str]:
    return {int(number): value for number, value in json.loads(text).items()}


def _booking(row: tuple[Any, ...]) -> Booking:
    key = Key(row[0], row[1], row[2])
    origin = Key(row[0], row[7], row[8]) if row[7] is not None else None
    return Booking(key, Kind[row[3]], row[4], row[5], State[row[6]], origin, row[9], row[10], _fields(row[11]) or None)
