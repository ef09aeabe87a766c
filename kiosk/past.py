"""The past of this machine, read from its journal at start: stock, sale counter, the sale that was open, deeds left undone.

The facts of the open sale are fed through the same `Sale`; the intents must come out as journaled, or the code is not the
one that wrote them (house style 5). Sales that ended are not decided again: an update may decide otherwise, and installs only
when none is open. What happens next with an open sale is recovery's.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace

from kiosk.errors import JournalError
from kiosk.journal_lines import STATE, Line
from kiosk.kept import NOT_KEPT, fill, plain
from kiosk.ordered import Ordered
from kiosk.payment.unsettled import Unsettled
from kiosk.ports.fact import Fact
from kiosk.ports.note_acceptor import DepositPast
from kiosk.records import Record, fact_of, record_of
from kiosk.sale.facts import Restarted, SaleStarted
from kiosk.sale.intents import Intent
from kiosk.sale.sale import FACTS, Sale, SaleContext
from kiosk.stock import Stock

log = logging.getLogger(__name__)


def belongs_to_sale(fact: Fact) -> bool:
    """Whether facts of this kind go to a sale; `Sale.takes` says whether this one goes to that sale."""
    return type(fact).__name__ in FACTS


@dataclass(slots=True)
class Past:
    """`sale` is the open one or None; `before` the counters of its last deed of each kind. `deposits`, by boot: what the bulk
    escrow said at earlier starts that no outcome followed.

    `orphans`: notes of no sale that were on their way back, number -> (face value, counters before). `coin_orders`: to hoppers,
    without an outcome, order -> record.
    `undone`: reports to the station that were journaled and never answered, oldest first, by (kind, sale key). `last_wall_ms` of
    the last line, 0 for a new journal; `lived_wall_ms` of the last line on which the open sale went on (a restart is no sign of
    life).
    """

    stock: Stock
    sales: int = 0
    sale: Sale | None = field(default=None, metadata=NOT_KEPT)
    recovering: bool = field(default=False, metadata=NOT_KEPT)
    before: dict[str, Mapping[str, int]] = field(default_factory=dict, metadata=NOT_KEPT)
    deposits: dict[int, DepositPast] = field(default_factory=dict)
    orphans: dict[int, tuple[int, Mapping[str, int]]] = field(default_factory=dict)
    coin_orders: dict[int, Record] = field(default_factory=dict)
    undone: dict[tuple[str, str], list[Record]] = field(default_factory=dict)
    unsettled: Unsettled = field(default_factory=Unsettled)
    ordered: Ordered = field(default_factory=Ordered)
    acked: int = 0
    last_wall_ms: int = 0
    lived_wall_ms: int = 0


def fold(lines: Iterable[Line], stock: Stock, context: SaleContext) -> Past:
    """Fold all lines. Raises JournalError when the open sale does not replay as it was written."""
    folding = Folding(stock, context)
    for line in lines:
        folding.hear(line)
    return folding.done()


class Folding:
    """One line after the other, as a journal of many days is read: none is kept but those of a sale that may still be open."""

    def __init__(self, stock: Stock, context: SaleContext) -> None:
        self._past, self._context = Past(stock), context
        self._fresh = True  # nothing was heard yet
        self._since: list[Line] = []  # since the last sale began, until it ended

    def hear(self, line: Line) -> None:
        """A state line is the past so far for whoever has read nothing before it; others know it already."""
        fresh, self._fresh = self._fresh, False
        if line.fact["kind"] == STATE:
            if fresh:
                fill(self._past, line.fact["past"])
        elif line.fact["kind"] == "sale.start":
            self._over()
            self._since = [line]
        elif self._since:
            self._since.append(line)
        else:
            self._fold(line, decides=False)
        if any(intent["kind"] == "sale.end" for intent in line.intents):
            self._over()

    def fits(self, fact: Record) -> bool:
        """Whether this program can stand where a state line says: a newer one may have written it, and was taken back."""
        try:
            fill(deepcopy(self._past), fact["past"])
        except (JournalError, KeyError) as error:
            log.warning("lines before a state line are read: %s", error)
            return False
        return True

    def state(self) -> Record | None:
        """What a state line says after the lines so far; None while a sale is open, of which a state tells nothing."""
        return None if self._since else {"past": plain(Past, self._past)}

    @property
    def stock(self) -> Stock:
        return self._past.stock

    def _over(self) -> None:
        """Sales that ended are not decided again."""
        kept, self._since = self._since, []
        for line in kept:
            self._fold(line, decides=False)

    def done(self) -> Past:
        """All was heard. Raises JournalError when the open sale does not replay as it was written."""
        past = self._past
        for line in self._since:
            self._fold(line, decides=True)
        self._since = []
        past.stock.begin()
        past.unsettled.begin()
        return past

    def _fold(self, line: Line, decides: bool) -> None:
        """`decides`: it is of the open sale, or came while it was open."""
        past = self._past
        past.stock.hear(line.fact)
        if line.fact["kind"] == "sale.start":
            past.sales = line.fact["number"]
        if decides:
            _sale(past, line, self._context)
        past.stock.book(line.intents)
        past.unsettled.hear(line.fact, 0, line.wall_ms)
        past.ordered.hear(line.fact)
        past.unsettled.book(line.intents, 0)
        _undone(past, line)
        _orphans(past, line)
        _coin_orders(past, line)
        past.last_wall_ms = line.wall_ms
        if line.fact["kind"] == "ack":
            past.acked = max(past.acked, line.fact["acked"])


def _sale(past: Past, line: Line, context: SaleContext) -> None:
    kind = line.fact["kind"]
    if kind == "deposit.past":
        told = fact_of(line.fact)
        assert isinstance(told, DepositPast)
        past.deposits[line.boot] = told  # the last word of that start
        return
    if "notes" in line.fact or kind in ("sale.start", "stack!"):
        past.deposits.clear()
    if kind == "sale.start":
        started = fact_of(line.fact)
        assert isinstance(started, SaleStarted)
        past.recovering, past.before = False, {}
        policy = past.ordered.sale_policy(context.policy)  # the one it was opened with
        past.sale = Sale(started.number, started.language, started, replace(context, policy=policy), past.stock)
    if kind == "sys.recover" and line.fact.get("result") == "begin":
        past.recovering = True
        return
    if past.sale is None:
        return
    for intent in line.intents:
        if intent["kind"].endswith("?"):
            past.before[intent["kind"]] = intent.get("counters", {})
    fact = fact_of(line.fact)
    if not past.sale.takes(fact):
        return
    if past.recovering and not isinstance(fact, Restarted):
        past.sale.believe(fact, line.mono_ms)
        return
    past.recovering = False
    if not isinstance(fact, Restarted):
        past.lived_wall_ms = line.wall_ms
    made = past.sale.feed(fact, line.mono_ms, line.wall_ms)
    if not same(made, line.intents):
        raise JournalError(f"record {line.seq} does not replay: {made} came out, {line.intents} stands there")
    if any(intent["kind"] == "sale.end" for intent in line.intents):
        past.sale.close()
        past.sale = None


def same(made: list[Intent], written: Iterable[Record]) -> bool:
    """Whether the intents are those of the line; extras (counters) that only the line has do not count."""
    plain = [record_of(intent) for intent in made]
    kept = [{key: record[key] for key in record if key != "counters"} for record in written]
    return plain == kept


def _undone(past: Past, line: Line) -> None:
    """`printed?` and `void?` without an answer are sent again after the start: the station takes repeats.

    Answers come in the order of the questions, so each certain one settles the oldest.
    """
    if line.fact["kind"] in ("printed!", "void!") and line.fact.get("certain"):
        name = (line.fact["kind"].replace("!", "?"), line.fact["sale"])
        waiting = past.undone.get(name, [])[1:]
        past.undone[name] = waiting
        if not waiting:
            del past.undone[name]
    for intent in line.intents:
        if intent["kind"] in ("printed?", "void?"):
            past.undone.setdefault((intent["kind"], intent["key"]), []).append(intent)


def _orphans(past: Past, line: Line) -> None:
    """A note that came when its sale was over goes back; the power may fail before the acceptor said that it did."""
    if line.fact["kind"] in ("return!", "stack!"):
        past.orphans.pop(line.fact["note"], None)
    for intent in line.intents:
        if intent["kind"] == "return?" and not intent["sale"]:
            past.orphans[intent["note"]] = (intent["value_fen"], intent.get("counters", {}))


def _coin_orders(past: Past, line: Line) -> None:
    """Orders of a sale, or of a technician: what became of them is asked of the hopper itself."""
    if line.fact["kind"] == "pay!" and line.fact["result"].startswith("coins"):
        past.coin_orders.pop(line.fact["order"], None)
    for intent in line.intents:
        if intent["kind"] == "pay.coins?":
            past.coin_orders[intent["order"]] = intent
