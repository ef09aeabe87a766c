"""The journal's sales fed once more, each from its beginning: the intents must come out as they stand. Needs no black box.

A start of the machine itself feeds only the sale that is open then (`kiosk.past`); here all of them are asked.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk import vocabulary
from kiosk.journal_lines import STATE, Line
from kiosk.ordered import Ordered
from kiosk.past import same
from kiosk.records import fact_of, record_of
from kiosk.sale.facts import Restarted, SaleStarted
from kiosk.sale.sale import Sale, SaleContext
from kiosk.settings import Settings
from kiosk.stock import fresh
from simulator.replay.judged import Difference, Verdict
from simulator.replay.source import Incident


class PastJudge:
    """One sale at a time, as the lines come."""

    def __init__(self, found: Incident, settings: Settings, rate: float) -> None:
        identity = found.identity
        self._context = SaleContext(
            identity.machine, identity.epoch, identity.secret, settings.sale_policy, rate, lambda: known_fen(found)
        )
        self._stock = fresh(cassettes_of(found, settings))
        self._ordered = Ordered()
        self._sale: Sale | None = None
        self._recovering = False
        self.sales = 0

    def hear(self, line: Line) -> Difference | None:
        """One line; the difference when the sale answers something else, or no row takes its fact."""
        if line.fact["kind"] == STATE:
            return None
        self._stock.hear(line.fact)
        self._ordered.hear(line.fact)
        try:
            made = self._feed(line)
        except Exception as error:  # a record that was doctored may fail in any way
            return Difference(line.seq, plain(line.intents), f"{type(error).__name__}: {error}")
        self._stock.book(line.intents)
        if any(intent["kind"] == "sale.end" for intent in line.intents):
            self.close()
        return made

    def close(self) -> None:
        if self._sale is not None:
            self._sale.close()
        self._sale = None

    def _feed(self, line: Line) -> Difference | None:
        kind, result = line.fact["kind"], line.fact.get("result")
        if kind == "sale.start":
            started = fact_of(line.fact)
            assert isinstance(started, SaleStarted)
            self.close()
            self.sales, self._recovering = self.sales + 1, False
            context = replace(self._context, policy=self._ordered.sale_policy(self._context.policy))
            self._sale = Sale(started.number, started.language, started, context, self._stock)
        if kind == "sys.recover" and result == "begin":
            self._recovering = True
            return None
        sale, fact = self._sale, fact_of(line.fact)
        if sale is None or not sale.takes(fact):
            return None
        if self._recovering and not isinstance(fact, Restarted):
            sale.believe(fact, line.mono_ms)
            return None
        self._recovering = False
        made = sale.feed(fact, line.mono_ms, line.wall_ms)
        if same(made, line.intents):
            return None
        return Difference(line.seq, plain(line.intents), plain([record_of(intent) for intent in made]))


def judge_past(found: Incident, settings: Settings, rate: float) -> Verdict:
    """All lines; the first one that does not come out again ends it."""
    vocabulary.learn()
    judge, verdict = PastJudge(found, settings, rate), Verdict(unsealed=found.unsealed)
    for line in found.lines:
        verdict.last_seq = line.seq
        verdict.difference = judge.hear(line)
        if verdict.difference is not None:
            break
    verdict.sales = judge.sales
    judge.close()
    return verdict


def known_fen(found: Incident) -> tuple[int, ...]:
    """Face values the acceptor knew, as the black box tells; empty without one."""
    told = (event.value for part in found.parts for event in part.events if event.kind == "known")
    return next(told, ())


def cassettes_of(found: Incident, settings: Settings) -> dict[int, int]:
    """Cassette -> face value in fen: as configured, else as people filled them."""
    if settings.devices.dispenser is not None:
        return dict(settings.devices.dispenser.cassettes)
    fills = (intent for line in found.lines for intent in line.intents if intent["kind"] == "cassette.fill")
    return {fill["cassette"]: fill["value_fen"] for fill in fills}


def plain(records: object) -> str:
    """Intents as one readable text."""
    if isinstance(records, list | tuple):
        return "; ".join(plain(record) for record in records) or "nothing"
    if isinstance(records, dict):
        rest = [f"{key}={value}" for key, value in records.items() if key not in ("kind", "result", "counters")]
        name = " ".join(str(records[key]) for key in ("kind", "result") if records.get(key))
        return f"{name} {' '.join(rest)}".strip()
    return str(records)
