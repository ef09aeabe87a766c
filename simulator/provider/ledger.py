"""The provider's memory: orders, what was booked, payers, used nonces, in one file.

Bookings are only added, and the file itself allows one payment and one refund for each order. An order is kept as it stands;
`wrong` compares both with the payers' balances.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from simulator.one_file import OneFile

SCHEMA = """
create table if not exists payer (name text primary key, opened_fen integer, balance_fen integer);
create table if not exists purchase (
    merchant text, name text, text text unique, state text, due_ms integer, body text, primary key (merchant, name));
create table if not exists booking (
    id integer primary key autoincrement, merchant text, name text, kind text, payer text, amount_fen integer, at_ms integer,
    unique (merchant, name, kind));
create table if not exists attempt (merchant text, name text, payer text, amount_fen integer, code text, at_ms integer);
create table if not exists nonce (merchant text, nonce text, time_ms integer, primary key (merchant, nonce));
create index if not exists aged on nonce (time_ms)
"""

PAYMENT, REFUND = "payment", "refund"


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands. `state`: open, paid, closed, declined, refunded (the sheet splits open by the clock). `text`: what the
    code says. `due_ms` > 0: `due_payer` began to pay, and it is booked then."""

    merchant: str
    name: str
    way: str
    amount_fen: int
    text: str
    created_ms: int
    expires_ms: int
    state: str = "open"
    seen: bool = False
    payer: str = ""
    reference: str = ""
    paid_ms: int = 0
    reason: str = ""
    refund: str = ""
    refunded_ms: int = 0
    refund_refused: bool = False
    closed_ms: int = 0
    due_ms: int = 0
    due_payer: str = ""


class Ledger(OneFile):
    """One file and all of its tables; `payers` (name -> fen) are added when they are new. Raises LedgerError."""

    def __init__(
        self,
        path: Path | str,
        payers: Mapping[str, int],
        connection: type[sqlite3.Connection] = sqlite3.Connection,
    ) -> None:
        super().__init__(path, SCHEMA, connection)
        with self.message():
            for name, fen in payers.items():
                self._held.execute("insert or ignore into payer values (?, ?, ?)", (name, fen, fen))

    # -- orders

    def order(self, merchant: str, name: str) -> Order | None:
        row = self._held.execute(
            "select body from purchase where merchant = ? and name = ?", (merchant, name)
        ).fetchone()
        return _order(row[0]) if row else None

    def by_text(self, text: str) -> Order | None:
        """The order whose code says `text`."""
        row = self._held.execute("select body from purchase where text = ?", (text,)).fetchone()
        return _order(row[0]) if row else None

    def put(self, order: Order) -> None:
        """Keep it as it stands now. What was declined leaves its text to others; sqlite3.IntegrityError when one has it."""
        body = json.dumps(asdict(order), ensure_ascii=False)
        text = order.text if order.text and order.state != "declined" else None
        self._held.execute(
            "insert into purchase values (?, ?, ?, ?, ?, ?) on conflict (merchant, name) do update set"
            " state = excluded.state, due_ms = excluded.due_ms, body = excluded.body",
            (order.merchant, order.name, text, order.state, order.due_ms, body),
        )

    def due(self, now_ms: int) -> list[Order]:
        """Open orders whose payment was begun and is to be booked by now, the earliest first."""
        rows = self._held.execute(
            "select body from purchase where state = 'open' and due_ms > 0 and due_ms <= ? order by due_ms, name",
            (now_ms,),
        )
        return [_order(row[0]) for row in rows]

    # -- money

    def book(self, order: Order, kind: str, payer: str, at_ms: int) -> str:
        """Move the amount from the payer, or back, and answer the booking's number. Raises sqlite3.IntegrityError the second
        time."""
        done = self._held.execute(
            "insert into booking (merchant, name, kind, payer, amount_fen, at_ms) values (?, ?, ?, ?, ?, ?)",
            (order.merchant, order.name, kind, payer, order.amount_fen, at_ms),
        )
        taken_fen = order.amount_fen if kind == PAYMENT else -order.amount_fen
        self._held.execute("update payer set balance_fen = balance_fen - ? where name = ?", (taken_fen, payer))
        return f"{kind[0].upper()}{done.lastrowid:09}"

    def balance_fen(self, payer: str) -> int:
        row = self._held.execute("select balance_fen from payer where name = ?", (payer,)).fetchone()
        return int(row[0]) if row else 0

    def tried(self, merchant: str, name: str, payer: str, amount_fen: int, code: str, at_ms: int) -> None:
        """A payment that a phone wanted and did not get, and why."""
        self._held.execute(
            "insert into attempt values (?, ?, ?, ?, ?, ?)", (merchant, name, payer, amount_fen, code, at_ms)
        )

    # -- nonces

    def use_nonce(self, merchant: str, nonce: str, time_ms: int, forget_before_ms: int) -> bool:
        """False: it was used before. Those of calls dated before `forget_before_ms` are forgotten, for such a call is refused
        by its date."""
        self._held.execute("delete from nonce where time_ms < ?", (forget_before_ms,))
        done = self._held.execute("insert or ignore into nonce values (?, ?, ?)", (merchant, nonce, time_ms))
        return done.rowcount > 0

    # -- for the auditor

    def snapshot(self) -> dict[str, Any]:
        """Everything but nonces, as JSON values, in the order in which it happened."""
        return {
            "orders": [json.loads(row[0]) for row in self._held.execute("select body from purchase order by rowid")],
            "bookings": self._rows("booking", "id"),
            "attempts": self._rows("attempt", "rowid"),
            "payers": self._rows("payer", "name"),
            "wrong": self.wrong(),
        }

    def wrong(self) -> list[str]:
        """What does not add up, in words; empty when all is right."""
        told = [
            f"{row['name']}: balance_fen={row['balance_fen']} expected_fen={row['expected_fen']}"
            for row in self._select(
                "select name, balance_fen, opened_fen - (select coalesce(sum(case kind when 'payment' then amount_fen"
                " else -amount_fen end), 0) from booking where payer = payer.name) as expected_fen from payer"
            )
            if row["balance_fen"] != row["expected_fen"]
        ]
        booked: dict[tuple[str, str], list[str]] = {}
        for row in self._rows("booking", "id"):
            booked.setdefault((row["merchant"], row["name"]), []).append(row["kind"])
        for row in self._rows("purchase", "rowid"):
            kinds = booked.pop((row["merchant"], row["name"]), [])
            expected = {"paid": [PAYMENT], "refunded": [PAYMENT, REFUND]}.get(row["state"], [])
            if kinds != expected:
                told.append(f"{row['merchant']} {row['name']}: {row['state']}, booked {kinds}")
        return told + [f"{merchant} {name}: booked, and no order" for merchant, name in booked]

    def _rows(self, table: str, by: str) -> list[dict[str, Any]]:
        return self._select(f"select * from {table} order by {by}")

    def _select(self, query: str) -> list[dict[str, Any]]:
        found = self._held.execute(query)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]


def _order(body: str) -> Order:
    return Order(**json.loads(body))
