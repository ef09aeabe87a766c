"""The report of a run: what the auditor read and counted, what the passengers say they gave and got, where the time went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.acquirer import books as bank
from simulator.audit.coins import CUP
from simulator.auditor import Orders, Verdict, audit_directory
from simulator.balance import books, differences
from simulator.batches import Row
from simulator.batches import differences as batch_differences
from simulator.endings import endings, stops
from simulator.passenger.kinds import CANNOT_READ
from simulator.passenger.visit import Account
from simulator.provider.books import conserved, payments, sums
from simulator.timesplit import CLASSES, SaleTimes, read_lines, split

Motions = dict[str, list[list[int | None]]]
BAD_OUTCOMES = ("stuck", "out of service", CANNOT_READ)


@dataclass(slots=True)
class MotionLog:
    """All motions of a run, gathered piece by piece: the cabinet remembers only the last ones."""

    devices: Motions = field(default_factory=dict)
    since_ms: int = 0

    def gather(self, told: Mapping[str, Any]) -> None:
        """Add an answer of `/api/busy`; a motion told again replaces what was known of it."""
        for device, motions in told["devices"].items():
            known = {motion[0]: motion for motion in self.devices.get(device, [])}
            known.update({motion[0]: motion for motion in motions})
            self.devices[device] = sorted(known.values(), key=lambda motion: motion[0] or 0)
        self.since_ms = max(0, told["now_ms"] - 60_000)


@dataclass(frozen=True, slots=True)
class PhoneBooks:
    """The settled books of the provider of phone codes, and what it calls the machine."""

    books: Mapping[str, Any]
    machine: str

    def payments(self) -> dict[int, tuple[str, int, int]]:
        """For the auditor."""
        return payments(self.books, self.machine)


@dataclass(frozen=True, slots=True)
class CardBooks:
    """The books of the bank of cards, and what it calls the machine. `traces`: of a terminal, which has numbers of its own: its
    trace -> the machine's payment; one that is not among them is told as a number below 0."""

    books: Mapping[str, Any]
    terminal: str
    traces: Mapping[int, int] | None = None

    def payments(self) -> dict[int, tuple[str, int, int]]:
        """For the auditor."""
        found = bank.payments(self.books, self.terminal)
        numbers = self.traces
        return found if numbers is None else {numbers.get(trace, -trace): each for trace, each in found.items()}

    @property
    def kept_fen(self) -> int:
        told = bank.sums(self.books, self.terminal)
        return told["paid_fen"] - told["reversed_fen"]


def traces(journal: Path) -> dict[int, int]:
    """The terminal's trace, the end of a reference (decision page 049) -> number of the payment that was approved under it."""
    said = (line.fact for line in read_lines(journal) if line.fact["kind"] == "auth!" and line.fact.get("reference"))
    return {int(fact["reference"].rpartition(".")[2]): fact["payment"] for fact in said}


def passengers_say(accounts: Sequence[Account]) -> dict[str, Any]:
    """Sums of the passengers' own accounts, in fen and pieces."""
    return {
        "visits": dict(sorted(Counter(f"{a.kind}: {a.outcome}" for a in accounts).items())),
        "inserted_fen": sum(sum(a.inserted_fen) for a in accounts),
        "returned_fen": sum(sum(a.returned_fen) for a in accounts),
        "got_fen": sum(sum(a.change_fen) + sum(a.coins_fen) for a in accounts),
        "coins_fen": sum(sum(a.coins_fen) for a in accounts),
        "tickets": sum(a.tickets for a in accounts),
        "slips": sum(a.slips for a in accounts),
        "stops_seen": sum(a.screens.count("oos") for a in accounts),
    }


def disagreements(
    said: Mapping[str, Any], told: Mapping[str, Any], accounts: Sequence[Account], left_fen: int = 0
) -> list[str]:
    """Where passengers and auditor differ: three accounts of one run must be the same. `left_fen`: coins that lie in the cup, the
    passengers' already, and nobody has taken them."""
    fen, tickets = told["fen"], told["tickets"]
    pairs = (
        ("notes inserted", said["inserted_fen"] - said["returned_fen"], fen["kept"]),
        ("change and refunds taken", said["got_fen"] - said["coins_fen"], fen["change"] + fen["refund"]),
        ("coins taken and left in the cup", said["coins_fen"] + left_fen, fen["coins"]),
        ("tickets taken", said["tickets"], tickets["taken"]),
    )
    found = [f"{what}: passengers say {ours}, the journal {theirs}" for what, ours, theirs in pairs if ours != theirs]
    if told["open_sales"]:
        found.append(f"{told['open_sales']} sales are still open")
    return found + [
        f"passenger {number} ({a.kind}): {a.outcome}"
        for number, a in enumerate(accounts, start=1)
        if a.outcome.startswith(BAD_OUTCOMES)
    ]


def by_kind(accounts: Sequence[Account]) -> dict[str, dict[str, Any]]:
    """Per kind of passenger: visits, purchases, and of a purchase the mean seconds (the passenger's own), touches and
    tickets; where a kind never buys, of a visit."""
    kinds: dict[str, list[Account]] = {}
    for account in accounts:
        kinds.setdefault(account.kind, []).append(account)
    return {kind: _of_kind(each) for kind, each in sorted(kinds.items())}


def of_purchases(accounts: Sequence[Account]) -> Sequence[Account]:
    """The visits of who bought; all of them when nobody did."""
    return [account for account in accounts if account.tickets] or accounts


def _of_kind(accounts: Sequence[Account]) -> dict[str, Any]:
    counted = of_purchases(accounts)
    return {
        "visits": len(accounts),
        "bought": sum(account.tickets > 0 for account in accounts),
        "mean_s": round(sum(each.ended_ms - each.begun_ms for each in counted) / 1000 / len(counted), 1),
        "mean_touches": round(sum(each.touches for each in counted) / len(counted), 1),
        "mean_tickets": round(sum(each.tickets for each in counted) / len(counted), 2),
        **(
            {"ways": ways(accounts)}
            if any((each.phone_fen, each.card_fen) != (None, None) for each in accounts)
            else {}
        ),
    }


def way_of(account: Account) -> str:
    """How somebody paid: by phone or card as soon as one paid anything; empty when nothing was paid."""
    if account.phone_fen or account.card_fen:
        return "phone" if account.phone_fen else "card"
    return "cash" if sum(account.inserted_fen) > sum(account.returned_fen) else ""


def ways(accounts: Sequence[Account]) -> dict[str, int]:
    """Way of payment -> how many bought so."""
    return dict(sorted(Counter(way_of(account) for account in accounts if account.tickets).items()))


def phone_differences(
    books: Mapping[str, Any], machine: str, captured_fen: int, accounts: Sequence[Account]
) -> list[str]:
    """Where the provider's books, the journal and the passengers' phones differ, for one machine."""
    there = sums(books, machine)
    said_fen = sum(sum(account.phone_fen or ()) for account in accounts)
    pairs = (
        ("paid by phone: phones say", said_fen, "the provider", there["paid_fen"]),
        ("kept of phones: the journal says", captured_fen, "the provider", there["paid_fen"] - there["refunded_fen"]),
    )
    found = [f"{what} {ours}, {who} {theirs}" for what, ours, who, theirs in pairs if ours != theirs]
    if not conserved(books):
        found.append("the provider's accounts do not add up to what they were opened with")
    return [*found, *(f"the provider's ledger: {sentence}" for sentence in books["wrong"])]


def card_differences(books: CardBooks, captured_fen: int, accounts: Sequence[Account]) -> list[str]:
    """Where the bank's books, the journal and the chips of the passengers' cards differ, for one machine."""
    there = bank.sums(books.books, books.terminal)
    said_fen = sum(sum(account.card_fen or ()) for account in accounts)
    pairs = (
        ("paid by card: chips say", said_fen, "the bank", there["paid_fen"]),
        ("kept of cards: the journal says", captured_fen, "the bank", books.kept_fen),
    )
    found = [f"{what} {ours}, {who} {theirs}" for what, ours, who, theirs in pairs if ours != theirs]
    if not bank.conserved(books.books):
        found.append("the bank's accounts do not add up to what they were opened with")
    return found


def other_books(
    phones: PhoneBooks | None, cards: CardBooks | None
) -> tuple[dict[int, tuple[str, int, int]] | None, list[str]]:
    """All payments that the others know of, by the machine's number, and what was paid at both; None without any other."""
    if phones is None and cards is None:
        return None, []
    by_phone = phones.payments() if phones is not None else {}
    by_card = cards.payments() if cards is not None else {}
    twice = sorted(by_phone.keys() & by_card.keys())
    return {**by_phone, **by_card}, [f"payment {number} is in the books of provider and bank" for number in twice]


def of_coins(verdict: Verdict, ledger: Mapping[str, Any], taken_fen: int) -> dict[str, Any]:
    """Of a machine with hoppers: what fell by the journal, what passengers took out of the cup and left there, in fen; and by face
    value how many coins the books say and how many lie there. Empty where there is no hopper."""
    if not verdict.hoppers:
        return {}
    lies = Counter(coin["place"] for coin in ledger["coins"])
    booked: Counter[str] = Counter()
    there: Counter[str] = Counter()
    for number, (value_fen, coins) in verdict.hoppers.items():
        booked[str(value_fen)] += coins
        there[str(value_fen)] += lies[f"hopper.{number}"] + lies[f"hopper.{number}.exit"]
    left_fen = sum(coin["value_fen"] for coin in ledger["coins"] if coin["place"] == CUP)
    told = {"fell_fen": verdict.sums.coins_fen, "taken_fen": taken_fen, "left_fen": left_fen}
    return {"coins": {**told, "booked": dict(booked), "there": dict(there)}}


def orders_of(state: Mapping[str, Any], machine: str) -> Orders:
    """By number what became of the places of each order at this machine, of the station's whole state: `given` are all numbers any
    machine got for one. A place that another machine has or had is left out: that one's journal speaks of it."""
    given: dict[tuple[str, int], list[str]] = {}
    for sale in state["sales"].values():
        for index, numbers in zip(sale["indices"], sale["numbers"], strict=False):
            given.setdefault((sale["order"], index), []).extend(numbers)
    return {
        number: [
            {"state": place["state"], "number": place["number"], "given": given.get((number, index), [])}
            for index, place in enumerate(order["places"])
            if place["key"].partition(".")[0] in ("", machine)
        ]
        for number, order in state["orders"].items()
    }


def picked_up(orders: Orders) -> dict[str, int]:
    """Places of orders by what became of them; those that nobody has fetched are no machine's."""
    states = (str(place["state"]) for places in orders.values() for place in places)
    return dict(sorted(Counter(state for state in states if state != "open").items()))


def times(each: Sequence[SaleTimes]) -> dict[str, Any]:
    """Mean real ms by class, and every sale."""
    count = max(1, len(each))
    mean = {name: round(sum(sale.ms[name] for sale in each) / count) for name in CLASSES}
    return {"mean_ms": mean, "sales": [sale.as_dict() for sale in each]}


def make_report(
    journal: Path,
    ledger: Mapping[str, Any],
    motions: Motions,
    accounts: Sequence[Account],
    run: Mapping[str, Any],
    phones: PhoneBooks | None = None,
    cards: CardBooks | None = None,
    orders: Orders | None = None,
    batches: Mapping[str, Row] | None = None,
) -> dict[str, Any]:
    """The whole report; `violations` counts what is not accounted for, `found` says it. `orders`: what the station believes of
    those that are picked up (`orders_of`); `batches`: of cards, as bank, machine and station have them."""
    paid_elsewhere, twice = other_books(phones, cards)
    verdict = audit_directory(journal, ledger, payments=paid_elsewhere, orders=orders)
    told, said = verdict.as_dict(), passengers_say(accounts)
    crashed = [f"{name} was started {starts} times" for name, starts in run.get("starts", {}).items() if starts > 1]
    coins = of_coins(verdict, ledger, said["coins_fen"])
    left_fen = coins["coins"]["left_fen"] if coins else 0
    found = [*told.pop("violations"), *disagreements(said, told, accounts, left_fen), *crashed, *twice]
    paid: dict[str, Any] = {}
    of_cards_fen = verdict.captured_fen  # the journal's word for all that is no cash
    if phones is not None:
        of_phones_fen = verdict.captured_fen - (cards.kept_fen if cards is not None else 0)
        found += phone_differences(phones.books, phones.machine, of_phones_fen, accounts)
        there = sums(phones.books, phones.machine)
        paid = {"phones": {"captured_fen": of_phones_fen, **there}, "ways": ways(accounts)}
        of_cards_fen -= there["paid_fen"] - there["refunded_fen"]
    if cards is not None:
        found += card_differences(cards, of_cards_fen, accounts)
        there = bank.sums(cards.books, cards.terminal)
        paid |= {"cards": {"captured_fen": of_cards_fen, **there}, "ways": ways(accounts)}
    if batches is not None:
        found += batch_differences(batches)
        paid |= {"batches": dict(batches)}
    lines = list(read_lines(journal))
    return {
        "run": dict(run),
        **told,
        "ended": endings(lines),
        "faults": stops(lines),
        **coins,
        **({"pickups": picked_up(orders)} if orders is not None else {}),
        **paid,
        "passengers": said,
        "violations": len(found),
        "found": found,
        "times": times(split(lines, motions)),
        "kinds": by_kind(accounts),
        "visits": [account.as_dict() for account in accounts],
    }


SUMMED = ("records", "sales", "open_sales", "ended", "faults", "fen", "tickets", "passengers")
SUMMED_OF_PHONES = ("coins", "pickups", "phones", "cards", "ways")
"""Parts of a machine's report that may be added up."""


def add_up(parts: Sequence[Any]) -> Any:
    """The sum of numbers, or of mappings of them name by name."""
    if not all(isinstance(part, Mapping) for part in parts):
        return sum(parts)
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: add_up([part[name] for part in parts if name in part]) for name in names}


def joint_report(
    machines: Mapping[str, Mapping[str, Any]],
    accounts: Mapping[str, Sequence[Account]],
    state: Mapping[str, Any],
    run: Mapping[str, Any],
) -> dict[str, Any]:
    """One report of several machines at one station: what they come to together, the station's books, and each one's own part.
    `machines`: name -> what `make_report` made; `state`: the station's whole state."""
    parts = list(machines.values())
    everybody = [account for each in accounts.values() for account in each]
    apart = differences(state, machines)
    found = [f"{name}: {sentence}" for name, part in machines.items() for sentence in part["found"]]
    sales = [sale for part in parts for sale in part["times"]["sales"]]
    mean = {name: round(sum(sale[name] for sale in sales) / max(1, len(sales))) for name in CLASSES}
    return {
        "run": dict(run),
        **{name: add_up([part[name] for part in parts]) for name in SUMMED},
        **{
            name: add_up([part[name] for part in parts if name in part])
            for name in SUMMED_OF_PHONES
            if any(name in part for part in parts)
        },
        "violations": len(found) + len(apart),
        "found": [*found, *(f"station: {sentence}" for sentence in apart)],
        "times": {"mean_ms": mean},
        "kinds": by_kind(everybody),
        "station": {name: books(state, name) for name in machines},
        "machines": dict(machines),
    }
