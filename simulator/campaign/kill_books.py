"""The last look at a machine whose processes were killed: journal, matter and the books of station, provider and bank agree.

Phones and chips are witnesses, not judges: a phone whose provider died while it paid does not know that it paid, and a chip may
have agreed to what the machine took back afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from simulator.acquirer import books as bank
from simulator.audit.verdict import Verdict
from simulator.auditor import audit_directory
from simulator.balance import settled as heard_all
from simulator.balance import sold_twice
from simulator.batches import Row, differences
from simulator.passenger.visit import Account
from simulator.provider.books import conserved, sums
from simulator.report import CardBooks, PhoneBooks, orders_of, other_books
from simulator.rig import Rig
from simulator.settling import settle

SETTLE_MS = 1_800_000
TURNS = 50
"""Between two looks into the journal, half a second."""


def judge(rig: Rig, accounts: Sequence[Account]) -> tuple[Verdict, list[str], dict[str, Row]]:
    """What the auditor says once every payment was answered or there was time for it, and what else does not agree; at the end
    the office orders the last settlement: what each account says of each batch."""
    journal = rig.directory / "journal"
    ledger = rig.hands().get("/api/ledger")
    phones, cards = settled(rig, journal)
    batches = settle(rig, rig.serve_until) or {}
    state = settled_station(rig)
    payments, found = other_books(phones, cards)
    verdict = audit_directory(journal, ledger, payments=payments, orders=orders_of(state, rig.identity.machine))
    found += [f"{place} is sold {times} times" for place, times in sold_twice(state)]
    if verdict.sums.open_sales:
        found.append(f"{verdict.sums.open_sales} sales are still open")
    found += differences(batches)
    return verdict, [*found, *disagreements(verdict.captured_fen, phones, cards, accounts)], batches


def settled(rig: Rig, journal: Path) -> tuple[PhoneBooks | None, CardBooks | None]:
    """The others' books when the machine has heard the end of each payment, or after half an hour of its time: then the auditor
    says which one has none."""
    processes = rig.supervisor
    rig.serve_until(
        lambda: all(processes.is_ready(name) for name in processes.all_starts()), SETTLE_MS, "whoever was killed last"
    )
    until_ms = rig.clock.wall_ms() + SETTLE_MS
    while audit_directory(journal).unsettled and rig.clock.wall_ms() < until_ms:
        for _ in range(TURNS):
            rig.turn()
    provider = rig.provider_books()
    phones = None if provider is None else PhoneBooks(provider, rig.identity.machine)
    return phones, rig.card_books(rig.bank_books())


def settled_station(rig: Rig) -> dict[str, Any]:
    """The station's state when it has heard the end of every sale, or after half an hour of its time."""
    until_ms = rig.clock.wall_ms() + SETTLE_MS
    while not heard_all(state := rig.station_state(), [rig.identity.machine]) and rig.clock.wall_ms() < until_ms:
        for _ in range(TURNS):
            rig.turn()
    return state


def disagreements(
    captured_fen: int, phones: PhoneBooks | None, cards: CardBooks | None, accounts: Sequence[Account]
) -> list[str]:
    """`captured_fen`: what the journal says came in without notes."""
    by_phone = sums(phones.books, phones.machine) if phones is not None else {}
    of_phones_fen = by_phone.get("paid_fen", 0) - by_phone.get("refunded_fen", 0)
    of_cards_fen = cards.kept_fen if cards is not None else 0
    found = []
    if captured_fen != of_phones_fen + of_cards_fen:
        found.append(
            f"kept without notes: the journal says {captured_fen}, provider and bank {of_phones_fen}, {of_cards_fen}"
        )
    if phones is not None:
        found += _of_provider(phones.books, _said(account.phone_fen for account in accounts), by_phone["paid_fen"])
    if cards is not None:
        agreed_fen = _said(account.card_fen for account in accounts)
        if of_cards_fen > agreed_fen:
            found.append(f"kept of cards: the bank says {of_cards_fen}, their chips agreed to {agreed_fen}")
        if not bank.conserved(cards.books):
            found.append("the bank's accounts do not add up to what they were opened with")
    return found


def _of_provider(books: Mapping[str, Any], said_fen: int, paid_fen: int) -> list[str]:
    found = [f"the provider's ledger: {sentence}" for sentence in books["wrong"]]
    if said_fen > paid_fen:
        found.append(f"paid by phone: phones say {said_fen}, the provider {paid_fen}")
    if not conserved(books):
        found.append("the provider's accounts do not add up to what they were opened with")
    return found


def _said(each: Any) -> int:
    return sum(sum(said or ()) for said in each)
